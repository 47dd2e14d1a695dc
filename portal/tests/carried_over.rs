//! Rows that the last release kept in the portal's own database are in the plugin's own one after
//! the first start of this one, once, on both engines.

use db::{AssertSqlSafe, Db, params};
use portal::plugins::data::carry::Carrying;
use portal::plugins::data::database::{Database, Place};
use portal::plugins::data::people::{People, PersonKeys, Seen};
use portal::plugins::data::query::{For, Query};
use portal::plugins::data::sql::check::Schema;
use portal::plugins::package::load::declared_tables;
use portal::plugins::package::manifest::Manifest;
use serde_json::{Map, json};
use std::path::Path;

/// `plugins/medical-fees/migrations/0001_rows.sql` of v0.1.0.
const TABLE: &str = "CREATE TABLE medical_fees_rows (insurer_id TEXT NOT NULL, row_id BIGINT NOT \
     NULL, person TEXT NOT NULL, month TEXT NOT NULL, patient TEXT NOT NULL, facility TEXT NOT NULL, \
     kind TEXT NOT NULL, days BIGINT NOT NULL, total BIGINT NOT NULL, insurer_paid BIGINT NOT NULL, \
     public_paid BIGINT NOT NULL, own_paid BIGINT NOT NULL, note TEXT NOT NULL, PRIMARY KEY \
     (insurer_id, month, row_id))";

async fn old_rows(host: &Db) {
    let mut tx = host.begin().await.expect("begins");
    tx.execute(TABLE, &[]).await.expect("makes");
    for (insurer, line, card, month, facility) in [
        ("minato", 2, "1234|5678|", "202601", "みなと医院"),
        ("minato", 3, "1234|5678|", "202602", ""),
        ("minato", 2, "1234|5678|1", "202602", "みなと薬局"),
        ("minato", 45_000, "1234|5678|", "202603", "遠い行"),
        ("aozora", 2, "1234|5678|", "202601", "あおぞら医院"),
    ] {
        let sql = "INSERT INTO medical_fees_rows (insurer_id, row_id, person, month, patient, facility,
                   kind, days, total, insurer_paid, public_paid, own_paid, note)
                   VALUES ($1, $2, $3, $4, 'ミナト　ハナコ', $5, 'pharmacy', 1, 1000, 700, 0, 300, '')";
        tx.execute(sql, params![insurer, line, card, month, facility]).await.expect("written");
    }
    tx.commit().await.expect("commits");
}

/// A portal of before remembered elsewhere that it had carried.
async fn mark_as_before(host: &Db, url: &str) {
    let (db, schema) = match db::file_of(url) {
        Some(file) => {
            let file = format!("sqlite:{file}.plugins/medical-fees.sqlite");
            (Db::open(&file).await.expect("opens"), "")
        }
        None => (host.clone(), "plugin_medical_fees."),
    };
    let mut tx = db.begin().await.expect("begins");
    for sql in [
        format!(
            "DELETE FROM {schema}musubi_imports WHERE importer = 'musubi' AND insurer_id = 'minato'"
        ),
        format!(
            "INSERT INTO {schema}musubi_tables (name, made) VALUES ('carried:rows:minato', '')"
        ),
    ] {
        tx.execute(AssertSqlSafe(sql), &[]).await.expect("written");
    }
    tx.commit().await.expect("committed");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_the_last_release_are_carried_over_once() {
    for url in db::testing::fresh_urls().await {
        let host = Db::open(&url).await.expect("opens");
        let migrations = portal::app::migrations().expect("readable");
        host.migrate("migrations", &migrations).await.expect("migrates");
        old_rows(&host).await;
        let keys = PersonKeys::open(&host).await.expect("keys");
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../plugins/medical-fees");
        let tables = declared_tables(&folder).expect("tables.toml");
        let text = std::fs::read_to_string(folder.join("plugin.toml")).expect("readable");
        let manifest = Manifest::parse(&text, "medical-fees").expect("a manifest");
        let imported = manifest.imported(&tables).expect("an importer");
        let place = Place { url: &url, host: &host, keys: &keys, plugin: "medical-fees" };
        let schema = Schema { tables: &tables, imported: &imported };
        let database = Database::open(&place, &schema).await.expect("opens");
        let (name, table) = tables.table.get_key_value("rows").expect("rows");
        let carrying = Carrying {
            host: &host,
            keys: &keys,
            database: &database,
            name,
            table,
            was: table.was.as_ref().expect("what it was"),
            importer: "medical-fees",
            now: 9,
        };
        for _ in 0..2 {
            carrying.run().await.expect("carries");
        }
        mark_as_before(&host, &url).await;
        carrying.run().await.expect("what was carried before is not carried again");
        let query = "SELECT month, facility, kind, kind_text, own_paid, line, person FROM rows \
                     ORDER BY month, line";
        let query = Query::parse(query, &schema).expect("a query");
        let seen = |card: &str| Seen {
            id: card.to_owned(),
            name: String::new(),
            own: true,
            keys: vec![keys.of_card("minato", card)],
        };
        let people = People::new(vec![seen("1234|5678|")]);
        let whom =
            For { insurer: "minato", people: &people, today: "2026-04-01", now: 1_775_000_000 };
        let mut conn = database.read("minato").await.expect("reads");
        let rows = query.run(&mut conn, database.engine(), &whom, &Map::new()).await.expect("rows");
        let row = |month: &str, facility: Option<&str>, line: i64| {
            json!({"month": month, "facility": facility, "kind": "pharmacy", "kind_text": null,
                   "own_paid": 300, "line": line, "person": "1234|5678|"})
        };
        let expected = [
            row("202601", Some("みなと医院"), 2),
            row("202602", None, 3),
            row("202603", Some("遠い行"), 45_000),
        ];
        assert_eq!(rows, expected);
        drop(conn);
        // The old rows are batches by month: a month that comes again takes its place.
        let mut tx = database.begin("minato").await.expect("begins");
        let sql = format!(
            "SELECT batch FROM {} WHERE insurer_id = 'minato' AND importer <> 'musubi' ORDER BY \
             batch",
            database.table("musubi_imports")
        );
        let batches = tx.all(AssertSqlSafe(sql), &[]).await.expect("batches");
        let batches: Vec<String> =
            batches.iter().map(|row| row.text("batch").expect("a text")).collect();
        assert_eq!(batches, ["202601", "202602", "202603"]);
        drop(tx);
        // No card's number is in the plugin's database.
        let mut tx = database.begin("minato").await.expect("begins");
        let sql = format!(
            "SELECT COUNT(*) AS n FROM {} WHERE REPLACE(person, '5678', '') <> person",
            database.table("rows")
        );
        let row = tx.one(AssertSqlSafe(sql), &[]).await.expect("counts").expect("a row");
        assert_eq!(row.int("n").expect("a number"), 0);
        drop(tx);
        database.close().await;
        host.close().await;
    }
}

//! Rows are kept for as long as their table says, and no longer: each insurer's, on both engines.

use db::{AssertSqlSafe, Db, Value, params};
use portal::plugins::data::database::{Database, Place};
use portal::plugins::data::people::PersonKeys;
use portal::plugins::data::retention;
use portal::plugins::data::sql::check::Schema;
use portal::plugins::data::tables::Tables;
use std::collections::BTreeSet;

const TABLES: &str = r#"schema = "musubi-tables/1"
[table.care]
scope = "person"
class = "medical"
retention = { by = "month", years = 6, until = "03-31" }
columns.month = { type = "month" }
[table.always]
scope = "person"
class = "medical"
columns.month = { type = "month" }
"#;

async fn months(database: &Database, table: &str, insurer: &str) -> Vec<String> {
    let sql =
        format!("SELECT month FROM {} WHERE insurer_id = $1 ORDER BY month", database.table(table));
    let mut tx = database.begin(insurer).await.expect("begins");
    let rows = tx.all(AssertSqlSafe(sql), params![insurer]).await.expect("rows");
    rows.iter().map(|row| row.text("month").expect("a month")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_kept_long_enough_is_gone() {
    for url in db::testing::fresh_urls().await {
        let host = Db::open(&url).await.expect("opens");
        let migrations = portal::app::migrations().expect("readable");
        host.migrate("migrations", &migrations).await.expect("migrates");
        let keys = PersonKeys::open(&host).await.expect("keys");
        let tables = Tables::parse(TABLES).expect("tables");
        let schema = Schema { tables: &tables, imported: &BTreeSet::new() };
        let place = Place { url: &url, host: &host, keys: &keys, plugin: "kept" };
        let database = Database::open(&place, &schema).await.expect("opens");
        for insurer in ["minato", "aozora"] {
            for table in ["care", "always"] {
                let names = ["insurer_id", "import_id", "line", "person", "month"];
                let sql = database.insert(table, &names, 1);
                let mut tx = database.begin(insurer).await.expect("begins");
                for month in ["201912", "202001", "202012", "202101"] {
                    let values: Vec<Value> =
                        vec![insurer.into(), 0.into(), 0.into(), "p".into(), month.into()];
                    tx.execute(AssertSqlSafe(sql.clone()), &values).await.expect("written");
                }
                tx.commit().await.expect("committed");
            }
        }
        let purge = async |insurer: &str, today: &str| {
            retention::purge(&database, insurer, &tables, today).await.expect("purged")
        };
        // To the last day of March six years later everything of 2020 is there.
        assert_eq!(purge("minato", "2026-03-31").await, 1);
        assert_eq!(months(&database, "care", "minato").await, ["202001", "202012", "202101"]);
        assert_eq!(purge("minato", "2026-04-01").await, 2);
        assert_eq!(months(&database, "care", "minato").await, ["202101"]);
        assert_eq!(purge("minato", "2026-04-01").await, 0);
        // Neither another insurer's, nor what is kept for ever.
        assert_eq!(months(&database, "care", "aozora").await.len(), 4);
        assert_eq!(months(&database, "always", "minato").await.len(), 4);
        database.close().await;
        host.close().await;
    }
}

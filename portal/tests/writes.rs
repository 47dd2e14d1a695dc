//! What statements write, on both engines: the member's own rows and nobody else's, as many as a person
//! may have, and nothing that files fill. Each wall is tried alone.

#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use db::{AssertSqlSafe, Db, Engine, Value};
use portal::plugins::data::class::DataClass;
use portal::plugins::data::database::{Database, Place};
use portal::plugins::data::outbox;
use portal::plugins::data::people::{People, PersonKeys, Seen};
use portal::plugins::data::query::{For, Query, Unanswered};
use portal::plugins::data::reach::{Declared, Writes};
use portal::plugins::data::sql::check::Schema;
use portal::plugins::data::statement::{Statement, Statements};
use portal::plugins::data::tables::Tables;
use portal::plugins::data::take::{NotTaken, Sent, Taking, Wanted};
use portal::plugins::package::declared::{Event, Notification};
use sdk::wire::{Notify, Publish, Write};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;

const TABLES: &str = r#"
schema = "musubi-tables/1"
[table.notes]
scope = "person"
class = "pii"
key = ["id"]
most = 3
columns.id = { type = "text" }
columns.n = { type = "int" }
columns.day = { type = "day", optional = true }
columns.at = { type = "instant", optional = true }
[table.stock]
scope = "insurer"
class = "none"
key = ["item"]
columns.item = { type = "text" }
columns.rest = { type = "int" }
[table.fees]
scope = "person"
class = "medical"
columns.total = { type = "yen" }
"#;

struct World {
    host: Db,
    database: Database,
    tables: Tables,
    imported: BTreeSet<String>,
}

fn person(id: &str, own: bool, cards: &[&str]) -> Seen {
    let keys = cards.iter().map(|card| (*card).to_owned()).collect();
    Seen { id: id.to_owned(), name: id.to_owned(), own, keys }
}

impl World {
    async fn open(url: &str) -> Self {
        let host = Db::open(url).await.unwrap();
        host.migrate("migrations", &portal::app::migrations().unwrap()).await.unwrap();
        let keys = PersonKeys::open(&host).await.unwrap();
        let tables = Tables::parse(TABLES).unwrap();
        let imported = BTreeSet::from(["fees".to_owned()]);
        let place = Place { url, host: &host, keys: &keys, plugin: "writes-x" };
        let schema = Schema { tables: &tables, imported: &imported };
        let database = Database::open(&place, &schema).await.unwrap();
        Self { host, database, tables, imported }
    }

    fn schema(&self) -> Schema<'_> {
        Schema { tables: &self.tables, imported: &self.imported }
    }

    async fn write(
        &self,
        (insurer, people): (&str, &People),
        text: &str,
        params: Json,
    ) -> Result<u64, Unanswered> {
        let statement = Statement::parse(text, &self.schema()).unwrap();
        let mut tx = self.database.begin_walled(insurer).await.unwrap();
        let whom = For { insurer, people, today: "2026-04-01", now: 1_775_000_000 };
        let engine = self.database.engine();
        let params = params.as_object().unwrap();
        let changed = statement.run(&mut tx, engine, &whom, params).await?;
        tx.commit().await.unwrap();
        Ok(changed)
    }

    async fn rows(&self, (insurer, people): (&str, &People), text: &str) -> Json {
        let query = Query::parse(text, &self.schema()).unwrap();
        let whom = For { insurer, people, today: "2026-04-01", now: 0 };
        let mut conn = self.database.read(insurer).await.unwrap();
        let none = serde_json::Map::new();
        Json::from(query.run(&mut conn, self.database.engine(), &whom, &none).await.unwrap())
    }

    async fn close(self) {
        self.database.close().await;
        self.host.close().await;
    }
}

const ADD: &str = "INSERT INTO notes (id, n, day, at) VALUES ($id, $n, TODAY(), NOW())";
const PUT: &str =
    "INSERT INTO notes (id, n) VALUES ($id, $n) ON CONFLICT DO UPDATE SET n = n + $n, day = NULL";
const ALL: &str = "SELECT id, n, person FROM notes ORDER BY id, n, person";

/// Attack 12: what belongs to one insurer or person, written for another.
#[tokio::test(flavor = "multi_thread")]
async fn a_member_writes_their_own_rows_and_nobody_elses() {
    for url in db::testing::fresh_urls().await {
        let world = World::open(&url).await;
        let hanako = People::new(vec![person("h", true, &["c1", "c2"])]);
        let household = People::new(vec![person("h", true, &["c1"]), person("t", false, &["c3"])]);
        let taro = People::new(vec![person("t", true, &["c3"])]);
        let own = ("minato", &hanako);
        for (whom, id) in [(own, "a"), (("minato", &taro), "a"), (("aozora", &hanako), "a")] {
            assert_eq!(world.write(whom, ADD, json!({"id": id, "n": 1})).await.unwrap(), 1);
        }
        let rows = world.rows(own, "SELECT id, n, day, at, person FROM notes").await;
        let expected = json!([{"id": "a", "n": 1, "day": "2026-04-01", "at": 1_775_000_000,
                               "person": "h"}]);
        assert_eq!(rows, expected);
        // The same key is another person's, too; twice one's own it is not.
        let twice = world.write(own, ADD, json!({"id": "a", "n": 1})).await;
        assert!(matches!(twice, Err(Unanswered::Database(db::Error::Taken))), "{twice:?}");
        assert_eq!(world.write(own, PUT, json!({"id": "a", "n": 4})).await.unwrap(), 1);
        let skip = "INSERT INTO notes (id, n) VALUES ($id, 0) ON CONFLICT DO NOTHING";
        assert_eq!(world.write(own, skip, json!({"id": "a"})).await.unwrap(), 0);

        // Who sees a household writes their own all the same.
        let seen = ("minato", &household.own());
        let all = "UPDATE notes SET n = n + 10";
        assert_eq!(world.write(seen, all, json!({})).await.unwrap(), 1);
        let both = world.rows(("minato", &household), ALL).await;
        let expected =
            json!([{"id": "a", "n": 1, "person": "t"}, {"id": "a", "n": 15, "person": "h"}]);
        assert_eq!(both, expected);
        assert_eq!(world.write(seen, "DELETE FROM notes", json!({})).await.unwrap(), 1);
        assert_eq!(world.rows(("aozora", &hanako), ALL).await.as_array().unwrap().len(), 1);
        assert_eq!(world.rows(("minato", &taro), ALL).await.as_array().unwrap().len(), 1);

        // For nobody and for two there is no new row, and nobody's are changed.
        for people in [People::default(), household.clone()] {
            let nobody = world.write(("minato", &people), ADD, json!({"id": "x", "n": 1})).await;
            assert!(matches!(nobody, Err(Unanswered::Asked(_))), "{nobody:?}");
        }
        let nobody = ("minato", &People::default());
        assert_eq!(world.write(nobody, "DELETE FROM notes", json!({})).await.unwrap(), 0);
        // A job reaches everybody's, of its insurer.
        let everybody = ("minato", &People::everybody());
        assert_eq!(world.write(everybody, all, json!({})).await.unwrap(), 1);
        assert_eq!(world.rows(everybody, ALL).await[0]["person"], "t");
        world.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_is_taken_and_checked_in_one_statement() {
    for url in db::testing::fresh_urls().await {
        let world = World::open(&url).await;
        let hanako = People::new(vec![person("h", true, &[])]);
        let own = ("minato", &hanako);
        let is_full = |done: Result<u64, Unanswered>| matches!(done, Err(Unanswered::Full));
        for id in ["a", "b", "c"] {
            assert_eq!(world.write(own, ADD, json!({"id": id, "n": 1})).await.unwrap(), 1);
        }
        // Who has all that they may have is told so, and changes one of them all the same.
        for text in [ADD, PUT] {
            assert!(is_full(world.write(own, text, json!({"id": "d", "n": 1})).await), "{text}");
        }
        assert_eq!(world.write(own, PUT, json!({"id": "a", "n": 1})).await.unwrap(), 1);
        let skip = "INSERT INTO notes (id, n) VALUES ($id, 0) ON CONFLICT DO NOTHING";
        assert!(is_full(world.write(own, skip, json!({"id": "d"})).await));
        assert_eq!(world.write(own, skip, json!({"id": "a"})).await.unwrap(), 0);
        let other = People::new(vec![person("t", true, &[])]);
        let added = world.write(("minato", &other), ADD, json!({"id": "d", "n": 1})).await;
        assert_eq!(added.unwrap(), 1);

        let nobody = ("minato", &People::default());
        let stock = "INSERT INTO stock (item, rest) VALUES ('cup', 3)";
        world.write(nobody, stock, json!({})).await.unwrap();
        let take = "UPDATE stock SET rest = rest - $n WHERE item = 'cup' AND rest >= $n";
        let one = || world.write(nobody, take, json!({"n": 1}));
        let taken = tokio::join!(one(), one(), one(), one(), one());
        let taken: [_; 5] = taken.into();
        let taken: u64 = taken.into_iter().map(Result::unwrap).sum();
        assert_eq!(taken, 3);
        world.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_parameter_is_refused_before_it_is_bound() {
    for url in db::testing::fresh_urls().await {
        let world = World::open(&url).await;
        let hanako = People::new(vec![person("h", true, &[])]);
        for (params, word) in [
            (json!({"id": "a"}), "$n is missing"),
            (json!({"id": "a", "n": "1"}), "$n must be a whole number"),
            (json!({"id": "a", "n": null}), "$n must have a value"),
            (json!({"id": "a", "n": 1, "person": "t"}), "no parameter $person"),
            (json!({"id": "a\u{0}", "n": 1}), "$id must be"),
        ] {
            match world.write(("minato", &hanako), ADD, params).await {
                Err(Unanswered::Asked(why)) => assert!(why.contains(word), "{why}"),
                other => panic!("{other:?}"),
            }
        }
        world.close().await;
    }
}

/// Attack 34, the database alone: what the writer may not do, whoever printed it.
#[tokio::test(flavor = "multi_thread")]
async fn the_database_holds_without_the_printed_statement() {
    for url in db::testing::fresh_urls().await {
        let world = World::open(&url).await;
        let hanako = People::new(vec![person("h", true, &[])]);
        for insurer in ["minato", "aozora"] {
            world.write((insurer, &hanako), ADD, json!({"id": "a", "n": 1})).await.unwrap();
        }
        let run = async |sql: &str| {
            let mut tx = world.database.begin_walled("minato").await?;
            let changed = tx.execute(AssertSqlSafe(sql.to_owned()), &[]).await?;
            tx.commit().await.map(|()| changed)
        };
        for bad in [
            "UPDATE sessions SET sub = 'x'",
            "DELETE FROM musubi_tables",
            "DROP TABLE notes",
            "CREATE TABLE x (a BIGINT)",
            "ALTER TABLE notes ADD COLUMN x TEXT",
            "INSERT INTO notes (insurer_id, person, import_id, line, id, n) SELECT sub, sub, 0, 0, \
             sub, 1 FROM members",
        ] {
            assert!(run(bad).await.is_err(), "{bad}");
        }
        if world.database.engine() == Engine::Postgres {
            for bad in [
                "UPDATE fees SET total = 0",
                "INSERT INTO musubi_imports (import_id, insurer_id, importer, batch, fingerprint, \
                 rows, live, begun_at) VALUES (1, 'minato', 'x', '', '', 0, TRUE, 0)",
                "INSERT INTO notes (insurer_id, person, import_id, line, id, n) VALUES ('aozora', \
                 'h', 0, 0, 'b', 1)",
                "UPDATE notes SET insurer_id = 'aozora', id = 'c'",
                "SET ROLE postgres",
            ] {
                assert!(run(bad).await.is_err(), "{bad}");
            }
            assert_eq!(run("DELETE FROM notes").await.unwrap(), 1, "of this insurer");
            let left = world.rows(("aozora", &hanako), ALL).await;
            assert_eq!(left.as_array().unwrap().len(), 1);
        }
        world.close().await;
    }
}

/// A person's rows from files stand under their cards and those from here under themselves: for a
/// plugin both are the person's.
#[tokio::test(flavor = "multi_thread")]
async fn rows_of_files_and_of_members_are_one_persons() {
    for url in db::testing::fresh_urls().await {
        let world = World::open(&url).await;
        let columns = ["insurer_id", "person", "import_id", "line", "total"];
        let mut tx = world.database.begin("minato").await.unwrap();
        let import = format!(
            "INSERT INTO {} (import_id, insurer_id, importer, batch, fingerprint, rows, live, \
             begun_at) VALUES (7, 'minato', 'fees', '', '', 3, TRUE, 0)",
            world.database.table("musubi_imports")
        );
        tx.execute(AssertSqlSafe(import), &[]).await.unwrap();
        for (line, (card, total)) in [("c1", 100), ("c2", 20), ("c3", 3)].into_iter().enumerate() {
            let line = i64::try_from(line).unwrap();
            let insert = world.database.insert("fees", &columns, 1);
            let values: [Value; 5] =
                ["minato".into(), card.into(), 7i64.into(), line.into(), total.into()];
            tx.execute(AssertSqlSafe(insert), &values).await.unwrap();
        }
        tx.commit().await.unwrap();
        let hanako = person("h", true, &["c1", "c2"]);
        let household = People::new(vec![hanako, person("t", false, &["c3"])]);
        let own = household.own();
        world.write(("minato", &own), ADD, json!({"id": "a", "n": 1})).await.unwrap();
        let joined = "SELECT f.person AS who, SUM(f.total) AS total, COUNT(n.id) AS notes FROM fees AS f \
                      LEFT JOIN notes AS n ON n.person = f.person GROUP BY f.person ORDER BY total";
        let rows = world.rows(("minato", &household), joined).await;
        let expected = json!([{"who": "t", "total": 3, "notes": 0},
                              {"who": "h", "total": 120, "notes": 2}]);
        assert_eq!(rows, expected);
        world.close().await;
    }
}

/// Attack 12, once more: what is told and what has happened is of those whom the handler sees, as the
/// manifest declares it, and never below what the handler reads; and what is refused leaves nothing.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_told_is_declared_and_of_whom_the_handler_sees() {
    let notifications = |text: &str| -> Vec<Notification> { vec![toml::from_str(text).unwrap()] };
    let told =
        notifications("id = \"new\"\ndata = \"pii\"\npath = \"/\"\nparams.month = \"month\"\n");
    let event = |class: &str| -> Event {
        let text = format!("id = \"{class}\"\ndata = \"{class}\"\nparams.day = \"day\"\n");
        toml::from_str(&text).unwrap()
    };
    let said = [event("none"), event("pii"), event("medical")];
    for url in db::testing::fresh_urls().await {
        let world = World::open(&url).await;
        let hanako = People::new(vec![person("h", true, &["c1"])]);
        let statements = Statements::new();
        let taking = |class| Taking {
            database: &world.database,
            statements: &statements,
            declared: Declared { handler: "x", class, queries: None, writes: Writes::Own(None) },
            plugin: "writes-x",
            notifications: &told,
            events: &said,
            insurer: "minato",
            people: &hanako,
            names_whose: false,
            today: "2026-04-01",
            now: 1_775_000_000,
        };
        let publish = |person: &str, event: &str, params: Json| Wanted {
            publish: vec![Publish { event: event.into(), person: person.into(), params }],
            ..Wanted::default()
        };
        let notify = |person: &str, params: Json| Wanted {
            notify: vec![Notify { person: person.into(), notification: "new".into(), params }],
            ..Wanted::default()
        };
        let (day, month) = (json!({"day": "2026-04-01"}), json!({"month": "202604"}));
        let refused = [
            (DataClass::Pii, publish("t", "pii", day.clone()), "does not see"),
            (DataClass::Pii, publish("h", "none", day.clone()), "below the data"),
            (DataClass::Medical, publish("h", "pii", day.clone()), "below the data"),
            (DataClass::Pii, publish("h", "other", day.clone()), "not declared"),
            (DataClass::Pii, publish("h", "pii", json!({"day": "9999-99-99"})), "not declared"),
            (DataClass::Pii, publish("h", "pii", json!({})), "not declared"),
            (DataClass::Pii, notify("t", month.clone()), "does not see"),
            (DataClass::Pii, notify("", month.clone()), "does not see"),
            (DataClass::Medical, notify("h", month.clone()), "below the data"),
            (DataClass::Pii, notify("h", json!({"month": "7,200円"})), "not declared"),
        ];
        for (n, (class, wanted, why)) in refused.into_iter().enumerate() {
            let sent = Sent::heard("writes-x", "refused", &n.to_string());
            match taking(class).take(&sent, "/", &wanted).await {
                Err(NotTaken::Asked(text)) => assert!(text.contains(why), "{n}: {text}"),
                other => panic!("{n}: {other:?}"),
            }
        }
        for (n, wanted) in [
            publish("h", "pii", day.clone()),
            publish("", "medical", day.clone()),
            publish("h", "pii", day),
            notify("h", month),
        ]
        .iter()
        .enumerate()
        {
            // Sent twice, taken once.
            for _ in 0..2 {
                let sent = Sent::heard("writes-x", "taken", &n.to_string());
                taking(DataClass::Pii).take(&sent, "/", wanted).await.unwrap();
            }
        }
        for _ in 0..2 {
            let of = ("writes-x", "minato");
            outbox::deliver(&world.host, &world.database, of).await.unwrap();
        }
        let mut conn = world.host.read().await.unwrap();
        let sql = "SELECT event, person, data FROM plugin_events WHERE insurer_id = 'minato' ORDER BY seq";
        let rows = conn.all(sql, &[]).await.unwrap();
        let kept = |row: &db::Row| {
            ["event", "person", "data"].map(|name| row.text(name).unwrap()).join(" ")
        };
        let kept: Vec<String> = rows.iter().map(kept).collect();
        assert_eq!(kept, ["pii h pii", "medical  medical", "pii h pii"]);
        let sql = "SELECT COUNT(*) AS n FROM notifications WHERE person = 'h'";
        assert_eq!(conn.one(sql, &[]).await.unwrap().unwrap().int("n").unwrap(), 1);
        drop(conn);
        world.close().await;
    }
}

/// A job wrote under the card of somebody who had never signed in: afterwards the key is theirs all the same, and
/// nobody else's row becomes theirs.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_under_a_card_keeps_its_key() {
    for url in db::testing::fresh_urls().await {
        let world = World::open(&url).await;
        let one = |id: &str, cards: &[&str]| People::new(vec![person(id, true, cards)]);
        let (card, own, other) = (one("c1", &["c1"]), one("p1", &["c1", "c2"]), one("p2", &["c3"]));
        let put = async |who: &People, id: &str| {
            world.write(("minato", who), PUT, json!({"id": id, "n": 1})).await.unwrap()
        };
        assert_eq!(put(&card, "a").await, 1);
        assert_eq!(put(&other, "a").await, 1);
        assert_eq!(put(&own, "a").await, 1);
        // One row, counted up, under her own name; as many as she may have, and no more.
        let rows = world.rows(("minato", &People::everybody()), ALL).await;
        let expected =
            json!([{"id": "a", "n": 1, "person": "p2"}, {"id": "a", "n": 2, "person": "p1"}]);
        assert_eq!(rows, expected);
        for id in ["b", "c"] {
            assert_eq!(put(&own, id).await, 1);
        }
        let full = world.write(("minato", &own), ADD, json!({"id": "d", "n": 1})).await;
        assert!(matches!(full, Err(Unanswered::Full)), "{full:?}");
        // Under two cards the same key: one becomes hers, and she can go on writing.
        let (third, both) = (one("c4", &["c4"]), one("p4", &["c4", "c5"]));
        assert_eq!(put(&third, "a").await, 1);
        assert_eq!(put(&one("c5", &["c5"]), "a").await, 1);
        assert_eq!(put(&both, "x").await, 1);
        assert_eq!(put(&both, "a").await, 1);
        // A node of the release before wrote under the card once more: both are there, none is lost.
        assert_eq!(put(&card, "b").await, 1);
        assert_eq!(put(&own, "b").await, 1);
        let rows = world.rows(("minato", &own), ALL).await;
        assert_eq!(rows.to_string().matches("\"id\":\"b\"").count(), 2, "{rows}");
        world.close().await;
    }
}

/// Attack 31: a form of staff changes rows of persons whom it names, never everybody's at once; a job may.
#[tokio::test(flavor = "multi_thread")]
async fn staff_change_rows_of_whom_they_name() {
    let (harus, natsus) = ("h".repeat(22), "n".repeat(22));
    for url in db::testing::fresh_urls().await {
        let world = World::open(&url).await;
        for whose in [&harus, &natsus] {
            let one = People::new(vec![person(whose, true, &[])]);
            world.write(("minato", &one), ADD, json!({"id": "a", "n": 1})).await.unwrap();
        }
        let mend = "UPDATE notes SET n = $n WHERE id = $id";
        let statement = Statement::parse(mend, &world.schema()).unwrap();
        let statements = Statements::from([("mend".to_owned(), statement)]);
        let everybody = People::everybody();
        let take = async |names_whose: bool, whose: Option<&String>, n: i64| {
            let taking = Taking {
                database: &world.database,
                statements: &statements,
                declared: Declared {
                    handler: "x",
                    class: DataClass::Pii,
                    queries: None,
                    writes: Writes::Everybodys(None),
                },
                plugin: "writes-x",
                notifications: &[],
                events: &[],
                insurer: "minato",
                people: &everybody,
                names_whose,
                today: "2026-04-01",
                now: 1_775_000_000,
            };
            let write = Write {
                statement: "mend".into(),
                params: json!({"id": "a", "n": n}),
                person: whose.cloned(),
                must: None,
            };
            let wanted = Wanted { writes: vec![write], ..Wanted::default() };
            taking.take(&Sent::step("writes-x", "mend", n, ""), "/", &wanted).await
        };
        match take(true, None, 7).await {
            Err(NotTaken::Asked(why)) => assert!(why.contains("does not name"), "{why}"),
            other => panic!("{other:?}"),
        }
        assert!(take(true, Some(&harus), 8).await.is_ok());
        let rows = world.rows(("minato", &everybody), ALL).await;
        assert_eq!(rows.to_string().matches("\"n\":8").count(), 1, "{rows}");
        assert!(take(false, None, 9).await.is_ok());
        let rows = world.rows(("minato", &everybody), ALL).await;
        assert_eq!(rows.to_string().matches("\"n\":9").count(), 2, "{rows}");
        world.close().await;
    }
}

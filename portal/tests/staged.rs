//! Imports that meet: of two of one batch one counts, and one that was cleared away counts nothing. And a
//! database that was restored without its role.

use db::{AssertSqlSafe, Db, Engine, Value};
use portal::plugins::data::database::{Database, Place};
use portal::plugins::data::people::{People, PersonKeys};
use portal::plugins::data::query::{For, Query};
use portal::plugins::data::sql::check::Schema;
use portal::plugins::data::staged::{Aside, Staged};
use portal::plugins::data::tables::Tables;
use serde_json::Map;
use std::collections::{BTreeMap, BTreeSet};

const TABLES: &str = "schema = \"musubi-tables/1\"\n[table.items]\nscope = \"insurer\"\n\
                      class = \"none\"\ncolumns.title = { type = \"text\" }\n";

struct World {
    url: String,
    host: Db,
    keys: PersonKeys,
    database: Database,
}

impl World {
    async fn open(url: String) -> Self {
        let host = Db::open(&url).await.expect("opens");
        let migrations = portal::app::migrations().expect("readable");
        host.migrate("migrations", &migrations).await.expect("migrates");
        let keys = PersonKeys::open(&host).await.expect("keys");
        let database = database(&url, &host, &keys).await;
        Self { url, host, keys, database }
    }

    fn staged(&self, now: i64) -> Staged<'_> {
        Staged {
            database: &self.database,
            insurer: "minato",
            importer: "items",
            table: "items",
            columns: vec!["title"],
            fingerprint: "f",
            now,
            begun: BTreeMap::new(),
        }
    }

    /// The titles that a member sees.
    async fn titles(&self) -> Vec<String> {
        let tables = Tables::parse(TABLES).expect("tables");
        let imported = BTreeSet::from(["items".to_owned()]);
        let schema = Schema { tables: &tables, imported: &imported };
        let query =
            Query::parse("SELECT title FROM items ORDER BY title", &schema).expect("a query");
        let people = People::default();
        let whom =
            For { insurer: "minato", people: &people, today: "2026-04-01", now: 1_775_000_000 };
        let mut conn = self.database.read("minato").await.expect("reads");
        let rows = query.run(&mut conn, self.database.engine(), &whom, &Map::new()).await;
        let rows = rows.expect("rows");
        rows.iter().map(|row| row["title"].as_str().expect("a title").to_owned()).collect()
    }

    async fn close(self) {
        self.database.close().await;
        self.host.close().await;
    }
}

async fn database(url: &str, host: &Db, keys: &PersonKeys) -> Database {
    let place = Place { url, host, keys, plugin: "staged" };
    let tables = Tables::parse(TABLES).expect("tables");
    let imported = BTreeSet::from(["items".to_owned()]);
    let schema = Schema { tables: &tables, imported: &imported };
    Database::open(&place, &schema).await.expect("opens")
}

fn row(title: &str) -> Vec<Aside> {
    vec![Aside { line: 2, batch: "june".to_owned(), values: vec![Value::from(title)] }]
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_imports_of_one_batch_one_counts() {
    for url in db::testing::fresh_urls().await {
        let world = World::open(url).await;
        let june = BTreeMap::from([("june".to_owned(), 1)]);
        for _ in 0..10 {
            let (mut one, mut two) = (world.staged(9), world.staged(9));
            one.put(row("one")).await.expect("put aside");
            two.put(row("two")).await.expect("put aside");
            let (first, second) = tokio::join!(one.publish(&june), two.publish(&june));
            assert!(first.is_ok() || second.is_ok(), "{first:?} {second:?}");
            assert_eq!(world.titles().await.len(), 1, "{first:?} {second:?}");
        }
        world.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_cleared_away_counts_nothing() {
    const TWO_DAYS: i64 = 2 * 86_400;
    for url in db::testing::fresh_urls().await {
        let world = World::open(url).await;
        let june = BTreeMap::from([("june".to_owned(), 1)]);
        let (mut slept, mut later) = (world.staged(9), world.staged(9 + TWO_DAYS));
        slept.put(row("slept")).await.expect("put aside");
        assert_eq!(world.titles().await, [""; 0], "nobody sees what is aside");
        later.put(row("later")).await.expect("put aside");
        later.publish(&june).await.expect("counts");
        assert!(slept.publish(&june).await.is_err());
        assert_eq!(world.titles().await, ["later"]);
        world.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_database_gets_its_role() {
    for url in db::testing::fresh_urls().await {
        let mut world = World::open(url).await;
        if world.database.engine() == Engine::Sqlite {
            continue;
        }
        world.database.close().await;
        let name = world.url.rsplit('/').next().expect("a name");
        let role = format!("{name}_plugin_staged");
        let mut tx = world.host.begin().await.expect("begins");
        for sql in [format!("DROP OWNED BY {role}"), format!("DROP ROLE {role}")] {
            tx.execute(AssertSqlSafe(sql), &[]).await.expect("dropped");
        }
        tx.commit().await.expect("commits");
        world.database = database(&world.url, &world.host, &world.keys).await;
        assert_eq!(world.titles().await, [""; 0]);
        world.close().await;
    }
}

//! Queries over the whole language, generated, on both engines, beside a plain model: each sees its
//! insurer's rows and its persons' and gives what the model gives. And each wall alone holds: the
//! printed scope without the database's, the database's without the printed one.

#[path = "model/mod.rs"]
mod model;

use db::{AssertSqlSafe, Conn, Db, Engine, Value};
use model::{Generator, Model};
use portal::plugins::data::database::{Database, Place};
use portal::plugins::data::people::{People, PersonKeys, Seen};
use portal::plugins::data::query::{For, Query};
use portal::plugins::data::sql::check::{Schema, check};
use portal::plugins::data::tables::Tables;
use serde_json::Value as Json;
use std::collections::BTreeSet;

const TABLES: &str = r#"
schema = "musubi-tables/1"
[table.fees]
scope = "person"
class = "medical"
indexes = [["month"]]
columns.month = { type = "month" }
columns.kind = { type = "word", words = ["in", "out"] }
columns.total = { type = "yen" }
columns.days = { type = "int", optional = true }
columns.note = { type = "text", optional = true }
columns.paid = { type = "bool" }
[[table.fees.hidden_by]]
table = "hidden"
on = ["month", "kind"]
[[table.fees.hidden_by]]
table = "unsaid"
on = ["note"]
columns = ["note", "days"]
[table.hidden]
scope = "person"
class = "medical"
key = ["month", "kind"]
columns.month = { type = "month" }
columns.kind = { type = "word", words = ["in", "out"] }
[table.unsaid]
scope = "person"
class = "medical"
key = ["note"]
columns.note = { type = "text" }
[table.items]
scope = "insurer"
class = "none"
columns.month = { type = "month" }
columns.title = { type = "text" }
columns.rate = { type = "decimal", places = 1, optional = true }
[table.choices]
scope = "person"
class = "pii"
columns.day = { type = "day" }
columns.word = { type = "text" }
"#;

/// A place with rows of two insurers, and the same rows as the model has them.
struct World {
    host: Db,
    database: Database,
    model: Model,
}

const INSURERS: [&str; 2] = ["minato", "aozora"];
const PERSONS: [&str; 3] = ["p1", "p2", "p3"];

impl World {
    async fn open(url: &str) -> Self {
        let host = Db::open(url).await.expect("a world");
        host.migrate("migrations", &portal::app::migrations().expect("a world"))
            .await
            .expect("a world");
        let keys = PersonKeys::open(&host).await.expect("a world");
        let tables = Tables::parse(TABLES).expect("a world");
        let place = Place { url, host: &host, keys: &keys, plugin: "model" };
        let imported = BTreeSet::new();
        let schema = Schema { tables: &tables, imported: &imported };
        let database = Database::open(&place, &schema).await.expect("a world");
        let mut model = Model::default();
        for insurer in INSURERS {
            model.fill(insurer, &PERSONS);
            let mut tx = database.begin(insurer).await.expect("a world");
            for (table, rows) in model.of(insurer) {
                for row in rows {
                    let mut names = vec!["insurer_id", "import_id", "line"];
                    let mut values = vec![Value::from(insurer), Value::from(0), Value::from(0)];
                    for (name, cell) in row {
                        names.push(name);
                        values.push(cell.bound());
                    }
                    let sql = database.insert(table, &names, 1);
                    tx.execute(AssertSqlSafe(sql), &values).await.expect("a world");
                }
            }
            tx.commit().await.expect("a world");
        }
        Self { host, database, model }
    }

    async fn close(self) {
        self.database.close().await;
        self.host.close().await;
    }
}

fn seen(persons: &[&str]) -> People {
    let seen = |person: &&str| Seen {
        id: (*person).to_owned(),
        name: (*person).to_owned(),
        own: false,
        keys: vec![(*person).to_owned()],
    };
    People::new(persons.iter().map(seen).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn generated_queries_see_what_the_model_sees() {
    for url in db::testing::fresh_urls().await {
        let world = World::open(&url).await;
        let (tables, imported) = (Tables::parse(TABLES).unwrap(), BTreeSet::new());
        let schema = Schema { tables: &tables, imported: &imported };
        let mut generator = Generator::new(7);
        let (mut ran, mut with_rows) = (0, 0);
        for round in 0..600 {
            let text = generator.query();
            // Not all that the generator writes has a meaning: the rest is refused before it runs.
            let Ok(select) = check(&text, &schema) else { continue };
            let query = Query::parse(&text, &schema).unwrap();
            let insurer = INSURERS[round % 2];
            let persons = &PERSONS[..round % 4];
            let people = seen(persons);
            let whom = For { insurer, people: &people, today: "2026-04-01", now: 1_775_000_000 };
            let params = generator.params(&select);
            let mut conn = world.database.read(insurer).await.unwrap();
            let engine = world.database.engine();
            let rows = query.run(&mut conn, engine, &whom, &params).await;
            let rows = rows.unwrap_or_else(|why| panic!("{text}\n{params:?}: {why:?}"));
            let expected = world.model.run(&select, insurer, persons, &params);
            same(
                &rows,
                &expected,
                &format!("{engine:?} {insurer} {persons:?}\n{text}\n{params:?}"),
            );
            ran += 1;
            with_rows += usize::from(!expected.is_empty());
        }
        assert!(ran > 300 && with_rows > 100, "{ran} ran, {with_rows} had rows");
        world.close().await;
    }
}

/// Attack 12: what a person hides of their rows is as if it had never been, for whoever else of the household asks; for
/// themselves, for staff and for a job it is there. And who hides what is read by nobody else.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_hidden_leaves_no_trace() {
    for url in db::testing::fresh_urls().await {
        let World { host, database, model } = World::open(&url).await;
        let (tables, imported) = (Tables::parse(TABLES).unwrap(), BTreeSet::new());
        let schema = Schema { tables: &tables, imported: &imported };
        let hidden = [("p1", "202601", "in"), ("p2", "202601", "out"), ("p3", "202512", "in")];
        let unsaid = [("p2", ""), ("p3", "港"), ("p1", "A")];
        let mut tx = database.begin("minato").await.unwrap();
        let all = |first: &[&str]| first.iter().map(|text| Value::from(*text)).collect::<Vec<_>>();
        for (person, month, kind) in hidden {
            let names = ["insurer_id", "import_id", "line", "person", "month", "kind"];
            let sql = database.insert("hidden", &names, 1);
            let mut values = vec![Value::from("minato"), Value::from(0), Value::from(0)];
            values.extend(all(&[person, month, kind]));
            tx.execute(AssertSqlSafe(sql), &values).await.unwrap();
        }
        for (person, note) in unsaid {
            let names = ["insurer_id", "import_id", "line", "person", "note"];
            let sql = database.insert("unsaid", &names, 1);
            let mut values = vec![Value::from("minato"), Value::from(0), Value::from(0)];
            values.extend(all(&[person, note]));
            tx.execute(AssertSqlSafe(sql), &values).await.unwrap();
        }
        // Rows of files stand under cards, what somebody hides under themselves.
        let cards = format!(
            "UPDATE {} SET person = 'card-' || person WHERE insurer_id = 'minato' AND person <> 'p2'",
            database.table("fees")
        );
        tx.execute(AssertSqlSafe(cards), &[]).await.unwrap();
        tx.commit().await.unwrap();

        let (mut generator, engine) = (Generator::new(23), database.engine());
        let mut differed = 0;
        for round in 0..400 {
            let text = generator.query();
            let Ok(select) = check(&text, &schema) else { continue };
            let query = Query::parse(&text, &schema).unwrap();
            let asks = PERSONS[round % 3];
            let people = People::new(
                PERSONS
                    .iter()
                    .map(|person| Seen {
                        id: (*person).to_owned(),
                        name: String::new(),
                        own: *person == asks,
                        keys: vec![format!("card-{person}")],
                    })
                    .collect(),
            );
            let (insurer, today, now) = ("minato", "2026-04-01", 1_775_000_000);
            let params = generator.params(&select);
            let seen = model.without(insurer, |person, row, column| {
                if person == asks {
                    return false;
                }
                let is = |name: &str, text: &str| row(name).is_some_and(|value| value == text);
                match column {
                    None => hidden.iter().any(|(whose, month, kind)| {
                        *whose == person && is("month", month) && is("kind", kind)
                    }),
                    Some("note" | "days") => unsaid.iter().any(|(whose, note)| {
                        *whose == person && row("note").unwrap_or_default() == *note
                    }),
                    Some(_) => false,
                }
            });
            let expected = seen.run(&select, insurer, &PERSONS, &params);
            differed += usize::from(expected != model.run(&select, insurer, &PERSONS, &params));
            let whom = For { insurer, people: &people, today, now };
            let mut conn = database.read(insurer).await.unwrap();
            let rows = query.run(&mut conn, engine, &whom, &params).await.unwrap();
            same(&rows, &expected, &format!("{engine:?} {asks}\n{text}\n{params:?}"));
            // Chosen by who asks, one of the others hides the same.
            let other = people.only(PERSONS[(round + 1) % 3]);
            let whom = For { people: &other, ..whom };
            let rows = query.run(&mut conn, engine, &whom, &params).await.unwrap();
            let expected = seen.run(&select, insurer, &[PERSONS[(round + 1) % 3]], &params);
            same(&rows, &expected, &format!("{engine:?} one of {asks}'s\n{text}\n{params:?}"));
            // Who a card is, a job is told by its own people alone.
            if text.contains("person") {
                continue;
            }
            let everybody = People::everybody();
            let whom = For { people: &everybody, ..whom };
            let rows = query.run(&mut conn, engine, &whom, &params).await.unwrap();
            let expected = model.run(&select, insurer, &PERSONS, &params);
            same(&rows, &expected, &format!("{engine:?} a job\n{text}\n{params:?}"));
        }
        assert!(differed > 50, "hidden rows made {differed} answers another");

        // Who hides what is read by nobody else, a job and staff included.
        let none = serde_json::Map::new();
        let kept = Query::parse("SELECT COUNT(*) AS n FROM hidden", &schema).unwrap();
        let both = |own: &str| {
            let one = |id: &str, own| Seen {
                id: id.to_owned(),
                name: String::new(),
                own,
                keys: Vec::new(),
            };
            People::new(vec![one("p1", own == "p1"), one("p2", own == "p2")])
        };
        for (people, n) in [
            (both("p1"), 1),
            (both("p1").only("p2"), 0),
            (both(""), 0),
            (People::everybody(), 0),
            (People::everybody().only(&"p".repeat(22)), 0),
        ] {
            let whom = For { insurer: "minato", people: &people, today: "2026-04-01", now: 0 };
            let mut conn = database.read("minato").await.unwrap();
            let rows = kept.run(&mut conn, engine, &whom, &none).await.unwrap();
            assert_eq!(rows[0]["n"], n, "{people:?}");
        }
        database.close().await;
        host.close().await;
    }
}

/// The same rows, in whatever order: ties may stand either way.
fn same(rows: &[Json], expected: &[Json], what: &str) {
    let sorted = |rows: &[Json]| {
        let mut rows: Vec<String> = rows.iter().map(Json::to_string).collect();
        rows.sort();
        rows
    };
    assert_eq!(sorted(rows), sorted(expected), "{what}");
}

/// All rows that a statement gives, as texts.
async fn all(conn: &mut Conn, sql: &str, values: &[Value]) -> Result<Vec<String>, db::Error> {
    let rows = conn.all(AssertSqlSafe(sql.to_owned()), values).await?;
    let mut texts = Vec::new();
    for row in rows {
        texts.push(format!("{:?}", row.columns()?));
    }
    Ok(texts)
}

/// The printed scope holds where the database would show everything: SQLite's file with no wall
/// around it, and PostgreSQL as the role that made the tables and may pass their policies.
#[tokio::test(flavor = "multi_thread")]
async fn the_printed_scope_holds_without_the_databases() {
    for url in db::testing::fresh_urls().await {
        let world = World::open(&url).await;
        let (tables, imported) = (Tables::parse(TABLES).unwrap(), BTreeSet::new());
        let schema = Schema { tables: &tables, imported: &imported };
        let mut generator = Generator::new(11);
        for _ in 0..200 {
            let text = generator.query();
            let Ok(select) = check(&text, &schema) else { continue };
            let query = Query::parse(&text, &schema).unwrap();
            let params = generator.params(&select);
            let people = seen(&PERSONS[..1]);
            let whom =
                For { insurer: "minato", people: &people, today: "2026-04-01", now: 1_775_000_000 };
            let mut tx = world.database.begin("minato").await.unwrap();
            if world.database.engine() == Engine::Postgres {
                tx.execute("SET LOCAL search_path = plugin_model", &[]).await.unwrap();
            }
            let rows = query.run(&mut tx, world.database.engine(), &whom, &params).await;
            let rows = rows.unwrap_or_else(|why| panic!("{text}: {why:?}"));
            let expected = world.model.run(&select, "minato", &PERSONS[..1], &params);
            same(&rows, &expected, &text);
        }
        world.close().await;
    }
}

/// The database holds where no scope is printed: on PostgreSQL a whole table is one insurer's rows,
/// and a connection that serves nobody sees an error; the portal's own tables, other schemas and
/// everything that writes are out of reach. (What SQLite's wall refuses is in `db/src/wall.rs`.)
#[tokio::test(flavor = "multi_thread")]
async fn the_database_holds_without_the_printed_scope() {
    for url in db::testing::fresh_urls().await {
        let world = World::open(&url).await;
        let mut conn = world.database.read("minato").await.unwrap();
        for bad in [
            "SELECT sub FROM sessions",
            "SELECT sub FROM public.sessions",
            "SELECT value FROM installation",
            "SELECT name, made FROM musubi_tables",
            "INSERT INTO items (insurer_id, import_id, line, month, title) VALUES ('minato', 0, 0, '202601', 'x')",
            "UPDATE fees SET total = 0",
            "DELETE FROM fees",
            "DROP TABLE fees",
            "CREATE TABLE x (a BIGINT)",
            "ALTER TABLE fees DISABLE ROW LEVEL SECURITY",
            "SET ROLE postgres",
            "SELECT pg_read_file('/etc/passwd')",
            "SELECT rolpassword FROM pg_authid",
        ] {
            let ran = all(&mut conn, bad, &[]).await;
            assert!(ran.is_err(), "{bad}: {ran:?}");
        }
        drop(conn);
        if world.database.engine() == Engine::Postgres {
            for insurer in INSURERS {
                let mut conn = world.database.read(insurer).await.unwrap();
                for (table, rows) in world.model.of(insurer) {
                    let sql = format!("SELECT insurer_id FROM {table}");
                    let found = all(&mut conn, &sql, &[]).await.unwrap();
                    assert_eq!(found.len(), rows.len(), "{table}");
                    assert!(found.iter().all(|row| row.contains(insurer)), "{found:?}");
                }
            }
        }
        world.close().await;
    }
}

/// What each engine would take for another type, or only one would refuse: prepared as at a start, and
/// run with one person first, as a guess would be kept.
#[tokio::test(flavor = "multi_thread")]
async fn parameters_and_numbers_have_the_same_types_on_both_engines() {
    for url in db::testing::fresh_urls().await {
        let world = World::open(&url).await;
        let (tables, imported) = (Tables::parse(TABLES).unwrap(), BTreeSet::new());
        let schema = Schema { tables: &tables, imported: &imported };
        for text in [
            "SELECT total FROM fees WHERE ($kind IS NULL OR kind = $kind)",
            "SELECT total FROM fees WHERE LENGTH(note) > $n OR LENGTH(note) * 3000000000 > $n",
            "SELECT total + ABS($n) AS x FROM fees ORDER BY x",
            "SELECT total FROM fees WHERE total = - $n OR total > 100000 * 100000",
            "SELECT MAX(CASE WHEN total > 1 THEN 'a' ELSE 'B' END) AS x FROM fees",
            "SELECT note || $t AS x FROM fees WHERE note IN ($t, 'A') ORDER BY x LIMIT $rows OFFSET $rows",
            "SELECT MONTH(day) AS m FROM choices WHERE day <= TODAY() AND day <> $day",
            "SELECT rate FROM items WHERE rate > $rate AND NOT (rate BETWEEN $rate AND 2.5)",
        ] {
            let query = Query::parse(text, &schema).unwrap_or_else(|why| panic!("{text}: {why}"));
            let select = check(text, &schema).unwrap();
            let engine = world.database.engine();
            world
                .database
                .prepare(query.printed(engine, &seen(&PERSONS[..1])).sql.clone())
                .await
                .unwrap();
            let values = [
                ("kind", "in".into()),
                ("n", 1000.into()),
                ("t", "A".into()),
                ("rows", 2.into()),
                ("day", "2026-01-31".into()),
                ("rate", "1.5".into()),
            ];
            let named = |(name, value): (&str, Json)| {
                select.params.contains_key(name).then(|| (name.to_owned(), value))
            };
            let params = values.into_iter().filter_map(named).collect();
            for persons in [&PERSONS[..1], &PERSONS[..]] {
                let people = seen(persons);
                let whom = For {
                    insurer: "minato",
                    people: &people,
                    today: "2026-04-01",
                    now: 1_775_000_000,
                };
                let mut conn = world.database.read("minato").await.unwrap();
                let rows = query.run(&mut conn, engine, &whom, &params).await;
                let rows = rows.unwrap_or_else(|why| panic!("{engine:?} {text}: {why:?}"));
                let expected = world.model.run(&select, "minato", persons, &params);
                same(&rows, &expected, &format!("{engine:?} {text}"));
            }
        }
        world.close().await;
    }
}

/// A query's text is short, and so are its tree and its statement, however it is nested.
#[test]
fn nesting_does_not_double() {
    let (tables, imported) = (Tables::parse(TABLES).unwrap(), BTreeSet::new());
    let schema = Schema { tables: &tables, imported: &imported };
    let (mut equal, mut between, mut starts) =
        ("title = 'x'".to_owned(), "1".to_owned(), "title".to_owned());
    for _ in 0..18 {
        equal = format!("({equal}) = TRUE");
        between = format!("CASE WHEN {between} BETWEEN 0 AND 1 THEN 1 ELSE 0 END");
        starts = format!("CASE WHEN STARTS_WITH('a', {starts}) THEN 'a' ELSE 'b' END");
    }
    for filter in [equal, format!("{between} = 1"), format!("{starts} = 'a'")] {
        let query = Query::parse(&format!("SELECT title FROM items WHERE {filter}"), &schema);
        let query = query.unwrap_or_else(|why| panic!("{filter}: {why}"));
        for engine in [Engine::Sqlite, Engine::Postgres] {
            assert!(query.printed(engine, &seen(&PERSONS[..1])).sql.len() < 20_000);
        }
    }
}

/// A portal whose user is no superuser, but may make roles and owns its database, as
/// docs/operators.md asks: the policies hold for it, too.
#[tokio::test(flavor = "multi_thread")]
async fn a_portal_need_not_be_a_superuser() {
    let urls = db::testing::fresh_urls().await;
    let Some(url) = urls.iter().find(|url| url.starts_with("postgres")) else { return };
    let name = url.rsplit('/').next().expect("a name");
    let owner = format!("{name}_owner");
    let superuser = Db::open(url).await.unwrap();
    let mut tx = superuser.begin().await.unwrap();
    for sql in [
        format!("DROP ROLE IF EXISTS {owner}"),
        format!("CREATE ROLE {owner} LOGIN CREATEROLE PASSWORD 'x'"),
        format!("ALTER DATABASE {name} OWNER TO {owner}"),
    ] {
        tx.execute(AssertSqlSafe(sql), &[]).await.unwrap();
    }
    tx.commit().await.unwrap();
    superuser.close().await;
    let (_, server) = url.split_once('@').expect("a user");
    let world = World::open(&format!("postgres://{owner}:x@{server}")).await;
    for insurer in INSURERS {
        let mut tx = world.database.begin(insurer).await.unwrap();
        for (table, rows) in world.model.of(insurer) {
            let sql = format!("SELECT insurer_id FROM {}", world.database.table(table));
            let found = all(&mut tx, &sql, &[]).await.unwrap();
            assert_eq!(found.len(), rows.len(), "{table}");
        }
        let theirs = if insurer == "minato" { "aozora" } else { "minato" };
        let sql = format!(
            "INSERT INTO {} (insurer_id, import_id, line, month, title) VALUES ('{theirs}', 0, 0, \
             '202601', 'x')",
            world.database.table("items")
        );
        assert!(tx.execute(AssertSqlSafe(sql), &[]).await.is_err(), "another insurer's row");
    }
    // The same database once more: nothing is to be made, and the role is known.
    let (host, keys) = (&world.host, PersonKeys::open(&world.host).await.unwrap());
    let url = format!("postgres://{owner}:x@{server}");
    let place = Place { url: &url, host, keys: &keys, plugin: "model" };
    let (tables, imported) = (Tables::parse(TABLES).unwrap(), BTreeSet::new());
    let schema = Schema { tables: &tables, imported: &imported };
    let again = Database::open(&place, &schema).await.unwrap();
    again.close().await;
    world.close().await;
}

/// Attack 34, as an author would try it: whatever is written, nothing but the plugin's own tables
/// can be named, and the scope is printed beside each.
#[test]
fn what_reaches_beyond_the_plugin_or_the_insurer_cannot_be_written() {
    let (tables, imported) = (Tables::parse(TABLES).unwrap(), BTreeSet::new());
    let schema = Schema { tables: &tables, imported: &imported };
    let heads =
        ["SELECT title FROM items", "SELECT total FROM fees", "SELECT title FROM items AS i"];
    let tails = [
        " WHERE insurer_id = 'aozora'",
        " WHERE INSURER_ID = 'aozora'",
        " WHERE items.insurer_id <> 'minato'",
        " WHERE \"insurer_id\" = 'aozora'",
        " WHERE import_id = 0",
        " WHERE rowid = 1",
        " WHERE ctid = '(0,1)'",
        " WHERE xmin = 1",
        " WHERE TRUE) OR (TRUE",
        " WHERE n <<--5 = 5 AND insurer_id = $1 AND\n 5 > 0",
        " WHERE a %--\n UNION SELECT sub FROM sessions",
        " WHERE a &--'\n' = 5",
        " WHERE a #--'\n' = 5",
        " WHERE title = 'a' /* */ OR 1 = 1",
        " WHERE title = 'a'; DELETE FROM items",
        " WHERE title = $1",
        " WHERE title = $subjects$x$subjects$",
        " WHERE title = E'\\' OR 1=1'",
        " WHERE title = $$x$$",
        " WHERE title::text = 'a'",
        " WHERE title COLLATE nocase = 'a'",
        " WHERE title IN (SELECT sub FROM sessions)",
        " WHERE EXISTS (SELECT sub FROM sessions)",
        " WHERE title = (SELECT sub FROM sessions)",
        " WHERE title = ANY(ARRAY['a'])",
        " WHERE load_extension('x') = 1",
        " WHERE pg_sleep(10) IS NULL",
        " WHERE set_config('musubi.insurer', 'aozora', false) = 'a'",
        " WHERE current_setting('x') = 'a'",
        " WHERE title LIKE '%'",
        " WHERE title ~ '.*'",
        " WHERE title @@ 'x'",
        " JOIN sessions ON TRUE",
        " JOIN items ON TRUE",
        " CROSS JOIN sessions",
        " NATURAL JOIN sessions",
        " JOIN LATERAL sessions ON TRUE",
        " RIGHT JOIN sessions ON TRUE",
        " FULL JOIN sessions ON TRUE",
        ", sessions",
        " UNION ALL SELECT sub FROM sessions",
        " INTERSECT SELECT sub FROM sessions",
        " EXCEPT SELECT sub FROM sessions",
        " ORDER BY (SELECT sub FROM sessions)",
        " ORDER BY 1",
        " GROUP BY 1",
        " LIMIT (SELECT 1)",
        " LIMIT ALL",
        " LIMIT 5 + 5",
        " FOR UPDATE",
        " FETCH FIRST 5 ROWS ONLY",
        " TABLESAMPLE SYSTEM (100)",
        " WINDOW w AS ()",
        " INTO x",
        " RETURNING title",
        " OFFSET -1 ROWS",
    ];
    let alone = [
        "SELECT sub FROM sessions",
        "SELECT name FROM sqlite_master",
        "SELECT title FROM main.items",
        "SELECT title FROM plugin_model.items",
        "SELECT title FROM (items)",
        "SELECT title FROM items()",
        "SELECT title FROM pg_ls_dir('/')",
        "SELECT title FROM json_each('[]')",
        "SELECT title, insurer_id FROM items",
        "SELECT items.* FROM items",
        "SELECT *, title FROM items",
        "SELECT items FROM items",
        "SELECT musubi_imports.live FROM musubi_imports",
        "SELECT live FROM musubi_imports",
        "SELECT made FROM musubi_tables",
        "TABLE items",
        "VALUES (1)",
        "EXPLAIN SELECT title FROM items",
        "COPY items TO '/tmp/x'",
        "ATTACH DATABASE 'x' AS y",
        "PRAGMA query_only = OFF",
        "INSERT INTO items (title) VALUES ('x')",
        "UPDATE items SET title = 'x'",
        "DELETE FROM items",
        "DROP TABLE items",
        "CREATE TABLE x (a TEXT)",
        "",
        "--",
    ];
    let all = heads.iter().flat_map(|head| tails.iter().map(move |tail| format!("{head}{tail}")));
    let all: Vec<String> = all.chain(alone.iter().map(|text| (*text).to_owned())).collect();
    assert!(all.len() > 150, "{}", all.len());
    for bad in all {
        // Two tables that are both the plugin's are no attack.
        if bad == "SELECT total FROM fees JOIN items ON TRUE" {
            continue;
        }
        assert!(check(&bad, &schema).is_err(), "{bad}");
    }
    let printed = |text: &str, engine| {
        let query = Query::parse(text, &schema).unwrap();
        query.printed(engine, &seen(&PERSONS[..2])).sql.clone()
    };
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let text = "SELECT f.total, i.title FROM fees AS f LEFT JOIN items AS i ON i.month = f.month \
                    JOIN choices AS c ON c.person = f.person WHERE f.total > f.days OR TRUE";
        let sql = printed(text, engine);
        // Three tables, and twice those that hide rows and parts of one.
        assert_eq!(sql.matches("\"insurer_id\" = $1").count(), 7, "{sql}");
        assert_eq!(sql.matches("AS \"h\" WHERE \"h\".\"insurer_id\" = $1").count(), 4, "{sql}");
        assert_eq!(sql.matches("\"person\" IN ($2, $3, $4, $5)").count(), 2, "{sql}");
        assert!(sql.contains("AND ((\"t0\".\"total\" > (CASE WHEN (EXISTS"), "{sql}");
        assert!(sql.contains("ELSE \"t0\".\"days\" END)) OR TRUE)"), "{sql}");
    }
}

/// What staff read says whose it is, or counts over many.
#[test]
fn what_a_page_of_staff_may_ask() {
    let tables = Tables::parse(TABLES).expect("tables");
    let imported = BTreeSet::new();
    let schema = Schema { tables: &tables, imported: &imported };
    let says = |sql: &str| {
        let query = Query::parse(sql, &schema).unwrap_or_else(|why| panic!("{sql}: {why}"));
        query.says_whose()
    };
    for sql in [
        "SELECT title FROM items",
        "SELECT person, total FROM fees",
        "SELECT person, SUM(total) AS total FROM fees GROUP BY person",
        "SELECT month, kind, COUNT(*) AS n, SUM(total) AS total FROM fees GROUP BY month, kind",
        "SELECT COUNT(DISTINCT person) AS people FROM fees",
        "SELECT COUNT(*) AS n FROM choices WHERE YEAR(day) = $year GROUP BY MONTH(day)",
        "SELECT f.person AS who, c.person AS whom, f.total FROM fees AS f JOIN choices AS c ON c.word = f.note",
    ] {
        assert!(says(sql), "{sql}");
    }
    for sql in [
        "SELECT total FROM fees",
        "SELECT DISTINCT note FROM fees",
        "SELECT SUM(total) AS total FROM fees GROUP BY person",
        "SELECT MIN(note) AS note, COUNT(*) AS n FROM fees GROUP BY month",
        "SELECT note, COUNT(*) AS n FROM fees GROUP BY note",
        "SELECT COUNT(*) AS n, SUM(total) AS total FROM fees WHERE person = $whose",
        "SELECT COUNT(*) AS n FROM fees WHERE note = $name",
        "SELECT COUNT(*) AS n FROM fees GROUP BY month HAVING MIN(note) = $name",
        "SELECT SUM(f.total) AS t FROM fees AS f JOIN choices AS c ON c.word = f.note",
        "SELECT MIN(day) AS day, COUNT(*) AS n FROM choices",
        "SELECT COUNT(*) AS n FROM choices GROUP BY day",
        "SELECT c.person, f.total FROM fees AS f JOIN choices AS c ON c.word = f.note",
        "SELECT i.title, f.total FROM items AS i JOIN fees AS f ON f.month = i.month",
    ] {
        assert!(!says(sql), "{sql}");
    }
}

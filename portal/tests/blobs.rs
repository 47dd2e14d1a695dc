//! Files beside a plugin's tables, on both engines: kept by the row of their person that names them, by no
//! other, and gone when none does.

#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use db::Db;
use portal::plugins::data::blobs::{self, Blob};
use portal::plugins::data::class::DataClass;
use portal::plugins::data::database::{Database, Place};
use portal::plugins::data::people::{People, PersonKeys, Seen};
use portal::plugins::data::reach::{Declared, Writes};
use portal::plugins::data::sql::check::Schema;
use portal::plugins::data::statement::{Statement, Statements};
use portal::plugins::data::tables::Tables;
use portal::plugins::data::take::{NotTaken, Sent, Taken, Taking, Wanted};
use portal::plugins::upload::Media;
use sdk::wire::Write;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

const TABLES: &str = r#"
schema = "musubi-tables/1"
[table.letters]
scope = "person"
class = "pii"
columns.words = { type = "text", optional = true }
columns.paper = { type = "blob", optional = true }
[table.forms]
scope = "insurer"
class = "none"
columns.paper = { type = "blob" }
"#;

/// As it was before.
const BEFORE: &str = r#"
schema = "musubi-tables/1"
[table.letters]
scope = "person"
class = "pii"
columns.words = { type = "text", optional = true }
"#;

const DAY: i64 = 86_400;

fn blob(person: &str, bytes: i64) -> Blob {
    Blob {
        id: Blob::id(),
        person: person.to_owned(),
        class: DataClass::Pii,
        name: "a.pdf".to_owned(),
        media: Media::Pdf,
        bytes,
        pages: 1,
        kept: false,
    }
}

struct World {
    database: Database,
    statements: Statements,
}

impl World {
    async fn open(url: &str) -> Self {
        Self::with(url, TABLES).await
    }

    async fn with(url: &str, tables: &str) -> Self {
        let host = Db::open(url).await.unwrap();
        host.migrate("migrations", &portal::app::migrations().unwrap()).await.unwrap();
        let keys = PersonKeys::open(&host).await.unwrap();
        let tables = Tables::parse(tables).unwrap();
        let imported = BTreeSet::new();
        let place = Place { url, host: &host, keys: &keys, plugin: "blobs-x" };
        let schema = Schema { tables: &tables, imported: &imported };
        let database = Database::open(&place, &schema).await.unwrap();
        let texts = [
            ("letter", "INSERT INTO letters (paper) VALUES ($paper)"),
            ("again", "INSERT INTO letters (paper, words) VALUES ($paper, 'again')"),
            ("burn", "DELETE FROM letters WHERE paper = $paper"),
            ("form", "INSERT INTO forms (paper) VALUES ($paper)"),
        ];
        let parsed = texts.into_iter().filter_map(|(name, text)| {
            Some((name.to_owned(), Statement::parse(text, &schema).ok()?))
        });
        let statements: Statements = parsed.collect();
        Self { database, statements }
    }

    async fn holds(&self, insurer: &str, blob: &Blob, now: i64) -> bool {
        blobs::hold(&self.database, insurer, blob, (b"sealed", now)).await.unwrap()
    }

    /// A form of a member's, or of staff.
    async fn writes(
        &self,
        insurer: &str,
        whose: &str,
        staff: bool,
        write: (&str, &str),
    ) -> Result<Taken, NotTaken> {
        let seen = Seen { id: whose.to_owned(), name: String::new(), own: true, keys: Vec::new() };
        let people = if staff { People::everybody() } else { People::new(vec![seen]) };
        let declared = Declared {
            handler: "h",
            class: DataClass::Pii,
            queries: None,
            writes: if staff { Writes::Everybodys(None) } else { Writes::Own(None) },
        };
        let taking = Taking {
            database: &self.database,
            statements: &self.statements,
            declared,
            plugin: "blobs-x",
            notifications: &[],
            events: &[],
            insurer,
            people: &people,
            names_whose: staff,
            today: "2026-04-01",
            now: 1,
        };
        let (statement, paper) = write;
        let write = Write {
            statement: statement.to_owned(),
            params: json!({"paper": paper}),
            person: (staff && statement != "form").then(|| whose.to_owned()),
            must: None,
        };
        let once = Blob::id();
        let sent = Sent::new(whose, ("blobs-x", statement), &once, &BTreeMap::new());
        taking.take(&sent, "/", &Wanted { writes: vec![write], ..Wanted::default() }).await
    }

    async fn is_there(&self, insurer: &str, blob: &Blob) -> Option<Blob> {
        let mut conn = self.database.read(insurer).await.unwrap();
        blobs::of(&mut conn, insurer, &blob.id).await.unwrap()
    }

    async fn purged(&self, insurer: &str, now: i64) -> u64 {
        blobs::purge(&self.database, insurer, now).await.unwrap()
    }
}

const HANAKO: &str = "hanakohanakohanakohana";
const TARO: &str = "tarotarotarotarotarota";

async fn each_engine(test: impl AsyncFn(World)) {
    for url in db::testing::fresh_urls().await {
        test(World::open(&url).await).await;
    }
}

/// Attack 12.
#[tokio::test]
async fn a_row_names_a_file_of_its_own_person_only() {
    each_engine(async |world| {
        let (hers, his, staffs) = (blob(HANAKO, 10), blob(TARO, 10), blob("", 10));
        for one in [&hers, &his, &staffs] {
            assert!(world.holds("minato", one, 0).await);
        }
        let refused = |taken: Result<Taken, NotTaken>| matches!(taken, Err(NotTaken::Asked(why)) if why.contains("not this person's"));
        assert!(refused(world.writes("minato", HANAKO, false, ("letter", &his.id)).await));
        assert!(refused(world.writes("aozora", HANAKO, false, ("letter", &hers.id)).await));
        assert!(refused(world.writes("minato", HANAKO, false, ("letter", "made-up")).await));
        assert!(refused(world.writes("minato", "", true, ("form", &hers.id)).await));
        assert!(!world.is_there("minato", &his).await.unwrap().kept);

        assert_eq!(world.writes("minato", HANAKO, false, ("letter", &hers.id)).await.unwrap(), Taken::Now);
        assert!(world.is_there("minato", &hers).await.unwrap().kept);
        // What staff bring becomes whose row names it, and then nobody else's.
        assert_eq!(world.writes("minato", TARO, true, ("letter", &staffs.id)).await.unwrap(), Taken::Now);
        assert_eq!(world.is_there("minato", &staffs).await.unwrap().person, TARO);
        assert!(refused(world.writes("minato", HANAKO, true, ("letter", &staffs.id)).await));
        assert!(world.is_there("aozora", &hers).await.is_none());
    })
    .await;
}

#[tokio::test]
async fn a_file_that_no_row_names_is_gone_after_two_days() {
    each_engine(async |world| {
        let (held, kept, form) = (blob(HANAKO, 10), blob(HANAKO, 10), blob("", 10));
        for one in [&held, &kept, &form] {
            assert!(world.holds("minato", one, 0).await);
        }
        world.writes("minato", HANAKO, false, ("letter", &kept.id)).await.unwrap();
        world.writes("minato", "", true, ("form", &form.id)).await.unwrap();
        assert_eq!(world.purged("minato", 2 * DAY).await, 0);
        assert_eq!(world.purged("aozora", 3 * DAY).await, 0);
        assert_eq!(world.purged("minato", 3 * DAY).await, 1);
        assert!(world.is_there("minato", &held).await.is_none());
        assert!(
            world.is_there("minato", &kept).await.is_some()
                && world.is_there("minato", &form).await.is_some()
        );
        // From when no row names it: there is a while to think again.
        world.writes("minato", HANAKO, false, ("burn", &kept.id)).await.unwrap();
        assert_eq!(world.purged("minato", 30 * DAY).await, 0);
        assert_eq!(world.purged("minato", 31 * DAY).await, 0);
        world.writes("minato", HANAKO, false, ("again", &kept.id)).await.unwrap();
        assert_eq!(world.purged("minato", 33 * DAY).await, 0);
        world.writes("minato", HANAKO, false, ("burn", &kept.id)).await.unwrap();
        assert_eq!(world.purged("minato", 40 * DAY).await, 0);
        assert_eq!(world.purged("minato", 43 * DAY).await, 1);
        assert!(world.is_there("minato", &kept).await.is_none());
    })
    .await;
}

/// A version before, which knows neither the column nor the table that names a file, forgets nothing.
#[tokio::test]
async fn a_version_before_forgets_no_file_of_a_later_one() {
    for url in db::testing::fresh_urls().await {
        let later = World::open(&url).await;
        let (hers, form) = (blob(HANAKO, 10), blob("", 10));
        for one in [&hers, &form] {
            assert!(later.holds("minato", one, 0).await);
        }
        later.writes("minato", HANAKO, false, ("letter", &hers.id)).await.unwrap();
        later.writes("minato", "", true, ("form", &form.id)).await.unwrap();
        let before = World::with(&url, BEFORE).await;
        for day in [10, 20, 30] {
            assert_eq!(before.purged("minato", day * DAY).await, 0);
        }
        assert!(before.is_there("minato", &hers).await.is_some());
        assert!(later.is_there("minato", &form).await.is_some());
    }
}

/// A row over a file that was imported has its person's card: the file is theirs by that name, too.
#[tokio::test]
async fn a_file_is_its_persons_under_each_of_their_names() {
    each_engine(async |world| {
        let carded = blob("cardcardcardcardcardca", 10);
        assert!(world.holds("minato", &carded, 0).await);
        let mut tx = world.database.begin_walled("minato").await.unwrap();
        let keys = vec!["cardcardcardcardcardca".to_owned()];
        let mut her = Seen { id: HANAKO.to_owned(), name: String::new(), own: true, keys };
        assert!(blobs::keep(&mut tx, "minato", &carded.id, Some(&her)).await.unwrap());
        her.keys.clear();
        assert!(!blobs::keep(&mut tx, "minato", &carded.id, Some(&her)).await.unwrap());
    })
    .await;
}

/// The limit is taken and checked in one statement.
#[tokio::test]
async fn nobody_holds_more_than_they_may() {
    each_engine(async |world| {
        let most = blobs::MOST_BYTES;
        assert!(world.holds("minato", &blob(HANAKO, most - 10), 0).await);
        assert!(!world.holds("minato", &blob(HANAKO, 11), 0).await);
        assert!(world.holds("minato", &blob(HANAKO, 10), 0).await);
        assert!(!world.holds("minato", &blob(HANAKO, 1), 0).await);
        assert!(
            world.holds("minato", &blob(TARO, 1), 0).await
                && world.holds("aozora", &blob(HANAKO, 1), 0).await
        );
    })
    .await;
}

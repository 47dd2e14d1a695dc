//! Files of staff in the store, on both engines: who may have one published, which comes first, and that a node
//! without the claim changes nothing.

use db::Tx;
use portal::store::staff_files::{self, File, Found, Of, State};

const INSURER: &str = "minato";

fn of(importer: [&'static str; 2]) -> Of<'static> {
    Of { insurer: INSURER, plugin: "fees", importer }
}

async fn bring(tx: &mut Tx, id: &str, by: &str, at: i64) {
    let file = File {
        id: id.to_owned(),
        plugin: "fees".to_owned(),
        importer: "rows".to_owned(),
        name: format!("{id}.csv"),
        batch: String::new(),
        bytes: 3,
        state: State::New,
        brought_by: by.to_owned(),
        brought_by_name: by.to_owned(),
        brought_at: at,
        ended_by: None,
        ended_by_name: None,
        ended_at: None,
    };
    staff_files::insert(tx, INSURER, &file, b"abc").await.expect("kept");
}

/// Checked by a node: right.
async fn right(tx: &mut Tx, now: i64) -> String {
    let claimed = staff_files::claim(tx, now).await.expect("asked").expect("there is one");
    assert_eq!(claimed.sealed.as_deref(), Some(&b"abc"[..]));
    assert!(staff_files::checked(tx, &claimed, &Found::default()).await.expect("noted"));
    claimed.file.id
}

async fn state(tx: &mut Tx, id: &str) -> State {
    staff_files::by_id(tx, of(["rows", ""]), id).await.expect("asked").expect("there").state
}

/// A plugin takes two kinds of files: each page has its own. What was brought before there were two is the first's.
#[tokio::test]
async fn files_are_listed_by_what_they_are() {
    let migrations = portal::app::migrations().expect("migrations");
    db::testing::each_engine(&migrations, async |db| {
        let mut tx = db.begin().await.expect("begins");
        bring(&mut tx, "a", "taro", 10).await;
        bring(&mut tx, "before", "taro", 20).await;
        let sql = "UPDATE staff_files SET importer = '' WHERE file_id = 'before'";
        tx.execute(sql, db::params![]).await.expect("as it was");
        for (importer, expected) in
            [(["rows", ""], vec!["before", "a"]), (["other", "other"], vec![])]
        {
            let files = staff_files::list(&mut tx, of(importer), 20).await.expect("asked");
            let ids: Vec<&str> = files.iter().map(|file| file.id.as_str()).collect();
            assert_eq!(ids, expected);
            let one = staff_files::by_id(&mut tx, of(importer), "a").await.expect("asked");
            assert_eq!(one.is_some(), !expected.is_empty());
        }
        right(&mut tx, 1_000).await;
        assert_eq!(staff_files::waiting(&mut tx, of(["rows", ""])).await.expect("asked").len(), 1);
        let other = staff_files::waiting(&mut tx, of(["other", "other"])).await;
        assert_eq!(other.expect("asked").len(), 0);
    })
    .await;
}

#[tokio::test]
async fn who_brought_it_does_not_publish_it_where_two_must() {
    let migrations = portal::app::migrations().expect("migrations");
    db::testing::each_engine(&migrations, async |db| {
        let mut tx = db.begin().await.expect("begins");
        bring(&mut tx, "a", "taro", 10).await;
        let ask = async |tx: &mut Tx, by: &str, two: bool| {
            staff_files::ask(tx, INSURER, "a", (by, by, 20), two).await.expect("asked")
        };
        assert!(!ask(&mut tx, "jiro", true).await, "it is not checked yet");
        assert_eq!(right(&mut tx, 1_000).await, "a");
        assert!(!ask(&mut tx, "taro", true).await);
        assert!(ask(&mut tx, "jiro", true).await);
        assert!(!ask(&mut tx, "jiro", true).await, "once");
        assert!(!staff_files::discard(&mut tx, INSURER, "a", ("x", "x", 30)).await.expect("asked"));
        // Where one does, whoever brought it may.
        let claimed =
            staff_files::claim(&mut tx, 1_000).await.expect("asked").expect("a comes first");
        staff_files::unasked(&mut tx, &claimed).await.expect("noted");
        assert_eq!(state(&mut tx, "a").await, State::Right);
        assert!(ask(&mut tx, "taro", false).await);
    })
    .await;
}

/// Attack 38: what was asked for later counts in the end, also when a node dies over what came before.
#[tokio::test]
async fn what_was_asked_for_first_comes_first() {
    let migrations = portal::app::migrations().expect("migrations");
    db::testing::each_engine(&migrations, async |db| {
        let mut tx = db.begin().await.expect("begins");
        for (id, at) in [("b", 10), ("a", 11)] {
            bring(&mut tx, id, "taro", at).await;
        }
        assert_eq!(right(&mut tx, 1_000).await, "b");
        assert_eq!(right(&mut tx, 1_000).await, "a");
        for (id, at) in [("b", 20), ("a", 21)] {
            let by = ("jiro", "jiro", at);
            assert!(staff_files::ask(&mut tx, INSURER, id, by, true).await.expect("asked"));
        }
        let dead = staff_files::claim(&mut tx, 1_000).await.expect("asked").expect("there is one");
        assert_eq!(dead.file.id, "b");
        // The node is silent; until it is known to be dead nobody goes past it.
        assert!(staff_files::claim(&mut tx, 1_080).await.expect("asked").is_none());
        staff_files::alive(&mut tx, dead.of(), 1_080).await.expect("said");
        assert!(staff_files::claim(&mut tx, 1_160).await.expect("asked").is_none());
        let other = staff_files::claim(&mut tx, 1_170).await.expect("asked").expect("taken over");
        assert_eq!((other.file.id.as_str(), other.tries), ("b", 2));
        // What the first one says now is nobody's word.
        let found = Found::default();
        assert!(!staff_files::published(&mut tx, &dead, &found, 1_171).await.expect("asked"));
        assert!(!staff_files::checked(&mut tx, &dead, &found).await.expect("asked"));
        staff_files::later(&mut tx, &dead, 1_171).await.expect("asked");
        staff_files::unasked(&mut tx, &dead).await.expect("asked");
        assert_eq!(state(&mut tx, "b").await, State::Publishing);
        // Put off, it is still the first.
        staff_files::later(&mut tx, &other, 1_171).await.expect("noted");
        assert!(staff_files::claim(&mut tx, 1_172).await.expect("asked").is_none());
        let again = staff_files::claim(&mut tx, 1_202).await.expect("asked").expect("in a while");
        assert!(staff_files::published(&mut tx, &again, &found, 1_203).await.expect("noted"));
        assert!(!staff_files::published(&mut tx, &again, &found, 1_204).await.expect("asked"));
        let next = staff_files::claim(&mut tx, 1_205).await.expect("asked").expect("the other");
        assert_eq!(next.file.id, "a");
        let row = tx.one("SELECT COUNT(*) AS n FROM staff_files WHERE sealed IS NULL", &[]).await;
        assert_eq!(row.expect("asked").expect("a row").int("n").expect("a number"), 1);
    })
    .await;
}

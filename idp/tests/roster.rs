//! Rosters that are imported: whose a card is, what a word means, and that one roster replaces
//! another at once; both engines.

use db::{Db, params};
use handover::{Encoding, Layout, Report};
use idp::app::migrations;
use idp::ids::InsurerId;
use idp::jobs::purge;
use idp::people::roster::{self, ImportError, Moment, Options, Source};
use idp::store::people::{self, Member};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

const COLUMNS: [&str; 11] = [
    "symbol",
    "number",
    "branch",
    "relation",
    "name",
    "name_kana",
    "birth_date",
    "sex",
    "acquired_on",
    "lost_on",
    "person_key",
];
const HANAKO: &str = "1234,5678,00,本人,港 花子,ミナト ハナコ,19790822,女,20050401,,A1";
const ICHIRO: &str = "1234,5678,01,夫,港 一郎,ミナト イチロウ,19771130,男,20210401,,A2";

fn minato() -> InsurerId {
    InsurerId::new("minato")
}

fn layout(mode: &str) -> Layout {
    Layout {
        file: None,
        encoding: Encoding::Utf8,
        rows: None,
        mode: mode.into(),
        columns: COLUMNS.map(|name| (name.to_owned(), name.to_owned())).into(),
        words: BTreeMap::new(),
    }
}

fn file(rows: &[&str]) -> String {
    format!("{}\n{}\n", COLUMNS.join(","), rows.join("\n"))
}

async fn import(
    db: &Db,
    rows: &[&str],
    layout: &Layout,
    options: Options,
) -> Result<Report, ImportError> {
    let text = file(rows);
    let source = Source { reader: text.as_bytes(), layout };
    let moment = Moment { now: 1_000, today: "2026-11-29" };
    roster::import(db, &minato(), source, options, moment, |_| {}).await
}

async fn each_engine(test: impl AsyncFn(Db)) {
    db::testing::each_engine(&migrations().expect("migrations"), async |db| {
        let mut tx = db.begin().await.expect("the database answers");
        let sql = "INSERT INTO insurers (insurer_id, version) VALUES ($1, 1)";
        tx.execute(sql, params![&minato()]).await.expect("the database answers");
        tx.commit().await.expect("the database answers");
        test(db).await;
    })
    .await;
}

async fn household(db: &Db) -> Vec<Member> {
    people::household(&mut db.read().await.expect("the database answers"), &minato(), "1234|5678")
        .await
        .expect("the database answers")
}

/// S2, P0-1: a card that was somebody's does not become somebody else's, and a person's key does
/// not become another person's; who mends a mistake says so.
#[tokio::test(flavor = "multi_thread")]
async fn a_card_or_a_person_is_nobody_elses() {
    each_engine(async |db| {
        let delta = layout("delta");
        import(&db, &[HANAKO, ICHIRO], &delta, Options::default()).await.unwrap();
        let before = household(&db).await;
        let reused = "1234,5678,01,夫,山田 太郎,ヤマダ タロウ,19800101,男,20240401,,A9";
        let reborn = "1234,5678,00,本人,山田 花,ヤマダ ハナ,19990101,女,20240401,,A1";
        let elsewhere = "1234,9999,00,本人,山田 花,ヤマダ ハナ,19990101,女,20240401,,A1";
        for row in [reused, reborn, elsewhere] {
            let report = import(&db, &[row], &delta, Options::default()).await.unwrap();
            let [problem] = report.problems.as_slice() else { panic!("{row}: {report}") };
            assert_eq!(problem.line, 2);
            let text = report.to_string();
            assert!(text.contains("--allow-changed-persons"), "{text}");
            assert!(!text.contains("山田"), "a report has no names: {text}");
        }
        assert_eq!(household(&db).await, before);
        // Within one file, too.
        let report = import(&db, &[HANAKO, elsewhere], &delta, Options::default()).await.unwrap();
        assert_eq!(report.problems.len(), 1, "{report}");
        let may = Options { allow_changed_persons: true, ..Options::default() };
        let report = import(&db, &[reused], &delta, may).await.unwrap();
        assert_eq!((report.changed, report.problems.len()), (1, 0));
        assert_eq!(household(&db).await[1].name, "山田　太郎");
        // The same person on a new card, with another name: as ever.
        let married = "1234,7777,00,本人,海野 花子,ウミノ ハナコ,19790822,女,20260401,,A1";
        let report = import(&db, &[married], &delta, Options::default()).await.unwrap();
        assert_eq!((report.inserted, report.problems.len()), (1, 0));
        let found = household(&db).await;
        assert_eq!(found[0].name, "海野　花子");
        assert_eq!(found[0].person_id, before[0].person_id);
    })
    .await;
}

/// P0-3: a word that nobody knows makes nobody a dependant; a layout brings its own.
#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_relation_is_refused() {
    each_engine(async |db| {
        let mut delta = layout("delta");
        let coded = HANAKO.replace("本人", "00");
        let report = import(&db, &[&coded, ICHIRO], &delta, Options::default()).await.unwrap();
        let [problem] = report.problems.as_slice() else { panic!("{report}") };
        assert_eq!((problem.line, problem.column.as_str()), (2, "relation"));
        assert!(household(&db).await.is_empty());
        let words = |pairs: &[(&str, &[&str])]| {
            let own = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
            let meanings = pairs.iter().map(|(key, words)| ((*key).to_owned(), own(words)));
            BTreeMap::from([("relation".to_owned(), meanings.collect())])
        };
        delta.words = words(&[("insured", &["00", "0"])]);
        let report = import(&db, &[&coded, ICHIRO], &delta, Options::default()).await.unwrap();
        assert!(report.problems.is_empty(), "{report}");
        assert_eq!(
            household(&db).await.iter().map(|m| m.insured).collect::<Vec<_>>(),
            [true, false]
        );
        // What a layout calls a dependant is none else.
        delta.words = words(&[("dependant", &["本人"])]);
        let report = import(&db, &[HANAKO], &delta, Options::default()).await.unwrap();
        assert!(report.problems.is_empty() && !household(&db).await[0].insured, "{report}");
        delta.words = words(&[("insurd", &["00"])]);
        let error = import(&db, &[HANAKO], &delta, Options::default()).await.unwrap_err();
        assert!(error.to_string().contains("insurd"), "{error}");
    })
    .await;
}

/// Held-out 9: who reads meanwhile sees one roster or the other, others write meanwhile, and an
/// import that was cut off has changed nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_roster_replaces_another_at_once() {
    const ROWS: u32 = 800;
    fn all(name: &str) -> Vec<String> {
        let mut rows = Vec::new();
        for n in 0..ROWS {
            let mut row = String::new();
            write!(row, "1234,5678,{n:04},妻,{name},ミナト,19790822,女,20050401,,A{n}")
                .expect("a text");
            rows.push(row);
        }
        rows
    }
    each_engine(async |db| {
        let snapshot = layout("snapshot");
        let put = async |rows: Vec<String>| {
            let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
            import(&db, &rows, &snapshot, Options::default()).await
        };
        assert_eq!(put(all("前")).await.unwrap().inserted, u64::from(ROWS));

        // Cut off at several moments: the roster before holds.
        for milliseconds in [1, 10, 30, 60] {
            let cut = Duration::from_millis(milliseconds);
            if tokio::time::timeout(cut, put(all("途中"))).await.is_ok() {
                put(all("前")).await.unwrap();
            }
            let found = household(&db).await;
            assert_eq!(found.len(), ROWS as usize);
            assert!(found.iter().all(|member| member.name == "前"), "after {cut:?}");
        }

        let reading = async {
            let (mut old, mut writes) = (0, 0_i64);
            loop {
                let found = household(&db).await;
                assert_eq!(found.len(), ROWS as usize);
                let new = found.iter().filter(|member| member.name == "後").count();
                assert!(new == 0 || new == ROWS as usize, "{new} of {ROWS} are new");
                if new > 0 {
                    return (old, writes);
                }
                old += 1;
                let mut tx = db.begin().await.unwrap();
                let sql = "UPDATE insurers SET version = version + 1 WHERE insurer_id = $1";
                writes +=
                    i64::try_from(tx.execute(sql, params![&minato()]).await.unwrap()).unwrap();
                tx.commit().await.unwrap();
            }
        };
        let (report, (old, writes)) = tokio::join!(put(all("後")), reading);
        assert_eq!(report.unwrap().changed, u64::from(ROWS));
        assert!(old > 0 && writes == old, "others read and wrote meanwhile");

        // Two at once: one of them is told that it came too late, or both count.
        let (a, b) = tokio::join!(put(all("甲")), put(all("乙")));
        assert!(a.is_ok() || b.is_ok());
        for refused in [a, b].into_iter().filter_map(Result::err) {
            assert!(matches!(refused, ImportError::Overtaken), "{refused}");
        }
        let found = household(&db).await;
        let first = found[0].name.clone();
        assert!(first == "甲" || first == "乙");
        assert!(found.iter().all(|member| member.name == first));

        // What nobody reads any more is removed; the one that holds is not.
        purge::once(&db, 1_000 + 2 * 24 * 3600).await.unwrap();
        assert_eq!(household(&db).await, found);
        for table in ["roster_members", "roster_people"] {
            let sql = format!("SELECT COUNT(*) AS n FROM {table}");
            let row = db.read().await.unwrap().one(db::AssertSqlSafe(sql), &[]).await.unwrap();
            assert_eq!(row.unwrap().int("n").unwrap(), i64::from(ROWS), "{table}");
        }
    })
    .await;
}

//! The record of who saw whose rows, on both engines.

use handover::card::Card;
use portal::household::access_record::Looker;
use portal::household::subjects::Subjects;
use portal::member::{Member, Person};
use portal::store::access_record::{Look, insert, list_for};

#[tokio::test]
async fn a_person_reads_who_else_looked_and_nothing_of_another_insurer() {
    db::testing::each_engine(&portal::app::migrations().unwrap(), async |db| {
        let look = |person: &str, seen_by: &str, at| Look {
            person: person.into(),
            seen_by: seen_by.into(),
            seen_by_name: "港　花子".into(),
            plugin: "medical-fees".into(),
            at,
        };
        let mut tx = db.begin().await.unwrap();
        for (insurer, look) in [
            ("minato", look("ichiro", "hanako", 1)),
            ("minato", look("ichiro", "hanako", 7_200)),
            ("minato", look("ichiro", "hanako", 7_201)),
            ("minato", look("ichiro", "ichiro", 3)),
            ("minato", look("sakura", "hanako", 4)),
            ("aozora", look("ichiro", "other", 5)),
        ] {
            insert(&mut tx, insurer, &[look]).await.unwrap();
        }
        tx.commit().await.unwrap();
        let mut conn = db.read().await.unwrap();
        let seen = list_for(&mut conn, "minato", "ichiro", &[]).await.unwrap();
        assert_eq!(seen.iter().map(|look| look.at).collect::<Vec<_>>(), [7_200, 1]);
    })
    .await;
}

#[tokio::test]
async fn a_look_is_noted_for_each_other_person_in_each_plugin_and_never_for_oneself() {
    db::testing::each_engine(&portal::app::migrations().unwrap(), async |db| {
        let person = |id: &str| Person {
            person: id.into(),
            name: id.into(),
            relation: "本人".into(),
            card: Card { symbol: "1".into(), number: "2".into(), branch: id.into() },
            lost_on: None,
        };
        let member = Member {
            sub: "s".into(),
            name: "港　花子".into(),
            insured: true,
            cards: vec![person("hanako")],
            household: vec![person("ichiro"), person("sakura"), person("ren")],
            account_changed_at: None,
        };
        let subjects =
            Subjects { others: vec!["ichiro".into(), "sakura".into()], ..Subjects::default() };
        let looker = Looker { insurer: "minato", member: &member, subjects: &subjects, now: 9 };
        looker.note(&db, ["medical-fees", "checkups"].into_iter()).await.unwrap();
        let mut conn = db.read().await.unwrap();
        for (id, plugins) in [
            ("ichiro", ["checkups", "medical-fees"].as_slice()),
            ("sakura", ["checkups", "medical-fees"].as_slice()),
            ("ren", [].as_slice()),
            ("hanako", [].as_slice()),
        ] {
            let mut seen = list_for(&mut conn, "minato", id, &[]).await.unwrap();
            seen.sort_by(|a, b| a.plugin.cmp(&b.plugin));
            let found: Vec<&str> = seen.iter().map(|look| look.plugin.as_str()).collect();
            assert_eq!(found, plugins, "{id}");
            assert!(seen.iter().all(|look| look.seen_by == "hanako" && look.at == 9));
        }
    })
    .await;
}

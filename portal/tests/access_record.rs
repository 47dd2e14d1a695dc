//! The record of who saw whose rows, on both engines.

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
        let seen = list_for(&mut conn, "minato", "ichiro").await.unwrap();
        assert_eq!(seen.iter().map(|look| look.at).collect::<Vec<_>>(), [7_200, 1]);
    })
    .await;
}

//! The record of who saw whose rows, on both engines.

use portal::store::views::{View, insert, list_for};

#[tokio::test]
async fn a_person_reads_who_else_looked_and_nothing_of_another_insurer() {
    db::testing::each_engine(&portal::app::migrations().unwrap(), async |db| {
        let view = |person: &str, seen_by: &str, at| View {
            person: person.into(),
            seen_by: seen_by.into(),
            seen_by_name: "港　花子".into(),
            plugin: "medical-fees".into(),
            at,
        };
        let mut tx = db.begin().await.unwrap();
        for (insurer, view) in [
            ("minato", view("ichiro", "hanako", 1)),
            ("minato", view("ichiro", "hanako", 7_200)),
            ("minato", view("ichiro", "hanako", 7_201)),
            ("minato", view("ichiro", "ichiro", 3)),
            ("minato", view("sakura", "hanako", 4)),
            ("aozora", view("ichiro", "other", 5)),
        ] {
            insert(&mut tx, insurer, &[view]).await.unwrap();
        }
        tx.commit().await.unwrap();
        let mut conn = db.read().await.unwrap();
        let seen = list_for(&mut conn, "minato", "ichiro").await.unwrap();
        assert_eq!(seen.iter().map(|view| view.at).collect::<Vec<_>>(), [7_200, 1]);
    })
    .await;
}

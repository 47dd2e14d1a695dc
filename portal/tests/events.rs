//! What happened in plugins: kept once and in its order, and heard from where the listener left off.

#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use db::Db;
use portal::store::events::{self, Event, Listening};
use portal::store::jobs::{self, Due, JobKey};
use std::time::Duration;

fn event(id: &str) -> Event {
    Event {
        seq: 0,
        id: id.to_owned(),
        plugin: "example".to_owned(),
        event: "added".to_owned(),
        person: "p".to_owned(),
        params: "{}".to_owned(),
        data: "pii".to_owned(),
        made_at: 100,
    }
}

async fn insert(db: &Db, insurer: &str, ids: &[&str]) {
    let mut tx = db.begin().await.unwrap();
    for id in ids {
        events::insert(&mut tx, insurer, &event(id)).await.unwrap();
    }
    jobs::wake(&mut tx, insurer, "on example added", 100).await.unwrap();
    tx.commit().await.unwrap();
}

async fn next(db: &Db, of: Listening<'_>) -> Option<Event> {
    events::next(&mut db.read().await.unwrap(), of, 1).await.unwrap().pop()
}

async fn heard(db: &Db, of: Listening<'_>, seq: i64) {
    let mut tx = db.begin().await.unwrap();
    events::heard(&mut tx, of, seq).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn each_listener_hears_each_event_once_and_in_its_order() {
    db::testing::each_engine(&portal::app::migrations().unwrap(), async |db| {
        let of =
            Listening { insurer: "minato", listener: "points", plugin: "example", event: "added" };
        let another = Listening { listener: "campaign", ..of };
        insert(&db, "minato", &["z", "a"]).await;
        // Carried again by another node, beside one that is new.
        tokio::join!(
            insert(&db, "minato", &["z", "a", "m"]),
            insert(&db, "minato", &["z", "a", "m"])
        );
        insert(&db, "aozora", &["elsewhere"]).await;
        let mut ids = Vec::new();
        while let Some(event) = next(&db, of).await {
            heard(&db, of, event.seq).await;
            ids.push(event.id);
        }
        assert_eq!(ids, ["z", "a", "m"]);
        // A node that was too slow does not set it back.
        heard(&db, of, 1).await;
        assert_eq!(next(&db, of).await, None);
        assert_eq!(next(&db, another).await.unwrap().id, "z");
        assert_eq!(next(&db, Listening { event: "removed", ..of }).await, None);
        assert_eq!(next(&db, Listening { insurer: "aozora", ..of }).await.unwrap().id, "elsewhere");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_wakes_all_who_listen_and_nobody_else() {
    db::testing::each_engine(&portal::app::migrations().unwrap(), async |db| {
        let key = |insurer: &str, plugin: &str, job: &str| JobKey {
            insurer: insurer.to_owned(),
            plugin: plugin.to_owned(),
            job: job.to_owned(),
        };
        let mut tx = db.begin().await.unwrap();
        for key in [
            key("minato", "points", "on example added"),
            key("minato", "campaign", "on example added"),
            key("minato", "points", "on example removed"),
            key("aozora", "points", "on example added"),
        ] {
            jobs::plan(&mut tx, &key, 5_000).await.unwrap();
        }
        tx.commit().await.unwrap();
        // One that failed waits for its time, whatever happens meanwhile.
        let failed =
            Due { key: key("minato", "failing", "on example added"), round: 0, attempts: 0 };
        let mut tx = db.begin().await.unwrap();
        jobs::plan(&mut tx, &failed.key, 50).await.unwrap();
        jobs::retry(&mut tx, &failed, "why", 160).await.unwrap();
        tx.commit().await.unwrap();
        insert(&db, "minato", &["z"]).await;
        let due = jobs::due(&mut db.read().await.unwrap(), 100, 10).await.unwrap();
        let mut due: Vec<String> = due.into_iter().map(|due| due.key.plugin).collect();
        due.sort();
        assert_eq!(due, ["campaign", "points"]);
    })
    .await;
}

/// What is brought while a listener ends its round is not left lying for an hour, whoever commits first.
#[tokio::test(flavor = "multi_thread")]
async fn none_is_missed_between_the_last_look_and_the_end_of_the_round() {
    db::testing::each_engine(&portal::app::migrations().unwrap(), async |db| {
        for rest_is_first in [true, false] {
            let insurer = if rest_is_first { "minato" } else { "aozora" };
            let of = Listening { insurer, listener: "points", plugin: "example", event: "added" };
            let key = JobKey {
                insurer: insurer.to_owned(),
                plugin: "points".to_owned(),
                job: "on example added".to_owned(),
            };
            let mut tx = db.begin().await.unwrap();
            jobs::plan(&mut tx, &key, 50).await.unwrap();
            tx.commit().await.unwrap();
            let due = Due { key, round: 0, attempts: 0 };
            // Each writes, waits a little and commits; the second begins while the first waits.
            let rest = async |pause: u64| {
                let mut tx = db.begin().await.unwrap();
                events::rest(&mut tx, &due, of, (100, 3_700)).await.unwrap();
                tokio::time::sleep(Duration::from_millis(pause)).await;
                tx.commit().await.unwrap();
            };
            let bring = async |pause: u64| {
                let mut tx = db.begin().await.unwrap();
                events::insert(&mut tx, insurer, &event("z")).await.unwrap();
                jobs::wake(&mut tx, insurer, "on example added", 100).await.unwrap();
                tokio::time::sleep(Duration::from_millis(pause)).await;
                tx.commit().await.unwrap();
            };
            let later = tokio::time::sleep(Duration::from_millis(100));
            match rest_is_first {
                true => tokio::join!(rest(300), async {
                    later.await;
                    bring(0).await;
                }),
                false => tokio::join!(bring(300), async {
                    later.await;
                    rest(0).await;
                }),
            };
            let due = jobs::due(&mut db.read().await.unwrap(), 100, 10).await.unwrap();
            let due: Vec<String> = due.into_iter().map(|due| due.key.insurer).collect();
            assert!(due.contains(&insurer.to_owned()), "{rest_is_first}: {due:?}");
        }
    })
    .await;
}

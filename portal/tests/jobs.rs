//! A job is one node's at a time, and is done once each time that it is due.

#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use db::Db;
use portal::store::jobs::{self, Due, JobKey};

fn key() -> JobKey {
    JobKey { insurer: "minato".into(), plugin: "example".into(), job: "month".into() }
}

async fn due(db: &Db, now: i64) -> Vec<Due> {
    jobs::due(&mut db.read().await.unwrap(), now, 10).await.unwrap()
}

async fn lease(db: &Db, due: &Due, now: i64) -> bool {
    let mut tx = db.begin().await.unwrap();
    let taken = jobs::lease(&mut tx, due, now, now + 60).await.unwrap();
    tx.commit().await.unwrap();
    taken
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_nodes_one_does_it_and_a_lease_that_ran_out_is_anybodys() {
    db::testing::each_engine(&portal::app::migrations().unwrap(), async |db| {
        for due_at in [100, 7] {
            // The second time it is planned already.
            let mut tx = db.begin().await.unwrap();
            jobs::plan(&mut tx, &key(), due_at).await.unwrap();
            tx.commit().await.unwrap();
        }
        assert!(due(&db, 99).await.is_empty());
        let found = due(&db, 100).await;
        let [one] = found.as_slice() else { panic!("{found:?}") };
        let (first, second) = tokio::join!(lease(&db, one, 100), lease(&db, one, 100));
        assert!(first != second, "one of them");
        assert!(due(&db, 101).await.is_empty());
        assert!(!lease(&db, one, 101).await);
        // Its node died: after the lease another takes it.
        assert_eq!(due(&db, 160).await.len(), 1);
        assert!(lease(&db, one, 160).await);

        let mut tx = db.begin().await.unwrap();
        jobs::retry(&mut tx, one, "why", 200).await.unwrap();
        tx.commit().await.unwrap();
        assert!(due(&db, 199).await.is_empty());
        let again = due(&db, 200).await.remove(0);
        assert_eq!((again.round, again.attempts), (one.round, 1));
        assert!(lease(&db, &again, 200).await);
        let mut tx = db.begin().await.unwrap();
        jobs::finish(&mut tx, &again, None, (201, 1_000)).await.unwrap();
        // The node that was too slow changes nothing of the next round.
        jobs::finish(&mut tx, &again, Some("late"), (202, 5)).await.unwrap();
        tx.commit().await.unwrap();
        let all = jobs::all(&mut db.read().await.unwrap()).await.unwrap();
        assert_eq!((all[0].due_at, all[0].attempts, all[0].failed.as_deref()), (1_000, 0, None));
        assert!(!lease(&db, &again, 2_000).await, "that round is over");
        let next = due(&db, 1_000).await.remove(0);
        assert_eq!((next.round, next.attempts), (one.round + 1, 0));

        let mut tx = db.begin().await.unwrap();
        assert!(jobs::now(&mut tx, &key(), 300).await.unwrap());
        let other = JobKey { job: "gone".into(), ..key() };
        assert!(!jobs::now(&mut tx, &other, 300).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(due(&db, 300).await.len(), 1);
    })
    .await;
}

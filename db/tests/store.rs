//! What every store relies on, on both engines.

#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use db::testing::{each_engine, fresh_urls};
use db::{Db, Error, Migration, Value, params};
use std::future::poll_fn;
use std::task::Poll;

fn things() -> Vec<Migration> {
    let sql = "CREATE TABLE things (id TEXT PRIMARY KEY, n BIGINT, ok BOOLEAN, raw BYTEA);
               CREATE TABLE parts (thing TEXT NOT NULL REFERENCES things (id));";
    vec![Migration::new("0001_things.sql", sql).unwrap()]
}

async fn count(db: &Db) -> i64 {
    let row = db.read().await.unwrap().one("SELECT COUNT(*) AS n FROM things", &[]).await;
    row.unwrap().unwrap().int("n").unwrap()
}

#[tokio::test]
async fn values_come_back_as_they_went_in() {
    each_engine(&things(), async |db| {
        let mut tx = db.begin().await.unwrap();
        let sql = "INSERT INTO things (id, n, ok, raw) VALUES ($1, $2, $3, $4)";
        tx.execute(sql, params!["a", 7_i64, true, vec![0_u8, 255]]).await.unwrap();
        let nulls = params!["b", None::<i64>, None::<bool>, None::<Vec<u8>>];
        tx.execute(sql, nulls).await.unwrap();
        tx.commit().await.unwrap();

        let mut conn = db.read().await.unwrap();
        let rows = conn.all("SELECT id, n, ok, raw FROM things ORDER BY id", &[]).await.unwrap();
        assert_eq!(rows[0].int("n").unwrap(), 7);
        assert!(rows[0].bool("ok").unwrap());
        assert_eq!(rows[0].bytes("raw").unwrap(), [0, 255]);
        assert_eq!(rows[1].opt_int("n").unwrap(), None);
        assert_eq!(rows[0].columns().unwrap()[1], ("n".into(), Value::Int(Some(7))));
    })
    .await;
}

#[tokio::test]
async fn a_taken_key_is_a_value_and_a_missing_parent_is_refused() {
    each_engine(&things(), async |db| {
        let mut tx = db.begin().await.unwrap();
        tx.execute("INSERT INTO things (id) VALUES ($1)", params!["a"]).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = db.begin().await.unwrap();
        let again = tx.execute("INSERT INTO things (id) VALUES ($1)", params!["a"]).await;
        assert!(matches!(again, Err(Error::Taken)), "{again:?}");
        drop(tx);
        let mut tx = db.begin().await.unwrap();
        let orphan = tx.execute("INSERT INTO parts (thing) VALUES ($1)", params!["x"]).await;
        assert!(orphan.is_err());
    })
    .await;
}

#[tokio::test]
async fn what_is_not_committed_is_gone() {
    each_engine(&things(), async |db| {
        let mut tx = db.begin().await.unwrap();
        tx.execute("INSERT INTO things (id) VALUES ($1)", params!["a"]).await.unwrap();
        drop(tx);
        assert_eq!(count(&db).await, 0);
        let mut tx = db.begin().await.unwrap();
        tx.execute("INSERT INTO things (id) VALUES ($1)", params!["b"]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(count(&db).await, 1);
    })
    .await;
}

/// A writer that was given a reading connection by mistake is told so; it does not half work.
#[tokio::test]
async fn only_a_transaction_writes() {
    each_engine(&things(), async |db| {
        let insert = "INSERT INTO things (id) VALUES ($1)";
        let returning = "INSERT INTO things (id) VALUES ($1) RETURNING id";
        let mut conn = db.read().await.unwrap();
        assert!(conn.one(insert, params!["a"]).await.is_err());
        assert!(conn.one(returning, params!["b"]).await.is_err());
        assert!(conn.all(returning, params!["c"]).await.is_err());
        drop(conn);
        assert_eq!(count(&db).await, 0);
        let mut tx = db.begin().await.unwrap();
        assert_eq!(tx.execute(insert, params!["a"]).await.unwrap(), 1);
        let row = tx.one(returning, params!["b"]).await.unwrap();
        assert_eq!(row.unwrap().text("id").unwrap(), "b");
        tx.commit().await.unwrap();
        assert_eq!(count(&db).await, 2);
        let mut conn = db.read().await.unwrap();
        let after = conn.one(insert, params!["c"]).await;
        assert!(after.is_err(), "a transaction leaves nothing of its right behind");
    })
    .await;
}

/// Many at once, every third abandoned: exactly the committed ones are there, and each was
/// there when its commit returned.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn groups_commit_together_and_keep_each_others_work() {
    each_engine(&things(), async |db| {
        let tasks: Vec<_> = (0..300)
            .map(|n| {
                let db = db.clone();
                tokio::spawn(async move {
                    let mut tx = db.begin().await.unwrap();
                    let id = format!("t{n}");
                    tx.execute("INSERT INTO things (id) VALUES ($1)", params![&id]).await.unwrap();
                    if n % 3 == 0 {
                        return;
                    }
                    tx.commit().await.unwrap();
                    let mut conn = db.read().await.unwrap();
                    let sql = "SELECT id FROM things WHERE id = $1";
                    assert!(conn.one(sql, params![&id]).await.unwrap().is_some());
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(count(&db).await, 200);
    })
    .await;
}

/// Lets a future go after so many looks at it, as a server does whose client goes away.
async fn until_gone<T>(mut looks: usize, work: impl Future<Output = T>) -> Option<T> {
    let mut work = std::pin::pin!(work);
    poll_fn(|cx| match (work.as_mut().poll(cx), looks) {
        (Poll::Ready(answer), _) => Poll::Ready(Some(answer)),
        (Poll::Pending, 0) => Poll::Ready(None),
        (Poll::Pending, _) => {
            looks -= 1;
            Poll::Pending
        }
    })
    .await
}

/// Whoever goes away, and wherever (waiting, beginning, between two statements, committing), leaves
/// a whole transaction or none, and costs nobody else theirs.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_goes_away_harms_nobody_else() {
    each_engine(&things(), async |db| {
        let two = async |db: Db, n: usize| {
            let mut tx = db.begin().await?;
            for part in ["a", "b"] {
                let sql = "INSERT INTO things (id, n) VALUES ($1, $2)";
                tx.execute(sql, params![format!("{n}{part}"), n as i64]).await?;
            }
            tx.commit().await
        };
        let tasks = (0..600).map(|n| {
            let db = db.clone();
            tokio::spawn(async move {
                match n % 3 {
                    0 => drop(until_gone(n / 3 % 14, two(db, n)).await),
                    _ => two(db, n).await.unwrap(),
                }
            })
        });
        for task in tasks.collect::<Vec<_>>() {
            task.await.unwrap();
        }
        let sql = "SELECT n, COUNT(*) AS parts FROM things GROUP BY n";
        let rows = db.read().await.unwrap().all(sql, &[]).await.unwrap();
        assert!(rows.iter().all(|row| row.int("parts").unwrap() == 2), "whole or none");
        let stayed = rows.iter().filter(|row| row.int("n").unwrap() % 3 != 0).count();
        assert_eq!(stayed, 400);
    })
    .await;
}

#[tokio::test]
async fn a_failed_statement_inside_a_group_harms_nobody_else() {
    each_engine(&things(), async |db| {
        for n in 0..3 {
            let mut tx = db.begin().await.unwrap();
            tx.execute("INSERT INTO things (id) VALUES ($1)", params![format!("{n}")])
                .await
                .unwrap();
            if n == 1 {
                tx.execute("INSERT INTO nowhere VALUES (1)", &[]).await.unwrap_err();
                continue;
            }
            tx.commit().await.unwrap();
        }
        assert_eq!(count(&db).await, 2);
    })
    .await;
}

#[tokio::test]
async fn migrations_that_changed_vanished_or_fail_are_refused_by_name() {
    for url in fresh_urls().await {
        let db = Db::open(&url).await.unwrap();
        let first = Migration::new("0001_a.sql", "CREATE TABLE a (x BIGINT)").unwrap();
        let second = Migration::new("0002_b.sql", "CREATE TABLE b (x BIGINT)").unwrap();
        let broken =
            Migration::new("0003_c.sql", "CREATE TABLE c (x BIGINT); SELECT nonsense").unwrap();
        let all = [first.clone(), second.clone()];
        db.migrate("migrations", &all).await.unwrap();
        db.migrate("migrations", &all).await.unwrap();

        let changed = Migration::new("0002_b.sql", "CREATE TABLE b (y BIGINT)").unwrap();
        let error = db.migrate("migrations", &[first.clone(), changed]).await.unwrap_err();
        assert!(error.to_string().contains("0002_b was changed"), "{error}");
        let error = db.migrate("migrations", std::slice::from_ref(&first)).await.unwrap_err();
        assert!(error.to_string().contains("0002 has run"), "{error}");
        let error = db.migrate("migrations", &[first, second, broken]).await.unwrap_err();
        assert!(error.to_string().contains("0003_c failed"), "{error}");
        let left = db.read().await.unwrap().one("SELECT x FROM c", &[]).await;
        assert!(left.is_err(), "a failed migration leaves nothing behind");
    }
}

#[tokio::test]
async fn prepare_tells_a_wrong_statement_without_running_it() {
    each_engine(&things(), async |db| {
        let mut conn = db.read().await.unwrap();
        conn.prepare("SELECT id FROM things WHERE n = $1").await.unwrap();
        conn.prepare("SELECT nothing FROM things").await.unwrap_err();
    })
    .await;
}

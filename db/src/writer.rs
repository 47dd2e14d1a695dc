//! SQLite's single writer. Transactions that wait for each other share one durable commit.
//!
//! Every transaction is a savepoint inside one outer transaction. When it is done and others
//! wait, it leaves the outer transaction open and waits for the committer, which stands behind
//! them in the same queue: a group forms by itself, and a lone transaction commits at once.
//! Nobody is told "committed" before the outer COMMIT has returned.

use crate::{Error, Result};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, Executor, SqliteConnection};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::{Mutex, Notify, OwnedMutexGuard, oneshot};

/// The state of the one connection that writes.
struct Outer {
    conn: SqliteConnection,
    /// The outer transaction has begun.
    open: bool,
    /// A savepoint is open: its owner works on it, or dropped it without a commit.
    inside: bool,
    /// Who finished in this outer transaction and waits for its COMMIT.
    waiting: Vec<oneshot::Sender<Result<()>>>,
}

pub(crate) struct Writer {
    outer: Arc<Mutex<Outer>>,
    queued: AtomicUsize,
    wake: Arc<Notify>,
}

impl Writer {
    pub(crate) async fn open(options: &SqliteConnectOptions) -> sqlx::Result<Arc<Self>> {
        let conn = SqliteConnection::connect_with(options).await?;
        let outer = Outer { conn, open: false, inside: false, waiting: Vec::new() };
        let writer = Arc::new(Self {
            outer: Arc::new(Mutex::new(outer)),
            queued: AtomicUsize::new(0),
            wake: Arc::new(Notify::new()),
        });
        let (outer, wake) = (Arc::downgrade(&writer.outer), writer.wake.clone());
        tokio::spawn(async move {
            loop {
                wake.notified().await;
                let Some(outer) = outer.upgrade() else { return };
                outer.lock_owned().await.settle().await;
            }
        });
        Ok(writer)
    }

    /// Waits for its turn and begins. Runs in a task of its own, so that a caller who goes away
    /// in the middle leaves no half-begun transaction.
    pub(crate) async fn begin(self: &Arc<Self>) -> Result<WriterTx> {
        let writer = self.clone();
        tokio::spawn(async move {
            writer.queued.fetch_add(1, Ordering::Relaxed);
            let mut outer = writer.outer.clone().lock_owned().await;
            writer.queued.fetch_sub(1, Ordering::Relaxed);
            if let Err(error) = outer.enter().await {
                outer.fail(&error).await;
                return Err(error);
            }
            Ok(WriterTx { outer: Some(outer), writer: writer.clone() })
        })
        .await
        .expect("the writer's task neither panics nor is aborted")
    }

    /// Ends what is open and folds the write-ahead log into the file.
    pub(crate) async fn close(&self) {
        let fold = "PRAGMA wal_checkpoint(TRUNCATE)";
        self.alone(async |conn| conn.execute(sqlx::raw_sql(fold)).await.map(drop).ok()).await;
    }

    /// Runs `work` on the bare connection while nobody else writes.
    pub(crate) async fn alone<T>(&self, work: impl AsyncFnOnce(&mut SqliteConnection) -> T) -> T {
        let mut outer = self.outer.clone().lock_owned().await;
        outer.settle().await;
        work(&mut outer.conn).await
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.wake.notify_one();
    }
}

impl Outer {
    async fn enter(&mut self) -> Result<()> {
        let sql = match (self.open, self.inside) {
            (false, _) => "BEGIN IMMEDIATE; SAVEPOINT work",
            (true, false) => "SAVEPOINT work",
            (true, true) => "ROLLBACK TO work",
        };
        self.conn.execute(sqlx::raw_sql(sql)).await?;
        self.open = true;
        self.inside = true;
        Ok(())
    }

    /// Ends the outer transaction: commits what was finished, drops what was abandoned.
    async fn settle(&mut self) {
        if !self.open {
            return;
        }
        let sql = match (self.inside, self.waiting.is_empty()) {
            (_, true) => "ROLLBACK",
            (true, false) => "ROLLBACK TO work; RELEASE work; COMMIT",
            (false, false) => "COMMIT",
        };
        match self.conn.execute(sqlx::raw_sql(sql)).await {
            Ok(_) => self.tell(Ok(())),
            Err(error) => self.fail(&error.into()).await,
        }
        self.open = false;
        self.inside = false;
    }

    async fn fail(&mut self, error: &Error) {
        tracing::error!(%error, "SQLite could not commit; the whole group is rolled back");
        // The transaction may have ended already, or only half begun: then this fails harmlessly.
        self.conn.execute(sqlx::raw_sql("ROLLBACK")).await.ok();
        self.open = false;
        self.inside = false;
        self.tell(Err(error.clone()));
    }

    fn tell(&mut self, outcome: Result<()>) {
        for waiter in self.waiting.drain(..) {
            waiter.send(outcome.clone()).ok();
        }
    }
}

/// One transaction on the writer.
pub(crate) struct WriterTx {
    outer: Option<OwnedMutexGuard<Outer>>,
    writer: Arc<Writer>,
}

impl WriterTx {
    pub(crate) fn conn(&mut self) -> &mut SqliteConnection {
        &mut self.outer.as_mut().expect("taken only by commit, which consumes self").conn
    }

    pub(crate) async fn commit(mut self) -> Result<()> {
        let mut outer = self.outer.take().expect("taken only here");
        let writer = self.writer.clone();
        tokio::spawn(async move {
            if writer.queued.load(Ordering::Relaxed) == 0 && outer.waiting.is_empty() {
                let ended = outer.conn.execute(sqlx::raw_sql("RELEASE work; COMMIT")).await;
                return match ended {
                    Ok(_) => {
                        outer.open = false;
                        outer.inside = false;
                        Ok(())
                    }
                    Err(error) => {
                        let error = Error::from(error);
                        outer.fail(&error).await;
                        Err(error)
                    }
                };
            }
            if let Err(error) = outer.conn.execute(sqlx::raw_sql("RELEASE work")).await {
                let error = Error::from(error);
                outer.fail(&error).await;
                return Err(error);
            }
            outer.inside = false;
            let (sender, receiver) = oneshot::channel();
            outer.waiting.push(sender);
            drop(outer);
            writer.wake.notify_one();
            receiver.await.expect("the committer answers everybody")
        })
        .await
        .expect("the writer's task neither panics nor is aborted")
    }
}

impl Drop for WriterTx {
    fn drop(&mut self) {
        if self.outer.take().is_some() {
            // Abandoned: the committer rolls the savepoint back as soon as it gets the writer.
            self.writer.wake.notify_one();
        }
    }
}

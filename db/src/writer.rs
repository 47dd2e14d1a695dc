//! SQLite's single writer. Transactions that wait for each other share one durable commit.
//!
//! Every transaction is a savepoint inside one outer transaction. When it is done and others
//! wait, it leaves the outer transaction open and waits for the committer, which stands behind
//! them in the same queue: a group forms by itself, and a lone transaction commits at once.
//! Nobody is told "committed" before the outer COMMIT has returned.
//!
//! Each message to SQLite's thread costs more than most statements: a transaction begins together
//! with its first statement, and in a group it ends with the next one's beginning or the COMMIT.

use crate::wall::Steps;
use crate::{Error, Result};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, Connection, Executor, SqlSafeStr, SqlStr, SqliteConnection};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use tokio::sync::{Mutex, Notify, OwnedMutexGuard, oneshot};

/// The state of the one connection that writes.
struct Outer {
    conn: SqliteConnection,
    /// The outer transaction has begun.
    open: bool,
    /// The savepoint of the last transaction in it. The next one's has the other name: a caller who
    /// goes away may leave it unmade, and then its name must mean nobody else's.
    savepoint: Savepoint,
    /// The last transaction was abandoned, perhaps in the middle of its beginning or its COMMIT:
    /// that is settled before anything else.
    broken: bool,
    /// Who finished in this outer transaction and waits for its COMMIT.
    waiting: Vec<oneshot::Sender<Result<()>>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Savepoint {
    First,
    Second,
}

pub(crate) struct Writer {
    outer: Arc<Mutex<Outer>>,
    queued: AtomicUsize,
    wake: Arc<Notify>,
    /// What a statement may still do, behind a wall.
    pub(crate) steps: OnceLock<Steps>,
}

impl Writer {
    pub(crate) async fn open(options: &SqliteConnectOptions) -> sqlx::Result<Arc<Self>> {
        let conn = SqliteConnection::connect_with(options).await?;
        let outer = Outer {
            conn,
            open: false,
            savepoint: Savepoint::First,
            broken: false,
            waiting: Vec::new(),
        };
        let writer = Arc::new(Self {
            outer: Arc::new(Mutex::new(outer)),
            queued: AtomicUsize::new(0),
            wake: Arc::new(Notify::new()),
            steps: OnceLock::new(),
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

    /// Waits for its turn. The transaction begins with its first statement.
    pub(crate) async fn begin(self: &Arc<Self>) -> WriterTx {
        let queued = Queued::new(&self.queued);
        let mut outer = self.outer.clone().lock_owned().await;
        drop(queued);
        if outer.broken {
            // In a task of its own: a caller who goes away must not leave it half settled.
            let settled = tokio::spawn(async move {
                outer.settle().await;
                outer
            });
            outer = settled.await.expect("settling neither panics nor is aborted");
        }
        WriterTx { outer: Some(outer), writer: self.clone(), state: State::Fresh }
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

/// Counts as long as somebody waits for the writer.
struct Queued<'a>(&'a AtomicUsize);

impl<'a> Queued<'a> {
    fn new(queued: &'a AtomicUsize) -> Self {
        queued.fetch_add(1, Ordering::Relaxed);
        Self(queued)
    }
}

impl Drop for Queued<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Outer {
    /// Ends the outer transaction: commits what was finished, drops what was abandoned.
    async fn settle(&mut self) {
        if !self.open {
            return;
        }
        if self.waiting.is_empty() {
            // It may never have begun, or have been committed already: then this does nothing.
            self.conn.execute(sqlx::raw_sql("ROLLBACK")).await.ok();
            self.closed();
            return;
        }
        let ended = async {
            if self.broken {
                self.drop_abandoned().await?;
            }
            // What is finished is released by it.
            self.conn.execute(sqlx::raw_sql("COMMIT")).await.map(drop)
        };
        match ended.await {
            Ok(()) => self.tell(Ok(())),
            Err(error) => self.fail(&error.into()).await,
        }
        self.closed();
    }

    /// Rolls back the last savepoint, if it was made.
    async fn drop_abandoned(&mut self) -> sqlx::Result<()> {
        let sql = match self.savepoint {
            Savepoint::First => "ROLLBACK TO first",
            Savepoint::Second => "ROLLBACK TO second",
        };
        match self.conn.execute(sqlx::raw_sql(sql)).await {
            Err(sqlx::Error::Database(error)) if error.message().contains("no such savepoint") => {
                Ok(())
            }
            done => done.map(drop),
        }
    }

    fn closed(&mut self) {
        (self.open, self.broken) = (false, false);
    }

    async fn fail(&mut self, error: &Error) {
        tracing::error!(%error, "SQLite could not commit; the whole group is rolled back");
        // The transaction may have ended already, or only half begun: then this fails harmlessly.
        self.conn.execute(sqlx::raw_sql("ROLLBACK")).await.ok();
        self.closed();
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
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// No statement has run.
    Fresh,
    Begun,
    /// Its first statement failed, and perhaps with it the beginning: nothing more may run.
    Failed,
}

impl WriterTx {
    fn outer(&mut self) -> &mut Outer {
        self.outer.as_mut().expect("taken only by commit, which consumes self")
    }

    /// The text to run instead of a statement: the first one also begins.
    pub(crate) fn statement(&mut self, sql: SqlStr) -> Result<SqlStr> {
        if let Some(steps) = self.writer.steps.get() {
            steps.begin();
        }
        match self.state {
            State::Begun => return Ok(sql),
            State::Failed => return Err(Error::Failed),
            State::Fresh => {}
        }
        let outer = self.outer();
        let (begin, savepoint) = match (outer.open, outer.savepoint) {
            (false, _) => ("BEGIN IMMEDIATE; SAVEPOINT first; ", Savepoint::First),
            (true, Savepoint::First) => ("RELEASE first; SAVEPOINT second; ", Savepoint::Second),
            (true, Savepoint::Second) => ("RELEASE second; SAVEPOINT first; ", Savepoint::First),
        };
        (outer.open, outer.savepoint) = (true, savepoint);
        // Until it has returned.
        self.state = State::Failed;
        Ok(AssertSqlSafe(format!("{begin}{}", sql.as_str())).into_sql_str())
    }

    /// The connection, for the text of [`WriterTx::statement`].
    pub(crate) fn conn(&mut self) -> &mut SqliteConnection {
        &mut self.outer().conn
    }

    /// The statement has run.
    pub(crate) fn ran(&mut self) {
        self.state = State::Begun;
    }

    pub(crate) async fn commit(mut self) -> Result<()> {
        match self.state {
            State::Fresh => {
                // Nothing to drop, and nobody to wake.
                self.outer = None;
                return Ok(());
            }
            State::Failed => return Err(Error::Failed),
            State::Begun => {}
        }
        let alone = self.writer.queued.load(Ordering::Relaxed) == 0;
        if alone && self.outer().waiting.is_empty() {
            let outer = self.outer();
            // Unless it returns.
            outer.broken = true;
            let ended = outer.conn.execute(sqlx::raw_sql("COMMIT")).await;
            let ended = ended.map(drop).map_err(Error::from);
            match &ended {
                Ok(()) => outer.closed(),
                Err(error) => outer.fail(error).await,
            }
            self.outer = None;
            return ended;
        }
        let mut outer = self.outer.take().expect("taken only here");
        let (sender, receiver) = oneshot::channel();
        outer.waiting.push(sender);
        drop(outer);
        self.writer.wake.notify_one();
        receiver.await.expect("the committer answers everybody")
    }
}

impl Drop for WriterTx {
    fn drop(&mut self) {
        let Some(mut outer) = self.outer.take().filter(|_| self.state != State::Fresh) else {
            return;
        };
        outer.broken = outer.open;
        drop(outer);
        // The committer rolls it back, unless the next transaction is faster.
        self.writer.wake.notify_one();
    }
}

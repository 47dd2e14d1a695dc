//! SQLite's readers: a few connections that are handed out one by one. sqlx's own pool pings each
//! connection when it comes back, which costs as much as the statement it was taken for.

use crate::Result;
use crate::wall::{Steps, Wall};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, SqliteConnection};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How long a walled reader waits for a connection.
const WALLED_WAIT: Duration = Duration::from_secs(5);

pub(crate) struct Readers {
    options: SqliteConnectOptions,
    wall: Option<Wall>,
    idle: Mutex<Vec<Kept>>,
    slots: Arc<Semaphore>,
    closed: AtomicBool,
}

/// A connection and, behind a wall, what its statements may still do.
struct Kept {
    conn: SqliteConnection,
    steps: Option<Steps>,
}

impl Readers {
    /// Opens the first connection; the others when they are needed, `count` in all.
    pub(crate) async fn open(
        options: SqliteConnectOptions,
        count: usize,
        wall: Option<Wall>,
    ) -> Result<Arc<Self>> {
        let readers = Arc::new(Self {
            options,
            wall,
            idle: Mutex::default(),
            slots: Arc::new(Semaphore::new(count)),
            closed: AtomicBool::new(false),
        });
        let first = readers.connect().await?;
        readers.idle().push(first);
        Ok(readers)
    }

    async fn connect(&self) -> Result<Kept> {
        let mut conn = SqliteConnection::connect_with(&self.options).await?;
        let steps = match &self.wall {
            Some(wall) => Some(wall.around(&mut conn).await?),
            None => None,
        };
        Ok(Kept { conn, steps })
    }

    /// Waits for a connection.
    pub(crate) async fn acquire(self: &Arc<Self>) -> Result<Reader> {
        // Whoever is behind a wall may be made to wait by somebody else's statements.
        let longest = if self.wall.is_some() { WALLED_WAIT } else { Duration::MAX };
        let slot = tokio::time::timeout(longest, self.slots.clone().acquire_owned()).await;
        let slot = slot.map_err(|_| sqlx::Error::PoolTimedOut)?;
        let slot = slot.map_err(|_| sqlx::Error::PoolClosed)?;
        let known = self.idle().pop();
        let kept = match known {
            Some(kept) => kept,
            None => self.connect().await?,
        };
        Ok(Reader { kept: Some(kept), busy: false, home: self.clone(), _slot: slot })
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Kept>> {
        self.idle.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Closes what is idle; what is still out is closed when it comes back.
    pub(crate) async fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
        self.slots.close();
        let idle = std::mem::take(&mut *self.idle());
        for kept in idle {
            kept.conn.close().await.ok();
        }
    }
}

/// One connection for as long as it is held.
pub(crate) struct Reader {
    kept: Option<Kept>,
    /// A statement began and has not been seen to end.
    busy: bool,
    home: Arc<Readers>,
    _slot: OwnedSemaphorePermit,
}

impl Reader {
    /// The connection, for one statement; [`Reader::ended`] must follow it.
    pub(crate) fn begin(&mut self) -> &mut SqliteConnection {
        self.busy = true;
        let kept = self.kept.as_mut().expect("taken only when it is dropped");
        if let Some(steps) = &kept.steps {
            steps.begin();
        }
        &mut kept.conn
    }

    /// The statement has ended.
    pub(crate) fn ended(&mut self) {
        self.busy = false;
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        // A caller who went away in the middle of a statement leaves it running: that connection
        // is not used again.
        let keep = !self.busy && !self.home.closed.load(Ordering::Relaxed);
        if let Some(kept) = self.kept.take().filter(|_| keep) {
            self.home.idle().push(kept);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Readers;
    use sqlx::Executor;
    use sqlx::sqlite::SqliteConnectOptions;

    #[tokio::test]
    async fn an_abandoned_statement_costs_its_connection_and_nobody_else() {
        let file = std::env::temp_dir().join(format!("musubi-readers-{}", std::process::id()));
        let options = SqliteConnectOptions::new().filename(&file).create_if_missing(true);
        let readers = Readers::open(options, 1, None).await.unwrap();
        let mut reader = readers.acquire().await.unwrap();
        let slow = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n
                    WHERE i < 3000000) SELECT COUNT(*) FROM n";
        let short = std::time::Duration::from_millis(5);
        let query = reader.begin().fetch_one(sqlx::raw_sql(slow));
        assert!(tokio::time::timeout(short, query).await.is_err());
        drop(reader);
        assert!(readers.idle().is_empty(), "it is not handed out again");
        for _ in 0..3 {
            let mut reader = readers.acquire().await.unwrap();
            reader.begin().fetch_one(sqlx::raw_sql("SELECT 1")).await.unwrap();
            reader.ended();
        }
        assert_eq!(readers.idle().len(), 1);
        readers.close().await;
        assert!(readers.acquire().await.is_err());
        std::fs::remove_file(file).ok();
    }
}

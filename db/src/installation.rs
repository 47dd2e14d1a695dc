//! What an installation knows of itself: which key file is its own, and that its database takes
//! writes; and that one server alone serves a SQLite file.

use crate::open::{file_of, masked};
use crate::{Conn, Db, Error, Result, params};
use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::sync::{Arc, Mutex};

/// As long as it lives, no other process serves the same SQLite file.
#[derive(Debug)]
struct Held(#[expect(dead_code, reason = "the lock goes with the file")] Option<File>);

/// The database that a process serves: one, from its first start on.
#[derive(Debug, Default)]
pub struct Served(Mutex<Option<(String, Held)>>);

impl Served {
    /// Takes the database of an address before it is opened, unless the process has it already.
    /// Commands may go on beside a server.
    ///
    /// # Errors
    /// [`Error::Held`] when another process serves it, [`Error::Restart`] when this one serves
    /// another.
    pub fn take(&self, url: &str) -> Result<()> {
        let mut served = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        match &*served {
            None => *served = Some((url.to_owned(), hold(url)?)),
            Some((known, _)) if known == url => {}
            Some(_) => return Err(Error::Restart(masked(url))),
        }
        Ok(())
    }
}

/// Takes a SQLite file for one server. The lock ends with the process, however that ends.
/// PostgreSQL has room for many.
fn hold(url: &str) -> Result<Held> {
    let Some(path) = file_of(url) else { return Ok(Held(None)) };
    let path = format!("{path}.lock");
    let cannot = |error: std::io::Error| Error::File(path.clone(), Arc::new(error));
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(&path)
        .map_err(cannot)?;
    match file.try_lock() {
        Ok(()) => Ok(Held(Some(file))),
        Err(TryLockError::WouldBlock) => Err(Error::Held(path)),
        Err(TryLockError::Error(error)) => Err(cannot(error)),
    }
}

impl Db {
    /// Writes something durable, as every request with a session does.
    ///
    /// # Errors
    /// What a full disk, a read-only file or a lost server says.
    pub async fn write_heartbeat(&self, now: i64) -> Result<()> {
        self.remember("heartbeat", &now.to_be_bytes()).await
    }

    /// Keeps a value under a name, in the place of one that is there.
    ///
    /// # Errors
    /// When nothing can be written.
    pub async fn remember(&self, name: &str, value: &[u8]) -> Result<()> {
        let sql = "INSERT INTO installation (name, value) VALUES ($1, $2)
                   ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        let mut tx = self.begin().await?;
        tx.execute(sql, params![name, value.to_vec()]).await?;
        tx.commit().await
    }
}

/// What was kept under a name, by whoever kept something first.
///
/// # Errors
/// When nothing can be written.
pub async fn kept_first(db: &Db, name: &str, value: &[u8]) -> Result<Vec<u8>> {
    let sql = "INSERT INTO installation (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    let mut tx = db.begin().await?;
    tx.execute(sql, params![name, value.to_vec()]).await?;
    let first = remembered(&mut tx, name).await?;
    tx.commit().await?;
    Ok(first.unwrap_or_default())
}

/// What was kept under a name.
pub async fn remembered(conn: &mut Conn, name: &str) -> Result<Option<Vec<u8>>> {
    let sql = "SELECT value FROM installation WHERE name = $1";
    conn.one(sql, params![name]).await?.map(|row| row.bytes("value")).transpose()
}

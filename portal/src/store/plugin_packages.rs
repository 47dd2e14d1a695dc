//! Packages of plugins, and which of them answer. They are the installation's, no insurer's.

use db::{Conn, Result, Tx, params};

/// A package that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installed {
    pub plugin: String,
    pub hash: String,
    pub version: String,
    pub installed_at: i64,
}

/// The packages that answer, by plugin.
pub async fn in_force(conn: &mut Conn) -> Result<Vec<Installed>> {
    let sql = "SELECT plugin, hash, version, installed_at FROM plugin_packages
               WHERE (plugin, hash) IN (SELECT plugin, hash FROM plugins_in_force) ORDER BY plugin";
    read(conn.all(sql, &[]).await?)
}

/// All packages of a plugin.
pub async fn of(conn: &mut Conn, plugin: &str) -> Result<Vec<Installed>> {
    let sql = "SELECT plugin, hash, version, installed_at FROM plugin_packages WHERE plugin = $1";
    read(conn.all(sql, params![plugin]).await?)
}

/// Those of a plugin that nobody went back from.
pub async fn ways_back(conn: &mut Conn, plugin: &str) -> Result<Vec<Installed>> {
    let sql = "SELECT plugin, hash, version, installed_at FROM plugin_packages
               WHERE plugin = $1 AND left_at IS NULL";
    read(conn.all(sql, params![plugin]).await?)
}

/// It was gone back from at `left_at`; with `None` it is one of the others again.
pub async fn leave(tx: &mut Tx, package: &Installed, left_at: Option<i64>) -> Result<()> {
    let sql = "UPDATE plugin_packages SET left_at = $3 WHERE plugin = $1 AND hash = $2";
    tx.execute(sql, params![&package.plugin, &package.hash, left_at]).await.map(drop)
}

/// Since when the package of a plugin answers.
pub async fn since(conn: &mut Conn, plugin: &str) -> Result<Option<i64>> {
    let sql = "SELECT changed_at FROM plugins_in_force WHERE plugin = $1";
    let row = conn.one(sql, params![plugin]).await?;
    row.map(|row| row.int("changed_at")).transpose()
}

fn read(rows: Vec<db::Row>) -> Result<Vec<Installed>> {
    let one = |row: db::Row| {
        Ok(Installed {
            plugin: row.text("plugin")?,
            hash: row.text("hash")?,
            version: row.text("version")?,
            installed_at: row.int("installed_at")?,
        })
    };
    rows.into_iter().map(one).collect()
}

/// A package as it came.
pub async fn bytes(conn: &mut Conn, plugin: &str, hash: &str) -> Result<Option<Vec<u8>>> {
    let sql = "SELECT package FROM plugin_packages WHERE plugin = $1 AND hash = $2";
    let row = conn.one(sql, params![plugin, hash]).await?;
    row.map(|row| row.bytes("package")).transpose()
}

/// Keeps a package, in place of what lay under its hash.
pub async fn insert(tx: &mut Tx, package: &Installed, bytes: &[u8]) -> Result<()> {
    let sql = "INSERT INTO plugin_packages (plugin, hash, version, package, installed_at)
               VALUES ($1, $2, $3, $4, $5)
               ON CONFLICT (plugin, hash) DO UPDATE
               SET package = excluded.package, installed_at = excluded.installed_at, left_at = NULL";
    let Installed { plugin, hash, version, installed_at } = package;
    tx.execute(sql, params![plugin, hash, version, bytes, *installed_at]).await.map(drop)
}

/// Has a package answer in place of `was`; `false` when somebody else changed it meanwhile.
pub async fn put(
    tx: &mut Tx,
    plugin: &str,
    hash: &str,
    was: Option<&str>,
    now: i64,
) -> Result<bool> {
    let changed = match was {
        Some(was) => {
            let sql = "UPDATE plugins_in_force SET hash = $2, changed_at = $4
                       WHERE plugin = $1 AND hash = $3";
            tx.execute(sql, params![plugin, hash, was, now]).await?
        }
        None => {
            let sql = "INSERT INTO plugins_in_force (plugin, hash, changed_at) VALUES ($1, $2, $3)
                       ON CONFLICT (plugin) DO NOTHING";
            tx.execute(sql, params![plugin, hash, now]).await?
        }
    };
    Ok(changed == 1)
}

/// No package of a plugin answers any more; `false` when none did.
pub async fn remove(tx: &mut Tx, plugin: &str) -> Result<bool> {
    let sql = "DELETE FROM plugins_in_force WHERE plugin = $1";
    Ok(tx.execute(sql, params![plugin]).await? == 1)
}

/// Forgets what the portal remembers for a plugin besides its own tables: its jobs, what it said and heard,
/// what members were told and were typing, and files of staff on their way.
pub async fn forget(tx: &mut Tx, plugin: &str) -> Result<()> {
    for sql in [
        "DELETE FROM jobs WHERE plugin = $1",
        "DELETE FROM plugin_events WHERE plugin = $1",
        "DELETE FROM form_drafts WHERE plugin = $1",
        "DELETE FROM seen WHERE plugin = $1",
        "DELETE FROM notifications WHERE plugin = $1",
        "DELETE FROM staff_files WHERE plugin = $1",
        "DELETE FROM plugin_listeners WHERE listener = $1",
    ] {
        tx.execute(sql, params![plugin]).await?;
    }
    Ok(())
}

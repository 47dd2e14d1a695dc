//! Files that staff brought for plugins: sealed until they count or are thrown away.

use db::{Conn, Error, Result, Row, Tx, params};
use serde::{Deserialize, Serialize};

/// How long a file is kept that nobody makes count, in seconds.
pub const KEPT: i64 = 14 * 86_400;
/// After so long a node that was to make a file count has died, in seconds.
const DEAD: i64 = 600;

/// Where a file stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It was checked, and nothing has changed by it.
    Checked,
    /// A node makes it count.
    Taken,
    Published,
    Discarded,
}

impl State {
    fn as_str(self) -> &'static str {
        match self {
            State::Checked => "checked",
            State::Taken => "taken",
            State::Published => "published",
            State::Discarded => "discarded",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        let all = [State::Checked, State::Taken, State::Published, State::Discarded];
        all.into_iter().find(|state| state.as_str() == word)
    }
}

/// What was found in it: never a value.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    pub rows: u64,
    pub inserted: u64,
    pub changed: u64,
    pub unchanged: u64,
    pub ended: u64,
    /// How many rows are wrong; of the first, where and why.
    pub wrong: u64,
    pub problems: Vec<Fault>,
    /// How many look wrong and are taken nevertheless.
    pub odd: u64,
    pub warnings: Vec<Fault>,
    /// Why it could not be read at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread: Option<String>,
}

impl Found {
    /// Whether it may count.
    pub fn is_right(&self) -> bool {
        self.wrong == 0 && self.unread.is_none()
    }
}

/// What is wrong in a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    pub line: u64,
    pub column: String,
    pub code: String,
    pub text: String,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    pub id: String,
    pub plugin: String,
    pub name: String,
    /// What all its rows are one batch of; empty when the file says it.
    pub batch: String,
    pub bytes: i64,
    pub state: State,
    pub found: Found,
    /// Who brought it, as the provider names them, and as people do.
    pub brought_by: String,
    pub brought_by_name: String,
    pub brought_at: i64,
    pub ended_by_name: Option<String>,
    pub ended_at: Option<i64>,
}

impl File {
    /// What its bytes are sealed for.
    pub fn purpose(&self, insurer: &str) -> String {
        format!("staff-file:{insurer}:{}", self.id)
    }
}

const COLUMNS: &str = "file_id, plugin, file_name, batch, bytes, state, report, brought_by,
    brought_by_name, brought_at, ended_by_name, ended_at";

fn file(row: &Row) -> Result<File> {
    let (state, found) = (row.text("state")?, row.text("report")?);
    Ok(File {
        id: row.text("file_id")?,
        plugin: row.text("plugin")?,
        name: row.text("file_name")?,
        batch: row.text("batch")?,
        bytes: row.int("bytes")?,
        state: State::parse(&state).ok_or_else(|| Error::Column("state".into(), state.clone()))?,
        found: serde_json::from_str(&found)
            .map_err(|error| Error::Column("report".into(), error.to_string()))?,
        brought_by: row.text("brought_by")?,
        brought_by_name: row.text("brought_by_name")?,
        brought_at: row.int("brought_at")?,
        ended_by_name: row.opt_text("ended_by_name")?,
        ended_at: row.opt_int("ended_at")?,
    })
}

/// Keeps a file with its sealed bytes.
pub async fn insert(tx: &mut Tx, insurer: &str, file: &File, sealed: &[u8]) -> Result<()> {
    let sql = "INSERT INTO staff_files (insurer_id, file_id, plugin, file_name, batch, bytes, sealed, state,
                                        report, brought_by, brought_by_name, brought_at, taken_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0)";
    let report = serde_json::to_string(&file.found).expect("texts and numbers are JSON");
    let File { id, plugin, name, batch, bytes, state, brought_by, brought_by_name, .. } = file;
    let values = params![
        insurer,
        id,
        plugin,
        name,
        batch,
        *bytes,
        sealed,
        state.as_str(),
        report,
        brought_by,
        brought_by_name,
        file.brought_at
    ];
    tx.execute(sql, values).await.map(drop)
}

/// One file.
pub async fn by_id(conn: &mut Conn, insurer: &str, plugin: &str, id: &str) -> Result<Option<File>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM staff_files WHERE insurer_id = $1 AND plugin = $2 AND file_id = $3"
    );
    let row = conn.one(db::AssertSqlSafe(sql), params![insurer, plugin, id]).await?;
    row.as_ref().map(file).transpose()
}

/// The last files of a plugin, the newest first.
pub async fn list(conn: &mut Conn, insurer: &str, plugin: &str, most: i64) -> Result<Vec<File>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM staff_files WHERE insurer_id = $1 AND plugin = $2
         ORDER BY brought_at DESC, file_id LIMIT $3"
    );
    let rows = conn.all(db::AssertSqlSafe(sql), params![insurer, plugin, most]).await?;
    rows.iter().map(file).collect()
}

/// Takes a file to make it count, and returns its sealed bytes; `None` when somebody else has, or it has
/// ended.
pub async fn take(tx: &mut Tx, insurer: &str, id: &str, now: i64) -> Result<Option<Vec<u8>>> {
    let sql = "UPDATE staff_files SET state = 'taken', taken_at = $3
               WHERE insurer_id = $1 AND file_id = $2
               AND (state = 'checked' OR (state = 'taken' AND taken_at <= $4)) RETURNING sealed";
    let row = tx.one(sql, params![insurer, id, now, now - DEAD]).await?;
    row.map_or(Ok(None), |row| row.opt_bytes("sealed"))
}

/// It could not be made count: it is as it was, with what was found by then.
pub async fn give_back(tx: &mut Tx, insurer: &str, id: &str, found: &Found) -> Result<()> {
    let sql = "UPDATE staff_files SET state = 'checked', report = $3
               WHERE insurer_id = $1 AND file_id = $2 AND state = 'taken'";
    let report = serde_json::to_string(found).expect("texts and numbers are JSON");
    tx.execute(sql, params![insurer, id, report]).await.map(drop)
}

/// It counts.
pub async fn published(
    tx: &mut Tx,
    insurer: &str,
    id: &str,
    (found, by, now): (&Found, &str, i64),
) -> Result<()> {
    let sql = "UPDATE staff_files SET state = 'published', sealed = NULL, report = $3, ended_by_name = $4,
               ended_at = $5 WHERE insurer_id = $1 AND file_id = $2 AND state = 'taken'";
    let report = serde_json::to_string(found).expect("texts and numbers are JSON");
    tx.execute(sql, params![insurer, id, report, by, now]).await.map(drop)
}

/// It is thrown away; `false` when it has ended, or somebody makes it count.
pub async fn discard(tx: &mut Tx, insurer: &str, id: &str, (by, now): (&str, i64)) -> Result<bool> {
    let sql = "UPDATE staff_files SET state = 'discarded', sealed = NULL, ended_by_name = $3, ended_at = $4
               WHERE insurer_id = $1 AND file_id = $2 AND state = 'checked'";
    Ok(tx.execute(sql, params![insurer, id, by, now]).await? == 1)
}

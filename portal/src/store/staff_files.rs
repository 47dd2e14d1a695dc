//! Files that staff brought for plugins: sealed until they count or are thrown away. What is to be done with one
//! is its state; the node that does it has a claim on it, and without the claim changes nothing.

use db::{Conn, Error, Result, Row, Tx, params};
use secret::random;
use serde::{Deserialize, Serialize};

/// After so long without a word a node that worked on a file has died, in seconds.
const DEAD: i64 = 90;
/// Between two tries, in seconds.
const PAUSE: i64 = 30;
/// How often it is tried to check or publish a file.
pub const TRIES: i64 = 5;

/// Where a file stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It is to be checked.
    New,
    /// It was checked, nothing is wrong, and nothing has changed by it.
    Right,
    /// It was checked, and something is wrong.
    Wrong,
    /// It is to be made count.
    Publishing,
    Published,
    Discarded,
}

impl State {
    /// The word for it; `staff-file-WORD` is its message.
    pub fn as_str(self) -> &'static str {
        match self {
            State::New => "new",
            State::Right => "right",
            State::Wrong => "wrong",
            State::Publishing => "publishing",
            State::Published => "published",
            State::Discarded => "discarded",
        }
    }

    fn parse(word: &str) -> Result<Self> {
        let all = [
            State::New,
            State::Right,
            State::Wrong,
            State::Publishing,
            State::Published,
            State::Discarded,
        ];
        let found = all.into_iter().find(|state| state.as_str() == word);
        found.ok_or_else(|| Error::Column("state".into(), word.to_owned()))
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
    pub unread: Option<Unread>,
}

impl Found {
    /// Whether it may count.
    pub fn state(&self) -> State {
        if self.wrong == 0 && self.unread.is_none() { State::Right } else { State::Wrong }
    }
}

/// Why a file could not be read: a word for the message `staff-unread-WORD`, and the column that the insurer's
/// layout names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unread {
    pub why: String,
    pub column: String,
}

/// What is wrong in a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    pub line: u64,
    pub column: String,
    pub code: String,
    pub text: String,
}

/// A file, without what was found in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    pub id: String,
    pub plugin: String,
    /// Which of the plugin's importers; empty: the first.
    pub importer: String,
    pub name: String,
    /// What all its rows are one batch of; empty when the file says it.
    pub batch: String,
    pub bytes: i64,
    pub state: State,
    /// Who brought it, as the provider names them, and as people do.
    pub brought_by: String,
    pub brought_by_name: String,
    pub brought_at: i64,
    /// Who had it published or threw it away; nobody: its time was over.
    pub ended_by: Option<String>,
    pub ended_by_name: Option<String>,
    pub ended_at: Option<i64>,
}

impl Claimed {
    /// What says to whom the claim belongs: insurer, file, claim.
    pub fn of(&self) -> (&str, &str, &str) {
        (&self.insurer, &self.file.id, &self.claim)
    }
}

impl File {
    /// What its bytes are sealed for.
    pub fn purpose(&self, insurer: &str) -> String {
        format!("staff-file:{insurer}:{}", self.id)
    }
}

const COLUMNS: &str =
    "file_id, plugin, importer, file_name, batch, bytes, state, brought_by, brought_by_name,
    brought_at, ended_by, ended_by_name, ended_at";

fn file(row: &Row) -> Result<File> {
    Ok(File {
        id: row.text("file_id")?,
        plugin: row.text("plugin")?,
        importer: row.text("importer")?,
        name: row.text("file_name")?,
        batch: row.text("batch")?,
        bytes: row.int("bytes")?,
        state: State::parse(&row.text("state")?)?,
        brought_by: row.text("brought_by")?,
        brought_by_name: row.text("brought_by_name")?,
        brought_at: row.int("brought_at")?,
        ended_by: row.opt_text("ended_by")?,
        ended_by_name: row.opt_text("ended_by_name")?,
        ended_at: row.opt_int("ended_at")?,
    })
}

fn report(found: &Found) -> String {
    serde_json::to_string(found).expect("texts and numbers are JSON")
}

/// Keeps a file with its sealed bytes: it is to be checked.
pub async fn insert(tx: &mut Tx, insurer: &str, file: &File, sealed: &[u8]) -> Result<()> {
    let sql = "INSERT INTO staff_files (insurer_id, file_id, plugin, file_name, batch, bytes, sealed, state,
                                        report, brought_by, brought_by_name, brought_at, asked_at,
                                        claim, claimed_at, tries, importer)
               VALUES ($1, $2, $3, $4, $5, $6, $7, 'new', $8, $9, $10, $11, $11, '', 0, 0, $12)";
    let File { id, plugin, name, batch, bytes, brought_by, brought_by_name, .. } = file;
    let values = params![
        insurer,
        id,
        plugin,
        name,
        batch,
        *bytes,
        sealed,
        report(&Found::default()),
        brought_by,
        brought_by_name,
        file.brought_at,
        &file.importer
    ];
    tx.execute(sql, values).await.map(drop)
}

/// One file.
pub async fn by_id(conn: &mut Conn, of: Of<'_>, id: &str) -> Result<Option<File>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM staff_files
         WHERE insurer_id = $1 AND plugin = $2 AND importer IN ($3, $4) AND file_id = $5"
    );
    let values = params![of.insurer, of.plugin, of.importer[0], of.importer[1], id];
    let row = conn.one(db::AssertSqlSafe(sql), values).await?;
    row.as_ref().map(file).transpose()
}

/// What was found in a file.
pub async fn found(conn: &mut Conn, insurer: &str, id: &str) -> Result<Found> {
    let sql = "SELECT report FROM staff_files WHERE insurer_id = $1 AND file_id = $2";
    let Some(row) = conn.one(sql, params![insurer, id]).await? else { return Ok(Found::default()) };
    serde_json::from_str(&row.text("report")?)
        .map_err(|error| Error::Column("report".into(), error.to_string()))
}

/// Files of a plugin: those of one importer, by all the names under which it is written.
#[derive(Clone, Copy)]
pub struct Of<'a> {
    pub insurer: &'a str,
    pub plugin: &'a str,
    pub importer: [&'a str; 2],
}

/// The last files of an importer, the newest first.
pub async fn list(conn: &mut Conn, of: Of<'_>, most: i64) -> Result<Vec<File>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM staff_files WHERE insurer_id = $1 AND plugin = $2 AND importer IN ($3, $4)
         ORDER BY brought_at DESC, file_id LIMIT $5"
    );
    let values = params![of.insurer, of.plugin, of.importer[0], of.importer[1], most];
    let rows = conn.all(db::AssertSqlSafe(sql), values).await?;
    rows.iter().map(file).collect()
}

/// The files of an importer that nobody has published yet, the oldest first.
pub async fn waiting(conn: &mut Conn, of: Of<'_>) -> Result<Vec<File>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM staff_files WHERE insurer_id = $1 AND plugin = $2 AND importer IN ($3, $4)
         AND state = 'right' ORDER BY brought_at, file_id LIMIT 100"
    );
    let values = params![of.insurer, of.plugin, of.importer[0], of.importer[1]];
    let rows = conn.all(db::AssertSqlSafe(sql), values).await?;
    rows.iter().map(file).collect()
}

/// Somebody has a file published; `false` when it is not right, or no more. Where two people must, whoever
/// brought it does not: `by` is told apart in the same statement.
pub async fn ask(
    tx: &mut Tx,
    insurer: &str,
    id: &str,
    (by, name, now): (&str, &str, i64),
    two_people: bool,
) -> Result<bool> {
    let sql = "UPDATE staff_files SET state = 'publishing', ended_by = $3, ended_by_name = $4,
               asked_at = $6, claim = '', claimed_at = 0, tries = 0
               WHERE insurer_id = $1 AND file_id = $2 AND state = 'right'
               AND (brought_by <> $3 OR NOT $5)";
    Ok(tx.execute(sql, params![insurer, id, by, name, two_people, now]).await? == 1)
}

/// It is thrown away; `false` when it has ended, or somebody makes it count.
pub async fn discard(
    tx: &mut Tx,
    insurer: &str,
    id: &str,
    (by, name, now): (&str, &str, i64),
) -> Result<bool> {
    let sql = "UPDATE staff_files SET state = 'discarded', sealed = NULL, ended_by = $3, ended_by_name = $4,
               ended_at = $5
               WHERE insurer_id = $1 AND file_id = $2 AND state IN ('right', 'wrong')";
    Ok(tx.execute(sql, params![insurer, id, by, name, now]).await? == 1)
}

/// A file that this node works on.
pub struct Claimed {
    pub insurer: String,
    pub file: File,
    /// None when they are gone.
    pub sealed: Option<Vec<u8>>,
    claim: String,
    pub tries: i64,
    /// When somebody asked for it.
    pub asked_at: i64,
}

/// The next file, of whichever insurer, that is to be checked or published and that no living node works on. Of a
/// plugin's files that are to be published, the one that was asked for first comes first, also when a node died
/// over it: what was asked for later is what counts in the end.
pub async fn claim(tx: &mut Tx, now: i64) -> Result<Option<Claimed>> {
    let sql = "SELECT insurer_id, file_id FROM staff_files f
               WHERE state IN ('new', 'publishing') AND claimed_at <= $1
               AND NOT (state = 'publishing' AND EXISTS
                   (SELECT 1 FROM staff_files o WHERE o.insurer_id = f.insurer_id AND o.plugin = f.plugin
                    AND o.state = 'publishing' AND (o.asked_at < f.asked_at
                        OR (o.asked_at = f.asked_at AND o.file_id < f.file_id))))
               ORDER BY asked_at, file_id LIMIT 1";
    let Some(row) = tx.one(sql, params![now - DEAD]).await? else { return Ok(None) };
    let (insurer, id, claim) = (row.text("insurer_id")?, row.text("file_id")?, random::id());
    let sql = format!(
        "UPDATE staff_files SET claim = $3, claimed_at = $4, tries = tries + 1
         WHERE insurer_id = $1 AND file_id = $2 AND state IN ('new', 'publishing') AND claimed_at <= $5
         RETURNING {COLUMNS}, sealed, tries, asked_at"
    );
    let values = params![insurer.as_str(), id, claim.as_str(), now, now - DEAD];
    let row = tx.one(db::AssertSqlSafe(sql), values).await?;
    row.map(|row| {
        let (sealed, tries) = (row.opt_bytes("sealed")?, row.int("tries")?);
        let (file, asked_at) = (file(&row)?, row.int("asked_at")?);
        Ok(Claimed { insurer, file, sealed, claim, tries, asked_at })
    })
    .transpose()
}

/// What was found in it; it is right or wrong from now on, whatever was to become of it.
pub async fn checked(tx: &mut Tx, claimed: &Claimed, found: &Found) -> Result<bool> {
    let sql =
        "UPDATE staff_files SET state = $4, report = $5, ended_by = NULL, ended_by_name = NULL
               WHERE insurer_id = $1 AND file_id = $2 AND claim = $3
               AND state IN ('new', 'publishing')";
    let Claimed { insurer, file, claim, .. } = claimed;
    let values = params![insurer, &file.id, claim, found.state().as_str(), report(found)];
    Ok(tx.execute(sql, values).await? == 1)
}

/// It counts, and its bytes are no use any more; `false` when another node said so.
pub async fn published(tx: &mut Tx, claimed: &Claimed, found: &Found, now: i64) -> Result<bool> {
    let sql =
        "UPDATE staff_files SET state = 'published', sealed = NULL, report = $4, ended_at = $5
               WHERE insurer_id = $1 AND file_id = $2 AND claim = $3 AND state = 'publishing'";
    let Claimed { insurer, file, claim, .. } = claimed;
    Ok(tx.execute(sql, params![insurer, &file.id, claim, report(found), now]).await? == 1)
}

/// The node is alive, and still at it.
pub async fn alive(tx: &mut Tx, (insurer, id, claim): (&str, &str, &str), now: i64) -> Result<()> {
    let sql = "UPDATE staff_files SET claimed_at = $4
               WHERE insurer_id = $1 AND file_id = $2 AND claim = $3";
    tx.execute(sql, params![insurer, id, claim, now]).await.map(drop)
}

/// It is not published after all, and is right as it was.
pub async fn unasked(tx: &mut Tx, claimed: &Claimed) -> Result<()> {
    let sql = "UPDATE staff_files SET state = 'right', ended_by = NULL, ended_by_name = NULL
               WHERE insurer_id = $1 AND file_id = $2 AND claim = $3 AND state = 'publishing'";
    let Claimed { insurer, file, claim, .. } = claimed;
    tx.execute(sql, params![insurer, &file.id, claim]).await.map(drop)
}

/// It could not be done now: it is tried again in a while.
pub async fn later(tx: &mut Tx, claimed: &Claimed, now: i64) -> Result<()> {
    let sql = "UPDATE staff_files SET claim = '', claimed_at = $4
               WHERE insurer_id = $1 AND file_id = $2 AND claim = $3";
    let Claimed { insurer, file, claim, .. } = claimed;
    tx.execute(sql, params![insurer, &file.id, claim, now - DEAD + PAUSE]).await.map(drop)
}

//! Who of an insurer's staff did what: rows are only added, each chained to the one before.

use db::{Conn, Error, Result, Row, Tx, params};
use secret::hash;

/// What can be done. Its word is in the table, and in the message `staff-act-WORD`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    SignedIn,
    SignedOut,
    /// A file was brought, and checked.
    FileBrought,
    /// What is wrong in a file was taken along.
    FaultsTaken,
    /// Somebody had a file published.
    PublishAsked,
    /// It counts from then on.
    FilePublished,
    /// It could not be published in time: the wish is void.
    PublishFailed,
    FileDiscarded,
    /// A staff page of a plugin was seen.
    PageSeen,
    /// A form of one was sent.
    FormSent,
    /// The record itself was read.
    RecordRead,
}

impl Act {
    /// Each of them.
    pub const ALL: [Act; 11] = [
        Act::SignedIn,
        Act::SignedOut,
        Act::FileBrought,
        Act::FaultsTaken,
        Act::PublishAsked,
        Act::FilePublished,
        Act::PublishFailed,
        Act::FileDiscarded,
        Act::PageSeen,
        Act::FormSent,
        Act::RecordRead,
    ];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Act::SignedIn => "signed-in",
            Act::SignedOut => "signed-out",
            Act::FileBrought => "file-brought",
            Act::FaultsTaken => "faults-taken",
            Act::PublishAsked => "publish-asked",
            Act::FilePublished => "file-published",
            Act::PublishFailed => "publish-failed",
            Act::FileDiscarded => "file-discarded",
            Act::PageSeen => "page-seen",
            Act::FormSent => "form-sent",
            Act::RecordRead => "record-read",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.as_str() == word)
    }
}

/// Something that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    pub at: i64,
    /// Who, as the provider names them, and as people do.
    pub sub: String,
    pub name: String,
    pub act: Act,
    /// With which plugin; empty for none.
    pub plugin: String,
    /// With what: a file's name, a page's path; never a value of a row.
    pub subject: String,
}

impl Done {
    /// The mark of a row: SHA-256 over the mark before and everything that the row says.
    fn mark(&self, before: &[u8], insurer: &str, seq: i64) -> Vec<u8> {
        let Self { at, sub, name, act, plugin, subject } = self;
        let said = (insurer, seq, at, sub, name, act.as_str(), plugin, subject);
        let mut bytes = before.to_vec();
        bytes.extend(serde_json::to_vec(&said).expect("texts and numbers are JSON"));
        hash::sha256(bytes)
    }
}

/// Adds a row behind all others of the insurer. Two at once wait for each other.
pub async fn insert(tx: &mut Tx, insurer: &str, done: &Done) -> Result<()> {
    let sql = "INSERT INTO staff_record_ends (insurer_id, seq, mark) VALUES ($1, 1, $2)
               ON CONFLICT (insurer_id) DO UPDATE SET seq = staff_record_ends.seq + 1
               RETURNING seq, mark";
    let empty: &[u8] = &[];
    let row = tx.one(sql, params![insurer, empty]).await?;
    let row = row.ok_or_else(|| Error::Column("seq".into(), "no row".into()))?;
    let (seq, before) = (row.int("seq")?, row.bytes("mark")?);
    let mark = done.mark(&before, insurer, seq);
    let sql =
        "INSERT INTO staff_record (insurer_id, seq, made_at, sub, name, act, plugin, subject, mark)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let Done { at, sub, name, act, plugin, subject } = done;
    let values =
        params![insurer, seq, *at, sub, name, act.as_str(), plugin, subject, mark.as_slice()];
    tx.execute(sql, values).await?;
    let sql = "UPDATE staff_record_ends SET mark = $2 WHERE insurer_id = $1";
    tx.execute(sql, params![insurer, mark.as_slice()]).await.map(drop)
}

/// Where the chain of each insurer ends: how many rows, and the mark of the last.
pub async fn ends(conn: &mut Conn) -> Result<Vec<(String, i64, Vec<u8>)>> {
    let sql = "SELECT insurer_id, seq, mark FROM staff_record_ends ORDER BY insurer_id";
    let rows = conn.all(sql, &[]).await?;
    let end = |row: &Row| Ok((row.text("insurer_id")?, row.int("seq")?, row.bytes("mark")?));
    rows.iter().map(end).collect()
}

/// Rows before a number, the newest first; `None`: the newest of all.
pub async fn before(
    conn: &mut Conn,
    insurer: &str,
    seq: Option<i64>,
    most: i64,
) -> Result<Vec<(i64, Done)>> {
    let sql = "SELECT seq, made_at, sub, name, act, plugin, subject, mark FROM staff_record
               WHERE insurer_id = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3";
    let rows = conn.all(sql, params![insurer, seq.unwrap_or(i64::MAX), most]).await?;
    rows.iter().map(|row| Ok((row.int("seq")?, done(row)?))).collect()
}

fn done(row: &Row) -> Result<Done> {
    let act = row.text("act")?;
    Ok(Done {
        at: row.int("made_at")?,
        sub: row.text("sub")?,
        name: row.text("name")?,
        act: Act::parse(&act).ok_or_else(|| Error::Column("act".into(), act.clone()))?,
        plugin: row.text("plugin")?,
        subject: row.text("subject")?,
    })
}

/// The mark of a row.
pub async fn mark(conn: &mut Conn, insurer: &str, seq: i64) -> Result<Option<Vec<u8>>> {
    let sql = "SELECT mark FROM staff_record WHERE insurer_id = $1 AND seq = $2";
    let row = conn.one(sql, params![insurer, seq]).await?;
    row.map(|row| row.bytes("mark")).transpose()
}

/// What the chain of an insurer shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chain {
    /// So many rows, and the mark of the last.
    Whole(i64, Vec<u8>),
    /// The first row that is not as it was written, or is not there.
    Broken(i64),
}

/// Goes through the whole record of an insurer.
pub async fn verify(conn: &mut Conn, insurer: &str) -> Result<Chain> {
    const TOGETHER: i64 = 1_000;
    let sql = "SELECT seq, made_at, sub, name, act, plugin, subject, mark FROM staff_record
               WHERE insurer_id = $1 AND seq > $2 ORDER BY seq LIMIT $3";
    // Read first: rows that are added meanwhile stand behind it.
    let all = ends(conn).await?;
    let end = all.into_iter().find(|(of, ..)| of == insurer);
    let end = end.map_or((0, Vec::new()), |(_, seq, mark)| (seq, mark));
    let (mut last, mut mark) = (0, Vec::new());
    while last < end.0 {
        let rows = conn.all(sql, params![insurer, last, TOGETHER]).await?;
        if rows.is_empty() {
            break;
        }
        for row in &rows {
            let next = done(row).map(|done| done.mark(&mark, insurer, last + 1));
            let as_written = next.is_ok_and(|next| row.bytes("mark").is_ok_and(|is| is == next));
            if row.int("seq")? != last + 1 || !as_written {
                return Ok(Chain::Broken(last + 1));
            }
            (last, mark) = (last + 1, row.bytes("mark")?);
            if last == end.0 {
                break;
            }
        }
    }
    let is_whole = end == (last, mark.clone());
    Ok(if is_whole { Chain::Whole(last, mark) } else { Chain::Broken(last + 1) })
}

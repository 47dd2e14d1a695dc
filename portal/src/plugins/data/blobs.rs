//! Files of members beside a plugin's tables, sealed: held while their form is on its way, kept when a row
//! names them, gone when none does any more.

use super::class::DataClass;
use super::database::Database;
use super::make::BLOBS;
use super::people::Seen;
use crate::plugins::upload::Media;
use db::{AssertSqlSafe, Conn, Error, Result, Tx, Value, params};
use secret::hash;
use serde_json::{Value as Json, json};

/// The most that one person's files of a plugin may have together, in bytes.
pub const MOST_BYTES: i64 = 200 << 20;
/// How long a file is held whose form was not taken, or kept after the last row that named it, in seconds.
const HELD: i64 = 2 * 86_400;

/// A file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blob {
    /// 64 hexadecimal digits that nobody guesses: what a column of type `blob` holds.
    pub id: String,
    /// Whose it is, by the name that they have in the plugin's data; nobody's when staff brought it and no
    /// row of a person names it.
    pub person: String,
    pub class: DataClass,
    /// As it was called where it came from, with the ending that it has now.
    pub name: String,
    pub media: Media,
    pub bytes: i64,
    pub pages: i64,
    /// A row names it, or did.
    pub kept: bool,
}

impl Blob {
    /// A new id.
    pub fn id() -> String {
        hash::sha256_hex(secret::random::secret())
    }

    /// For what its bytes are sealed.
    pub fn purpose(insurer: &str, plugin: &str, id: &str) -> String {
        format!("blob/{insurer}/{plugin}/{id}")
    }

    /// What a handler is told of it.
    pub fn told(&self) -> Json {
        let Self { id, name, media, bytes, pages, .. } = self;
        json!({"id": id, "name": name, "type": media.as_str(), "bytes": bytes, "pages": pages})
    }
}

/// A name for people, of a name that a browser sent: no path, no control, not too long, and the right ending.
pub fn named(sent: &str, media: Media) -> String {
    let last = sent.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = last.rsplit_once('.').map_or(last, |(stem, _)| stem);
    let plain = |c: &char| {
        !c.is_control()
            && !"<>:\"|?*\u{202a}\u{202b}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}".contains(*c)
    };
    let stem: String = stem.chars().filter(plain).take(80).collect();
    let stem = match stem.trim() {
        "" => "file",
        stem => stem,
    };
    format!("{stem}.{}", media.ending())
}

fn read(row: &db::Row) -> Result<Blob> {
    let wrong =
        |column: &str| Error::Column(column.to_owned(), "is unknown to this portal".to_owned());
    Ok(Blob {
        id: row.text("blob_id")?,
        person: row.text("person")?,
        class: DataClass::parse(&row.text("class")?).ok_or_else(|| wrong("class"))?,
        name: row.text("name")?,
        media: Media::named(&row.text("media")?).ok_or_else(|| wrong("media"))?,
        bytes: row.int("bytes")?,
        pages: row.int("pages")?,
        kept: row.bool("kept")?,
    })
}

const COLUMNS: &str = "blob_id, person, class, name, media, bytes, pages";

/// Holds a file for a form; `false` when its person has as much as one may have.
pub async fn hold(
    database: &Database,
    insurer: &str,
    blob: &Blob,
    (sealed, now): (&[u8], i64),
) -> Result<bool> {
    let sql = format!(
        "INSERT INTO {BLOBS} (insurer_id, {COLUMNS}, sealed, made_at, kept)
         SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, FALSE
         WHERE (SELECT COALESCE(SUM(bytes), 0) FROM {BLOBS} WHERE insurer_id = $1 AND person = $3) <= $11 - $7
         ON CONFLICT (insurer_id, blob_id) DO NOTHING"
    );
    let Blob { id, person, class, name, media, bytes, pages, kept: _ } = blob;
    let (class, media) = (class.as_str(), media.as_str());
    let values =
        params![insurer, id, person, class, name, media, *bytes, *pages, sealed, now, MOST_BYTES];
    let mut tx = database.begin_walled(insurer).await?;
    // Two at once would each count the bytes before the other's are there.
    database.alone(&mut tx, &format!("blobs\0{insurer}\0{person}")).await?;
    let held = tx.execute(AssertSqlSafe(sql), values).await? == 1;
    tx.commit().await?;
    Ok(held)
}

/// A person's file.
pub async fn of(conn: &mut Conn, insurer: &str, id: &str) -> Result<Option<Blob>> {
    let sql = format!("SELECT {COLUMNS}, kept FROM {BLOBS} WHERE insurer_id = $1 AND blob_id = $2");
    let row = conn.one(AssertSqlSafe(sql), params![insurer, id]).await?;
    row.as_ref().map(read).transpose()
}

/// Its sealed bytes.
pub async fn sealed(conn: &mut Conn, insurer: &str, id: &str) -> Result<Option<Vec<u8>>> {
    let sql = format!("SELECT sealed FROM {BLOBS} WHERE insurer_id = $1 AND blob_id = $2");
    let row = conn.one(AssertSqlSafe(sql), params![insurer, id]).await?;
    row.map(|row| row.bytes("sealed")).transpose()
}

/// Keeps a file that a row of this person is to name, under whichever of their names it lies; `false` when it
/// is not theirs. A file that staff brought becomes theirs.
pub async fn keep(tx: &mut Tx, insurer: &str, id: &str, whose: Option<&Seen>) -> Result<bool> {
    let person = whose.map_or("", |seen| seen.id.as_str());
    let keys = whose.into_iter().flat_map(|seen| seen.keys.iter().map(String::as_str));
    let names: Vec<&str> = std::iter::once(person).chain(keys).collect();
    let signs: Vec<String> = (0..names.len()).map(|n| format!("${}", n + 3)).collect();
    let sql = format!(
        "UPDATE {BLOBS} SET kept = TRUE, unnamed_at = NULL, person = CASE WHEN person = '' THEN $3 ELSE person END
         WHERE insurer_id = $1 AND blob_id = $2 AND (person IN ({}) OR (person = '' AND NOT kept))",
        signs.join(", ")
    );
    let values: Vec<Value> = [insurer, id].into_iter().chain(names).map(Value::from).collect();
    Ok(tx.execute(AssertSqlSafe(sql), &values).await? == 1)
}

/// Holds files of a person's form that are not kept by a row until another time; one that has passed gives them
/// up.
pub async fn hold_until(
    database: &Database,
    insurer: &str,
    whose: &Seen,
    ids: &[&str],
    until: i64,
) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let sql = format!(
        "UPDATE {BLOBS} SET made_at = $3 WHERE insurer_id = $1 AND blob_id = $2 AND NOT kept AND person = $4"
    );
    let mut tx = database.begin_walled(insurer).await?;
    for id in ids {
        let values = params![insurer, *id, until - HELD, &whose.id];
        tx.execute(AssertSqlSafe(sql.clone()), values).await?;
    }
    tx.commit().await
}

/// Deletes what nobody wants any more: files of forms that were not taken, and those that no row has named
/// for two days. Asked are the columns of every version that was ever here: one that is rolled back, or a
/// node that could not load the newer one, forgets nothing of the others'.
pub async fn purge(database: &Database, insurer: &str, now: i64) -> Result<u64> {
    let columns = database.blob_columns().await?;
    let table = database.table(BLOBS);
    let columns = columns.iter().flat_map(|(of, blobs)| blobs.iter().map(move |blob| (of, blob)));
    let named: Vec<String> = columns
        .map(|(of, column)| {
            let of = database.table(of);
            format!(
                "EXISTS (SELECT 1 FROM {of} AS row WHERE row.insurer_id = $1 AND row.\"{column}\" = {table}.blob_id)"
            )
        })
        .collect();
    let named = if named.is_empty() { "FALSE".to_owned() } else { named.join(" OR ") };
    let again = format!(
        "UPDATE {table} SET unnamed_at = NULL WHERE insurer_id = $1 AND unnamed_at IS NOT NULL AND ({named})"
    );
    let from_now = format!(
        "UPDATE {table} SET unnamed_at = $2 WHERE insurer_id = $1 AND kept AND unnamed_at IS NULL AND NOT ({named})"
    );
    let gone = format!(
        "DELETE FROM {table} WHERE insurer_id = $1 AND ((NOT kept AND made_at < $2) OR (kept AND unnamed_at < $2))"
    );
    let mut tx = database.begin(insurer).await?;
    tx.execute(AssertSqlSafe(again), params![insurer]).await?;
    tx.execute(AssertSqlSafe(from_now), params![insurer, now]).await?;
    let gone = tx.execute(AssertSqlSafe(gone), params![insurer, now - HELD]).await?;
    tx.commit().await?;
    Ok(gone)
}

#[cfg(test)]
mod tests {
    use super::named;
    use crate::plugins::upload::Media;

    #[test]
    fn a_files_name_is_for_people_and_leads_nowhere() {
        for (sent, kept) in [
            ("給与明細.PDF", "給与明細.pdf"),
            ("C:\\Users\\x\\IMG_0001.HEIC", "IMG_0001.pdf"),
            ("../../etc/passwd", "passwd.pdf"),
            ("a\u{202e}fdp.exe", "afdp.pdf"),
            ("<script>.html", "script.pdf"),
            ("", "file.pdf"),
            (".pdf", "file.pdf"),
        ] {
            assert_eq!(named(sent, Media::Pdf), kept, "{sent}");
        }
        assert_eq!(named(&"長".repeat(300), Media::Jpeg).chars().count(), 84);
    }
}

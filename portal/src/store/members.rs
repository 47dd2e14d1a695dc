//! Where members get mail, and whether they want it.

use db::{Conn, Result, Tx, params};

/// What is known of a member for mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailed {
    pub email: String,
    /// The language in which they read last.
    pub language: Option<String>,
    /// They do not want any.
    pub unwanted: bool,
}

/// A member has signed in: where mail reaches them, and the names that they have in plugins' data.
pub async fn note(
    tx: &mut Tx,
    (insurer, sub): (&str, &str),
    email: Option<&str>,
    language: &str,
    names: &[String],
) -> Result<()> {
    let sql = "UPDATE members SET email = $3, language = $4 WHERE insurer_id = $1 AND sub = $2";
    let email = email.map(str::to_owned);
    tx.execute(sql, params![insurer, sub, email, language]).await?;
    for name in names {
        // A card that was another's is theirs now.
        let sql = "INSERT INTO member_names (insurer_id, name, sub) VALUES ($1, $2, $3)
                   ON CONFLICT (insurer_id, name) DO UPDATE SET sub = excluded.sub";
        tx.execute(sql, params![insurer, name, sub]).await?;
    }
    Ok(())
}

/// Who has a name in plugins' data, when mail can reach them.
pub async fn by_name(conn: &mut Conn, insurer: &str, name: &str) -> Result<Option<Mailed>> {
    let sql = "SELECT m.email, m.language, m.no_mail FROM member_names n
               JOIN members m ON m.insurer_id = n.insurer_id AND m.sub = n.sub
               WHERE n.insurer_id = $1 AND n.name = $2 AND m.email IS NOT NULL";
    let Some(row) = conn.one(sql, params![insurer, name]).await? else { return Ok(None) };
    Ok(Some(Mailed {
        email: row.text("email")?,
        language: row.opt_text("language")?,
        unwanted: row.opt_bool("no_mail")?.unwrap_or(false),
    }))
}

/// The same by the provider's `sub`.
pub async fn by_sub(conn: &mut Conn, insurer: &str, sub: &str) -> Result<Option<Mailed>> {
    let sql = "SELECT email, language, no_mail FROM members WHERE insurer_id = $1 AND sub = $2
               AND email IS NOT NULL";
    let Some(row) = conn.one(sql, params![insurer, sub]).await? else { return Ok(None) };
    Ok(Some(Mailed {
        email: row.text("email")?,
        language: row.opt_text("language")?,
        unwanted: row.opt_bool("no_mail")?.unwrap_or(false),
    }))
}

/// A member chooses whether they want mail.
pub async fn choose(tx: &mut Tx, insurer: &str, sub: &str, unwanted: bool) -> Result<()> {
    let sql = "UPDATE members SET no_mail = $3 WHERE insurer_id = $1 AND sub = $2";
    tx.execute(sql, params![insurer, sub, unwanted]).await.map(drop)
}

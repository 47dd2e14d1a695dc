//! Counters of tries in a window of time. Taking one and checking the limit is one statement.

use crate::ids::{AccountId, InsurerId, JourneyId};
use db::{Conn, Result, Tx, params};
use secret::hash;

/// Whom or what tries are counted against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket(String);

impl Bucket {
    /// Wrong passwords of an account.
    pub fn account(account: &AccountId) -> Self {
        Self(format!("login:{account}"))
    }

    /// Wrong passwords for what is no account: hashed, because that may be anything, even a
    /// password.
    pub fn nobody(login: &str) -> Self {
        Self(format!("login:{}", short(login)))
    }

    /// Wrong fields of a card, over all journeys: `symbol|number` in match form.
    pub fn card(household: &str) -> Self {
        Self(format!("card:{}", short(household)))
    }

    /// Mails to an address.
    pub fn address(address_match: &str) -> Self {
        Self(format!("mail:{address_match}"))
    }

    /// Wrong answers of one browser to one kind of question; `browser` is the hash of its secret.
    pub fn browser(question: &str, browser: &str) -> Self {
        Self(format!("browser:{question}:{browser}"))
    }

    /// Wrong answers of one journey to one kind of question.
    pub fn journey(question: &str, journey: &JourneyId) -> Self {
        Self(format!("journey:{question}:{journey}"))
    }

    /// Wrong codes for an account's authenticator apps.
    pub fn totp(account: &AccountId) -> Self {
        Self(format!("totp:{account}"))
    }

    /// The same over a month.
    pub fn totp_month(account: &AccountId) -> Self {
        Self(format!("totp-month:{account}"))
    }

    /// Wrong codes that were mailed to an account.
    pub fn code(account: &AccountId) -> Self {
        Self(format!("code:{account}"))
    }

    /// The same over a month.
    pub fn code_month(account: &AccountId) -> Self {
        Self(format!("code-month:{account}"))
    }

    /// Wrong recovery codes of an account.
    pub fn recovery_code(account: &AccountId) -> Self {
        Self(format!("recovery-code:{account}"))
    }

    /// Codes that are mailed to an account.
    pub fn code_mails(account: &AccountId) -> Self {
        Self(format!("code-mails:{account}"))
    }

    /// Requests that a client pushed.
    pub fn pushed(client_id: &str) -> Self {
        Self(format!("pushed:{client_id}"))
    }

    /// Wrong device codes of a signed-in person.
    pub fn device(account: &AccountId) -> Self {
        Self(format!("device:{account}"))
    }
}

fn short(text: &str) -> String {
    secret::hash::base64url(&hash::sha256(text)[..12])
}

/// So many in so many seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    pub max: i64,
    pub seconds: i64,
    /// Whether the person is told by the answer that used it up, or by the next one.
    pub tells: bool,
    /// Whether nobody may see that it is used up: the answer is a wrong one then.
    pub hidden: bool,
}

/// Takes one try. `None` when the limit was reached before: nothing is counted then. Otherwise
/// how many are left.
pub async fn take(
    tx: &mut Tx,
    insurer: &InsurerId,
    bucket: &Bucket,
    limit: Limit,
    now: i64,
) -> Result<Option<i64>> {
    let sql = "INSERT INTO attempts (insurer_id, bucket, count, until) VALUES ($1, $2, 1, $3)
               ON CONFLICT (insurer_id, bucket) DO UPDATE SET
               count = CASE WHEN attempts.until > $4 THEN attempts.count + 1 ELSE 1 END,
               until = CASE WHEN attempts.until > $4 THEN attempts.until ELSE excluded.until END
               WHERE attempts.until <= $4 OR attempts.count < $5
               RETURNING count";
    let params = params![insurer, &bucket.0, now + limit.seconds, now, limit.max];
    let row = tx.one(sql, params).await?;
    row.map(|row| Ok(limit.max - row.int("count")?)).transpose()
}

/// Until when a counter goes on, if it counts.
pub async fn until(
    conn: &mut Conn,
    insurer: &InsurerId,
    bucket: &Bucket,
    now: i64,
) -> Result<Option<i64>> {
    let sql = "SELECT until FROM attempts WHERE insurer_id = $1 AND bucket = $2 AND until > $3";
    let row = conn.one(sql, params![insurer, &bucket.0, now]).await?;
    row.map(|row| row.int("until")).transpose()
}

/// Gives a try back that was taken in this transaction: the answer was right. Until then nobody
/// else takes one of the same counter, so that a right answer, too, counts only as long as the limit
/// is not used up.
pub async fn give_back(tx: &mut Tx, insurer: &InsurerId, bucket: &Bucket) -> Result<()> {
    let sql = "DELETE FROM attempts WHERE insurer_id = $1 AND bucket = $2 AND count <= 1";
    if tx.execute(sql, params![insurer, &bucket.0]).await? == 0 {
        let sql = "UPDATE attempts SET count = count - 1 WHERE insurer_id = $1 AND bucket = $2";
        tx.execute(sql, params![insurer, &bucket.0]).await?;
    }
    Ok(())
}

/// Counts from the beginning: what was wrong is void.
pub async fn forget(tx: &mut Tx, insurer: &InsurerId, bucket: &Bucket) -> Result<()> {
    let sql = "DELETE FROM attempts WHERE insurer_id = $1 AND bucket = $2";
    tx.execute(sql, params![insurer, &bucket.0]).await?;
    Ok(())
}

/// Whether one of two counters is used up, to save work; [`take`] decides.
pub async fn used_up(
    conn: &mut Conn,
    insurer: &InsurerId,
    counters: [(&Bucket, Limit); 2],
    now: i64,
) -> Result<bool> {
    let sql = "SELECT 1 FROM attempts WHERE insurer_id = $1 AND until > $2
               AND (bucket = $3 AND count >= $4 OR bucket = $5 AND count >= $6)";
    let [(first, of_first), (second, of_second)] = counters;
    let params = params![insurer, now, &first.0, of_first.max, &second.0, of_second.max];
    Ok(conn.one(sql, params).await?.is_some())
}

/// How many tries are left, to save work and to draw a page; [`take`] decides.
pub async fn left(
    conn: &mut Conn,
    insurer: &InsurerId,
    bucket: &Bucket,
    limit: Limit,
    now: i64,
) -> Result<i64> {
    let sql = "SELECT count FROM attempts WHERE insurer_id = $1 AND bucket = $2 AND until > $3";
    let row = conn.one(sql, params![insurer, &bucket.0, now]).await?;
    let count = row.map_or(Ok(0), |row| row.int("count"))?;
    Ok((limit.max - count).max(0))
}

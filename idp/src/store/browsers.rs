//! Browsers in which accounts have signed in.

use crate::ids::{AccountId, BrowserId, InsurerId};
use db::{Conn, Result, Row, Tx, params};

/// A browser as one account knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Browser {
    pub browser_id: BrowserId,
    /// What it says it is: `Chrome / Windows`.
    pub label: String,
    pub created_at: i64,
    pub seen_at: i64,
    /// Until when a login asks no second factor there.
    pub remembered_until: Option<i64>,
    /// How often the member put a passkey off there, and when last.
    pub passkey_asked: i64,
    pub passkey_asked_at: i64,
}

impl Browser {
    /// Whether it is time to ask there once more whether to make a passkey: three times at the most, a
    /// month apart.
    pub fn asks_passkey(&self, now: i64) -> bool {
        const TIMES: i64 = 3;
        const APART: i64 = 30 * 24 * 3600;
        self.passkey_asked < TIMES && self.passkey_asked_at + APART <= now
    }

    /// Whether a login asks no second factor there now.
    pub fn is_remembered(&self, now: i64) -> bool {
        self.remembered_until.is_some_and(|until| until > now)
    }
}

/// The browser of a secret, if this account has signed in there.
pub async fn find(
    conn: &mut Conn,
    insurer: &InsurerId,
    secret_hash: &[u8],
    account: &AccountId,
) -> Result<Option<Browser>> {
    let sql = "SELECT browser_id, label, created_at, seen_at, remembered_until, passkey_asked,
                      passkey_asked_at FROM browsers
               WHERE insurer_id = $1 AND secret_hash = $2 AND account_id = $3";
    conn.one(sql, params![insurer, secret_hash, account]).await?.as_ref().map(browser).transpose()
}

/// The browsers of an account, the last used first.
pub async fn list(
    conn: &mut Conn,
    insurer: &InsurerId,
    account: &AccountId,
) -> Result<Vec<Browser>> {
    let sql = "SELECT browser_id, label, created_at, seen_at, remembered_until, passkey_asked,
                      passkey_asked_at FROM browsers
               WHERE insurer_id = $1 AND account_id = $2 ORDER BY seen_at DESC, browser_id";
    conn.all(sql, params![insurer, account]).await?.iter().map(browser).collect()
}

/// The member put a passkey off there.
pub async fn put_passkey_off(
    tx: &mut Tx,
    insurer: &InsurerId,
    secret_hash: &[u8],
    account: &AccountId,
    now: i64,
) -> Result<()> {
    let sql = "UPDATE browsers SET passkey_asked = passkey_asked + 1, passkey_asked_at = $4
               WHERE insurer_id = $1 AND secret_hash = $2 AND account_id = $3";
    tx.execute(sql, params![insurer, secret_hash, account, now]).await?;
    Ok(())
}

/// The account has signed in there: from now on the browser is known. What was known of it stays,
/// unless it is to be remembered longer.
pub async fn put(
    tx: &mut Tx,
    insurer: &InsurerId,
    secret_hash: &[u8],
    account: &AccountId,
    browser: &Browser,
) -> Result<()> {
    let sql = "INSERT INTO browsers (insurer_id, secret_hash, account_id, browser_id, label,
                                     created_at, seen_at, remembered_until)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
               ON CONFLICT (insurer_id, secret_hash, account_id) DO UPDATE
               SET label = excluded.label, seen_at = excluded.seen_at,
                   remembered_until = COALESCE(excluded.remembered_until,
                                               browsers.remembered_until)";
    let params = params![
        insurer,
        secret_hash,
        account,
        &browser.browser_id,
        browser.label.as_str(),
        browser.created_at,
        browser.seen_at,
        browser.remembered_until
    ];
    tx.execute(sql, params).await?;
    Ok(())
}

/// The browser has a new secret: whoever was known there still is.
pub async fn renew(tx: &mut Tx, insurer: &InsurerId, old: &[u8], new: &[u8]) -> Result<()> {
    let sql = "UPDATE browsers SET secret_hash = $3 WHERE insurer_id = $1 AND secret_hash = $2";
    tx.execute(sql, params![insurer, old, new]).await?;
    Ok(())
}

/// Forgets a browser of an account, by its id. `false` when it was not known.
#[must_use = "what was not there was not forgotten"]
pub async fn delete(
    tx: &mut Tx,
    insurer: &InsurerId,
    account: &AccountId,
    browser: &BrowserId,
) -> Result<bool> {
    let sql = "DELETE FROM browsers WHERE insurer_id = $1 AND account_id = $2 AND browser_id = $3";
    Ok(tx.execute(sql, params![insurer, account, browser]).await? == 1)
}

/// Forgets every browser of an account but one.
pub async fn forget_others(
    tx: &mut Tx,
    insurer: &InsurerId,
    account: &AccountId,
    kept: Option<&[u8]>,
) -> Result<()> {
    let sql = "DELETE FROM browsers WHERE insurer_id = $1 AND account_id = $2
               AND secret_hash <> $3";
    // No secret has an empty hash.
    tx.execute(sql, params![insurer, account, kept.unwrap_or_default()]).await?;
    Ok(())
}

fn browser(row: &Row) -> Result<Browser> {
    Ok(Browser {
        browser_id: BrowserId::new(row.text("browser_id")?),
        label: row.text("label")?,
        created_at: row.int("created_at")?,
        seen_at: row.int("seen_at")?,
        remembered_until: row.opt_int("remembered_until")?,
        passkey_asked: row.int("passkey_asked")?,
        passkey_asked_at: row.int("passkey_asked_at")?,
    })
}

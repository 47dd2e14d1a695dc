//! Accounts: one per person, named by `sub`, found by user ID or mail address.

use db::{Conn, Result, Row, params};

/// One account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The `sub` of every token.
    pub account_id: String,
    pub person_id: String,
    pub user_id: String,
    pub email: String,
    pub created_at: i64,
}

/// The form in which mail addresses are compared.
pub fn email_match(email: &str) -> String {
    email.trim().to_lowercase()
}

/// Inserts an account. `false` when the person, the user ID or the address has one already; the
/// transaction goes on either way, on both engines.
pub async fn insert(conn: &mut Conn, insurer: &str, account: &Account) -> Result<bool> {
    let sql = "INSERT INTO accounts (insurer_id, account_id, person_id, user_id, email,
                                     email_match, created_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
    let params = params![
        insurer,
        &account.account_id,
        &account.person_id,
        &account.user_id,
        &account.email,
        email_match(&account.email),
        account.created_at
    ];
    Ok(conn.execute(sql, params).await? == 1)
}

pub async fn by_id(conn: &mut Conn, insurer: &str, account_id: &str) -> Result<Option<Account>> {
    find(
        conn,
        "SELECT * FROM accounts WHERE insurer_id = $1 AND account_id = $2",
        insurer,
        account_id,
    )
    .await
}

pub async fn by_email(conn: &mut Conn, insurer: &str, email: &str) -> Result<Option<Account>> {
    let sql = "SELECT * FROM accounts WHERE insurer_id = $1 AND email_match = $2";
    find(conn, sql, insurer, &email_match(email)).await
}

pub async fn by_person(conn: &mut Conn, insurer: &str, person: &str) -> Result<Option<Account>> {
    let sql = "SELECT * FROM accounts WHERE insurer_id = $1 AND person_id = $2";
    find(conn, sql, insurer, person).await
}

/// The account that a person means by what he types at login: user ID or mail address.
pub async fn by_login(conn: &mut Conn, insurer: &str, login: &str) -> Result<Option<Account>> {
    let sql = "SELECT * FROM accounts WHERE insurer_id = $1 AND (user_id = $2 OR email_match = $2)";
    find(conn, sql, insurer, &email_match(login)).await
}

/// What stands in the roster about the person of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    pub name: String,
    /// `YYYY-MM-DD`.
    pub birth_date: String,
    pub sex: String,
}

/// An account with its person, in one statement.
pub async fn with_person(
    conn: &mut Conn,
    insurer: &str,
    account_id: &str,
) -> Result<Option<(Account, Known)>> {
    let sql = "SELECT a.account_id, a.person_id, a.user_id, a.email, a.created_at,
                      p.name, p.birth_date, p.sex
               FROM accounts a JOIN people p
               ON p.insurer_id = a.insurer_id AND p.person_id = a.person_id
               WHERE a.insurer_id = $1 AND a.account_id = $2";
    let row = conn.one(sql, params![insurer, account_id]).await?;
    row.map(|row| Ok((account(&row)?, known(&row)?))).transpose()
}

pub(super) fn known(row: &Row) -> Result<Known> {
    Ok(Known {
        name: row.text("name")?,
        birth_date: row.text("birth_date")?,
        sex: row.text("sex")?,
    })
}

async fn find(
    conn: &mut Conn,
    sql: &'static str,
    insurer: &str,
    key: &str,
) -> Result<Option<Account>> {
    conn.one(sql, params![insurer, key]).await?.as_ref().map(account).transpose()
}

pub(super) fn account(row: &Row) -> Result<Account> {
    Ok(Account {
        account_id: row.text("account_id")?,
        person_id: row.text("person_id")?,
        user_id: row.text("user_id")?,
        email: row.text("email")?,
        created_at: row.int("created_at")?,
    })
}

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

async fn find(
    conn: &mut Conn,
    sql: &'static str,
    insurer: &str,
    key: &str,
) -> Result<Option<Account>> {
    conn.one(sql, params![insurer, key]).await?.as_ref().map(account).transpose()
}

fn account(row: &Row) -> Result<Account> {
    Ok(Account {
        account_id: row.text("account_id")?,
        person_id: row.text("person_id")?,
        user_id: row.text("user_id")?,
        email: row.text("email")?,
        created_at: row.int("created_at")?,
    })
}

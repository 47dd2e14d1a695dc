//! Mail addresses of accounts, each with a role and the time of its proof.

use crate::ids::{AccountId, InsurerId};
use db::{Conn, Result, Tx, params};
use unicode_normalization::UnicodeNormalization;

/// What an address is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// It signs in like a user ID, and mails go to it.
    Login,
    /// Mails about the account go to it, too; it signs nobody in and gets no codes.
    Notices,
}

impl Role {
    fn as_str(self) -> &'static str {
        match self {
            Role::Login => "login",
            Role::Notices => "notices",
        }
    }
}

/// The form in which mail addresses and user IDs are compared.
///
/// Full-width letters and signs are what a Japanese keyboard gives.
pub fn match_form(address: &str) -> String {
    address.nfkc().collect::<String>().trim().to_lowercase()
}

/// When the address of a role was proved.
pub async fn proved_at(
    conn: &mut Conn,
    insurer: &InsurerId,
    account: &AccountId,
    role: Role,
) -> Result<Option<i64>> {
    let sql = "SELECT proved_at FROM addresses WHERE insurer_id = $1 AND account_id = $2
               AND role = $3";
    let row = conn.one(sql, params![insurer, account, role.as_str()]).await?;
    row.map_or(Ok(None), |row| row.opt_int("proved_at"))
}

/// The address of a role, and when it was proved.
pub async fn of_role(
    conn: &mut Conn,
    insurer: &InsurerId,
    account: &AccountId,
    role: Role,
) -> Result<Option<(String, Option<i64>)>> {
    let sql = "SELECT address, proved_at FROM addresses WHERE insurer_id = $1 AND account_id = $2
               AND role = $3";
    let row = conn.one(sql, params![insurer, account, role.as_str()]).await?;
    row.map(|row| Ok((row.text("address")?, row.opt_int("proved_at")?))).transpose()
}

/// Removes the address of a role.
pub async fn remove(
    tx: &mut Tx,
    insurer: &InsurerId,
    account: &AccountId,
    role: Role,
) -> Result<()> {
    let sql = "DELETE FROM addresses WHERE insurer_id = $1 AND account_id = $2 AND role = $3";
    tx.execute(sql, params![insurer, account, role.as_str()]).await?;
    Ok(())
}

/// Puts an address in the place of the last one of its role. `false` when another account has it.
#[must_use = "a taken address is not given"]
pub async fn put(
    tx: &mut Tx,
    insurer: &InsurerId,
    account: &AccountId,
    role: Role,
    address: &str,
    proved_at: Option<i64>,
) -> Result<bool> {
    remove(tx, insurer, account, role).await?;
    let sql = "INSERT INTO addresses (insurer_id, account_id, role, address, address_match,
                                      proved_at)
               VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
    let params = params![insurer, account, role.as_str(), address, match_form(address), proved_at];
    Ok(tx.execute(sql, params).await? == 1)
}

/// The account that signs in with this address.
pub async fn account(
    conn: &mut Conn,
    insurer: &InsurerId,
    address: &str,
) -> Result<Option<AccountId>> {
    let sql = "SELECT account_id FROM addresses WHERE insurer_id = $1 AND role = 'login'
               AND address_match = $2";
    let row = conn.one(sql, params![insurer, match_form(address)]).await?;
    row.map(|row| Ok(AccountId::new(row.text("account_id")?))).transpose()
}

//! Who works for an insurer, and in which role: accounts of a realm of staff.

use super::accounts::{self, Account};
use crate::ids::{AccountId, InsurerId};
use db::{Conn, Result, Tx, params};
use std::collections::BTreeMap;

/// Roles by the insurer at which they hold: `{"minato": ["clerk"]}`.
pub type Roles = BTreeMap<String, Vec<String>>;

/// Somebody who works for an insurer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Colleague {
    pub account: Account,
    pub name: String,
    pub roles: Roles,
}

/// Says what somebody is called.
pub async fn insert(
    tx: &mut Tx,
    insurer: &InsurerId,
    account: &AccountId,
    name: &str,
    now: i64,
) -> Result<()> {
    let sql = "INSERT INTO staff (insurer_id, account_id, name, added_at) VALUES ($1, $2, $3, $4)";
    tx.execute(sql, params![insurer, account, name, now]).await.map(drop)
}

/// Gives somebody these roles, and no others any more.
pub async fn set_roles(
    tx: &mut Tx,
    insurer: &InsurerId,
    account: &AccountId,
    roles: &Roles,
) -> Result<()> {
    let sql = "DELETE FROM staff_roles WHERE insurer_id = $1 AND account_id = $2";
    tx.execute(sql, params![insurer, account]).await?;
    for (works_at, roles) in roles {
        for role in roles {
            let sql = "INSERT INTO staff_roles (insurer_id, account_id, works_at, role)
                       VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
            tx.execute(sql, params![insurer, account, works_at, role]).await?;
        }
    }
    Ok(())
}

/// What somebody is called, and their roles; none for an account that nobody works with.
pub async fn by_account(
    conn: &mut Conn,
    insurer: &InsurerId,
    account: &AccountId,
) -> Result<Option<(String, Roles)>> {
    let sql = "SELECT s.name, r.works_at, r.role FROM staff s
               LEFT JOIN staff_roles r ON r.insurer_id = s.insurer_id AND r.account_id = s.account_id
               WHERE s.insurer_id = $1 AND s.account_id = $2 ORDER BY r.works_at, r.role";
    let rows = conn.all(sql, params![insurer, account]).await?;
    let Some(first) = rows.first() else { return Ok(None) };
    let mut roles = Roles::new();
    for row in &rows {
        if let (Some(works_at), Some(role)) = (row.opt_text("works_at")?, row.opt_text("role")?) {
            roles.entry(works_at).or_default().push(role);
        }
    }
    Ok(Some((first.text("name")?, roles)))
}

/// Everybody, also who has left, by the time at which they were added.
pub async fn list(conn: &mut Conn, insurer: &InsurerId) -> Result<Vec<Colleague>> {
    let sql = "SELECT account_id FROM staff WHERE insurer_id = $1 ORDER BY added_at, account_id";
    let mut all = Vec::new();
    for row in conn.all(sql, params![insurer]).await? {
        let id = AccountId::new(row.text("account_id")?);
        let account = accounts::by_id(conn, insurer, &id).await?;
        if let (Some(account), Some((name, roles))) =
            (account, by_account(conn, insurer, &id).await?)
        {
            all.push(Colleague { account, name, roles });
        }
    }
    Ok(all)
}

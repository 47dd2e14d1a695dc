//! Values that may be used once, remembered until they would be refused anyway.

use crate::ids::InsurerId;
use db::{Conn, Result, Tx, params};
use secret::hash;

/// What is used once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The `jti` of a client's assertion.
    Assertion,
    /// The `jti` of a DPoP proof.
    Dpop,
    /// The `jti` of a revoked access token.
    Revoked,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Kind::Assertion => "assertion",
            Kind::Dpop => "dpop",
            Kind::Revoked => "access",
        }
    }
}

/// Uses a value up. `false` when it was used before, on whatever node.
pub async fn spend(
    tx: &mut Tx,
    insurer: &InsurerId,
    kind: Kind,
    value: &str,
    expires_at: i64,
) -> Result<bool> {
    let sql = "INSERT INTO spent (insurer_id, kind, digest, expires_at) VALUES ($1, $2, $3, $4)
               ON CONFLICT DO NOTHING";
    let digest = hash::sha256(value);
    Ok(tx.execute(sql, params![insurer, kind.as_str(), digest, expires_at]).await? == 1)
}

/// Whether a value was used up.
pub async fn is_spent(
    conn: &mut Conn,
    insurer: &InsurerId,
    kind: Kind,
    value: &str,
) -> Result<bool> {
    let sql = "SELECT digest FROM spent WHERE insurer_id = $1 AND kind = $2 AND digest = $3";
    let digest = hash::sha256(value);
    Ok(conn.one(sql, params![insurer, kind.as_str(), digest]).await?.is_some())
}

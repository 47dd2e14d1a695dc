//! What was proved: by a journey or, for proofs that last, by an account.

use crate::ids::{AccountId, InsurerId, JourneyId};
use crate::need::{Act, Evidence, Kind, StepId};
use db::{Conn, Error, Result, Row, Tx, params};

/// Who holds evidence.
#[derive(Debug, Clone, Copy)]
pub enum Holder<'a> {
    Journey(&'a JourneyId),
    Account(&'a AccountId),
}

impl Holder<'_> {
    pub(super) fn kind(self) -> &'static str {
        match self {
            Holder::Journey(_) => "journey",
            Holder::Account(_) => "account",
        }
    }

    pub(super) fn id(self) -> String {
        match self {
            Holder::Journey(id) => id.to_string(),
            Holder::Account(id) => id.to_string(),
        }
    }
}

/// The evidence of a holder.
pub async fn list(
    conn: &mut Conn,
    insurer: &InsurerId,
    holder: Holder<'_>,
) -> Result<Vec<Evidence>> {
    let sql = "SELECT step, kind, act, credential, means, at, until FROM evidence
               WHERE insurer_id = $1 AND holder_kind = $2 AND holder = $3 ORDER BY at, step";
    let rows = conn.all(sql, params![insurer, holder.kind(), holder.id()]).await?;
    rows.iter().map(evidence).collect()
}

/// When an account last proved a kind.
pub async fn last(
    conn: &mut Conn,
    insurer: &InsurerId,
    account: &AccountId,
    kind: Kind,
) -> Result<Option<i64>> {
    let sql = "SELECT MAX(at) AS at FROM evidence WHERE insurer_id = $1
               AND holder_kind = 'account' AND holder = $2 AND kind = $3 AND act = 'verify'";
    let row = conn.one(sql, params![insurer, account, kind.as_str()]).await?;
    row.map_or(Ok(None), |row| row.opt_int("at"))
}

/// Writes evidence; only what a kind's own verifier returned comes here.
pub async fn insert(
    tx: &mut Tx,
    insurer: &InsurerId,
    holder: Holder<'_>,
    evidence: &Evidence,
) -> Result<()> {
    let sql = "INSERT INTO evidence (insurer_id, holder_kind, holder, step, kind, act, credential,
                                     means, at, until)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
               ON CONFLICT (insurer_id, holder_kind, holder, step, kind, act) DO UPDATE
               SET credential = excluded.credential, means = excluded.means, at = excluded.at,
                   until = excluded.until";
    let params = params![
        insurer,
        holder.kind(),
        holder.id(),
        &evidence.step.0,
        evidence.kind.as_str(),
        evidence.act.as_str(),
        evidence.credential.as_ref(),
        &evidence.means,
        evidence.at,
        evidence.until
    ];
    tx.execute(sql, params).await?;
    Ok(())
}

/// Forgets what an ended journey proved.
pub async fn forget(tx: &mut Tx, insurer: &InsurerId, holder: Holder<'_>) -> Result<()> {
    let sql = "DELETE FROM evidence WHERE insurer_id = $1 AND holder_kind = $2 AND holder = $3";
    tx.execute(sql, params![insurer, holder.kind(), holder.id()]).await?;
    Ok(())
}

fn evidence(row: &Row) -> Result<Evidence> {
    let (kind, act) = (row.text("kind")?, row.text("act")?);
    Ok(Evidence {
        step: StepId(row.text("step")?),
        kind: Kind::parse(&kind).ok_or_else(|| Error::Column("kind".into(), kind))?,
        act: Act::parse(&act).ok_or_else(|| Error::Column("act".into(), act))?,
        credential: row.opt_text("credential")?,
        means: row.text("means")?,
        at: row.int("at")?,
        until: row.opt_int("until")?,
    })
}

//! Running journeys. Their secret is in the browser's cookie; here lies its hash.

use crate::journeys::State;
use db::{Conn, Error, Result, Row, params};

/// One running journey.
#[derive(Debug, Clone)]
pub struct Journey {
    pub journey_id: String,
    /// `register` or `login`.
    pub kind: String,
    /// The definition that it began with.
    pub version: i64,
    pub secret_hash: Vec<u8>,
    pub state: State,
    /// Wrong answers so far.
    pub wrong: i64,
    pub expires_at: i64,
    /// The state as it was read: an answer that another one overtook must not be kept.
    pub(crate) read_state: String,
}

impl Journey {
    /// Who holds the evidence of this journey.
    pub fn holder(&self) -> String {
        format!("journey:{}", self.journey_id)
    }
}

pub async fn insert(conn: &mut Conn, insurer: &str, journey: &Journey, now: i64) -> Result<()> {
    let sql = "INSERT INTO journeys (insurer_id, journey_id, kind, version, secret_hash, state,
                                     wrong, created_at, expires_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let params = params![
        insurer,
        &journey.journey_id,
        &journey.kind,
        journey.version,
        journey.secret_hash.clone(),
        json(&journey.state),
        journey.wrong,
        now,
        journey.expires_at
    ];
    conn.execute(sql, params).await?;
    Ok(())
}

/// The journey, unless it has expired.
pub async fn by_id(
    conn: &mut Conn,
    insurer: &str,
    journey_id: &str,
    now: i64,
) -> Result<Option<Journey>> {
    let sql = "SELECT journey_id, kind, version, secret_hash, state, wrong, expires_at
               FROM journeys WHERE insurer_id = $1 AND journey_id = $2 AND expires_at > $3";
    let row = conn.one(sql, params![insurer, journey_id, now]).await?;
    row.as_ref().map(journey).transpose()
}

/// Keeps what the person entered. Returns whether this answer was still about the journey as it
/// stands: `false` when another answer came between or the mailed link was opened elsewhere;
/// then the caller must roll back.
#[must_use = "an overtaken answer must be rolled back"]
pub async fn update(conn: &mut Conn, insurer: &str, journey: &mut Journey) -> Result<bool> {
    let sql = "UPDATE journeys SET state = $3 WHERE insurer_id = $1 AND journey_id = $2
               AND secret_hash = $4 AND state = $5";
    let state = json(&journey.state);
    let params = params![
        insurer,
        &journey.journey_id,
        &state,
        journey.secret_hash.clone(),
        &journey.read_state
    ];
    let kept = conn.execute(sql, params).await? == 1;
    journey.read_state = state;
    Ok(kept)
}

/// Gives the journey to another browser: the old secret is void from now on.
pub async fn rotate_secret(
    conn: &mut Conn,
    insurer: &str,
    journey_id: &str,
    secret_hash: &[u8],
) -> Result<()> {
    let sql = "UPDATE journeys SET secret_hash = $3 WHERE insurer_id = $1 AND journey_id = $2";
    conn.execute(sql, params![insurer, journey_id, secret_hash]).await?;
    Ok(())
}

/// Counts one wrong answer and returns how many there were.
pub async fn count_wrong(conn: &mut Conn, insurer: &str, journey_id: &str) -> Result<i64> {
    let sql = "UPDATE journeys SET wrong = wrong + 1 WHERE insurer_id = $1 AND journey_id = $2
               RETURNING wrong";
    let row = conn.one(sql, params![insurer, journey_id]).await?;
    row.map_or(Ok(i64::MAX), |row| row.int("wrong"))
}

/// Ends a journey. Returns whether it was still running, so that two answers at once end it once.
pub async fn delete(conn: &mut Conn, insurer: &str, journey_id: &str) -> Result<bool> {
    let sql = "DELETE FROM journeys WHERE insurer_id = $1 AND journey_id = $2";
    Ok(conn.execute(sql, params![insurer, journey_id]).await? == 1)
}

fn json(state: &State) -> String {
    serde_json::to_string(state).expect("a state is JSON")
}

fn journey(row: &Row) -> Result<Journey> {
    let state = row.text("state")?;
    Ok(Journey {
        journey_id: row.text("journey_id")?,
        kind: row.text("kind")?,
        version: row.int("version")?,
        secret_hash: row.bytes("secret_hash")?,
        state: serde_json::from_str(&state)
            .map_err(|error| Error::Column("state".into(), error.to_string()))?,
        read_state: state,
        wrong: row.int("wrong")?,
        expires_at: row.int("expires_at")?,
    })
}

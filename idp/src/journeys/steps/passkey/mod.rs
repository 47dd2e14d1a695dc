//! `passkey`: `verify` signs in with one, `enrol` makes one.

pub mod enrol;
pub mod verify;

use crate::credentials::passkey::Challenge;
use crate::journeys::steps::verdict::At;
use secret::hash;
use serde::{Deserialize, Serialize};
use web::{Error, Posted};

/// Seconds in which a challenge must be answered.
const CHALLENGE_SECS: i64 = 600;

/// A challenge as the page carries it; the script hands it to the browser and posts the answer.
#[derive(Debug, Clone, Serialize)]
pub struct Offer {
    pub action: String,
    /// For `navigator.credentials`, as JSON.
    pub options: String,
    /// What checks the answer, sealed for this journey.
    pub state: String,
    /// The passkey that was shown a moment ago and is nobody's: its keeper is told.
    pub unknown: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    until: i64,
    state: String,
}

/// For one act of one journey.
fn purpose(at: &At<'_>, act: &str) -> String {
    format!("passkey:{act}:{}:{}", at.visit.realm.id(), at.instance.id)
}

fn offer(at: &At<'_>, act: &str, challenge: Challenge) -> Result<Offer, Error> {
    let sealed = Sealed { until: at.visit.now + CHALLENGE_SECS, state: challenge.state };
    let sealed = at.tools.sealer.seal(&purpose(at, act), &serde_json::to_vec(&sealed)?);
    Ok(Offer {
        action: format!("{}?step={act}", at.here_url()),
        options: challenge.options,
        state: hash::base64url(sealed),
        unknown: None,
    })
}

/// What checks the answer, when it was made for this act of this journey a moment ago.
fn state(at: &At<'_>, act: &str, posted: &Posted) -> Option<String> {
    let sealed = hash::from_base64url(posted.value("state"))?;
    let plain = at.tools.sealer.open(&purpose(at, act), &sealed).ok()?;
    let sealed: Sealed = serde_json::from_slice(&plain).ok()?;
    (sealed.until > at.visit.now).then_some(sealed.state)
}

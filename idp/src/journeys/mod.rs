//! Journeys: a list of proofs that are required, minus those that exist. What is missing is what
//! the person is asked next; a journey ends because the proofs are there.
//!
//! - `page.rs`: the HTTP side: begins, shows and takes answers; owns the transaction
//! - `link.rs`: the mailed link
//! - `run.rs`: what happens when nothing is missing any more
//! - `steps/`: one file per kind of proof

pub mod link;
pub mod page;
pub use run::Done;

mod run;
pub mod steps;

use crate::definition::{Definition, Journey, Proof};
use oidc::authorize::Authorize;
use serde::{Deserialize, Serialize};

/// What a person entered so far. Evidence lies elsewhere: nothing here proves anything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// The authorization request that waits for this login.
    pub request: Option<Authorize>,
    /// The session that answers it once the rest is asked.
    pub sid: Option<String>,
    /// A page of the provider's own that waits for this login.
    pub then: Option<String>,
    pub email: Option<String>,
    pub person_id: Option<String>,
    pub user_id: Option<String>,
    pub password_hash: Option<String>,
    pub account_id: Option<String>,
    /// When the password was typed.
    pub auth_time: Option<i64>,
}

/// The next step of a journey and its place: the third of four.
#[derive(Debug, PartialEq, Eq)]
pub struct Next<'d> {
    pub proof: &'d Proof,
    pub n: usize,
    pub of: usize,
}

/// What a request adds to a journey: asked before and after what the insurer's definition asks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Added {
    /// As whom to go on (`prompt=select_account`).
    pub account: bool,
    /// Whether the client may learn what it asks.
    pub consent: bool,
}

/// The first proof that is missing. `evidence` are the kinds that were proved.
pub fn next<'d>(
    journey: &'d Journey,
    definition: &Definition,
    evidence: &[String],
    added: Added,
) -> Option<Next<'d>> {
    let has = |kind: &str| evidence.iter().any(|proved| proved == kind);
    let of = journey.sequence.len();
    let before = added.account.then_some(&Proof::Account {});
    let after = added.consent.then_some(&Proof::Consent {});
    let sequence = before.into_iter().chain(&journey.sequence).chain(after);
    sequence.enumerate().find_map(|(at, proof)| {
        let proved = match proof {
            Proof::Terms {} => terms_in_force(definition).iter().all(|kind| has(kind)),
            other => has(other.kind()),
        };
        (!proved).then_some(Next { proof, n: at + 1, of })
    })
}

/// The evidence kinds of the documents in force: `terms:ID:VERSION`, the newest of each.
pub fn terms_in_force(definition: &Definition) -> Vec<String> {
    newest_terms(definition).iter().map(|t| format!("terms:{}:{}", t.id, t.version)).collect()
}

/// The newest version of each document, in the order of their ids.
pub fn newest_terms(definition: &Definition) -> Vec<&crate::definition::Terms> {
    let mut newest = std::collections::BTreeMap::new();
    for terms in &definition.terms {
        let slot = newest.entry(&terms.id).or_insert(terms);
        if terms.version > slot.version {
            *slot = terms;
        }
    }
    newest.into_values().collect()
}

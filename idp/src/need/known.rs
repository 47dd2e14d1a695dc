//! What the plan knows of a journey: what was proved, is owned, was agreed to, and what is so.

use super::{Act, Kind, StepId};
use serde::{Deserialize, Serialize};

/// What was proved: in which step, with which credential, by which means, when, until when. Only
/// a kind's own verifier makes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    pub step: StepId,
    pub kind: Kind,
    pub act: Act,
    /// Which of the account's credentials was used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
    /// `link`, `card`, `argon2id`, …
    pub means: String,
    /// Seconds since 1970.
    pub at: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<i64>,
}

impl Evidence {
    /// Whether it is in force.
    pub fn holds(&self, now: i64) -> bool {
        self.until.is_none_or(|until| until > now)
    }
}

/// One version of one document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Agreement {
    pub document: String,
    pub version: String,
}

/// 被保険者 or 被扶養者.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Relation {
    Insured,
    Dependant,
}

/// What a part of a journey can depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Condition {
    /// The person is insured (被保険者), as the roster says.
    Insured,
    /// The person is a dependant (被扶養者), as the roster says.
    Dependant,
}

/// What is so, as far as it is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Facts {
    /// None for nobody of the roster.
    pub relation: Option<Relation>,
    /// Whether it is known who the person is: without a relation, somebody outside the roster.
    pub is_known: bool,
}

impl Facts {
    /// Whether a condition is met; `None` when that is not known yet.
    pub fn holds(&self, condition: Condition) -> Option<bool> {
        let wanted = match condition {
            Condition::Insured => Relation::Insured,
            Condition::Dependant => Relation::Dependant,
        };
        (self.is_known || self.relation.is_some()).then(|| self.relation == Some(wanted))
    }
}

impl<'a> Known<'a> {
    /// What is known from evidence alone.
    pub fn from_evidence(held: &'a [Evidence], now: i64) -> Self {
        Self {
            here: &[],
            held,
            owns: None,
            agreed: &[],
            agreed_here: &[],
            allowed: &[],
            facts: Facts::default(),
            chosen: &[],
            declined: &[],
            now,
        }
    }
}

/// Everything that the plan looks at.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// Proved in this journey.
    pub here: &'a [Evidence],
    /// Brought along: by the session, and for good by the account.
    pub held: &'a [Evidence],
    /// The kinds that the account can prove with; `None` while the account is not known.
    pub owns: Option<&'a [Kind]>,
    /// Documents that the account agreed to.
    pub agreed: &'a [Agreement],
    /// Documents that were agreed to in this journey.
    pub agreed_here: &'a [Agreement],
    /// What the person allowed the waiting client before.
    pub allowed: &'a [String],
    pub facts: Facts,
    /// Steps that the person chose.
    pub chosen: &'a [StepId],
    /// Optional steps that the person put off.
    pub declined: &'a [StepId],
    /// Seconds since 1970.
    pub now: i64,
}

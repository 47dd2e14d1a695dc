//! `journeys/*.toml`: what one journey is for, and what it asks.

use crate::need::{Act, Condition, Field, Kind, StepId};
use serde::{Deserialize, Serialize};
use web::Text;

/// The whole file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Journey {
    /// Until v0.1.0 the key was `journey`; published versions keep it.
    #[serde(alias = "journey")]
    pub goal: GoalKind,
    pub title: Text,
    pub expires_hours: i64,
    pub sequence: Vec<Entry>,
}

/// What a journey is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GoalKind {
    /// A new account.
    Register,
    /// A session. Until v0.1.0 the word was `login`.
    #[serde(alias = "login")]
    SignIn,
    /// Something lost is replaced, and the person signed in.
    Recover,
}

/// One entry of a sequence: a step, or one of `any_of`, `when` with its `sequence`, `optional`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Entry {
    /// The kind of proof. Until v0.1.0 the key was `proof`; published versions keep it.
    #[serde(alias = "proof", skip_serializing_if = "Option::is_none")]
    pub step: Option<Kind>,
    /// `verify` unless it is said; at registration a password is enrolled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub act: Option<Act>,
    /// A name for the step; then only this very step proves it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<StepId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_age_minutes: Option<i64>,
    /// `mailbox`: how long the mailed link is good.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link_minutes: Option<i64>,
    /// `roster`: what is asked of the card.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fields: Option<Vec<Field>>,
    /// `roster`: wrong tries of one browser in a day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempts: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub any_of: Option<Vec<Entry>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub optional: Option<Vec<Entry>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// What `when` asks, or several steps as one alternative.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sequence: Option<Vec<Entry>>,
}

//! `idp.toml`: what an insurer decides about accounts and sessions.

use super::protocol::Protocol;
use crate::need::Relation;
use serde::{Deserialize, Serialize};

/// The whole file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    pub mail: MailPolicy,
    pub user_id: Length,
    pub password: Length,
    pub session: SessionPolicy,
    pub registration: RegistrationPolicy,
    pub home: Home,
    #[serde(default)]
    pub protocol: Protocol,
}

/// Who the insurer's mails are from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailPolicy {
    pub from: String,
}

/// Shortest and longest, in characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Length {
    pub min: usize,
    pub max: usize,
}

/// How long a session lives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionPolicy {
    pub idle_minutes: i64,
    pub absolute_hours: i64,
}

/// Who may register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegistrationPolicy {
    pub relations: Vec<Relation>,
}

/// Where a person goes when nothing else was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Home {
    pub url: String,
}

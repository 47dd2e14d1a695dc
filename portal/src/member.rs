//! The signed-in person and the household, as the identity provider described them at login.

use handover::card::Card;
use serde::{Deserialize, Serialize};

/// The signed-in person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    pub sub: String,
    pub name: String,
    pub insured: bool,
    pub cards: Vec<Person>,
    /// Other people of the household; empty for a dependant.
    pub household: Vec<Person>,
    /// When the account's factors or address were last changed or recovered, in seconds since 1970: what
    /// costs a member most if it was not them waits for a while after it.
    #[serde(default)]
    pub account_changed_at: Option<i64>,
}

/// A person on one card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The identity provider's id of the person; the same on all their cards.
    pub person: String,
    pub name: String,
    pub relation: String,
    #[serde(flatten)]
    pub card: Card,
    /// The first day without the membership, `YYYY-MM-DD`.
    #[serde(default)]
    pub lost_on: Option<String>,
}

impl Member {
    /// The day on which the last of their memberships ended, when all have.
    pub fn left_on(&self, today: &str) -> Option<&str> {
        let ended = |card: &Person| card.lost_on.as_deref().is_some_and(|lost| lost <= today);
        let left = !self.cards.is_empty() && self.cards.iter().all(ended);
        self.cards.iter().filter_map(|card| card.lost_on.as_deref()).max().filter(|_| left)
    }

    /// The person's own id.
    pub fn person(&self) -> Option<&str> {
        self.cards.first().map(|card| card.person.as_str())
    }
}

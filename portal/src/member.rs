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
}

impl Member {
    /// The person's own id.
    pub fn person(&self) -> Option<&str> {
        self.cards.first().map(|card| card.person.as_str())
    }
}

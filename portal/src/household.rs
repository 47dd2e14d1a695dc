//! Whose rows a person may see: his own, and the household's where policy and choice allow it.

use crate::definition::View;
use crate::store::household_choices;
use db::Conn;
use handover::card::Card;
use serde::{Deserialize, Serialize};

/// The signed-in person, as the identity provider described him at login.
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
    /// The identity provider's id of the person; the same on all his cards.
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

/// The card keys that a call of this member may read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subjects {
    pub keys: Vec<String>,
    /// The other people whose keys are among them.
    pub others: Vec<String>,
}

/// The persons of the household that the member does not see.
pub async fn hidden(
    conn: &mut Conn,
    insurer: &str,
    view: View,
    member: &Member,
) -> Result<Vec<String>, db::Error> {
    let mut persons: Vec<&str> = member.household.iter().map(|p| p.person.as_str()).collect();
    persons.sort_unstable();
    persons.dedup();
    match view {
        View::Never => Ok(persons.into_iter().map(str::to_owned).collect()),
        View::UnlessHidden => household_choices::hidden(conn, insurer, &persons).await,
    }
}

/// Computes the subjects of a call. A dependant sees only himself.
pub async fn subjects(
    conn: &mut Conn,
    insurer: &str,
    view: View,
    member: &Member,
) -> Result<Subjects, db::Error> {
    let mut subjects = Subjects {
        keys: member.cards.iter().map(|card| card.card.key()).collect(),
        others: Vec::new(),
    };
    if member.insured && !member.household.is_empty() {
        let hidden = hidden(conn, insurer, view, member).await?;
        for person in member.household.iter().filter(|p| !hidden.contains(&p.person)) {
            subjects.keys.push(person.card.key());
            subjects.others.push(person.person.clone());
        }
    }
    for list in [&mut subjects.keys, &mut subjects.others] {
        list.sort_unstable();
        list.dedup();
    }
    Ok(subjects)
}

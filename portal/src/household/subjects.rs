//! Whose rows a person may see: their own, and the household's where policy and choice allow it.

use crate::insurers::definition::HouseholdPolicy;
use crate::member::{Member, Person};
use crate::store::household_choices;
use db::Conn;

/// The people whose rows a call of this member may read: first the member.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subjects {
    pub people: Vec<Subject>,
    /// The ids of those who are not the member.
    pub others: Vec<String>,
    /// The insured person sees the member's rows: policy and the member's own choice allow it.
    pub shown: bool,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// The provider's id of the person.
    pub person: String,
    pub name: String,
    /// The member themselves.
    pub own: bool,
    /// The keys of their cards.
    pub cards: Vec<String>,
}

/// The persons of the household that the member does not see.
pub async fn hidden(
    conn: &mut Conn,
    insurer: &str,
    policy: HouseholdPolicy,
    member: &Member,
) -> Result<Vec<String>, db::Error> {
    let mut persons: Vec<&str> = member.household.iter().map(|p| p.person.as_str()).collect();
    persons.sort_unstable();
    persons.dedup();
    match policy {
        HouseholdPolicy::Never => Ok(persons.into_iter().map(str::to_owned).collect()),
        HouseholdPolicy::UnlessHidden => household_choices::hidden(conn, insurer, &persons).await,
    }
}

/// Computes the subjects of a call. Dependants see only themselves.
pub async fn subjects(
    conn: &mut Conn,
    insurer: &str,
    policy: HouseholdPolicy,
    member: &Member,
) -> Result<Subjects, db::Error> {
    let shown = !member.insured
        && policy == HouseholdPolicy::UnlessHidden
        && household_choices::hidden(conn, insurer, &[member.person().unwrap_or("")])
            .await?
            .is_empty();
    let mut subjects = Subjects { shown, ..Subjects::default() };
    for card in &member.cards {
        subjects.add(card, true);
    }
    if member.insured && !member.household.is_empty() {
        let hidden = hidden(conn, insurer, policy, member).await?;
        for person in member.household.iter().filter(|p| !hidden.contains(&p.person)) {
            subjects.add(person, false);
        }
    }
    Ok(subjects)
}

impl Subjects {
    /// Adds a card; a person with two cards is one person.
    fn add(&mut self, person: &Person, own: bool) {
        let key = person.card.key();
        if let Some(known) = self.people.iter_mut().find(|known| known.person == person.person) {
            if !known.cards.contains(&key) {
                known.cards.push(key);
            }
            return;
        }
        if !own {
            self.others.push(person.person.clone());
        }
        self.people.push(Subject {
            person: person.person.clone(),
            name: person.name.clone(),
            own,
            cards: vec![key],
        });
    }
}

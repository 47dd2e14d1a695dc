//! Whose rows a person may see: their own, and the household's where policy and choice allow it.

use crate::insurers::definition::HouseholdPolicy;
use crate::member::Member;
use crate::store::household_choices;
use db::Conn;

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
    let mut subjects = Subjects {
        keys: member.cards.iter().map(|card| card.card.key()).collect(),
        others: Vec::new(),
    };
    if member.insured && !member.household.is_empty() {
        let hidden = hidden(conn, insurer, policy, member).await?;
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

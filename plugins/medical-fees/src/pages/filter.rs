//! What the lists of a month and of a year have in common: the choice of a person (F128, F133).

use super::notes::Notes;
use crate::rows::{Row, Sums};
use sdk::{Call, Fault, json};
use serde::{Deserialize, Serialize};

/// A person in the filter.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Patient {
    pub id: String,
    pub name: String,
    pub selected: bool,
}

/// The rows of a month and what they add up to.
#[derive(Debug, Serialize, Deserialize)]
pub struct Group {
    pub month: String,
    pub sums: Sums,
    pub rows: Vec<Row>,
}

/// The rows of some months, of one person or of all.
#[derive(Debug, Serialize, Deserialize)]
pub struct Filtered {
    pub base: String,
    #[serde(flatten)]
    pub notes: Notes,
    /// The person that was chosen.
    pub chosen: Option<Patient>,
    pub patients: Vec<Patient>,
    /// By month, the newest first.
    pub groups: Vec<Group>,
    pub sums: Sums,
}

impl Filtered {
    /// What `call` asks for, from month `from` to month `until`.
    pub fn read(call: &Call, from: &str, until: &str) -> Result<Self, Fault> {
        let (chosen, params) = (call.param("person"), json!({"from": from, "until": until}));
        let mut rows: Vec<Row> = match chosen {
            "" => call.query("rows", params)?,
            person => call.query_of(person, "rows", params)?,
        };
        for row in &mut rows {
            row.patient = call.person_name(&row.person).unwrap_or_default().to_owned();
            row.late = row.is_late();
        }
        let patients = patients(call, chosen);
        Ok(Self {
            base: call.base.clone(),
            notes: Notes::of(call),
            chosen: patients.iter().find(|patient| patient.selected).cloned(),
            patients,
            sums: Sums::of(rows.iter().map(|row| row.sums)),
            groups: by_month(rows),
        })
    }
}

/// Rows that stand together by month, as the query orders them.
fn by_month(rows: Vec<Row>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for row in rows {
        match groups.last_mut() {
            Some(group) if group.month == row.month => {
                group.sums = Sums::of([group.sums, row.sums]);
                group.rows.push(row);
            }
            _ => groups.push(Group { month: row.month.clone(), sums: row.sums, rows: vec![row] }),
        }
    }
    groups
}

/// Those whose rows this member may see, in the household's order.
pub fn patients(call: &Call, chosen: &str) -> Vec<Patient> {
    let patient = |person: &sdk::Person| Patient {
        id: person.id.clone(),
        name: person.name.clone(),
        selected: person.id == chosen,
    };
    call.persons.iter().map(patient).collect()
}

//! What the lists of a month and of a year have in common: the choice of a patient (F128, F133).

use crate::rows::{Row, Sums};
use sdk::{Call, Fault, json};
use serde::{Deserialize, Serialize};

/// A person in the filter.
#[derive(Debug, Serialize, Deserialize)]
pub struct Patient {
    pub name: String,
    pub selected: bool,
}

/// The rows of some months, of one patient or of all.
#[derive(Debug, Serialize, Deserialize)]
pub struct Filtered {
    pub base: String,
    /// The insurer's own sentence.
    pub note: Option<String>,
    /// The patient that was chosen.
    pub patient: Option<String>,
    pub patients: Vec<Patient>,
    pub rows: Vec<Row>,
    pub sums: Sums,
}

impl Filtered {
    /// What `call` asks for, from month `from` to month `until`.
    pub fn read(call: &Call, from: &str, until: &str) -> Result<Self, Fault> {
        let patient = call.param("patient");
        let params = json!({"from": from, "until": until, "patient": patient});
        let rows: Vec<Row> = call.query("rows", params)?;
        let names = names(call)?.into_iter();
        Ok(Self {
            base: call.base.clone(),
            note: call.text_setting("note").map(str::to_owned),
            patient: Some(patient.to_owned()).filter(|name| !name.is_empty()),
            patients: names.map(|name| Patient { selected: name == patient, name }).collect(),
            sums: Sums::of(rows.iter().map(|row| row.sums)),
            rows,
        })
    }
}

#[derive(Deserialize)]
struct Name {
    patient: String,
}

/// The names of those whose rows this person may see.
pub fn names(call: &Call) -> Result<Vec<String>, Fault> {
    let rows = call.query::<Name>("patients", json!({}))?;
    Ok(rows.into_iter().map(|row| row.patient).collect())
}

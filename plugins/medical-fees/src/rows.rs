//! Rows of care and their sums, all in yen.

use serde::{Deserialize, Serialize};

/// One row: a person's month at a facility.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Row {
    pub month: String,
    pub patient: String,
    #[serde(deserialize_with = "none_when_empty")]
    pub facility: Option<String>,
    pub kind: String,
    pub days: i64,
    #[serde(flatten)]
    pub sums: Sums,
    #[serde(deserialize_with = "none_when_empty")]
    pub note: Option<String>,
}

/// The four amounts of F130.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sums {
    pub total: i64,
    pub insurer_paid: i64,
    pub public_paid: i64,
    pub own_paid: i64,
}

/// The sums of one month.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Month {
    pub month: String,
    #[serde(flatten)]
    pub sums: Sums,
}

impl Sums {
    /// Adds up.
    pub fn of(sums: impl IntoIterator<Item = Sums>) -> Self {
        sums.into_iter().fold(Self::default(), |a, b| Self {
            total: a.total + b.total,
            insurer_paid: a.insurer_paid + b.insurer_paid,
            public_paid: a.public_paid + b.public_paid,
            own_paid: a.own_paid + b.own_paid,
        })
    }
}

fn none_when_empty<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<String>::deserialize(from)?.filter(|text| !text.is_empty()))
}

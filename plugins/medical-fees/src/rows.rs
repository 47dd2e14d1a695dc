//! Rows of care and their sums, all in yen.

use serde::{Deserialize, Serialize};

/// One row: a person's month at a facility.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Row {
    pub month: String,
    /// Whose it is, by id.
    pub person: String,
    /// Their name in the roster.
    #[serde(default)]
    pub patient: String,
    pub facility: Option<String>,
    pub kind: String,
    /// The kind in the words of the insurer's file.
    pub kind_text: Option<String>,
    pub days: Option<i64>,
    #[serde(flatten)]
    pub sums: Sums,
    pub note: Option<String>,
}

/// The amounts of F130, and what others paid.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sums {
    pub total: i64,
    pub insurer_paid: i64,
    pub public_paid: i64,
    pub other_paid: i64,
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
            other_paid: a.other_paid + b.other_paid,
            own_paid: a.own_paid + b.own_paid,
        })
    }
}

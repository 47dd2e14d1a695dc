//! Rows of care and their sums, all in yen.

use sdk::{Call, Fault, json};
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
    /// The month in which the claim was settled.
    #[serde(default)]
    pub claimed_month: Option<String>,
    /// It came later than claims do.
    #[serde(default)]
    pub late: bool,
}

/// The amounts of F130, what others paid, and meals of a stay, which stand beside them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sums {
    pub total: i64,
    pub insurer_paid: i64,
    pub public_paid: i64,
    pub other_paid: i64,
    pub own_paid: i64,
    #[serde(default)]
    pub meal_total: i64,
    #[serde(default)]
    pub meal_own: i64,
}

/// The sums of one month.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Month {
    pub month: String,
    #[serde(flatten)]
    pub sums: Sums,
}

/// How many months after the care a claim is late.
const LATE: i32 = 3;

impl Row {
    /// Whether the claim was settled later than claims are.
    pub fn is_late(&self) -> bool {
        let claimed = self.claimed_month.as_deref().and_then(number);
        number(&self.month).zip(claimed).is_some_and(|(care, claimed)| claimed - care > LATE)
    }
}

/// The months with care, newest first; of the member alone, or of all whom they see.
pub fn month_names(call: &Call, own: bool) -> Result<Vec<String>, Fault> {
    #[derive(Deserialize)]
    struct Row {
        month: String,
    }
    let rows: Vec<Row> = match own {
        true => call.query_own("month_names", json!({}))?,
        false => call.query("month_names", json!({}))?,
    };
    Ok(rows.into_iter().map(|row| row.month).collect())
}

/// Months since the year 0: `202503` → 24302.
pub fn number(month: &str) -> Option<i32> {
    let (year, month) =
        (month.get(..4)?.parse::<i32>().ok()?, month.get(4..)?.parse::<i32>().ok()?);
    (1..=12).contains(&month).then_some(year * 12 + month - 1)
}

/// 24302 → `202503`
pub fn named(number: i32) -> String {
    format!("{:04}{:02}", number.div_euclid(12), number.rem_euclid(12) + 1)
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
            meal_total: a.meal_total + b.meal_total,
            meal_own: a.meal_own + b.meal_own,
        })
    }
}

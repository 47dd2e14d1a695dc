//! All past months, also those without care (F026, F134).

use super::notes::Notes;
use crate::rows::{self, Sums, named, number};
use sdk::{Call, Fault, Page, PageReply, json};
use serde::{Deserialize, Serialize};

/// Years and months, newest first.
#[derive(Debug, Serialize, Deserialize)]
pub struct Past {
    pub base: String,
    #[serde(flatten)]
    pub notes: Notes,
    /// As a table of every payer's share and the benefits (F025).
    pub table: bool,
    /// Whether it is known what was paid back.
    pub benefits: bool,
    /// Somebody else paid a part, too.
    pub others: bool,
    pub years: Vec<Year>,
}

/// A calendar year.
#[derive(Debug, Serialize, Deserialize)]
pub struct Year {
    pub year: i64,
    pub sums: Sums,
    /// What was paid back for its care.
    pub benefits: i64,
    pub months: Vec<Month>,
}

/// A month of it.
#[derive(Debug, Serialize, Deserialize)]
pub struct Month {
    pub month: String,
    pub sums: Sums,
    pub benefits: i64,
    /// No care in this month: it stays listed (F026).
    pub empty: bool,
}

impl Page for Past {
    const TEMPLATE: &'static str = "past.html";
    const SAMPLES: &'static str = include_str!("../../samples/past.json");
}

/// `/past`
pub fn show(call: &Call) -> Result<PageReply, Fault> {
    let months = call.query::<rows::Month>("months", json!({}))?;
    let mut years: Vec<Year> = Vec::new();
    if let (Some(newest), Some(oldest)) = (months.first(), months.last()) {
        let mut next = newest.month.clone();
        while next >= oldest.month {
            let found = months.iter().find(|month| month.month == next);
            let year = next.get(..4).and_then(|text| text.parse().ok()).unwrap_or(0);
            if years.last().is_none_or(|last| last.year != year) {
                years.push(Year { year, sums: Sums::default(), benefits: 0, months: Vec::new() });
            }
            let sums = found.map(|month| month.sums).unwrap_or_default();
            if let Some(last) = years.last_mut() {
                last.sums = Sums::of([last.sums, sums]);
                let empty = found.is_none();
                last.months.push(Month { month: next.clone(), sums, benefits: 0, empty });
            }
            next = match number(&next) {
                Some(month) => named(month - 1),
                None => break,
            };
        }
    }
    let table = call.settings["past"] == "table";
    Past {
        base: call.base.clone(),
        notes: Notes::of(call),
        table,
        benefits: table && add_benefits(call, &mut years)?,
        others: years.iter().any(|year| year.sums.other_paid != 0),
        years,
    }
    .show()
}

/// Adds what was paid back for the care of each month; `false` where nobody knows it.
fn add_benefits(call: &Call, years: &mut [Year]) -> Result<bool, Fault> {
    #[derive(Deserialize)]
    struct Row {
        care_month: String,
        amount: i64,
    }
    // They are paid to the insured person, and theirs to know of.
    if !call.actor.insured {
        return Ok(false);
    }
    let all = json!({"from": "190001", "until": "299912"});
    let rows: Option<Vec<Row>> = call.query_of_plugin("benefits", "of_care", all)?;
    let Some(rows) = rows else { return Ok(false) };
    for row in rows {
        for year in &mut *years {
            let of = year.months.iter_mut().find(|m| m.month == row.care_month && !m.empty);
            if let Some(month) = of {
                month.benefits += row.amount;
                year.benefits += row.amount;
            }
        }
    }
    Ok(true)
}

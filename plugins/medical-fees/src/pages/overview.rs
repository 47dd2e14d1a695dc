//! The newest month and this year (F126, F127).

use super::benefits::{Expected, PaidBack};
use super::chart;
use super::filter::patients;
use super::notes::Notes;
use crate::rows::{self, Row, Sums};
use sdk::{Call, Chart, Fault, Page, PageReply, json};
use serde::{Deserialize, Serialize};

/// The plugin's first page.
#[derive(Debug, Serialize, Deserialize)]
pub struct Overview {
    pub base: String,
    #[serde(flatten)]
    pub notes: Notes,
    pub latest: Option<Latest>,
    /// The twelve months up to the newest.
    pub chart: Option<Chart>,
    pub this_year: Option<ThisYear>,
    pub patients: Vec<String>,
    /// Whether rows of others are among those shown.
    pub household: bool,
    /// The member can keep rows from the household.
    #[serde(default)]
    pub keeps: bool,
}

/// The newest month with care.
#[derive(Debug, Serialize, Deserialize)]
pub struct Latest {
    pub month: String,
    pub sums: Sums,
    /// What was paid back for it.
    pub paid_back: i64,
    /// What may still come.
    pub expected: Option<Expected>,
}

/// This calendar year so far.
#[derive(Debug, Serialize, Deserialize)]
pub struct ThisYear {
    pub year: i64,
    pub sums: Sums,
    /// Months with care.
    pub months: usize,
}

impl Page for Overview {
    const TEMPLATE: &'static str = "overview.html";
    const SAMPLES: &'static str = include_str!("../../samples/overview.json");
}

/// `/`
pub fn show(call: &Call) -> Result<PageReply, Fault> {
    let months = call.query::<rows::Month>("months", json!({}))?;
    let year = call.today.get(..4).unwrap_or("");
    let this_year: Vec<_> = months.iter().filter(|m| m.month.starts_with(year)).collect();
    let sums: Vec<_> = months.iter().map(|m| (m.month.as_str(), m.sums)).collect();
    let latest = match months.first() {
        Some(newest) => Some(latest(call, newest)?),
        None => None,
    };
    Overview {
        latest,
        chart: months.first().and_then(|newest| chart::own(call, &newest.month, &sums)),
        base: call.base.clone(),
        notes: Notes::of(call),
        this_year: (!this_year.is_empty()).then(|| ThisYear {
            year: year.parse().unwrap_or(0),
            sums: Sums::of(this_year.iter().map(|month| month.sums)),
            months: this_year.len(),
        }),
        patients: patients(call, "").into_iter().map(|patient| patient.name).collect(),
        household: call.actor.household,
        keeps: call.actor.shown,
    }
    .show()
}

/// The newest month, with what comes back of it.
fn latest(call: &Call, newest: &rows::Month) -> Result<Latest, Fault> {
    let month = newest.month.clone();
    let rows: Vec<Row> = match call.actor.insured {
        true => call.query("rows", json!({"from": month, "until": month}))?,
        false => Vec::new(),
    };
    let back = PaidBack::of(call, &month, &rows.iter().collect::<Vec<_>>())?;
    Ok(Latest { month, sums: newest.sums, paid_back: back.sum, expected: back.expected })
}

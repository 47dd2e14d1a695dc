//! The rows of a month, filtered by patient (F128, F133).

use super::filter::Filtered;
use crate::rows;
use sdk::{Call, Fault, Page, PageReply, is_month, json};
use serde::{Deserialize, Serialize};

/// A month's list.
#[derive(Debug, Serialize, Deserialize)]
pub struct Month {
    #[serde(flatten)]
    pub list: Filtered,
    pub month: String,
    pub months: Vec<Choice>,
    /// The months with care before and after this one.
    pub previous: Option<String>,
    pub next: Option<String>,
    /// The member can keep rows from the household.
    #[serde(default)]
    pub keeps: bool,
    /// What was paid back for it, where another plugin knows.
    pub benefits: Vec<Benefit>,
}

/// A benefit for the care of the month.
#[derive(Debug, Serialize, Deserialize)]
pub struct Benefit {
    pub name: String,
    pub kind: String,
    pub amount: i64,
    /// The page of the month in which it was paid.
    pub url: String,
    pub paid_month: String,
}

/// A month in the filter.
#[derive(Debug, Serialize, Deserialize)]
pub struct Choice {
    pub month: String,
    pub selected: bool,
}

impl Page for Month {
    const TEMPLATE: &'static str = "month.html";
    const SAMPLES: &'static str = include_str!("../../samples/month.json");
}

/// `/month?month=202503&person=…`; without a month the newest.
pub fn show(call: &Call) -> Result<PageReply, Fault> {
    let months = call.query::<rows::Month>("months", json!({}))?;
    let wanted = match (call.param("month"), months.first()) {
        ("", Some(newest)) => newest.month.clone(),
        (wanted, _) if is_month(wanted) => wanted.to_owned(),
        _ => return Ok(PageReply::NotFound),
    };
    let at = months.iter().position(|month| month.month == wanted);
    let neighbour = |at: Option<usize>| at.and_then(|at| months.get(at)).map(|m| m.month.clone());
    let choice = |month: &rows::Month| Choice {
        month: month.month.clone(),
        selected: month.month == wanted,
    };
    Month {
        list: Filtered::read(call, &wanted, &wanted)?,
        benefits: benefits(call, &wanted)?,
        previous: neighbour(at.map(|at| at + 1)),
        next: neighbour(at.and_then(|at| at.checked_sub(1))),
        keeps: call.actor.shown,
        months: months.iter().map(choice).collect(),
        month: wanted,
    }
    .show()
}

/// What was paid back for the care of a month; nothing where the insurer has no such plugin on.
fn benefits(call: &Call, month: &str) -> Result<Vec<Benefit>, Fault> {
    #[derive(Deserialize)]
    struct Row {
        person: String,
        kind: String,
        paid_month: String,
        amount: i64,
    }
    // They are paid to the insured person, and theirs to know of.
    if !call.actor.insured {
        return Ok(Vec::new());
    }
    let chosen = call.param("person");
    let params = json!({"from": month, "until": month});
    let rows: Option<Vec<Row>> = call.query_of_plugin("benefits", "of_care", params)?;
    let rows = rows.unwrap_or_default().into_iter();
    let rows = rows.filter(|row| chosen.is_empty() || row.person == chosen);
    let benefit = |row: Row| Benefit {
        name: call.person_name(&row.person).unwrap_or_default().to_owned(),
        kind: row.kind,
        amount: row.amount,
        url: format!("{}?month={}", call.base_of("benefits"), row.paid_month),
        paid_month: row.paid_month,
    };
    Ok(rows.map(benefit).collect())
}

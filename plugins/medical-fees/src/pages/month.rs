//! The rows of a month, filtered by patient (F128, F133).

use super::benefits::{Benefit, Expected, PaidBack};
use super::filter::Filtered;
use crate::rows::month_names;
use sdk::{Call, Fault, Page, PageReply, is_month};
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
    /// What they add up to.
    pub paid_back: i64,
    /// What may still come.
    pub expected: Option<Expected>,
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
    let months = month_names(call, false)?;
    let wanted = match (call.param("month"), months.first()) {
        ("", Some(newest)) => newest.clone(),
        (wanted, _) if is_month(wanted) => wanted.to_owned(),
        _ => return Ok(PageReply::NotFound),
    };
    let at = months.iter().position(|month| *month == wanted);
    let neighbour = |at: Option<usize>| at.and_then(|at| months.get(at)).cloned();
    let choice = |month: &String| Choice { month: month.clone(), selected: *month == wanted };
    let list = Filtered::read(call, &wanted, &wanted)?;
    let rows: Vec<_> = list.groups.iter().flat_map(|group| &group.rows).collect();
    let back = PaidBack::of(call, &wanted, &rows)?;
    Month {
        benefits: back.benefits,
        paid_back: back.sum,
        expected: back.expected,
        list,
        previous: neighbour(at.map(|at| at + 1)),
        next: neighbour(at.and_then(|at| at.checked_sub(1))),
        keeps: call.actor.shown,
        months: months.iter().map(choice).collect(),
        month: wanted,
    }
    .show()
}

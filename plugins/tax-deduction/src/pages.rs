//! The years, a year with what it has and lacks, and the task of the season.

use crate::year::{Paid, may_come, months, offered, read, this_year};
use sdk::{Call, CardReply, Fault, Page, PageReply, Task};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The years for which there are files.
#[derive(Debug, Serialize, Deserialize)]
pub struct Years {
    pub base: String,
    pub note: Option<String>,
    /// The insurer shows no fees: there is nothing to make files of.
    pub off: bool,
    pub years: Vec<i64>,
}

/// A year.
#[derive(Debug, Serialize, Deserialize)]
pub struct One {
    pub base: String,
    pub note: Option<String>,
    pub year: i64,
    pub rows: Vec<Paid>,
    pub paid: i64,
    /// What was paid back for these rows, and what fits none of them.
    pub paid_back: i64,
    pub left: i64,
    pub people: Vec<Named>,
    /// Months whose fees may not have come yet.
    pub may_come: Vec<i64>,
    /// Rows without a facility's name.
    pub nameless: usize,
    /// There is a form, and whether it is signed.
    pub form: bool,
    pub signed: bool,
}

/// Somebody who has rows in the year.
#[derive(Debug, Serialize, Deserialize)]
pub struct Named {
    pub id: String,
    pub name: String,
}

impl Page for Years {
    const TEMPLATE: &'static str = "years.html";
    const SAMPLES: &'static str = include_str!("../samples/years.json");
}

impl Page for One {
    const TEMPLATE: &'static str = "year.html";
    const SAMPLES: &'static str = include_str!("../samples/year.json");
}

/// The offered years that have fees, newest first; `None` where the insurer shows none.
fn with_fees(call: &Call) -> Result<Option<Vec<i64>>, Fault> {
    let has = |months: &[String], year: i64| {
        months.iter().any(|month| month.starts_with(&format!("{year:04}")))
    };
    Ok(months(call)?
        .map(|months| offered(call).into_iter().filter(|year| has(&months, *year)).collect()))
}

/// `/`
pub fn years(call: &Call) -> Result<PageReply, Fault> {
    let years = with_fees(call)?;
    Years {
        base: call.base.clone(),
        note: call.text_setting("note").map(str::to_owned),
        off: years.is_none(),
        years: years.unwrap_or_default(),
    }
    .show()
}

/// `/year?year=2025`
pub fn year(call: &Call) -> Result<PageReply, Fault> {
    let Some(year) = read(call)? else { return Ok(PageReply::NotFound) };
    let has = |person: &&sdk::Person| year.rows.iter().any(|row| row.person == person.id);
    let named = |person: &sdk::Person| Named { id: person.id.clone(), name: person.name.clone() };
    One {
        base: call.base.clone(),
        note: call.text_setting("note").map(str::to_owned),
        people: call.persons.iter().filter(has).map(named).collect(),
        may_come: may_come(call, year.year),
        nameless: year.rows.iter().filter(|row| row.facility.is_none()).count(),
        form: call.settings["issuer"].is_string(),
        signed: call.signs,
        year: year.year,
        paid: year.paid,
        paid_back: year.paid_back,
        left: year.left,
        rows: year.rows,
    }
    .show()
}

/// The card of the home page (F126). Until the middle of March the files of last year are a task: without a last
/// day, for a refund can be asked for later, too.
pub fn season(call: &Call) -> Result<CardReply, Fault> {
    let years = with_fees(call)?.unwrap_or_default();
    if years.is_empty() {
        return Ok(CardReply::default());
    }
    let last = this_year(call) - 1;
    let season = call.today.get(5..).is_some_and(|day| ("02-01"..="03-17").contains(&day));
    let task = Task {
        title: "tax-deduction-task".into(),
        params: BTreeMap::from([("year".to_owned(), last.to_string())]),
        path: format!("/year?year={last}"),
        due: None,
    };
    Ok(CardReply {
        title: "tax-deduction-card".into(),
        text: Some("tax-deduction-card-text".into()),
        tasks: if season && years.contains(&last) { vec![task] } else { Vec::new() },
        ..CardReply::default()
    })
}

//! What members see: a month, a year, what is past (F138 to F140), and the card.

use crate::payments::{Chosen, Month, Payment, may_see, months, read};
use sdk::{Call, CardReply, Fault, Page, PageReply, grouped, is_month, is_year, json};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The payments of a month or a year.
#[derive(Debug, Serialize, Deserialize)]
pub struct List {
    pub base: String,
    /// The insurer's own sentence.
    pub note: Option<String>,
    /// The insured person's page has them, and this is not theirs.
    pub hidden: bool,
    /// It is theirs, with the notice.
    pub insured: bool,
    /// One of both: `YYYYMM`, or the year.
    pub month: Option<String>,
    pub year: Option<i64>,
    /// All that there are, newest first.
    pub months: Vec<String>,
    pub years: Vec<i64>,
    /// What was chosen: a person by id, a kind by its words.
    pub person: Option<String>,
    pub kind: Option<String>,
    pub people: Vec<Named>,
    pub kinds: Vec<String>,
    pub payments: Vec<Payment>,
    pub amount: i64,
    /// Where a month of care has a page of its own: the address before its month.
    pub fees: Option<String>,
    /// The months that have one.
    pub fee_months: Vec<String>,
}

/// Somebody for whom something can have been paid.
#[derive(Debug, Serialize, Deserialize)]
pub struct Named {
    pub id: String,
    pub name: String,
}

/// All years and months, newest first.
#[derive(Debug, Serialize, Deserialize)]
pub struct Past {
    pub base: String,
    pub hidden: bool,
    pub years: Vec<Year>,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct Year {
    pub year: i64,
    pub amount: i64,
    pub months: Vec<Month>,
}

impl Page for List {
    const TEMPLATE: &'static str = "list.html";
    const SAMPLES: &'static str = include_str!("../samples/list.json");
}

impl Page for Past {
    const TEMPLATE: &'static str = "past.html";
    const SAMPLES: &'static str = include_str!("../samples/past.json");
}

/// The year of a month `YYYYMM`.
fn year_of(month: &str) -> i64 {
    month.get(..4).and_then(|year| year.parse().ok()).unwrap_or(0)
}

/// `/?month=202503&person=…&kind=…`; without a month the newest (F137).
pub fn month(call: &Call) -> Result<PageReply, Fault> {
    let months = months(call)?;
    let wanted = match (call.param("month"), months.first()) {
        ("", newest) => newest.map(|newest| newest.month.clone()),
        (wanted, _) if is_month(wanted) => Some(wanted.to_owned()),
        _ => return Ok(PageReply::NotFound),
    };
    let chosen = match &wanted {
        Some(month) => read(call, month, month)?,
        None => Chosen::default(),
    };
    list(call, &months, chosen, (wanted, None))
}

/// `/year?year=2025&person=…&kind=…`; without a year the newest.
pub fn year(call: &Call) -> Result<PageReply, Fault> {
    let months = months(call)?;
    let newest = months.first().map(|newest| year_of(&newest.month).to_string());
    let wanted = match (call.param("year"), newest) {
        ("", newest) => newest,
        (wanted, _) if is_year(wanted) => Some(wanted.to_owned()),
        _ => return Ok(PageReply::NotFound),
    };
    let chosen = match &wanted {
        Some(year) => read(call, &format!("{year}01"), &format!("{year}12"))?,
        None => Chosen::default(),
    };
    list(call, &months, chosen, (None, wanted.and_then(|year| year.parse().ok())))
}

fn list(
    call: &Call,
    months: &[Month],
    Chosen { kinds, payments, amount }: Chosen,
    (month, year): (Option<String>, Option<i64>),
) -> Result<PageReply, Fault> {
    let mut years: Vec<i64> = months.iter().map(|month| year_of(&month.month)).collect();
    years.dedup();
    let (fees, fee_months) = fees(call, &payments)?;
    let person = call.param("person");
    let named = |person: &sdk::Person| Named { id: person.id.clone(), name: person.name.clone() };
    List {
        base: call.base.clone(),
        note: call.text_setting("note").map(str::to_owned),
        hidden: !may_see(call),
        insured: call.actor.insured,
        month,
        year,
        months: months.iter().map(|month| month.month.clone()).collect(),
        years,
        person: call.person_name(person).map(|_| person.to_owned()),
        kind: Some(call.param("kind").to_owned()).filter(|kind| kinds.contains(kind)),
        people: call.persons.iter().map(named).collect(),
        kinds,
        payments,
        amount,
        fees,
        fee_months,
    }
    .show()
}

/// Where the care of these payments is shown, and which of its months are.
fn fees(call: &Call, payments: &[Payment]) -> Result<(Option<String>, Vec<String>), Fault> {
    #[derive(Deserialize)]
    struct Row {
        month: String,
    }
    let care: BTreeSet<&String> =
        payments.iter().filter_map(|payment| payment.care_month.as_ref()).collect();
    if care.is_empty() {
        return Ok((None, Vec::new()));
    }
    let shown: Option<Vec<Row>> = call.query_of_plugin("medical-fees", "months", json!({}))?;
    let Some(shown) = shown else { return Ok((None, Vec::new())) };
    let months = shown.into_iter().map(|row| row.month).filter(|month| care.contains(month));
    Ok((Some(format!("{}/month?month=", call.base_of("medical-fees"))), months.collect()))
}

/// `/past`
pub fn past(call: &Call) -> Result<PageReply, Fault> {
    let mut years: Vec<Year> = Vec::new();
    for month in months(call)? {
        let year = year_of(&month.month);
        if years.last().is_none_or(|last| last.year != year) {
            years.push(Year { year, amount: 0, months: Vec::new() });
        }
        if let Some(last) = years.last_mut() {
            last.amount += month.amount;
            last.months.push(month);
        }
    }
    Past { base: call.base.clone(), hidden: !may_see(call), years }.show()
}

/// The card of the home page (F126): what was paid in the newest month.
pub fn newest(call: &Call) -> Result<CardReply, Fault> {
    if !may_see(call) {
        return Ok(CardReply::default());
    }
    let months = months(call)?;
    let newest = months.first();
    Ok(CardReply {
        title: "benefits-card".into(),
        value: newest.map(|newest| grouped(newest.amount)),
        unit: Some("benefits-unit".into()),
        text: newest.is_none().then(|| "benefits-card-none".into()),
        as_of: newest.map(|newest| newest.month.clone()),
        ..CardReply::default()
    })
}

//! What members see: a month, a year, what is past (F141, F146), and the card.

use crate::drugs::{Group, Sums, read};
use sdk::{Call, CardReply, Fault, Hit, Page, PageReply, grouped, is_month, is_year, json};
use serde::{Deserialize, Serialize};

/// Our footnotes, by the end of their message (F145).
const STANDARD: [&str; 2] = ["counter", "ask"];

/// The medicines of a month or a year.
#[derive(Debug, Serialize, Deserialize)]
pub struct List {
    pub base: String,
    /// The insurer's own sentence, and its footnotes in the place of ours.
    pub note: Option<String>,
    pub footnotes: Vec<String>,
    /// Which of ours stand below.
    pub standard: Vec<String>,
    /// One of both: `YYYYMM`, or the year.
    pub month: Option<String>,
    pub year: Option<i64>,
    /// All that there are, newest first.
    pub months: Vec<String>,
    pub years: Vec<i64>,
    /// The person that was chosen, by id.
    pub chosen: Option<String>,
    pub patients: Vec<Patient>,
    pub groups: Vec<Group>,
    pub sums: Sums,
    /// The member can keep medicines from the household.
    #[serde(default)]
    pub keeps: bool,
}

/// Somebody whose medicines the member may see.
#[derive(Debug, Serialize, Deserialize)]
pub struct Patient {
    pub id: String,
    pub name: String,
}

/// All years and months, newest first.
#[derive(Debug, Serialize, Deserialize)]
pub struct Past {
    pub base: String,
    pub years: Vec<Year>,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct Year {
    pub year: i64,
    pub sums: Sums,
    pub months: Vec<Month>,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct Month {
    pub month: String,
    pub sums: Sums,
}

impl Page for List {
    const TEMPLATE: &'static str = "list.html";
    const SAMPLES: &'static str = include_str!("../samples/list.json");
}

impl Page for Past {
    const TEMPLATE: &'static str = "past.html";
    const SAMPLES: &'static str = include_str!("../samples/past.json");
}

/// The months that there are, newest first.
fn months(call: &Call) -> Result<Vec<String>, Fault> {
    #[derive(Deserialize)]
    struct Row {
        month: String,
    }
    let rows: Vec<Row> = call.query("months", json!({}))?;
    Ok(rows.into_iter().map(|row| row.month).collect())
}

/// The year of a month `YYYYMM`.
fn year_of(month: &str) -> i64 {
    month.get(..4).and_then(|year| year.parse().ok()).unwrap_or(0)
}

/// `/?month=202411&person=…`; without a month the newest.
pub fn month(call: &Call) -> Result<PageReply, Fault> {
    let months = months(call)?;
    let wanted = match (call.param("month"), months.first()) {
        ("", newest) => newest.cloned(),
        (wanted, _) if is_month(wanted) => Some(wanted.to_owned()),
        _ => return Ok(PageReply::NotFound),
    };
    let shown = wanted.clone().unwrap_or_default();
    list(call, months, (&shown, &shown), (wanted, None))
}

/// `/year?year=2024&person=…`; without a year the newest.
pub fn year(call: &Call) -> Result<PageReply, Fault> {
    let months = months(call)?;
    let newest = months.first().map(|month| year_of(month).to_string());
    let wanted = match (call.param("year"), newest) {
        ("", Some(newest)) => newest,
        (wanted, _) if is_year(wanted) => wanted.to_owned(),
        _ => return Ok(PageReply::NotFound),
    };
    let shown = (format!("{wanted}01"), format!("{wanted}12"));
    list(call, months, (&shown.0, &shown.1), (None, wanted.parse().ok()))
}

fn list(
    call: &Call,
    months: Vec<String>,
    (from, until): (&str, &str),
    (month, year): (Option<String>, Option<i64>),
) -> Result<PageReply, Fault> {
    let person = call.param("person");
    let groups = match from {
        "" => Vec::new(),
        from => read(call, from, until, person)?,
    };
    let mut years: Vec<i64> = months.iter().map(|month| year_of(month)).collect();
    years.dedup();
    let own = call.texts_setting("footnotes");
    let patient =
        |person: &sdk::Person| Patient { id: person.id.clone(), name: person.name.clone() };
    List {
        base: call.base.clone(),
        note: call.text_setting("note").map(str::to_owned),
        standard: if own.is_some() { Vec::new() } else { STANDARD.map(str::to_owned).into() },
        footnotes: own.unwrap_or_default(),
        month,
        year,
        months,
        years,
        chosen: call.person_name(person).map(|_| person.to_owned()),
        patients: call.persons.iter().map(patient).collect(),
        sums: Sums::of(groups.iter().flat_map(|group| &group.drugs)),
        groups,
        keeps: call.actor.shown,
    }
    .show()
}

/// `/past`
pub fn past(call: &Call) -> Result<PageReply, Fault> {
    let mut years: Vec<Year> = Vec::new();
    for group in read(call, "190001", "299912", "")? {
        let (year, sums) = (year_of(&group.month), Sums::of(&group.drugs));
        if years.last().is_none_or(|last| last.year != year) {
            years.push(Year { year, sums: Sums::default(), months: Vec::new() });
        }
        let Some(last) = years.last_mut() else { continue };
        last.sums = last.sums + sums;
        match last.months.last_mut().filter(|last| last.month == group.month) {
            Some(month) => month.sums = month.sums + sums,
            None => last.months.push(Month { month: group.month, sums }),
        }
    }
    Past { base: call.base.clone(), years }.show()
}

/// The card of the home page (F126): what the newest month's medicines cost, and that they could cost less.
pub fn newest(call: &Call) -> Result<CardReply, Fault> {
    let months = months(call)?;
    let Some(newest) = months.first() else {
        let text = Some("prescriptions-card-none".into());
        return Ok(CardReply { title: "prescriptions-card".into(), text, ..CardReply::default() });
    };
    let groups = read(call, newest, newest, "")?;
    let sums = Sums::of(groups.iter().flat_map(|group| &group.drugs));
    Ok(CardReply {
        title: "prescriptions-card".into(),
        value: Some(grouped(sums.paid)),
        unit: Some("prescriptions-unit".into()),
        text: (sums.saving > 0).then(|| "prescriptions-card-less".into()),
        as_of: Some(newest.clone()),
        ..CardReply::default()
    })
}

/// What the portal's search finds here: medicines by name.
pub fn search(call: &Call) -> Result<PageReply, Fault> {
    #[derive(Deserialize)]
    struct Found {
        month: String,
        person: String,
        name: String,
    }
    let found: Vec<Found> = call.query("search", json!({"word": call.param("q")}))?;
    let hit = |one: Found| Hit {
        title: one.name,
        text: call.person_name(&one.person).filter(|_| call.actor.household).map(str::to_owned),
        path: format!("/?month={}", one.month),
        at: Some(one.month),
    };
    Ok(PageReply::Hits { hits: found.into_iter().map(hit).collect() })
}

//! What staff see: months, and nobody's days.

use crate::goals::{Goal, goals};
use crate::pages::away;
use sdk::paper::{Column, Encoding, Part, Sheet, Table, Words};
use sdk::{
    Call, Chart, ChartKind, Done, Fault, Form, Page, PageReply, Point, Series, Writes, json,
};
use serde::{Deserialize, Serialize};

/// The months in which somebody walked, newest first.
#[derive(Serialize, Deserialize)]
pub struct Months {
    pub base: String,
    /// When there are two or more.
    pub chart: Option<Chart>,
    pub months: Vec<Month>,
}

/// A row of `queries/months.sql`.
#[derive(Serialize, Deserialize)]
pub struct Month {
    /// `YYYYMM`
    pub month: String,
    pub people: i64,
    pub steps: i64,
}

/// How far each walked in a month.
#[derive(Serialize, Deserialize)]
pub struct Ranking {
    pub base: String,
    pub month: String,
    pub walked: Vec<Walked>,
}

/// A row of `queries/ranking.sql`.
#[derive(Serialize, Deserialize)]
pub struct Walked {
    /// Whose: the template asks the host what they are called.
    pub person: String,
    pub steps: i64,
}

/// One member, or the form that asks for their card.
#[derive(Serialize, Deserialize)]
pub struct One {
    pub base: String,
    /// Whose: the template asks the host what they are called.
    pub person: Option<String>,
    pub months: Vec<Steps>,
}

/// A row of `queries/year.sql`.
#[derive(Serialize, Deserialize)]
pub struct Steps {
    pub month: String,
    pub steps: i64,
}

/// The goals of the months.
#[derive(Serialize, Deserialize)]
pub struct Goals {
    pub base: String,
    pub goals: Vec<Goal>,
}

impl Page for Goals {
    const TEMPLATE: &'static str = "goal.html";
    const SAMPLES: &'static str = include_str!("../samples/goal.json");
}

impl Page for One {
    const TEMPLATE: &'static str = "one.html";
    const SAMPLES: &'static str = include_str!("../samples/one.json");
}

impl Page for Ranking {
    const TEMPLATE: &'static str = "ranking.html";
    const SAMPLES: &'static str = include_str!("../samples/ranking.json");
}

impl Page for Months {
    const TEMPLATE: &'static str = "months.html";
    const SAMPLES: &'static str = include_str!("../samples/months.json");
}

/// `/`
pub fn months(call: &Call) -> Result<PageReply, Fault> {
    let months: Vec<Month> = call.query("months", json!({}))?;
    // From left to right time goes on.
    let (steps, points) =
        months.iter().rev().map(|month| (month.steps, Point::at(&month.month))).unzip();
    let series = vec![Series::of("example-sum", steps)];
    let (kind, unit) = (ChartKind::Line, "example-unit".into());
    let chart = (months.len() > 1).then_some(Chart { kind, unit, series, points });
    Months { base: call.base.clone(), chart, months }.show()
}

/// `/ranking?month=202604`
pub fn ranking(call: &Call) -> Result<PageReply, Fault> {
    let month = call.param("month");
    if away(month, 0).is_none() {
        return Ok(PageReply::NotFound);
    }
    let walked = call.query("ranking", json!({"month": month}))?;
    Ranking { base: call.base.clone(), month: month.to_owned(), walked }.show()
}

/// `/ranking/sheet?month=202604`: with the cards, for the insurer's own programs.
pub fn ranking_sheet(call: &Call) -> Result<PageReply, Fault> {
    let month = call.param("month");
    if away(month, 0).is_none() {
        return Ok(PageReply::NotFound);
    }
    let said = |key: &str| Words::message(format!("example-staff-{key}"));
    let walked: Vec<Walked> = call.query("ranking", json!({"month": month}))?;
    let row = |one: &Walked| {
        let card = |part| Words::card(&one.person, part);
        let [symbol, number, branch] = [Part::Symbol, Part::Number, Part::Branch].map(card);
        vec![symbol, number, branch, Words::person(&one.person), Words::number(one.steps)]
    };
    let heads = ["symbol", "number", "branch", "name"].map(|key| Column::start(said(key)));
    let table = Table {
        caption: said("ranking").with("month", Words::month(month)),
        columns: heads.into_iter().chain([Column::end(Words::message("example-sum"))]).collect(),
        rows: walked.iter().map(row).collect(),
        foot: None,
    };
    Sheet { table, encoding: Encoding::Windows31J }.show(format!("ranking-{month}"))
}

/// `/one?person=…`
pub fn one(call: &Call) -> Result<PageReply, Fault> {
    let person = Some(call.param("person")).filter(|person| !person.is_empty());
    let months = match person {
        Some(person) => call.query_of(person, "year", json!({"from": "190001"}))?,
        None => Vec::new(),
    };
    One { base: call.base.clone(), person: person.map(str::to_owned), months }.show()
}

/// The fields of `find`: whose card it is.
#[derive(Deserialize)]
struct Found {
    card: String,
}

/// Nothing is written: it goes on to what they walked.
pub fn find(_: &Call, form: &Form, _: &mut Writes) -> Result<Done, Fault> {
    let Found { card } = form.read()?;
    Ok(Done::see(format!("/one?person={card}")))
}

/// `/goal`
pub fn goal_page(call: &Call) -> Result<PageReply, Fault> {
    Goals { base: call.base.clone(), goals: goals(call)? }.show()
}

/// The goal of a month, in the place of the one before.
pub fn set_goal(_: &Call, form: &Form, writes: &mut Writes) -> Result<Done, Fault> {
    let Goal { month, steps } = form.read()?;
    writes.run("goal", json!({"month": month, "steps": steps}));
    Ok(Done::said("/goal", "example-goal-set"))
}

/// `/sheet`
pub fn months_sheet(call: &Call) -> Result<PageReply, Fault> {
    let months: Vec<Month> = call.query("months", json!({}))?;
    let said = |key: &str| Words::message(format!("example-{key}"));
    let row = |month: &Month| {
        vec![Words::month(&month.month), Words::number(month.people), Words::number(month.steps)]
    };
    let table = Table {
        caption: said("staff-title"),
        columns: vec![
            Column::start(said("staff-month")),
            Column::end(said("staff-people")),
            Column::end(said("add-steps")),
        ],
        rows: months.iter().map(row).collect(),
        foot: None,
    };
    Sheet { table, encoding: Encoding::Utf8 }.show("steps-by-month")
}

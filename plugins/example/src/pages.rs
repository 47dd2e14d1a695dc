//! What members see.

use crate::goals::goals;
use sdk::{
    Call, CardReply, Chart, ChartKind, Fault, Hit, Page, PageReply, Point, Series, Task, json,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A month's days.
#[derive(Serialize, Deserialize)]
pub struct List {
    pub base: String,
    /// `YYYYMM`
    pub month: String,
    pub previous: String,
    /// None after this month.
    pub next: Option<String>,
    pub steps: i64,
    /// How far the month's goal is, when there is one.
    pub goal: Option<Chart>,
    /// The months of a year up to this one.
    pub year: Option<Chart>,
    pub days: Vec<Day>,
    /// What the insurer's pedometer counted, when it did.
    pub counted: Option<i64>,
}

/// A row of `queries/list.sql`.
#[derive(Serialize, Deserialize)]
pub struct Day {
    pub day: String,
    pub steps: i64,
    pub how: Option<String>,
    pub note: Option<String>,
    /// The id of a file.
    pub photo: Option<String>,
}

/// Where one can walk.
#[derive(Serialize, Deserialize)]
pub struct Courses {
    pub base: String,
    pub courses: Vec<Course>,
}

/// A row of `queries/courses.sql`.
#[derive(Serialize, Deserialize)]
pub struct Course {
    pub name: String,
    pub place: String,
    pub km: String,
}

/// The page with the form for a new day.
#[derive(Serialize, Deserialize)]
pub struct New {
    pub base: String,
}

/// The page with a day's form.
#[derive(Serialize, Deserialize)]
pub struct Edit {
    pub base: String,
    pub day: String,
}

impl Page for List {
    const TEMPLATE: &'static str = "list.html";
    const SAMPLES: &'static str = include_str!("../samples/list.json");
}

impl Page for Courses {
    const TEMPLATE: &'static str = "courses.html";
    const SAMPLES: &'static str = include_str!("../samples/courses.json");
}

impl Page for New {
    const TEMPLATE: &'static str = "new.html";
    const SAMPLES: &'static str = include_str!("../samples/new.json");
}

impl Page for Edit {
    const TEMPLATE: &'static str = "edit.html";
    const SAMPLES: &'static str = include_str!("../samples/edit.json");
}

/// A row of `queries/total.sql`.
#[derive(Deserialize)]
struct Total {
    days: i64,
    steps: i64,
}

/// A row of `queries/one.sql`: what the form shows, and which writing it is.
#[derive(Serialize, Deserialize)]
struct One {
    day: String,
    steps: i64,
    how: Option<String>,
    note: Option<String>,
    photo: Option<String>,
    #[serde(rename(serialize = "seen"))]
    version: String,
}

pub fn this_month(call: &Call) -> String {
    format!("{}{}", &call.today[..4], &call.today[5..7])
}

/// The month so many months away.
pub fn away(month: &str, by: i32) -> Option<String> {
    let (year, month) =
        (month.get(..4)?.parse::<i32>().ok()?, month.get(4..)?.parse::<i32>().ok()?);
    if !(1900..=2200).contains(&year) || !(1..=12).contains(&month) {
        return None;
    }
    let months = year * 12 + month - 1 + by;
    Some(format!("{:04}{:02}", months / 12, months % 12 + 1))
}

/// The days of a month, newest first.
pub fn days_of(call: &Call, month: &str) -> Result<Vec<Day>, Fault> {
    call.query_own("list", json!({"month": month}))
}

/// A row of `queries/year.sql`.
#[derive(Deserialize)]
struct Walked {
    month: String,
    steps: i64,
}

/// What was walked of what shall be.
fn of_goal(call: &Call, month: &str, steps: i64) -> Result<Option<Chart>, Fault> {
    let goal = goals(call)?.into_iter().find(|goal| goal.month == month);
    Ok(goal.map(|goal| Chart {
        kind: ChartKind::Gauge,
        unit: "example-unit".into(),
        series: vec![Series::of("example-sum", vec![steps, goal.steps])],
        points: vec![Point::at(month)],
    }))
}

/// Twelve columns that lead to their months.
fn year(call: &Call, month: &str) -> Result<Option<Chart>, Fault> {
    let months: Vec<String> = (-11..=0).filter_map(|by| away(month, by)).collect();
    let walked: Vec<Walked> = call.query_own("year", json!({"from": months.first()}))?;
    let steps =
        |month: &String| walked.iter().find(|one| one.month == *month).map_or(0, |one| one.steps);
    let point = |other: &String| {
        let point = Point::at(other).link(format!("{}?month={other}", call.base));
        if other == month { point.now() } else { point }
    };
    Ok((!walked.is_empty()).then(|| Chart {
        kind: ChartKind::Bars,
        unit: "example-unit".into(),
        series: vec![Series::of("example-sum", months.iter().map(steps).collect())],
        points: months.iter().map(point).collect(),
    }))
}

/// A row of `queries/counted.sql`.
#[derive(Deserialize)]
struct Counted {
    /// None without rows.
    steps: Option<i64>,
}

/// `/?month=202604`
pub fn list(call: &Call) -> Result<PageReply, Fault> {
    let now = this_month(call);
    let asked = call.param("month");
    let month = if asked.is_empty() { now.as_str() } else { asked };
    let Some(previous) = away(month, -1) else { return Ok(PageReply::NotFound) };
    let days = days_of(call, month)?;
    let counted: Vec<Counted> = call.query_own("counted", json!({"month": month}))?;
    let steps = days.iter().map(|day| day.steps).sum();
    List {
        goal: of_goal(call, month, steps)?,
        year: year(call, month)?,
        base: call.base.clone(),
        month: month.to_owned(),
        previous,
        next: away(month, 1).filter(|next| *next <= now),
        steps,
        days,
        counted: counted.into_iter().find_map(|counted| counted.steps),
    }
    .show()
}

/// `/courses`
pub fn courses(call: &Call) -> Result<PageReply, Fault> {
    let courses = call.query("courses", json!({}))?;
    Ok(Courses { base: call.base.clone(), courses }.show()?.opens("courses"))
}

/// A row of `queries/search.sql`.
#[derive(Deserialize)]
struct Noted {
    day: String,
    note: String,
}

/// What the search of the portal finds here: `call.param("q")` is what is looked for.
pub fn search(call: &Call) -> Result<PageReply, Fault> {
    let noted: Vec<Noted> = call.query_own("search", json!({"word": call.param("q")}))?;
    let hit = |one: Noted| Hit {
        title: one.note,
        path: format!("/edit?day={}", one.day),
        at: Some(one.day),
        ..Hit::default()
    };
    Ok(PageReply::Hits { hits: noted.into_iter().map(hit).collect() })
}

/// `/new`: today stands there already.
pub fn new(call: &Call) -> Result<PageReply, Fault> {
    New { base: call.base.clone() }.show()?.filled("add", json!({"day": call.today}))
}

/// `/edit?day=2026-04-01`
pub fn edit(call: &Call) -> Result<PageReply, Fault> {
    let day = call.param("day");
    if day.len() != 10 {
        return Ok(PageReply::NotFound);
    }
    let found: Vec<One> = call.query_own("one", json!({"day": day}))?;
    let Some(one) = found.into_iter().next() else { return Ok(PageReply::NotFound) };
    Edit { base: call.base.clone(), day: one.day.clone() }.show()?.filled("change", one)
}

/// This month on the home page.
pub fn month(call: &Call) -> Result<CardReply, Fault> {
    let month = this_month(call);
    let total: Vec<Total> = call.query_own("total", json!({"month": month}))?;
    let total = total.into_iter().next().filter(|total| total.days > 0);
    // Nothing yet in a month that has a goal: that is something to do until its end.
    let asked = goals(call)?.into_iter().find(|goal| goal.month == month && total.is_none());
    let task = asked.map(|_| Task {
        title: "example-task".into(),
        params: BTreeMap::from([("month".to_owned(), month.clone())]),
        path: "/new".into(),
        due: last_day(&month),
    });
    Ok(CardReply {
        tasks: task.into_iter().collect(),
        title: "example-card-title".into(),
        path: if total.is_some() { "/" } else { "/new" }.into(),
        text: total.is_none().then(|| "example-card-none".into()),
        as_of: total.is_some().then_some(month),
        unit: total.is_some().then(|| "example-card-unit".into()),
        value: total.map(|total| total.steps.to_string()),
        ..CardReply::default()
    })
}

/// The last day of a month.
fn last_day(month: &str) -> Option<String> {
    let (year, number) = (month.get(..4)?.parse::<u32>().ok()?, month.get(4..)?);
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match number {
        "02" if leap => 29,
        "02" => 28,
        "04" | "06" | "09" | "11" => 30,
        _ => 31,
    };
    Some(format!("{year:04}-{number}-{days}"))
}

#[cfg(test)]
mod tests {
    use super::{away, last_day};

    #[test]
    fn a_month_has_a_last_day() {
        for (month, day) in [
            ("202602", "2026-02-28"),
            ("202802", "2028-02-29"),
            ("202604", "2026-04-30"),
            ("202612", "2026-12-31"),
        ] {
            assert_eq!(last_day(month).as_deref(), Some(day));
        }
    }

    #[test]
    fn months_go_over_years() {
        for (month, by, expected) in [
            ("202601", -1, Some("202512")),
            ("202512", 1, Some("202601")),
            ("202604", 1, Some("202605")),
            ("2026", 1, None),
            ("202613", 1, None),
            ("x", 1, None),
        ] {
            assert_eq!(away(month, by).as_deref(), expected, "{month}");
        }
    }
}

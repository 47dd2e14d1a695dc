//! What a dependant keeps from the household: single rows, or the name of a facility. The host leaves it out
//! of whatever another member of the household is shown, sums and other plugins included
//! (`hidden_by` in `tables.toml`).

use crate::rows::{Row, month_names};
use sdk::{Call, Done, Fault, Form, Page, PageReply, Writes, is_month, json};
use serde::{Deserialize, Serialize};

/// A month's own rows, each with what is kept of it.
#[derive(Serialize, Deserialize)]
pub struct Keep {
    pub base: String,
    pub month: String,
    pub months: Vec<String>,
    pub rows: Vec<Kept>,
    /// The months in which something is hidden, newest first.
    pub hidden_in: Vec<String>,
    /// Facilities whose names are.
    pub hidden_names: Vec<String>,
}

/// A row, and how the household sees it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Kept {
    /// The first of the rows that are alike, by its place among the month's.
    pub at: usize,
    pub facility: Option<String>,
    pub kind: String,
    pub kind_text: Option<String>,
    pub own_paid: i64,
    /// `show`, `name` or `row`
    pub how: String,
}

/// One of them, with the form.
#[derive(Serialize, Deserialize)]
pub struct One {
    pub base: String,
    pub month: String,
    pub row: Kept,
}

impl Page for Keep {
    const TEMPLATE: &'static str = "keep.html";
    const SAMPLES: &'static str = include_str!("../samples/keep.json");
}

impl Page for One {
    const TEMPLATE: &'static str = "keep_one.html";
    const SAMPLES: &'static str = include_str!("../samples/keep_one.json");
}

/// A row of `queries/hidden_rows.sql`.
#[derive(Deserialize)]
struct HiddenRow {
    month: String,
    facility: String,
    kind: String,
}

/// A row of `queries/hidden_names.sql`.
#[derive(Deserialize)]
struct HiddenName {
    facility: String,
}

/// The member's own rows of a month; what is alike to the household stands once.
fn kept(call: &Call, month: &str) -> Result<Vec<Kept>, Fault> {
    let rows: Vec<Row> = call.query_own("rows", json!({"from": month, "until": month}))?;
    let hidden: Vec<HiddenRow> = call.query_own("hidden_rows", json!({}))?;
    let names: Vec<HiddenName> = call.query_own("hidden_names", json!({}))?;
    let mut found: Vec<Kept> = Vec::new();
    for (at, row) in rows.into_iter().enumerate() {
        let own_paid = row.sums.own_paid;
        let alike = |known: &&mut Kept| known.facility == row.facility && known.kind == row.kind;
        if let Some(known) = found.iter_mut().find(alike) {
            known.own_paid += own_paid;
            continue;
        }
        let facility = row.facility.as_deref().unwrap_or("");
        let in_rows = |one: &HiddenRow| {
            one.month == month && one.facility == facility && one.kind == row.kind
        };
        let how = if hidden.iter().any(in_rows) {
            "row"
        } else if !facility.is_empty() && names.iter().any(|name| name.facility == facility) {
            "name"
        } else {
            "show"
        };
        let (facility, kind, kind_text) = (row.facility, row.kind, row.kind_text);
        found.push(Kept { at, facility, kind, kind_text, own_paid, how: how.to_owned() });
    }
    Ok(found)
}

/// `/keep?month=202503`; without a month the newest. Nothing for whose rows nobody else sees.
pub fn list(call: &Call) -> Result<PageReply, Fault> {
    if !call.actor.shown {
        return Ok(PageReply::NotFound);
    }
    let months = month_names(call, true)?;
    let month = match (call.param("month"), months.first()) {
        ("", Some(newest)) => newest.clone(),
        ("", None) => String::new(),
        (month, _) if is_month(month) => month.to_owned(),
        _ => return Ok(PageReply::NotFound),
    };
    let rows = if month.is_empty() { Vec::new() } else { kept(call, &month)? };
    let hidden: Vec<HiddenRow> = call.query_own("hidden_rows", json!({}))?;
    let names: Vec<HiddenName> = call.query_own("hidden_names", json!({}))?;
    let mut hidden_in: Vec<String> = hidden.into_iter().map(|row| row.month).collect();
    hidden_in.dedup();
    Keep {
        base: call.base.clone(),
        month,
        months,
        rows,
        hidden_in,
        hidden_names: names.into_iter().map(|name| name.facility).collect(),
    }
    .show()
}

/// `/keep/one?month=202503&at=0`
pub fn one(call: &Call) -> Result<PageReply, Fault> {
    let month = call.param("month");
    let at = call.param("at").parse::<usize>().ok().filter(|_| is_month(month));
    let Some(at) = at.filter(|_| call.actor.shown) else { return Ok(PageReply::NotFound) };
    let row = kept(call, month)?.into_iter().find(|row| row.at == at);
    let Some(row) = row else { return Ok(PageReply::NotFound) };
    let facility = row.facility.clone().unwrap_or_default();
    let filled = json!({"facility": facility, "kind": row.kind, "how": row.how});
    let page = One { base: call.base.clone(), month: month.to_owned(), row };
    page.show()?.filled("keep", filled)
}

/// The fields of `keep`.
#[derive(Deserialize)]
struct Chosen {
    facility: Option<String>,
    kind: String,
    how: String,
}

/// What the household sees of a row from now on. It is found by what it says: files that came meanwhile change
/// its place.
pub fn take(call: &Call, form: &Form, writes: &mut Writes) -> Result<Done, Fault> {
    let Chosen { facility, kind, how } = form.read()?;
    let month = call.param("month");
    if !call.actor.shown || !is_month(month) {
        return Ok(Done::NotFound);
    }
    let known = kept(call, month)?.into_iter().find(|r| r.facility == facility && r.kind == kind);
    let Some(known) = known else {
        return Ok(Done::again("how", "medical-fees-keep-gone"));
    };
    let row = json!({"month": month, "facility": facility.as_deref().unwrap_or(""), "kind": kind});
    let name = json!({"facility": facility});
    match (how.as_str(), &facility) {
        ("row", _) => writes.run("hide_row", row),
        ("name", None) => return Ok(Done::again("how", "medical-fees-keep-nameless")),
        ("name", Some(_)) => {
            writes.run("show_row", row);
            writes.run("hide_name", name);
        }
        // A name that is hidden in every month stays so when one of its rows is shown again.
        _ if known.how == "row" => writes.run("show_row", row),
        (_, Some(_)) => writes.run("show_name", name),
        _ => {}
    }
    Ok(Done::said(format!("/keep?month={month}"), "medical-fees-keep-said"))
}

//! The month for paper and for a spreadsheet.

use crate::pages::{Day, away, days_of};
use sdk::paper::{Block, Column, Document, Encoding, Sheet, Table, Words};
use sdk::xml::Element;
use sdk::{Call, Fault, PageReply};

fn said(key: &str) -> Words {
    Words::message(format!("example-{key}"))
}

/// The days of the month that the address names, the first day first, with their sum.
fn table(days: &[Day]) -> Table {
    let how = |day: &Day| match &day.how {
        Some(how) => said(&format!("add-how-{how}")),
        None => Words::text(""),
    };
    let row = |day: &Day| {
        let note = Words::text(day.note.clone().unwrap_or_default());
        vec![Words::day(&day.day), how(day), note, Words::number(day.steps)]
    };
    Table {
        caption: said("paper-caption"),
        columns: vec![
            Column::start(said("add-day")),
            Column::start(said("add-how")),
            Column::start(said("add-note")),
            Column::end(said("add-steps")),
        ],
        rows: days.iter().rev().map(row).collect(),
        foot: None,
    }
}

/// The month of the address and its days; `None` when there are none.
fn asked(call: &Call) -> Result<Option<(String, Vec<Day>)>, Fault> {
    let month = call.param("month");
    if away(month, 0).is_none() {
        return Ok(None);
    }
    let days = days_of(call, month)?;
    Ok((!days.is_empty()).then(|| (month.to_owned(), days)))
}

/// `/paper?month=202604`
pub fn month(call: &Call) -> Result<PageReply, Fault> {
    let Some((month, days)) = asked(call)? else { return Ok(PageReply::NotFound) };
    let steps: i64 = days.iter().map(|day| day.steps).sum();
    let sum = vec![said("sum"), Words::text(""), Words::text(""), Words::number(steps)];
    let table = Table { foot: Some(sum), ..table(&days) };
    Document::new(said("paper-title").with("month", Words::month(&month)))
        .figures(vec![
            (said("paper-days"), Words::number(i64::try_from(days.len()).unwrap_or(0))),
            (said("sum"), Words::number(steps)),
        ])
        .block(Block::Table(table))
        .note(said("paper-note"))
        .show(format!("steps-{month}"))
}

/// `/data?month=202604`: the month for another system, signed where the operator has a command for it.
pub fn data(call: &Call) -> Result<PageReply, Fault> {
    let Some((month, days)) = asked(call)? else { return Ok(PageReply::NotFound) };
    let day = |day: &Day| {
        let walked = Element::new("day").attribute("date", &day.day);
        walked.child(Element::new("steps").text(day.steps.to_string()))
    };
    Element::new("walks")
        .attribute("xmlns", "urn:example:walks")
        .attribute("month", &month)
        .children(days.iter().rev().map(day))
        .show(format!("steps-{month}"))
}

/// `/sheet?month=202604`
pub fn sheet(call: &Call) -> Result<PageReply, Fault> {
    let Some((month, days)) = asked(call)? else { return Ok(PageReply::NotFound) };
    Sheet { table: table(&days), encoding: Encoding::Utf8 }.show(format!("steps-{month}"))
}

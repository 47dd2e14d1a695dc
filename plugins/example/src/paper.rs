//! The month for paper.

use crate::pages::{Day, away, days_of};
use sdk::paper::{Block, Column, Document, Table, Words};
use sdk::{Call, Fault, PageReply};

/// `/paper?month=202604`
pub fn month(call: &Call) -> Result<PageReply, Fault> {
    let month = call.param("month");
    if away(month, 0).is_none() {
        return Ok(PageReply::NotFound);
    }
    let days = days_of(call, month)?;
    if days.is_empty() {
        return Ok(PageReply::NotFound);
    }
    let steps: i64 = days.iter().map(|day| day.steps).sum();
    let said = |key: &str| Words::message(format!("example-{key}"));
    let how = |day: &Day| match &day.how {
        Some(how) => said(&format!("add-how-{how}")),
        None => Words::text(""),
    };
    let row = |day: &Day| {
        let note = Words::text(day.note.clone().unwrap_or_default());
        vec![Words::day(&day.day), how(day), note, Words::number(day.steps)]
    };
    let table = Table {
        caption: said("paper-caption"),
        columns: vec![
            Column::start(said("add-day")),
            Column::start(said("add-how")),
            Column::start(said("add-note")),
            Column::end(said("add-steps")),
        ],
        rows: days.iter().rev().map(row).collect(),
        foot: Some(vec![said("sum"), Words::text(""), Words::text(""), Words::number(steps)]),
    };
    Document::new(said("paper-title").with("month", Words::month(month)))
        .figures(vec![
            (said("paper-days"), Words::number(i64::try_from(days.len()).unwrap_or(0))),
            (said("sum"), Words::number(steps)),
        ])
        .block(Block::Table(table))
        .note(said("paper-note"))
        .show(format!("steps-{month}"))
}

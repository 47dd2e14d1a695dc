//! The notice of what was decided, as a document (F137).

use crate::payments::{Payment, whole};
use sdk::paper::{Block, Column, Document, Table, Words};
use sdk::{Call, Fault, PageReply, is_month};

fn said(key: &str) -> Words {
    Words::message(format!("benefits-{key}"))
}

fn or_none(words: Option<Words>) -> Words {
    words.unwrap_or_else(|| said("none-of-it"))
}

/// `/paper?month=202503`: all payments of the month. It is addressed to whom they were paid.
pub fn notice(call: &Call) -> Result<PageReply, Fault> {
    let month = call.param("month");
    if !is_month(month) || !call.actor.insured {
        return Ok(PageReply::NotFound);
    }
    let chosen = whole(call, month, month)?;
    if chosen.payments.is_empty() {
        return Ok(PageReply::NotFound);
    }
    let columns = ["name", "kind", "care-month", "period"].map(|key| Column::start(said(key)));
    let columns = columns.into_iter().chain([
        Column::end(said("days")),
        Column::end(said("amount")),
        Column::start(said("row-note")),
    ]);
    let sum = vec![
        said("sum"),
        text(""),
        text(""),
        text(""),
        text(""),
        Words::number(chosen.amount),
        text(""),
    ];
    let table = Table {
        caption: said("caption").with("what", Words::month(month)),
        columns: columns.collect(),
        rows: chosen.payments.iter().map(row).collect(),
        foot: Some(sum),
    };
    let mut document = Document::new(said("notice-title"))
        .paragraph(said("notice-lead"))
        .figures(vec![
            (said("paid-month"), Words::month(month)),
            (said("amount-sum"), Words::yen(chosen.amount)),
        ])
        .block(Block::Table(table));
    document = document.note(said("note-hidden"));
    for setting in ["note", "appeal"] {
        if let Some(words) = call.text_setting(setting) {
            document = document.note(Words::text(words));
        }
    }
    document.show(format!("benefits-{month}"))
}

fn text(text: &str) -> Words {
    Words::text(text)
}

fn row(payment: &Payment) -> Vec<Words> {
    let period = match (&payment.first_day, &payment.last_day) {
        (Some(first), Some(last)) => Some(
            said("period-days").with("first", Words::day(first)).with("last", Words::day(last)),
        ),
        (Some(day), None) | (None, Some(day)) => Some(Words::day(day)),
        (None, None) => None,
    };
    vec![
        text(&payment.name),
        text(&payment.kind),
        or_none(payment.care_month.as_ref().map(Words::month)),
        or_none(period),
        or_none(payment.days.map(Words::number)),
        Words::number(payment.amount),
        text(payment.note.as_deref().unwrap_or_default()),
    ]
}

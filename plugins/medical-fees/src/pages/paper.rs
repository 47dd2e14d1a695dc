//! A month or a year for paper (F132).

use super::filter::{Filtered, Group};
use crate::rows::{Row, Sums};
use sdk::paper::{Block, Column, Document, Table, Words};
use sdk::{Call, Fault, PageReply, is_month, is_year};

fn said(key: &str) -> Words {
    Words::message(format!("medical-fees-{key}"))
}

/// `/paper?month=202503&person=…` or `/paper?year=2025&person=…`
pub fn show(call: &Call) -> Result<PageReply, Fault> {
    let (asked_month, asked_year) = (call.param("month"), call.param("year"));
    let (from, until, what, title) = if is_month(asked_month) {
        let what = Words::month(asked_month);
        let title = said("month-title").with("month", what.clone());
        (asked_month.to_owned(), asked_month.to_owned(), what, title)
    } else if is_year(asked_year) {
        let what = Words::year(asked_year.parse().unwrap_or(0));
        let title = said("year-title").with("year", what.clone());
        (format!("{asked_year}01"), format!("{asked_year}12"), what, title)
    } else {
        return Ok(PageReply::NotFound);
    };
    let list = Filtered::read(call, &from, &until)?;
    if list.groups.is_empty() {
        return Ok(PageReply::NotFound);
    }
    let household = list.patients.len() > 1 && list.chosen.is_none();
    let caption = match &list.chosen {
        Some(chosen) => {
            let patient = Words::text(&chosen.name);
            said("caption-patient").with("what", what).with("patient", patient)
        }
        None => said("caption").with("what", what),
    };
    let mut document = Document::new(title)
        .figures(insured(call).into_iter().chain(split(&list.sums, household)).collect())
        .block(Block::Table(table(&list, caption, from != until)))
        .heading(said("notes-title"));
    for note in list.notes.note.iter().chain(&list.notes.footnotes) {
        document = document.note(Words::text(note));
    }
    for key in &list.notes.standard {
        document = document.note(said(&format!("note-{key}")));
    }
    document.show(format!("medical-fees-{}", if from == until { from } else { from[..4].into() }))
}

/// The insured person's name, one of the six things that a notice names; a dependant has their own above.
fn insured(call: &Call) -> Option<(Words, Words)> {
    let own = call.persons.iter().find(|person| person.own && call.actor.insured)?;
    Some((said("insured"), Words::text(&own.name)))
}

/// Who paid which part of the total.
fn split(sums: &Sums, household: bool) -> Vec<(Words, Words)> {
    let own = if household { "own-household" } else { "own" };
    let all = [
        ("total", sums.total, true),
        ("insurer-paid", sums.insurer_paid, true),
        ("public-paid", sums.public_paid, true),
        ("other-paid", sums.other_paid, sums.other_paid != 0),
        (own, sums.own_paid, true),
        ("meal-own", sums.meal_own, sums.meal_own != 0),
    ];
    let shown = all.into_iter().filter(|(_, _, shown)| *shown);
    shown.map(|(key, sum, _)| (said(key), Words::yen(sum))).collect()
}

fn table(list: &Filtered, caption: Words, months: bool) -> Table {
    let other = list.sums.other_paid != 0;
    let mut columns = Vec::new();
    if months {
        columns.push(Column::start(said("month")));
    }
    columns.extend([Column::start(said("patient")), Column::start(said("where"))]);
    columns.extend(["total", "insurer-paid", "public-paid"].map(|key| Column::end(said(key))));
    if other {
        columns.push(Column::end(said("other-paid")));
    }
    columns.push(Column::end(said("own-paid")));
    let amounts = |sums: &Sums| {
        let mut amounts = vec![sums.total, sums.insurer_paid, sums.public_paid];
        amounts.extend(other.then_some(sums.other_paid));
        amounts.push(sums.own_paid);
        amounts.into_iter().map(Words::number)
    };
    let row = |row: &Row| {
        let mut cells = Vec::new();
        if months {
            let month = row.month.get(4..).and_then(|month| month.parse().ok()).unwrap_or(0);
            cells.push(said("month-of-year").with("month", Words::number(month)));
        }
        cells.extend([Words::text(&row.patient), place(row)]);
        cells.extend(amounts(&row.sums));
        cells
    };
    // As in a book: the first month first.
    let oldest_first = list.groups.iter().rev();
    let rows = oldest_first.flat_map(|group: &Group| group.rows.iter().map(row)).collect();
    let mut foot = vec![said("sum"), Words::text("")];
    foot.extend(months.then(|| Words::text("")));
    foot.extend(amounts(&list.sums));
    Table { caption, columns, rows, foot: Some(foot) }
}

/// Where and what for, in lines of one cell.
fn place(row: &Row) -> Words {
    let kind = match &row.kind_text {
        Some(text) => Words::text(text),
        None => said(&format!("kind-{}", row.kind)),
    };
    let days = match (row.days, row.kind.as_str()) {
        (Some(days), "pharmacy") => said("times").with("count", Words::number(days)),
        (Some(days), _) => said("days").with("count", Words::number(days)),
        (None, _) => Words::text(""),
    };
    said("paper-place")
        .with(
            "facility",
            Words::text(row.facility.as_ref().map_or(String::new(), |f| format!("{f}\n"))),
        )
        .with("kind", kind)
        .with("days", days)
        .with("note", Words::text(row.note.as_ref().map_or(String::new(), |n| format!("\n{n}"))))
}

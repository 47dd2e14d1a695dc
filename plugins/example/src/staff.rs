//! What staff see: numbers, and nobody's days.

use sdk::paper::{Column, Encoding, Sheet, Table, Words};
use sdk::{Call, Fault, Page, PageReply, json};
use serde::{Deserialize, Serialize};

/// The months in which somebody walked, newest first.
#[derive(Serialize, Deserialize)]
pub struct Months {
    pub base: String,
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

impl Page for Months {
    const TEMPLATE: &'static str = "months.html";
    const SAMPLES: &'static str = include_str!("../samples/months.json");
}

/// `/`
pub fn months(call: &Call) -> Result<PageReply, Fault> {
    Months { base: call.base.clone(), months: call.query("months", json!({}))? }.show()
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

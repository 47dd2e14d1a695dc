//! The rows of a calendar year, filtered by patient (F135; contradiction C-18).

use super::chart;
use super::filter::Filtered;
use crate::rows::month_names;
use sdk::{Call, Chart, Fault, Page, PageReply, is_year};
use serde::{Deserialize, Serialize};

/// A year's list.
#[derive(Debug, Serialize, Deserialize)]
pub struct Year {
    #[serde(flatten)]
    pub list: Filtered,
    /// Who paid what in its months.
    pub chart: Option<Chart>,
    /// How many rows there are.
    #[serde(default)]
    pub count: usize,
    pub year: i64,
    pub years: Vec<Choice>,
}

/// A year in the filter.
#[derive(Debug, Serialize, Deserialize)]
pub struct Choice {
    pub year: i64,
    pub selected: bool,
}

impl Page for Year {
    const TEMPLATE: &'static str = "year.html";
    const SAMPLES: &'static str = include_str!("../../samples/year.json");
}

/// `/year?year=2025&person=…`; without a year the newest.
pub fn show(call: &Call) -> Result<PageReply, Fault> {
    let months = month_names(call, false)?;
    let mut years: Vec<String> =
        months.iter().filter_map(|month| month.get(..4).map(str::to_owned)).collect();
    years.dedup();
    let wanted = match (call.param("year"), years.first()) {
        ("", Some(newest)) => newest.clone(),
        (wanted, _) if is_year(wanted) => wanted.to_owned(),
        _ => return Ok(PageReply::NotFound),
    };
    let number = |text: &str| text.parse::<i64>().unwrap_or(0);
    let choice = |year: &String| Choice { year: number(year), selected: *year == wanted };
    let list = Filtered::read(call, &format!("{wanted}01"), &format!("{wanted}12"))?;
    let sums: Vec<_> = list.groups.iter().map(|group| (group.month.as_str(), group.sums)).collect();
    Year {
        chart: chart::shares(call, &wanted, &sums),
        count: list.groups.iter().map(|group| group.rows.len()).sum(),
        list,
        year: number(&wanted),
        years: years.iter().map(choice).collect(),
    }
    .show()
}

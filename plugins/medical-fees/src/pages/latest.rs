//! The card of the home page: the newest month, this year, twelve months that lead to each, and every year.

use super::chart;
use crate::rows::{Month, Sums};
use sdk::{Call, CardChart, CardFigure, CardLink, CardReply, Fault, grouped, json};

/// The years that are shown as links.
const YEARS: usize = 5;

/// The card.
pub fn show(call: &Call) -> Result<CardReply, Fault> {
    let months = call.query::<Month>("months", json!({}))?;
    let Some(newest) = months.first() else {
        return Ok(CardReply {
            title: "medical-fees-card-title".into(),
            text: Some("medical-fees-card-none".into()),
            ..CardReply::default()
        });
    };
    let unit = || "medical-fees-unit".to_owned();
    let year_of = |month: &Month| month.month.get(..4).unwrap_or("").to_owned();
    let mut years: Vec<String> = months.iter().map(year_of).collect();
    years.dedup();
    // The year of the newest month: in January there is nothing of the new one yet.
    let year = year_of(newest);
    let of_year = months.iter().filter(|month| month.month.starts_with(&year));
    let sums: Vec<_> = months.iter().map(|month| (month.month.as_str(), month.sums)).collect();
    let chart = chart::own(call, &newest.month, &sums);
    let link = |year: &String| CardLink {
        label: "medical-fees-card-year".into(),
        at: Some(year.clone()),
        path: format!("/year?year={year}"),
    };
    Ok(CardReply {
        title: "medical-fees-card-title".into(),
        path: format!("/month?month={}", newest.month),
        value: Some(grouped(newest.sums.own_paid)),
        unit: Some(unit()),
        as_of: Some(newest.month.clone()),
        figures: vec![CardFigure {
            label: "medical-fees-card-sum".into(),
            at: Some(year.clone()),
            value: grouped(Sums::of(of_year.map(|month| month.sums)).own_paid),
            unit: unit(),
        }],
        chart: chart.map(|chart| CardChart { label: "medical-fees-chart-own".into(), chart }),
        links: years.iter().take(YEARS).map(link).collect(),
        ..CardReply::default()
    })
}

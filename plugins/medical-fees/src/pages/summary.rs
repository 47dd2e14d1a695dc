//! The newest month, this year and all past months (F126, F127, F134).

use crate::rows::{Month, Sums};
use sdk::{Call, CardReply, Fault, PageReply, json};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct Patient {
    patient: String,
}

/// The names of those whose rows this person may see.
pub(super) fn patients(call: &Call) -> Result<Vec<String>, Fault> {
    let rows = call.query::<Patient>("patients", json!({}))?;
    Ok(rows.into_iter().map(|row| row.patient).collect())
}

/// `/`
pub fn overview(call: &Call) -> Result<PageReply, Fault> {
    let months = call.query::<Month>("months", json!({}))?;
    let year = call.today.get(..4).unwrap_or("");
    let this_year: Vec<&Month> = months.iter().filter(|m| m.month.starts_with(year)).collect();
    let sums = Sums::of(this_year.iter().map(|month| month.sums));
    PageReply::show(
        "overview.html",
        json!({
            "base": call.base,
            "note": call.text_setting("note"),
            "latest": months.first().map(|m| json!({"month": m.month, "sums": m.sums})),
            "this_year": (!this_year.is_empty()).then(|| json!({
                "year": year.parse::<i64>().unwrap_or(0), "sums": sums, "months": this_year.len(),
            })),
            "patients": patients(call)?,
            "household": call.actor.household,
        }),
    )
}

/// The card of the home page: the newest month's own payment.
pub fn latest(call: &Call) -> Result<CardReply, Fault> {
    let months = call.query::<Month>("months", json!({}))?;
    let newest = months.first();
    Ok(CardReply {
        title: "medical-fees-card-title".into(),
        path: newest.map_or("/".into(), |m| format!("/month?month={}", m.month)),
        value: newest.map(|m| separated(m.sums.own_paid)),
        unit: Some("medical-fees-unit".into()),
        text: newest.is_none().then(|| "medical-fees-card-none".into()),
        as_of: newest.map(|m| m.month.clone()),
    })
}

/// `1914` → `1,914`
fn separated(yen: i64) -> String {
    let digits = yen.to_string();
    let groups: Vec<&str> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .map(|group| std::str::from_utf8(group).unwrap_or(""))
        .collect();
    groups.join(",")
}

#[derive(Serialize)]
struct Year {
    year: i64,
    sums: Sums,
    months: Vec<PastMonth>,
}

#[derive(Serialize)]
struct PastMonth {
    month: String,
    sums: Sums,
    /// No care in this month: it stays listed (F026).
    empty: bool,
}

/// `/past`
pub fn past(call: &Call) -> Result<PageReply, Fault> {
    let months = call.query::<Month>("months", json!({}))?;
    let mut years: Vec<Year> = Vec::new();
    if let (Some(newest), Some(oldest)) = (months.first(), months.last()) {
        let mut next = newest.month.clone();
        while next >= oldest.month {
            let found = months.iter().find(|month| month.month == next);
            let year = next.get(..4).and_then(|text| text.parse().ok()).unwrap_or(0);
            if years.last().is_none_or(|last| last.year != year) {
                years.push(Year { year, sums: Sums::default(), months: Vec::new() });
            }
            let sums = found.map(|month| month.sums).unwrap_or_default();
            if let Some(last) = years.last_mut() {
                last.sums = Sums::of([last.sums, sums]);
                let empty = found.is_none();
                last.months.push(PastMonth { month: next.clone(), sums, empty });
            }
            next = match before(&next) {
                Some(month) => month,
                None => break,
            };
        }
    }
    let data = json!({"base": call.base, "note": call.text_setting("note"), "years": years});
    PageReply::show("past.html", data)
}

/// The month before: `202501` → `202412`.
fn before(month: &str) -> Option<String> {
    let year: i32 = month.get(..4)?.parse().ok()?;
    let number: i32 = month.get(4..)?.parse().ok()?;
    Some(if number > 1 {
        format!("{year:04}{:02}", number - 1)
    } else {
        format!("{:04}12", year - 1)
    })
}

#[cfg(test)]
mod tests {
    use super::{before, separated};

    #[test]
    fn months_go_back_over_new_year() {
        assert_eq!(before("202501").as_deref(), Some("202412"));
        assert_eq!(before("202512").as_deref(), Some("202511"));
        assert_eq!(before(""), None);
        assert_eq!(separated(1914), "1,914");
        assert_eq!(separated(0), "0");
        assert_eq!(separated(1_234_567), "1,234,567");
    }
}

//! The rows of a month or a year, filtered by patient (F128, F133, F135).

use super::summary::patients;
use crate::rows::{Month, Row, Sums};
use sdk::{Call, Fault, PageReply, Value, json};

fn rows(call: &Call, from: &str, until: &str) -> Result<Vec<Row>, Fault> {
    call.query("rows", json!({"from": from, "until": until, "patient": call.param("patient")}))
}

fn common(call: &Call, rows: &[Row]) -> Result<Value, Fault> {
    let patient = call.param("patient");
    let names: Vec<Value> = patients(call)?
        .into_iter()
        .map(|name| json!({"selected": name == patient, "name": name}))
        .collect();
    Ok(json!({
        "base": call.base,
        "note": call.text_setting("note"),
        "patient": if patient.is_empty() { Value::Null } else { json!(patient) },
        "patients": names,
        "rows": rows,
        "sums": Sums::of(rows.iter().map(|row| row.sums)),
    }))
}

/// `/month?month=202503&patient=…`; without a month the newest.
pub fn month(call: &Call) -> Result<PageReply, Fault> {
    let months = call.query::<Month>("months", json!({}))?;
    let wanted = match (call.param("month"), months.first()) {
        ("", Some(newest)) => newest.month.clone(),
        (wanted, _) if is_month(wanted) => wanted.to_owned(),
        _ => return Ok(PageReply::NotFound),
    };
    let at = months.iter().position(|month| month.month == wanted);
    let neighbour = |at: Option<usize>| at.and_then(|at| months.get(at)).map(|m| m.month.clone());
    let rows = rows(call, &wanted, &wanted)?;
    let mut data = common(call, &rows)?;
    data["previous"] = json!(neighbour(at.map(|at| at + 1)));
    data["next"] = json!(neighbour(at.and_then(|at| at.checked_sub(1))));
    data["months"] =
        months.iter().map(|m| json!({"month": m.month, "selected": m.month == wanted})).collect();
    data["month"] = json!(wanted);
    PageReply::show("month.html", data)
}

/// `/year?year=2025&patient=…`; a calendar year (contradiction C-18), without one the newest.
pub fn year(call: &Call) -> Result<PageReply, Fault> {
    let months = call.query::<Month>("months", json!({}))?;
    let mut years: Vec<String> =
        months.iter().filter_map(|month| month.month.get(..4).map(str::to_owned)).collect();
    years.dedup();
    let wanted = match (call.param("year"), years.first()) {
        ("", Some(newest)) => newest.clone(),
        (wanted, _) if wanted.len() == 4 && wanted.bytes().all(|b| b.is_ascii_digit()) => {
            wanted.to_owned()
        }
        _ => return Ok(PageReply::NotFound),
    };
    let rows = rows(call, &format!("{wanted}01"), &format!("{wanted}12"))?;
    let mut data = common(call, &rows)?;
    let number = |text: &str| text.parse::<i64>().unwrap_or(0);
    data["years"] =
        years.iter().map(|y| json!({"year": number(y), "selected": *y == wanted})).collect();
    data["year"] = json!(number(&wanted));
    PageReply::show("year.html", data)
}

fn is_month(text: &str) -> bool {
    text.len() == 6 && text.bytes().all(|b| b.is_ascii_digit())
}

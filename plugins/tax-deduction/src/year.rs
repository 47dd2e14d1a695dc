//! The rows of a year, what was paid back for them, and what may be missing.

use sdk::{Call, Fault, is_year, json};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Fees come up to so many months after care.
const LATE: i64 = 3;
/// For how many years a refund can be asked for.
const YEARS: i64 = 5;

/// A row of fees, with what was paid back of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Paid {
    /// `YYYYMM`
    pub month: String,
    pub person: String,
    #[serde(default)]
    pub name: String,
    pub facility: Option<String>,
    pub kind: String,
    pub kind_text: Option<String>,
    pub days: Option<i64>,
    pub total: i64,
    pub insurer_paid: i64,
    pub public_paid: i64,
    pub own_paid: i64,
    #[serde(default)]
    pub paid_back: i64,
}

/// A row of the plugin `benefits`.
#[derive(Debug, Deserialize)]
struct Benefit {
    person: String,
    care_month: String,
    amount: i64,
}

/// A year of fees.
#[derive(Debug)]
pub struct Year {
    pub year: i64,
    /// The first month first.
    pub rows: Vec<Paid>,
    pub paid: i64,
    /// What was paid back for rows of it, and what fits none of them.
    pub paid_back: i64,
    pub left: i64,
}

/// The years for which files can be had, this one first.
pub fn offered(call: &Call) -> Vec<i64> {
    let this = this_year(call);
    let most = call.settings["years"].as_i64().unwrap_or(YEARS).clamp(1, 10);
    (0..=most).map(|ago| this - ago).collect()
}

pub fn this_year(call: &Call) -> i64 {
    call.today.get(..4).and_then(|year| year.parse().ok()).unwrap_or(0)
}

/// The months in which something was paid, newest first; `None` where the insurer shows none.
pub fn months(call: &Call) -> Result<Option<Vec<String>>, Fault> {
    #[derive(Deserialize)]
    struct Row {
        month: String,
        own_paid: i64,
    }
    let rows: Option<Vec<Row>> = call.query_of_plugin("medical-fees", "months", json!({}))?;
    let paid = |rows: Vec<Row>| rows.into_iter().filter(|row| row.own_paid != 0);
    Ok(rows.map(|rows| paid(rows).map(|row| row.month).collect()))
}

/// The year that the address names, of everybody or of the person that it names; `None` when it is none that is
/// offered, or there is nothing in it.
pub fn read(call: &Call) -> Result<Option<Year>, Fault> {
    let asked = call.param("year");
    let year = asked.parse().ok().filter(|year| is_year(asked) && offered(call).contains(year));
    let Some(year) = year else { return Ok(None) };
    let params = json!({"from": format!("{year}01"), "until": format!("{year}12")});
    let rows: Option<Vec<Paid>> = call.query_of_plugin("medical-fees", "rows", params.clone())?;
    let Some(mut rows) = rows else { return Ok(None) };
    // They are paid to the insured person, and theirs to know of.
    let mut benefits: Vec<Benefit> = match call.actor.insured {
        true => call.query_of_plugin("benefits", "of_care", params)?.unwrap_or_default(),
        false => Vec::new(),
    };
    let person = call.param("person");
    if !person.is_empty() {
        rows.retain(|row| row.person == person);
        benefits.retain(|benefit| benefit.person == person);
    }
    rows.retain(|row| row.own_paid != 0);
    // The first month first, and of a month as the file has it.
    rows.sort_by(|a, b| a.month.cmp(&b.month));
    for row in &mut rows {
        row.name = call.person_name(&row.person).unwrap_or_default().to_owned();
    }
    let left = taken_off(&mut rows, &benefits);
    let paid = rows.iter().map(|row| row.own_paid).sum();
    let paid_back = rows.iter().map(|row| row.paid_back).sum();
    Ok((!rows.is_empty()).then_some(Year { year, rows, paid, paid_back, left }))
}

/// Takes what was paid back off the rows for which it was: those of the person in the month, the dearest first, and
/// of none more than it cost. Returns what fits no row.
fn taken_off(rows: &mut [Paid], benefits: &[Benefit]) -> i64 {
    // What was taken back again was not paid back.
    let mut sums: BTreeMap<(&str, &str), i64> = BTreeMap::new();
    for Benefit { person, care_month, amount } in benefits {
        *sums.entry((person, care_month)).or_default() += amount;
    }
    let mut left = 0;
    for ((person, month), sum) in sums {
        let mut amount = sum.max(0);
        let mut of: Vec<&mut Paid> =
            rows.iter_mut().filter(|row| row.person == person && row.month == month).collect();
        of.sort_by_key(|row| -row.own_paid);
        for row in of {
            let part = amount.clamp(0, (row.own_paid - row.paid_back).max(0));
            row.paid_back += part;
            amount -= part;
        }
        left += amount;
    }
    left
}

/// The months of a year whose fees may not have come yet, 1 to 12.
pub fn may_come(call: &Call, year: i64) -> Vec<i64> {
    let month = call.today.get(5..7).and_then(|month| month.parse().ok()).unwrap_or(1);
    let now = this_year(call) * 12 + month - 1;
    let late = |month: &i64| (now - LATE..=now).contains(&(year * 12 + month - 1));
    (1..=12).filter(late).collect()
}

#[cfg(test)]
mod tests {
    use super::{Benefit, Paid, taken_off};

    fn paid(month: &str, person: &str, own_paid: i64) -> Paid {
        Paid {
            month: month.into(),
            person: person.into(),
            name: String::new(),
            facility: None,
            kind: "outpatient".into(),
            kind_text: None,
            days: None,
            total: own_paid,
            insurer_paid: 0,
            public_paid: 0,
            own_paid,
            paid_back: 0,
        }
    }

    /// What was paid back is taken off the care that it was paid for, and of nothing else.
    #[test]
    fn what_was_paid_back_is_taken_off_its_own_care() {
        let mut rows =
            [paid("202506", "a", 1000), paid("202506", "a", 5000), paid("202506", "b", 9000)];
        let benefit = |person: &str, care_month: &str, amount| Benefit {
            person: person.into(),
            care_month: care_month.into(),
            amount,
        };
        let again = [benefit("a", "202506", 5000), benefit("a", "202506", -5000)];
        assert_eq!(taken_off(&mut rows, &again), 0, "what was taken back again");
        let benefits = [
            benefit("a", "202506", 5500),
            benefit("b", "202507", 700),
            benefit("a", "202506", 900),
        ];
        assert_eq!(taken_off(&mut rows, &benefits), 700 + 400);
        assert_eq!(rows.map(|row| row.paid_back), [1000, 5000, 0]);
    }
}

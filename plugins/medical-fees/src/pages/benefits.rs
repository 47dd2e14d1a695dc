//! What was paid back for the care of a month, and what is still to come.

use crate::rows::{Row, named, number};
use sdk::{Call, Fault, json};
use serde::{Deserialize, Serialize};

/// A benefit for the care of the month.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Benefit {
    pub name: String,
    pub kind: String,
    pub amount: i64,
    /// The page of the month in which it was paid.
    pub url: String,
    pub paid_month: String,
    /// Whose care it was for.
    #[serde(skip)]
    person: String,
}

/// What the insurer will pay back by itself, as far as it can be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expected {
    pub amount: i64,
    pub month: String,
}

/// What was paid back, and what may come.
#[derive(Debug, Default)]
pub struct PaidBack {
    pub benefits: Vec<Benefit>,
    pub sum: i64,
    pub expected: Option<Expected>,
}

impl PaidBack {
    /// For the care of a month, as it is listed; nothing for who is not insured: it is paid to the insured person,
    /// and theirs to know of.
    pub fn of(call: &Call, month: &str, rows: &[&Row]) -> Result<Self, Fault> {
        if !call.actor.insured {
            return Ok(Self::default());
        }
        let mut benefits = paid(call, month)?;
        // What has no care on the page is told on the page of benefits alone.
        benefits.retain(|benefit| rows.iter().any(|row| row.person == benefit.person));
        let sum = benefits.iter().map(|benefit| benefit.amount).sum();
        let expected = expected(call, month, rows, &benefits);
        Ok(Self { benefits, sum, expected })
    }
}

/// Nothing where the insurer has no such plugin on.
fn paid(call: &Call, month: &str) -> Result<Vec<Benefit>, Fault> {
    #[derive(Deserialize)]
    struct Paid {
        person: String,
        kind: String,
        paid_month: String,
        amount: i64,
    }
    let chosen = call.param("person");
    let params = json!({"from": month, "until": month});
    let rows: Option<Vec<Paid>> = call.query_of_plugin("benefits", "of_care", params)?;
    let rows = rows.unwrap_or_default().into_iter();
    let rows = rows.filter(|row| chosen.is_empty() || row.person == chosen);
    let benefit = |row: Paid| Benefit {
        name: call.person_name(&row.person).unwrap_or_default().to_owned(),
        kind: row.kind,
        amount: row.amount,
        url: format!("{}?month={}", call.base_of("benefits"), row.paid_month),
        paid_month: row.paid_month,
        person: row.person,
    };
    Ok(rows.map(benefit).collect())
}

/// Of each claim what is above the insurer's limit, in whole hundreds, from a least amount on, some months after
/// the care. Whoever was paid something for the month waits for nothing more.
fn expected(call: &Call, month: &str, rows: &[&Row], paid: &[Benefit]) -> Option<Expected> {
    let above = call.settings["expected_above"].as_i64()?;
    let least = call.settings["expected_least"].as_i64().unwrap_or(1_000);
    let months = call.settings["expected_months"].as_i64().unwrap_or(3);
    let comes = number(month)? + i32::try_from(months).ok()?;
    let now = number(&call.today.get(..7)?.replace('-', ""))?;
    let waits = |row: &&&Row| paid.iter().all(|benefit| benefit.person != row.person);
    let mut claims: Vec<(&Row, i64)> = Vec::new();
    for row in rows.iter().filter(waits) {
        let same = |(known, _): &&mut (&Row, i64)| {
            // Rows without a name are claims of their own.
            row.facility.is_some()
                && (&known.person, &known.facility, &known.kind)
                    == (&row.person, &row.facility, &row.kind)
        };
        match claims.iter_mut().find(same) {
            Some((_, own)) => *own += row.sums.own_paid,
            None => claims.push((row, row.sums.own_paid)),
        }
    }
    let back = claims.iter().map(|(_, own)| (own - above) / 100 * 100);
    let amount: i64 = back.filter(|back| *back >= least.max(1)).sum();
    (amount > 0 && comes >= now).then(|| Expected { amount, month: named(comes) })
}

//! Payments, and which of them are asked for.

use sdk::{Call, Fault, json};
use serde::{Deserialize, Serialize};

/// A row of `queries/payments.sql`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Payment {
    pub paid_month: String,
    /// Whose care or event it is for, by id.
    pub person: String,
    /// Their name in the roster.
    #[serde(default)]
    pub name: String,
    pub kind: String,
    pub care_month: Option<String>,
    pub first_day: Option<String>,
    pub last_day: Option<String>,
    pub days: Option<i64>,
    pub amount: i64,
    pub note: Option<String>,
}

/// What was paid in a month: a row of `queries/months.sql`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Month {
    pub month: String,
    pub amount: i64,
}

/// Payments of a month or year, and the choices of F140.
#[derive(Debug, Default)]
pub struct Chosen {
    /// All kinds among them, before one was chosen.
    pub kinds: Vec<String>,
    pub payments: Vec<Payment>,
    pub amount: i64,
}

/// Whether the member may see payments: they go to the insured person.
pub fn may_see(call: &Call) -> bool {
    call.actor.insured || call.settings["dependants"] == true
}

/// The months with payments, newest first.
pub fn months(call: &Call) -> Result<Vec<Month>, Fault> {
    match may_see(call) {
        true => call.query("months", json!({})),
        false => Ok(Vec::new()),
    }
}

/// All payments from one month to another.
pub fn whole(call: &Call, from: &str, until: &str) -> Result<Chosen, Fault> {
    chosen(call, (from, until), ("", ""))
}

/// The payments from one month to another, of the person and kind that the address names.
pub fn read(call: &Call, from: &str, until: &str) -> Result<Chosen, Fault> {
    chosen(call, (from, until), (call.param("person"), call.param("kind")))
}

fn chosen(
    call: &Call,
    (from, until): (&str, &str),
    (person, kind): (&str, &str),
) -> Result<Chosen, Fault> {
    if !may_see(call) {
        return Ok(Chosen::default());
    }
    let params = json!({"from": from, "until": until});
    let mut payments: Vec<Payment> = match person {
        "" => call.query("payments", params)?,
        person => call.query_of(person, "payments", params)?,
    };
    let mut kinds: Vec<String> = payments.iter().map(|payment| payment.kind.clone()).collect();
    // What was chosen stays among the choices, also where there is none of it.
    kinds.extend(Some(kind.to_owned()).filter(|kind| !kind.is_empty() && kind.len() <= 400));
    kinds.sort();
    kinds.dedup();
    payments.retain(|payment| kind.is_empty() || payment.kind == kind);
    for payment in &mut payments {
        payment.name = call.person_name(&payment.person).unwrap_or_default().to_owned();
    }
    let amount = payments.iter().map(|payment| payment.amount).sum();
    Ok(Chosen { kinds, payments, amount })
}

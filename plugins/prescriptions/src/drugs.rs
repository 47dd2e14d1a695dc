//! A medicine, what it would be as a generic, and what medicines add up to (F141 to F144).

use crate::money::{paid, trimmed};
use sdk::{Call, Fault, json};
use serde::{Deserialize, Serialize};
use std::ops::Add;

/// What members pay when neither file nor settings say it, in per cent.
const RATIO: i64 = 30;

/// A row of `queries/drugs.sql`.
#[derive(Debug, Deserialize)]
struct Row {
    month: String,
    person: String,
    facility: Option<String>,
    name: String,
    price: String,
    amount: String,
    ratio: Option<i64>,
    generic_name: Option<String>,
    generic_price: Option<String>,
    saving: Option<i64>,
}

/// A medicine.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Drug {
    pub name: String,
    /// Yen for one unit, as a text of digits.
    pub price: String,
    pub amount: String,
    /// What was paid of it, in yen: about.
    pub paid: i64,
    pub generic: Option<Generic>,
    /// The file compares it with generics: without one here none costs less.
    pub compared: bool,
    /// What a generic saves; of a correction it is less than nothing, as what it takes back was more.
    #[serde(skip)]
    saving: i64,
}

/// The same as a generic.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Generic {
    pub name: Option<String>,
    /// `None` where it has no single price (F144).
    pub price: Option<String>,
    pub saving: i64,
    pub paid: i64,
}

/// Medicines that stand together: of a month, a facility and a person.
#[derive(Debug, Serialize, Deserialize)]
pub struct Group {
    pub month: String,
    pub facility: Option<String>,
    pub person: String,
    pub patient: String,
    pub drugs: Vec<Drug>,
}

/// What medicines add up to, in yen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sums {
    pub paid: i64,
    /// The most that generics can save.
    pub saving: i64,
    /// What is left then.
    pub after: i64,
}

impl Drug {
    fn of(row: &Row, ratio: i64) -> Result<Self, Fault> {
        let percent = row.ratio.unwrap_or(ratio);
        let yen = |price: &str| {
            let wrong = || Fault::Plugin("an amount is no number".to_owned());
            paid(price, &row.amount, percent).ok_or_else(wrong)
        };
        let now = yen(&row.price)?;
        let saving = match (&row.generic_price, row.saving) {
            (Some(price), _) => Some(now - yen(price)?),
            (None, said) => said,
        };
        // Nobody saves more than they pay.
        let saving = saving.map(|saving| saving.clamp(now.min(0), now.max(0)));
        // One that saves nothing is no advice.
        let generic = saving.filter(|saving| *saving > 0).map(|saving| Generic {
            name: row.generic_name.clone(),
            price: row.generic_price.as_deref().map(trimmed),
            saving,
            paid: now - saving,
        });
        let (price, amount) = (trimmed(&row.price), trimmed(&row.amount));
        let (compared, saving) = (saving.is_some(), saving.unwrap_or(0));
        Ok(Self { name: row.name.clone(), price, amount, paid: now, generic, compared, saving })
    }
}

impl Sums {
    pub fn of<'d>(drugs: impl IntoIterator<Item = &'d Drug>) -> Self {
        drugs.into_iter().fold(Self::default(), |sums, drug| {
            let (paid, saving) = (sums.paid + drug.paid, sums.saving + drug.saving);
            Self { paid, saving, after: paid - saving }
        })
    }
}

impl Add for Sums {
    type Output = Self;

    fn add(self, more: Self) -> Self {
        Self {
            paid: self.paid + more.paid,
            saving: self.saving + more.saving,
            after: self.after + more.after,
        }
    }
}

/// The medicines from one month to another, of one person or of all whom the member may see.
pub fn read(call: &Call, from: &str, until: &str, person: &str) -> Result<Vec<Group>, Fault> {
    let params = json!({"from": from, "until": until});
    let rows: Vec<Row> = match person {
        "" => call.query("drugs", params)?,
        person => call.query_of(person, "drugs", params)?,
    };
    let ratio = call.settings["ratio"].as_i64().unwrap_or(RATIO);
    let mut groups: Vec<Group> = Vec::new();
    for row in rows {
        let drug = Drug::of(&row, ratio)?;
        let known = |group: &&mut Group| {
            (&group.month, &group.facility, &group.person)
                == (&row.month, &row.facility, &row.person)
        };
        match groups.last_mut().filter(known) {
            Some(group) => group.drugs.push(drug),
            None => groups.push(Group {
                patient: call.person_name(&row.person).unwrap_or_default().to_owned(),
                month: row.month,
                facility: row.facility,
                person: row.person,
                drugs: vec![drug],
            }),
        }
    }
    Ok(groups)
}

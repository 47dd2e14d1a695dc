//! What the plugin does by itself.

use crate::pages::{away, this_month};
use sdk::{Call, Fault, Next, Writes, json};
use serde::Deserialize;

/// A row of `queries/walkers.sql`.
#[derive(Deserialize)]
struct Walker {
    person: String,
}

/// People in one step: `queries/walkers.sql` returns as many.
const STEP: usize = 100;

/// At the beginning of a month each member who noted something is told that the last month is whole.
pub fn month(call: &Call, writes: &mut Writes) -> Result<Next, Fault> {
    let Some(month) = away(&this_month(call), -1) else { return Ok(Next::Done) };
    let after = call.cursor();
    let walkers: Vec<Walker> = call.query("walkers", json!({"month": month, "after": after}))?;
    for walker in &walkers {
        writes.notify(&walker.person, "month", json!({"month": month}));
    }
    call.log(&format!("month: {} told", walkers.len()));
    match walkers.last() {
        Some(last) if walkers.len() == STEP => Ok(Next::More(last.person.clone())),
        _ => Ok(Next::Done),
    }
}

//! What the plugin does when something has happened.

use crate::goals::goals;
use sdk::{Call, Event, Fault, Writes, json};
use serde::Deserialize;

/// A month's goal, in steps, where the insurer's staff have set none.
const GOAL: i64 = 200_000;

/// A row of `queries/walked.sql`.
#[derive(Deserialize)]
struct Walked {
    steps: i64,
}

/// Whoever has reached the goal of the month with a new day is told, once.
pub fn goal(call: &Call, event: &Event, writes: &mut Writes) -> Result<(), Fault> {
    let month = event.params["month"].as_str().unwrap_or_default();
    let walked: Vec<Walked> =
        call.query("walked", json!({"month": month, "whose": event.person}))?;
    call.log("goal: heard of a day");
    let goals = goals(call)?;
    let goal = goals.iter().find(|goal| goal.month == month).map_or(GOAL, |goal| goal.steps);
    if walked.iter().any(|month| month.steps >= goal) {
        writes.notify(&event.person, "goal", json!({"month": month}));
    }
    Ok(())
}

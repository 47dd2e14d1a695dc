//! What only this plugin knows about an imported row.

use sdk::{Call, Map, Problem, Value};

/// The most that somebody walks in a month.
const MOST: i64 = 31 * 100_000;

/// A pedometer that counted less than nothing, or more than anybody can walk, is wrong.
pub fn counted(_: &Call, rows: &[Map<String, Value>]) -> Vec<Problem> {
    let wrong = |row: &&Map<String, Value>| {
        row.get("steps").and_then(Value::as_i64).is_none_or(|steps| !(0..=MOST).contains(&steps))
    };
    let told = |row: &Map<String, Value>| Problem {
        line: row.get("line").and_then(Value::as_u64).unwrap_or(0),
        column: "steps".to_owned(),
        code: "out-of-range".to_owned(),
        warning: false,
    };
    rows.iter().filter(wrong).map(told).collect()
}

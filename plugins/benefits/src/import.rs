//! What no file may say of a payment.

use sdk::{Call, Map, Problem, Value};

/// The most that a payment can be, in yen; less than nothing is taken back.
const MOST: i64 = 1_000_000_000;
/// The most days that one can be for.
const DAYS: i64 = 4_000;

/// Amounts and days are such as there can be, and a period ends after it began.
pub fn check(_: &Call, rows: &[Map<String, Value>]) -> Vec<Problem> {
    rows.iter().filter_map(problem).collect()
}

fn problem(row: &Map<String, Value>) -> Option<Problem> {
    let whole = |name: &str| row.get(name).and_then(Value::as_i64);
    let day = |name: &str| row.get(name).and_then(Value::as_str);
    let backwards = day("first_day").zip(day("last_day")).is_some_and(|(first, last)| last < first);
    let column = match () {
        () if whole("amount").is_some_and(|yen| !(-MOST..=MOST).contains(&yen)) => "amount",
        () if whole("days").is_some_and(|days| !(-DAYS..=DAYS).contains(&days)) => "days",
        () if backwards => "last_day",
        () => return None,
    };
    let line = row.get("line").and_then(Value::as_u64).unwrap_or(0);
    Some(Problem { line, column: column.into(), code: "out-of-range".into(), warning: false })
}

#[cfg(test)]
mod tests {
    use crate::HANDLERS;
    use sdk::{abi, json, testing};

    #[test]
    fn what_cannot_be_is_named_by_its_column() {
        let rows = json!([
            {"line": 2, "amount": 6000, "days": null, "first_day": "2025-01-06", "last_day": "2025-01-06"},
            {"line": 3, "amount": -6000, "days": -3},
            {"line": 4, "amount": 2_000_000_000},
            {"line": 5, "amount": 1, "days": 9000},
            {"line": 6, "amount": 1, "first_day": "2025-01-06", "last_day": "2025-01-05"},
        ]);
        let request = json!({"handler": "rows", "rows": rows});
        let (status, reply) = testing::call(&HANDLERS, abi::CHECK, &request, |_, _| Vec::new());
        assert_eq!(status, abi::OK, "{reply}");
        let told = reply["problems"].as_array().expect("a list").iter();
        let told: Vec<_> = told.map(|p| (p["line"].as_u64(), p["column"].as_str())).collect();
        let expected = [(4, "amount"), (5, "days"), (6, "last_day")];
        assert_eq!(told, expected.map(|(line, column)| (Some(line), Some(column))));
    }
}

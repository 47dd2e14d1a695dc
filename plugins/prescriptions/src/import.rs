//! What no file may say of a medicine.

use sdk::{Call, Map, Problem, Value};

/// The most that a sum can be, in yen; less than nothing is a correction.
const MOST: i64 = 100_000_000;

/// A part is from nothing to everything, and sums are sums that somebody could pay.
pub fn check(_: &Call, rows: &[Map<String, Value>]) -> Vec<Problem> {
    rows.iter().filter_map(problem).collect()
}

fn problem(row: &Map<String, Value>) -> Option<Problem> {
    let whole = |name: &str| row.get(name).and_then(Value::as_i64);
    // Digits before the point: what they stand for matters less than that they can be multiplied.
    let long = |name: &str| {
        let text = row.get(name).and_then(Value::as_str).unwrap_or_default();
        text.split('.').next().unwrap_or_default().len() > 9
    };
    let column = match () {
        () if whole("ratio").is_some_and(|ratio| !(0..=100).contains(&ratio)) => "ratio",
        () if whole("saving").is_some_and(|yen| !(-MOST..=MOST).contains(&yen)) => "saving",
        () => ["price", "amount", "generic_price"].into_iter().find(|name| long(name))?,
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
            {"line": 2, "price": "18.60", "amount": "126.000", "ratio": 30, "saving": null},
            {"line": 3, "price": "18.60", "amount": "1.000", "ratio": 300},
            {"line": 4, "price": "12345678901.00", "amount": "1.000"},
            {"line": 5, "price": "1.00", "amount": "1.000", "saving": 900_000_000},
        ]);
        let request = json!({"handler": "rows", "rows": rows});
        let (status, reply) = testing::call(&HANDLERS, abi::CHECK, &request, |_, _| Vec::new());
        assert_eq!(status, abi::OK, "{reply}");
        let told = reply["problems"].as_array().expect("a list").iter();
        let told: Vec<_> = told.map(|p| (p["line"].as_u64(), p["column"].as_str())).collect();
        let expected = [(3, "ratio"), (4, "price"), (5, "saving")];
        assert_eq!(told, expected.map(|(line, column)| (Some(line), Some(column))));
    }
}

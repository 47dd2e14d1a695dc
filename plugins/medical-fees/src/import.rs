//! What only this plugin knows about an imported row: F130, the amounts add up.

use sdk::{Problem, Value};
use serde_json::Map;

/// total = insurer + public + own, none negative, on every row.
pub fn check(rows: &[Map<String, Value>]) -> Vec<Problem> {
    rows.iter().filter_map(problem).collect()
}

fn problem(row: &Map<String, Value>) -> Option<Problem> {
    let yen = |name: &str| row.get(name).and_then(Value::as_i64);
    let line = row.get("line").and_then(Value::as_u64).unwrap_or(0);
    let told = |column: &str, code: &str| {
        Some(Problem { line, column: column.to_owned(), code: code.to_owned() })
    };
    let parts = ["insurer_paid", "public_paid", "own_paid"];
    for column in parts.iter().chain(&["total", "days"]) {
        if yen(column).is_none_or(|amount| !(0..=1_000_000_000).contains(&amount)) {
            return told(column, "not-a-number");
        }
    }
    let sum: i64 = parts.iter().filter_map(|part| yen(part)).sum();
    if yen("total") == Some(sum) { None } else { told("total", "sum") }
}

#[cfg(test)]
mod tests {
    use super::check;
    use sdk::json;

    /// The vectors of F130.
    #[test]
    fn f130_holds_on_every_row() {
        let row = |line: i64, (total, insurer, public, own): (i64, i64, i64, i64)| {
            let row = json!({
                "line": line, "days": 1, "total": total, "insurer_paid": insurer,
                "public_paid": public, "own_paid": own,
            });
            row.as_object().cloned().unwrap()
        };
        let good = [
            row(2, (12_960, 9_072, 3_588, 300)),
            row(3, (2_760, 1_932, 828, 0)),
            row(4, (11_400, 7_980, 0, 3_420)),
            row(5, (27_120, 18_984, 4_416, 3_720)),
        ];
        assert!(check(&good).is_empty());
        let bad =
            [row(6, (12_961, 9_072, 3_588, 300)), row(7, (0, -1, 1, 0)), row(8, (0, 0, 0, 0))];
        let told: Vec<_> = check(&bad).iter().map(|p| (p.line, p.code.clone())).collect();
        assert_eq!(told, [(6, "sum".to_owned()), (7, "not-a-number".to_owned())]);
    }
}

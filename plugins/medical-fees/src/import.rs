//! What only this plugin knows about an imported row: whether its amounts add up (F130).

use sdk::{Call, Map, Problem, Value};

/// The parts of a total.
const PARTS: [&str; 4] = ["insurer_paid", "public_paid", "other_paid", "own_paid"];

/// The most that an amount can be, in yen; less than nothing is a correction.
const MOST: i64 = 1_000_000_000;

/// The insurer's setting `sum_check`: what to do with a row whose parts are not its total.
#[derive(Clone, Copy, PartialEq, Eq)]
enum SumCheck {
    /// The file is not imported.
    Refuse,
    /// It is, and the operator is told the line.
    Report,
    Off,
}

/// total = insurer + public + other + own, as the insurer's setting says.
pub fn check(call: &Call, rows: &[Map<String, Value>]) -> Vec<Problem> {
    let sums = match call.settings["sum_check"].as_str() {
        Some("refuse") => SumCheck::Refuse,
        Some("off") => SumCheck::Off,
        _ => SumCheck::Report,
    };
    rows.iter().filter_map(|row| problem(row, sums)).collect()
}

fn problem(row: &Map<String, Value>, sums: SumCheck) -> Option<Problem> {
    let yen = |name: &str| row.get(name).and_then(Value::as_i64);
    let line = row.get("line").and_then(Value::as_u64).unwrap_or(0);
    let told = |column: &str, code: &str, warning| {
        Some(Problem { line, column: column.to_owned(), code: code.to_owned(), warning })
    };
    for column in PARTS.iter().chain(&["total", "days", "meal_total", "meal_own"]) {
        if yen(column).is_some_and(|amount| !(-MOST..=MOST).contains(&amount)) {
            return told(column, "not-a-number", false);
        }
    }
    let sum: i64 = PARTS.iter().filter_map(|part| yen(part)).sum();
    let right = yen("total") == Some(sum) || sums == SumCheck::Off;
    if right { None } else { told("total", "sum", sums == SumCheck::Report) }
}

#[cfg(test)]
mod tests {
    use crate::HANDLERS;
    use sdk::{Value, abi, json, testing};

    fn told(settings: Value, rows: &[Value]) -> Vec<(u64, String, bool)> {
        let request = json!({"handler": "rows", "settings": settings, "rows": rows});
        let (status, reply) = testing::call(&HANDLERS, abi::CHECK, &request, |_, _| Vec::new());
        assert_eq!(status, abi::OK, "{reply}");
        let problems = reply["problems"].as_array().unwrap().iter();
        let told = |p: &Value| {
            let code = p["code"].as_str().unwrap().to_owned();
            (p["line"].as_u64().unwrap(), code, p["warning"] == true)
        };
        problems.map(told).collect()
    }

    /// The vectors of F130; S0's own table, which has a fifth amount; and what corrections look
    /// like.
    #[test]
    fn f130_is_checked_as_the_insurer_wants() {
        let row = |line: i64, (total, insurer, public, other, own): (i64, i64, i64, i64, i64)| {
            json!({
                "line": line, "days": 1, "total": total, "insurer_paid": insurer,
                "public_paid": public, "other_paid": other, "own_paid": own,
            })
        };
        let good = [
            row(2, (12_960, 9_072, 3_588, 0, 300)),
            row(3, (2_760, 1_932, 828, 0, 0)),
            row(4, (27_120, 18_984, 4_416, 0, 3_720)),
            row(5, (43_190, 28_016, 0, 8_208, 6_966)),
            row(6, (-12_960, -9_072, -3_588, 0, -300)),
            json!({"line": 7, "days": null, "total": 0, "insurer_paid": 0, "public_paid": 0,
                   "other_paid": null, "own_paid": 0}),
        ];
        assert_eq!(told(json!({"sum_check": "refuse"}), &good), []);
        let bad = [row(8, (12_961, 9_072, 3_588, 0, 300)), row(9, (2_000_000_000, 0, 0, 0, 0))];
        let number = (9, "not-a-number".to_owned(), false);
        let sum = |warning| (8, "sum".to_owned(), warning);
        assert_eq!(told(json!({"sum_check": "refuse"}), &bad), [sum(false), number.clone()]);
        assert_eq!(told(json!({}), &bad), [sum(true), number.clone()]);
        assert_eq!(told(json!({"sum_check": "off"}), &bad), [number]);
    }
}

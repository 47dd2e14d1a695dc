//! What a new version of an insurer's definition changes, for operators to read.

use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// What applying a folder would change, one line each; empty when nothing.
pub fn difference<T: Serialize>(old: Option<&T>, new: &T) -> Vec<String> {
    let flat = |definition: &T| {
        let mut out = BTreeMap::new();
        let value = serde_json::to_value(definition).expect("a definition is JSON");
        flatten("", &value, &mut out);
        out
    };
    let old = old.map(flat).unwrap_or_default();
    let new = flat(new);
    let mut lines = Vec::new();
    for (path, value) in &new {
        match old.get(path) {
            None if is_secret(path) => lines.push(format!("+ {path} (a secret)")),
            None => lines.push(format!("+ {path} = {}", short(value))),
            Some(before) if before != value && is_secret(path) => {
                lines.push(format!("~ {path} (another secret)"));
            }
            Some(before) if before != value => {
                lines.push(format!("~ {path}: {} → {}", short(before), short(value)));
            }
            Some(_) => {}
        }
    }
    for path in old.keys().filter(|path| !new.contains_key(*path)) {
        lines.push(format!("- {path}"));
    }
    lines
}

fn flatten(path: &str, value: &Value, out: &mut BTreeMap<String, String>) {
    let below =
        |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(name, value)| flatten(&below(name), value, out));
        }
        Value::Array(items) if items.iter().any(Value::is_object) => {
            items.iter().enumerate().for_each(|(at, value)| {
                flatten(&below(&at.to_string()), value, out);
            });
        }
        other => {
            out.insert(path.to_owned(), other.to_string());
        }
    }
}

/// Hashed or sealed, it is still nothing to print.
fn is_secret(path: &str) -> bool {
    path.contains("secret")
}

/// How many lines are shown unless all are asked for.
const SHORT: usize = 20;

/// The lines for an operator: all, or the first ones and how many more there are of what.
pub fn shown(lines: &[String], full: bool) -> Vec<String> {
    if full || lines.len() <= SHORT {
        return lines.to_vec();
    }
    let mut more: BTreeMap<&str, usize> = BTreeMap::new();
    for line in &lines[SHORT..] {
        let path = line.split_whitespace().nth(1).unwrap_or_default();
        let part = path.split(['.', ':']).next().unwrap_or_default();
        *more.entry(part).or_default() += 1;
    }
    let parts: Vec<String> = more.iter().map(|(part, count)| format!("{part} {count}")).collect();
    let mut out = lines[..SHORT].to_vec();
    let count = lines.len() - SHORT;
    out.push(format!("… and {count} more ({}): --full shows them", parts.join(", ")));
    out
}

fn short(text: &str) -> String {
    if text.chars().count() <= 80 {
        return text.to_owned();
    }
    let head: String = text.chars().take(77).collect();
    format!("{head}…")
}

#[cfg(test)]
mod tests {
    use super::{difference, shown};
    use serde_json::json;

    #[test]
    fn changes_are_told_and_secrets_are_not() {
        let old = json!({"a": 1, "gone": 2, "client_secret": "x1", "same": [1]});
        let new = json!({"a": 3, "new": "n", "client_secret": "x2", "same": [1]});
        let lines = difference(Some(&old), &new);
        let expected =
            ["~ a: 1 → 3", "~ client_secret (another secret)", "+ new = \"n\"", "- gone"];
        assert_eq!(lines, expected);
        assert!(difference(None, &new).iter().all(|line| !line.contains("x2")));
        let parts = |n: usize| if n < 24 { "policy" } else { "journeys" };
        let many: Vec<String> = (0..30).map(|n| format!("~ {}.x: 1 → 2", parts(n))).collect();
        let last = "… and 10 more (journeys 6, policy 4): --full shows them";
        assert_eq!(shown(&many, false).last().unwrap(), last);
        assert_eq!(shown(&many, true).len(), 30);
    }
}

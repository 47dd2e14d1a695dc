//! What a new version of an insurer's definition changes, for operators to read.

use secret::hash;
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
            None => lines.push(format!("+ {path} = {}", short(value))),
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
            let secret = path.ends_with("secret_hash") && !other.is_null();
            let text = if secret { fingerprint(other) } else { other.to_string() };
            out.insert(path.to_owned(), text);
        }
    }
}

/// Enough of a hash to see that it changed.
fn fingerprint(value: &Value) -> String {
    let text = value.to_string();
    format!("(secret {})", hash::short(text.as_bytes()))
}

fn short(text: &str) -> String {
    if text.chars().count() <= 80 {
        return text.to_owned();
    }
    let head: String = text.chars().take(77).collect();
    format!("{head}…")
}

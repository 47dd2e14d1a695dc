//! What was typed becomes values, or says what is wrong with it.

use super::field::{Action, Field, FieldKind};
use crate::plugins::data::blobs::Blob;
use crate::plugins::data::people::People;
use crate::plugins::data::sql::check::decimal;
use handover::{card, date, number};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wrong {
    Missing,
    /// No file is chosen.
    NoFile,
    /// Nothing is chosen, or no word and no person of the field.
    NotChosen,
    TooLong(i64),
    NotANumber,
    TooLow(i64),
    TooHigh(i64),
    /// Digits behind the point.
    Places(u8),
    NotADay,
    NotAMonth,
    NotACard,
}

impl Wrong {
    /// The message that says it, and its argument.
    pub fn message(&self) -> (&'static str, Option<i64>) {
        match self {
            Wrong::Missing => ("form-missing", None),
            Wrong::NoFile => ("form-file-missing", None),
            Wrong::NotChosen => ("form-not-chosen", None),
            Wrong::TooLong(most) => ("form-too-long", Some(*most)),
            Wrong::NotANumber => ("form-not-a-number", None),
            Wrong::TooLow(least) => ("form-too-low", Some(*least)),
            Wrong::TooHigh(most) => ("form-too-high", Some(*most)),
            Wrong::Places(places) => ("form-places", Some(i64::from(*places))),
            Wrong::NotADay => ("form-not-a-day", None),
            Wrong::NotAMonth => ("form-not-a-month", None),
            Wrong::NotACard => ("form-not-a-card", None),
        }
    }
}

/// The values of a form, or of one of its steps, or what is wrong with which fields.
///
/// # Errors
/// All that is wrong, in the order of the fields.
pub fn read(
    action: &Action,
    step: Option<usize>,
    typed: &BTreeMap<String, String>,
    people: &People,
    files: &BTreeMap<String, Vec<Blob>>,
) -> Result<Map<String, Value>, Vec<(String, Wrong)>> {
    let (mut values, mut wrong) = (Map::new(), Vec::new());
    for field in action.field.iter().filter(|field| step.is_none_or(|step| field.step == step)) {
        let text = typed.get(&field.name).map_or("", |text| text.trim());
        let value = match field.kind {
            FieldKind::File => here(field, files.get(&field.name)),
            _ => value(field, text, people),
        };
        match value {
            Ok(value) => drop(values.insert(field.name.clone(), value)),
            Err(why) => wrong.push((field.name.clone(), why)),
        }
    }
    if wrong.is_empty() { Ok(values) } else { Err(wrong) }
}

/// The files of a field, as a handler is told of them.
fn here(field: &Field, files: Option<&Vec<Blob>>) -> Result<Value, Wrong> {
    let files: Vec<Value> = files.into_iter().flatten().map(Blob::told).collect();
    match files.is_empty() && !field.optional {
        true => Err(Wrong::NoFile),
        false => Ok(json!(files)),
    }
}

fn value(field: &Field, text: &str, people: &People) -> Result<Value, Wrong> {
    let choosing = matches!(field.kind, FieldKind::Word | FieldKind::Choice | FieldKind::Person);
    match (text.is_empty(), field.optional) {
        (true, _) if field.kind == FieldKind::Bool => return Ok(json!(false)),
        (true, true) => return Ok(Value::Null),
        (true, false) if choosing => return Err(Wrong::NotChosen),
        (true, false) => return Err(Wrong::Missing),
        (false, _) => {}
    }
    let longest = match field.kind {
        FieldKind::Text => field.longest(),
        _ => 200,
    };
    // As browsers send line ends, and without what is no part of a text.
    let text = text.replace("\r\n", "\n");
    if i64::try_from(text.chars().count()).unwrap_or(i64::MAX) > longest {
        return Err(Wrong::TooLong(longest));
    }
    let text = text.replace(|c: char| c.is_control() && c != '\n', "");
    match field.kind {
        FieldKind::Text if !field.lines => Ok(json!(text.replace('\n', " "))),
        FieldKind::Text | FieldKind::Hidden | FieldKind::Choice | FieldKind::File => {
            Ok(json!(text))
        }
        FieldKind::Int | FieldKind::Yen => {
            let number = number::plain(text.trim_end_matches(['円', '歩']));
            let number: i64 = number.parse().map_err(|_| Wrong::NotANumber)?;
            let (least, most) = (field.min.unwrap_or(0), field.max.unwrap_or(1_000_000_000_000));
            match number {
                n if n < least => Err(Wrong::TooLow(least)),
                n if n > most => Err(Wrong::TooHigh(most)),
                n => Ok(json!(n)),
            }
        }
        FieldKind::Decimal => {
            let (number, places) = (number::plain(&text), field.places.unwrap_or(1));
            match decimal(&number, places) {
                Some(_) => Ok(json!(number)),
                None if number.parse::<f64>().is_ok() => Err(Wrong::Places(places)),
                None => Err(Wrong::NotANumber),
            }
        }
        FieldKind::Day => date::day(&text).map(|day| json!(day.to_string())).ok_or(Wrong::NotADay),
        FieldKind::Month => date::month(&text).map(|month| json!(month)).ok_or(Wrong::NotAMonth),
        FieldKind::Card => card::typed(&text).map(|card| json!(card.key())).ok_or(Wrong::NotACard),
        FieldKind::Bool => Ok(json!(true)),
        FieldKind::Word if field.words.contains(&text) => Ok(json!(text)),
        FieldKind::Person if people.all().iter().any(|seen| seen.id == text) => Ok(json!(text)),
        FieldKind::Word | FieldKind::Person => Err(Wrong::NotChosen),
    }
}

#[cfg(test)]
mod tests {
    use super::{Wrong, value};
    use crate::plugins::data::people::{People, Seen};
    use crate::plugins::form::field::Field;
    use serde_json::json;

    #[test]
    fn what_people_type_becomes_values_or_says_what_is_wrong() {
        let person = Seen { id: "h".into(), name: "港　花子".into(), own: true, keys: vec![] };
        let people = People::new(vec![person]);
        let read = |field: &str, text: &str| {
            let field: Field = toml::from_str(&format!("name = \"a\"\n{field}")).unwrap();
            value(&field, text, &people)
        };
        for (field, text, expected) in [
            ("type = \"text\"", "二行\r\nの文", json!("二行 の文")),
            ("type = \"text\"\nlines = true", "二行\r\nの\u{7}文", json!("二行\nの文")),
            ("type = \"text\"\noptional = true", "", json!(null)),
            ("type = \"int\"", "１，２００", json!(1200)),
            ("type = \"yen\"", "¥1,200円", json!(1200)),
            ("type = \"int\"\nmin = -5", "▲3", json!(-3)),
            ("type = \"decimal\"\nplaces = 1", "３６．５", json!("36.5")),
            ("type = \"day\"", "R8.4.1", json!("2026-04-01")),
            ("type = \"day\"", "2026-04-01", json!("2026-04-01")),
            ("type = \"month\"", "2026-04", json!("202604")),
            ("type = \"card\"", "１２３４　0005678　00", json!("1234|5678|0")),
            ("type = \"bool\"", "yes", json!(true)),
            ("type = \"bool\"", "", json!(false)),
            ("type = \"word\"\nwords = [\"a\"]", "a", json!("a")),
            ("type = \"person\"", "h", json!("h")),
            ("type = \"choice\"", "x", json!("x")),
        ] {
            assert_eq!(read(field, text), Ok(expected), "{field} {text}");
        }
        for (field, text, wrong) in [
            ("type = \"text\"", "", Wrong::Missing),
            ("type = \"text\"\nmax = 2", "三文字", Wrong::TooLong(2)),
            ("type = \"int\"", "百", Wrong::NotANumber),
            ("type = \"int\"", "-1", Wrong::TooLow(0)),
            ("type = \"int\"\nmax = 9", "10", Wrong::TooHigh(9)),
            ("type = \"decimal\"\nplaces = 1", "36.55", Wrong::Places(1)),
            ("type = \"decimal\"\nplaces = 1", "x", Wrong::NotANumber),
            ("type = \"day\"", "2026-02-30", Wrong::NotADay),
            ("type = \"month\"", "202613", Wrong::NotAMonth),
            ("type = \"card\"", "1234 0005678", Wrong::NotACard),
            ("type = \"word\"\nwords = [\"a\"]", "b", Wrong::NotChosen),
            ("type = \"word\"\nwords = [\"a\"]", "", Wrong::NotChosen),
            ("type = \"person\"", "somebody", Wrong::NotChosen),
        ] {
            assert_eq!(read(field, text), Err(wrong), "{field} {text}");
        }
    }
}

//! A row of the file becomes values by our column names.

use crate::plugins::package::manifest::{Column, ColumnKind, Importer};
use handover::{Problem, Reason, Row, date, kana};
use serde_json::{Map, Value, json};

/// A row's values by our column names, with `line` and, for personal files, `person`.
///
/// # Errors
/// The column that cannot be read, without its value.
pub(super) fn values(
    row: &Row,
    importer: &Importer,
    personal: bool,
) -> Result<Map<String, Value>, Problem> {
    let mut values = Map::new();
    values.insert("line".into(), json!(row.line));
    if personal {
        values.insert("person".into(), json!(row.card()?.key()));
    }
    for (name, column) in &importer.columns {
        values.insert(name.clone(), value(row, name, column)?);
    }
    Ok(values)
}

fn value(row: &Row, name: &str, column: &Column) -> Result<Value, Problem> {
    if row.text(name).is_empty() {
        let empty = column.empty && column.kind != ColumnKind::Int;
        return if empty { Ok(json!("")) } else { Err(row.problem(name, Reason::Empty)) };
    }
    Ok(match column.kind {
        ColumnKind::Text => json!(row.at_most(name, column.max)?),
        ColumnKind::Kana => {
            row.parsed(name, kana::match_form, Reason::NotKana)?;
            json!(kana::shown(row.text(name)))
        }
        ColumnKind::Month => json!(row.parsed(name, date::month, Reason::NotAMonth)?),
        ColumnKind::Day => {
            json!(row.parsed(name, date::day, Reason::NotADate)?.to_string())
        }
        ColumnKind::Int => json!(row.whole(name)?),
        ColumnKind::Word => {
            let known = |text: &str| column.words.get(text).cloned();
            let expected = Reason::Other(format!(
                "「{}」のどれでもありません",
                column.words.keys().cloned().collect::<Vec<_>>().join(" ")
            ));
            json!(row.parsed(name, known, expected)?)
        }
    })
}

//! Named queries: the finite list of what a plugin can read. The host binds the insurer as `$1`
//! and the persons as `$subjects`; everything else is a named parameter.

use super::class::DataClass;
use super::fence;
use db::{AssertSqlSafe, Conn, Value};
use serde_json::Map;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

/// One query file, cut at its parameters.
#[derive(Debug, Clone)]
pub struct Query {
    parts: Vec<Part>,
    pub writes: bool,
    /// What its rows are.
    pub class: DataClass,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Sql(String),
    Insurer,
    Subjects,
    Named(String),
}

/// A plugin's queries by name.
pub type Queries = HashMap<String, Query>;

/// Reads every `queries/*.sql` of a plugin.
///
/// # Errors
/// Names the query and the rule that it breaks.
pub fn read(folder: &Path, prefix: &str) -> Result<Queries, String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(Queries::new()) };
    entries
        .flatten()
        .filter(|entry| entry.path().extension().is_some_and(|end| end == "sql"))
        .map(|entry| {
            let name = entry.path().file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let text = std::fs::read_to_string(entry.path()).map_err(|error| error.to_string())?;
            let query =
                Query::parse(&text, prefix).map_err(|why| format!("queries/{name}.sql: {why}"))?;
            Ok((name, query))
        })
        .collect()
}

impl Query {
    /// Cuts a query at its parameters and checks the rules.
    ///
    /// # Errors
    /// The rule that it breaks and what to write.
    pub fn parse(file: &str, prefix: &str) -> Result<Self, String> {
        let text: Vec<&str> = file.lines().filter(|line| !line.starts_with("--")).collect();
        let text = text.join("\n");
        let mut parts = Vec::new();
        let mut rest = text.as_str();
        while let Some(at) = rest.find('$') {
            let (before, after) = rest.split_at(at);
            let end = after[1..]
                .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                .map_or(after.len(), |end| end + 1);
            parts.push(Part::Sql(before.to_owned()));
            parts.push(match &after[1..end] {
                "1" => Part::Insurer,
                "subjects" => Part::Subjects,
                name if name.starts_with(|c: char| c.is_ascii_lowercase()) => {
                    Part::Named(name.to_owned())
                }
                other => return Err(format!("${other}: use $1, $subjects or $name")),
            });
            rest = &after[end..];
        }
        parts.push(Part::Sql(rest.to_owned()));
        let mut query = Self { parts, writes: false, class: DataClass::Medical };
        let (sql, _) = query.bind("", &[String::new()], &query.no_params())?;
        query.writes = fence::query(&sql, prefix)?;
        query.class = DataClass::of_query(file)?;
        Ok(query)
    }

    fn no_params(&self) -> Map<String, serde_json::Value> {
        let named = self.parts.iter().filter_map(|part| match part {
            Part::Named(name) => Some((name.clone(), serde_json::Value::from(""))),
            _ => None,
        });
        named.collect()
    }

    /// The statement with numbered parameters and their values.
    ///
    /// # Errors
    /// When a named parameter is missing or has a type that no column has.
    pub fn bind(
        &self,
        insurer: &str,
        subjects: &[String],
        params: &Map<String, serde_json::Value>,
    ) -> Result<(Arc<str>, Vec<Value>), String> {
        let mut sql = String::new();
        let mut values = vec![Value::from(insurer)];
        let mut numbers: HashMap<&str, usize> = HashMap::new();
        for part in &self.parts {
            match part {
                Part::Sql(text) => sql.push_str(text),
                Part::Insurer => sql.push_str("$1"),
                Part::Subjects if subjects.is_empty() => sql.push_str("NULL"),
                Part::Subjects => {
                    for (at, subject) in subjects.iter().enumerate() {
                        values.push(Value::from(subject));
                        let sign = if at == 0 { "" } else { ", " };
                        sql.push_str(&format!("{sign}${}", values.len()));
                    }
                }
                Part::Named(name) => {
                    let number = match numbers.get(name.as_str()) {
                        Some(number) => *number,
                        None => {
                            let value = params.get(name).ok_or(format!("${name} is missing"))?;
                            values.push(value_of(value).ok_or(format!("${name}: wrong type"))?);
                            numbers.insert(name, values.len());
                            values.len()
                        }
                    };
                    sql.push_str(&format!("${number}"));
                }
            }
        }
        Ok((sql.into(), values))
    }

    /// Checks the query against the migrated schema.
    pub async fn prepare(&self, conn: &mut Conn) -> Result<(), String> {
        let (sql, _) = self.bind("", &[String::new()], &self.no_params())?;
        conn.prepare(AssertSqlSafe(sql)).await.map_err(|error| error.to_string())
    }
}

fn value_of(value: &serde_json::Value) -> Option<Value> {
    match value {
        serde_json::Value::String(text) => Some(Value::from(text)),
        serde_json::Value::Number(number) => number.as_i64().map(Value::from),
        serde_json::Value::Bool(truth) => Some(Value::from(*truth)),
        serde_json::Value::Null => Some(Value::Text(None)),
        _ => None,
    }
}

/// Runs a query and returns its rows as JSON objects.
pub async fn run(
    conn: &mut Conn,
    (sql, values): (Arc<str>, Vec<Value>),
) -> Result<Vec<serde_json::Value>, db::Error> {
    let rows = conn.all(AssertSqlSafe(sql), &values).await?;
    rows.iter()
        .map(|row| {
            let columns = row.columns()?.into_iter().map(|(name, value)| {
                let value = match value {
                    Value::Text(text) => text.into(),
                    Value::Int(number) => number.into(),
                    Value::Bool(truth) => truth.into(),
                    Value::Bytes(_) => serde_json::Value::Null,
                };
                (name, value)
            });
            Ok(serde_json::Value::Object(columns.collect()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::Query;
    use serde_json::json;

    #[test]
    fn insurer_and_persons_are_bound_by_the_host() {
        let text = "-- comment\n-- class: pii\nSELECT a FROM fees_x WHERE insurer_id = $1 AND p IN ($subjects) AND (m = $m OR m = $m)";
        let query = Query::parse(text, "fees_").unwrap();
        let params = json!({"m": "202503", "insurer": "other", "subjects": "x"});
        let subjects = ["a".to_owned(), "b".to_owned()];
        let (sql, values) = query.bind("minato", &subjects, params.as_object().unwrap()).unwrap();
        assert_eq!(
            &*sql,
            "SELECT a FROM fees_x WHERE insurer_id = $1 AND p IN ($2, $3) AND (m = $4 OR m = $4)"
        );
        assert_eq!(values.len(), 4);
        assert!(query.bind("minato", &subjects, json!({}).as_object().unwrap()).is_err());
        let nobody = query.bind("minato", &[], params.as_object().unwrap()).unwrap();
        assert!(nobody.0.contains("IN (NULL)"));
    }
}

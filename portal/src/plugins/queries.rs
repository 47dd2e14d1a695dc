//! Named queries: the finite list of what a plugin can read. The host binds the insurer as `$1`
//! and the persons as `$subjects`; everything else is a named parameter.

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
                Query::parse(&text, prefix).map_err(|why| format!("query {name}: {why}"))?;
            Ok((name, query))
        })
        .collect()
}

/// The first word after a table's name or one of these names a table.
const BEFORE_TABLE: [&str; 6] = ["FROM", "JOIN", "INTO", "UPDATE", "TABLE", "ON"];

/// Whether a migration or query touches only tables of its plugin.
///
/// # Errors
/// Names the first table that is not the plugin's.
pub fn only_own_tables(sql: &str, prefix: &str, migration: bool) -> Result<(), String> {
    let words = words(sql);
    for (at, word) in words.iter().enumerate() {
        let upper = word.to_uppercase();
        if ["ATTACH", "PRAGMA", "COPY", "TRIGGER", "FUNCTION", "GRANT", "SECURITY", "VACUUM"]
            .contains(&upper.as_str())
        {
            return Err(format!("{upper} is not allowed"));
        }
        // In a query ON joins rows; only CREATE INDEX … ON names a table.
        let table_follows = BEFORE_TABLE.contains(&upper.as_str())
            && (upper != "ON"
                || (migration && !words[at + 1..].first().is_some_and(|word| is_action(word))));
        if !table_follows {
            continue;
        }
        if upper == "FROM" && comma_join(&words[at + 1..]) {
            return Err("join tables with JOIN, not with a comma".to_owned());
        }
        let mut next = words[at + 1..].iter();
        let table = next.find(|word| {
            !["IF", "NOT", "EXISTS", "SET", "ONLY"].contains(&word.to_uppercase().as_str())
        });
        match table.map(|word| word.to_lowercase()) {
            // `FROM (SELECT …)`: the inner FROM is checked by itself.
            Some(word) if word == "(" => {}
            Some(word) if word.starts_with(prefix) => {}
            Some(_) if upper == "UPDATE" && at > 0 && words[at - 1].to_uppercase() == "DO" => {}
            other => {
                let other = other.unwrap_or_default();
                return Err(format!("table {other:?} does not begin with {prefix:?}"));
            }
        }
    }
    Ok(())
}

/// Whether a FROM clause lists a second table after a comma.
fn comma_join(after_from: &[String]) -> bool {
    let mut depth = 0;
    for word in after_from {
        match word.to_uppercase().as_str() {
            "(" => depth += 1,
            ")" if depth == 0 => return false,
            ")" => depth -= 1,
            "," if depth == 0 => return true,
            "WHERE" | "GROUP" | "ORDER" | "LIMIT" | "HAVING" | "UNION" if depth == 0 => {
                return false;
            }
            _ => {}
        }
    }
    false
}

fn is_action(word: &str) -> bool {
    ["CONFLICT", "DELETE", "UPDATE"].contains(&word.to_uppercase().as_str())
}

/// Identifiers, keywords and single signs; comments and string literals are dropped.
fn words(sql: &str) -> Vec<String> {
    let mut words = Vec::new();
    for line in sql.lines() {
        let line = line.split("--").next().unwrap_or("");
        let mut word = String::new();
        let mut quoted = false;
        for c in line.chars() {
            if c == '\'' {
                quoted = !quoted;
            }
            if quoted {
                continue;
            }
            if c.is_alphanumeric() || c == '_' || c == '$' || c == '.' {
                word.push(c);
                continue;
            }
            if !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
            if !c.is_whitespace() {
                words.push(c.to_string());
            }
        }
        if !word.is_empty() {
            words.push(word);
        }
    }
    words
}

impl Query {
    /// Cuts a query at its parameters and checks the rules.
    pub fn parse(text: &str, prefix: &str) -> Result<Self, String> {
        let text: Vec<&str> = text.lines().filter(|line| !line.starts_with("--")).collect();
        let text = text.join("\n");
        if text.contains(';') || text.contains('"') || text.contains("/*") || text.contains("--") {
            return Err("one statement without ; \" or comments inside".to_owned());
        }
        only_own_tables(&text, prefix, false)?;
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
        if !parts.contains(&Part::Insurer) {
            return Err("the insurer $1 is not named".to_owned());
        }
        let first = text.split_whitespace().next().unwrap_or("").to_uppercase();
        let writes = match first.as_str() {
            "SELECT" => false,
            "INSERT" | "UPDATE" | "DELETE" => true,
            other => return Err(format!("{other} is not a query")),
        };
        Ok(Self { parts, writes })
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
        let params: Map<String, serde_json::Value> = self
            .parts
            .iter()
            .filter_map(|part| match part {
                Part::Named(name) => Some((name.clone(), serde_json::Value::from(""))),
                _ => None,
            })
            .collect();
        let (sql, _) = self.bind("", &[String::new()], &params)?;
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
    use super::{Query, only_own_tables};
    use serde_json::json;

    #[test]
    fn insurer_and_persons_are_bound_by_the_host() {
        let text = "-- comment\nSELECT a FROM fees_x WHERE i = $1 AND p IN ($subjects) AND m = $m OR m = $m";
        let query = Query::parse(text, "fees_").unwrap();
        let params = json!({"m": "202503", "insurer": "other", "subjects": "x"});
        let subjects = ["a".to_owned(), "b".to_owned()];
        let (sql, values) = query.bind("minato", &subjects, params.as_object().unwrap()).unwrap();
        assert_eq!(
            &*sql,
            "SELECT a FROM fees_x WHERE i = $1 AND p IN ($2, $3) AND m = $4 OR m = $4"
        );
        assert_eq!(values.len(), 4);
        assert!(query.bind("minato", &subjects, json!({}).as_object().unwrap()).is_err());
        let nobody = query.bind("minato", &[], params.as_object().unwrap()).unwrap();
        assert!(nobody.0.contains("IN (NULL)"));
    }

    #[test]
    fn what_reaches_beyond_the_plugin_is_refused() {
        for bad in [
            "SELECT a FROM fees_x",
            "SELECT a FROM sessions WHERE i = $1",
            "SELECT a FROM fees_x WHERE i = $1; DROP TABLE x",
            "SELECT a FROM fees_x, sessions WHERE i = $1",
            "SELECT a FROM fees_x x, sessions s WHERE i = $1",
            "SELECT a FROM fees_x JOIN sessions ON true WHERE i = $1",
            "SELECT a FROM fees_x WHERE i = $1 AND a IN (SELECT id_token FROM sessions)",
            "SELECT a FROM \"sessions\" WHERE i = $1",
            "DROP TABLE fees_x",
            "SELECT a FROM fees_x WHERE i = $2",
            "WITH s AS (SELECT 1) SELECT $1",
            "SELECT a /* x */ FROM fees_x WHERE i = $1",
            "INSERT INTO sessions (a) VALUES ($1)",
        ] {
            assert!(Query::parse(bad, "fees_").is_err(), "{bad}");
        }
        assert!(only_own_tables("CREATE TABLE fees_a (x TEXT)", "fees_", true).is_ok());
        assert!(only_own_tables("CREATE INDEX fees_i ON fees_a (x)", "fees_", true).is_ok());
        assert!(only_own_tables("CREATE INDEX i ON sessions (x)", "fees_", true).is_err());
        assert!(only_own_tables("ALTER TABLE sessions ADD x TEXT", "fees_", true).is_err());
        assert!(only_own_tables("DROP TABLE IF EXISTS sessions", "fees_", true).is_err());
        assert!(only_own_tables("PRAGMA writable_schema = 1", "fees_", true).is_err());
    }
}

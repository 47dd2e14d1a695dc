//! The fence around a plugin's SQL: each statement is parsed, and only a small shape passes. One
//! table of the plugin's own, tied to the insurer by `insurer_id = $1`; no join, no subquery, no
//! function that could reach further.

use sqlparser::ast::{
    BinaryOperator, Expr, FromTable, ObjectName, Query, Select, SetExpr, Statement, TableFactor,
    TableObject, TableWithJoins, Value, visit_expressions, visit_relations,
};
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;
use std::ops::ControlFlow;

/// Functions that compute with their arguments and nothing else.
const FUNCTIONS: [&str; 10] =
    ["SUM", "COUNT", "MIN", "MAX", "AVG", "COALESCE", "LOWER", "UPPER", "LENGTH", "ABS"];

fn parse(sql: &str) -> Result<Vec<Statement>, String> {
    Parser::parse_sql(&PostgreSqlDialect {}, sql).map_err(|error| error.to_string())
}

/// Checks a named query and tells whether it writes.
///
/// # Errors
/// The rule that it breaks.
pub fn query(sql: &str, prefix: &str) -> Result<bool, String> {
    let statements = parse(sql)?;
    let [statement] = statements.as_slice() else {
        return Err("exactly one statement is allowed".to_owned());
    };
    let writes = match statement {
        Statement::Query(query) => {
            let select = plain_select(query)?;
            one_table(&select.from)?;
            tied(select.selection.as_ref())?;
            false
        }
        Statement::Insert(insert) => {
            let TableObject::TableName(_) = &insert.table else {
                return Err("INSERT needs a table".to_owned());
            };
            let at = insert.columns.iter().position(|column| is(column, "insurer_id"));
            let at = at.ok_or("INSERT must name the column insurer_id")?;
            let rows = match insert.source.as_deref() {
                Some(Query { body, with: None, .. }) => match body.as_ref() {
                    SetExpr::Values(values) => &values.rows,
                    _ => return Err("INSERT takes VALUES only".to_owned()),
                },
                _ => return Err("INSERT takes VALUES only".to_owned()),
            };
            if !rows.iter().all(|row| row.content.get(at).is_some_and(is_insurer)) {
                return Err("insurer_id must be $1".to_owned());
            }
            true
        }
        Statement::Update(update) => {
            one_table(std::slice::from_ref(&update.table))?;
            tied(update.selection.as_ref())?;
            if update.from.is_some()
                || update.assignments.iter().any(|a| a.target.to_string().contains("insurer_id"))
            {
                return Err("UPDATE may neither use FROM nor change insurer_id".to_owned());
            }
            true
        }
        Statement::Delete(delete) => {
            let FromTable::WithFromKeyword(from) = &delete.from else {
                return Err("DELETE needs FROM".to_owned());
            };
            one_table(from)?;
            tied(delete.selection.as_ref())?;
            if delete.using.is_some() {
                return Err("DELETE may not use USING".to_owned());
            }
            true
        }
        _ => return Err("only SELECT, INSERT, UPDATE and DELETE are queries".to_owned()),
    };
    nothing_else(statement, prefix)?;
    Ok(writes)
}

/// Checks a migration: it makes, changes and drops only what carries the plugin's prefix.
///
/// # Errors
/// The first statement that does something else.
pub fn migration(sql: &str, prefix: &str) -> Result<(), String> {
    for statement in parse(sql)? {
        let names: Vec<String> = match &statement {
            Statement::CreateTable(table) if table.query.is_none() => vec![table.name.to_string()],
            Statement::CreateIndex(index) => {
                let name = index.name.as_ref().map(ToString::to_string).unwrap_or_default();
                vec![name, index.table_name.to_string()]
            }
            Statement::AlterTable(table) => vec![table.name.to_string()],
            Statement::Drop { names, .. } => names.iter().map(ToString::to_string).collect(),
            other => {
                let text: String = other.to_string().chars().take(40).collect();
                return Err(format!(
                    "{text:?} is not CREATE TABLE, CREATE INDEX, ALTER TABLE or DROP"
                ));
            }
        };
        if let Some(foreign) = names.iter().find(|name| !own(name, prefix)) {
            return Err(format!("{foreign:?} does not begin with {prefix:?}"));
        }
        nothing_else(&statement, prefix)?;
    }
    Ok(())
}

fn own(name: &str, prefix: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    name.starts_with(prefix) && name.chars().all(plain)
}

fn is(name: &ObjectName, wanted: &str) -> bool {
    name.to_string() == wanted
}

fn plain_select(query: &Query) -> Result<&Select, String> {
    match query.body.as_ref() {
        SetExpr::Select(select) if query.with.is_none() && select.into.is_none() => Ok(select),
        _ => Err("one plain SELECT is allowed: no WITH, UNION or INTO".to_owned()),
    }
}

fn one_table(from: &[TableWithJoins]) -> Result<(), String> {
    match from {
        [table] if table.joins.is_empty() => match &table.relation {
            TableFactor::Table { args: None, .. } => Ok(()),
            _ => Err("FROM takes one table by its name".to_owned()),
        },
        _ => Err("exactly one table, without joins, is allowed".to_owned()),
    }
}

/// WHERE must contain `insurer_id = $1`, joined to the rest by AND.
fn tied(selection: Option<&Expr>) -> Result<(), String> {
    fn has(expr: &Expr) -> bool {
        match expr {
            Expr::BinaryOp { left, op: BinaryOperator::And, right } => has(left) || has(right),
            Expr::BinaryOp { left, op: BinaryOperator::Eq, right } => {
                matches!(left.as_ref(), Expr::Identifier(name) if name.value == "insurer_id")
                    && is_insurer(right)
            }
            _ => false,
        }
    }
    if selection.is_some_and(has) {
        Ok(())
    } else {
        Err("WHERE must begin with insurer_id = $1".to_owned())
    }
}

fn is_insurer(expr: &Expr) -> bool {
    matches!(expr, Expr::Value(value) if value.value == Value::Placeholder("$1".to_owned()))
}

/// No other relation, no subquery, no unknown function, no unusual literal, anywhere.
fn nothing_else(statement: &Statement, prefix: &str) -> Result<(), String> {
    let foreign = visit_relations(statement, |name| {
        if own(&name.to_string(), prefix) {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(name.to_string())
        }
    });
    if let ControlFlow::Break(name) = foreign {
        return Err(format!("table {name:?} does not begin with {prefix:?}"));
    }
    let refused = visit_expressions(statement, |expr| {
        let why = match expr {
            Expr::Subquery(_) | Expr::InSubquery { .. } | Expr::Exists { .. } => {
                Some("a subquery is not allowed".to_owned())
            }
            Expr::Function(function) => {
                let name = function.name.to_string().to_uppercase();
                (!FUNCTIONS.contains(&name.as_str()))
                    .then(|| format!("function {name} is not allowed"))
            }
            Expr::Value(value) => match &value.value {
                Value::Number(..)
                | Value::SingleQuotedString(_)
                | Value::Boolean(_)
                | Value::Null
                | Value::Placeholder(_) => None,
                other => Some(format!("literal {other} is not allowed")),
            },
            _ => None,
        };
        why.map_or(ControlFlow::Continue(()), ControlFlow::Break)
    });
    match refused {
        ControlFlow::Break(why) => Err(why),
        ControlFlow::Continue(()) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::{migration, query};

    #[test]
    fn what_stays_inside_passes() {
        for (sql, writes) in [
            (
                "SELECT a, CAST(SUM(b) AS BIGINT) AS b FROM fees_x WHERE insurer_id = $1 AND p IN ($2, $3) AND ($4 = '' OR c = $4) GROUP BY a ORDER BY a DESC LIMIT 10",
                false,
            ),
            ("SELECT DISTINCT a FROM fees_x WHERE insurer_id = $1 AND p IN (NULL)", false),
            ("DELETE FROM fees_x WHERE insurer_id = $1 AND a = $2", true),
            ("UPDATE fees_x SET a = $2 WHERE insurer_id = $1", true),
            ("INSERT INTO fees_x (insurer_id, a) VALUES ($1, $2)", true),
        ] {
            assert_eq!(query(sql, "fees_"), Ok(writes), "{sql}");
        }
    }

    /// Attack 34: SQL that is more than the plugin's own.
    #[test]
    fn what_reaches_beyond_the_plugin_or_the_insurer_is_refused() {
        for bad in [
            "SELECT a FROM fees_x",
            "SELECT a FROM fees_x WHERE $1 = $1",
            "SELECT a FROM fees_x WHERE insurer_id = $1 OR TRUE",
            "SELECT a FROM fees_x WHERE NOT insurer_id = $1",
            "SELECT a FROM fees_x WHERE insurer_id = $2",
            "SELECT a FROM sessions WHERE insurer_id = $1",
            "SELECT id_token FROM (sessions) WHERE insurer_id = $1",
            "SELECT a FROM fees_x, sessions WHERE insurer_id = $1",
            "SELECT a FROM fees_x JOIN sessions ON true WHERE insurer_id = $1",
            "SELECT a FROM fees_x JOIN fees_y ON true WHERE insurer_id = $1",
            "SELECT a FROM fees_x WHERE insurer_id = $1 AND a IN (SELECT id_token FROM sessions)",
            "SELECT (SELECT id_token FROM sessions) FROM fees_x WHERE insurer_id = $1",
            "SELECT a FROM fees_x WHERE insurer_id = $1 AND EXISTS (SELECT 1 FROM fees_y)",
            "SELECT a FROM fees_x WHERE insurer_id = $1 UNION SELECT id_token FROM sessions",
            "WITH s AS (SELECT id_token FROM sessions) SELECT a FROM fees_x WHERE insurer_id = $1",
            "SELECT query_to_xml('SELECT 1', true, true, '') FROM fees_x WHERE insurer_id = $1",
            "SELECT load_extension('x') FROM fees_x WHERE insurer_id = $1",
            "SELECT E'\\'' FROM fees_x WHERE insurer_id = $1",
            "SELECT 'a\nb' FROM sessions WHERE insurer_id = $1",
            "SELECT $t$x$t$ FROM fees_x WHERE insurer_id = $1",
            "SELECT a FROM \"fees_x\" WHERE insurer_id = $1",
            "SELECT a FROM other.fees_x WHERE insurer_id = $1",
            "SELECT a FROM fees_x WHERE insurer_id = $1; DROP TABLE fees_x",
            "SELECT a INTO fees_y FROM fees_x WHERE insurer_id = $1",
            "INSERT INTO fees_x (insurer_id, a) VALUES ('aozora', $1)",
            "INSERT INTO fees_x (a) VALUES ($1)",
            "INSERT INTO fees_x (insurer_id, a) SELECT insurer_id, id_token FROM sessions",
            "INSERT INTO sessions (insurer_id) VALUES ($1)",
            "UPDATE fees_x SET insurer_id = 'aozora' WHERE insurer_id = $1",
            "UPDATE fees_x SET a = (SELECT id_token FROM sessions) WHERE insurer_id = $1",
            "DELETE FROM fees_x",
            "DELETE FROM fees_x USING sessions WHERE insurer_id = $1",
            "DROP TABLE fees_x",
            "PRAGMA writable_schema = 1",
        ] {
            assert!(query(bad, "fees_").is_err(), "{bad}");
        }
    }

    #[test]
    fn migrations_make_only_their_own_things() {
        for good in [
            "-- why\nCREATE TABLE fees_a (insurer_id TEXT NOT NULL, b BYTEA, PRIMARY KEY (insurer_id));",
            "CREATE INDEX fees_i ON fees_a (b); ALTER TABLE fees_a ADD COLUMN c BIGINT",
            "DROP INDEX fees_i; DROP TABLE fees_a",
        ] {
            assert_eq!(migration(good, "fees_"), Ok(()), "{good}");
        }
        for bad in [
            "CREATE TABLE sessions2 (x TEXT)",
            "CREATE INDEX i ON fees_a (x)",
            "CREATE INDEX fees_i ON sessions (x)",
            "DROP INDEX sessions_expiry",
            "DROP TABLE IF EXISTS sessions",
            "ALTER TABLE sessions ADD x TEXT",
            "CREATE TABLE fees_a AS SELECT * FROM sessions",
            "INSERT INTO fees_a SELECT * FROM sessions",
            "UPDATE sessions SET expires_at = 9",
            "PRAGMA writable_schema = 1",
            "DO $$ BEGIN EXECUTE 'DROP TABLE sessions'; END $$",
            "CREATE VIEW fees_v AS SELECT * FROM sessions",
        ] {
            assert!(migration(bad, "fees_").is_err(), "{bad}");
        }
    }
}

//! The statement that writes, for an engine. The printer adds insurer, person and the limit of a
//! person's rows: the tree has no place for them.

use super::print::{Bind, Printed, Printer, Whose};
use super::tree::{Change, Conflict, Expr, Set, Write};
use crate::plugins::data::tables::Scope;
use db::Engine;
use std::fmt::Write as _;

/// Prints `write` for an engine. `most` is how many rows one person may have.
pub fn print(write: &Write, engine: Engine, whose: Whose, most: u32) -> Printed {
    let sources = std::slice::from_ref(&write.into);
    let mut to = Printer::new(engine, &write.params, sources, whose);
    match &write.change {
        Change::Insert { row, conflict } => insert(&mut to, write, (row, conflict), most),
        Change::Update { set, filter } => {
            _ = write!(to.sql, "UPDATE \"{}\" AS \"t0\" SET ", write.into.table);
            sets(&mut to, set);
            those(&mut to, filter.as_ref());
        }
        Change::Delete { filter } => {
            _ = write!(to.sql, "DELETE FROM \"{}\" AS \"t0\"", write.into.table);
            those(&mut to, filter.as_ref());
        }
    }
    Printed { sql: to.sql, binds: to.binds }
}

/// One row, when the person may have one more.
fn insert(to: &mut Printer<'_>, write: &Write, (row, conflict): (&[Set], &Conflict), most: u32) {
    let table = format!("\"{}\"", write.into.table);
    let of_person = write.into.scope == Scope::Person;
    _ = write!(to.sql, "INSERT INTO {table} AS \"t0\" (\"insurer_id\", ");
    to.put(if of_person { "\"person\", " } else { "" });
    to.put("\"import_id\", \"line\"");
    for set in row {
        _ = write!(to.sql, ", \"{}\"", set.column);
    }
    to.put(") SELECT CAST($1 AS TEXT), ");
    if of_person {
        person(to);
        to.put(", ");
    }
    to.put("0, 0");
    for set in row {
        to.put(", ");
        to.value(&set.to);
    }
    to.put(" WHERE ");
    if of_person {
        _ = write!(
            to.sql,
            "((SELECT COUNT(*) FROM {table} WHERE \"insurer_id\" = $1 AND \"person\" = "
        );
        person(to);
        _ = write!(to.sql, ") < {most}");
        // Who has all that they may have can still change one of them.
        if let (Conflict::Nothing | Conflict::Update(_), Some(key)) = (conflict, &write.key) {
            _ = write!(
                to.sql,
                " OR EXISTS (SELECT 1 FROM {table} WHERE \"insurer_id\" = $1 AND \"person\" = "
            );
            person(to);
            for column in key {
                _ = write!(to.sql, " AND \"{column}\" = ");
                if let Some(set) = row.iter().find(|set| set.column == *column) {
                    to.expr(&set.to);
                }
            }
            to.put(")");
        }
        to.put(")");
    } else {
        to.put("TRUE");
    }
    if *conflict == Conflict::Fails {
        return;
    }
    to.put(" ON CONFLICT (\"insurer_id\"");
    to.put(if of_person { ", \"person\"" } else { "" });
    for column in write.key.iter().flatten() {
        _ = write!(to.sql, ", \"{column}\"");
    }
    match conflict {
        Conflict::Update(set) => {
            to.put(") DO UPDATE SET ");
            sets(to, set);
            // The key names insurer and person: the row is theirs.
        }
        Conflict::Nothing | Conflict::Fails => to.put(") DO NOTHING"),
    }
}

/// Whose the new row is: the one person for whom the statement runs.
fn person(to: &mut Printer<'_>) {
    to.put("CAST(");
    to.bind(Bind::Person(0));
    to.put(" AS TEXT)");
}

fn sets(to: &mut Printer<'_>, sets: &[Set]) {
    to.list(sets, |to, _, set| {
        _ = write!(to.sql, "\"{}\" = ", set.column);
        to.value(&set.to);
    });
}

fn those(to: &mut Printer<'_>, filter: Option<&Expr>) {
    to.put(" WHERE ");
    to.seen(0);
    if let Some(filter) = filter {
        to.put(" AND ");
        to.expr(filter);
    }
}

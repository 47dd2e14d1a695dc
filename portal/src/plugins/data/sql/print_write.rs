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
    to.put(" WHERE ((");
    count(to, write);
    _ = write!(to.sql, ") < {most}");
    // Who has all that they may have can still change one of them.
    if *conflict != Conflict::Fails {
        to.put(" OR EXISTS (SELECT 1");
        keyed(to, write, row);
        to.put(")");
    }
    to.put(")");
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

/// What was written under a card of the person, before they had a name of their own, becomes theirs: a key is of a
/// person, by whichever name. `None` for what has no key, and for who has no cards.
pub fn become_theirs(write: &Write, engine: Engine, whose: Whose) -> Option<Printed> {
    let cards = match &whose {
        Whose::These { cards, .. } if !cards.is_empty() => cards.len(),
        _ => return None,
    };
    let keyed = write.into.scope == Scope::Person && matches!(write.change, Change::Insert { .. });
    let key = write.key.as_ref().filter(|_| keyed)?;
    let sources = std::slice::from_ref(&write.into);
    let mut to = Printer::new(engine, &write.params, sources, whose);
    let table = &write.into.table;
    _ = write!(to.sql, "UPDATE \"{table}\" AS \"t0\" SET \"person\" = ");
    person(&mut to);
    to.put(" WHERE \"t0\".\"insurer_id\" = $1 AND \"t0\".\"person\" IN (");
    for card in 0..cards {
        to.put(if card > 0 { ", " } else { "" });
        to.bind(Bind::Card(card));
    }
    to.put(") AND \"t0\".\"person\" <> ");
    person(&mut to);
    _ = write!(
        to.sql,
        " AND NOT EXISTS (SELECT 1 FROM \"{table}\" AS \"o\" WHERE \"o\".\"insurer_id\" = $1 AND \"o\".\"person\" = "
    );
    person(&mut to);
    same_key(&mut to, key);
    // Two cards may have the same key: one of them becomes theirs.
    _ = write!(
        to.sql,
        ") AND NOT EXISTS (SELECT 1 FROM \"{table}\" AS \"o\" WHERE \"o\".\"insurer_id\" = $1 AND \"o\".\"person\" < \"t0\".\"person\" AND \"o\".\"person\" IN ("
    );
    for card in 0..cards {
        to.put(if card > 0 { ", " } else { "" });
        to.bind(Bind::Card(card));
    }
    to.put(")");
    same_key(&mut to, key);
    to.put(")");
    Some(Printed { sql: to.sql, binds: to.binds })
}

fn same_key(to: &mut Printer<'_>, key: &[String]) {
    for column in key {
        _ = write!(to.sql, " AND \"o\".\"{column}\" = \"t0\".\"{column}\"");
    }
}

/// Whether the row of a key is there; `None` for what does not pass over one that is.
pub fn there(write: &Write, engine: Engine, whose: Whose) -> Option<Printed> {
    let Change::Insert { row, conflict: Conflict::Nothing } = &write.change else { return None };
    let sources = std::slice::from_ref(&write.into);
    let mut to = Printer::new(engine, &write.params, sources, whose);
    to.put("SELECT COUNT(*) AS \"n\"");
    keyed(&mut to, write, row);
    Some(Printed { sql: to.sql, binds: to.binds })
}

/// The row with the key of the new one.
fn keyed(to: &mut Printer<'_>, write: &Write, row: &[Set]) {
    theirs(to, write);
    for column in write.key.iter().flatten() {
        _ = write!(to.sql, " AND \"{column}\" = ");
        if let Some(set) = row.iter().find(|set| set.column == *column) {
            to.expr(&set.to);
        }
    }
}

fn count(to: &mut Printer<'_>, write: &Write) {
    to.put("SELECT COUNT(*) AS \"n\"");
    theirs(to, write);
}

/// The rows of the person, or of the insurer.
fn theirs(to: &mut Printer<'_>, write: &Write) {
    _ = write!(to.sql, " FROM \"{}\" WHERE \"insurer_id\" = $1", write.into.table);
    if write.into.scope == Scope::Person {
        to.put(" AND \"person\" = ");
        person(to);
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

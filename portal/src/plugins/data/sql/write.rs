//! Statements that write: one row in, or rows of one table changed or taken away. Read into a closed
//! tree with types, as queries are; whose rows they are is printed, never written.

use super::check::{Checker, Schema};
use super::syntax::{self, Op};
use super::tree::{Change, Conflict, Expr, Function, Join, Node, Set, Write};
use crate::plugins::data::tables::{HOSTS, Table};
use std::collections::BTreeSet;

/// Reads a statement and checks it against the plugin's tables.
///
/// # Errors
/// The line, what is wrong there, and what to write.
pub fn check(text: &str, schema: &Schema<'_>) -> Result<Write, String> {
    let written = syntax::read_write(text)?;
    let mut checker = Checker::new(schema);
    let into = checker.source(&written.table, Join::First)?;
    let line = written.table.line;
    if into.imported {
        return Err(format!(
            "line {line}: {} is filled by an importer; keep what members write in a table of its own",
            into.table
        ));
    }
    let table = &schema.tables.table[&into.table];
    let change = match &written.change {
        syntax::Change::Insert { row, conflict } => {
            insert(&mut checker, table, row, conflict, line)?
        }
        syntax::Change::Update { set, filter } => Change::Update {
            set: sets(&mut checker, table, set)?,
            filter: condition(&mut checker, filter.as_ref())?,
        },
        syntax::Change::Delete { filter } => {
            Change::Delete { filter: condition(&mut checker, filter.as_ref())? }
        }
    };
    let exprs = exprs(&change);
    let mut class = checker.class_of(exprs);
    for column in columns(&change) {
        class = class.max(table.columns[column].class.unwrap_or(class));
    }
    let params = checker.params()?;
    Ok(Write { into, key: table.key.clone(), change, params, class })
}

fn insert(
    checker: &mut Checker<'_>,
    table: &Table,
    row: &[syntax::Set],
    conflict: &syntax::Conflict,
    line: usize,
) -> Result<Change, String> {
    let row = assigned(checker, table, row)?;
    if let Some(set) = row.iter().find(|set| names_column(&set.to)) {
        return Err(format!("line {line}: {}: a new row has no columns to read", set.column));
    }
    let given: BTreeSet<&str> = row.iter().map(|set| set.column.as_str()).collect();
    let missing = table
        .columns
        .iter()
        .find(|(name, column)| !column.optional && !given.contains(name.as_str()));
    if let Some((name, _)) = missing {
        return Err(format!("line {line}: {name} must have a value; it is not optional"));
    }
    let keyed = table.key.is_some();
    let conflict = match conflict {
        syntax::Conflict::Fails => Conflict::Fails,
        _ if !keyed => {
            return Err(format!("line {line}: ON CONFLICT needs key = [\"…\"] in tables.toml"));
        }
        syntax::Conflict::Nothing => Conflict::Nothing,
        syntax::Conflict::Update(set) => Conflict::Update(sets(checker, table, set)?),
    };
    Ok(Change::Insert { row, conflict })
}

/// Columns and what they become; those of the key stay.
fn sets(
    checker: &mut Checker<'_>,
    table: &Table,
    written: &[syntax::Set],
) -> Result<Vec<Set>, String> {
    for set in written {
        if table.key.as_ref().is_some_and(|key| key.contains(&set.column)) {
            let line = set.to.line;
            return Err(format!("line {line}: {} is of the key: DELETE and INSERT", set.column));
        }
    }
    assigned(checker, table, written)
}

fn assigned(
    checker: &mut Checker<'_>,
    table: &Table,
    written: &[syntax::Set],
) -> Result<Vec<Set>, String> {
    let mut found: Vec<Set> = Vec::new();
    for set in written {
        let (line, column) = (set.to.line, &set.column);
        if HOSTS.contains(&column.as_str()) {
            return Err(format!("line {line}: {column}: the host writes it itself; remove it"));
        }
        let declared = table
            .columns
            .get(column)
            .ok_or_else(|| format!("line {line}: {column} is no column of this table"))?;
        if found.iter().any(|known| known.column == *column) {
            return Err(format!("line {line}: {column} stands twice"));
        }
        let to = checker.assigned(&set.to, &declared.kind())?;
        if to.any(&|part| matches!(part.node, Node::Binary(Op::Concatenate, ..))) {
            return Err(format!("line {line}: ||: put texts together in the handler"));
        }
        if !declared.optional && !certain(&to, table) {
            return Err(format!(
                "line {line}: {column} must have a value; it is not optional: COALESCE(…, …)"
            ));
        }
        found.push(Set { column: column.clone(), to });
    }
    Ok(found)
}

fn condition(
    checker: &mut Checker<'_>,
    filter: Option<&syntax::Expr>,
) -> Result<Option<Expr>, String> {
    filter.map(|expr| checker.condition(expr, "WHERE")).transpose()
}

fn names_column(expr: &Expr) -> bool {
    expr.any(&|part| matches!(part.node, Node::Column { .. }))
}

/// Whether an expression has a value, when its parameters do.
fn certain(expr: &Expr, table: &Table) -> bool {
    match &expr.node {
        Node::Null | Node::Binary(Op::Divide, ..) | Node::Case { otherwise: None, .. } => false,
        Node::Column { column, .. } => table.columns.get(column).is_none_or(|c| !c.optional),
        Node::IsNull(_) => true,
        Node::Call(Function::Coalesce, args) => args.iter().any(|arg| certain(arg, table)),
        _ => expr.parts().into_iter().all(|part| certain(part, table)),
    }
}

impl Write {
    /// Each parameter without which a column would have no value that must have one.
    pub fn needed(&self, table: &Table) -> BTreeSet<String> {
        let mut needed = BTreeSet::new();
        let sets = set_all(&self.change).into_iter();
        let mut left: Vec<&Expr> =
            sets.filter(|set| !table.columns[&set.column].optional).map(|set| &set.to).collect();
        while let Some(expr) = left.pop() {
            match &expr.node {
                Node::Param(name) => drop(needed.insert(name.clone())),
                Node::IsNull(_) => {}
                // A later one has a value, when it is needed.
                Node::Call(Function::Coalesce, args) => {
                    let others = args.iter().filter(|arg| !matches!(arg.node, Node::Param(_)));
                    if !others.clone().any(|arg| certain(arg, table)) {
                        left.extend(args);
                    }
                }
                _ => left.extend(expr.parts()),
            }
        }
        needed
    }
}

fn set_all(change: &Change) -> Vec<&Set> {
    match change {
        Change::Insert { row, conflict: Conflict::Update(set) } => row.iter().chain(set).collect(),
        Change::Insert { row: set, .. } | Change::Update { set, .. } => set.iter().collect(),
        Change::Delete { .. } => Vec::new(),
    }
}

fn columns(change: &Change) -> Vec<&str> {
    set_all(change).into_iter().map(|set| set.column.as_str()).collect()
}

fn exprs(change: &Change) -> Vec<&Expr> {
    let filter = match change {
        Change::Update { filter, .. } | Change::Delete { filter } => filter.as_ref(),
        Change::Insert { .. } => None,
    };
    set_all(change).into_iter().map(|set| &set.to).chain(filter).collect()
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::plugins::data::class::DataClass;
    use crate::plugins::data::sql::check::Schema;
    use crate::plugins::data::tables::Tables;

    const TABLES: &str = "schema = \"musubi-tables/1\"\n[table.notes]\nscope = \"person\"\n\
        class = \"pii\"\nkey = [\"id\"]\ncolumns.id = { type = \"text\" }\n\
        columns.day = { type = \"day\" }\ncolumns.n = { type = \"int\", optional = true }\n\
        columns.how = { type = \"text\", optional = true, class = \"medical\" }\n\
        [table.plain]\nscope = \"insurer\"\nclass = \"none\"\ncolumns.a = { type = \"text\" }\n\
        [table.files]\nscope = \"person\"\nclass = \"pii\"\ncolumns.a = { type = \"text\" }\n";

    #[test]
    fn a_statement_is_one_rows_or_one_tables_and_says_what_is_wrong() {
        let tables = Tables::parse(TABLES).unwrap();
        let imported = ["files".to_owned()].into();
        let schema = Schema { tables: &tables, imported: &imported };
        for (good, class) in [
            ("INSERT INTO notes (id, day) VALUES ($id, TODAY())", DataClass::Pii),
            ("INSERT INTO notes (id, day, how) VALUES ($id, $day, $how)", DataClass::Medical),
            (
                "INSERT INTO notes (id, day, n) VALUES ($id, $day, 1)\n\
                 ON CONFLICT DO UPDATE SET n = COALESCE(n, 0) + 1, day = $day",
                DataClass::Pii,
            ),
            ("INSERT INTO notes (id, day) VALUES ('x', $d) ON CONFLICT DO NOTHING", DataClass::Pii),
            ("UPDATE notes SET n = n - $n WHERE id = $id AND n >= $n;", DataClass::Pii),
            ("UPDATE notes SET n = 1 WHERE how = 'x'", DataClass::Medical),
            ("UPDATE notes AS x SET n = NULL WHERE x.id = $id", DataClass::Pii),
            ("DELETE FROM notes WHERE id = $id", DataClass::Pii),
            ("DELETE FROM plain", DataClass::None),
        ] {
            let write = check(good, &schema).unwrap_or_else(|why| panic!("{good}: {why}"));
            assert_eq!(write.class, class, "{good}");
        }
        for (bad, word) in [
            ("SELECT id FROM notes", "queries/"),
            ("INSERT INTO notes (id) VALUES ($id)", "day must have a value"),
            ("INSERT INTO notes (id, day) VALUES ($id)", "1 values for 2 columns"),
            ("INSERT INTO notes (id, day) VALUES ($id, 5)", "int stands where day"),
            ("INSERT INTO notes (id, day) VALUES ($id, NULL)", "not optional"),
            ("INSERT INTO notes (id, day) VALUES (id, $day)", "no columns to read"),
            ("INSERT INTO notes (id, day) SELECT id, day FROM notes", "one row"),
            ("INSERT INTO notes (id, day) VALUES ($i, $d), ($j, $e)", ", stands where"),
            ("INSERT INTO notes (id, day, person) VALUES ($i, $d, $p)", "the host writes it"),
            ("INSERT INTO notes (id, day, insurer_id) VALUES ($i, $d, 'x')", "the host writes it"),
            ("INSERT INTO notes (id, day, id) VALUES ($i, $d, $i)", "stands twice"),
            ("INSERT INTO notes (id, gone) VALUES ($i, $d)", "gone is no column"),
            ("INSERT INTO gone (id) VALUES ($i)", "gone is no table"),
            ("INSERT INTO musubi_imports (live) VALUES (TRUE)", "is no table"),
            ("INSERT INTO files (a) VALUES ($i)", "filled by an importer"),
            ("UPDATE files SET a = 'x'", "filled by an importer"),
            ("INSERT INTO plain (a) VALUES ('x') ON CONFLICT DO NOTHING", "needs key"),
            (
                "INSERT INTO notes (id, day) VALUES ('x', $d) ON CONFLICT (id) DO NOTHING",
                "remove it",
            ),
            ("UPDATE notes SET id = 'x'", "of the key"),
            ("UPDATE notes SET person = 'x'", "the host writes it"),
            ("UPDATE notes SET n = SUM(n)", "no aggregate"),
            ("UPDATE notes SET how = how || how", "in the handler"),
            ("UPDATE notes SET day = CASE WHEN n = 1 THEN TODAY() END", "COALESCE"),
            ("UPDATE notes SET n = 1 FROM plain", "FROM stands where the end"),
            ("UPDATE notes SET n = (SELECT n FROM notes)", "inside queries"),
            ("UPDATE notes SET n = 1 WHERE insurer_id = 'x'", "the host adds it"),
            ("DELETE FROM notes USING plain", "USING stands where the end"),
            ("DELETE FROM notes RETURNING id", "RETURNING stands where the end"),
            ("DELETE FROM notes; DELETE FROM plain", "a file is one"),
            ("DELETE notes", "where FROM"),
            ("DROP TABLE notes", "DROP stands where INSERT"),
            ("UPDATE notes SET n = 1 WHERE id = $m + 1", "stands where text"),
        ] {
            let why = check(bad, &schema).unwrap_err();
            assert!(why.contains(word), "{bad}: {why}");
        }
    }
}

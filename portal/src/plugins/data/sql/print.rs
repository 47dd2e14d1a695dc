//! The statement for an engine. Whose rows it may see is printed beside every table, before
//! anything of the author's: the tree has no place for it, so no query can leave it out.

use super::syntax::Op;
use super::tree::{Aggregate, Count, Expr, Function, Hidden, Join, Node, Select, Source};
use crate::plugins::data::tables::{Kind, Scope, Stored};
use db::Engine;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// The most rows that a query returns; one more is asked for, to see that there are more.
pub const MOST_ROWS: i64 = 20_000;

/// A statement and what its parameters are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printed {
    pub sql: String,
    /// `$1` is the first.
    pub binds: Vec<Bind>,
}

/// What stands behind a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bind {
    Insurer,
    /// The card with this number among those of the persons whose rows may be seen.
    Card(usize),
    /// The person with this number among them.
    Person(usize),
    Today,
    Now,
    Param(String),
    /// The parameter as a number of rows.
    Rows(String),
}

/// Whose rows of persons there are for a call.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Whose {
    These {
        people: usize,
        /// For each of their cards whose it is.
        cards: Vec<usize>,
        /// Who asks, when it is one of them.
        own: Option<usize>,
        /// Those of the household who may keep something from who asks.
        others: Vec<usize>,
    },
    /// Every person's of the insurer: for its jobs.
    Everybodys,
}

/// Prints `select` for an engine.
pub fn print(select: &Select, engine: Engine, whose: Whose) -> Printed {
    let mut printer = Printer::new(engine, &select.params, &select.sources, whose);
    printer.select(select);
    Printed { sql: printer.sql, binds: printer.binds }
}

/// Puts a statement together.
pub(super) struct Printer<'s> {
    pub(super) engine: Engine,
    params: &'s BTreeMap<String, Kind>,
    sources: &'s [Source],
    pub(super) sql: String,
    pub(super) binds: Vec<Bind>,
    whose: Whose,
}

impl<'s> Printer<'s> {
    pub(super) fn new(
        engine: Engine,
        params: &'s BTreeMap<String, Kind>,
        sources: &'s [Source],
        whose: Whose,
    ) -> Self {
        Self { engine, params, sources, sql: String::new(), binds: vec![Bind::Insurer], whose }
    }

    pub(super) fn put(&mut self, text: &str) {
        self.sql.push_str(text);
    }

    pub(super) fn bind(&mut self, bind: Bind) {
        let at = match self.binds.iter().position(|known| *known == bind) {
            Some(at) => at,
            None => {
                self.binds.push(bind);
                self.binds.len() - 1
            }
        };
        // Writing into a String does not fail.
        _ = write!(self.sql, "${}", at + 1);
    }

    pub(super) fn list<T>(&mut self, things: &[T], one: impl Fn(&mut Self, usize, &T)) {
        for (at, thing) in things.iter().enumerate() {
            if at > 0 {
                self.put(", ");
            }
            one(self, at, thing);
        }
    }

    fn select(&mut self, select: &Select) {
        self.put(if select.distinct { "SELECT DISTINCT " } else { "SELECT " });
        self.list(&select.columns, |printer, at, column| {
            printer.output(&column.expr);
            _ = write!(printer.sql, " AS \"c{at}\"");
        });
        for (at, source) in select.sources.iter().enumerate() {
            self.put(match &source.join {
                Join::First => " FROM ",
                Join::Inner(_) => " JOIN ",
                Join::Left(_) => " LEFT JOIN ",
            });
            _ = write!(self.sql, "\"{}\" AS \"t{at}\"", source.table);
            if let Join::Inner(on) | Join::Left(on) = &source.join {
                self.put(" ON ");
                self.seen(at);
                self.put(" AND ");
                self.expr(on);
            }
        }
        self.put(" WHERE ");
        self.seen(0);
        if let Some(filter) = &select.filter {
            self.put(" AND ");
            self.expr(filter);
        }
        if !select.group.is_empty() {
            self.put(" GROUP BY ");
            self.list(&select.group, |printer, _, expr| printer.expr(expr));
        }
        if let Some(having) = &select.having {
            self.put(" HAVING ");
            self.expr(having);
        }
        if !select.order.is_empty() {
            self.put(" ORDER BY ");
            self.list(&select.order, |printer, _, order| {
                let selected = select.columns.iter().position(|column| column.expr == order.expr);
                match selected {
                    Some(at) => _ = write!(printer.sql, "\"c{at}\""),
                    None => printer.expr(&order.expr),
                }
                // The engines disagree about where what has no value stands.
                printer.put(if order.descending { " DESC NULLS LAST" } else { " NULLS LAST" });
            });
        }
        self.put(" LIMIT ");
        match &select.limit {
            None => _ = write!(self.sql, "{}", MOST_ROWS + 1),
            Some(Count::Number(number)) => {
                _ = write!(self.sql, "{}", (*number).clamp(0, MOST_ROWS + 1));
            }
            Some(Count::Param(name)) => self.rows(name),
        }
        match &select.offset {
            None => {}
            Some(Count::Number(number)) => _ = write!(self.sql, " OFFSET {}", (*number).max(0)),
            Some(Count::Param(name)) => {
                self.put(" OFFSET ");
                self.rows(name);
            }
        }
    }

    /// A parameter that says how many rows.
    fn rows(&mut self, name: &str) {
        self.typed(Stored::BigInt, |printer| printer.bind(Bind::Rows(name.to_owned())));
    }

    /// Which rows of a table exist for this call.
    pub(super) fn seen(&mut self, at: usize) {
        let source = &self.sources[at];
        _ = write!(self.sql, "\"t{at}\".\"insurer_id\" = $1");
        let who = (source.scope == Scope::Person).then(|| self.names(source)).flatten();
        if let Some(names) = who {
            _ = write!(self.sql, " AND \"t{at}\".\"person\" IN (");
            if names.is_empty() {
                self.put("NULL");
            }
            self.list(&names, |printer, _, (name, _)| printer.bind(name.clone()));
            self.put(")");
        }
        for hidden in source.hidden.iter().filter(|hidden| hidden.columns.is_empty()) {
            if self.others(at).is_some() {
                self.put(" AND NOT ");
                self.hidden(at, hidden);
            }
        }
        if source.imported {
            // `+`: SQLite is to find rows by person, not by import.
            let plus = if self.engine == Engine::Sqlite { "+" } else { "" };
            _ = write!(
                self.sql,
                " AND {plus}\"t{at}\".\"import_id\" IN (SELECT \"import_id\" FROM \
                 \"musubi_imports\" WHERE \"insurer_id\" = $1 AND \"live\")"
            );
        }
    }

    /// Under which names the rows of a table stand that are seen, and whose each is; `None` for everybody's.
    /// What came in files is a card's; what was written here a person's, or a card's when a job wrote it for a row
    /// of a file. What somebody hides only they see.
    fn names(&self, source: &Source) -> Option<Vec<(Bind, usize)>> {
        let Whose::These { people, cards, own, .. } = &self.whose else {
            return source.hides.then(Vec::new);
        };
        let of_people = (0..*people).filter(|_| !source.imported).map(|at| (Bind::Person(at), at));
        let of_cards = cards.iter().enumerate().map(|(card, at)| (Bind::Card(card), *at));
        let seen = |(_, at): &(Bind, usize)| !source.hides || *own == Some(*at);
        Some(of_people.chain(of_cards).filter(seen).collect())
    }

    /// The names under which rows of others stand, who may hide some of them; `None` when nobody may.
    fn others(&self, at: usize) -> Option<Vec<(Bind, usize)>> {
        let Whose::These { others, .. } = &self.whose else { return None };
        let names = self.names(&self.sources[at])?.into_iter();
        let names: Vec<_> = names.filter(|(_, whose)| others.contains(whose)).collect();
        (!names.is_empty()).then_some(names)
    }

    /// Whether the owner of a row, who is not the one who asks, hides it. Whether anybody hides anything is asked
    /// first, once for the whole statement: in most households nobody does.
    fn hidden(&mut self, at: usize, hidden: &Hidden) {
        let others = self.others(at).unwrap_or_default();
        let persons: BTreeSet<usize> = others.iter().map(|(_, whose)| *whose).collect();
        let persons: Vec<usize> = persons.into_iter().collect();
        let from = format!(
            "EXISTS (SELECT 1 FROM \"{}\" AS \"h\" WHERE \"h\".\"insurer_id\" = $1 AND \"h\".\"person\"",
            hidden.by
        );
        _ = write!(self.sql, "({from} IN (");
        self.list(&persons, |printer, _, whose| printer.bind(Bind::Person(*whose)));
        _ = write!(self.sql, ")) AND {from} = CAST(CASE \"t{at}\".\"person\"");
        for (name, whose) in others {
            self.put(" WHEN ");
            self.bind(name);
            self.put(" THEN ");
            self.bind(Bind::Person(whose));
        }
        self.put(" END AS TEXT)");
        for (column, optional) in &hidden.on {
            _ = match optional {
                true => write!(
                    self.sql,
                    " AND \"h\".\"{column}\" = COALESCE(\"t{at}\".\"{column}\", '')"
                ),
                false => {
                    write!(self.sql, " AND \"h\".\"{column}\" = \"t{at}\".\"{column}\"")
                }
            };
        }
        self.put("))");
    }

    /// A column, where nobody hides it.
    fn column(&mut self, at: usize, column: &str) {
        let sources = self.sources;
        let masks = |hidden: &&Hidden| hidden.columns.iter().any(|one| one == column);
        let mut hidden = sources[at].hidden.iter().filter(masks).peekable();
        if hidden.peek().is_none() || self.others(at).is_none() {
            _ = write!(self.sql, "\"t{at}\".\"{column}\"");
            return;
        }
        self.put("(CASE");
        for hidden in hidden {
            self.put(" WHEN ");
            self.hidden(at, hidden);
            self.put(" THEN NULL");
        }
        _ = write!(self.sql, " ELSE \"t{at}\".\"{column}\" END)");
    }

    /// A column of the result: both engines are to make the same type of it.
    fn output(&mut self, expr: &Expr) {
        if matches!(expr.node, Node::Column { .. }) && expr.kind != Kind::Person {
            return self.expr(expr);
        }
        self.value(expr);
    }

    /// A value of a type that both engines agree on.
    pub(super) fn value(&mut self, expr: &Expr) {
        self.put("CAST(");
        self.expr(expr);
        self.put(self.as_stored(expr.kind.stored()));
    }

    fn as_stored(&self, stored: Stored) -> &'static str {
        match stored {
            Stored::Text => " AS TEXT)",
            Stored::BigInt => " AS BIGINT)",
            Stored::Boolean => " AS BOOLEAN)",
        }
    }

    pub(super) fn expr(&mut self, expr: &Expr) {
        match &expr.node {
            Node::Column { source, .. } if expr.kind == Kind::Person => self.person(*source),
            Node::Column { source, column } => self.column(*source, column),
            Node::Param(name) => {
                let stored = self.params.get(name).unwrap_or(&expr.kind).stored();
                self.typed(stored, |printer| printer.bind(Bind::Param(name.clone())));
            }
            Node::Int(number) => {
                self.typed(Stored::BigInt, |printer| _ = write!(printer.sql, "{number}"));
            }
            Node::Text(text) => self.typed(Stored::Text, |printer| printer.text(text)),
            Node::Bool(truth) => self.put(if *truth { "TRUE" } else { "FALSE" }),
            Node::Null => {
                self.put("CAST(NULL");
                self.put(self.as_stored(expr.kind.stored()));
            }
            Node::Not(inner) => self.around("(NOT ", inner, ")"),
            Node::Minus(inner) => self.around("(- ", inner, ")"),
            Node::IsNull(inner) => self.around("(", inner, " IS NULL)"),
            Node::Binary(op, left, right) => self.binary(*op, left, right),
            Node::Between(inner, low, high) => {
                self.around("(", inner, " BETWEEN ");
                self.around("", low, " AND ");
                self.around("", high, ")");
            }
            Node::In(inner, list) => {
                self.around("(", inner, " IN (");
                self.list(list, |printer, _, one| printer.expr(one));
                self.put("))");
            }
            Node::Case { branches, otherwise } => {
                self.put("(CASE");
                for (when, then) in branches {
                    self.around(" WHEN ", when, " THEN ");
                    self.expr(then);
                }
                if let Some(otherwise) = otherwise {
                    self.around(" ELSE ", otherwise, "");
                }
                self.put(" END)");
            }
            Node::Call(function, args) => self.call(*function, args),
            Node::Aggregate { function, distinct, of } => {
                self.aggregate(*function, *distinct, of.as_deref());
            }
        }
    }

    /// Whose a row is, by the person's id: rows of files stand under cards, of which one can have two.
    fn person(&mut self, at: usize) {
        let cards = match &self.whose {
            Whose::These { cards, .. } if !cards.is_empty() => cards.clone(),
            _ => {
                _ = write!(self.sql, "\"t{at}\".\"person\"");
                return;
            }
        };
        self.put("CAST(CASE");
        for (card, person) in cards.into_iter().enumerate() {
            _ = write!(self.sql, " WHEN \"t{at}\".\"person\" = ");
            self.bind(Bind::Card(card));
            self.put(" THEN ");
            self.bind(Bind::Person(person));
        }
        _ = write!(self.sql, " ELSE \"t{at}\".\"person\" END AS TEXT)");
    }

    /// PostgreSQL is told the type of what is no column: it would guess others, and keep them.
    fn typed(&mut self, stored: Stored, put: impl FnOnce(&mut Self)) {
        if self.engine == Engine::Sqlite {
            return put(self);
        }
        let (open, close) = match stored {
            Stored::Text => ("(CAST(", " COLLATE \"C\")"),
            Stored::BigInt | Stored::Boolean => ("CAST(", ""),
        };
        self.put(open);
        put(self);
        self.put(self.as_stored(stored));
        self.put(close);
    }

    fn around(&mut self, before: &str, inner: &Expr, after: &str) {
        self.put(before);
        self.expr(inner);
        self.put(after);
    }

    /// A constant: quotes are doubled, and no engine reads a backslash in it.
    fn text(&mut self, text: &str) {
        self.put("'");
        self.put(&text.replace('\'', "''"));
        self.put("'");
    }

    fn binary(&mut self, op: Op, left: &Expr, right: &Expr) {
        let sign = match op {
            Op::Or => " OR ",
            Op::And => " AND ",
            Op::Equal => " = ",
            Op::Unequal => " <> ",
            Op::Less => " < ",
            Op::LessOrEqual => " <= ",
            Op::Greater => " > ",
            Op::GreaterOrEqual => " >= ",
            Op::Concatenate => " || ",
            Op::Add => " + ",
            Op::Subtract => " - ",
            Op::Multiply => " * ",
            Op::Divide => " / ",
        };
        self.around("(", left, sign);
        match op {
            // By nothing is nothing, on both engines.
            Op::Divide => self.around("NULLIF(", right, ", 0)"),
            _ => self.expr(right),
        }
        self.put(")");
    }

    fn call(&mut self, function: Function, args: &[Expr]) {
        match (function, args) {
            (Function::Today, _) => {
                self.typed(Stored::Text, |printer| printer.bind(Bind::Today));
            }
            (Function::Now, _) => self.typed(Stored::BigInt, |printer| printer.bind(Bind::Now)),
            (Function::Year, [of]) => self.around("CAST(SUBSTR(", of, ", 1, 4) AS BIGINT)"),
            (Function::Month, [of]) => {
                self.around("REPLACE(SUBSTR(", of, ", 1, 7), '-', '')");
            }
            (Function::Contains | Function::StartsWith, [text, part]) => {
                let name = if self.engine == Engine::Sqlite { "(INSTR(" } else { "(STRPOS(" };
                self.around(name, text, ", ");
                let found = if function == Function::Contains { ") > 0)" } else { ") = 1)" };
                self.around("", part, found);
            }
            (Function::Length, [of]) => self.around("CAST(LENGTH(", of, ") AS BIGINT)"),
            (function, args) => {
                self.put(if function == Function::Abs { "ABS(" } else { "COALESCE(" });
                self.list(args, |printer, _, arg| printer.expr(arg));
                self.put(")");
            }
        }
    }

    /// PostgreSQL makes a NUMERIC of a sum: both are to be whole numbers.
    fn aggregate(&mut self, function: Aggregate, distinct: bool, of: Option<&Expr>) {
        let Some(of) = of else { return self.put("COUNT(*)") };
        match function {
            Aggregate::Count if distinct => self.around("COUNT(DISTINCT ", of, ")"),
            Aggregate::Count => self.around("COUNT(", of, ")"),
            Aggregate::Sum => self.around("CAST(SUM(", of, ") AS BIGINT)"),
            Aggregate::Avg => self.around("CAST(ROUND(AVG(", of, ")) AS BIGINT)"),
            Aggregate::Min => self.around("MIN(", of, ")"),
            Aggregate::Max => self.around("MAX(", of, ")"),
        }
    }
}

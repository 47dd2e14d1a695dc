//! A plain model of the language: rows in memory, every query worked out by loops, and the scope
//! taken first of all, by leaving out what is not the caller's. And a generator of queries.

use portal::plugins::data::sql::print::MOST_ROWS;
use portal::plugins::data::sql::syntax::Op;
use portal::plugins::data::sql::tree::{Aggregate, Count, Expr, Function, Join, Node, Select};
use portal::plugins::data::tables::{Kind, Scope};
use serde_json::{Map, Value as Json, json};
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// A value of a row. A value that is not there knows what it would be.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    Text(String),
    Int(i64),
    Bool(bool),
    Null(Box<Cell>),
}

impl Cell {
    /// As the database takes it.
    pub fn bound(&self) -> db::Value {
        match self {
            Cell::Text(text) => text.as_str().into(),
            Cell::Int(number) => (*number).into(),
            Cell::Bool(truth) => (*truth).into(),
            Cell::Null(of) => match **of {
                Cell::Text(_) | Cell::Null(_) => db::Value::Text(None),
                Cell::Int(_) => db::Value::Int(None),
                Cell::Bool(_) => db::Value::Bool(None),
            },
        }
    }
}

/// A value in a query: `None` is no value.
type Worth = Option<Plain>;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Plain {
    Text(String),
    Int(i64),
    Bool(bool),
}

type Row = Vec<(&'static str, Cell)>;

/// Everybody's rows.
#[derive(Default)]
pub struct Model {
    rows: BTreeMap<&'static str, BTreeMap<&'static str, Vec<Row>>>,
}

impl Model {
    /// Makes rows of an insurer; the other's are different, so that one row too many is seen.
    pub fn fill(&mut self, insurer: &'static str, persons: &[&'static str]) {
        let of = if insurer == "minato" { 1 } else { 1000 };
        let mut random = Random(of as u64 * 77 + 5);
        let text = |text: &str| Cell::Text(text.to_owned());
        let none = |cell: Cell, random: &mut Random| match random.below(3) {
            0 => Cell::Null(Box::new(cell)),
            _ => cell,
        };
        let (mut fees, mut items, mut choices) = (Vec::new(), Vec::new(), Vec::new());
        for person in persons {
            for _ in 0..5 {
                let days = Cell::Int(random.below(4) as i64);
                let note = text(["", "it's", "港", "A"][random.below(4)]);
                fees.push(vec![
                    ("person", text(person)),
                    ("month", text(["202601", "202602", "202512"][random.below(3)])),
                    ("kind", text(["in", "out"][random.below(2)])),
                    ("total", Cell::Int(of * (random.below(5) as i64 - 1))),
                    ("days", none(days, &mut random)),
                    ("note", none(note, &mut random)),
                    ("paid", Cell::Bool(random.below(2) == 0)),
                ]);
            }
            choices.push(vec![
                ("person", text(person)),
                ("day", text(["2026-04-01", "2026-01-31"][random.below(2)])),
                ("word", text(["A", "港"][random.below(2)])),
            ]);
        }
        for _ in 0..4 {
            let rate = Cell::Int(of + random.below(30) as i64);
            items.push(vec![
                ("month", text(["202601", "202602"][random.below(2)])),
                ("title", text(&format!("{} {}", ["A", "b", "港"][random.below(3)], of))),
                ("rate", none(rate, &mut random)),
            ]);
        }
        self.rows.insert(insurer, [("fees", fees), ("items", items), ("choices", choices)].into());
    }

    /// An insurer's rows by table.
    pub fn of(&self, insurer: &str) -> impl Iterator<Item = (&'static str, &Vec<Row>)> {
        self.rows[insurer].iter().map(|(table, rows)| (*table, rows))
    }

    /// The same without what is hidden: asked of each row by its person, and of each of its columns.
    pub fn without(
        &self,
        insurer: &'static str,
        hidden: impl Fn(&str, &dyn Fn(&str) -> Option<String>, Option<&str>) -> bool,
    ) -> Self {
        let mut rows = self.rows[insurer].clone();
        let seen = |row: &Row| {
            let value = |name: &str| match &row.iter().find(|(known, _)| *known == name)?.1 {
                Cell::Text(text) => Some(text.clone()),
                _ => None,
            };
            let person = value("person").unwrap_or_default();
            if hidden(&person, &value, None) {
                return None;
            }
            let cell = |(name, cell): &(&'static str, Cell)| match (cell, *name) {
                (Cell::Null(_), _) => (*name, cell.clone()),
                (_, name) if hidden(&person, &value, Some(name)) => {
                    (name, Cell::Null(Box::new(cell.clone())))
                }
                (_, name) => (name, cell.clone()),
            };
            Some(row.iter().map(cell).collect())
        };
        if let Some(fees) = rows.get_mut("fees") {
            *fees = fees.iter().filter_map(seen).collect();
        }
        Self { rows: [(insurer, rows)].into() }
    }

    /// What a query gives for an insurer and these persons.
    pub fn run(
        &self,
        select: &Select,
        insurer: &str,
        persons: &[&str],
        params: &Map<String, Json>,
    ) -> Vec<Json> {
        let seen = |table: &str, scope: Scope| -> Vec<&Row> {
            let rows = self.rows[insurer][table].iter();
            let own = |row: &&Row| {
                scope == Scope::Insurer
                    || matches!(&row[0], ("person", Cell::Text(id)) if persons.contains(&id.as_str()))
            };
            rows.filter(own).collect()
        };
        // Each combination of rows; `None` is where a left join found nothing.
        let mut found: Vec<Vec<Option<&Row>>> = vec![Vec::new()];
        for source in &select.sources {
            let rows = seen(&source.table, source.scope);
            let mut next = Vec::new();
            for before in &found {
                let mut any = false;
                for row in &rows {
                    let mut with = before.clone();
                    with.push(Some(row));
                    let joins = match &source.join {
                        Join::First => true,
                        Join::Inner(on) | Join::Left(on) => {
                            truth(&worth(on, &[with.clone()], params))
                        }
                    };
                    if joins {
                        any = true;
                        next.push(with);
                    }
                }
                if !any && matches!(source.join, Join::Left(_)) {
                    let mut with = before.clone();
                    with.push(None);
                    next.push(with);
                }
            }
            found = next;
        }
        if let Some(filter) = &select.filter {
            found.retain(|row| truth(&worth(filter, std::slice::from_ref(row), params)));
        }
        let mut groups = grouped(select, found, params);
        if let Some(having) = &select.having {
            groups.retain(|group| truth(&worth(having, group, params)));
        }
        let mut rows: Vec<(Vec<Worth>, Vec<Worth>)> = Vec::new();
        for group in &groups {
            let outputs = select.columns.iter().map(|column| worth(&column.expr, group, params));
            let orders = select.order.iter().map(|order| worth(&order.expr, group, params));
            rows.push((outputs.collect(), orders.collect()));
        }
        if select.distinct {
            rows.sort();
            rows.dedup_by(|a, b| a.0 == b.0);
        }
        rows.sort_by(|a, b| {
            let keys = a.1.iter().zip(&b.1).zip(&select.order);
            let compared = keys.map(|((a, b), order)| match (a, b) {
                (None, None) => Ordering::Equal,
                (None, Some(_)) => Ordering::Greater,
                (Some(_), None) => Ordering::Less,
                (Some(a), Some(b)) if order.descending => b.cmp(a),
                (Some(a), Some(b)) => a.cmp(b),
            });
            compared.fold(Ordering::Equal, Ordering::then)
        });
        let count = |count: &Option<Count>, none: i64| match count {
            None => none,
            Some(Count::Number(number)) => *number,
            Some(Count::Param(name)) => params[name].as_i64().expect("as it was made"),
        };
        let offset = count(&select.offset, 0).max(0) as usize;
        let limit = count(&select.limit, MOST_ROWS).clamp(0, MOST_ROWS) as usize;
        let shown = rows.into_iter().skip(offset).take(limit);
        shown.map(|(row, _)| shown_row(select, row)).collect()
    }
}

fn shown_row(select: &Select, row: Vec<Worth>) -> Json {
    let cells = select.columns.iter().zip(row).map(|(column, worth)| {
        let value = match (worth, &column.expr.kind) {
            (None, _) => Json::Null,
            (Some(Plain::Int(number)), Kind::Decimal(1)) => {
                let sign = if number < 0 { "-" } else { "" };
                json!(format!("{sign}{}.{}", number.abs() / 10, number.abs() % 10))
            }
            (Some(Plain::Int(number)), _) => json!(number),
            (Some(Plain::Text(text)), _) => json!(text),
            (Some(Plain::Bool(truth)), _) => json!(truth),
        };
        (column.name.clone(), value)
    });
    Json::Object(cells.collect())
}

type Group<'r> = Vec<Vec<Option<&'r Row>>>;

fn grouped<'r>(select: &Select, found: Group<'r>, params: &Map<String, Json>) -> Vec<Group<'r>> {
    let outputs = select.columns.iter().map(|column| &column.expr);
    let orders = select.order.iter().map(|order| &order.expr);
    let aggregates = outputs
        .chain(orders)
        .chain(&select.having)
        .any(|expr| expr.any(&|part| matches!(part.node, Node::Aggregate { .. })));
    if select.group.is_empty() {
        return match aggregates {
            true => vec![found],
            false => found.into_iter().map(|row| vec![row]).collect(),
        };
    }
    let mut groups: BTreeMap<Vec<Worth>, Group<'r>> = BTreeMap::new();
    for row in found {
        let key = select.group.iter().map(|expr| worth(expr, std::slice::from_ref(&row), params));
        groups.entry(key.collect()).or_default().push(row);
    }
    groups.into_values().collect()
}

fn truth(worth: &Worth) -> bool {
    *worth == Some(Plain::Bool(true))
}

fn text(worth: Worth) -> Option<String> {
    match worth? {
        Plain::Text(text) => Some(text),
        other => panic!("{other:?} is no text"),
    }
}

fn int(worth: Worth) -> Option<i64> {
    match worth? {
        Plain::Int(number) => Some(number),
        other => panic!("{other:?} is no number"),
    }
}

/// What an expression is worth over the rows of a group; outside aggregates they are alike.
fn worth(expr: &Expr, group: &[Vec<Option<&Row>>], params: &Map<String, Json>) -> Worth {
    let at = |expr: &Expr| worth(expr, group, params);
    match &expr.node {
        Node::Column { source, column } => {
            let row = group.first()?[*source]?;
            let (_, cell) = row.iter().find(|(name, _)| name == column).expect("a column");
            match cell {
                Cell::Text(text) => Some(Plain::Text(text.clone())),
                Cell::Int(number) => Some(Plain::Int(*number)),
                Cell::Bool(truth) => Some(Plain::Bool(*truth)),
                Cell::Null(_) => None,
            }
        }
        Node::Param(name) => match &params[name] {
            Json::Null => None,
            Json::Bool(truth) => Some(Plain::Bool(*truth)),
            Json::Number(number) => number.as_i64().map(Plain::Int),
            Json::String(text) if expr.kind == Kind::Decimal(1) => {
                Some(Plain::Int(text.replace('.', "").parse().expect("as it was made")))
            }
            Json::String(text) => Some(Plain::Text(text.clone())),
            other => panic!("{other}"),
        },
        Node::Int(number) => Some(Plain::Int(*number)),
        Node::Text(text) => Some(Plain::Text(text.clone())),
        Node::Bool(truth) => Some(Plain::Bool(*truth)),
        Node::Null => None,
        Node::Not(inner) => match at(inner)? {
            Plain::Bool(truth) => Some(Plain::Bool(!truth)),
            other => panic!("{other:?}"),
        },
        Node::Minus(inner) => int(at(inner)).map(|number| Plain::Int(-number)),
        Node::Binary(op, left, right) => binary(*op, at(left), at(right)),
        Node::In(inner, list) => {
            let value = at(inner)?;
            let list: Vec<Worth> = list.iter().map(at).collect();
            if list.contains(&Some(value)) {
                return Some(Plain::Bool(true));
            }
            (!list.contains(&None)).then_some(Plain::Bool(false))
        }
        Node::Between(inner, low, high) => {
            let (from, until) = (
                binary(Op::GreaterOrEqual, at(inner), at(low)),
                binary(Op::LessOrEqual, at(inner), at(high)),
            );
            binary(Op::And, from, until)
        }
        Node::IsNull(inner) => Some(Plain::Bool(at(inner).is_none())),
        Node::Case { branches, otherwise } => {
            match branches.iter().find(|(when, _)| truth(&at(when))) {
                Some((_, then)) => at(then),
                None => otherwise.as_ref().and_then(|otherwise| at(otherwise)),
            }
        }
        Node::Call(function, args) => call(*function, args.iter().map(at).collect()),
        Node::Aggregate { function, distinct, of } => {
            let rows = group.iter().map(std::slice::from_ref);
            let Some(of) = of else { return Some(Plain::Int(group.len() as i64)) };
            let mut values: Vec<Plain> = rows.filter_map(|row| worth(of, row, params)).collect();
            if *distinct {
                values.sort();
                values.dedup();
            }
            let numbers =
                || values.iter().map(|value| int(Some(value.clone())).expect("as it was made"));
            match function {
                Aggregate::Count => Some(Plain::Int(values.len() as i64)),
                Aggregate::Min => values.iter().min().cloned(),
                Aggregate::Max => values.iter().max().cloned(),
                Aggregate::Sum => (!values.is_empty()).then(|| Plain::Int(numbers().sum())),
                Aggregate::Avg if values.is_empty() => None,
                Aggregate::Avg => {
                    let mean = numbers().sum::<i64>() as f64 / values.len() as f64;
                    Some(Plain::Int(mean.round() as i64))
                }
            }
        }
    }
}

fn binary(op: Op, left: Worth, right: Worth) -> Worth {
    let known = |worth: &Worth| match worth {
        Some(Plain::Bool(truth)) => Some(*truth),
        None => None,
        other => panic!("{other:?}"),
    };
    match op {
        Op::And | Op::Or => {
            let decides = op == Op::Or;
            let (left, right) = (known(&left), known(&right));
            if left == Some(decides) || right == Some(decides) {
                return Some(Plain::Bool(decides));
            }
            return (left.is_some() && right.is_some()).then_some(Plain::Bool(!decides));
        }
        Op::Concatenate => return Some(Plain::Text(text(left)? + &text(right)?)),
        Op::Add | Op::Subtract | Op::Multiply | Op::Divide => {
            let (left, right) = (int(left)?, int(right)?);
            return Some(Plain::Int(match op {
                Op::Add => left + right,
                Op::Subtract => left - right,
                Op::Multiply => left * right,
                _ if right == 0 => return None,
                _ => left / right,
            }));
        }
        _ => {}
    }
    let compared = left?.cmp(&right?);
    Some(Plain::Bool(match op {
        Op::Equal => compared.is_eq(),
        Op::Unequal => compared.is_ne(),
        Op::Less => compared.is_lt(),
        Op::LessOrEqual => compared.is_le(),
        Op::Greater => compared.is_gt(),
        _ => compared.is_ge(),
    }))
}

fn call(function: Function, args: Vec<Worth>) -> Worth {
    let mut args = args.into_iter();
    let mut next = || args.next().expect("an argument");
    Some(match function {
        Function::Coalesce => return args.flatten().next(),
        Function::Today => Plain::Text("2026-04-01".into()),
        Function::Now => Plain::Int(1_775_000_000),
        Function::Abs => Plain::Int(int(next())?.abs()),
        Function::Length => Plain::Int(text(next())?.chars().count() as i64),
        Function::Year => Plain::Int(text(next())?[..4].parse().expect("as it was made")),
        Function::Month => {
            let day = text(next())?;
            Plain::Text(format!("{}{}", &day[..4], &day[5..7]))
        }
        Function::Contains => Plain::Bool(text(next())?.contains(&text(next())?)),
        Function::StartsWith => Plain::Bool(text(next())?.starts_with(&text(next())?)),
    })
}

/// The same numbers in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % most as u64) as usize
    }
}

/// Writes queries of all shapes.
pub struct Generator(Random);

impl Generator {
    pub fn new(seed: u64) -> Self {
        Self(Random(seed * 7919 + 1))
    }

    fn one_of<'t>(&mut self, texts: &[&'t str]) -> &'t str {
        texts[self.0.below(texts.len())]
    }

    fn often(&mut self) -> bool {
        self.0.below(3) > 0
    }

    /// A query that may or may not have a meaning.
    pub fn query(&mut self) -> String {
        let from = self.one_of(&["fees AS a", "fees AS a", "items AS a", "choices AS a"]);
        let mut tables = vec![("a", from.split(' ').next().expect("as it was made"))];
        let mut text = from.to_owned();
        for name in ["b", "c"] {
            if self.0.below(3) > 0 {
                break;
            }
            let table = self.one_of(&["fees", "items", "choices"]);
            let join = self.one_of(&["JOIN", "LEFT JOIN", "INNER JOIN"]);
            tables.push((name, table));
            let on = self.condition(&tables, 1);
            text.push_str(&format!(" {join} {table} AS {name} ON {on}"));
        }
        if self.often() {
            text.push_str(&format!(" WHERE {}", self.condition(&tables, 2)));
        }
        let grouped = self.0.below(3) == 0;
        let (mut columns, mut groups) = (Vec::new(), Vec::new());
        for at in 0..1 + self.0.below(3) {
            let kind = self.one_of(&["int", "text", "month", "bool"]);
            let expr = match grouped && self.often() {
                true => self.aggregate(&tables),
                false => {
                    let expr = self.expr(kind, &tables, 1);
                    groups.push(expr.clone());
                    expr
                }
            };
            columns.push(format!("{expr} AS x{at}"));
        }
        let distinct = if !grouped && self.0.below(4) == 0 { "DISTINCT " } else { "" };
        let order: Vec<String> = (0..columns.len()).map(|at| format!("x{at}")).collect();
        let mut text = format!("SELECT {distinct}{} FROM {text}", columns.join(", "));
        if grouped && !groups.is_empty() {
            text.push_str(&format!(" GROUP BY {}", groups.join(", ")));
            if self.0.below(3) == 0 {
                text.push_str(&format!(" HAVING {} > 0", self.aggregate(&tables)));
            }
        }
        if self.often() {
            let signs =
                order.iter().map(|key| format!("{key} {}", self.one_of(&["", "DESC", "ASC"])));
            let signs: Vec<String> = signs.collect();
            text.push_str(&format!(" ORDER BY {}", signs.join(", ")));
            match self.0.below(4) {
                0 => text.push_str(" LIMIT 3"),
                1 => text.push_str(" LIMIT $rows OFFSET 1"),
                _ => {}
            }
        }
        text
    }

    /// Values for the parameters of a query.
    pub fn params(&mut self, select: &Select) -> Map<String, Json> {
        let value = |name: &str, kind: &Kind, random: &mut Random| match (kind, random.below(4)) {
            _ if name == "rows" => json!(2),
            (_, 0) => Json::Null,
            (Kind::Text, _) => json!(["A", "", "it's"][random.below(3)]),
            (Kind::Month, _) => json!("202601"),
            (Kind::Day, _) => json!("2026-04-01"),
            (Kind::Word(words), _) => json!(words[0]),
            (Kind::Decimal(_), _) => json!("1.5"),
            (Kind::Bool, _) => json!(true),
            _ => json!(random.below(3)),
        };
        let params = select.params.iter();
        params.map(|(name, kind)| (name.clone(), value(name, kind, &mut self.0))).collect()
    }

    fn aggregate(&mut self, tables: &[(&str, &str)]) -> String {
        match self.0.below(6) {
            0 => "COUNT(*)".to_owned(),
            1 => format!("COUNT(DISTINCT {})", self.expr("text", tables, 0)),
            2 => format!("MIN({})", self.expr("month", tables, 0)),
            3 => format!("AVG({})", self.expr("int", tables, 0)),
            4 => format!("MAX({})", self.expr("int", tables, 1)),
            _ => format!("SUM({})", self.expr("int", tables, 1)),
        }
    }

    fn condition(&mut self, tables: &[(&str, &str)], depth: usize) -> String {
        if depth == 0 {
            return self.expr("bool", tables, 0);
        }
        match self.0.below(7) {
            0 => {
                let sign = self.one_of(&["AND", "OR"]);
                let left = self.condition(tables, depth - 1);
                format!("({left} {sign} {})", self.condition(tables, depth - 1))
            }
            1 => format!("NOT {}", self.condition(tables, depth - 1)),
            2 => format!("{} IS NOT NULL", self.expr("text", tables, depth - 1)),
            3 => {
                let not = self.one_of(&["", "NOT "]);
                let kind = self.one_of(&["int", "month"]);
                let (low, high) = (self.expr(kind, tables, 0), self.expr(kind, tables, 0));
                format!("{} {not}BETWEEN {low} AND {high}", self.expr(kind, tables, 0))
            }
            4 => {
                let not = self.one_of(&["", "NOT "]);
                let kind = self.one_of(&["int", "month", "text"]);
                let (one, two) = (self.expr(kind, tables, 0), self.expr(kind, tables, 0));
                format!("{} {not}IN ({one}, {two})", self.expr(kind, tables, 0))
            }
            _ => {
                let kind = self.one_of(&["int", "text", "month"]);
                let sign = self.one_of(&["=", "<>", "<", "<=", ">", ">="]);
                let left = self.expr(kind, tables, depth - 1);
                format!("{left} {sign} {}", self.expr(kind, tables, depth - 1))
            }
        }
    }

    /// An expression of a kind: `int`, `text`, `month` or `bool`.
    fn expr(&mut self, kind: &str, tables: &[(&str, &str)], depth: usize) -> String {
        let (name, table) = tables[self.0.below(tables.len())];
        let column = match (kind, table) {
            ("int", "fees") => Some(self.one_of(&["total", "days"])),
            ("text", "fees") => Some(self.one_of(&["note", "kind"])),
            ("text", "items") => Some("title"),
            ("text", "choices") => Some("word"),
            ("month", "fees" | "items") => Some("month"),
            ("bool", "fees") => Some("paid"),
            _ => None,
        };
        if let Some(column) = column
            && (depth == 0 || self.often())
        {
            return format!("{name}.{column}");
        }
        let deeper = depth.saturating_sub(1);
        match (kind, self.0.below(5)) {
            ("int", 0) => format!("LENGTH({})", self.expr("text", tables, deeper)),
            ("int", 1) => format!("YEAR({})", self.expr("month", tables, deeper)),
            ("int", 2) if depth > 0 => {
                let sign = self.one_of(&["+", "-", "*", "/"]);
                let left = self.expr("int", tables, deeper);
                format!("({left} {sign} {})", self.one_of(&["2", "0", "$n"]))
            }
            ("int", 3) if depth > 0 => format!("ABS(- {})", self.expr("int", tables, deeper)),
            ("int", _) => self.one_of(&["1", "2", "$n"]).to_owned(),
            ("text", 0) if depth > 0 => {
                let left = self.expr("text", tables, deeper);
                format!("({left} || {})", self.one_of(&["'x'", "$t", "'it''s'"]))
            }
            ("text", 1) if depth > 0 => {
                format!("COALESCE({}, 'none')", self.expr("text", tables, deeper))
            }
            ("text", 2) if depth > 0 => {
                let when = self.condition(tables, deeper);
                format!("CASE WHEN {when} THEN {} ELSE 'z' END", self.expr("text", tables, deeper))
            }
            ("text", _) => self.one_of(&["'A'", "'港'", "$t", "''"]).to_owned(),
            ("month", 0) => match tables.iter().find(|(_, table)| *table == "choices") {
                Some((name, _)) => format!("MONTH({name}.day)"),
                None => "MONTH(TODAY())".to_owned(),
            },
            ("month", _) => self.one_of(&["'202601'", "'202512'", "$m"]).to_owned(),
            (_, 0) => {
                let left = self.expr("text", tables, deeper);
                format!("CONTAINS({left}, {})", self.one_of(&["'t'", "'A'", "''"]))
            }
            (_, 1) => {
                let left = self.expr("text", tables, deeper);
                format!("STARTS_WITH({left}, {})", self.one_of(&["'it'", "'A'", "''"]))
            }
            (_, 2) => "$t IS NULL".to_owned(),
            _ => self.one_of(&["TRUE", "FALSE"]).to_owned(),
        }
    }
}

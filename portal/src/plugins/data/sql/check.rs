//! What was written becomes what it means: every name is looked up in `tables.toml`, every part
//! gets a type, the same for both engines.

use super::syntax::{self, Args, Node as Written, Op};
use super::tree::{
    Aggregate, Count, Expr, Function, Hidden, Join, Node, Order, Output, Select, Source,
};
use crate::plugins::data::class::DataClass;
use crate::plugins::data::tables::{Kind, Scope, Table, Tables};
use std::collections::{BTreeMap, BTreeSet};

/// What queries of a plugin can name.
pub struct Schema<'t> {
    pub tables: &'t Tables,
    /// Tables that importers fill.
    pub imported: &'t BTreeSet<String>,
}

/// Reads a query and checks it against the plugin's tables.
///
/// # Errors
/// The line, what is wrong there, and what to write.
pub fn check(text: &str, schema: &Schema<'_>) -> Result<Select, String> {
    let written = syntax::read(text)?;
    Checker::new(schema).select(&written)
}

type Checked<T> = Result<T, String>;

/// Reads the parts of one query or statement.
pub(super) struct Checker<'t> {
    schema: &'t Schema<'t>,
    /// The tables of the query so far and what it calls them.
    known: Vec<(String, &'t Table, bool)>,
    /// `None`: not yet seen where its type can be told.
    params: BTreeMap<String, Option<Kind>>,
}

impl<'t> Checker<'t> {
    pub(super) fn new(schema: &'t Schema<'t>) -> Self {
        Self { schema, known: Vec::new(), params: BTreeMap::new() }
    }

    /// What each parameter must be.
    pub(super) fn params(&mut self) -> Checked<BTreeMap<String, Kind>> {
        let told = |(name, kind): (String, Option<Kind>)| match kind {
            Some(kind) => Ok((name, kind)),
            None => Err(format!(
                "${name}: its type cannot be told; compare it with a column or a constant"
            )),
        };
        std::mem::take(&mut self.params).into_iter().map(told).collect()
    }

    /// A value that becomes a column's: of its very type, or a whole number for yen.
    pub(super) fn assigned(&mut self, expr: &syntax::Expr, kind: &Kind) -> Checked<Expr> {
        let read = self.typed(expr, kind)?;
        no_aggregate(&read, expr.line, "a statement")?;
        match joined(&read.kind, kind) {
            Some(joined) if joined == *kind => Ok(read),
            _ => Err(differ(expr.line, kind, &read.kind)),
        }
    }

    fn select(&mut self, written: &syntax::Select) -> Checked<Select> {
        let mut sources = vec![self.source(&written.from, Join::First)?];
        for join in &written.joins {
            let mut source = self.source(&join.table, Join::First)?;
            let on = self.condition(&join.on, "ON")?;
            source.join = if join.left { Join::Left(on) } else { Join::Inner(on) };
            sources.push(source);
        }
        let filter = written.filter.as_ref().map(|e| self.condition(e, "WHERE")).transpose()?;
        let columns = self.columns(&written.columns)?;
        let group = written.group.iter().map(|expr| self.key(expr, "GROUP BY"));
        let group = group.collect::<Checked<Vec<_>>>()?;
        let having = match &written.having {
            Some(expr) => Some(self.typed(expr, &Kind::Bool)?),
            None => None,
        };
        let order = written.order.iter().map(|order| self.order(order, &columns));
        let order = order.collect::<Checked<Vec<_>>>()?;
        let limit = written.limit.as_ref().map(|expr| self.count(expr)).transpose()?;
        let offset = written.offset.as_ref().map(|expr| self.count(expr)).transpose()?;
        let mut select = Select {
            class: self.class(),
            params: BTreeMap::new(),
            distinct: written.distinct,
            sources,
            columns,
            filter,
            group,
            having,
            order,
            limit,
            offset,
        };
        grouped(&select, written)?;
        if select.distinct
            && let Some(at) = select
                .order
                .iter()
                .position(|order| select.columns.iter().all(|column| column.expr != order.expr))
        {
            let line = written.order[at].expr.line;
            return Err(format!("line {line}: a DISTINCT query is ordered by what it selects"));
        }
        select.class = self.read_class(&select);
        select.params = self.params()?;
        Ok(select)
    }

    pub(super) fn source(&mut self, named: &syntax::Named, join: Join) -> Checked<Source> {
        let line = named.line;
        let tables = &self.schema.tables.table;
        let table = tables.get(&named.table).ok_or_else(|| {
            let known: Vec<&str> = tables.keys().map(String::as_str).collect();
            format!(
                "line {line}: {} is no table of tables.toml, which has {}",
                named.table,
                known.join(", ")
            )
        })?;
        if self.known.iter().any(|(name, ..)| *name == named.name) {
            return Err(format!("line {line}: two tables are called {}; write AS", named.name));
        }
        let imported = self.schema.imported.contains(&named.table);
        self.known.push((named.name.clone(), table, imported));
        let on = |column: &String| (column.clone(), table.columns[column].optional);
        let hidden = table.hidden_by.iter().map(|hidden| Hidden {
            by: hidden.table.clone(),
            on: hidden.on.iter().map(on).collect(),
            columns: hidden.columns.clone(),
        });
        Ok(Source {
            table: named.table.clone(),
            scope: table.scope,
            imported,
            hidden: hidden.collect(),
            hides: self.schema.tables.hides(&named.table),
            join,
        })
    }

    /// The class of the tables alone: also how many rows there are says something.
    fn class(&self) -> DataClass {
        self.known.iter().map(|(_, table, _)| table.class).max().unwrap_or(DataClass::Medical)
    }

    /// The highest class of the tables and of each column that is named anywhere.
    fn read_class(&self, select: &Select) -> DataClass {
        let joins = select.sources.iter().filter_map(|source| match &source.join {
            Join::First => None,
            Join::Inner(on) | Join::Left(on) => Some(on),
        });
        let all = (select.columns.iter().map(|column| &column.expr))
            .chain(&select.filter)
            .chain(&select.group)
            .chain(&select.having)
            .chain(select.order.iter().map(|order| &order.expr))
            .chain(joins);
        self.class_of(all.collect())
    }

    /// The highest class of the tables and of the columns of these.
    pub(super) fn class_of(&self, mut left: Vec<&Expr>) -> DataClass {
        let mut class = self.class();
        while let Some(expr) = left.pop() {
            if let Node::Column { source, column } = &expr.node
                && let Some(declared) = self.known[*source].1.columns.get(column)
            {
                class = class.max(declared.class.unwrap_or(class));
            }
            left.extend(expr.parts());
        }
        class
    }

    fn columns(&mut self, written: &[syntax::Output]) -> Checked<Vec<Output>> {
        let mut columns: Vec<Output> = Vec::new();
        for output in written {
            let line = output.expr.line;
            let name = match (&output.name, &output.expr.node) {
                (Some(name), _) | (None, Written::Name(_, name)) => name.clone(),
                _ => return Err(format!("line {line}: give this a name: … AS name")),
            };
            if columns.iter().any(|column| column.name == name) {
                return Err(format!("line {line}: two columns are called {name}; write AS"));
            }
            columns.push(Output { expr: self.value(&output.expr)?, name });
        }
        Ok(columns)
    }

    /// A condition over single rows.
    pub(super) fn condition(&mut self, expr: &syntax::Expr, place: &str) -> Checked<Expr> {
        let checked = self.typed(expr, &Kind::Bool)?;
        no_aggregate(&checked, expr.line, place)?;
        Ok(checked)
    }

    /// What rows are grouped by.
    fn key(&mut self, expr: &syntax::Expr, place: &str) -> Checked<Expr> {
        let checked = self.value(expr)?;
        no_aggregate(&checked, expr.line, place)?;
        names_a_column(&checked, expr.line, place)?;
        Ok(checked)
    }

    fn order(&mut self, order: &syntax::Order, columns: &[Output]) -> Checked<Order> {
        // By the name of a column of the result, or by what could be one.
        let named = match &order.expr.node {
            Written::Name(None, name) => columns.iter().find(|column| column.name == *name),
            _ => None,
        };
        let expr = match named {
            Some(column) => column.expr.clone(),
            None => self.value(&order.expr)?,
        };
        let counted = expr.any(&|part| matches!(part.node, Node::Aggregate { .. }));
        if !counted {
            names_a_column(&expr, order.expr.line, "ORDER BY")?;
        }
        Ok(Order { expr, descending: order.descending })
    }

    fn count(&mut self, expr: &syntax::Expr) -> Checked<Count> {
        match self.typed(expr, &Kind::Int)?.node {
            Node::Int(number) => Ok(Count::Number(number)),
            Node::Param(name) => Ok(Count::Param(name)),
            _ => Err(format!("line {}: LIMIT and OFFSET take a number or $name", expr.line)),
        }
    }

    /// A value whose type follows from itself.
    fn value(&mut self, expr: &syntax::Expr) -> Checked<Expr> {
        self.read(expr, None)
    }

    /// A value that must be of a type.
    fn typed(&mut self, expr: &syntax::Expr, kind: &Kind) -> Checked<Expr> {
        let read = self.read(expr, Some(kind))?;
        match joined(&read.kind, kind) {
            Some(_) => Ok(read),
            None => Err(differ(expr.line, kind, &read.kind)),
        }
    }

    /// Two or more values of one type: what has no type of its own takes it from the others.
    fn alike(
        &mut self,
        exprs: &[&syntax::Expr],
        expected: Option<&Kind>,
    ) -> Checked<(Vec<Expr>, Kind)> {
        let mut kind = expected.cloned();
        // What was read to learn its type is not read again: that would double with each level.
        let mut known: Option<(usize, Expr)> = None;
        if kind.is_none() {
            // A column says more than a constant, and a constant more than a parameter.
            for such in [says_all as fn(&syntax::Expr) -> bool, says_some] {
                if let Some(at) = exprs.iter().position(|expr| such(expr)) {
                    let read = self.value(exprs[at])?;
                    kind = Some(read.kind.clone());
                    known = Some((at, read));
                    break;
                }
            }
        }
        if kind.is_none()
            && let Some(of_param) = exprs.iter().find_map(|expr| match &expr.node {
                Written::Param(name) => self.params.get(name).cloned().flatten(),
                _ => None,
            })
        {
            kind = Some(of_param);
        }
        let Some(mut kind) = kind else {
            let line = exprs.first().map_or(1, |expr| expr.line);
            return Err(format!("line {line}: the type cannot be told; compare with a column"));
        };
        let mut read = Vec::new();
        for (at, expr) in exprs.iter().enumerate() {
            let one = match known.take_if(|(known, _)| *known == at) {
                Some((_, one)) => one,
                None => self.read(expr, Some(&kind))?,
            };
            kind = joined(&kind, &one.kind).ok_or_else(|| differ(expr.line, &kind, &one.kind))?;
            read.push(one);
        }
        Ok((read, kind))
    }

    fn read(&mut self, expr: &syntax::Expr, expected: Option<&Kind>) -> Checked<Expr> {
        let line = expr.line;
        let (node, kind) = match &expr.node {
            Written::Name(table, column) => self.column(line, table.as_deref(), column)?,
            Written::Param(name) => self.param(line, name, expected)?,
            Written::Number(text) => number(line, text, expected)?,
            Written::Text(text) => constant(line, text, expected)?,
            Written::Bool(truth) => (Node::Bool(*truth), Kind::Bool),
            Written::Null => match expected {
                Some(kind) => (Node::Null, kind.clone()),
                None => return Err(format!("line {line}: write IS NULL")),
            },
            Written::Not(inner) => {
                (Node::Not(Box::new(self.typed(inner, &Kind::Bool)?)), Kind::Bool)
            }
            Written::Minus(inner) => {
                let inner = self.read(inner, expected)?;
                amount(line, &inner.kind, "-")?;
                let kind = inner.kind.clone();
                (Node::Minus(Box::new(inner)), kind)
            }
            Written::Binary(op, left, right) => self.binary(line, *op, left, right, expected)?,
            Written::In { expr, list, negated } => {
                let all: Vec<&syntax::Expr> = std::iter::once(&**expr).chain(list).collect();
                let (mut read, kind) = self.alike(&all, None)?;
                comparable(line, &kind)?;
                let first = read.remove(0);
                negated_if(*negated, Node::In(Box::new(first), read))
            }
            Written::IsNull { expr, negated } => {
                let read = match &expr.node {
                    Written::Param(name) => {
                        self.params.entry(name.clone()).or_default();
                        // Its type is that of the other places.
                        Expr { node: Node::Param(name.clone()), kind: Kind::Text }
                    }
                    _ => self.value(expr)?,
                };
                negated_if(*negated, Node::IsNull(Box::new(read)))
            }
            Written::Between { expr, low, high, negated } => {
                let (read, kind) = self.alike(&[expr, low, high], None)?;
                ordered(line, &kind)?;
                let [expr, low, high] = <[Expr; 3]>::try_from(read).expect("three went in");
                negated_if(*negated, Node::Between(Box::new(expr), Box::new(low), Box::new(high)))
            }
            Written::Case { branches, otherwise } => {
                let results: Vec<&syntax::Expr> =
                    branches.iter().map(|(_, then)| then).chain(otherwise.as_deref()).collect();
                let (mut results, kind) = self.alike(&results, expected)?;
                let otherwise = otherwise.as_ref().and_then(|_| results.pop()).map(Box::new);
                let conditions = branches.iter().map(|(when, _)| self.typed(when, &Kind::Bool));
                let conditions = conditions.collect::<Checked<Vec<_>>>()?;
                let branches = conditions.into_iter().zip(results).collect();
                (Node::Case { branches, otherwise }, kind)
            }
            Written::Call { name, distinct, args } => {
                self.call(line, name, *distinct, args, expected)?
            }
        };
        Ok(Expr { node, kind })
    }

    fn column(&self, line: usize, table: Option<&str>, column: &str) -> Checked<(Node, Kind)> {
        let mut found = None;
        for (source, (name, declared, imported)) in self.known.iter().enumerate() {
            if table.is_some_and(|table| table != name) {
                continue;
            }
            let kind = match column {
                "person" if declared.scope == Scope::Person => Kind::Person,
                "line" if *imported => Kind::Int,
                _ => match declared.columns.get(column) {
                    Some(declared) => declared.kind(),
                    None => continue,
                },
            };
            if found.replace((Node::Column { source, column: column.to_owned() }, kind)).is_some() {
                return Err(format!("line {line}: two tables have {column}; write table.{column}"));
            }
        }
        found.ok_or_else(|| match (table, column) {
            (_, "insurer_id") => format!("line {line}: insurer_id: the host adds it; remove it"),
            (Some(table), _) => {
                format!("line {line}: {table}.{column} is no column of tables.toml")
            }
            (None, _) => format!("line {line}: {column} is no column of the tables of this query"),
        })
    }

    fn param(&mut self, line: usize, name: &str, expected: Option<&Kind>) -> Checked<(Node, Kind)> {
        let known = self.params.entry(name.to_owned()).or_default();
        let kind = match (known.as_ref(), expected) {
            (Some(known), Some(kind)) => joined(known, kind).ok_or_else(|| {
                format!(
                    "line {line}: ${name} is {} here and {} before; take two parameters, or write \
                     ${name} IS NULL where it can be left out",
                    kind.name(),
                    known.name()
                )
            })?,
            (Some(known), None) => known.clone(),
            (None, Some(kind)) => kind.clone(),
            (None, None) => {
                return Err(format!("line {line}: the type of ${name} cannot be told here"));
            }
        };
        *known = Some(kind.clone());
        Ok((Node::Param(name.to_owned()), kind))
    }

    fn binary(
        &mut self,
        line: usize,
        op: Op,
        left: &syntax::Expr,
        right: &syntax::Expr,
        expected: Option<&Kind>,
    ) -> Checked<(Node, Kind)> {
        let node = |left: Expr, right: Expr| Node::Binary(op, Box::new(left), Box::new(right));
        match op {
            Op::And | Op::Or => {
                let (left, right) =
                    (self.typed(left, &Kind::Bool)?, self.typed(right, &Kind::Bool)?);
                Ok((node(left, right), Kind::Bool))
            }
            Op::Concatenate => {
                let (left, right) =
                    (self.typed(left, &Kind::Text)?, self.typed(right, &Kind::Text)?);
                Ok((node(left, right), Kind::Text))
            }
            Op::Equal | Op::Unequal => {
                let (read, kind) = self.alike(&[left, right], None)?;
                comparable(line, &kind)?;
                let [left, right] = <[Expr; 2]>::try_from(read).expect("two went in");
                Ok((node(left, right), Kind::Bool))
            }
            Op::Less | Op::LessOrEqual | Op::Greater | Op::GreaterOrEqual => {
                let (read, kind) = self.alike(&[left, right], None)?;
                ordered(line, &kind)?;
                let [left, right] = <[Expr; 2]>::try_from(read).expect("two went in");
                Ok((node(left, right), Kind::Bool))
            }
            Op::Add | Op::Subtract => {
                let (read, kind) = self.alike(&[left, right], expected)?;
                amount(line, &kind, "+ and -")?;
                let [left, right] = <[Expr; 2]>::try_from(read).expect("two went in");
                Ok((node(left, right), kind))
            }
            Op::Multiply | Op::Divide => {
                let left = self.read(left, expected)?;
                amount(line, &left.kind, "* and /")?;
                // An amount by a number: yen by yen is no yen.
                let right = self.typed(right, &Kind::Int)?;
                if right.kind != Kind::Int {
                    return Err(differ(line, &Kind::Int, &right.kind));
                }
                let kind = left.kind.clone();
                Ok((node(left, right), kind))
            }
        }
    }

    fn call(
        &mut self,
        line: usize,
        name: &str,
        distinct: bool,
        args: &Args,
        expected: Option<&Kind>,
    ) -> Checked<(Node, Kind)> {
        let lower = name.to_ascii_lowercase();
        if let Some((_, function)) = Aggregate::ALL.iter().find(|(name, _)| *name == lower) {
            return self.aggregate(line, *function, distinct, args, expected);
        }
        let known = Function::ALL.iter().find(|(name, _)| *name == lower);
        let Some((_, function)) = known else {
            let names = Aggregate::ALL.iter().map(|(name, _)| *name);
            let all: Vec<&str> = names.chain(Function::ALL.iter().map(|(name, _)| *name)).collect();
            let all = all.join(" ").to_uppercase();
            return Err(format!("line {line}: there is no function {name}; there are {all}"));
        };
        let Args::List(args) = args else {
            return Err(format!("line {line}: {name}(*): only COUNT takes *"));
        };
        let few = || format!("line {line}: {name} has other arguments, see the guide");
        let one = || match args.as_slice() {
            [one] => Ok(one),
            _ => Err(few()),
        };
        let (args, kind) = match function {
            Function::Coalesce if args.len() >= 2 => {
                self.alike(&args.iter().collect::<Vec<_>>(), expected)?
            }
            Function::Coalesce => return Err(few()),
            Function::Abs => {
                let read = self.read(one()?, expected)?;
                amount(line, &read.kind, "ABS")?;
                let kind = read.kind.clone();
                (vec![read], kind)
            }
            Function::Length => (vec![self.typed(one()?, &Kind::Text)?], Kind::Int),
            Function::Year => {
                let read = self.value(one()?)?;
                if !matches!(read.kind, Kind::Day | Kind::Month) {
                    return Err(differ(line, &Kind::Day, &read.kind));
                }
                (vec![read], Kind::Int)
            }
            Function::Month => (vec![self.typed(one()?, &Kind::Day)?], Kind::Month),
            Function::Contains | Function::StartsWith => {
                let [text, part] = args.as_slice() else { return Err(few()) };
                (vec![self.typed(text, &Kind::Text)?, self.typed(part, &Kind::Text)?], Kind::Bool)
            }
            Function::Today if args.is_empty() => (Vec::new(), Kind::Day),
            Function::Now if args.is_empty() => (Vec::new(), Kind::Instant),
            Function::Today | Function::Now => return Err(few()),
        };
        Ok((Node::Call(*function, args), kind))
    }

    fn aggregate(
        &mut self,
        line: usize,
        function: Aggregate,
        distinct: bool,
        args: &Args,
        expected: Option<&Kind>,
    ) -> Checked<(Node, Kind)> {
        let of = match args {
            Args::Star if function == Aggregate::Count && !distinct => None,
            Args::List(args) if args.len() == 1 => {
                let kind = expected.filter(|_| function != Aggregate::Count);
                let of = self.read(&args[0], kind)?;
                no_aggregate(&of, line, "another aggregate")?;
                Some(of)
            }
            _ => return Err(format!("line {line}: an aggregate has one argument")),
        };
        if distinct && function != Aggregate::Count {
            return Err(format!("line {line}: only COUNT takes DISTINCT"));
        }
        let kind = match (function, &of) {
            (Aggregate::Count, _) | (_, None) => Kind::Int,
            (Aggregate::Sum | Aggregate::Avg, Some(of)) => {
                amount(line, &of.kind, "SUM and AVG")?;
                of.kind.clone()
            }
            (Aggregate::Min | Aggregate::Max, Some(of)) => {
                ordered(line, &of.kind)?;
                of.kind.clone()
            }
        };
        Ok((Node::Aggregate { function, distinct, of: of.map(Box::new) }, kind))
    }
}

/// Whether the type of what was written follows from a column or a function.
fn says_all(expr: &syntax::Expr) -> bool {
    match &expr.node {
        Written::Param(_)
        | Written::Null
        | Written::Text(_)
        | Written::Number(_)
        | Written::Bool(_) => false,
        Written::Minus(inner) => says_all(inner),
        Written::Binary(op, left, right) => match op {
            Op::Add | Op::Subtract => says_all(left) || says_all(right),
            Op::Multiply | Op::Divide => says_all(left),
            _ => true,
        },
        Written::Case { branches, otherwise } => {
            branches.iter().map(|(_, then)| then).chain(otherwise.as_deref()).any(says_all)
        }
        Written::Call { args: Args::List(args), .. } => {
            args.is_empty() || args.iter().any(says_all)
        }
        _ => true,
    }
}

/// Whether it follows at least from a constant.
fn says_some(expr: &syntax::Expr) -> bool {
    !matches!(expr.node, Written::Param(_) | Written::Null)
}

fn negated_if(negated: bool, node: Node) -> (Node, Kind) {
    let node = match negated {
        true => Node::Not(Box::new(Expr { node, kind: Kind::Bool })),
        false => node,
    };
    (node, Kind::Bool)
}

/// The type of two values that may stand beside each other.
fn joined(a: &Kind, b: &Kind) -> Option<Kind> {
    match (a, b) {
        _ if a == b => Some(a.clone()),
        (Kind::Int, Kind::Yen) | (Kind::Yen, Kind::Int) => Some(Kind::Yen),
        (Kind::Text, Kind::Word(_)) | (Kind::Word(_), Kind::Text | Kind::Word(_)) => {
            Some(Kind::Text)
        }
        _ => None,
    }
}

fn differ(line: usize, expected: &Kind, found: &Kind) -> String {
    format!("line {line}: {} stands where {} is expected", found.name(), expected.name())
}

fn amount(line: usize, kind: &Kind, what: &str) -> Checked<()> {
    match kind {
        Kind::Int | Kind::Yen | Kind::Decimal(_) => Ok(()),
        other => Err(format!("line {line}: {what} need a number, not {}", other.name())),
    }
}

fn comparable(line: usize, kind: &Kind) -> Checked<()> {
    match kind {
        Kind::Json => Err(format!("line {line}: json cannot be compared; keep it in a column")),
        _ => Ok(()),
    }
}

fn ordered(line: usize, kind: &Kind) -> Checked<()> {
    match kind {
        Kind::Json | Kind::Bool | Kind::Blob => {
            Err(format!("line {line}: {} has no order", kind.name()))
        }
        _ => Ok(()),
    }
}

fn no_aggregate(expr: &Expr, line: usize, place: &str) -> Checked<()> {
    match expr.any(&|part| matches!(part.node, Node::Aggregate { .. })) {
        true => Err(format!("line {line}: no aggregate may stand in {place}")),
        false => Ok(()),
    }
}

fn names_a_column(expr: &Expr, line: usize, place: &str) -> Checked<()> {
    match expr.any(&|part| matches!(part.node, Node::Column { .. })) {
        true => Ok(()),
        false => Err(format!("line {line}: {place} names columns, not numbers or constants")),
    }
}

/// The highest number that a query writes: sums of such are still numbers on both engines.
const MOST_NUMBER: i64 = 1_000_000_000_000_000;

/// A number as the type that is expected.
fn number(line: usize, text: &str, expected: Option<&Kind>) -> Checked<(Node, Kind)> {
    let wrong = || format!("line {line}: {text} is no whole number");
    if let Some(Kind::Decimal(places)) = expected {
        let scaled = decimal(text, *places);
        let scaled = scaled.ok_or(format!("line {line}: {text} has more than {places} places"))?;
        return Ok((Node::Int(scaled), Kind::Decimal(*places)));
    }
    let number = text.parse().ok().filter(|number| *number <= MOST_NUMBER);
    Ok((Node::Int(number.ok_or_else(wrong)?), Kind::Int))
}

/// `12.5` with two places: 1250.
pub fn decimal(text: &str, places: u8) -> Option<i64> {
    let (digits, behind) = text.split_once('.').unwrap_or((text, ""));
    let (digits, sign) = digits.strip_prefix('-').map_or((digits, 1), |digits| (digits, -1));
    let places = usize::from(places);
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if behind.len() > places || digits.is_empty() || !plain(digits) || !plain(behind) {
        return None;
    }
    format!("{digits}{behind:0<places$}").parse::<i64>().ok().map(|value| sign * value)
}

/// A text as the type that is expected: a day, a month and a word are written as texts.
fn constant(line: usize, text: &str, expected: Option<&Kind>) -> Checked<(Node, Kind)> {
    let node = Node::Text(text.to_owned());
    let wrong = |what: String| Err(format!("line {line}: '{text}' is no {what}"));
    match expected {
        Some(Kind::Word(words)) if words.iter().any(|word| word == text) => {
            Ok((node, Kind::Word(words.clone())))
        }
        Some(Kind::Word(words)) => wrong(format!("word of this column, which has {words:?}")),
        Some(Kind::Day) if is_day(text) => Ok((node, Kind::Day)),
        Some(Kind::Day) => wrong("day; write '2026-04-01'".to_owned()),
        Some(Kind::Month) if is_month(text) => Ok((node, Kind::Month)),
        Some(Kind::Month) => wrong("month; write '202604'".to_owned()),
        _ => Ok((node, Kind::Text)),
    }
}

/// `2026-04-01`, and in the calendar.
pub fn is_day(text: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> = text.split('-').collect();
    matches!(parts.as_slice(), [y, m, d] if y.len() == 4 && m.len() == 2 && d.len() == 2
        && [y, m, d].into_iter().all(|part| digits(part)))
        && text.parse::<jiff::civil::Date>().is_ok()
}

/// `202604`
pub fn is_month(text: &str) -> bool {
    let month = text.get(4..).and_then(|month| month.parse::<u8>().ok());
    text.len() == 6
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && month.is_some_and(|month| (1..=12).contains(&month))
}

/// In a query with groups every column is a group's or inside an aggregate: PostgreSQL insists, and
/// SQLite would take any row's.
fn grouped(select: &Select, written: &syntax::Select) -> Checked<()> {
    let counts = |expr: &Expr| expr.any(&|part| matches!(part.node, Node::Aggregate { .. }));
    let outputs = select.columns.iter().map(|column| &column.expr);
    let orders = select.order.iter().map(|order| &order.expr);
    let all: Vec<&Expr> = outputs.chain(&select.having).chain(orders).collect();
    if select.group.is_empty() && !all.iter().any(|expr| counts(expr)) {
        return match &written.having {
            Some(having) => Err(format!("line {}: HAVING needs GROUP BY", having.line)),
            None => Ok(()),
        };
    }
    let lines = (written.columns.iter().map(|output| output.expr.line))
        .chain(written.having.as_ref().map(|having| having.line))
        .chain(written.order.iter().map(|order| order.expr.line));
    for (expr, line) in all.into_iter().zip(lines) {
        if let Some(column) = outside(expr, &select.group) {
            return Err(format!(
                "line {line}: {column} differs within a group: write it into GROUP BY or into an \
                 aggregate"
            ));
        }
    }
    Ok(())
}

/// A column of the expression that is neither a group's nor inside an aggregate.
fn outside<'e>(expr: &'e Expr, group: &[Expr]) -> Option<&'e str> {
    if group.contains(expr) || matches!(expr.node, Node::Aggregate { .. }) {
        return None;
    }
    match &expr.node {
        Node::Column { column, .. } => Some(column),
        _ => expr.parts().into_iter().find_map(|part| outside(part, group)),
    }
}

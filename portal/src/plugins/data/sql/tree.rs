//! What a query means: tables, columns and types that exist. What has no place here cannot be
//! asked. Insurer, persons and the imports that count have none: the printer adds them.

use super::syntax::Op;
use crate::plugins::data::class::DataClass;
use crate::plugins::data::tables::{Kind, Scope};
use std::collections::BTreeMap;

/// A query whose every part has a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Select {
    /// The first is FROM's.
    pub sources: Vec<Source>,
    pub distinct: bool,
    pub columns: Vec<Output>,
    pub filter: Option<Expr>,
    pub group: Vec<Expr>,
    pub having: Option<Expr>,
    pub order: Vec<Order>,
    pub limit: Option<Count>,
    pub offset: Option<Count>,
    /// What each parameter must be.
    pub params: BTreeMap<String, Kind>,
    /// The highest class of what is read, also only to compare it.
    pub class: DataClass,
}

/// A statement that changes rows of one table. Whose they are is printed beside it, as for a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    /// The one table that it changes, as the source 0 of its expressions.
    pub into: Source,
    /// What a row is known by in this table, besides insurer and person.
    pub key: Option<Vec<String>>,
    pub change: Change,
    /// What each parameter must be.
    pub params: BTreeMap<String, Kind>,
    /// The highest class of what it writes and reads.
    pub class: DataClass,
}

/// What becomes of the rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    Insert {
        row: Vec<Set>,
        /// When a row of the same key is there.
        conflict: Conflict,
    },
    Update {
        set: Vec<Set>,
        filter: Option<Expr>,
    },
    Delete {
        filter: Option<Expr>,
    },
}

/// A column and what it becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Set {
    pub column: String,
    pub to: Expr,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Conflict {
    /// The statement fails.
    Fails,
    Nothing,
    Update(Vec<Set>),
}

/// A table of the plugin's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    pub table: String,
    pub scope: Scope,
    /// Its rows come from files: those of the imports that count are there.
    pub imported: bool,
    /// What others of the household do not see of it.
    pub hidden: Vec<Hidden>,
    /// It says what is hidden: its owner alone reads and writes it.
    pub hides: bool,
    pub join: Join,
}

/// Rows of persons that are alike in some columns with one in a table of theirs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hidden {
    pub by: String,
    /// Each column, and whether it can be without a value here.
    pub on: Vec<(String, bool)>,
    /// What reads as nothing; the whole row when empty.
    pub columns: Vec<String>,
}

/// How it stands to the tables before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Join {
    First,
    Inner(Expr),
    Left(Expr),
}

/// A column of the result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    pub name: String,
    pub expr: Expr,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    pub expr: Expr,
    pub descending: bool,
}

/// How many rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Count {
    Number(i64),
    Param(String),
}

/// Something with a value and its type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expr {
    pub node: Node,
    pub kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    Column {
        source: usize,
        column: String,
    },
    Param(String),
    Int(i64),
    Text(String),
    Bool(bool),
    Null,
    Not(Box<Expr>),
    Minus(Box<Expr>),
    Binary(Op, Box<Expr>, Box<Expr>),
    In(Box<Expr>, Vec<Expr>),
    Between(Box<Expr>, Box<Expr>, Box<Expr>),
    IsNull(Box<Expr>),
    Case {
        branches: Vec<(Expr, Expr)>,
        otherwise: Option<Box<Expr>>,
    },
    Call(Function, Vec<Expr>),
    /// Over the rows of a group; without an argument it counts them.
    Aggregate {
        function: Aggregate,
        distinct: bool,
        of: Option<Box<Expr>>,
    },
}

/// Functions of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    Coalesce,
    Abs,
    Length,
    /// The calendar year of a day or month.
    Year,
    /// The month of a day.
    Month,
    Contains,
    StartsWith,
    /// The day in Japan.
    Today,
    /// The moment, in seconds since 1970.
    Now,
}

/// Functions of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aggregate {
    Count,
    Sum,
    Min,
    Max,
    /// Rounded half away from zero.
    Avg,
}

impl Function {
    /// Every function by its name.
    pub const ALL: [(&'static str, Function); 9] = [
        ("coalesce", Function::Coalesce),
        ("abs", Function::Abs),
        ("length", Function::Length),
        ("year", Function::Year),
        ("month", Function::Month),
        ("contains", Function::Contains),
        ("starts_with", Function::StartsWith),
        ("today", Function::Today),
        ("now", Function::Now),
    ];
}

impl Aggregate {
    /// Every aggregate by its name.
    pub const ALL: [(&'static str, Aggregate); 5] = [
        ("count", Aggregate::Count),
        ("sum", Aggregate::Sum),
        ("min", Aggregate::Min),
        ("max", Aggregate::Max),
        ("avg", Aggregate::Avg),
    ];
}

impl Expr {
    /// What it is made of.
    pub fn parts(&self) -> Vec<&Expr> {
        match &self.node {
            Node::Column { .. }
            | Node::Param(_)
            | Node::Int(_)
            | Node::Text(_)
            | Node::Bool(_)
            | Node::Null => Vec::new(),
            Node::Not(inner) | Node::Minus(inner) | Node::IsNull(inner) => vec![inner],
            Node::Binary(_, left, right) => vec![left, right],
            Node::Between(expr, low, high) => vec![expr, low, high],
            Node::In(expr, list) => std::iter::once(&**expr).chain(list).collect(),
            Node::Case { branches, otherwise } => {
                let branches = branches.iter().flat_map(|(when, then)| [when, then]);
                branches.chain(otherwise.as_deref()).collect()
            }
            Node::Call(_, args) => args.iter().collect(),
            Node::Aggregate { of, .. } => of.as_deref().into_iter().collect(),
        }
    }

    /// Whether a part of it, or it itself, is such.
    pub fn any(&self, such: &impl Fn(&Expr) -> bool) -> bool {
        such(self) || self.parts().into_iter().any(|part| part.any(such))
    }
}

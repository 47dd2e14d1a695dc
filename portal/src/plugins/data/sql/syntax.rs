//! A query or statement as it was written: words in their places, no meaning yet.

use super::token::{KEYWORDS, Token, tokens};

/// `SELECT …`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Select {
    pub distinct: bool,
    pub columns: Vec<Output>,
    pub from: Named,
    pub joins: Vec<Join>,
    pub filter: Option<Expr>,
    pub group: Vec<Expr>,
    pub having: Option<Expr>,
    pub order: Vec<Order>,
    pub limit: Option<Expr>,
    pub offset: Option<Expr>,
}

/// `INSERT …`, `UPDATE …` or `DELETE …`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    pub table: Named,
    pub change: Change,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    Insert { row: Vec<Set>, conflict: Conflict },
    Update { set: Vec<Set>, filter: Option<Expr> },
    Delete { filter: Option<Expr> },
}

/// `column = expr`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Set {
    pub column: String,
    pub to: Expr,
}

/// After `ON CONFLICT DO`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Conflict {
    Fails,
    Nothing,
    Update(Vec<Set>),
}

/// A column of the result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    pub expr: Expr,
    /// After `AS`.
    pub name: Option<String>,
}

/// A table and what it is called in this query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    pub table: String,
    pub name: String,
    pub line: usize,
}

/// `JOIN table AS name ON …`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Join {
    pub table: Named,
    pub left: bool,
    pub on: Expr,
}

/// `ORDER BY expr DESC`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    pub expr: Expr,
    pub descending: bool,
}

/// Something with a value, and the line where it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expr {
    pub line: usize,
    pub node: Node,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// `column` or `name.column`
    Name(Option<String>, String),
    Param(String),
    Number(String),
    Text(String),
    Bool(bool),
    Null,
    Not(Box<Expr>),
    Minus(Box<Expr>),
    Binary(Op, Box<Expr>, Box<Expr>),
    In {
        expr: Box<Expr>,
        list: Vec<Expr>,
        negated: bool,
    },
    IsNull {
        expr: Box<Expr>,
        negated: bool,
    },
    Between {
        expr: Box<Expr>,
        low: Box<Expr>,
        high: Box<Expr>,
        negated: bool,
    },
    Case {
        branches: Vec<(Expr, Expr)>,
        otherwise: Option<Box<Expr>>,
    },
    Call {
        name: String,
        distinct: bool,
        args: Args,
    },
}

/// What stands between a function's parentheses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Args {
    /// `COUNT(*)`
    Star,
    List(Vec<Expr>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    Or,
    And,
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Concatenate,
    Add,
    Subtract,
    Multiply,
    Divide,
}

/// How many parentheses and the like may stand in each other.
const DEEPEST: usize = 40;
/// How many operators a query has at most: a chain of them is as deep as it is long.
const OPERATORS: usize = 100;

/// What people write who know other SQL, and what to write here.
const INSTEAD: [(&str, &str); 14] = [
    ("with", "a query is one SELECT; take a second query"),
    ("union", "a query is one SELECT; take a second query"),
    ("insert", "queries only read; write it into a file of statements/"),
    ("update", "queries only read; write it into a file of statements/"),
    ("delete", "queries only read; write it into a file of statements/"),
    ("like", "write CONTAINS(text, part) or STARTS_WITH(text, part)"),
    ("ilike", "write CONTAINS(text, part) or STARTS_WITH(text, part)"),
    ("cast", "types are those of tables.toml; remove CAST"),
    ("exists", "there are no queries inside queries; write a JOIN"),
    ("over", "there are no windows; order the rows and count in the handler"),
    ("for", "queries only read; remove FOR"),
    ("fetch", "write LIMIT"),
    ("right", "write a LEFT JOIN from the other table"),
    ("full", "write a LEFT JOIN"),
];

/// Reads a query.
///
/// # Errors
/// The line, what stands there, and what to write.
pub fn read(text: &str) -> Result<Select, String> {
    whole(text, Reader::select)
}

/// Reads a statement that writes.
///
/// # Errors
/// The line, what stands there, and what to write.
pub fn read_write(text: &str) -> Result<Write, String> {
    whole(text, Reader::write)
}

fn whole<T>(text: &str, read: impl FnOnce(&mut Reader) -> Read<T>) -> Read<T> {
    let mut reader = Reader { tokens: tokens(text)?, at: 0, depth: 0, operators: 0 };
    let found = read(&mut reader)?;
    reader.takes_sign(";");
    match reader.token() {
        Token::End => Ok(found),
        Token::Word(_) if ["insert", "update", "delete"].iter().any(|w| reader.is_word(w)) => {
            Err(format!("line {}: a file is one statement; take a second file", reader.line()))
        }
        _ => Err(reader.unexpected("the end")),
    }
}

struct Reader {
    tokens: Vec<(Token, usize)>,
    at: usize,
    depth: usize,
    operators: usize,
}

type Read<T> = Result<T, String>;

impl Reader {
    fn token(&self) -> &Token {
        &self.tokens[self.at].0
    }

    fn line(&self) -> usize {
        self.tokens[self.at].1
    }

    fn next(&mut self) {
        if self.at + 1 < self.tokens.len() {
            self.at += 1;
        }
    }

    fn is_word(&self, wanted: &str) -> bool {
        matches!(self.token(), Token::Word(word) if word.eq_ignore_ascii_case(wanted))
    }

    /// Takes a keyword when it stands here.
    fn takes(&mut self, word: &str) -> bool {
        let there = self.is_word(word);
        if there {
            self.next();
        }
        there
    }

    fn takes_sign(&mut self, sign: &str) -> bool {
        let there = matches!(self.token(), Token::Sign(found) if *found == sign);
        if there {
            self.next();
        }
        there
    }

    fn needs(&mut self, word: &str) -> Read<()> {
        if self.takes(word) { Ok(()) } else { Err(self.unexpected(&word.to_uppercase())) }
    }

    fn needs_sign(&mut self, sign: &str) -> Read<()> {
        if self.takes_sign(sign) { Ok(()) } else { Err(self.unexpected(sign)) }
    }

    /// What stands here is not what is expected.
    fn unexpected(&self, expected: &str) -> String {
        let line = self.line();
        let found = match self.token() {
            Token::Word(word) => {
                let lower = word.to_ascii_lowercase();
                if let Some((_, instead)) = INSTEAD.iter().find(|(word, _)| *word == lower) {
                    return format!("line {line}: {word}: {instead}");
                }
                word.clone()
            }
            Token::Param(name) => format!("${name}"),
            Token::Number(number) => number.clone(),
            Token::Text(_) => "a text".to_owned(),
            Token::Sign(sign) => (*sign).to_owned(),
            Token::End => "the end".to_owned(),
        };
        format!("line {line}: {found} stands where {expected} is expected")
    }

    fn name(&mut self, what: &str) -> Read<String> {
        match self.token() {
            Token::Word(word) if !KEYWORDS.contains(&word.to_ascii_lowercase().as_str()) => {
                let word = word.clone();
                self.next();
                Ok(word)
            }
            _ => Err(self.unexpected(what)),
        }
    }

    fn list<T>(&mut self, one: impl Fn(&mut Self) -> Read<T>) -> Read<Vec<T>> {
        let mut list = vec![one(self)?];
        while self.takes_sign(",") {
            list.push(one(self)?);
        }
        Ok(list)
    }

    fn select(&mut self) -> Read<Select> {
        self.needs("select")?;
        let distinct = self.takes("distinct");
        if matches!(self.token(), Token::Sign("*")) {
            return Err(format!("line {}: *: name the columns that you read", self.line()));
        }
        let columns = self.list(Self::output)?;
        self.needs("from")?;
        let from = self.named()?;
        let mut joins = Vec::new();
        while let Some(left) = self.join()? {
            let table = self.named()?;
            self.needs("on")?;
            joins.push(Join { table, left, on: self.expr()? });
        }
        let filter = self.after("where")?;
        let group = match self.takes("group") {
            true => {
                self.needs("by")?;
                self.list(Self::expr)?
            }
            false => Vec::new(),
        };
        let having = self.after("having")?;
        let order = match self.takes("order") {
            true => {
                self.needs("by")?;
                self.list(Self::order)?
            }
            false => Vec::new(),
        };
        let limit = self.after("limit")?;
        let offset = self.after("offset")?;
        Ok(Select { distinct, columns, from, joins, filter, group, having, order, limit, offset })
    }

    fn write(&mut self) -> Read<Write> {
        if self.takes("insert") {
            return self.insert();
        }
        if self.takes("update") {
            let table = self.named()?;
            self.needs("set")?;
            let set = self.list(Self::set)?;
            let filter = self.after("where")?;
            return Ok(Write { table, change: Change::Update { set, filter } });
        }
        if self.takes("delete") {
            self.needs("from")?;
            let table = self.named()?;
            let filter = self.after("where")?;
            return Ok(Write { table, change: Change::Delete { filter } });
        }
        if self.is_word("select") {
            let line = self.line();
            return Err(format!("line {line}: statements only write; put it into queries/"));
        }
        Err(self.unexpected("INSERT, UPDATE or DELETE"))
    }

    fn insert(&mut self) -> Read<Write> {
        self.needs("into")?;
        let table = self.named()?;
        self.needs_sign("(")?;
        let columns = self.list(|reader| reader.name("a column"))?;
        self.needs_sign(")")?;
        if self.is_word("select") {
            let line = self.line();
            return Err(format!("line {line}: write VALUES (…): a statement writes one row"));
        }
        self.needs("values")?;
        self.needs_sign("(")?;
        let line = self.line();
        let values = self.list(Self::expr)?;
        self.needs_sign(")")?;
        if columns.len() != values.len() {
            let (columns, values) = (columns.len(), values.len());
            return Err(format!("line {line}: {values} values for {columns} columns"));
        }
        let row = columns.into_iter().zip(values).map(|(column, to)| Set { column, to }).collect();
        let mut conflict = Conflict::Fails;
        if self.takes("on") {
            self.needs("conflict")?;
            if matches!(self.token(), Token::Sign("(")) {
                let line = self.line();
                return Err(format!("line {line}: (: the key of tables.toml is meant; remove it"));
            }
            self.needs("do")?;
            conflict = if self.takes("nothing") {
                Conflict::Nothing
            } else {
                self.needs("update")?;
                self.needs("set")?;
                Conflict::Update(self.list(Self::set)?)
            };
        }
        Ok(Write { table, change: Change::Insert { row, conflict } })
    }

    fn set(&mut self) -> Read<Set> {
        let column = self.name("a column")?;
        self.needs_sign("=")?;
        Ok(Set { column, to: self.expr()? })
    }

    /// The expression after a keyword, when that stands here.
    fn after(&mut self, word: &str) -> Read<Option<Expr>> {
        self.takes(word).then(|| self.expr()).transpose()
    }

    fn output(&mut self) -> Read<Output> {
        let expr = self.expr()?;
        let name = self.takes("as").then(|| self.name("a name")).transpose()?;
        Ok(Output { expr, name })
    }

    fn named(&mut self) -> Read<Named> {
        let line = self.line();
        if matches!(self.token(), Token::Sign("(")) {
            return Err(format!("line {line}: (: there are no queries inside queries"));
        }
        let table = self.name("a table of tables.toml")?;
        let name = match self.takes("as") {
            true => self.name("a name")?,
            false => table.clone(),
        };
        if matches!(self.token(), Token::Sign(",")) {
            return Err(format!("line {line}: write JOIN … ON … in place of a comma"));
        }
        Ok(Named { table, name, line })
    }

    /// Whether another table is joined, and whether by a left join.
    fn join(&mut self) -> Read<Option<bool>> {
        if self.takes("left") {
            self.takes("outer");
            self.needs("join")?;
            return Ok(Some(true));
        }
        if self.takes("inner") {
            self.needs("join")?;
            return Ok(Some(false));
        }
        Ok(self.takes("join").then_some(false))
    }

    fn order(&mut self) -> Read<Order> {
        let expr = self.expr()?;
        let descending = self.takes("desc");
        if !descending {
            self.takes("asc");
        }
        Ok(Order { expr, descending })
    }

    fn expr(&mut self) -> Read<Expr> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(format!("line {}: is nested too deeply", self.line()));
        }
        let expr = self.binary(&[&[("or", Op::Or)], &[("and", Op::And)]], Self::not);
        self.depth -= 1;
        expr
    }

    /// Operators of these levels, the loosest first; `inner` reads what they join.
    fn binary(
        &mut self,
        levels: &[&[(&str, Op)]],
        inner: fn(&mut Self) -> Read<Expr>,
    ) -> Read<Expr> {
        let Some((level, tighter)) = levels.split_first() else { return inner(self) };
        let mut left = self.binary(tighter, inner)?;
        while let Some((_, op)) =
            level.iter().find(|(sign, _)| self.takes(sign) || self.takes_sign(sign))
        {
            self.operators += 1;
            if self.operators > OPERATORS {
                return Err(format!("line {}: more than {OPERATORS} operators", self.line()));
            }
            let right = self.binary(tighter, inner)?;
            let node = Node::Binary(*op, Box::new(left.clone()), Box::new(right));
            left = Expr { line: left.line, node };
        }
        Ok(left)
    }

    fn not(&mut self) -> Read<Expr> {
        let line = self.line();
        if !self.takes("not") {
            return self.compared();
        }
        let node = Node::Not(Box::new(self.deeper(Self::not)?));
        Ok(Expr { line, node })
    }

    fn deeper(&mut self, read: fn(&mut Self) -> Read<Expr>) -> Read<Expr> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(format!("line {}: is nested too deeply", self.line()));
        }
        let expr = read(self);
        self.depth -= 1;
        expr
    }

    fn compared(&mut self) -> Read<Expr> {
        let left = self.computed()?;
        let line = left.line;
        let expr = Box::new(left);
        if self.takes("is") {
            let negated = self.takes("not");
            self.needs("null")?;
            return Ok(Expr { line, node: Node::IsNull { expr, negated } });
        }
        let negated = self.takes("not");
        if self.takes("in") {
            self.needs_sign("(")?;
            if self.is_word("select") {
                return Err(format!("line {line}: there are no queries inside queries; JOIN"));
            }
            let list = self.list(Self::expr)?;
            self.needs_sign(")")?;
            return Ok(Expr { line, node: Node::In { expr, list, negated } });
        }
        if self.takes("between") {
            let low = Box::new(self.computed()?);
            self.needs("and")?;
            let high = Box::new(self.computed()?);
            return Ok(Expr { line, node: Node::Between { expr, low, high, negated } });
        }
        if negated {
            return Err(self.unexpected("IN or BETWEEN"));
        }
        const COMPARISONS: [(&str, Op); 7] = [
            ("=", Op::Equal),
            ("<>", Op::Unequal),
            ("!=", Op::Unequal),
            ("<=", Op::LessOrEqual),
            (">=", Op::GreaterOrEqual),
            ("<", Op::Less),
            (">", Op::Greater),
        ];
        let Some((_, op)) = COMPARISONS.iter().find(|(sign, _)| self.takes_sign(sign)) else {
            return Ok(*expr);
        };
        let right = Box::new(self.computed()?);
        Ok(Expr { line, node: Node::Binary(*op, expr, right) })
    }

    fn computed(&mut self) -> Read<Expr> {
        let levels: [&[(&str, Op)]; 3] = [
            &[("||", Op::Concatenate)],
            &[("+", Op::Add), ("-", Op::Subtract)],
            &[("*", Op::Multiply), ("/", Op::Divide)],
        ];
        self.binary(&levels, Self::single)
    }

    fn single(&mut self) -> Read<Expr> {
        let line = self.line();
        if self.takes_sign("-") {
            let node = Node::Minus(Box::new(self.deeper(Self::single)?));
            return Ok(Expr { line, node });
        }
        if self.takes_sign("(") {
            if self.is_word("select") {
                return Err(format!("line {line}: there are no queries inside queries; JOIN"));
            }
            let expr = self.expr()?;
            self.needs_sign(")")?;
            return Ok(expr);
        }
        let node = match self.token().clone() {
            Token::Param(name) => Node::Param(name),
            Token::Number(number) => Node::Number(number),
            Token::Text(text) => Node::Text(text),
            Token::Word(word) => return self.word(line, &word),
            Token::Sign(_) | Token::End => return Err(self.unexpected("a value")),
        };
        self.next();
        Ok(Expr { line, node })
    }

    /// A column, a constant, a function or `CASE`.
    fn word(&mut self, line: usize, word: &str) -> Read<Expr> {
        let constant = match word.to_ascii_lowercase().as_str() {
            "true" => Some(Node::Bool(true)),
            "false" => Some(Node::Bool(false)),
            "null" => Some(Node::Null),
            _ => None,
        };
        if let Some(node) = constant {
            self.next();
            return Ok(Expr { line, node });
        }
        if self.takes("case") {
            return self.case(line);
        }
        if INSTEAD.iter().any(|(other, _)| other.eq_ignore_ascii_case(word)) {
            return Err(self.unexpected("a value"));
        }
        let name = self.name("a value")?;
        let node = if self.takes_sign(".") {
            Node::Name(Some(name), self.name("a column")?)
        } else if self.takes_sign("(") {
            self.call(name)?
        } else {
            Node::Name(None, name)
        };
        Ok(Expr { line, node })
    }

    fn call(&mut self, name: String) -> Read<Node> {
        let distinct = self.takes("distinct");
        let args = if self.takes_sign("*") {
            Args::Star
        } else if matches!(self.token(), Token::Sign(")")) {
            Args::List(Vec::new())
        } else {
            Args::List(self.list(Self::expr)?)
        };
        self.needs_sign(")")?;
        Ok(Node::Call { name, distinct, args })
    }

    fn case(&mut self, line: usize) -> Read<Expr> {
        if !self.is_word("when") {
            return Err(self.unexpected("WHEN"));
        }
        let mut branches = Vec::new();
        while self.takes("when") {
            let condition = self.expr()?;
            self.needs("then")?;
            branches.push((condition, self.expr()?));
        }
        let otherwise = self.after("else")?.map(Box::new);
        self.needs("end")?;
        Ok(Expr { line, node: Node::Case { branches, otherwise } })
    }
}

#[cfg(test)]
mod tests {
    use super::{Node, Op, read};

    #[test]
    fn operators_bind_as_in_any_sql() {
        let read = |text: &str| read(&format!("SELECT a FROM t WHERE {text}")).unwrap().filter;
        for (loose, tight) in [
            ("a OR b AND c", "a OR (b AND c)"),
            ("NOT a = 1 AND b", "(NOT (a = 1)) AND b"),
            ("a - b - c = 2", "((a - b) - c) = 2"),
            ("a + b * c < -d", "(a + (b * c)) < (-d)"),
            ("a BETWEEN 1 AND 2 AND b", "(a BETWEEN 1 AND 2) AND b"),
            ("a || b = 'x' OR a NOT IN (1, 2)", "((a || b) = 'x') OR (a NOT IN (1, 2))"),
        ] {
            assert_eq!(read(loose), read(tight), "{loose}");
        }
        let node = read("a <> 1").unwrap().node;
        assert!(matches!(node, Node::Binary(Op::Unequal, ..)));
    }

    #[test]
    fn what_does_not_exist_here_says_what_to_write() {
        for (text, word) in [
            ("SELECT * FROM t", "name the columns"),
            ("DELETE FROM t", "only read"),
            ("WITH x AS (SELECT a FROM t) SELECT a FROM x", "second query"),
            ("SELECT a FROM t UNION SELECT a FROM t", "second query"),
            ("SELECT a FROM t, u", "write JOIN"),
            ("SELECT a FROM (SELECT a FROM t)", "inside queries"),
            ("SELECT (SELECT a FROM t) FROM t", "inside queries"),
            ("SELECT a FROM t WHERE a IN (SELECT b FROM u)", "inside queries"),
            ("SELECT a FROM t WHERE EXISTS (SELECT b FROM u)", "JOIN"),
            ("SELECT a FROM t WHERE a LIKE 'x'", "CONTAINS"),
            ("SELECT CAST(a AS TEXT) FROM t", "remove CAST"),
            ("SELECT a FROM t FOR UPDATE", "remove FOR"),
            ("SELECT a FROM t\nWHERE", "line 2: the end stands where a value"),
            ("SELECT a FROM t; DROP TABLE t", "DROP stands where the end"),
            ("SELECT a FROM t WHERE a <<--5 = 5", "< stands where a value"),
            ("SELECT a FROM other.t", ". stands where"),
            ("SELECT a INTO b FROM t", "INTO stands where FROM"),
            ("SELECT a FROM t WHERE a NOT 5", "IN or BETWEEN"),
            ("SELECT a FROM select", "select stands where a table"),
            ("SELECT CASE a WHEN 1 THEN 2 END FROM t", "where WHEN"),
            ("PRAGMA x", "PRAGMA stands where SELECT"),
        ] {
            let why = read(text).unwrap_err();
            assert!(why.contains(word), "{text}: {why}");
        }
        let deep = format!("SELECT a FROM t WHERE {}a{}", "(".repeat(60), ")".repeat(60));
        assert!(read(&deep).unwrap_err().contains("too deeply"));
        let deep = format!("SELECT a FROM t WHERE {} a", "NOT ".repeat(60));
        assert!(read(&deep).unwrap_err().contains("too deeply"));
        assert!(read(&format!("SELECT {}1 FROM t", "- ".repeat(60))).is_err());
        let long = format!("SELECT a FROM t WHERE {}b", "a OR ".repeat(200));
        assert!(read(&long).unwrap_err().contains("operators"));
    }
}

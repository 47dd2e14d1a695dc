//! Which queries a page or card may use, and which statements a form or job may run: checked when the
//! plugin is loaded, and again at each call.

use super::class::DataClass;
use super::query::{Queries, Query};
use super::statement::{Statement, Statements};
use super::tables::Scope;

fn names(listed: Option<&[String]>, query: &str) -> bool {
    listed.is_none_or(|names| names.iter().any(|name| name == query))
}

/// Only what can be a name is repeated: anything else could be a member's data.
fn plain(name: &str) -> String {
    let plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    name.chars().take(40).filter(plain).collect()
}

/// What the manifest says about a page, card or form.
#[derive(Debug, Clone, Copy)]
pub struct Declared<'m> {
    pub handler: &'m str,
    pub class: DataClass,
    /// The queries that it may use; all that read when nothing is said.
    pub queries: Option<&'m [String]>,
    pub writes: Writes<'m>,
}

/// Which statements it may run.
#[derive(Debug, Clone, Copy)]
pub enum Writes<'m> {
    /// None: a page or card reads.
    Nothing,
    /// Those on the member's own rows, of which it may name some.
    Own(Option<&'m [String]>),
    /// All, of which it may name some: a job's.
    Everybodys(Option<&'m [String]>),
}

impl Writes<'_> {
    fn allow(self, name: &str, statement: &Statement) -> bool {
        match self {
            Writes::Nothing => false,
            Writes::Own(listed) => statement.scope() == Scope::Person && names(listed, name),
            // What somebody keeps from others is theirs to say.
            Writes::Everybodys(listed) => !statement.hides() && names(listed, name),
        }
    }
}

impl Declared<'_> {
    /// Which queries answer while it is made.
    pub fn reach(&self) -> Reach {
        Reach { class: self.class, listed: self.queries.map(<[String]>::to_vec) }
    }

    /// The statement of this name, when it may run.
    ///
    /// # Errors
    /// Why it may not.
    pub fn statement<'s>(
        &self,
        statements: &'s Statements,
        name: &str,
    ) -> Result<&'s Statement, String> {
        match statements.get(name) {
            None => Err(format!("there is no statements/{}.sql", plain(name))),
            Some(statement) if statement.class() > self.class => {
                Err(format!("the statement {name} is {}", statement.class().as_str()))
            }
            Some(statement) if self.writes.allow(name, statement) => Ok(statement),
            Some(_) => Err(format!("the statement {name} may not run here")),
        }
    }

    /// Checks that every statement that it may run is there, is of the member's own rows, and is not
    /// above its class. `told` is the class of what it is told besides its own rows: events, and the answers
    /// of other plugins.
    ///
    /// # Errors
    /// The statement and what to write into `plugin.toml`.
    pub fn check_writes(
        &self,
        queries: &Queries,
        statements: &Statements,
        told: DataClass,
    ) -> Result<(), String> {
        if let Writes::Own(Some(listed)) | Writes::Everybodys(Some(listed)) = self.writes {
            for name in listed {
                let Some(statement) = statements.get(name) else {
                    return Err(format!("names the statement {name:?}; add statements/{name}.sql"));
                };
                if !self.writes.allow(name, statement) {
                    let why = match statement.hides() {
                        true => "what a person hides only their own form changes",
                        false => "a member writes rows of scope = \"person\"",
                    };
                    let table = statement.table();
                    return Err(format!(
                        "names statements/{name}.sql, which writes {table}: {why}"
                    ));
                }
            }
        }
        let mut may = statements.iter().filter(|(name, s)| self.writes.allow(name, s));
        if let Some((name, _)) = may.find(|(_, statement)| statement.class() < told) {
            let told = told.as_str();
            return Err(format!(
                "is told {told} data by other plugins, but may run statements/{name}.sql, whose table is \
                 below that; give its columns class = {told:?}, or leave it out of statements"
            ));
        }
        // What it read must not lie in a table, or behind a page, of a lower class.
        let reads = |(name, query): (&String, &Query)| {
            (names(self.queries, name) && query.class() <= self.class).then(|| query.class())
        };
        let read = queries.iter().filter_map(reads).max().unwrap_or(DataClass::None);
        let mut may = statements.iter().filter(|(name, s)| self.writes.allow(name, s));
        if let Some((name, _)) = may.find(|(_, statement)| statement.class() < read) {
            let read = read.as_str();
            return Err(format!(
                "may read {read} data and run statements/{name}.sql, whose table is below that; list \
                 the queries that it uses: queries = [\"…\"]"
            ));
        }
        let mut may = statements.iter().filter(|(name, s)| self.writes.allow(name, s));
        let above = may.find(|(_, statement)| statement.class() > self.class);
        let Some((name, statement)) = above else { return Ok(()) };
        let class = statement.class().as_str();
        Err(format!(
            "has data = {:?}, but may run statements/{name}.sql, which is {class}; write data = \
             {class:?}, or list the statements that it runs: statements = [\"…\"]",
            self.class.as_str()
        ))
    }

    /// Checks that every query that the page may use is there and not above its class.
    ///
    /// # Errors
    /// The query and what to write into `plugin.toml`.
    pub fn check(&self, queries: &Queries) -> Result<(), String> {
        for name in self.queries.into_iter().flatten() {
            if !queries.contains_key(name) {
                return Err(format!("names the query {name:?}; add queries/{name}.sql"));
            }
        }
        let above = queries
            .iter()
            .find(|(name, query)| query.class() > self.class && names(self.queries, name));
        let Some((name, query)) = above else { return Ok(()) };
        Err(format!(
            "has data = {:?}, but may use queries/{name}.sql, which is {}; write data = {:?}, or \
             list the queries that it uses: queries = [\"…\"]",
            self.class.as_str(),
            query.class().as_str(),
            query.class().as_str()
        ))
    }
}

/// Which queries answer during one call.
#[derive(Debug, Clone)]
pub struct Reach {
    class: DataClass,
    listed: Option<Vec<String>>,
}

impl Reach {
    /// No query answers.
    pub const NOTHING: Reach = Reach { class: DataClass::None, listed: Some(Vec::new()) };

    /// A query of another plugin, when it is not above the class of this call.
    ///
    /// # Errors
    /// Why it does not answer.
    pub fn shared<'q>(&self, query: &'q Query) -> Result<&'q Query, String> {
        match query.class() <= self.class {
            true => Ok(query),
            false => {
                Err(format!("the query is {}, above the data of this page", query.class().as_str()))
            }
        }
    }

    /// The query of this name, when it answers.
    ///
    /// # Errors
    /// Why it does not.
    pub fn query<'q>(&self, queries: &'q Queries, name: &str) -> Result<&'q Query, String> {
        match queries.get(name) {
            Some(query) if query.class() > self.class => {
                let class = query.class().as_str();
                Err(format!("the query {name} is {class}, above the data of this page or card"))
            }
            Some(query) if names(self.listed.as_deref(), name) => Ok(query),
            _ => Err(format!("the query {:?} is not declared here", plain(name))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{DataClass, Declared, Reach, Writes};
    use crate::plugins::data::query::{Queries, Query};
    use crate::plugins::data::sql::check::Schema;
    use crate::plugins::data::statement::{Statement, Statements};
    use crate::plugins::data::tables::Tables;
    use std::collections::BTreeSet;

    fn queries() -> Queries {
        let text = "schema = \"musubi-tables/1\"\n[table.rows]\nscope = \"person\"\n\
                    class = \"medical\"\ncolumns.a = { type = \"text\" }\n[table.news]\n\
                    scope = \"insurer\"\nclass = \"none\"\ncolumns.a = { type = \"text\" }\n";
        let (tables, imported) = (Tables::parse(text).unwrap(), BTreeSet::new());
        let schema = Schema { tables: &tables, imported: &imported };
        let query = |table: &str| Query::parse(&format!("SELECT a FROM {table}"), &schema).unwrap();
        ["rows", "news"].map(|table| (table.to_owned(), query(table))).into()
    }

    #[test]
    fn a_page_below_a_query_that_it_may_use_is_refused() {
        let queries = queries();
        let check = |class: DataClass, names: Option<&[&str]>| {
            let names =
                names.map(|names| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>());
            let (handler, queries_of) = ("x", names.as_deref());
            Declared { handler, class, queries: queries_of, writes: Writes::Nothing }
                .check(&queries)
        };
        assert_eq!(check(DataClass::Medical, None), Ok(()));
        assert_eq!(check(DataClass::None, Some(&["news"])), Ok(()));
        assert_eq!(check(DataClass::None, Some(&[])), Ok(()));
        for (class, names, word) in [
            (DataClass::None, None, "rows.sql"),
            (DataClass::Pii, None, "data = \"medical\""),
            (DataClass::None, Some(["news", "rows"].as_slice()), "rows.sql"),
            (DataClass::Medical, Some(["gone"].as_slice()), "gone.sql"),
        ] {
            let why = check(class, names).unwrap_err();
            assert!(why.contains(word), "{why}");
        }
    }

    #[test]
    fn a_call_reads_what_its_page_may_and_nothing_above_its_class() {
        let queries = queries();
        let asked = |class: DataClass, listed: Option<&str>, name: &str| {
            let listed = listed.map(|name| vec![name.to_owned()]);
            Reach { class, listed }.query(&queries, name).map(|query| query.class())
        };
        assert_eq!(asked(DataClass::Medical, None, "rows"), Ok(DataClass::Medical));
        assert_eq!(asked(DataClass::None, Some("news"), "news"), Ok(DataClass::None));
        for (class, listed, name, word) in [
            (DataClass::Pii, None, "rows", "rows is medical"),
            (DataClass::None, Some("rows"), "rows", "rows is medical"),
            (DataClass::Medical, Some("news"), "rows", "\"rows\" is not declared"),
            (DataClass::Medical, None, "港 gone", "\"gone\""),
        ] {
            let why = asked(class, listed, name).unwrap_err();
            assert!(why.contains(word), "{why}");
        }
        assert!(Reach::NOTHING.query(&queries, "news").is_err());
    }

    /// What somebody hides no job and no form of staff changes, named or not.
    #[test]
    fn what_a_person_hides_only_their_own_form_changes() {
        let text = "schema = \"musubi-tables/1\"\n[table.rows]\nscope = \"person\"\nclass = \"pii\"\n\
                    columns.a = { type = \"text\" }\n[[table.rows.hidden_by]]\ntable = \"kept\"\n\
                    on = [\"a\"]\n[table.kept]\nscope = \"person\"\nclass = \"pii\"\nkey = [\"a\"]\n\
                    columns.a = { type = \"text\" }\n";
        let (tables, imported) = (Tables::parse(text).unwrap(), BTreeSet::new());
        let schema = Schema { tables: &tables, imported: &imported };
        let show = Statement::parse("DELETE FROM kept WHERE a = $a", &schema).unwrap();
        let statements = Statements::from([("show".to_owned(), show)]);
        let named = ["show".to_owned()];
        let declared =
            |writes| Declared { handler: "x", class: DataClass::Pii, queries: None, writes };
        assert!(declared(Writes::Own(None)).statement(&statements, "show").is_ok());
        for writes in [Writes::Everybodys(None), Writes::Everybodys(Some(&named)), Writes::Nothing]
        {
            assert!(declared(writes).statement(&statements, "show").is_err());
        }
        let told = declared(Writes::Everybodys(Some(&named)));
        let why = told.check_writes(&Queries::new(), &statements, DataClass::None).unwrap_err();
        assert!(why.contains("only their own form"), "{why}");
    }
}

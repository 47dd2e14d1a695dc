//! Named statements: the finite list of what a plugin can write. Insurer and person are the host's;
//! everything else is a named parameter, checked against its type before it is bound.

use super::class::DataClass;
use super::people::People;
use super::query::{For, Unanswered, values};
use super::sql::check::Schema;
use super::sql::print::Printed;
use super::sql::print_write;
use super::sql::tree::{Change, Write};
use super::sql::write;
use super::tables::{Kind, Scope};
use db::{AssertSqlSafe, Engine, Tx};
use serde_json::{Map, Value as Json};
use std::collections::{BTreeSet, HashMap};
use std::path::Path;

/// One statement file.
#[derive(Debug, Clone)]
pub struct Statement {
    write: Write,
    most: u32,
    /// Parameters that must have a value.
    needed: BTreeSet<String>,
}

/// A plugin's statements by name.
pub type Statements = HashMap<String, Statement>;

/// The statements of a plugin, and what is wrong with the others.
pub fn read_all(folder: &Path, schema: &Schema<'_>) -> (Statements, Vec<String>) {
    let parse = |text: &str| Statement::parse(text, schema);
    let (statements, wrong) = super::query::read_files(folder, parse);
    let at = |(name, why): (String, String)| format!("statements/{name}.sql: {why}");
    (statements, wrong.into_iter().map(at).collect())
}

impl Statement {
    /// Reads a statement and checks it against the plugin's tables.
    ///
    /// # Errors
    /// The line and what to write there.
    pub fn parse(text: &str, schema: &Schema<'_>) -> Result<Self, String> {
        let write = write::check(text, schema)?;
        let table = &schema.tables.table[&write.into.table];
        let needed = write.needed(table);
        Ok(Self { write, most: table.most(), needed })
    }

    /// The class of its table and of what it names.
    pub fn class(&self) -> DataClass {
        self.write.class
    }

    /// Whose rows it writes.
    pub fn scope(&self) -> Scope {
        self.write.into.scope
    }

    /// Whether it writes what somebody keeps from others.
    pub fn hides(&self) -> bool {
        self.write.into.hides
    }

    /// Whether it puts a row in.
    pub fn adds(&self) -> bool {
        matches!(self.write.change, Change::Insert { .. })
    }

    /// Its table.
    pub fn table(&self) -> &str {
        &self.write.into.table
    }

    /// The files that it is to name.
    pub fn blobs<'p>(&'p self, params: &'p Map<String, Json>) -> impl Iterator<Item = &'p str> {
        let blobs = self.write.params.iter().filter(|(_, kind)| **kind == Kind::Blob);
        blobs.filter_map(|(name, _)| params.get(name)?.as_str())
    }

    /// The statement for these people, as an engine takes it.
    pub fn printed(&self, engine: Engine, people: &People) -> Printed {
        print_write::print(&self.write, engine, people.whose(), self.most)
    }

    /// Runs it and returns how many rows it changed. A new row is the one person's of `whom`.
    ///
    /// # Errors
    /// [`Unanswered::Asked`] for a parameter that is missing, unknown or of another type.
    pub async fn run(
        &self,
        tx: &mut Tx,
        engine: Engine,
        whom: &For<'_>,
        params: &Map<String, Json>,
    ) -> Result<u64, Unanswered> {
        let inserts = self.adds();
        if inserts && self.scope() == Scope::Person && whom.people.all().len() != 1 {
            return Err(Unanswered::Asked("say whose the new row is".to_owned()));
        }
        if let Some(name) = self.needed.iter().find(|name| params.get(*name) == Some(&Json::Null)) {
            return Err(Unanswered::Asked(format!("${name} must have a value")));
        }
        if let Some(theirs) = print_write::become_theirs(&self.write, engine, whom.people.whose()) {
            let bound = values(&self.write.params, &theirs.binds, whom, params)?;
            tx.execute(AssertSqlSafe(theirs.sql), &bound).await.map_err(Unanswered::Database)?;
        }
        let printed = self.printed(engine, whom.people);
        let bound = values(&self.write.params, &printed.binds, whom, params)?;
        let changed = tx.execute(AssertSqlSafe(printed.sql), &bound).await;
        match changed.map_err(Unanswered::Database)? {
            0 if inserts && !self.is_there(tx, engine, whom, params).await? => {
                Err(Unanswered::Full)
            }
            changed => Ok(changed),
        }
    }

    /// Whether nothing was put in because the row was there, and not because there was no room.
    async fn is_there(
        &self,
        tx: &mut Tx,
        engine: Engine,
        whom: &For<'_>,
        params: &Map<String, Json>,
    ) -> Result<bool, Unanswered> {
        let printed = print_write::there(&self.write, engine, whom.people.whose());
        let Some(printed) = printed else { return Ok(false) };
        let bound = values(&self.write.params, &printed.binds, whom, params)?;
        let row = tx.one(AssertSqlSafe(printed.sql), &bound).await;
        let row = row.map_err(Unanswered::Database)?;
        let rows = row.map_or(Ok(0), |row| row.int("n")).map_err(Unanswered::Database)?;
        Ok(rows > 0)
    }
}

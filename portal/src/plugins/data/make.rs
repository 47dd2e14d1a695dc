//! Makes a plugin's tables as they are declared, and later adds what was added. What would take
//! something away from rows that exist is refused.

use super::sql::check::Schema;
use super::tables::{HiddenBy, Kind, Scope, Stored, Table};
use db::{AssertSqlSafe, Conn, Db, Engine, Tx, params};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The host's own table beside the plugin's: which imports count.
pub const IMPORTS: &str = "musubi_imports";

/// The host's own table that remembers which forms were taken, so that none is twice.
pub const SENT: &str = "musubi_sent";

/// The host's own table of what is to be told.
pub const OUTBOX: &str = "musubi_outbox";
/// What has happened and is not said yet.
pub const EVENTS: &str = "musubi_events";

/// The host's own table of members' files.
pub const BLOBS: &str = "musubi_blobs";

/// The host's own table that remembers what was made.
pub const MADE: &str = "musubi_tables";

/// Where the tables are made, and who reads and writes them.
pub struct At {
    schema: Option<String>,
    logins: Option<Logins>,
}

/// On PostgreSQL each of the two has a role.
struct Logins {
    reader: Login,
    writer: Login,
}

/// A role and its password.
#[derive(Clone)]
pub struct Login {
    pub role: String,
    pub password: String,
}

/// A table as it was made: what the next version is compared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Made {
    scope: Scope,
    columns: BTreeMap<String, Shape>,
    indexes: Vec<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<Vec<String>>,
    /// Files fill it, and nothing else; `None` in what an older portal made.
    #[serde(default)]
    imported: Option<bool>,
    /// What persons may hide of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    hidden_by: Vec<HiddenBy>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Shape {
    kind: String,
    places: u8,
    optional: bool,
}

impl At {
    /// In a file of its own, which only this program opens.
    pub fn file() -> Self {
        Self { schema: None, logins: None }
    }

    /// In a schema, for these two.
    pub fn schema(schema: String, reader: Login, writer: Login) -> Self {
        Self { schema: Some(schema), logins: Some(Logins { reader, writer }) }
    }

    fn table(&self, name: &str) -> String {
        match &self.schema {
            Some(schema) => format!("\"{schema}\".\"{name}\""),
            None => format!("\"{name}\""),
        }
    }
}

impl Made {
    fn of(table: &Table, imported: bool) -> Self {
        let shape = |kind: Kind, optional| Shape {
            kind: kind.name().to_owned(),
            places: if let Kind::Decimal(places) = kind { places } else { 0 },
            optional,
        };
        let columns = table.columns.iter();
        let columns = columns.map(|(name, c)| (name.clone(), shape(c.kind(), c.optional)));
        let (indexes, key) = (table.indexes.clone(), table.key.clone());
        let imported = Some(imported);
        let hidden_by = table.hidden_by.clone();
        Self { scope: table.scope, columns: columns.collect(), indexes, key, imported, hidden_by }
    }

    /// Whether a later version only added to this: then this one reads and writes what that one made, and
    /// leaves alone what it does not know.
    fn is_before(&self, later: &Self) -> bool {
        let same = |(name, shape): (&String, &Shape)| later.columns.get(name) == Some(shape);
        self.becomes(later).is_ok()
            && self.hides_as(later)
            && self.columns.len() < later.columns.len()
            && self.columns.iter().all(same)
    }

    /// Whether whatever may be hidden in the other is hidden in this, too.
    fn hides_as(&self, other: &Self) -> bool {
        other.hidden_by.iter().all(|hidden| self.hidden_by.contains(hidden))
    }

    /// Whether rows of `self` are rows of `next`, too.
    fn becomes(&self, next: &Self) -> Result<(), String> {
        if self.scope != next.scope {
            return Err("its scope cannot change; declare another table".to_owned());
        }
        if self.key != next.key {
            return Err("its key cannot change; declare another table".to_owned());
        }
        if self.imported.is_some_and(|was| Some(was) != next.imported) {
            let why = "whether an importer fills it cannot change; declare another table";
            return Err(why.to_owned());
        }
        if !next.hides_as(self) {
            let why = "hidden_by is another, and what persons hide would be seen; restore it";
            return Err(why.to_owned());
        }
        for (name, shape) in &self.columns {
            match next.columns.get(name) {
                None => {
                    return Err(format!(
                        "column {name} is gone, and with it what it holds; restore it"
                    ));
                }
                Some(now) if (&now.kind, now.places) != (&shape.kind, shape.places) => {
                    return Err(format!(
                        "column {name} was {} and is {} now; declare another column",
                        shape.kind, now.kind
                    ));
                }
                Some(now) if shape.optional && !now.optional => {
                    return Err(format!(
                        "column {name} was optional, and rows may lack it; keep optional = true"
                    ));
                }
                Some(_) => {}
            }
        }
        let added = next
            .columns
            .iter()
            .find(|(name, now)| !self.columns.contains_key(*name) && !now.optional);
        match added {
            Some((name, _)) => {
                Err(format!("column {name} is new, and rows lack it; write optional = true"))
            }
            None => Ok(()),
        }
    }
}

/// Whether a version could work on the tables that a later one makes of its own.
///
/// # Errors
/// The table that it could not use.
pub fn can_go_back(before: &Schema<'_>, later: &Schema<'_>) -> Result<(), String> {
    for (name, table) in &before.tables.table {
        let Some(next) = later.tables.table.get(name) else { continue };
        let was = Made::of(table, before.imported.contains(name));
        let next = Made::of(next, later.imported.contains(name));
        let kept = |(name, shape): (&String, &Shape)| next.columns.get(name) == Some(shape);
        if was.becomes(&next).is_err() || !was.columns.iter().all(kept) {
            return Err(format!("table {name} changes what it has"));
        }
        if !was.hides_as(&next) {
            return Err(format!("table {name} hides rows that the version before would show"));
        }
    }
    Ok(())
}

/// Makes what is missing, in one transaction.
///
/// # Errors
/// The table and why it cannot become what is declared, or the engine's words.
pub async fn make(db: &Db, at: &At, schema: &Schema<'_>) -> Result<(), String> {
    let said = |error: db::Error| error.to_string();
    let made_of = |(name, table)| (name, Made::of(table, schema.imported.contains(name)));
    let tables = schema.tables.table.iter();
    let declared: BTreeMap<&str, Made> =
        tables.map(made_of).map(|(name, made): (&String, Made)| (name.as_str(), made)).collect();
    let known = match there(&mut db.read().await.map_err(said)?, db.engine(), at).await {
        Ok(true) => made(&mut db.read().await.map_err(said)?, at).await.map_err(said)?,
        Ok(false) => None,
        Err(error) => return Err(said(error)),
    };
    let same = |known: &BTreeMap<String, Made>| {
        declared.iter().all(|(name, made)| {
            known.get(*name).is_some_and(|last| last == made || made.is_before(last))
        })
    };
    let reads = lets_in(&mut db.read().await.map_err(said)?, at).await.map_err(said)?;
    if reads && known.as_ref().is_some_and(same) {
        return Ok(());
    }
    let mut tx = db.begin().await.map_err(said)?;
    // Fences of tables that are in use are taken down and put up again only where somebody is missing.
    let new = !reads || known.is_none();
    begin(&mut tx, db.engine(), at, new).await.map_err(|error| missing_right(&error, at))?;
    // Another process may have been here meanwhile.
    let known = made(&mut tx, at).await.map_err(said)?.unwrap_or_default();
    for (name, next) in &declared {
        let table = |why: String| format!("tables.toml: table {name}: {why}");
        let last = known.get(*name);
        if last.is_some_and(|last| last == next || next.is_before(last)) {
            // A restored database has its tables and perhaps no role.
            fence(&mut tx, at, &at.table(name), writes(next)).await.map_err(said)?;
            continue;
        }
        if let Some(last) = last {
            last.becomes(next).map_err(table)?;
        }
        let maker = Maker { at, engine: db.engine(), name };
        maker.change(&mut tx, last, next).await.map_err(|error| table(error.to_string()))?;
    }
    tx.commit().await.map_err(said)
}

/// Whether everything of the host's own was made here before: the table that came last is there.
async fn there(conn: &mut Conn, engine: Engine, at: &At) -> db::Result<bool> {
    let row = match (engine, &at.schema) {
        (Engine::Postgres, Some(schema)) => {
            let sql =
                "SELECT COUNT(*) AS n FROM pg_tables WHERE schemaname = $1 AND tablename = $2";
            conn.one(sql, params![schema, BLOBS]).await?
        }
        _ => {
            conn.one("SELECT COUNT(*) AS n FROM sqlite_master WHERE name = $1", params![BLOBS])
                .await?
        }
    };
    row.map_or(Ok(false), |row| Ok(row.int("n")? > 0))
}

/// What the role that writes may do with a table.
fn writes(made: &Made) -> bool {
    made.imported == Some(false)
}

/// Whether the roles are there and may.
async fn lets_in(conn: &mut Conn, at: &At) -> db::Result<bool> {
    let (Some(schema), Some(logins)) = (&at.schema, &at.logins) else { return Ok(true) };
    let sql = "SELECT COUNT(*) AS n FROM pg_roles JOIN pg_namespace ON nspname = $3 WHERE rolname IN \
               ($1, $2) AND has_schema_privilege(pg_roles.oid, pg_namespace.oid, 'USAGE')";
    let roles = params![&logins.reader.role, &logins.writer.role, schema];
    let row = conn.one(sql, roles).await?;
    row.map_or(Ok(false), |row| Ok(row.int("n")? == 2))
}

/// The tables as they were made.
async fn made(conn: &mut Conn, at: &At) -> db::Result<Option<BTreeMap<String, Made>>> {
    let sql = format!("SELECT name, made FROM {}", at.table(MADE));
    let mut found = BTreeMap::new();
    for row in conn.all(AssertSqlSafe(sql), &[]).await? {
        // What a newer program wrote is compared as something else, and refused by name.
        if let Ok(made) = serde_json::from_str(&row.text("made")?) {
            found.insert(row.text("name")?, made);
        }
    }
    Ok(Some(found))
}

/// The tables of all versions that were ever here, with their columns that hold ids of files.
///
/// # Errors
/// When the database does not answer.
pub async fn blob_columns(
    conn: &mut Conn,
    made: &str,
) -> db::Result<BTreeMap<String, Vec<String>>> {
    let sql = format!("SELECT name, made FROM {made}");
    let mut found = BTreeMap::new();
    for row in conn.all(AssertSqlSafe(sql), &[]).await? {
        let Ok(made) = serde_json::from_str::<Made>(&row.text("made")?) else { continue };
        let blobs = made.columns.into_iter().filter(|(_, shape)| shape.kind == "blob");
        found.insert(row.text("name")?, blobs.map(|(column, _)| column).collect());
    }
    Ok(found)
}

/// A role with its password, for a schema.
async fn login(tx: &mut Tx, schema: &str, Login { role, password }: &Login) -> db::Result<()> {
    let sql = "SELECT rolsuper OR rolbypassrls OR rolcreaterole AS r FROM pg_roles \
                   WHERE rolname = $1";
    let known = tx.one(sql, params![role]).await?;
    let verb = match known.map(|row| row.bool("r")).transpose()? {
        None => "CREATE",
        Some(false) => "ALTER",
        Some(true) => {
            let why = "has rights that a plugin's role may not have; DROP ROLE it";
            return Err(db::Error::Migration(format!("role {role} {why}")));
        }
    };
    run(tx, format!("{verb} ROLE \"{role}\" WITH LOGIN NOINHERIT PASSWORD '{password}'")).await?;
    run(tx, format!("GRANT USAGE ON SCHEMA \"{schema}\" TO \"{role}\"")).await
}

/// The schema, the roles, and the host's own tables.
async fn begin(tx: &mut Tx, engine: Engine, at: &At, new: bool) -> db::Result<()> {
    if let (Some(schema), Some(logins)) = (&at.schema, &at.logins) {
        // Two nodes may start at once, and roles are the whole server's.
        run(tx, "SELECT pg_advisory_xact_lock(7711003)".to_owned()).await?;
        run(tx, format!("CREATE SCHEMA IF NOT EXISTS \"{schema}\"")).await?;
        login(tx, schema, &logins.reader).await?;
        login(tx, schema, &logins.writer).await?;
    }
    let made = at.table(MADE);
    run(
        tx,
        format!("CREATE TABLE IF NOT EXISTS {made} (name TEXT PRIMARY KEY, made TEXT NOT NULL)"),
    )
    .await?;
    let imports = at.table(IMPORTS);
    run(
        tx,
        format!(
            "CREATE TABLE IF NOT EXISTS {imports} (import_id BIGINT PRIMARY KEY, insurer_id TEXT NOT \
             NULL, importer TEXT NOT NULL, batch TEXT NOT NULL, fingerprint TEXT NOT NULL, rows \
             BIGINT NOT NULL, live BOOLEAN NOT NULL, begun_at BIGINT NOT NULL, imported_at BIGINT)"
        ),
    )
    .await?;
    // Of two imports of one batch at once the second fails: both would count twice.
    run(
        tx,
        format!(
            "CREATE UNIQUE INDEX IF NOT EXISTS musubi_imports_live ON {imports} (insurer_id, \
             importer, batch) WHERE live"
        ),
    )
    .await?;
    let sent = at.table(SENT);
    run(
        tx,
        format!(
            "CREATE TABLE IF NOT EXISTS {sent} (insurer_id TEXT NOT NULL, form TEXT NOT NULL, went_to \
             TEXT NOT NULL, sent_at BIGINT NOT NULL, PRIMARY KEY (insurer_id, form))"
        ),
    )
    .await?;
    let outbox = at.table(OUTBOX);
    run(
        tx,
        format!(
            "CREATE TABLE IF NOT EXISTS {outbox} (insurer_id TEXT NOT NULL, outbox_id TEXT NOT NULL, \
             person TEXT NOT NULL, notification TEXT NOT NULL, params TEXT NOT NULL, made_at BIGINT NOT \
             NULL, PRIMARY KEY (insurer_id, outbox_id))"
        ),
    )
    .await?;
    let events = at.table(EVENTS);
    run(
        tx,
        format!(
            "CREATE TABLE IF NOT EXISTS {events} (insurer_id TEXT NOT NULL, outbox_id TEXT NOT NULL, \
             seq BIGINT NOT NULL, person TEXT NOT NULL, event TEXT NOT NULL, params TEXT NOT NULL, \
             data TEXT NOT NULL, made_at BIGINT NOT NULL, PRIMARY KEY (insurer_id, outbox_id))"
        ),
    )
    .await?;
    let blobs = at.table(BLOBS);
    run(
        tx,
        format!(
            "CREATE TABLE IF NOT EXISTS {blobs} (insurer_id TEXT NOT NULL, blob_id TEXT NOT NULL, person \
             TEXT NOT NULL, class TEXT NOT NULL, name TEXT NOT NULL, media TEXT NOT NULL, bytes BIGINT NOT \
             NULL, pages BIGINT NOT NULL, made_at BIGINT NOT NULL, kept BOOLEAN NOT NULL, unnamed_at \
             BIGINT, sealed BYTEA NOT NULL, PRIMARY KEY (insurer_id, blob_id))"
        ),
    )
    .await?;
    let blobs_of = "musubi_blobs_person";
    run(tx, format!("CREATE INDEX IF NOT EXISTS {blobs_of} ON {blobs} (insurer_id, person)"))
        .await?;
    if engine == Engine::Postgres && new {
        fence(tx, at, &blobs, true).await?;
        fence(tx, at, &imports, false).await?;
        fence(tx, at, &sent, true).await?;
        fence(tx, at, &outbox, true).await?;
        fence(tx, at, &events, true).await?;
    }
    Ok(())
}

/// On PostgreSQL every row is hidden but those of the insurer whom the connection serves.
async fn fence(tx: &mut Tx, at: &At, table: &str, writes: bool) -> db::Result<()> {
    let Some(Logins { reader, writer }) = &at.logins else { return Ok(()) };
    run(tx, format!("ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")).await?;
    run(tx, format!("ALTER TABLE {table} FORCE ROW LEVEL SECURITY")).await?;
    run(tx, format!("DROP POLICY IF EXISTS musubi_insurer ON {table}")).await?;
    let policy = "insurer_id = current_setting('musubi.insurer')";
    run(
        tx,
        format!("CREATE POLICY musubi_insurer ON {table} USING ({policy}) WITH CHECK ({policy})"),
    )
    .await?;
    run(tx, format!("GRANT SELECT ON {table} TO \"{}\"", reader.role)).await?;
    if !writes {
        return Ok(());
    }
    run(tx, format!("GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO \"{}\"", writer.role)).await
}

async fn run(tx: &mut Tx, sql: String) -> db::Result<()> {
    tx.execute(AssertSqlSafe(sql), &[]).await.map(drop)
}

/// A portal that may not make roles says what it needs.
fn missing_right(error: &db::Error, at: &At) -> String {
    let hint = match &at.logins {
        Some(_) if error.to_string().contains("permission denied") => {
            "; the portal makes a role for each plugin: ALTER ROLE its user CREATEROLE, and GRANT \
             CREATE ON DATABASE to it"
        }
        _ => "",
    };
    format!("{error}{hint}")
}

/// Makes or extends one table.
struct Maker<'a> {
    at: &'a At,
    engine: Engine,
    name: &'a str,
}

impl Maker<'_> {
    async fn change(&self, tx: &mut Tx, last: Option<&Made>, next: &Made) -> db::Result<()> {
        let table = self.at.table(self.name);
        let (text, int) = (self.stored(Stored::Text), self.stored(Stored::BigInt));
        if last.is_none() {
            let person = match next.scope {
                Scope::Person => format!("person {text} NOT NULL, "),
                Scope::Insurer => String::new(),
            };
            // That a value is there is the writer's care: a column can become optional later.
            let columns: Vec<String> =
                next.columns.iter().map(|(name, shape)| self.column(name, shape)).collect();
            run(
                tx,
                format!(
                    "CREATE TABLE {table} (insurer_id {text} NOT NULL, {person}import_id {int} NOT \
                     NULL, line {int} NOT NULL, {})",
                    columns.join(", ")
                ),
            )
            .await?;
            if next.imported == Some(true) {
                self.index(tx, "import", &["insurer_id", "import_id", "line"]).await?;
            }
            match &next.key {
                Some(key) => self.unique(tx, next.scope, key).await?,
                None if next.scope == Scope::Person => {
                    self.index(tx, "person", &["insurer_id", "person"]).await?;
                }
                None => {}
            }
        }
        if self.engine == Engine::Postgres {
            fence(tx, self.at, &table, writes(next)).await?;
        }
        let before = last.map(|last| &last.columns);
        for (name, shape) in &next.columns {
            if before.is_some_and(|before| !before.contains_key(name)) {
                let column = self.column(name, shape);
                run(tx, format!("ALTER TABLE {table} ADD COLUMN {column}")).await?;
            }
        }
        // A file is asked for by its id when it is looked for who names it.
        let blobs = next.columns.iter().filter(|(_, shape)| shape.kind == "blob");
        for (name, _) in blobs {
            self.index(tx, name, &["insurer_id", name]).await?;
        }
        for index in &next.indexes {
            if last.is_none_or(|last| !last.indexes.contains(index)) {
                let person = (next.scope == Scope::Person).then_some("person");
                let columns = std::iter::once("insurer_id").chain(person);
                let columns: Vec<&str> = columns.chain(index.iter().map(String::as_str)).collect();
                self.index(tx, &index.join("_"), &columns).await?;
            }
        }
        let made = serde_json::to_string(next).expect("names and flags are JSON");
        let sql = format!(
            "INSERT INTO {} (name, made) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET made = \
             excluded.made",
            self.at.table(MADE)
        );
        tx.execute(AssertSqlSafe(sql), params![self.name, made]).await.map(drop)
    }

    fn column(&self, name: &str, shape: &Shape) -> String {
        let stored = match shape.kind.as_str() {
            "int" | "yen" | "decimal" | "instant" => Stored::BigInt,
            "bool" => Stored::Boolean,
            _ => Stored::Text,
        };
        format!("\"{name}\" {}", self.stored(stored))
    }

    /// Texts are compared by their bytes on both engines.
    fn stored(&self, stored: Stored) -> &'static str {
        match (stored, self.engine) {
            (Stored::Text, Engine::Sqlite) => "TEXT",
            (Stored::Text, Engine::Postgres) => "TEXT COLLATE \"C\"",
            (Stored::BigInt, _) => "BIGINT",
            (Stored::Boolean, _) => "BOOLEAN",
        }
    }

    async fn unique(&self, tx: &mut Tx, scope: Scope, key: &[String]) -> db::Result<()> {
        let person = (scope == Scope::Person).then_some("person");
        let columns = std::iter::once("insurer_id").chain(person);
        let columns: Vec<&str> = columns.chain(key.iter().map(String::as_str)).collect();
        self.made(tx, "UNIQUE INDEX", "key", &columns).await
    }

    async fn index(&self, tx: &mut Tx, what: &str, columns: &[&str]) -> db::Result<()> {
        self.made(tx, "INDEX", what, columns).await
    }

    async fn made(&self, tx: &mut Tx, kind: &str, what: &str, columns: &[&str]) -> db::Result<()> {
        let columns: Vec<String> = columns.iter().map(|column| format!("\"{column}\"")).collect();
        let (table, columns) = (self.at.table(self.name), columns.join(", "));
        // Names of indexes are cut at 63 bytes by PostgreSQL, and two may then be one.
        let name = format!("{}_{what}", self.name);
        let name = format!(
            "musubi_{}_{}",
            &name[..name.len().min(40)],
            secret::hash::short(name.as_bytes())
        );
        run(tx, format!("CREATE {kind} IF NOT EXISTS \"{name}\" ON {table} ({columns})")).await
    }
}

#[cfg(test)]
mod tests {
    use super::{Made, can_go_back};
    use crate::plugins::data::sql::check::Schema;
    use crate::plugins::data::tables::Tables;
    use std::collections::BTreeSet;

    /// What persons have hidden stays hidden: a version without it is refused, later as well as before.
    #[test]
    fn a_version_that_hides_less_is_refused() {
        let head = "schema = \"musubi-tables/1\"\n";
        let rows =
            "[table.rows]\nscope = \"person\"\nclass = \"pii\"\ncolumns.a = { type = \"text\" }\n";
        let hides = "[[table.rows.hidden_by]]\ntable = \"kept\"\non = [\"a\"]\n";
        let kept = rows.replace("rows", "kept").replace("class", "key = [\"a\"]\nclass");
        let [with, without] =
            [hides, ""].map(|hides| Tables::parse(&format!("{head}{rows}{hides}{kept}")).unwrap());
        let imported = BTreeSet::new();
        let made = |tables: &Tables| Made::of(&tables.table["rows"], false);
        assert!(made(&without).becomes(&made(&with)).is_ok());
        assert!(made(&with).becomes(&made(&without)).unwrap_err().contains("hidden_by"));
        assert!(!made(&without).is_before(&made(&with)));
        let schema = |tables| Schema { tables, imported: &imported };
        assert!(can_go_back(&schema(&with), &schema(&with)).is_ok());
        let why = can_go_back(&schema(&without), &schema(&with)).unwrap_err();
        assert!(why.contains("hides rows"), "{why}");
    }
}

//! A wall around a SQLite connection: SQLite itself asks, for every statement that is prepared,
//! whether each thing that it does is on a closed list, and stops a statement that works too long.

#![expect(
    unsafe_code,
    reason = "SQLite is told whom to ask by a C function that sqlx has no name for"
)]

use libsqlite3_sys as sqlite;
use sqlx::sqlite::LockedSqliteHandle;
use sqlx::{Connection, SqliteConnection};
use std::collections::BTreeSet;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// The functions that a walled statement may call: each computes with its arguments only.
pub const FUNCTIONS: [&str; 13] = [
    "abs", "avg", "coalesce", "count", "instr", "length", "max", "min", "nullif", "replace",
    "round", "substr", "sum",
];

/// Between two looks at how much a statement has done, in SQLite's own operations.
const OPERATIONS: c_int = 1_000;
/// How many such looks a statement lasts: some 50 million operations, about a second.
const LOOKS: u32 = 50_000;
/// The longest text that a statement may make, in bytes.
const LENGTH: c_int = 256 * 1024;

/// What may be read. It lives as long as the process: SQLite keeps its address.
pub(crate) struct Wall(&'static BTreeSet<String>);

impl Wall {
    /// A wall around `tables`. Some bytes stay for good: a process has few.
    pub(crate) fn new(tables: &[&str]) -> Self {
        Self(Box::leak(Box::new(tables.iter().map(|table| (*table).to_owned()).collect())))
    }

    /// Puts it around a connection, for good.
    pub(crate) async fn around(&self, conn: &mut SqliteConnection) -> sqlx::Result<Steps> {
        let steps = Steps::default();
        let counted = steps.clone();
        let mut handle = conn.lock_handle().await?;
        handle.set_progress_handler(OPERATIONS, move || counted.go_on());
        self.ask(&mut handle, reads)?;
        Ok(steps)
    }

    /// Puts it around the connection that writes, for good. A statement that is stopped takes the whole
    /// transaction with it, and those that share its commit: they are told so.
    pub(crate) async fn around_writer(&self, conn: &mut SqliteConnection) -> sqlx::Result<Steps> {
        let steps = Steps::default();
        let counted = steps.clone();
        // Statements that were prepared before would not be asked about.
        conn.clear_cached_statements().await?;
        let mut handle = conn.lock_handle().await?;
        handle.set_progress_handler(OPERATIONS, move || counted.go_on());
        self.ask(&mut handle, writes)?;
        Ok(steps)
    }

    fn ask(&self, handle: &mut LockedSqliteHandle<'_>, whether: Asked) -> sqlx::Result<()> {
        let raw = handle.as_raw_handle().as_ptr();
        let tables = std::ptr::from_ref(self.0).cast_mut().cast::<c_void>();
        // SAFETY: the connection is locked, so nobody else uses it; `tables` is never freed.
        let set = unsafe {
            sqlite::sqlite3_limit(raw, sqlite::SQLITE_LIMIT_ATTACHED, 0);
            sqlite::sqlite3_limit(raw, sqlite::SQLITE_LIMIT_LENGTH, LENGTH);
            sqlite::sqlite3_set_authorizer(raw, Some(whether), tables)
        };
        match set {
            sqlite::SQLITE_OK => Ok(()),
            code => Err(sqlx::Error::Protocol(format!("sqlite3_set_authorizer: {code}"))),
        }
    }
}

/// `sqlite3_set_authorizer`'s callback.
type Asked = unsafe extern "C" fn(
    *mut c_void,
    c_int,
    *const c_char,
    *const c_char,
    *const c_char,
    *const c_char,
) -> c_int;

/// What a statement has done so far.
#[derive(Clone, Default)]
pub(crate) struct Steps(Arc<AtomicU32>);

impl Steps {
    /// The next statement begins.
    pub(crate) fn begin(&self) {
        self.0.store(0, Ordering::Relaxed);
    }

    fn go_on(&self) -> bool {
        self.0.fetch_add(1, Ordering::Relaxed) < LOOKS
    }
}

/// SQLite asks whether a statement of a reader may do something.
unsafe extern "C" fn reads(
    tables: *mut c_void,
    action: c_int,
    first: *const c_char,
    second: *const c_char,
    _database: *const c_char,
    _by: *const c_char,
) -> c_int {
    // SAFETY: the pointer is the one of `Wall::ask`, which is never freed, and the texts are SQLite's.
    let asked = unsafe { Question::of(tables, action, first, second) };
    if asked.reads() { sqlite::SQLITE_OK } else { sqlite::SQLITE_DENY }
}

/// The same for the one that writes.
unsafe extern "C" fn writes(
    tables: *mut c_void,
    action: c_int,
    first: *const c_char,
    second: *const c_char,
    _database: *const c_char,
    _by: *const c_char,
) -> c_int {
    // SAFETY: as for `reads`.
    let asked = unsafe { Question::of(tables, action, first, second) };
    if asked.writes() { sqlite::SQLITE_OK } else { sqlite::SQLITE_DENY }
}

/// What SQLite asks.
struct Question<'a> {
    tables: &'a BTreeSet<String>,
    action: c_int,
    first: Option<&'a str>,
    second: Option<&'a str>,
}

impl<'a> Question<'a> {
    /// # Safety
    /// `tables` is the set of a wall; the texts end with a zero and live as long as the question, or
    /// are null.
    unsafe fn of(
        tables: *mut c_void,
        action: c_int,
        first: *const c_char,
        second: *const c_char,
    ) -> Self {
        let name = |text: *const c_char| {
            // SAFETY: the caller promises it.
            let text = (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) });
            text.and_then(|text| text.to_str().ok())
        };
        // SAFETY: the caller promises it.
        let tables = unsafe { &*tables.cast::<BTreeSet<String>>() };
        Self { tables, action, first: name(first), second: name(second) }
    }

    fn of_a_table(&self) -> bool {
        self.first.is_some_and(|table| self.tables.contains(table))
    }

    fn reads(&self) -> bool {
        let called = |name: &str| FUNCTIONS.contains(&name.to_ascii_lowercase().as_str());
        match self.action {
            sqlite::SQLITE_SELECT => true,
            sqlite::SQLITE_READ => self.of_a_table(),
            sqlite::SQLITE_FUNCTION => self.second.is_some_and(called),
            _ => false,
        }
    }

    fn writes(&self) -> bool {
        match self.action {
            sqlite::SQLITE_INSERT | sqlite::SQLITE_UPDATE | sqlite::SQLITE_DELETE => {
                self.of_a_table()
            }
            sqlite::SQLITE_TRANSACTION | sqlite::SQLITE_SAVEPOINT => true,
            // When the file is closed.
            sqlite::SQLITE_PRAGMA => self.first == Some("wal_checkpoint"),
            _ => self.reads(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Db, Walled, testing};
    use sqlx::AssertSqlSafe;

    /// Whatever a statement is, however it came here: it reads the tables of the wall.
    #[tokio::test]
    async fn a_walled_reader_reads_its_tables_and_nothing_else() {
        let url = testing::fresh_sqlite();
        let db = Db::open(&url).await.unwrap();
        let mut tx = db.begin().await.unwrap();
        for sql in [
            "CREATE TABLE mine (a BIGINT)",
            "CREATE INDEX mine_a ON mine (a)",
            "CREATE TABLE other (a BIGINT)",
            "INSERT INTO mine (a) VALUES (7)",
            "INSERT INTO other (a) VALUES (8)",
        ] {
            tx.execute(sql, &[]).await.unwrap();
        }
        tx.commit().await.unwrap();
        let walled = Walled::sqlite(super::super::file_of(&url).unwrap(), &["mine"]).await.unwrap();
        let mut conn = walled.read().await.unwrap();
        let row = conn.one("SELECT SUM(abs(a)) AS a FROM mine", &[]).await.unwrap().unwrap();
        assert_eq!(row.int("a").unwrap(), 7);
        for bad in [
            "SELECT a FROM other",
            "SELECT a FROM mine UNION SELECT a FROM other",
            "SELECT a FROM mine WHERE a IN (SELECT a FROM other)",
            "SELECT a FROM mine --5 = 5\n UNION SELECT a FROM other",
            "SELECT name FROM sqlite_master",
            "SELECT name FROM pragma_table_info('other')",
            "SELECT value FROM json_each('[1]')",
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n LIMIT 3",
            "SELECT load_extension('x')",
            "SELECT randomblob(100)",
            "SELECT printf('%1000000s', 'x')",
            "SELECT zeroblob(100)",
            "ATTACH DATABASE '/etc/passwd' AS x",
            "PRAGMA query_only = OFF",
            "PRAGMA table_info(other)",
            "SELECT a FROM mine; DELETE FROM mine",
            "DELETE FROM mine",
            "UPDATE mine SET a = 1",
            "INSERT INTO mine (a) VALUES (1)",
            "CREATE TABLE more (a BIGINT)",
            "CREATE TEMP TABLE more (a BIGINT)",
            "CREATE TEMP VIEW more AS SELECT a FROM other",
            "DROP TABLE mine",
            "ALTER TABLE mine RENAME TO yours",
            "REINDEX mine",
            "ANALYZE",
            "VACUUM",
            "VACUUM INTO '/tmp/x'",
            "BEGIN",
            "SAVEPOINT x",
            "EXPLAIN SELECT a FROM other",
        ] {
            let ran = conn.all(AssertSqlSafe(bad), &[]).await;
            assert!(ran.is_err(), "{bad}");
        }
        let endless = "SELECT COUNT(*) AS n FROM mine AS a JOIN mine AS b ON TRUE";
        assert_eq!(conn.one(endless, &[]).await.unwrap().unwrap().int("n").unwrap(), 1);
        walled.close().await;
        db.close().await;
    }

    /// What is written to a plugin's file: its rows, and nothing about the file itself.
    #[tokio::test]
    async fn a_walled_writer_writes_rows_of_its_tables_and_nothing_else() {
        let url = testing::fresh_sqlite();
        let db = Db::open(&url).await.unwrap();
        let run = async |sql: &'static str| {
            let mut tx = db.begin().await?;
            tx.execute(sql, &[]).await?;
            tx.commit().await
        };
        for sql in [
            "CREATE TABLE mine (a BIGINT PRIMARY KEY, b BIGINT)",
            "CREATE TABLE other (a BIGINT)",
            "INSERT INTO other (a) VALUES (8)",
        ] {
            run(sql).await.unwrap();
        }
        db.wall(&["mine"]).await.unwrap();
        for sql in [
            "INSERT INTO mine (a, b) SELECT 7, 1 WHERE (SELECT COUNT(*) FROM mine) < 5",
            "INSERT INTO mine AS t (a, b) VALUES (7, 1) ON CONFLICT (a) DO UPDATE SET b = t.b + 1",
            "UPDATE mine AS t SET b = abs(t.b) WHERE t.a = 7",
            "DELETE FROM mine WHERE a = 8",
        ] {
            run(sql).await.unwrap_or_else(|why| panic!("{sql}: {why}"));
        }
        for bad in [
            "INSERT INTO other (a) VALUES (8)",
            "UPDATE other SET a = 1",
            "DELETE FROM other",
            "INSERT INTO mine (a) SELECT a FROM other",
            "UPDATE mine SET b = (SELECT a FROM other)",
            "DELETE FROM sqlite_master",
            "CREATE TABLE more (a BIGINT)",
            "CREATE TRIGGER t AFTER INSERT ON mine BEGIN DELETE FROM other; END",
            "DROP TABLE mine",
            "ALTER TABLE mine RENAME TO yours",
            "ATTACH DATABASE '/tmp/x' AS x",
            "PRAGMA writable_schema = ON",
            "VACUUM INTO '/tmp/x'",
        ] {
            assert!(run(bad).await.is_err(), "{bad}");
        }
        let row = db.read().await.unwrap().one("SELECT b FROM mine", &[]).await.unwrap().unwrap();
        assert_eq!(row.int("b").unwrap(), 2);
        db.close().await;
    }

    /// A statement that writes without end is stopped, and the writer goes on.
    #[tokio::test]
    async fn a_write_that_works_too_long_is_stopped() {
        let url = testing::fresh_sqlite();
        let db = Db::open(&url).await.unwrap();
        let run = async |sql: String| {
            let mut tx = db.begin().await?;
            tx.execute(AssertSqlSafe(sql), &[]).await?;
            tx.commit().await
        };
        run("CREATE TABLE mine (a BIGINT)".to_owned()).await.unwrap();
        let rows = vec!["(1)"; 1000].join(", ");
        run(format!("INSERT INTO mine (a) VALUES {rows}")).await.unwrap();
        db.wall(&["mine"]).await.unwrap();
        let endless =
            "UPDATE mine SET a = (SELECT COUNT(*) FROM mine AS b JOIN mine AS c ON b.a = c.a
                       JOIN mine AS d ON c.a = d.a)";
        for _ in 0..2 {
            let why = run(endless.to_owned()).await.err().unwrap().to_string();
            assert!(why.contains("interrupted"), "{why}");
            run("INSERT INTO mine (a) VALUES (2)".to_owned()).await.unwrap();
        }
        let sql = "SELECT COUNT(*) AS n FROM mine WHERE a = 2";
        let row = db.read().await.unwrap().one(sql, &[]).await.unwrap().unwrap();
        assert_eq!(row.int("n").unwrap(), 2);
        db.close().await;
    }

    /// P4 of the border's review: a statement without end is stopped, and the connection goes on.
    #[tokio::test]
    async fn a_statement_that_works_too_long_is_stopped() {
        let url = testing::fresh_sqlite();
        let db = Db::open(&url).await.unwrap();
        let mut tx = db.begin().await.unwrap();
        tx.execute("CREATE TABLE mine (a BIGINT)", &[]).await.unwrap();
        let rows = vec!["(1)"; 1000].join(", ");
        let insert = format!("INSERT INTO mine (a) VALUES {rows}");
        tx.execute(AssertSqlSafe(insert), &[]).await.unwrap();
        tx.commit().await.unwrap();
        let walled = Walled::sqlite(super::super::file_of(&url).unwrap(), &["mine"]).await.unwrap();
        let endless = "SELECT COUNT(*) AS n FROM mine AS a JOIN mine AS b ON a.a = b.a
                       JOIN mine AS c ON b.a = c.a JOIN mine AS d ON c.a = d.a";
        let mut conn = walled.read().await.unwrap();
        for _ in 0..2 {
            let why = conn.one(endless, &[]).await.err().unwrap().to_string();
            assert!(why.contains("interrupted"), "{why}");
            let short = conn.one("SELECT COUNT(*) AS n FROM mine", &[]).await.unwrap().unwrap();
            assert_eq!(short.int("n").unwrap(), 1000);
        }
        walled.close().await;
        db.close().await;
    }
}

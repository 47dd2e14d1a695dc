//! A wall around a SQLite connection: SQLite itself asks, for every statement that is prepared,
//! whether each thing that it does is on a closed list, and stops a statement that works too long.

#![expect(
    unsafe_code,
    reason = "SQLite is told whom to ask by a C function that sqlx has no name for"
)]

use libsqlite3_sys as sqlite;
use sqlx::SqliteConnection;
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
        let mut handle = conn.lock_handle().await?;
        let counted = steps.clone();
        handle.set_progress_handler(OPERATIONS, move || counted.go_on());
        let raw = handle.as_raw_handle().as_ptr();
        let tables = std::ptr::from_ref(self.0).cast_mut().cast::<c_void>();
        // SAFETY: the connection is locked, so nobody else uses it; `tables` is never freed.
        let set = unsafe {
            sqlite::sqlite3_limit(raw, sqlite::SQLITE_LIMIT_ATTACHED, 0);
            sqlite::sqlite3_limit(raw, sqlite::SQLITE_LIMIT_LENGTH, LENGTH);
            sqlite::sqlite3_set_authorizer(raw, Some(asked), tables)
        };
        match set {
            sqlite::SQLITE_OK => Ok(steps),
            code => Err(sqlx::Error::Protocol(format!("sqlite3_set_authorizer: {code}"))),
        }
    }
}

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

/// SQLite asks whether a statement may do something (`sqlite3_set_authorizer`).
unsafe extern "C" fn asked(
    tables: *mut c_void,
    action: c_int,
    first: *const c_char,
    second: *const c_char,
    _database: *const c_char,
    _by: *const c_char,
) -> c_int {
    let name = |text: *const c_char| {
        // SAFETY: SQLite passes texts that end with a zero and live as long as this call, or none.
        let text = (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) });
        text.and_then(|text| text.to_str().ok())
    };
    // SAFETY: the pointer is the one of `Wall::around`, which is never freed.
    let tables = unsafe { &*tables.cast::<BTreeSet<String>>() };
    let allowed = match action {
        sqlite::SQLITE_SELECT => true,
        sqlite::SQLITE_READ => name(first).is_some_and(|table| tables.contains(table)),
        sqlite::SQLITE_FUNCTION => {
            name(second).is_some_and(|name| FUNCTIONS.contains(&name.to_ascii_lowercase().as_str()))
        }
        _ => false,
    };
    if allowed { sqlite::SQLITE_OK } else { sqlite::SQLITE_DENY }
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

//! A fresh database of each engine for every test.

use crate::{Db, Migration};
use sqlx::{AssertSqlSafe, Connection, Executor};
use std::sync::atomic::{AtomicU64, Ordering};

/// The environment variable that names a PostgreSQL server in which tests may make databases.
pub const POSTGRES: &str = "MUSUBI_TEST_POSTGRES";

static NEXT: AtomicU64 = AtomicU64::new(0);

fn fresh_name() -> String {
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("musubi_{}_{number}", std::process::id())
}

/// The address of a fresh, empty SQLite database.
pub fn fresh_sqlite() -> String {
    sqlite(&fresh_name())
}

fn sqlite(name: &str) -> String {
    let folder = std::env::temp_dir().join("musubi-tests");
    std::fs::create_dir_all(&folder).expect("the temporary folder is writable");
    let file = folder.join(format!("{name}.sqlite"));
    for end in ["", "-wal", "-shm"] {
        std::fs::remove_file(format!("{}{end}", file.display())).ok();
    }
    format!("sqlite:{}", file.display())
}

/// Addresses of fresh, empty databases: always SQLite, and PostgreSQL when [`POSTGRES`] is set.
pub async fn fresh_urls() -> Vec<String> {
    let name = fresh_name();
    let mut urls = vec![sqlite(&name)];
    #[expect(clippy::disallowed_methods, reason = "tests are told where PostgreSQL is")]
    let server = std::env::var(POSTGRES);
    if let Ok(server) = server {
        let mut conn = sqlx::PgConnection::connect(&server).await.expect("PostgreSQL answers");
        for sql in [format!("DROP DATABASE IF EXISTS {name}"), format!("CREATE DATABASE {name}")] {
            conn.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await.expect("may make databases");
        }
        let (head, _) = server.rsplit_once('/').expect("…/database");
        urls.push(format!("{head}/{name}"));
    }
    urls
}

/// Runs `test` on a fresh, migrated database of each engine.
pub async fn each_engine(migrations: &[Migration], test: impl AsyncFn(Db)) {
    for url in fresh_urls().await {
        let db = Db::open(&url).await.expect("a fresh database opens");
        db.migrate("migrations", migrations).await.expect("migrates");
        test(db.clone()).await;
        db.close().await;
    }
}

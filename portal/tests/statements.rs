//! Expand first: the statements of every release run on the schema of today, on both engines,
//! because both are at work while nodes are exchanged (migrations/README.md).

use std::path::Path;

#[tokio::test]
async fn the_statements_of_every_release_still_run() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations/fixtures");
    let mut statements = Vec::new();
    for entry in std::fs::read_dir(fixtures).unwrap().flatten() {
        let text = std::fs::read_to_string(entry.path().join("portal.sql")).unwrap_or_default();
        let release = entry.file_name().to_string_lossy().into_owned();
        let of_release = text.split(";\n").map(str::trim).filter(|sql| !sql.is_empty());
        statements.extend(of_release.map(|sql| (release.clone(), sql.to_owned())));
    }
    assert!(!statements.is_empty(), "v0.1.0 left its statements");
    db::testing::each_engine(&portal::app::migrations().unwrap(), async |db| {
        let mut conn = db.read().await.unwrap();
        for (release, sql) in &statements {
            let prepared = conn.prepare(db::AssertSqlSafe(sql.clone())).await;
            assert!(prepared.is_ok(), "{release}: {sql}: {:?}", prepared.err());
        }
    })
    .await;
}

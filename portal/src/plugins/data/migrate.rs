//! A plugin's own tables: migrations that pass the fence.

use super::fence;
use db::{Db, Migration};
use std::path::Path;

/// Runs the files of a plugin's `migrations/` that have not run yet.
///
/// # Errors
/// The file and the rule that it breaks, or why it cannot run.
pub async fn migrate(db: &Db, folder: &Path, prefix: &str) -> Result<(), String> {
    let mut files = Vec::new();
    if let Ok(entries) = std::fs::read_dir(folder) {
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let sql = std::fs::read_to_string(entry.path()).map_err(|error| error.to_string())?;
            fence::migration(&sql, prefix).map_err(|why| format!("migration {name}: {why}"))?;
            files.push(Migration::new(&name, &sql).map_err(|error| error.to_string())?);
        }
    }
    let ledger = format!("migrations_{}", prefix.trim_end_matches('_'));
    db.migrate(&ledger, &files).await.map_err(|error| error.to_string())
}

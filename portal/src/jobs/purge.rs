//! Removes what has expired, and says in the log where the records of staff end.

use crate::app::App;
use crate::plugins::data::{blobs, retention};
use crate::store::{EXPIRED, staff_record};
use db::{Db, params};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

const PURGE_INTERVAL: Duration = Duration::from_secs(600);

/// Runs until shutdown, the first time at once.
pub async fn run(app: Arc<App>) {
    let mut told = BTreeMap::new();
    let mut cleared = String::new();
    loop {
        if let Err(error) = purge(&app.db, app.clock.now()).await {
            tracing::warn!(%error, "expired rows could not be removed; trying again later");
        }
        if let Err(error) = witness(&app.db, &mut told).await {
            tracing::warn!(%error, "the record of staff could not be read; trying again later");
        }
        files(&app).await;
        let today = web::clock::today(app.clock.now());
        if cleared != today {
            rows(&app, &today).await;
            cleared = today;
        }
        tokio::time::sleep(PURGE_INTERVAL).await;
    }
}

/// Where the records of what staff did end stands in the log, too: what the log says cannot be rewritten by who
/// can write to the database only.
async fn witness(db: &Db, told: &mut BTreeMap<String, Vec<u8>>) -> Result<(), db::Error> {
    for (insurer, seq, mark) in staff_record::ends(&mut db.read().await?).await? {
        if told.insert(insurer.clone(), mark.clone()).as_ref() != Some(&mark) {
            let mark: String = mark.iter().map(|byte| format!("{byte:02x}")).collect();
            tracing::info!(insurer, seq, mark, "staff record");
        }
    }
    Ok(())
}

/// Files of forms that were not taken, and of rows that are gone: of every plugin that has some, also where
/// an insurer has switched it off. One that fails keeps nobody else's.
async fn files(app: &App) {
    for plugin in app.in_force().plugins.values() {
        let Some(database) = &plugin.database else { continue };
        let purged = async {
            if database.blob_columns().await?.values().all(Vec::is_empty) {
                return Ok(());
            }
            for insurer in app.insurers.all() {
                blobs::purge(database, &insurer.brand.slug, app.clock.now()).await?;
            }
            Ok::<(), db::Error>(())
        };
        if let Err(error) = purged.await {
            let plugin = plugin.id();
            tracing::warn!(%error, plugin, "files could not be removed; trying again later");
        }
    }
}

/// Rows that were kept for as long as their table says: once a day, of every plugin and insurer, also where it is
/// switched off.
async fn rows(app: &App, today: &str) {
    for plugin in app.in_force().plugins.values() {
        let Some(database) = &plugin.database else { continue };
        for insurer in app.insurers.all() {
            let (insurer, id) = (insurer.brand.slug.as_str(), plugin.id());
            match retention::purge(database, insurer, &plugin.tables, today).await {
                Ok(0) => {}
                Ok(rows) => tracing::info!(plugin = id, insurer, rows, "kept long enough: deleted"),
                Err(error) => {
                    tracing::warn!(%error, plugin = id, insurer, "rows could not be deleted");
                }
            }
        }
    }
}

async fn purge(db: &Db, now: i64) -> Result<(), db::Error> {
    for batch in EXPIRED {
        loop {
            let mut tx = db.begin().await?;
            let removed = tx.execute(*batch, params![now]).await?;
            tx.commit().await?;
            if removed < 1000 {
                break;
            }
        }
    }
    Ok(())
}

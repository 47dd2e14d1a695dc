//! Removes what has expired, in batches, so that tables do not grow without bound.

use crate::app::App;
use db::{Db, params};
use std::sync::Arc;
use std::time::Duration;

/// A day: used codes stay that long, so that a late replay is still noticed.
const RETENTION_SECS: i64 = 24 * 3600;
const PURGE_INTERVAL: Duration = Duration::from_secs(600);

/// Runs until shutdown.
pub async fn run(app: Arc<App>) {
    loop {
        if let Err(error) = once(&app.tools.db, app.now()).await {
            tracing::warn!(%error, "expired rows could not be removed; trying again later");
        }
        tokio::time::sleep(PURGE_INTERVAL).await;
    }
}

/// Removes what expired a day ago. Each table and each batch is a transaction of its own.
pub async fn once(db: &Db, now: i64) -> Result<(), db::Error> {
    for batch in crate::store::EXPIRED {
        loop {
            let mut tx = db.begin().await?;
            let removed = tx.execute(*batch, params![now - RETENTION_SECS]).await?;
            tx.commit().await?;
            if removed < 1000 {
                break;
            }
        }
    }
    Ok(())
}

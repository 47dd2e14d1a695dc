//! Removes what has expired.

use crate::app::App;
use crate::store::EXPIRED;
use db::{Db, params};
use std::sync::Arc;
use std::time::Duration;

const PURGE_INTERVAL: Duration = Duration::from_secs(600);

/// Runs until shutdown, the first time at once.
pub async fn run(app: Arc<App>) {
    loop {
        if let Err(error) = purge(&app.db, app.clock.now()).await {
            tracing::warn!(%error, "expired rows could not be removed; trying again later");
        }
        tokio::time::sleep(PURGE_INTERVAL).await;
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

//! Writes what was counted of journeys, each minute.

use crate::app::App;
use std::sync::Arc;
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);

/// Runs until shutdown.
pub async fn run(app: Arc<App>) {
    loop {
        tokio::time::sleep(MINUTE).await;
        if let Err(error) = app.tally.write(&app.tools.db).await {
            tracing::warn!(%error, "counts of journeys could not be written; they are kept");
        }
    }
}

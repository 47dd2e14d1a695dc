//! Takes over what operators published.

use crate::app::App;
use std::sync::Arc;
use std::time::Duration;
use web::Error;

const REFRESH_INTERVAL: Duration = Duration::from_secs(1);

/// Runs until shutdown.
pub async fn run(app: Arc<App>) {
    loop {
        tokio::time::sleep(REFRESH_INTERVAL).await;
        if let Err(Error::Fault(error)) = app.refresh().await {
            tracing::warn!(%error, "insurers could not be refreshed");
        }
    }
}

//! Takes over what operators published, changed clients and renewed certificates.

use crate::app::App;
use std::sync::Arc;
use std::time::Duration;
use web::Error;
use web::listen::Identity;

/// How often changes are looked for.
const REFRESH_INTERVAL: Duration = Duration::from_secs(1);

/// Runs until shutdown.
pub async fn run(app: Arc<App>, identity: Option<Arc<Identity>>) {
    loop {
        tokio::time::sleep(REFRESH_INTERVAL).await;
        if let Some(identity) = &identity {
            identity.refresh();
        }
        if let Err(Error::Fault(error)) = app.refresh().await {
            tracing::warn!(%error, "insurers could not be refreshed");
        }
    }
}

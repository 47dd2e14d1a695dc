//! Ends the processes of plugins that nobody has called for a while.

use crate::app::App;
use std::sync::Arc;
use std::time::Duration;

/// Runs until shutdown.
pub async fn run(app: Arc<App>) {
    loop {
        tokio::time::sleep(Duration::from_secs(60)).await;
        for plugin in app.in_force().plugins.values() {
            plugin.end_idle().await;
        }
    }
}

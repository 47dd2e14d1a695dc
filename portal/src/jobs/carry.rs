//! Carries what plugins say and tell to the inboxes and listeners, for many together, behind the requests.

use crate::app::App;
use crate::insurers::offer;
use crate::plugins::data::outbox;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long is gathered: a member who goes on to the inbox finds it there.
const GATHER: Duration = Duration::from_millis(200);
/// After something could not be carried.
const PAUSE: Duration = Duration::from_secs(5);
/// Between two looks into all outboxes, for what a node that stopped had not carried.
const LOOK: Duration = Duration::from_secs(600);

/// Runs until shutdown.
pub async fn run(app: Arc<App>) {
    let mut looked: Option<Instant> = None;
    loop {
        if looked.is_none_or(|at| at.elapsed() >= LOOK) {
            look(&app);
            looked = Some(Instant::now());
        }
        tokio::time::timeout(LOOK, app.carrier.some()).await.ok();
        tokio::time::sleep(GATHER).await;
        for (plugin, insurer) in app.carrier.take() {
            let in_force = app.in_force();
            let found = in_force.plugins.get(&plugin);
            let Some(database) = found.and_then(|plugin| plugin.database.as_ref()) else {
                continue;
            };
            match outbox::deliver(&app.db, database, (&plugin, &insurer)).await {
                Ok(true) => {}
                // The others have their turn first.
                Ok(false) => app.carrier.waits(&plugin, &insurer),
                Err(error) => {
                    tracing::warn!(%error, plugin, insurer, "not told yet");
                    let app = app.clone();
                    tokio::spawn(async move {
                        tokio::time::sleep(PAUSE).await;
                        app.carrier.waits(&plugin, &insurer);
                    });
                }
            }
        }
    }
}

/// Every plugin that tells or says something may have left some.
fn look(app: &App) {
    let in_force = app.in_force();
    for insurer in app.insurers.all() {
        for offer in offer::all(&insurer.definition, &in_force.plugins) {
            let manifest = &offer.plugin.manifest;
            if !manifest.notification.is_empty() || !manifest.event.is_empty() {
                app.carrier.waits(offer.id(), &insurer.brand.slug);
            }
        }
    }
}

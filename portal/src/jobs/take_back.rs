//! A version of a plugin whose processes die at several insurers is taken back: the one before answers again, on all
//! nodes, until an operator looks.

use crate::app::App;
use crate::in_force::{before, drawn};
use crate::insurers::with_plugin::for_insurers;
use crate::plugins::Plugin;
use crate::plugins::mpk::trust::Trust;
use crate::plugins::package::load::Loader;
use crate::store::plugin_packages::{self, Installed};
use std::sync::Arc;
use std::time::Duration;
use web::Error;

/// Between two looks.
const LOOK: Duration = Duration::from_secs(2);
/// After one that failed.
const AGAIN: Duration = Duration::from_secs(60);
/// A version that has answered for longer does not die of itself, in seconds.
const NEW: i64 = 7 * 86_400;

/// Runs until shutdown.
pub async fn run(app: Arc<App>) {
    loop {
        tokio::time::sleep(LOOK).await;
        // Where a process serves all insurers one member's crashes look like everybody's.
        if app.settings.plugins.shared_runners {
            continue;
        }
        for plugin in app.in_force().plugins.values().filter(|plugin| plugin.dies_everywhere()) {
            match take_back(&app, plugin).await {
                Ok(Some(to)) => {
                    let (plugin, version) = (plugin.id(), &plugin.manifest.plugin.version);
                    tracing::error!(
                        plugin,
                        version,
                        to,
                        "plugin taken back: it died at several insurers"
                    );
                }
                Ok(None) => {}
                // A try loads a plugin: not each time.
                Err(error) => {
                    tracing::warn!(error = error.text(), "a plugin could not be taken back");
                    tokio::time::sleep(AGAIN).await;
                }
            }
        }
    }
}

/// Has the package before answer, when there is one that can; returns its version.
async fn take_back(app: &App, plugin: &Plugin) -> Result<Option<String>, Error> {
    let Some(origin) = &plugin.origin else { return Ok(None) };
    let mut conn = app.db.read().await?;
    let wanted = plugin_packages::in_force(&mut conn).await?;
    // Another node may have been faster.
    let was = wanted.into_iter().find(|one| one.plugin == plugin.id() && one.hash == origin.hash);
    let (ways, since) = (
        plugin_packages::ways_back(&mut conn, plugin.id()).await?,
        plugin_packages::since(&mut conn, plugin.id()).await?.unwrap_or(0),
    );
    drop(conn);
    let now = app.clock.now();
    // One that was gone back to ran well before: when it dies, too, it is not the version.
    let came = |was: &Installed| now - since < NEW && since <= was.installed_at;
    let Some(was) = was.filter(came) else { return Ok(None) };
    let trust = Trust::read(&app.settings.plugins.trust_file).map_err(Error::fault)?;
    let Some(before) = before(ways, &was, &trust) else { return Ok(None) };
    let (settings, db) = (&app.settings, &app.db);
    let loader = Loader { settings, db, keys: &app.person_keys, calls: &app.calls };
    let loaded = loader.installed(&before, &trust).await?;
    let loaded = loaded.and_then(|loaded| drawn(settings, loaded)).map_err(Error::fault)?;
    for_insurers(db, &loaded.manifest).await?;
    let mut tx = app.db.begin().await?;
    let put =
        plugin_packages::put(&mut tx, plugin.id(), &before.hash, Some(&was.hash), now).await?;
    if put {
        plugin_packages::leave(&mut tx, &was, Some(now)).await?;
    }
    tx.commit().await?;
    Ok(put.then_some(before.version))
}

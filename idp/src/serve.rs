//! `idp serve`: the running server and its background work.

use crate::app::App;
use crate::settings::Settings;
use crate::{mail, purge, routes, visit};
use axum::Router;
use std::sync::Arc;
use std::time::Duration;
use web::Error;
use web::metrics::Metrics;
use web::serve::{Surround, bind, serve, surround};

/// How often operators' changes are taken over.
const REFRESH: Duration = Duration::from_secs(1);

/// The complete router.
pub fn router(app: &Arc<App>) -> Router {
    let (for_look, for_ready) = (app.clone(), app.clone());
    surround(
        routes::routes(app.clone()),
        Surround {
            look_for: Arc::new(move |parts| visit::look_for(parts, &for_look)),
            secure: app.settings.secure(),
            metrics: Metrics::new("idp"),
            ready: Arc::new(move || {
                let app = for_ready.clone();
                Box::pin(async move { app.db.ping().await })
            }),
        },
    )
}

/// Serves until the process is asked to stop.
pub async fn run(settings: Settings) -> Result<(), Error> {
    let listener = bind(settings.listen).await?;
    let app = App::open(settings).await?;
    tokio::spawn(mail::deliver::run(app.clone()));
    tokio::spawn(purge::run(app.clone()));
    tokio::spawn(refresh(app.clone()));
    tracing::info!(listen = %app.settings.listen, url = app.settings.public_url, "idp serves");
    serve(listener, router(&app)).await?;
    app.db.close().await;
    Ok(())
}

async fn refresh(app: Arc<App>) {
    loop {
        tokio::time::sleep(REFRESH).await;
        if let Err(Error::Fault(error)) = app.refresh().await {
            tracing::warn!(%error, "insurers could not be refreshed");
        }
    }
}

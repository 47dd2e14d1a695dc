//! `portal serve`: the running server.

use crate::app::App;
use crate::settings::Settings;
use crate::{jobs, routes, visit};
use axum::Router;
use std::sync::Arc;
use web::Error;
use web::listen::{Door, Guard, TrustedProxies};
use web::metrics::Metrics;
use web::serve::{Surround, bind, serve, surround};

/// The complete router.
pub fn router(app: &Arc<App>) -> Router {
    let (for_look, for_ready) = (app.clone(), app.clone());
    surround(
        routes::routes(app.clone()),
        Surround {
            look_for: Arc::new(move |parts| visit::look_for(parts, &for_look)),
            public_url: app.settings.public_url.clone(),
            metrics: Metrics::new("portal"),
            ready: Arc::new(move || {
                let app = for_ready.clone();
                Box::pin(async move { app.db.ping().await })
            }),
        },
    )
}

/// Serves until the process is asked to stop.
pub async fn run(settings: Settings) -> Result<(), Error> {
    let door = Door { listener: bind(settings.listen).await?, tls: None };
    let proxies = TrustedProxies::new(&settings.proxy.trusted, "")?;
    let guard = Guard::new(settings.connections.clone(), proxies);
    let app = App::open(settings).await?;
    tokio::spawn(jobs::refresh::run(app.clone()));
    tokio::spawn(jobs::purge::run(app.clone()));
    tracing::info!(listen = %app.settings.listen, url = app.settings.public_url, "portal serves");
    serve(vec![door], router(&app), guard).await;
    app.db.close().await;
    Ok(())
}

//! `portal serve`: the running server.

use crate::app::App;
use crate::settings::Settings;
use crate::{jobs, routes, visit};
use axum::Router;
use db::installation::Served;
use std::sync::Arc;
use tokio::task::JoinSet;
use web::Error;
use web::config::ConfigError;
use web::listen::{Door, Guard, TrustedProxies};
use web::metrics::Metrics;
use web::running::{Serving, serve};
use web::serve::{Surround, surround};

/// The complete router.
pub fn router(app: &Arc<App>) -> Router {
    let (for_look, for_ready) = (app.clone(), app.clone());
    surround(
        routes::routes(app.clone()),
        Surround {
            look_for: Arc::new(move |parts| visit::look_for(parts, &for_look)),
            public_url: app.public_url.clone(),
            metrics: Metrics::new("portal", |registry| app.calls.register(registry)),
            ready: Arc::new(move || {
                let app = for_ready.clone();
                Box::pin(async move { app.ready().await })
            }),
            requests: app.settings.log.requests,
            answered: Arc::default(),
            long: &[
                "/{insurer}/staff/files/{plugin}/{importer}",
                "/{insurer}/p/{plugin}",
                "/{insurer}/p/{plugin}/{*path}",
                "/{insurer}/staff/p/{plugin}",
                "/{insurer}/staff/p/{plugin}/{*path}",
            ],
            own_tls: false,
        },
    )
}

/// Serves until the process is asked to stop; `settings` reads them, at the start and at SIGHUP.
pub async fn run(settings: impl Fn() -> Result<Settings, ConfigError>) -> Result<(), Error> {
    let served = Served::default();
    serve(async |addresses| {
        let settings = settings()?;
        served.take(&settings.database)?;
        let door = Door { listener: addresses.bind(settings.listen)?, tls: None };
        let proxies = TrustedProxies::new(&settings.proxy.trusted, "")?;
        let guard = Guard::new(settings.connections.clone(), proxies);
        let app = App::open(settings).await?;
        let mut jobs = JoinSet::new();
        jobs.spawn(jobs::refresh::run(app.clone()));
        jobs.spawn(jobs::take_back::run(app.clone()));
        jobs.spawn(jobs::purge::run(app.clone()));
        jobs.spawn(jobs::mail::run(app.clone()));
        jobs.spawn(jobs::plugin_jobs::run(app.clone()));
        jobs.spawn(jobs::carry::run(app.clone()));
        jobs.spawn(jobs::staff_files::run(app.clone()));
        jobs.spawn(jobs::runners::run(app.clone()));
        let url = &app.settings.public_url;
        tracing::info!(listen = %app.settings.listen, url, "portal serves");
        let db = app.db.clone();
        let close = Box::pin(async move { db.close().await });
        Ok(Serving::start(vec![door], router(&app), guard, jobs, close))
    })
    .await
}

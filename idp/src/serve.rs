//! `idp serve`: the running server and its background work.

use crate::app::App;
use crate::credentials::password::Cost;
use crate::settings::Settings;
use crate::visit::slug;
use crate::{jobs, routes};
use axum::Router;
use axum::http::request::Parts;
use db::installation::Served;
use std::sync::Arc;
use tokio::task::JoinSet;
use web::config::ConfigError;
use web::listen::{Door, Guard, Identity, Tls};
use web::metrics::Metrics;
use web::running::{Addresses, Serving, serve};
use web::serve::{Surround, surround};
use web::{Error, Look};

/// The complete router.
pub fn router(app: &Arc<App>) -> Router {
    let (for_look, for_ready) = (app.clone(), app.clone());
    surround(
        routes::routes(app.clone()),
        Surround {
            look_for: Arc::new(move |parts| look_for(parts, &for_look)),
            public_url: app.public_url.clone(),
            metrics: Metrics::new("idp", |registry| app.tally.register(registry)),
            ready: Arc::new(move || {
                let app = for_ready.clone();
                Box::pin(async move { app.ready().await })
            }),
            requests: app.settings.log.requests,
            answered: Arc::default(),
            long: &[],
            own_tls: Settings::file(&app.settings.tls.certificate_file).is_some(),
        },
    )
}

/// The look of a request, also when its path names no insurer.
fn look_for(parts: &Parts, app: &App) -> Look {
    let realm = app.realms.published(slug(parts.uri.path()));
    app.look(parts, realm.as_deref())
}

/// Serves until the process is asked to stop; `settings` reads them, at the start and at SIGHUP.
pub async fn run(settings: impl Fn() -> Result<Settings, ConfigError>) -> Result<(), Error> {
    let served = Served::default();
    serve(async |addresses| {
        let settings = settings()?;
        served.take(&settings.database)?;
        let identity = identity(&settings)?;
        let doors = doors(&settings, identity.as_ref(), addresses)?;
        let cost = Cost::of(&settings.hashing);
        let app = App::open(settings, cost).await?;
        let mut jobs = JoinSet::new();
        jobs.spawn(jobs::mail::run(app.clone()));
        jobs.spawn(jobs::addresses::run(app.clone()));
        jobs.spawn(jobs::logouts::run(app.clone()));
        jobs.spawn(jobs::purge::run(app.clone()));
        jobs.spawn(jobs::tally::run(app.clone()));
        jobs.spawn(jobs::realms::run(app.clone(), identity));
        tracing::info!(listen = %app.settings.listen, url = app.settings.public_url, "idp serves");
        let guard = Guard::new(app.settings.connections.clone(), app.proxies.clone());
        let db = app.tools.db.clone();
        let close = Box::pin(async move { db.close().await });
        Ok(Serving::start(doors, router(&app), guard, jobs, close))
    })
    .await
}

/// The certificate of our own TLS, when there is one.
fn identity(settings: &Settings) -> Result<Option<Arc<Identity>>, ConfigError> {
    let Some(certificate) = Settings::file(&settings.tls.certificate_file) else { return Ok(None) };
    Identity::read(certificate, &settings.tls.key_file).map(Some)
}

fn doors(
    settings: &Settings,
    identity: Option<&Arc<Identity>>,
    addresses: &mut Addresses,
) -> Result<Vec<Door>, Error> {
    let tls = identity.map(|identity| Tls::new(identity, false)).transpose()?;
    let mut doors = vec![Door { listener: addresses.bind(settings.listen)?, tls }];
    if !settings.mtls.listen.is_empty() {
        let say = |why: &str| ConfigError(format!("mtls.listen: {why}"));
        let address =
            settings.mtls.listen.parse().map_err(|_| say("is not an address and port"))?;
        let identity = identity.ok_or_else(|| say("needs tls.certificate_file"))?;
        let tls = Some(Tls::new(identity, true)?);
        doors.push(Door { listener: addresses.bind(address)?, tls });
    }
    Ok(doors)
}

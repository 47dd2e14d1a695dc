//! `idp serve`: the running server and its background work.

use crate::app::App;
use crate::settings::Settings;
use crate::{backchannel, mail, purge, routes, visit};
use axum::Router;
use std::sync::Arc;
use std::time::Duration;
use web::Error;
use web::config::ConfigError;
use web::listen::{Identity, PlainListener, TlsListener};
use web::metrics::Metrics;
use web::serve::{Listening, Surround, bind, serve, surround};

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
    let identity = identity(&settings)?;
    let listeners = listeners(&settings, identity.as_ref()).await?;
    let app = App::open(settings).await?;
    tokio::spawn(mail::deliver::run(app.clone()));
    tokio::spawn(backchannel::run(app.clone()));
    tokio::spawn(purge::run(app.clone()));
    tokio::spawn(refresh(app.clone(), identity));
    tracing::info!(listen = %app.settings.listen, url = app.settings.public_url, "idp serves");
    serve(listeners, router(&app)).await?;
    app.db.close().await;
    Ok(())
}

/// The certificate of our own TLS, when there is one.
fn identity(settings: &Settings) -> Result<Option<Arc<Identity>>, ConfigError> {
    let Some(certificate) = Settings::file(&settings.tls.certificate_file) else { return Ok(None) };
    Identity::read(certificate, &settings.tls.key_file).map(Some)
}

async fn listeners(
    settings: &Settings,
    identity: Option<&Arc<Identity>>,
) -> Result<Vec<Listening>, Error> {
    let listener = bind(settings.listen).await?;
    let mut listeners = vec![match identity {
        Some(identity) => Listening::Tls(TlsListener::new(listener, identity, false)?),
        None => Listening::Plain(PlainListener(listener)),
    }];
    if !settings.mtls.listen.is_empty() {
        let say = |why: &str| ConfigError(format!("mtls.listen: {why}"));
        let address = settings.mtls.listen.parse().map_err(|_| say("is no address and port"))?;
        let identity = identity.ok_or_else(|| say("needs tls.certificate_file"))?;
        let listener = bind(address).await?;
        listeners.push(Listening::Tls(TlsListener::new(listener, identity, true)?));
    }
    Ok(listeners)
}

async fn refresh(app: Arc<App>, identity: Option<Arc<Identity>>) {
    loop {
        tokio::time::sleep(REFRESH).await;
        if let Some(identity) = &identity {
            identity.refresh();
        }
        if let Err(Error::Fault(error)) = app.refresh().await {
            tracing::warn!(%error, "insurers could not be refreshed");
        }
    }
}

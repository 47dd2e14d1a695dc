//! `portal serve`: the running server and its background work.

use crate::app::App;
use crate::clock;
use crate::settings::Settings;
use crate::{routes, visit};
use axum::Router;
use db::params;
use std::sync::Arc;
use std::time::Duration;
use web::Error;
use web::metrics::Metrics;
use web::serve::{Listening, Surround, bind, serve, surround};
use web::tls::PlainListener;

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
    let listener = bind(settings.listen).await?;
    let app = App::open(settings).await?;
    tokio::spawn(refresh(app.clone()));
    tracing::info!(listen = %app.settings.listen, url = app.settings.public_url, "portal serves");
    serve(vec![Listening::Plain(PlainListener(listener))], router(&app)).await?;
    app.db.close().await;
    Ok(())
}

/// Takes over changes every second and purges every ten minutes.
async fn refresh(app: Arc<App>) {
    let mut round = 0_u32;
    loop {
        if round.is_multiple_of(600)
            && let Err(Error::Fault(error)) = purge(&app).await
        {
            tracing::warn!(%error, "expired rows could not be removed; trying again later");
        }
        round = round.wrapping_add(1);
        tokio::time::sleep(REFRESH).await;
        if let Err(Error::Fault(error)) = app.refresh().await {
            tracing::warn!(%error, "insurers could not be refreshed");
        }
    }
}

async fn purge(app: &App) -> Result<(), Error> {
    for batch in crate::store::EXPIRED {
        loop {
            let mut tx = app.db.begin().await?;
            let removed = tx.execute(*batch, params![clock::now()]).await?;
            tx.commit().await?;
            if removed < 1000 {
                break;
            }
        }
    }
    Ok(())
}

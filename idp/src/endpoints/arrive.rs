//! What every handler finds of its request: the insurer, the look, the time.

use crate::app::App;
use crate::visit::{Visit, slug};
use axum::extract::{ConnectInfo, FromRef, FromRequestParts};
use axum::http::request::Parts;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use web::Error;
use web::listen::Peer;

impl<S> FromRequestParts<S> for Visit
where
    S: Send + Sync,
    Arc<App>: FromRef<S>,
{
    type Rejection = Error;

    /// # Errors
    /// 404 when no insurer has this path.
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let app = Arc::<App>::from_ref(state);
        let realm = app.realm(slug(parts.uri.path())).await?.ok_or(Error::NOT_FOUND)?;
        let look = app.look(parts, Some(&realm));
        Ok(Self {
            realm,
            look,
            headers: parts.headers.clone(),
            now: app.now(),
            tally: app.tally.clone(),
            places: app.places.clone(),
            address: address(parts, &app),
            secure: app.settings.secure(),
        })
    }
}

/// The address from which a request came; through a proxy that is trusted, what it says.
fn address(parts: &Parts, app: &App) -> IpAddr {
    let peer = parts.extensions.get::<ConnectInfo<Peer>>();
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.address.ip());
    app.proxies.client_address(peer, &parts.headers).to_canonical()
}

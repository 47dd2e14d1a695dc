//! Every URL of the identity provider.

use crate::app::App;
use crate::endpoints::{authorize, logout, metadata, token, userinfo};
use crate::journeys::{link, page};
use crate::visit::Visit;
use axum::Router;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use axum::routing::{get, post};
use std::sync::Arc;

/// The routes, without what surrounds them.
pub fn routes(app: Arc<App>) -> Router {
    Router::new()
        // OpenID Connect
        .route("/{insurer}/.well-known/openid-configuration", get(metadata::discovery))
        .route("/{insurer}/jwks", get(metadata::jwks))
        .route("/{insurer}/authorize", get(authorize::get).post(authorize::post))
        .route("/{insurer}/token", post(token::post))
        .route("/{insurer}/userinfo", get(userinfo::answer).post(userinfo::answer))
        .route("/{insurer}/logout", get(logout::get).post(logout::post))
        // Journeys
        .route("/{insurer}/register", get(page::register))
        .route("/{insurer}/login", get(page::login))
        .route("/{insurer}/journey/{id}", get(page::show).post(page::submit))
        .route("/{insurer}/link/{token}", get(link::show).post(link::submit))
        // Pages
        .route("/{insurer}", get(home))
        .route("/{insurer}/", get(home))
        .route("/{insurer}/display", get(display))
        .with_state(app)
}

/// `GET /{insurer}/`: there is nothing to do here but at the insurer's portal.
async fn home(visit: Visit) -> Response {
    web::look::see(&visit.realm.definition.policy.home.url)
}

/// `GET /{insurer}/display?lang=…&size=…&back=…`
async fn display(State(app): State<Arc<App>>, RawQuery(query): RawQuery, _: Visit) -> Response {
    web::look::display(query.as_deref().unwrap_or(""), app.settings.secure())
}

//! Every URL of the identity provider.

use crate::app::App;
use crate::endpoints::{
    admin, api, authorize, consents, device, introspect, logo, logout, metadata, par, registration,
    revoke, token, userinfo,
};
use crate::journeys::{link, page};
use crate::visit::Visit;
use axum::Router;
use axum::extract::{RawQuery, State};
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use axum::routing::{MethodRouter, get, post};
use std::sync::Arc;

/// The routes, without what surrounds them.
pub fn routes(app: Arc<App>) -> Router {
    Router::new()
        // What the provider says of itself
        .route("/{insurer}/.well-known/openid-configuration", public(metadata::discovery))
        .route("/{insurer}/.well-known/oauth-authorization-server", public(metadata::discovery))
        .route("/.well-known/openid-configuration/{insurer}", public(metadata::discovery))
        .route("/.well-known/oauth-authorization-server/{insurer}", public(metadata::discovery))
        .route("/{insurer}/jwks", public(metadata::jwks))
        // OpenID Connect, where people come by
        .route("/{insurer}/authorize", get(authorize::get).post(authorize::post))
        .route("/{insurer}/logout", get(logout::get).post(logout::post))
        .route("/{insurer}/logout/confirm", post(logout::confirm))
        .route("/{insurer}/device", get(device::show).post(device::submit))
        .route("/{insurer}/consents", get(consents::show).post(consents::submit))
        .route("/{insurer}/logo/{client_id}", get(logo::get))
        .merge(programs(&app))
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

/// What only programs call: errors are JSON, and registered browser origins may call, too.
fn programs(app: &Arc<App>) -> Router<Arc<App>> {
    Router::new()
        .route("/{insurer}/par", post(par::post))
        .route("/{insurer}/token", post(token::post))
        .route("/{insurer}/userinfo", get(userinfo::answer).post(userinfo::answer))
        .route("/{insurer}/introspect", post(introspect::post))
        .route("/{insurer}/revoke", post(revoke::post))
        .route("/{insurer}/device_authorization", post(device::begin))
        .route("/{insurer}/clients", post(registration::create))
        .route(
            "/{insurer}/clients/{client_id}",
            get(registration::read).put(registration::update).delete(registration::delete),
        )
        .route("/{insurer}/admin/openapi.json", get(admin::openapi))
        .route("/{insurer}/admin/clients", get(admin::list))
        .route(
            "/{insurer}/admin/clients/{client_id}",
            get(admin::read).put(admin::put).delete(admin::delete),
        )
        .route("/{insurer}/admin/clients/{client_id}/secret", post(admin::rotate))
        .method_not_allowed_fallback(api::wrong_method)
        .layer(from_fn_with_state(app.clone(), api::cors))
}

/// Readable by anybody, from anywhere.
fn public<H, T>(handler: H) -> MethodRouter<Arc<App>>
where
    H: axum::handler::Handler<T, Arc<App>>,
    T: 'static,
{
    get(handler).options(metadata::options)
}

/// `GET /{insurer}/`: there is nothing to do here but at the insurer's portal.
async fn home(visit: Visit) -> Response {
    web::look::see_other(&visit.realm.definition.policy.home.url)
}

/// `GET /{insurer}/display?lang=…&size=…&back=…`
async fn display(State(app): State<Arc<App>>, RawQuery(query): RawQuery, _: Visit) -> Response {
    web::look::display(query.as_deref().unwrap_or(""), app.settings.secure())
}

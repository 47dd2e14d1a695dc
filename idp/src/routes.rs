//! Every URL of the identity provider.

use crate::app::App;
use crate::endpoints::people::{
    agreed, authorize, consents, device, documents, help, history, home, journey, link, logo,
    logout, not_me, own, own_data, recover, registered, user_id, well_known,
};
use crate::endpoints::programs::{
    cors, device_authorization, introspect, metadata, par, registration, revoke, token, userinfo,
};
use crate::endpoints::staff::clients;
use axum::Router;
use axum::middleware::from_fn_with_state;
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
        .route("/.well-known/change-password", get(well_known::change_password))
        .route("/.well-known/passkey-endpoints", get(well_known::passkey_endpoints))
        .route("/.well-known/webauthn", public(well_known::related_origins))
        .route("/.well-known/own/{page}", get(well_known::own))
        // OpenID Connect, where people come by
        .route("/{insurer}/authorize", get(authorize::get).post(authorize::post))
        .route("/{insurer}/logout", get(logout::get).post(logout::post))
        .route("/{insurer}/logout/confirm", post(logout::confirm))
        .route("/{insurer}/device", get(device::show).post(device::submit))
        .route("/{insurer}/consents", get(consents::show).post(consents::submit))
        .route("/{insurer}/account", get(own::show))
        .route("/{insurer}/account/password", get(own::change_password))
        .route("/{insurer}/account/password/remove", get(own::remove_password))
        .route("/{insurer}/account/user-id", get(own::change_user_id))
        .route("/{insurer}/account/close", get(own::close))
        .route("/{insurer}/closed", get(own::closed))
        .route("/{insurer}/account/data/{format}", get(own_data::download))
        .route("/{insurer}/account/address", get(own::change_address))
        .route("/{insurer}/account/agreed", get(agreed::list))
        .route("/{insurer}/account/agreed/{document}/{version}", get(agreed::one))
        .route("/{insurer}/account/notice-address", get(own::notice_address))
        .route("/{insurer}/account/notice-address/remove", get(own::remove_notice_address))
        .route("/{insurer}/account/language", post(own::set_language))
        .route("/{insurer}/account/address/keep", post(own::keep_address))
        .route("/{insurer}/account/app", get(own::add_app))
        .route("/{insurer}/account/app/{device}", get(own::ask_removal))
        .route("/{insurer}/account/app/{device}/remove", get(own::remove_app))
        .route("/{insurer}/account/codes", get(own::make_codes))
        .route("/{insurer}/account/passkey", get(own::add_passkey))
        .route("/{insurer}/account/passkey/{key}", get(own::ask_passkey_removal))
        .route("/{insurer}/account/passkey/{key}/remove", get(own::remove_passkey))
        .route("/{insurer}/account/sessions", post(own::end_others))
        .route("/{insurer}/account/session/{sid}", post(own::end_one))
        .route("/{insurer}/account/history", get(history::show))
        .route("/{insurer}/account/lock", get(not_me::show_own).post(not_me::submit_own))
        .route("/{insurer}/not-me/{token}", get(not_me::show).post(not_me::submit))
        .route("/{insurer}/logo/{client_id}", get(logo::get))
        .merge(programs(&app))
        // Journeys
        .route("/{insurer}/register", get(journey::register))
        .route("/{insurer}/register/{journey}", get(journey::register_this_way))
        .route("/{insurer}/registered", get(registered::show))
        .route("/{insurer}/login", get(journey::login))
        .route("/{insurer}/recover", get(recover::start))
        .route("/{insurer}/user-id", get(user_id::show).post(user_id::submit))
        .route("/{insurer}/recovered", get(recover::done))
        .route("/{insurer}/journey/{id}", get(journey::show).post(journey::submit))
        .route("/{insurer}/link/{token}", get(link::show).post(link::submit))
        // Pages
        .route("/{insurer}", get(home::show))
        .route("/{insurer}/", get(home::show))
        .route("/{insurer}/help", get(help::show))
        .route("/{insurer}/terms", get(documents::terms))
        .route("/{insurer}/privacy", get(documents::privacy))
        .route("/{insurer}/display", get(home::display))
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
        .route("/{insurer}/device_authorization", post(device_authorization::post))
        .route("/{insurer}/clients", post(registration::create))
        .route(
            "/{insurer}/clients/{client_id}",
            get(registration::read).put(registration::update).delete(registration::delete),
        )
        .route("/{insurer}/admin/openapi.json", get(clients::openapi))
        .route("/{insurer}/admin/clients", get(clients::list))
        .route(
            "/{insurer}/admin/clients/{client_id}",
            get(clients::read).put(clients::put).delete(clients::delete),
        )
        .route("/{insurer}/admin/clients/{client_id}/secret", post(clients::rotate))
        .method_not_allowed_fallback(cors::wrong_method)
        .layer(from_fn_with_state(app.clone(), cors::cors))
}

/// Readable by anybody, from anywhere.
fn public<H, T>(handler: H) -> MethodRouter<Arc<App>>
where
    H: axum::handler::Handler<T, Arc<App>>,
    T: 'static,
{
    get(handler).options(metadata::options)
}

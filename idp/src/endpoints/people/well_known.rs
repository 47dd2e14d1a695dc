//! Where browsers and keepers of passwords look on a host: how a password is changed, where passkeys are
//! made and kept. They know no insurer; which one is meant the cookies of its browser tell.

use crate::app::App;
use crate::credentials::passkey::Passkeys;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use serde_json::{Value, json};
use std::sync::Arc;
use web::Error;
use web::look::see_other;

/// `GET /.well-known/change-password` (A Well-Known URL for Changing Passwords §3)
pub async fn change_password(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    lead(&app, &headers, "account/password").await
}

/// `GET /.well-known/own/{page}`: the member's own page, or where a passkey is made.
pub async fn own(
    State(app): State<Arc<App>>,
    Path(page): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    match page.as_str() {
        "account" => lead(&app, &headers, "account").await,
        "passkey" => lead(&app, &headers, "account/passkey").await,
        _ => Err(Error::NOT_FOUND),
    }
}

/// `GET /.well-known/passkey-endpoints` (A Well-Known URL for Relying Party Passkey Endpoints §3)
pub async fn passkey_endpoints(State(app): State<Arc<App>>) -> Json<Value> {
    let at = |page: &str| format!("{}/.well-known/own/{page}", app.settings.public_url);
    Json(json!({"enroll": at("passkey"), "manage": at("account")}))
}

/// `GET /.well-known/webauthn` (WebAuthn §5.11.1): who else uses the passkeys of this host. 404 where
/// nobody does.
pub async fn related_origins(State(app): State<Arc<App>>) -> Result<Json<Value>, Error> {
    let related = app.tools.passkeys.as_ref().map(Passkeys::related).unwrap_or_default();
    match related.is_empty() {
        true => Err(Error::NOT_FOUND),
        false => Ok(Json(json!({"origins": related}))),
    }
}

/// To a page of the insurer at which this browser has been; of several the one whose cookie comes first.
async fn lead(app: &App, headers: &HeaderMap, below: &str) -> Result<Response, Error> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let names =
        lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    for (name, _) in names {
        let name = name.strip_prefix("__Host-").unwrap_or(name);
        let slug = name.strip_prefix("idp-").or_else(|| name.strip_prefix("browser-"));
        let Some(slug) = slug else { continue };
        if let Some(realm) = app.realm(slug).await? {
            return Ok(see_other(&format!("/{}/{below}", realm.id())));
        }
    }
    Err(Error::NOT_FOUND)
}

//! Revocation (RFC 7009): a client gives a token back. A refresh token takes its whole grant with
//! it; an access token only itself.

use super::extract::{self as api, Api};
use super::{no_store, refused};
use crate::app::App;
use crate::store::{grants, spent};
use crate::tokens::{Refresh, access};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use oidc::error::Code;
use std::sync::Arc;
use web::Error;

/// `POST /{insurer}/revoke`: 200 whether or not there was such a token (RFC 7009 §2.2).
pub async fn post(State(app): State<Arc<App>>, api: Api) -> Result<Response, Error> {
    let client = api::authenticate(&app, &api, "revoke").await?;
    let token = api.params.value("token");
    let token = token.ok_or(refused(Code::InvalidRequest.because("token is missing")))?;
    let realm = &*api.realm;
    let mut tx = app.tools.db.begin().await?;
    if let Some(token) = access::read(realm, token, app.now()) {
        if token.client_id == client.client_id {
            spent::spend(&mut tx, realm.id(), spent::Kind::Revoked, &token.jti, token.exp).await?;
        }
    } else if let Some(refresh) = Refresh::read(realm, token) {
        // Any token of the family, also one that was exchanged: the client is done with it.
        let found =
            grants::by_id(&mut tx, realm.id(), &refresh.grant_id, realm.lives(app.now())).await?;
        if found.is_some_and(|(grant, _)| grant.client_id == client.client_id) {
            grants::revoke(&mut tx, realm.id(), &refresh.grant_id).await?;
        }
    }
    tx.commit().await?;
    let mut response = StatusCode::OK.into_response();
    no_store(&mut response);
    Ok(response)
}

//! Revocation (RFC 7009): a client gives a token back. A refresh token takes its whole grant with
//! it; an access token only itself.

use super::api::{self, Api};
use super::{no_store, refused};
use crate::app::App;
use crate::store::grants::{self, Presented};
use crate::store::spent;
use crate::tokens::{self, Handle};
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
    let mut tx = app.db.begin().await?;
    if let Some(access) = tokens::read(realm, token, app.now()) {
        if access.client_id == client.client_id {
            spent::spend(&mut tx, realm.id(), tokens::REVOKED, &access.jti, access.exp).await?;
        }
    } else if let Some(handle) = Handle::parse(token) {
        let found = grants::by_refresh(&mut tx, realm.id(), &handle.id, &handle.hash).await?;
        let own = match found {
            Presented::Current(grant) | Presented::Previous(grant, _) => {
                grant.client_id == client.client_id
            }
            Presented::Reused(_) | Presented::Unknown => false,
        };
        if own {
            grants::revoke(&mut tx, realm.id(), &handle.id).await?;
        }
    }
    tx.commit().await?;
    let mut response = StatusCode::OK.into_response();
    no_store(&mut response);
    Ok(response)
}

//! The token endpoint: a code becomes an ID token and an access token, once.

use super::refused;
use crate::app::App;
use crate::store::{codes, tokens};
use crate::visit::Visit;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use oidc::claims::IdToken;
use oidc::error::Code;
use oidc::{Params, client_auth, secret};
use serde_json::json;
use std::sync::Arc;
use web::{Error, random};

/// Seconds that an access token lives.
const ACCESS_LIVES: i64 = 600;
/// Seconds that an ID token is valid.
const ID_LIVES: i64 = 3600;

/// `POST /{insurer}/token`
pub async fn post(
    State(app): State<Arc<App>>,
    visit: Visit,
    body: String,
) -> Result<Response, Error> {
    let realm = &visit.realm;
    let form = visit
        .headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/x-www-form-urlencoded"));
    if !form {
        let why = "the body must be application/x-www-form-urlencoded";
        return Err(refused(Code::InvalidRequest.because(why)));
    }
    let params = Params::parse(&body).map_err(refused)?;
    let authorization = match visit.headers.get(header::AUTHORIZATION).map(HeaderValue::to_str) {
        None => None,
        Some(Ok(text)) => Some(text),
        Some(Err(_)) => {
            return Err(refused(Code::InvalidClient.because("the header is not ASCII")));
        }
    };
    let claimed = client_auth::claimed(authorization, &params).map_err(refused)?;
    let client = realm.definition.clients.get(&claimed.client_id);
    let client = client_auth::check(&claimed, client).map_err(refused)?;
    let code = oidc::token::code(&params).map_err(refused)?;
    let code_hash = random::hash(code);
    let now = app.now();

    let mut tx = app.db.begin().await?;
    let grant = codes::redeem(&mut tx, realm.id(), &code_hash, now).await?;
    let invalid = || refused(Code::InvalidGrant.because("the code is not valid"));
    let Some(grant) = grant else { return Err(invalid()) };
    if grant.used {
        // RFC 6749 §4.1.2: somebody has a copy of the code, so what it issued is revoked.
        tokens::revoke_by_code(&mut tx, realm.id(), &code_hash).await?;
        tx.commit().await?;
        tracing::warn!(insurer = realm.id(), client = client.client_id, "code replayed");
        return Err(invalid());
    }
    if let Err(error) = oidc::token::check(&params, client, &grant.code, now) {
        // The code stays used: a wrong verifier or address gives no second try.
        tx.commit().await?;
        return Err(refused(error));
    }
    let access_token = random::secret();
    let token = tokens::AccessToken {
        client_id: client.client_id.clone(),
        account_id: grant.account_id.clone(),
        sid: grant.sid.clone(),
        scopes: grant.scopes.clone(),
        expires_at: now + ACCESS_LIVES,
    };
    let token_hash = random::hash(&access_token);
    tokens::insert(&mut tx, realm.id(), &token_hash, &code_hash, &token).await?;
    tx.commit().await?;

    let claims = IdToken {
        iss: realm.issuer.clone(),
        sub: grant.account_id,
        aud: client.client_id.clone(),
        exp: now + ID_LIVES,
        iat: now,
        auth_time: grant.auth_time,
        sid: grant.sid,
        nonce: grant.nonce,
        at_hash: secret::left_half(&access_token),
    };
    let key = realm.key(client.id_token_signed_response_alg);
    let key = key.ok_or_else(|| Error::fault("the insurer has no key of this algorithm"))?;
    let body = json!({
        "access_token": access_token,
        "token_type": "Bearer",
        "expires_in": ACCESS_LIVES,
        "scope": grant.scopes.join(" "),
        "id_token": key.sign("JWT", &claims)?,
    });
    let mut response = (StatusCode::OK, Json(body)).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

//! The token endpoint: one file per kind of grant.

mod client_credentials;
mod code;
mod device;
mod exchange;
mod refresh;

use super::extract::{self as api, Api};
use super::{json, refused};
use crate::app::App;
use crate::realm::Realm;
use crate::store::grants::Grant;
use crate::tokens::access::{self, Access};
use crate::tokens::issue::{Audience, Beside, IdTokenError, id_token};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use db::Tx;
use oidc::Client;
use oidc::authorize::authorization_details;
use oidc::client::GrantType;
use oidc::dpop::Proof;
use oidc::error::Code;
use oidc::token::{Confirmation, confirmation};
use serde_json::{Map, Value, json};
use std::sync::Arc;
use web::Error;

/// Everything that a grant's handler needs.
struct Call<'a> {
    app: &'a App,
    api: &'a Api,
    realm: &'a Realm,
    client: Arc<Client>,
    proof: Option<Proof>,
    /// What the new access token is bound to.
    cnf: Confirmation,
    /// To encrypt ID tokens.
    encryption: Option<Arc<Value>>,
    now: i64,
}

impl Call<'_> {
    fn jkt(&self) -> Option<&str> {
        self.proof.as_ref().map(|proof| proof.jkt.as_str())
    }

    /// Uses the DPoP proof up, inside the grant's own transaction.
    async fn spend(&self, tx: &mut Tx) -> Result<(), Error> {
        match &self.proof {
            Some(proof) if !api::spend(tx, self.realm, proof).await? => {
                Err(refused(api::PROOF_USED))
            }
            _ => Ok(()),
        }
    }

    /// For whom tokens are issued.
    fn audience(&self) -> Audience<'_> {
        let encryption = self.encryption.as_deref();
        Audience { realm: self.realm, client: &self.client, encryption }
    }
}

/// `POST /{insurer}/token`
pub async fn post(State(app): State<Arc<App>>, api: Api) -> Response {
    let has_proof = api.headers.contains_key("dpop");
    let answer = grant(&app, &api).await;
    api::with_nonce(&app, &api.realm, has_proof, answer)
}

async fn grant(app: &App, api: &Api) -> Result<Response, Error> {
    let realm = &*api.realm;
    let client = api::authenticate(app, api, "token").await?;
    let kind = api.params.value("grant_type");
    let kind = kind.ok_or(refused(Code::InvalidRequest.because("grant_type is missing")))?;
    let why = "this grant_type is not offered";
    let kind = GrantType::of_token_endpoint(kind)
        .ok_or(refused(Code::UnsupportedGrantType.because(why)))?;
    if !client.may(kind) {
        let why = "the client is not registered for this grant_type";
        return Err(refused(Code::UnauthorizedClient.because(why)));
    }
    let now = app.now();
    let call = api::Call { method: "POST", path: "token", mutual: api.caller.mutual };
    let proof = api::proof(realm, &api.headers, call, None, now).map_err(refused)?;
    let jkt = proof.as_ref().map(|proof| proof.jkt.as_str());
    let x5t = api.caller.thumbprint();
    let cnf = confirmation(&client, jkt, x5t.as_deref()).map_err(refused)?;
    let encryption = app.clients.encryption_keys(&client, now).await;
    let call = Call { app, api, realm, client, proof, cnf, encryption, now };
    match kind {
        GrantType::AuthorizationCode => code::redeem(&call).await,
        GrantType::RefreshToken => refresh::refresh(&call).await,
        GrantType::ClientCredentials => client_credentials::issue(&call).await,
        GrantType::DeviceCode => device::poll(&call).await,
        GrantType::TokenExchange => exchange::exchange(&call).await,
        GrantType::Implicit => Err(refused(Code::UnsupportedGrantType.because(why))),
    }
}

/// The answer for a person's grant: access token, ID token when it is an OpenID request, and a
/// refresh token when there is one.
async fn tokens_of(
    call: &Call<'_>,
    tx: &mut Tx,
    grant: &Grant,
    access: Access,
    refresh_token: Option<String>,
    nonce: bool,
) -> Result<Response, Error> {
    let (realm, client, now) = (call.realm, &*call.client, call.now);
    let access = Access { cnf: call.cnf.clone(), ..access };
    let access_token = access::mint(realm, client, &access, now)?;
    let mut body = token_body(call, &access, &access_token);
    if let Some(refresh_token) = refresh_token {
        body.insert("refresh_token".into(), json!(refresh_token));
    }
    if access.scope.split(' ').any(|scope| scope == "openid") {
        let beside = Beside { access_token: Some(access_token), nonce, ..Beside::default() };
        let token = id_token(tx, call.audience(), grant, beside, now).await;
        body.insert("id_token".into(), json!(token.map_err(refused_id_token)?));
    }
    Ok(json(StatusCode::OK, &body))
}

/// The members that every answer has (RFC 6749 §5.1).
fn token_body(call: &Call, access: &Access, text: &str) -> Map<String, Value> {
    let mut body = Map::new();
    body.insert("access_token".into(), json!(text));
    body.insert("token_type".into(), json!(call.cnf.token_type()));
    body.insert("expires_in".into(), json!(access.exp - call.now));
    if !access.scope.is_empty() {
        body.insert("scope".into(), json!(access.scope));
    }
    if !access.authorization_details.is_empty() {
        body.insert("authorization_details".into(), json!(access.authorization_details));
    }
    body
}

fn refused_id_token(error: IdTokenError) -> Error {
    match error {
        IdTokenError::NoEncryptionKey => {
            let why = "the client has no key to encrypt ID tokens to";
            refused(Code::InvalidRequest.because(why))
        }
        IdTokenError::Fault(fault) => fault,
    }
}

/// Narrows an access token to what this request asks of the grant: resources (RFC 8707 §2.2) and
/// rich authorization requests (RFC 9396 §6).
fn narrow(call: &Call, content: &mut Access, grant: &Grant) -> Result<(), Error> {
    let (params, detail) = (&call.api.params, &grant.detail);
    let widening = Code::InvalidTarget.because("resource was not granted");
    let asked = params.values("resource");
    // The registration of today holds: what the client may no longer ask for falls away.
    let known = |resource: &&String| call.client.resources.contains(*resource);
    let granted: Vec<String> = detail.resources.iter().filter(known).cloned().collect();
    if granted.is_empty() && !detail.resources.is_empty() {
        let why = "the client may no longer ask for what was granted";
        return Err(refused(Code::InvalidTarget.because(why)));
    }
    let resources = oidc::token::narrowed(&granted, asked, widening).map_err(refused)?;
    if !resources.is_empty() {
        content.aud = resources;
    }
    let asked = params.value("authorization_details");
    let granted = &detail.authorization_details;
    content.authorization_details =
        authorization_details::narrowed(granted, asked, &call.client).map_err(refused)?;
    Ok(())
}

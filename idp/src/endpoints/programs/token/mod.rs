//! The token endpoint: one file per kind of grant.

mod client_credentials;
mod code;
mod device;
mod exchange;
mod refresh;

use super::answer::{Front, id_token};
use super::api::{self, Api};
use super::{json, refused};
use crate::app::App;
use crate::clients;
use crate::realm::Realm;
use crate::store::grants::Grant;
use crate::tokens::{self, Access, Refresh};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use db::Conn;
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
    async fn spend(&self, conn: &mut Conn) -> Result<(), Error> {
        match &self.proof {
            Some(proof) => api::spend(conn, self.realm, proof).await,
            None => Ok(()),
        }
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
    let kind = match api.params.value("grant_type") {
        Some("authorization_code") => GrantType::AuthorizationCode,
        Some("refresh_token") => GrantType::RefreshToken,
        Some("client_credentials") => GrantType::ClientCredentials,
        Some("urn:ietf:params:oauth:grant-type:device_code") => GrantType::DeviceCode,
        Some("urn:ietf:params:oauth:grant-type:token-exchange") => GrantType::TokenExchange,
        Some(_) => {
            let why = "this grant_type is not offered";
            return Err(refused(Code::UnsupportedGrantType.because(why)));
        }
        None => return Err(refused(Code::InvalidRequest.because("grant_type is missing"))),
    };
    if !client.may(kind) {
        let why = "the client is not registered for this grant_type";
        return Err(refused(Code::UnauthorizedClient.because(why)));
    }
    let call = ("POST", "token", api.caller.mutual);
    let proof = api::proof(app, realm, &api.headers, call, None).map_err(refused)?;
    let jkt = proof.as_ref().map(|proof| proof.jkt.as_str());
    let x5t = api.caller.thumbprint();
    let cnf = confirmation(&client, jkt, x5t.as_deref()).map_err(refused)?;
    let encryption = clients::encryption_keys(app, &client).await;
    let call = Call { app, api, realm, client, proof, cnf, encryption, now: app.now() };
    match kind {
        GrantType::AuthorizationCode => code::redeem(&call).await,
        GrantType::RefreshToken => refresh::refresh(&call).await,
        GrantType::ClientCredentials => client_credentials::issue(&call).await,
        GrantType::DeviceCode => device::poll(&call).await,
        GrantType::TokenExchange => exchange::exchange(&call).await,
        GrantType::Implicit => unreachable!("no grant_type names it"),
    }
}

/// The answer for a person's grant: access token, ID token when it is an OpenID request, and a
/// refresh token when there is one.
async fn tokens_of(
    call: &Call<'_>,
    conn: &mut Conn,
    grant: &Grant,
    access: Access,
    refresh_token: Option<String>,
    nonce: bool,
) -> Result<Response, Error> {
    let (realm, client, now) = (call.realm, &*call.client, call.now);
    let access = Access { cnf: call.cnf.clone(), ..access };
    let access_token = tokens::mint(realm, client, &access, now)?;
    let mut body = shown(call, &access, &access_token);
    if let Some(refresh_token) = refresh_token {
        body.insert("refresh_token".into(), json!(refresh_token));
    }
    if access.scope.split(' ').any(|scope| scope == "openid") {
        let front = Front { access_token: Some(access_token), nonce, ..Front::default() };
        let to = (realm, client, call.encryption.as_deref());
        let token = id_token(conn, to, grant, front, now).await?;
        body.insert("id_token".into(), json!(token));
    }
    Ok(json(StatusCode::OK, &body))
}

/// The members that every answer has (RFC 6749 §5.1).
fn shown(call: &Call, access: &Access, text: &str) -> Map<String, Value> {
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

/// The first refresh token of a family.
fn first_refresh(realm: &Realm, grant: &Grant) -> String {
    let first = Refresh { grant_id: grant.grant_id.clone(), generation: grant.generation };
    first.text(realm)
}

/// Seconds that a refresh token lives from now.
fn refresh_lives(realm: &Realm) -> i64 {
    realm.definition.policy.protocol.refresh_token_days * 24 * 3600
}

/// Narrows an access token to what this request asks of the grant: resources (RFC 8707 §2.2) and
/// rich authorization requests (RFC 9396 §6).
fn narrow(call: &Call, content: &mut Access, grant: &Grant) -> Result<(), Error> {
    let (params, detail) = (&call.api.params, &grant.detail);
    let widening = Code::InvalidTarget.because("resource was not granted");
    let asked = params.values("resource");
    let resources = oidc::token::narrowed(&detail.resources, asked, widening).map_err(refused)?;
    if !resources.is_empty() {
        content.aud = resources;
    }
    let asked = params.value("authorization_details");
    let granted = &detail.authorization_details;
    content.authorization_details =
        authorization_details::narrowed(granted, asked, &call.client).map_err(refused)?;
    Ok(())
}

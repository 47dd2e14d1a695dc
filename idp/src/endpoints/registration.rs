//! Dynamic registration and management of clients (RFC 7591, RFC 7592): with an initial access
//! token of the insurer, and only what the insurer allows.

use super::{json, refused, refused_because};
use crate::app::App;
use crate::clients;
use crate::realm::Realm;
use crate::store::clients::{self as stored, Registered};
use crate::store::grants;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use oidc::Client;
use oidc::client::SecurityProfile;
use oidc::error::Code;
use oidc::registration::{check, parse, shown};
use serde_json::{Value, json};
use std::sync::Arc;
use web::{Error, random};

/// The longest document in bytes.
const MAX_BODY: usize = 64 * 1024;

/// `POST /{insurer}/clients`
pub async fn create(
    State(app): State<Arc<App>>,
    Path(insurer): Path<String>,
    request: Request,
) -> Result<Response, Error> {
    let realm = app.realms.find(&insurer).ok_or(Error::NOT_FOUND)?;
    if !realm.definition.policy.protocol.registration {
        let why = "this insurer does not offer dynamic registration";
        return Err(refused(Code::AccessDenied.because(why)));
    }
    let token = bearer(request.headers()).map(random::hash);
    let document = document(request).await?;
    let mut client = acceptable(&app, &realm, &document).await?;
    client.client_id = random::id();
    let mut tx = app.db.begin().await?;
    let allowed = match &token {
        Some(hash) => stored::use_registration(&mut tx, realm.id(), hash, app.now()).await?,
        None => false,
    };
    if !allowed {
        let why = "an initial access token of the insurer is needed";
        return Err(refused(Code::InvalidToken.because(why)));
    }
    let secret = new_secret(&app, &realm, &mut client);
    let management = random::secret();
    let hash = random::hash(&management);
    let now = app.now();
    stored::put(&mut tx, realm.id(), &client, ("dynamic", Some(hash)), now).await?;
    tx.commit().await?;
    let mut body = shown(&client);
    body.insert("client_id_issued_at".into(), json!(now));
    body.insert("registration_access_token".into(), json!(management));
    if let Some(secret) = secret {
        body.insert("client_secret".into(), json!(secret));
        body.insert("client_secret_expires_at".into(), json!(0));
    }
    Ok(answer(StatusCode::CREATED, &realm, body))
}

/// `GET /{insurer}/clients/{client_id}`
pub async fn read(
    State(app): State<Arc<App>>,
    Path((insurer, client_id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let realm = app.realms.find(&insurer).ok_or(Error::NOT_FOUND)?;
    let registered = owned(&app, &realm, &client_id, &headers).await?;
    let mut body = shown(&registered.client);
    body.insert("client_id_issued_at".into(), json!(registered.created_at));
    Ok(answer(StatusCode::OK, &realm, body))
}

/// `PUT /{insurer}/clients/{client_id}`: replaces the metadata; what the insurer decided stays.
pub async fn update(
    State(app): State<Arc<App>>,
    Path((insurer, client_id)): Path<(String, String)>,
    request: Request,
) -> Result<Response, Error> {
    let realm = app.realms.find(&insurer).ok_or(Error::NOT_FOUND)?;
    let registered = owned(&app, &realm, &client_id, request.headers()).await?;
    let document = document(request).await?;
    if document["client_id"] != client_id.as_str() {
        return Err(refused(Code::InvalidRequest.because("client_id must be the same")));
    }
    let new = acceptable(&app, &realm, &document).await?;
    let old = registered.client;
    let mut client = Client {
        client_id,
        first_party: old.first_party,
        consent_obtained: old.consent_obtained,
        card: old.card,
        verified_claims: old.verified_claims,
        introspects: old.introspects,
        ..new
    };
    // RFC 7592 §2.2 lets the server refuse: a profile is not left by its client (attack 33).
    if old.security_profile != SecurityProfile::None
        && client.security_profile != old.security_profile
    {
        let why = "security_profile cannot be lowered";
        return Err(refused(Code::InvalidClientMetadata.because(why)));
    }
    let same_method = client.token_endpoint_auth_method == old.token_endpoint_auth_method;
    let secret = if same_method {
        client.secrets = old.secrets;
        None
    } else {
        new_secret(&app, &realm, &mut client)
    };
    let mut tx = app.db.begin().await?;
    stored::put(&mut tx, realm.id(), &client, ("dynamic", None), app.now()).await?;
    tx.commit().await?;
    let mut body = shown(&client);
    body.insert("client_id_issued_at".into(), json!(registered.created_at));
    if let Some(secret) = secret {
        body.insert("client_secret".into(), json!(secret));
        body.insert("client_secret_expires_at".into(), json!(0));
    }
    Ok(answer(StatusCode::OK, &realm, body))
}

/// `DELETE /{insurer}/clients/{client_id}`: the client and everything that it was granted.
pub async fn delete(
    State(app): State<Arc<App>>,
    Path((insurer, client_id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let realm = app.realms.find(&insurer).ok_or(Error::NOT_FOUND)?;
    let registered = owned(&app, &realm, &client_id, &headers).await?;
    let mut tx = app.db.begin().await?;
    stored::delete(&mut tx, realm.id(), &registered.client.client_id).await?;
    grants::revoke_client(&mut tx, realm.id(), &registered.client.client_id).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// A JSON body.
pub(super) async fn document(request: Request) -> Result<Value, Error> {
    let wrong = |why| refused(Code::InvalidClientMetadata.because(why));
    let body = axum::body::to_bytes(request.into_body(), MAX_BODY).await;
    let body = body.map_err(|_| wrong("the body is too long"))?;
    serde_json::from_slice(&body).map_err(|_| wrong("the body is not JSON"))
}

/// The client of a management token. The same answer whether the client or the token is wrong
/// (RFC 7592 §2.1).
async fn owned(
    app: &App,
    realm: &Realm,
    client_id: &str,
    headers: &HeaderMap,
) -> Result<Registered, Error> {
    let refusal = || refused(Code::InvalidToken.because("the registration token is not valid"));
    let token = bearer(headers).map(random::hash).ok_or_else(refusal)?;
    let found = stored::by_id(&mut app.db.read().await?, realm.id(), client_id).await?;
    let found = found.filter(|found| found.origin == "dynamic" && found.insurer_id == realm.id());
    let found = found.ok_or_else(refusal)?;
    let known = found.registration_hash.as_deref().unwrap_or_default();
    if oidc::secret::equal(known, &token) { Ok(found) } else { Err(refusal()) }
}

/// The metadata of a request, as far as the insurer allows it.
async fn acceptable(app: &App, realm: &Realm, document: &Value) -> Result<Client, Error> {
    let protocol = &realm.definition.policy.protocol;
    let fault = |fault: oidc::registration::Fault| refused_because(fault.error, &fault.why);
    let mut client = parse(document).map_err(fault)?;
    if client.scopes.is_empty() {
        client.scopes.clone_from(&protocol.registration_scopes);
    }
    // What the insurer does not allow falls away; the answer says what was registered.
    client.scopes.retain(|scope| protocol.registration_scopes.contains(scope));
    if let Some(why) = check(&client) {
        return Err(fault(why));
    }
    let front = client.response_types.iter().any(|kind| kind != "code");
    if front && !protocol.implicit {
        let why = "this insurer allows response type code only";
        return Err(refused(Code::InvalidClientMetadata.because(why)));
    }
    if let Some(why) = clients::sector_fault(app, &client).await {
        return Err(refused(Code::InvalidClientMetadata.because(why)));
    }
    Ok(client)
}

/// A secret for a client that needs one: shown once.
pub(super) fn new_secret(app: &App, realm: &Realm, client: &mut Client) -> Option<String> {
    client.secrets.clear();
    if !client.token_endpoint_auth_method.by_secret() {
        return None;
    }
    let clear = random::secret();
    client.secrets.push(clients::new_secret(&app.sealer, realm.id(), client, &clear));
    Some(clear)
}

fn answer(status: StatusCode, realm: &Realm, mut body: serde_json::Map<String, Value>) -> Response {
    let id = body.get("client_id").and_then(Value::as_str).unwrap_or_default().to_owned();
    let uri = realm.endpoint(&format!("clients/{id}"), false);
    body.insert("registration_client_uri".into(), json!(uri));
    json(status, &body)
}

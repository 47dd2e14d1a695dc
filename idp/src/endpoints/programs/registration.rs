//! Dynamic registration and management of clients (RFC 7591, RFC 7592): with an initial access
//! token of the insurer, and only what the insurer allows.

use super::{bearer, document, json, refused, refused_because};
use crate::app::App;
use crate::clients::put::{Put, put};
use crate::clients::secrets::ClearSecret;
use crate::realm::Realm;
use crate::store::clients::{self as stored, Origin, Registered};
use crate::store::grants;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use db::Conn;
use oidc::Client;
use oidc::client::{GrantType, SecurityProfile};
use oidc::error::Code;
use oidc::registration::{check, parse, to_metadata};
use secret::{hash, random};
use serde_json::{Value, json};
use std::sync::Arc;
use web::Error;

/// `POST /{insurer}/clients`
pub async fn create(
    State(app): State<Arc<App>>,
    Path(insurer): Path<String>,
    request: Request,
) -> Result<Response, Error> {
    let realm = app.realm(&insurer).await?.ok_or(Error::NOT_FOUND)?;
    if !realm.definition.policy.protocol.registration {
        return Err(closed());
    }
    let token = bearer(request.headers()).map(hash::sha256);
    let needed = || {
        let why = "an initial access token of the insurer is needed";
        refused(Code::InvalidToken.because(why))
    };
    // Before anything is read or fetched for a stranger.
    let token = token.ok_or_else(needed)?;
    let now = app.now();
    if !stored::may_register(&mut app.tools.db.read().await?, realm.id(), &token, now).await? {
        return Err(needed());
    }
    let document = document(request).await?;
    let mut client = acceptable(&app, &realm, &document).await?;
    client.client_id = random::id();
    // The host of a redirect URI proves nothing; a sector document does.
    client.own_sector = client.sector_identifier_uri.is_none();
    let mut tx = app.tools.db.begin().await?;
    if !stored::use_registration(&mut tx, realm.id(), &token, now).await? {
        return Err(needed());
    }
    let management = random::secret();
    let new = Put {
        insurer: realm.id(),
        client,
        old: None,
        chosen_secret: None,
        origin: Origin::Dynamic,
        registration_hash: Some(hash::sha256(&management)),
    };
    let written = put(&mut tx, &app.sealer, new, now).await?;
    let written = written.ok_or_else(|| Error::fault("a random client id was taken"))?;
    tx.commit().await?;
    app.clients.cache.forget();
    let (client, secret) = (&written.client, written.clear);
    let told = Told { client, issued_at: now, management: &management, secret };
    Ok(answer(StatusCode::CREATED, &realm, told))
}

/// `GET /{insurer}/clients/{client_id}`
pub async fn read(
    State(app): State<Arc<App>>,
    Path((insurer, client_id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let realm = app.realm(&insurer).await?.ok_or(Error::NOT_FOUND)?;
    let registered = owned(&mut app.tools.db.read().await?, &realm, &client_id, &headers).await?;
    let (client, issued_at) = (&registered.client, registered.created_at);
    // RFC 7592 §3: the token of this very request.
    let management = bearer(&headers).unwrap_or_default();
    Ok(answer(StatusCode::OK, &realm, Told { client, issued_at, management, secret: None }))
}

/// `PUT /{insurer}/clients/{client_id}`: replaces the metadata; what the insurer decided stays.
pub async fn update(
    State(app): State<Arc<App>>,
    Path((insurer, client_id)): Path<(String, String)>,
    request: Request,
) -> Result<Response, Error> {
    let realm = app.realm(&insurer).await?.ok_or(Error::NOT_FOUND)?;
    let headers = request.headers().clone();
    owned(&mut app.tools.db.read().await?, &realm, &client_id, &headers).await?;
    if !realm.definition.policy.protocol.registration {
        return Err(closed());
    }
    let management = bearer(&headers).unwrap_or_default().to_owned();
    let document = document(request).await?;
    if document["client_id"] != client_id.as_str() {
        return Err(refused(Code::InvalidRequest.because("client_id must be the same")));
    }
    let new = acceptable(&app, &realm, &document).await?;
    // Read again: while the sector document was fetched, the insurer may have removed or
    // restricted the client.
    let mut tx = app.tools.db.begin().await?;
    let registered = owned(&mut tx, &realm, &client_id, &headers).await?;
    let old = &registered.client;
    // RFC 7592 §2.2: a secret in the request must be the one in force; it cannot be chosen.
    let given = document["client_secret"].as_str().map(hash::s256);
    if given.is_some_and(|given| old.secrets.iter().all(|known| known.hash != given)) {
        return Err(refused(Code::InvalidRequest.because("client_secret cannot be chosen")));
    }
    let client = Client {
        client_id,
        own_sector: new.sector_identifier_uri.is_none(),
        // What the insurer narrowed or tightened since stays so.
        scopes: new.scopes.iter().filter(|scope| old.scopes.contains(scope)).cloned().collect(),
        dpop_bound_access_tokens: new.dpop_bound_access_tokens || old.dpop_bound_access_tokens,
        tls_client_certificate_bound_access_tokens: new.tls_client_certificate_bound_access_tokens
            || old.tls_client_certificate_bound_access_tokens,
        require_pushed_authorization_requests: new.require_pushed_authorization_requests
            || old.require_pushed_authorization_requests,
        require_signed_request_object: new.require_signed_request_object
            || old.require_signed_request_object,
        resources: old.resources.clone(),
        serves: old.serves.clone(),
        authorization_details_types: old.authorization_details_types.clone(),
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
    let changed = Put {
        insurer: realm.id(),
        client,
        old: Some(&registered),
        chosen_secret: None,
        origin: Origin::Dynamic,
        registration_hash: None,
    };
    let why = "the client was changed meanwhile: read it again";
    let written = put(&mut tx, &app.sealer, changed, app.now()).await?;
    let written = written.ok_or_else(|| refused(Code::InvalidRequest.because(why)))?;
    tx.commit().await?;
    app.clients.cache.forget();
    let issued_at = registered.created_at;
    Ok(answer(
        StatusCode::OK,
        &realm,
        Told { client: &written.client, issued_at, management: &management, secret: written.clear },
    ))
}

/// `DELETE /{insurer}/clients/{client_id}`: the client and everything that it was granted.
pub async fn delete(
    State(app): State<Arc<App>>,
    Path((insurer, client_id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let realm = app.realm(&insurer).await?.ok_or(Error::NOT_FOUND)?;
    let registered = owned(&mut app.tools.db.read().await?, &realm, &client_id, &headers).await?;
    let mut tx = app.tools.db.begin().await?;
    stored::delete(&mut tx, realm.id(), &registered.client.client_id).await?;
    grants::revoke_client(&mut tx, realm.id(), &registered.client.client_id).await?;
    tx.commit().await?;
    app.clients.cache.forget();
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn closed() -> Error {
    let why = "this insurer does not offer dynamic registration";
    let body = json!({"error": "access_denied", "error_description": why});
    Error::Refused(Box::new(json(StatusCode::FORBIDDEN, &body)))
}

/// The client of a management token. The same answer whether the client or the token is wrong
/// (RFC 7592 §2.1).
async fn owned(
    conn: &mut Conn,
    realm: &Realm,
    client_id: &str,
    headers: &HeaderMap,
) -> Result<Registered, Error> {
    let refusal = || refused(Code::InvalidToken.because("the registration token is not valid"));
    let token = bearer(headers).map(hash::sha256).ok_or_else(refusal)?;
    let found = stored::by_id(conn, realm.id(), client_id).await?;
    let found =
        found.filter(|found| found.origin == Origin::Dynamic && found.insurer_id == *realm.id());
    let found = found.ok_or_else(refusal)?;
    let known = found.registration_hash.as_deref().unwrap_or_default();
    if hash::equal(known, &token) { Ok(found) } else { Err(refusal()) }
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
    // Acting for members is the insurer's to allow.
    if client.may(GrantType::TokenExchange) {
        let why = "token exchange is not for clients that register themselves";
        return Err(refused(Code::InvalidClientMetadata.because(why)));
    }
    if let Some(why) = protocol.client_fault(&client) {
        return Err(refused(Code::InvalidClientMetadata.because(why)));
    }
    if let Some(why) = app.clients.sector_fault(&client).await {
        return Err(refused(Code::InvalidClientMetadata.because(why)));
    }
    Ok(client)
}

/// What the owner of a client is told.
struct Told<'a> {
    client: &'a Client,
    issued_at: i64,
    /// The registration access token.
    management: &'a str,
    /// A new secret, shown once.
    secret: Option<ClearSecret>,
}

fn answer(status: StatusCode, realm: &Realm, told: Told) -> Response {
    let mut body = to_metadata(told.client);
    let uri = realm.endpoint(&format!("clients/{}", told.client.client_id), false);
    body.insert("registration_client_uri".into(), json!(uri));
    body.insert("registration_access_token".into(), json!(told.management));
    body.insert("client_id_issued_at".into(), json!(told.issued_at));
    if let Some(secret) = told.secret {
        body.insert("client_secret".into(), json!(secret.0));
        body.insert("client_secret_expires_at".into(), json!(0));
    }
    json(status, &body)
}

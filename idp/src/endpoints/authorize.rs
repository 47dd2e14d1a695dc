//! The authorization endpoint: checks the request, then answers it or begins a journey for what
//! is missing.

use super::answer::{self, To};
use crate::app::App;
use crate::clients;
use crate::journeys::page::begin_for;
use crate::realm::Realm;
use crate::session;
use crate::store::sessions::Session;
use crate::store::{consents, pushed};
use crate::visit::Visit;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use oidc::authorize::{Authorize, Refused, Request, check, is_registered};
use oidc::error::Code;
use oidc::{Client, OAuthError, Params};
use secret::hash;
use std::sync::Arc;
use web::Error;

/// RFC 9126 §2.2.
pub const REQUEST_URI: &str = "urn:ietf:params:oauth:request_uri:";

/// `GET /{insurer}/authorize`
pub async fn get(
    State(app): State<Arc<App>>,
    method: Method,
    RawQuery(query): RawQuery,
    visit: Visit,
) -> Result<Response, Error> {
    if method == Method::HEAD {
        // Asking for the headers must not issue anything.
        return Ok(StatusCode::OK.into_response());
    }
    respond(&app, &visit, query.as_deref().unwrap_or("")).await
}

/// `POST /{insurer}/authorize`: the same, from a form of the client's site. It changes nothing
/// by itself, so it needs no CSRF token.
pub async fn post(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    body: String,
) -> Result<Response, Error> {
    if !web::forms::is_form(&headers) {
        return Err(Error::Shown(StatusCode::UNSUPPORTED_MEDIA_TYPE));
    }
    match come_again(&visit, "authorize", &body)? {
        Some(response) => Ok(response),
        None => respond(&app, &visit, &body).await,
    }
}

/// Across sites a POST brings no cookies (SameSite=Lax); going on with GET brings them. `None`
/// when there are cookies, or the parameters are too long for an address.
pub(super) fn come_again(visit: &Visit, path: &str, body: &str) -> Result<Option<Response>, Error> {
    if visit.headers.contains_key(header::COOKIE) {
        return Ok(None);
    }
    let params = Params::parse(body).map_err(|_| Error::Shown(StatusCode::BAD_REQUEST))?;
    let query = params.to_query();
    Ok((query.len() < LONGEST_ADDRESS)
        .then(|| web::look::see_other(&visit.path(&format!("{path}?{query}")))))
}

/// Bytes that every browser and proxy takes in an address.
const LONGEST_ADDRESS: usize = 6000;

async fn respond(app: &Arc<App>, visit: &Visit, query: &str) -> Result<Response, Error> {
    let realm = &visit.realm;
    let bad = |why: &str| {
        tracing::info!(insurer = realm.id(), why, "authorization request refused");
        Error::Shown(StatusCode::BAD_REQUEST)
    };
    let params = Params::parse(query).map_err(|error| bad(error.error_description))?;
    let client_id = params.value("client_id").ok_or_else(|| bad("client_id is missing"))?;
    let client = clients::lookup(app, realm, client_id).await?;
    let client = client.ok_or_else(|| bad("the client is unknown"))?;
    let now = app.now();
    let mut to = To { realm, client: &client, look: &visit.look, encryption: None, now };
    match resolve(app, realm, &client, params).await? {
        Ok(request) => {
            let encryption = match request.response_type.id_token {
                true => clients::encryption_keys(app, &client).await,
                false => None,
            };
            to.encryption = encryption.as_deref();
            decide(app, visit, &to, request).await
        }
        Err(Refused::Page(why)) => Err(bad(why.error_description)),
        Err(Refused::Client(request, error)) => answer::error(&to, &request, &error),
    }
}

/// The checked request: pushed before, inside a request object, or plain.
async fn resolve(
    app: &App,
    realm: &Realm,
    client: &Client,
    params: Params,
) -> Result<Result<Authorize, Refused>, Error> {
    let page = |code: Code, why| Ok(Err(Refused::Page(code.because(why))));
    if let Some(id) = params.value("request_uri").and_then(|uri| uri.strip_prefix(REQUEST_URI)) {
        let hash = hash::sha256(id);
        let mut conn = app.db.read().await?;
        let found =
            pushed::find(&mut conn, realm.id(), &hash, &client.client_id, app.now()).await?;
        return match found {
            Some(request) => Ok(Ok(Authorize { request_uri: Some(id.to_owned()), ..request })),
            None => page(Code::InvalidRequestUri, "request_uri is unknown, used or expired"),
        };
    }
    prepare(app, realm, client, params, (false, None)).await
}

/// Opens a request object, runs the checks, and looks at `id_token_hint`. Also for the PAR
/// endpoint, which says so and may bring the key of a DPoP proof.
pub async fn prepare(
    app: &App,
    realm: &Realm,
    client: &Client,
    params: Params,
    (pushed, dpop_jkt): (bool, Option<String>),
) -> Result<Result<Authorize, Refused>, Error> {
    let object = match object(app, client, &params).await {
        Ok(object) => object,
        Err(error) => return Ok(Err(to_whom(client, &params, error))),
    };
    let signed = object.is_some();
    let params = match object {
        None => params,
        Some(text) => {
            let (_, keys) = clients::keys_for(app, client, &text).await;
            let at = (realm.issuer.as_str(), app.now());
            match oidc::request_object::open(&text, &params, client, &keys, at) {
                Ok(inner) => inner,
                Err(error) => return Ok(Err(to_whom(client, &params, error))),
            }
        }
    };
    let request = Request { params: &params, client, rules: &realm.rules, pushed, signed };
    let mut request = match check(&request, dpop_jkt) {
        Ok(request) => request,
        Err(refused) => return Ok(Err(refused)),
    };
    if let Some(hint) = params.value("id_token_hint") {
        let claims = realm.id_token(hint, app.now());
        let claims = claims.filter(|claims| claims["aud"] == client.client_id.as_str());
        let Some(sub) = claims.as_ref().and_then(|claims| claims["sub"].as_str()) else {
            let error =
                Code::InvalidRequest.because("id_token_hint is not an ID token of this client");
            return Ok(Err(Refused::Client(Box::new(request), error)));
        };
        request.expected_sub = Some(sub.to_owned());
    }
    Ok(Ok(request))
}

/// The text of the request object, fetched when it is at a registered address.
async fn object(app: &App, client: &Client, params: &Params) -> Result<Option<String>, OAuthError> {
    let (inline, uri) = (params.value("request"), params.value("request_uri"));
    match (inline, uri) {
        (Some(_), Some(_)) => {
            Err(Code::InvalidRequest.because("request and request_uri exclude each other"))
        }
        (Some(text), None) => Ok(Some(text.to_owned())),
        (None, None) => Ok(None),
        (None, Some(uri)) => {
            let bare = |uri: &str| uri.split('#').next().unwrap_or("").to_owned();
            if !client.request_uris.iter().any(|known| bare(known) == bare(uri)) {
                let why = "request_uri is not registered for this client";
                return Err(Code::InvalidRequestUri.because(why));
            }
            let fetched = app.outbound.get(&bare(uri)).await;
            let text = fetched.ok().and_then(|bytes| String::from_utf8(bytes).ok());
            let text = text.ok_or(Code::InvalidRequestUri.because("request_uri has no answer"))?;
            Ok(Some(text.trim().to_owned()))
        }
    }
}

/// A request object that cannot be read: the client is told when the parameters around it name a
/// registered address, else a person sees a page.
fn to_whom(client: &Client, params: &Params, error: OAuthError) -> Refused {
    match params.value("redirect_uri") {
        Some(uri) if is_registered(uri, client) => {
            let request = Authorize {
                client_id: client.client_id.clone(),
                redirect_uri: uri.to_owned(),
                state: params.own("state"),
                ..Authorize::default()
            };
            Refused::Client(Box::new(request), error)
        }
        _ => Refused::Page(error),
    }
}

/// Answers at once when nothing is missing; else begins a journey, or says with `prompt=none`
/// what is missing (OpenID Connect Core §3.1.2.3, §3.1.2.6).
async fn decide(
    app: &Arc<App>,
    visit: &Visit,
    to: &To<'_>,
    request: Authorize,
) -> Result<Response, Error> {
    let realm = &visit.realm;
    let session = session::find(app, realm, &visit.headers).await?;
    let fresh = session.filter(|session| is_good_for(realm, to.client, &request, session, to.now));
    let prompt = request.prompt;
    if prompt.create && !prompt.none {
        return begin_for(app, visit, "register", request, None).await;
    }
    let Some(session) = fresh.filter(|_| !prompt.login) else {
        if prompt.none {
            let error = Code::LoginRequired.because("nobody is signed in");
            return answer::error(to, &request, &error);
        }
        return begin_for(app, visit, "login", request, None).await;
    };
    if request.acr_essential
        && !request.acr_values.iter().any(|acr| realm.reaches(acr, &session.proofs))
    {
        let why = "this account has not proved what the asked acr needs";
        return answer::error(to, &request, &Code::UnmetAuthenticationRequirements.because(why));
    }
    let asks = needs_consent(app, to, &request, &session).await?;
    if prompt.none && asks {
        let error = Code::ConsentRequired.because("the member has not agreed to this yet");
        return answer::error(to, &request, &error);
    }
    if asks || prompt.select_account {
        return begin_for(app, visit, "login", request, Some(session.sid)).await;
    }
    let mut tx = app.db.begin().await?;
    match answer::issue(&mut tx, to, &request, &session).await? {
        Some(response) => {
            tx.commit().await?;
            Ok(response)
        }
        None => Err(Error::Shown(StatusCode::BAD_REQUEST)),
    }
}

/// Whether a session can answer a request: young enough, and of the right person.
pub fn is_good_for(
    realm: &Realm,
    client: &Client,
    request: &Authorize,
    session: &Session,
    now: i64,
) -> bool {
    let young = request.max_age.is_none_or(|age| now - session.auth_time <= age);
    let sub = client.subject(&session.account_id, &realm.secrets.pairwise);
    let right = request.expected_sub.as_ref().is_none_or(|expected| *expected == sub);
    young && right
}

/// Whether the person must still agree to what this request asks.
pub async fn needs_consent(
    app: &App,
    to: &To<'_>,
    request: &Authorize,
    session: &Session,
) -> Result<bool, Error> {
    if request.prompt.consent {
        return Ok(true);
    }
    if !to.client.needs_consent() {
        return Ok(false);
    }
    let mut conn = app.db.read().await?;
    let account = &session.account_id;
    let given = consents::scopes(&mut conn, to.realm.id(), account, &to.client.client_id).await?;
    Ok(!asked(to.client, request).iter().all(|scope| given.contains(scope)))
}

/// All that a consent must cover: scopes, what named claims imply, and each rich request in full.
pub fn asked(client: &Client, request: &Authorize) -> Vec<String> {
    let mut asked = oidc::claims::needed(&request.scopes, &request.claims, client);
    asked.extend(request.authorization_details.iter().map(|detail| format!("detail:{detail}")));
    asked
}

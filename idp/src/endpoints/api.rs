//! What all endpoints for programs share: the form body, who the client is, its proof of
//! possession, and which browser origins may call.

use super::refused;
use crate::app::App;
use crate::clients;
use crate::realm::Realm;
use crate::store::{clients as stored, spent};
use axum::extract::{ConnectInfo, FromRef, FromRequest, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use db::Conn;
use oidc::certificate::Certificate;
use oidc::client_auth::{self, Attempt, Claimed, Spent};
use oidc::dpop::{self, Proof};
use oidc::error::Code;
use oidc::{Client, OAuthError, Params};
use secret::hash;
use std::sync::Arc;
use web::Error;
use web::listen::Peer;

/// The longest body in bytes.
const MAX_BODY: usize = 128 * 1024;

/// A request of a program: a form (RFC 6749 §3.2), the insurer, and who is on the other side.
pub struct Api {
    pub realm: Arc<Realm>,
    pub headers: HeaderMap,
    pub params: Params,
    pub caller: Caller,
}

/// The other side of a connection.
#[derive(Clone)]
pub struct Caller {
    /// The certificate that it showed, DER.
    pub certificate: Option<Arc<Vec<u8>>>,
    /// What it showed besides: the certificates of those who issued it.
    chain: Arc<Vec<Vec<u8>>>,
    /// It came to the address for clients with certificates.
    pub mutual: bool,
}

impl Caller {
    /// Of a request.
    pub fn of(parts: &axum::http::request::Parts, app: &App) -> Self {
        let Some(ConnectInfo(peer)) = parts.extensions.get::<ConnectInfo<Peer>>() else {
            return Self { certificate: None, chain: Arc::default(), mutual: false };
        };
        let certificate = app.proxies.certificate(peer, &parts.headers);
        let mutual = peer.mutual || certificate.is_some();
        Self { certificate, chain: peer.chain.clone(), mutual }
    }

    /// `x5t#S256`.
    pub fn thumbprint(&self) -> Option<String> {
        self.certificate.as_ref().map(|der| hash::s256(der.as_slice()))
    }

    fn read(&self, app: &App) -> Option<Certificate> {
        let der = self.certificate.as_ref()?;
        Some(Certificate {
            trusted: app.authorities.trust(der, &self.chain, app.now()),
            ..Certificate::parse(der)?
        })
    }
}

impl<S> FromRequest<S> for Api
where
    S: Send + Sync,
    Arc<App>: FromRef<S>,
{
    type Rejection = Error;

    /// # Errors
    /// `invalid_request` for another content type, a large body or parameters that come twice.
    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        let app = Arc::<App>::from_ref(state);
        let (parts, body) = request.into_parts();
        let realm = app.realms.find(crate::visit::slug(&parts)).ok_or(Error::NOT_FOUND)?;
        let wrong = |why| refused(Code::InvalidRequest.because(why));
        if !web::forms::is_form(&parts.headers) {
            return Err(wrong("the body must be application/x-www-form-urlencoded"));
        }
        let body = axum::body::to_bytes(body, MAX_BODY).await;
        let body = body.map_err(|_| wrong("the body is too long"))?;
        let text = std::str::from_utf8(&body).map_err(|_| wrong("the body is not UTF-8"))?;
        let params = Params::parse(text).map_err(refused)?;
        let caller = Caller::of(&parts, &app);
        Ok(Self { realm, headers: parts.headers, params, caller })
    }
}

/// The client of a request, authenticated (RFC 6749 §3.2.1). `path` is the endpoint's own.
pub async fn authenticate(app: &App, api: &Api, path: &str) -> Result<Arc<Client>, Error> {
    let realm = &api.realm;
    let authorization = match api.headers.get(header::AUTHORIZATION).map(HeaderValue::to_str) {
        None => None,
        Some(Ok(text)) => Some(text),
        Some(Err(_)) => {
            return Err(refused(Code::InvalidClient.because("the header is not ASCII")));
        }
    };
    let claimed = client_auth::claimed(authorization, &api.params).map_err(refused)?;
    let client = clients::lookup(app, realm, &claimed.client_id).await?;
    let Some(client) = client else { return Err(refused(client_auth::unknown(&claimed))) };
    let (client, spent) = match verify(app, api, path, &claimed, client).await {
        Ok(verified) => verified,
        // Remembered clients may be a second old: a new secret must work at once.
        Err(error) => match clients::look_again(app, realm, &claimed.client_id).await? {
            Some(client) => verify(app, api, path, &claimed, client).await.map_err(refused)?,
            None => return Err(refused(error)),
        },
    };
    if let Some(assertion) = spent {
        let mut tx = app.db.begin().await?;
        let value = format!("{}\n{}", client.client_id, assertion.jti);
        let first =
            spent::spend(&mut tx, realm.id(), "assertion", &value, assertion.expires_at).await?;
        tx.commit().await?;
        if !first {
            let why = "client authentication failed";
            return Err(refused(Code::InvalidClient.because(why)));
        }
    }
    Ok(client)
}

/// Compares what the request carries with one state of the client.
async fn verify(
    app: &App,
    api: &Api,
    path: &str,
    claimed: &Claimed,
    client: Arc<Client>,
) -> Result<(Arc<Client>, Option<Spent>), OAuthError> {
    let realm = &api.realm;
    let assertion = api.params.value("client_assertion");
    let by_certificate = client.token_endpoint_auth_method.by_certificate();
    let (jwks, keys) = match assertion {
        Some(assertion) => clients::keys_for(app, &client, assertion).await,
        None if by_certificate => (clients::jwks(app, &client, false).await, Vec::new()),
        None => (Arc::default(), Vec::new()),
    };
    let certificate = if by_certificate { api.caller.read(app) } else { None };
    let secrets = match assertion {
        Some(_) => clients::secrets(app, realm, &client),
        None => Vec::new(),
    };
    let token = realm.endpoint("token", false);
    let called = realm.endpoint(path, api.caller.mutual);
    let attempt = Attempt {
        claimed,
        client: &client,
        keys: &keys,
        jwks: Some(&jwks),
        secrets: &secrets,
        certificate: certificate.as_ref(),
        issuer: &realm.issuer,
        audiences: &[&token, &called],
        now: app.now(),
    };
    let spent = client_auth::check(&attempt)?;
    Ok((client, spent))
}

/// The DPoP proof of a request, if it has one (RFC 9449 §4.3).
///
/// # Errors
/// `invalid_dpop_proof` or `use_dpop_nonce`.
pub fn proof(
    app: &App,
    realm: &Realm,
    headers: &HeaderMap,
    (method, path, mutual): (&str, &str, bool),
    access_token: Option<&str>,
) -> Result<Option<Proof>, OAuthError> {
    let mut lines = headers.get_all("dpop").iter();
    let Some(line) = lines.next() else { return Ok(None) };
    let wrong = |why| Code::InvalidDpopProof.because(why);
    if lines.next().is_some() {
        return Err(wrong("two DPoP headers"));
    }
    let text = line.to_str().map_err(|_| wrong("the DPoP header is not ASCII"))?;
    let now = app.now();
    let uri = realm.endpoint(path, mutual);
    let expected = dpop::Expected {
        method,
        uri: &uri,
        access_token,
        nonces: &realm.dpop_nonces(now),
        nonce_required: realm.definition.policy.protocol.dpop_nonce_required,
        now,
    };
    dpop::check(text, &expected).map(Some)
}

/// Uses a proof up: its `jti` must be new (RFC 9449 §11.1).
pub async fn spend(conn: &mut Conn, realm: &Realm, proof: &Proof) -> Result<(), Error> {
    let value = format!("{}\n{}", proof.jkt, proof.jti);
    if spent::spend(conn, realm.id(), "dpop", &value, proof.expires_at).await? {
        return Ok(());
    }
    Err(refused(Code::InvalidDpopProof.because("the DPoP proof was used before")))
}

/// Adds our nonce to the answer of a request with a proof, whatever the answer is (RFC 9449 §8).
pub fn with_nonce(
    app: &App,
    realm: &Realm,
    has_proof: bool,
    answer: Result<Response, Error>,
) -> Response {
    let mut response = answer.into_response();
    if has_proof && let Some(nonce) = realm.dpop_nonces(app.now()).first() {
        let value = HeaderValue::from_str(nonce).expect("base64url");
        response.headers_mut().insert("dpop-nonce", value);
    }
    response
}

/// CORS for the endpoints that a browser application calls (token, userinfo, revocation,
/// introspection, PAR, device): only for origins that a client registered. Credentials of the
/// browser are never allowed: tokens travel in headers and bodies.
pub async fn cors(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let origin = request.headers().get(header::ORIGIN).cloned();
    let preflight = request.method() == Method::OPTIONS;
    let slug = request.uri().path().trim_start_matches('/').split('/').next().unwrap_or("");
    let realm = app.realms.find(slug);
    let allowed = match (&realm, origin.as_ref().and_then(|origin| origin.to_str().ok())) {
        (Some(realm), Some(origin)) => is_known_origin(&app, realm, origin).await,
        _ => false,
    };
    let mut response = if preflight && realm.is_some() {
        StatusCode::NO_CONTENT.into_response()
    } else {
        as_json(next.run(request).await)
    };
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    if preflight {
        headers.insert(header::ALLOW, HeaderValue::from_static("GET, HEAD, POST, OPTIONS"));
    }
    if let (true, Some(origin)) = (allowed, origin) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        let mut put = |name, value| {
            headers.insert(name, HeaderValue::from_static(value));
        };
        put(header::ACCESS_CONTROL_EXPOSE_HEADERS, "DPoP-Nonce, WWW-Authenticate");
        if preflight {
            put(header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST");
            put(header::ACCESS_CONTROL_ALLOW_HEADERS, "Authorization, Content-Type, DPoP");
            put(header::ACCESS_CONTROL_MAX_AGE, "600");
        }
    }
    response
}

/// A fault or a page of ours as the JSON that a program reads.
fn as_json(mut response: Response) -> Response {
    let Some(drawn) = response.extensions_mut().remove::<web::error::Drawn>() else {
        return response;
    };
    let (error, why) = match drawn.status {
        StatusCode::NOT_FOUND => ("invalid_request", "there is no such insurer".to_owned()),
        StatusCode::SERVICE_UNAVAILABLE => {
            ("temporarily_unavailable", "too much at once: try again".to_owned())
        }
        _ => ("server_error", format!("incident {}", drawn.incident.unwrap_or_default())),
    };
    let body = serde_json::json!({"error": error, "error_description": why});
    super::json(drawn.status, &body)
}

async fn is_known_origin(app: &App, realm: &Realm, origin: &str) -> bool {
    let here = |client: &Arc<Client>| client.allowed_origins.iter().any(|known| known == origin);
    if realm.clients.values().any(here) {
        return true;
    }
    match app.db.read().await {
        Ok(mut conn) => stored::has_origin(&mut conn, realm.id(), origin).await.unwrap_or(false),
        Err(_) => false,
    }
}

/// A method that an endpoint for programs does not have: JSON, with what it has.
pub async fn wrong_method() -> Response {
    let body = serde_json::json!({
        "error": "invalid_request", "error_description": "this endpoint has no such method",
    });
    super::json(StatusCode::METHOD_NOT_ALLOWED, &body)
}

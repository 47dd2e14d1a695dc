//! What all endpoints for programs share: the form body, who the client is, and its proof of
//! possession.

use super::refused;
use crate::app::App;
use crate::realm::Realm;
use crate::store::spent;
use crate::visit::slug;
use axum::extract::{ConnectInfo, FromRef, FromRequest, Request};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use db::Tx;
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
        let trusted = app.authorities.trust(der, &self.chain, app.now());
        Some(Certificate { trusted, ..Certificate::parse(der)? })
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
        let realm = app.realm(slug(parts.uri.path())).await?.ok_or(Error::NOT_FOUND)?;
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
    let client = app.clients.lookup(realm, &claimed.client_id).await?;
    let Some(client) = client else { return Err(refused(client_auth::unknown(&claimed))) };
    let (client, spent) = match verify(app, api, path, &claimed, client).await {
        Ok(verified) => verified,
        // Remembered clients may be a second old: a new secret must work at once.
        Err(error) => match app.clients.look_again(realm, &claimed.client_id).await? {
            Some(client) => verify(app, api, path, &claimed, client).await.map_err(refused)?,
            None => return Err(refused(error)),
        },
    };
    if let Some(assertion) = spent {
        let mut tx = app.tools.db.begin().await?;
        let value = format!("{}\n{}", client.client_id, assertion.jti);
        let first =
            spent::spend(&mut tx, realm.id(), spent::Kind::Assertion, &value, assertion.expires_at)
                .await?;
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
    let (realm, now) = (&api.realm, app.now());
    let assertion = api.params.value("client_assertion");
    let by_certificate = client.token_endpoint_auth_method.by_certificate();
    let (jwks, keys) = match assertion {
        Some(assertion) => app.clients.keys_for(&client, assertion, now).await,
        None if by_certificate => (app.clients.jwks(&client, false, now).await, Vec::new()),
        None => (Arc::default(), Vec::new()),
    };
    let certificate = if by_certificate { api.caller.read(app) } else { None };
    let secrets = match assertion {
        Some(_) => app.clients.secrets(realm, &client, now),
        None => Vec::new(),
    };
    let endpoints = [realm.endpoint("token", false), realm.endpoint(path, api.caller.mutual)];
    let old_audiences = endpoints.each_ref().map(String::as_str);
    let attempt = Attempt {
        claimed,
        client: &client,
        keys: &keys,
        jwks: Some(&jwks),
        secrets: &secrets,
        certificate: certificate.as_ref(),
        issuer: &realm.issuer,
        old_audiences: match realm.definition.policy.protocol.endpoint_as_audience {
            true => &old_audiences,
            false => &[],
        },
        now,
    };
    let spent = client_auth::check(&attempt)?;
    Ok((client, spent))
}

/// What a proof must be for.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    pub method: &'a str,
    /// The endpoint's own part of the address.
    pub path: &'a str,
    /// It came to the address for clients with certificates.
    pub mutual: bool,
}

/// The DPoP proof of a request, if it has one (RFC 9449 §4.3).
///
/// # Errors
/// `invalid_dpop_proof` or `use_dpop_nonce`.
pub fn proof(
    realm: &Realm,
    headers: &HeaderMap,
    call: Call<'_>,
    access_token: Option<&str>,
    now: i64,
) -> Result<Option<Proof>, OAuthError> {
    let Call { method, path, mutual } = call;
    let mut lines = headers.get_all("dpop").iter();
    let Some(line) = lines.next() else { return Ok(None) };
    let wrong = |why| Code::InvalidDpopProof.because(why);
    if lines.next().is_some() {
        return Err(wrong("two DPoP headers"));
    }
    let text = line.to_str().map_err(|_| wrong("the DPoP header is not ASCII"))?;
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

/// Uses a proof up: its `jti` must be new (RFC 9449 §11.1). `false` when it was used before.
pub async fn spend(tx: &mut Tx, realm: &Realm, proof: &Proof) -> Result<bool, db::Error> {
    let value = format!("{}\n{}", proof.jkt, proof.jti);
    spent::spend(tx, realm.id(), spent::Kind::Dpop, &value, proof.expires_at).await
}

/// The refusal of a proof that was used before.
pub const PROOF_USED: OAuthError = Code::InvalidDpopProof.because("the DPoP proof was used before");

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

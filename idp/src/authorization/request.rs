//! Reads an authorization request: pushed before, inside a request object, or plain.

use crate::clients::Clients;
use crate::realm::Realm;
use crate::store::pushed;
use db::Tx;
use oidc::authorize::{Authorize, Refused, Request, check, is_registered};
use oidc::error::Code;
use oidc::{Client, OAuthError, Params};
use secret::hash;
use web::Error;

/// RFC 9126 §2.2.
pub const REQUEST_URI: &str = "urn:ietf:params:oauth:request_uri:";

/// Why there is no request.
pub enum Failure {
    /// Somebody can act: the client, or the person who sees a page.
    Refused(Refused),
    Fault(Error),
}

impl<E: Into<Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

/// What a request comes with besides its parameters.
#[derive(Debug, Clone, Default)]
pub struct Way {
    /// It comes through the PAR endpoint.
    pub pushed: bool,
    /// The key of a DPoP proof that came with it.
    pub dpop_jkt: Option<String>,
}

/// The checked request of a browser.
///
/// # Errors
/// [`Failure`].
pub async fn resolve(
    clients: &Clients,
    realm: &Realm,
    client: &Client,
    params: Params,
    now: i64,
) -> Result<Authorize, Failure> {
    if let Some(id) = params.value("request_uri").and_then(|uri| uri.strip_prefix(REQUEST_URI)) {
        let hash = hash::sha256(id);
        let mut conn = clients.db.read().await?;
        let found = pushed::find(&mut conn, realm.id(), &hash, &client.client_id, now).await?;
        return match found {
            Some(request) => Ok(Authorize { request_uri: Some(id.to_owned()), ..request }),
            None => Err(Failure::Refused(Refused::Page(
                Code::InvalidRequestUri.because("request_uri is unknown, used or expired"),
            ))),
        };
    }
    prepare(clients, realm, client, params, Way::default(), now).await
}

/// Uses a pushed request up: whatever its answer is, there is one (RFC 9126 §4). `false` when it had
/// been answered.
pub async fn use_up(tx: &mut Tx, realm: &Realm, request: &Authorize) -> Result<bool, Error> {
    match &request.request_uri {
        Some(used) => Ok(pushed::delete(tx, realm.id(), &hash::sha256(used)).await?),
        None => Ok(true),
    }
}

/// Opens a request object, runs the checks, and looks at `id_token_hint`.
///
/// # Errors
/// [`Failure`].
pub async fn prepare(
    clients: &Clients,
    realm: &Realm,
    client: &Client,
    params: Params,
    way: Way,
    now: i64,
) -> Result<Authorize, Failure> {
    let refused = |params: &Params, error| Failure::Refused(error_recipient(client, params, error));
    let object = object(clients, client, &params).await;
    let object = object.map_err(|error| refused(&params, error))?;
    let signed = object.is_some();
    let params = match object {
        None => params,
        Some(text) => {
            let (_, keys) = clients.keys_for(client, &text, now).await;
            let at = (realm.issuer.as_str(), now);
            oidc::request_object::open(&text, &params, client, &keys, at)
                .map_err(|error| refused(&params, error))?
        }
    };
    let request =
        Request { params: &params, client, rules: &realm.rules, pushed: way.pushed, signed };
    let mut request = check(&request, way.dpop_jkt).map_err(Failure::Refused)?;
    if let Some(hint) = params.value("id_token_hint") {
        let claims = realm.id_token(hint, now);
        let claims = claims.filter(|claims| claims["aud"] == client.client_id.as_str());
        let Some(sub) = claims.as_ref().and_then(|claims| claims["sub"].as_str()) else {
            let why = "id_token_hint is not an ID token of this client";
            let error = Code::InvalidRequest.because(why);
            return Err(Failure::Refused(Refused::Client(Box::new(request), error)));
        };
        request.expected_sub = Some(sub.to_owned());
    }
    Ok(request)
}

/// The text of the request object, fetched when it is at a registered address.
async fn object(
    clients: &Clients,
    client: &Client,
    params: &Params,
) -> Result<Option<String>, OAuthError> {
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
            let fetched = clients.outbound.get(&bare(uri)).await;
            let text = fetched.ok().and_then(|bytes| String::from_utf8(bytes).ok());
            let text = text.ok_or(Code::InvalidRequestUri.because("request_uri has no answer"))?;
            Ok(Some(text.trim().to_owned()))
        }
    }
}

/// Who hears of a request object that cannot be read: the client when the parameters around it
/// name a registered address, else a person sees a page.
fn error_recipient(client: &Client, params: &Params, error: OAuthError) -> Refused {
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

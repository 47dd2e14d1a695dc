//! OpenID Connect over HTTP: requests become the types of `oidc`, its answers become responses.
//!
//! - `authorize.rs`, `par.rs`, `answer.rs`: the authorization request and its answer
//! - `token/`: one file per kind of grant
//! - `userinfo.rs`, `introspect.rs`, `revoke.rs`: what tokens are good for
//! - `device.rs`, `consents.rs`, `logout.rs`: pages for people
//! - `registration.rs`, `admin.rs`: clients as data
//! - `metadata.rs`: discovery and keys
//! - `api.rs`: what all endpoints for programs share: form, client, proof, CORS

pub mod admin;
pub mod answer;
pub mod api;
pub mod authorize;
pub mod consents;
pub mod device;
pub mod introspect;
pub mod logo;
pub mod logout;
pub mod metadata;
pub mod par;
pub mod registration;
pub mod revoke;
pub mod token;
pub mod userinfo;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use oidc::OAuthError;
use oidc::error::Code;
use serde::Serialize;
use web::Error;

/// An OAuth error as JSON, with the status that its RFC gives it.
pub(crate) fn refused(error: OAuthError) -> Error {
    refused_because(error.error, error.error_description)
}

/// The same with a reason that is made at run time.
pub(crate) fn refused_because(error: Code, why: &str) -> Error {
    let status = match error {
        Code::InvalidClient | Code::InvalidToken => StatusCode::UNAUTHORIZED,
        Code::ServerError => StatusCode::INTERNAL_SERVER_ERROR,
        Code::InsufficientScope => StatusCode::FORBIDDEN,
        _ => StatusCode::BAD_REQUEST,
    };
    let body = serde_json::json!({"error": error.as_str(), "error_description": why});
    let mut response = json(status, &body);
    if status == StatusCode::UNAUTHORIZED {
        // RFC 6749 §5.2 and RFC 6750 §3 ask for the scheme.
        let scheme = if error == Code::InvalidClient { "Basic" } else { "Bearer" };
        let value = format!("{scheme} realm=\"idp\", error=\"{}\"", error.as_str());
        let value = HeaderValue::from_str(&value).expect("fixed words");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, value);
    }
    Error::Refused(Box::new(response))
}

/// JSON that nobody keeps (RFC 6749 §5.1).
pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Response {
    let mut response = (status, Json(body)).into_response();
    no_store(&mut response);
    response
}

pub(crate) fn no_store(response: &mut Response) {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
}

/// A signed document with its media type.
pub(crate) fn signed(token: String, kind: &'static str) -> Response {
    let mut response = token.into_response();
    no_store(&mut response);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

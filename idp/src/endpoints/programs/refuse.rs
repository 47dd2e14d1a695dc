//! JSON answers, errors as their RFCs want them, and JSON bodies.

use axum::Json;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use oidc::OAuthError;
use oidc::error::{Code, description};
use serde::Serialize;
use serde_json::Value;
use web::Error;

/// The longest JSON document in bytes.
const MAX_BODY: usize = 64 * 1024;

/// An OAuth error as JSON, with the status that its RFC gives it.
pub fn refused(error: OAuthError) -> Error {
    refused_because(error.error, error.error_description)
}

/// The same with a reason that is made at run time.
pub fn refused_because(error: Code, why: &str) -> Error {
    let status = match error {
        Code::InvalidClient | Code::InvalidToken => StatusCode::UNAUTHORIZED,
        Code::ServerError => StatusCode::INTERNAL_SERVER_ERROR,
        Code::InsufficientScope => StatusCode::FORBIDDEN,
        _ => StatusCode::BAD_REQUEST,
    };
    let why = description(why);
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
pub fn json(status: StatusCode, body: &impl Serialize) -> Response {
    let mut response = (status, Json(body)).into_response();
    no_store(&mut response);
    response
}

pub fn no_store(response: &mut Response) {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
}

/// A signed document with its media type.
pub fn signed(token: String, kind: &'static str) -> Response {
    let mut response = token.into_response();
    no_store(&mut response);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

/// The token of a `Bearer` header (RFC 6750 §2.1).
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// A JSON body.
pub async fn document(request: Request) -> Result<Value, Error> {
    let wrong = |why| refused(Code::InvalidClientMetadata.because(why));
    let body = axum::body::to_bytes(request.into_body(), MAX_BODY).await;
    let body = body.map_err(|_| wrong("the body is too long"))?;
    serde_json::from_slice(&body).map_err(|_| wrong("the body is not JSON"))
}

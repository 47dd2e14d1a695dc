//! Discovery and the key set: computed once per version of an insurer.

use crate::app::App;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use web::Error;

/// `GET /{insurer}/.well-known/openid-configuration`, and where RFC 8414 §3.1 looks for it: the
/// well-known part comes before the issuer's path.
pub async fn discovery(
    State(app): State<Arc<App>>,
    Path(insurer): Path<String>,
) -> Result<Response, Error> {
    let realm = app.realms.published(&insurer).ok_or(Error::NOT_FOUND)?;
    Ok(json(realm.discovery()))
}

/// `GET /{insurer}/jwks`
pub async fn jwks(
    State(app): State<Arc<App>>,
    Path(insurer): Path<String>,
) -> Result<Response, Error> {
    let realm = app.realm(&insurer).await?.ok_or(Error::NOT_FOUND)?;
    Ok(json(realm.keys.jwks.clone()))
}

/// `OPTIONS` of both: anybody may read them from anywhere.
pub async fn options() -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    headers.insert(header::ALLOW, HeaderValue::from_static("GET, HEAD, OPTIONS"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET"));
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    response
}

fn json(body: axum::body::Bytes) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

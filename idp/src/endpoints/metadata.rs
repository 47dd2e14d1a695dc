//! Discovery and the key set: computed once per version of an insurer.

use crate::app::App;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use web::Error;

/// `GET /{insurer}/.well-known/openid-configuration`
pub async fn discovery(
    State(app): State<Arc<App>>,
    Path(insurer): Path<String>,
) -> Result<Response, Error> {
    let realm = app.realms.find(&insurer).ok_or(Error::NOT_FOUND)?;
    Ok(json(realm.discovery.clone()))
}

/// `GET /{insurer}/jwks`
pub async fn jwks(
    State(app): State<Arc<App>>,
    Path(insurer): Path<String>,
) -> Result<Response, Error> {
    let realm = app.realms.find(&insurer).ok_or(Error::NOT_FOUND)?;
    Ok(json(realm.jwks.clone()))
}

fn json(body: axum::body::Bytes) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

//! Going on to another page.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// 303: go on with GET (RFC 9110 §15.4.4).
pub fn see_other(url: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    let location = HeaderValue::from_str(url).unwrap_or(HeaderValue::from_static("/"));
    response.headers_mut().insert(header::LOCATION, location);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Whether a `back` or `return_to` stays on this host (attack 2: `//evil`, `/\evil`).
pub fn is_own_path(path: &str) -> bool {
    let printable = path.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    path.starts_with('/') && !path.starts_with("//") && printable
}

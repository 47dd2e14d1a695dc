//! A partner's logo, fetched through the guarded client and served from here: members' browsers
//! never load anything from a partner before they agreed.

use crate::app::App;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use web::Error;

/// The kind of a picture by its first bytes. No SVG: it can carry scripts (attack 4).
fn kind(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
}

/// `GET /{insurer}/logo/{client_id}`
pub async fn get(
    State(app): State<Arc<App>>,
    Path((insurer, client_id)): Path<(String, String)>,
) -> Result<Response, Error> {
    let realm = app.realms.published(&insurer).ok_or(Error::NOT_FOUND)?;
    let client = app.clients.lookup(&realm, &client_id).await?;
    let uri = client.and_then(|client| client.logo_uri.clone()).ok_or(Error::NOT_FOUND)?;
    let bytes = app
        .outbound
        .document(&uri, false, app.now(), |bytes| kind(bytes).is_some())
        .await
        .map_err(|error| {
            tracing::info!(insurer, %error, "logo");
            Error::NOT_FOUND
        })?;
    let kind = kind(&bytes).ok_or(Error::NOT_FOUND)?;
    let mut response = bytes.to_vec().into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=86400"));
    Ok(response)
}

#[cfg(test)]
mod tests {
    /// Attack 4.
    #[test]
    fn only_pictures_without_scripts() {
        assert_eq!(super::kind(b"\x89PNG\r\n"), Some("image/png"));
        for bad in [&b"<svg onload=alert(1)>"[..], b"GIF89a", b"", b"RIFFxxxxWAVE"] {
            assert_eq!(super::kind(bad), None);
        }
    }
}

//! What a device is told when a member puts the portal on its home screen (W3C Web Application Manifest).

use crate::visit::Visit;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// `GET /{insurer}/app.webmanifest`: name, colours and icon of the insurer. It opens as a page with the way back
/// that a browser has: signing in leads to another host.
pub async fn show(visit: Visit) -> Response {
    let look = &visit.look;
    let theme = look.theme();
    let icon = json!({"src": &*theme.icon, "sizes": "any", "type": "image/svg+xml"});
    let manifest = json!({
        "id": look.base(),
        "name": look.insurer_name(),
        "lang": look.lang,
        "start_url": format!("{}/", look.base()),
        "scope": format!("{}/", look.base()),
        "display": "minimal-ui",
        "theme_color": &*theme.colour,
        "background_color": &*theme.colour,
        "icons": if theme.icon.is_empty() { Vec::new() } else { vec![icon] },
    });
    let headers = [
        (header::CONTENT_TYPE, "application/manifest+json"),
        (header::CACHE_CONTROL, "max-age=3600"),
    ];
    (headers, manifest.to_string()).into_response()
}

//! Which browser origins may call, and what they read when something is wrong.

use super::json;
use crate::app::App;
use crate::realm::Published;
use crate::store::clients as stored;
use crate::visit::slug;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use oidc::Client;
use std::sync::Arc;

/// CORS for the endpoints that a browser application calls (token, userinfo, revocation,
/// introspection, PAR, device): only for origins that a client registered. Credentials of the
/// browser are never allowed: tokens travel in headers and bodies.
pub async fn cors(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let origin = request.headers().get(header::ORIGIN).cloned();
    let preflight = request.method() == Method::OPTIONS;
    let realm = app.realms.published(slug(request.uri().path()));
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
    json(drawn.status, &body)
}

async fn is_known_origin(app: &App, realm: &Published, origin: &str) -> bool {
    let here = |client: &Arc<Client>| client.allowed_origins.iter().any(|known| known == origin);
    if realm.clients.values().any(here) {
        return true;
    }
    match app.tools.db.read().await {
        Ok(mut conn) => stored::has_origin(&mut conn, realm.id(), origin).await.unwrap_or(false),
        Err(_) => false,
    }
}

/// A method that an endpoint for programs does not have: JSON, with what it has.
pub async fn wrong_method() -> Response {
    let body = serde_json::json!({
        "error": "invalid_request", "error_description": "this endpoint has no such method",
    });
    json(StatusCode::METHOD_NOT_ALLOWED, &body)
}

//! The provider tells that a session has ended there: it ends here, too (OpenID Connect
//! Back-Channel Logout §2.5 to §2.8).

use crate::app::App;
use crate::pages::signin::registration;
use crate::store::sessions;
use crate::visit::Visit;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use web::Error;

/// `POST /{insurer}/backchannel-logout`: a logout token that the provider signed for this portal.
pub async fn logout(
    State(app): State<Arc<App>>,
    visit: Visit,
    body: String,
) -> Result<Response, Error> {
    let mut fields = url::form_urlencoded::parse(body.as_bytes());
    let token =
        fields.find(|(name, _)| name == "logout_token").map(|(_, token)| token.into_owned());
    let ended = match token {
        Some(token) => {
            let registration = registration(&app, &visit)?;
            app.providers.ended_session(&registration, &token, app.clock.now()).await
        }
        None => None,
    };
    let Some(sid) = ended else {
        tracing::info!(insurer = visit.slug(), "a logout token was refused");
        let body = r#"{"error":"invalid_request","error_description":"not a logout token for us"}"#;
        let kind =
            [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
        return Ok((StatusCode::BAD_REQUEST, kind, body).into_response());
    };
    let mut tx = app.db.begin().await?;
    sessions::end(&mut tx, visit.slug(), &sid).await?;
    tx.commit().await?;
    let mut response = StatusCode::OK.into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

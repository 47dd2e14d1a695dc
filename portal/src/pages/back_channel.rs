//! The provider tells that a session has ended there: it ends here, too (OpenID Connect
//! Back-Channel Logout §2.5 to §2.8).

use super::door::logout_answer;
use crate::app::App;
use crate::pages::signin::door;
use crate::store::sessions;
use crate::visit::Visit;
use axum::extract::State;
use axum::response::Response;
use std::sync::Arc;
use web::Error;

/// `POST /{insurer}/backchannel-logout`: a logout token that the provider signed for this portal.
pub async fn logout(
    State(app): State<Arc<App>>,
    visit: Visit,
    body: String,
) -> Result<Response, Error> {
    let ended = door(&app, &visit).ended(&body).await?;
    match &ended {
        Some(sid) => {
            let mut tx = app.db.begin().await?;
            sessions::end(&mut tx, visit.slug(), sid).await?;
            tx.commit().await?;
        }
        None => tracing::info!(insurer = visit.slug(), "a logout token was refused"),
    }
    Ok(logout_answer(ended.is_some()))
}

//! The mailed link over HTTP.

use crate::app::App;
use crate::journeys::link;
use crate::visit::Visit;
use axum::extract::{Path, State};
use axum::response::Response;
use std::sync::Arc;
use web::{Error, Posted};

/// `GET /{insurer}/link/{token}`: shows a button.
pub async fn show(
    State(app): State<Arc<App>>,
    Path((_, token)): Path<(String, String)>,
    visit: Visit,
) -> Result<Response, Error> {
    link::show(&app.tools, &visit, &token).await
}

/// `POST /{insurer}/link/{token}`: proves the mailbox.
pub async fn submit(
    State(app): State<Arc<App>>,
    Path((_, token)): Path<(String, String)>,
    visit: Visit,
    _: Posted,
) -> Result<Response, Error> {
    link::submit(&app.tools, visit, &token).await
}

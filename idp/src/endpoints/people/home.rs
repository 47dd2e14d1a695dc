//! The insurer's own address, and how pages are shown.

use crate::app::App;
use crate::visit::Visit;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use std::sync::Arc;

/// `GET /{insurer}/`: there is nothing to do here but at the insurer's portal.
pub async fn show(visit: Visit) -> Response {
    web::look::see_other(&visit.realm.definition.policy.home.url)
}

/// `GET /{insurer}/display?lang=…&size=…&back=…`
pub async fn display(State(app): State<Arc<App>>, RawQuery(query): RawQuery, _: Visit) -> Response {
    web::look::display(query.as_deref().unwrap_or(""), app.settings.secure())
}

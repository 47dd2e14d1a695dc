//! The member's authenticator apps on their own page: one more, one less.

use super::{AppRow, GO, HERE, ask, change, removal};
use crate::app::App;
use crate::definition::policy::When;
use crate::ids::CredentialId;
use crate::journeys::begin::sign_in_for;
use crate::journeys::goal::What;
use crate::session;
use crate::store::totp_devices::{self, Device};
use crate::visit::Visit;
use axum::extract::{Path, State};
use axum::response::Response;
use std::sync::Arc;
use web::Error;
use web::clock::today;

pub(super) fn row(visit: &Visit, app: Device, must_stay: bool) -> AppRow {
    let remove = || visit.path(&format!("account/app/{}", app.device_id));
    AppRow {
        since: today(app.created_at),
        used: today(app.used_at),
        remove_url: (!must_stay).then(remove),
        is_blocked: false,
        keeper: None,
        name: app.name,
    }
}

/// `GET /{insurer}/account/app`: begins to set up another authenticator app.
pub async fn add_app(app: State<Arc<App>>, visit: Visit) -> Result<Response, Error> {
    if visit.realm.definition.policy.second_factor.when == When::Never {
        return Err(Error::NOT_FOUND);
    }
    change(&app, &visit, What::AddApp, "account?changed=app-added").await
}

/// `GET /{insurer}/account/app/{id}`: F117: asks before one is removed, by its name.
pub async fn ask_removal(
    State(app): State<Arc<App>>,
    Path((_, device)): Path<(String, String)>,
    visit: Visit,
) -> Result<Response, Error> {
    let Some(session) = session::find(&app.tools.db, &visit).await? else {
        return sign_in_for(&visit, HERE);
    };
    let mut conn = app.tools.db.read().await?;
    let apps = totp_devices::list(&mut conn, visit.realm.id(), &session.account_id).await?;
    let found = apps.into_iter().find(|app| *app.device_id == *device).ok_or(Error::NOT_FOUND)?;
    let below = format!("account/app/{device}/remove");
    ask(&visit, removal(&visit, found.name), ("remove-app-text", GO), &below)
}

/// `GET /{insurer}/account/app/{id}/remove`: begins the removal; it asks password and code.
pub async fn remove_app(
    app: State<Arc<App>>,
    Path((_, device)): Path<(String, String)>,
    visit: Visit,
) -> Result<Response, Error> {
    let what = What::RemoveApp(CredentialId::new(device));
    change(&app, &visit, what, "account?changed=app-removed").await
}

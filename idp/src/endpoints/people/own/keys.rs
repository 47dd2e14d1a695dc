//! The member's passkeys on their own page: one more, one less, and what the browser is told of them.

use super::{AppRow, GO, HERE, ask, change, removal};
use crate::app::App;
use crate::credentials::passkey::{Passkeys, user_id};
use crate::credentials::providers;
use crate::ids::CredentialId;
use crate::journeys::begin::sign_in_for;
use crate::journeys::goal::What;
use crate::session;
use crate::store::accounts::Account;
use crate::store::passkeys::{self, Key};
use crate::visit::Visit;
use axum::extract::{Path, State};
use axum::response::Response;
use serde_json::json;
use std::sync::Arc;
use web::Error;
use web::clock::today;

pub(super) fn row(visit: &Visit, key: Key, must_stay: bool) -> AppRow {
    let remove = || visit.path(&format!("account/passkey/{}", key.credential_id));
    AppRow {
        since: today(key.created_at),
        used: today(key.used_at),
        remove_url: (!must_stay).then(remove),
        is_blocked: key.is_blocked,
        keeper: key.aaguid.as_deref().and_then(providers::name),
        name: key.name,
    }
}

/// What keepers of passkeys are told, as JSON for the page's script: which of the account's passkeys
/// are good, and what it is called now (WebAuthn §5.1.10).
pub(super) fn signals(
    library: &Passkeys,
    visit: &Visit,
    account: &Account,
    keys: &[Key],
) -> String {
    let good = keys.iter().filter(|key| !key.is_blocked);
    json!({
        "rpId": library.host(),
        "userId": user_id(visit.realm.id(), &account.account_id),
        "name": account.shown_name(),
        "displayName": account.shown_name(),
        "allAcceptedCredentialIds": good.map(|key| &key.credential_id).collect::<Vec<_>>(),
    })
    .to_string()
}

/// `GET /{insurer}/account/passkey`: begins to make a passkey.
pub async fn add_passkey(app: State<Arc<App>>, visit: Visit) -> Result<Response, Error> {
    if !visit.realm.definition.policy.passkeys.offer {
        return Err(Error::NOT_FOUND);
    }
    change(&app, &visit, What::AddPasskey, "account?changed=passkey-added").await
}

/// `GET /{insurer}/account/passkey/{id}`: F117: asks before one is removed, by its name.
pub async fn ask_passkey_removal(
    State(app): State<Arc<App>>,
    Path((_, key)): Path<(String, String)>,
    visit: Visit,
) -> Result<Response, Error> {
    let Some(session) = session::find(&app.tools.db, &visit).await? else {
        return sign_in_for(&visit, HERE);
    };
    let mut conn = app.tools.db.read().await?;
    let keys = passkeys::list(&mut conn, visit.realm.id(), &session.account_id).await?;
    let found = keys.into_iter().find(|known| *known.credential_id == *key);
    let found = found.ok_or(Error::NOT_FOUND)?;
    let below = format!("account/passkey/{key}/remove");
    ask(&visit, removal(&visit, found.name), ("remove-passkey-text", GO), &below)
}

/// `GET /{insurer}/account/passkey/{id}/remove`: begins the removal.
pub async fn remove_passkey(
    app: State<Arc<App>>,
    Path((_, key)): Path<(String, String)>,
    visit: Visit,
) -> Result<Response, Error> {
    let what = What::RemovePasskey(CredentialId::new(key));
    change(&app, &visit, what, "account?changed=passkey-removed").await
}

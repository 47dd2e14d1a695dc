//! Addresses whose waiting time is over take the place of those before, and both are told.

use crate::app::App;
use crate::ids::{AccountId, InsurerId};
use crate::lockdown::NotMe;
use crate::mail::From;
use crate::mail::letters::{AddressChanged, AddressHolds};
use crate::store::accounts::{self, State};
use crate::store::addresses::{self, Role};
use crate::store::events::{self, Detail, What};
use crate::store::{address_changes, locks};
use axum::http::Request;
use std::sync::Arc;
use std::time::Duration;
use web::Error;

const INTERVAL: Duration = Duration::from_secs(60);
/// Accounts of one look.
const BATCH: i64 = 100;

/// Runs until shutdown.
pub async fn run(app: Arc<App>) {
    loop {
        if let Err(error) = once(&app).await {
            let error = error.text();
            tracing::warn!(%error, "waiting addresses could not be put; trying again later");
        }
        tokio::time::sleep(INTERVAL).await;
    }
}

/// Puts what is due.
///
/// # Errors
/// When the database does not answer.
pub async fn once(app: &App) -> Result<(), Error> {
    let due = address_changes::due(&mut app.tools.db.read().await?, app.now(), BATCH).await?;
    for (insurer, account) in due {
        // One insurer that cannot be read holds up nobody else.
        if let Err(error) = one(app, &insurer, &account).await {
            let error = error.text();
            tracing::warn!(%insurer, %error, "a waiting address could not be put; trying again later");
        }
    }
    Ok(())
}

async fn one(app: &App, insurer: &InsurerId, account: &AccountId) -> Result<(), Error> {
    let now = app.now();
    let Some(realm) = app.realm(insurer.as_str()).await? else { return Ok(()) };
    let mut tx = app.tools.db.begin().await?;
    let Some(waiting) = address_changes::take(&mut tx, insurer, account, now).await? else {
        return Ok(());
    };
    let owner = accounts::by_id(&mut tx, insurer, account).await?;
    let owner = owner.filter(|owner| owner.state == State::Active);
    let is_shut = locks::is_locked(&mut tx, insurer, account).await?;
    let (Some(owner), false) = (owner, is_shut) else {
        return Ok(tx.commit().await?);
    };
    let new = &waiting.address;
    // Somebody may have it by now: then the one before stays, and the member sees so.
    if addresses::account(&mut tx, insurer, new).await?.is_some()
        || !addresses::put(&mut tx, insurer, account, Role::Login, new, Some(now)).await?
    {
        tracing::warn!(%insurer, "a waiting address is another account's by now: it is dropped");
        return Ok(tx.commit().await?);
    }
    let detail = Detail::default();
    events::insert(&mut tx, insurer, account, What::AddressChanged, (&detail, now)).await?;
    let (parts, ()) = Request::new(()).into_parts();
    let look = app.look(&parts, Some(&realm)).in_language(owner.language.as_deref());
    let from = From { realm: &realm, look: &look, now };
    let at = look.moment(now);
    if let Some(old) = &owner.email {
        let link = NotMe { account: account.clone(), at: now, address: Some(old.clone()) };
        let letter = AddressChanged { at: at.clone(), not_me_url: link.url(&realm) };
        app.tools.outbox.put(&mut tx, from, old, &letter).await?;
    }
    if let Some((other, _)) = addresses::of_role(&mut tx, insurer, account, Role::Notices).await? {
        let link = NotMe { account: account.clone(), at: now, address: None };
        let letter = AddressChanged { at: at.clone(), not_me_url: link.url(&realm) };
        app.tools.outbox.put(&mut tx, from, &other, &letter).await?;
    }
    app.tools.outbox.put(&mut tx, from, new, &AddressHolds { at }).await?;
    tx.commit().await?;
    app.tools.outbox.posted();
    Ok(())
}

//! The end of a recovery: the new password holds, everything that the old one opened is closed, and
//! the account's owner is told.

use super::sign_in;
use crate::ids::{AccountId, Sid};
use crate::journeys::advanced::Advanced;
use crate::journeys::running::{Running, YOUNG_SECS};
use crate::mail;
use crate::mail::letters::{AppRemoved, PasskeyRemoved, PasswordChanged};
use crate::session;
use crate::store::accounts::{self, Account, State};
use crate::store::attempts::{self, Bucket};
use crate::store::{grants, passkeys, passwords, sessions, totp_devices};
use db::Tx;
use web::Error;

pub(super) async fn recover(running: &mut Running<'_>, tx: &mut Tx) -> Result<Advanced, Error> {
    let learned = running.instance.learned.clone();
    let (Some(id), Some(hash)) = (learned.account, learned.password_hash) else {
        return Err(Error::fault("a recovery ended without an account or a new password"));
    };
    let account = accounts::by_id(tx, running.visit.realm.id(), &id).await?;
    let Some(account) = account.filter(|account| account.state == State::Active) else {
        return Ok(Advanced::Refused);
    };
    replace_password(running, tx, &account, &hash, None).await?;
    remove_young(running, tx, &id).await?;
    // Everything that a login asks was proved a moment ago, and more.
    sign_in::sign_in(running, tx).await
}

/// What was added a short while ago may be a thief's who knew the password: it goes, and the owner
/// is told.
async fn remove_young(
    running: &Running<'_>,
    tx: &mut Tx,
    account: &AccountId,
) -> Result<(), Error> {
    let (insurer, now) = (running.visit.realm.id(), running.visit.now);
    let since = now - YOUNG_SECS;
    let at = running.visit.look.moment(now);
    for app in totp_devices::list(tx, insurer, account).await? {
        if app.created_at > since
            && totp_devices::delete(tx, insurer, account, &app.device_id).await?
        {
            let letter = AppRemoved { name: app.name, at: at.clone() };
            sign_in::tell(running, tx, account, &letter).await?;
        }
    }
    for key in passkeys::list(tx, insurer, account).await? {
        if key.created_at > since
            && passkeys::delete(tx, insurer, account, &key.credential_id).await?
        {
            let letter = PasskeyRemoved { name: key.name, at: at.clone() };
            sign_in::tell(running, tx, account, &letter).await?;
        }
    }
    Ok(())
}

/// Another password holds: whoever was in with the old one is out, here and at every partner, but
/// for the session in which it was changed; and the owner is told.
pub(super) async fn replace_password(
    running: &Running<'_>,
    tx: &mut Tx,
    account: &Account,
    hash: &str,
    kept: Option<&Sid>,
) -> Result<(), Error> {
    let (realm, look, now) = (&running.visit.realm, &running.visit.look, running.visit.now);
    let (insurer, id) = (realm.id(), &account.account_id);
    passwords::replace(tx, insurer, id, hash, now).await?;
    for sid in sessions::of_account(tx, insurer, id).await? {
        if Some(&sid) != kept {
            session::end(tx, &running.tools.clients, realm, &sid, now).await?;
        }
    }
    grants::revoke_account(tx, insurer, id).await?;
    attempts::forget(tx, insurer, &Bucket::account(id)).await?;
    if let Some(email) = &account.email {
        let letter = PasswordChanged { at: look.moment(now) };
        let from = mail::From { realm, look, now };
        running.tools.outbox.put(tx, from, email, &letter).await?;
    }
    Ok(())
}

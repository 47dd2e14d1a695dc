//! The end of a recovery: the new password holds, everything that the old one opened is closed, and
//! the account's owner is told.

use super::{sign_in, told};
use crate::ids::{AccountId, Sid};
use crate::journeys::advanced::Advanced;
use crate::journeys::running::{Running, YOUNG_SECS};
use crate::mail::letters::{AddressWaits, PasswordChanged};
use crate::store::accounts::{self, Account, State};
use crate::store::address_changes::{self, Waiting};
use crate::store::addresses::{self, Role};
use crate::store::attempts::{self, Bucket};
use crate::store::events::{Detail, What};
use crate::store::{
    browsers, grants, locks, passkeys, passwords, recovery_codes, sessions, totp_devices,
};
use crate::{browser, session};
use db::Tx;
use web::Error;
use web::look::see_other;

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
    // Who reads its mail has not lost the mailbox.
    address_changes::drop(tx, running.visit.realm.id(), &id).await?;
    let locked_at = locks::delete(tx, running.visit.realm.id(), &id).await?;
    if locked_at.is_some() {
        told::note(running, tx, &id, (What::Unlocked, Detail::default())).await?;
    }
    // While it was locked nothing could be added.
    remove_young(running, tx, &id, locked_at.unwrap_or(running.visit.now) - YOUNG_SECS).await?;
    // Everything that a login asks was proved a moment ago, and more.
    sign_in::sign_in(running, tx).await
}

/// The owner's own password holds in the place of one that somebody else gave.
pub(super) async fn replace_temporary(
    running: &Running<'_>,
    tx: &mut Tx,
) -> Result<Option<Advanced>, Error> {
    let learned = &running.instance.learned;
    let (Some(id), Some(hash)) = (&learned.account, &learned.password_hash) else {
        return Ok(None);
    };
    let insurer = running.visit.realm.id();
    let given = passwords::active(tx, insurer, id).await?;
    let account = accounts::by_id(tx, insurer, id).await?;
    let (Some(account), true) = (account, given.is_some_and(|one| one.temporary_until.is_some()))
    else {
        return Ok(Some(Advanced::Refused));
    };
    // What whoever gave it may have begun.
    address_changes::drop(tx, insurer, id).await?;
    let sid = running.session.as_ref().map(|session| &session.sid);
    replace_password(running, tx, &account, hash, sid).await?;
    Ok(None)
}

/// Another app holds in the place of all that the account had; everybody who was in is out.
pub(super) async fn replace_app(running: &mut Running<'_>, tx: &mut Tx) -> Result<Advanced, Error> {
    let id = running.instance.learned.account.clone();
    let id = id.ok_or_else(|| Error::fault("a recovery ended without an account"))?;
    let insurer = running.visit.realm.id().clone();
    for app in totp_devices::list(tx, &insurer, &id).await? {
        if totp_devices::delete(tx, &insurer, &id, &app.device_id).await? {
            told::app_removed(running, tx, &id, &app.name).await?;
        }
    }
    sign_out(running, tx, &id, None).await?;
    forget_wrong(running, tx, &id).await?;
    sign_in::sign_in(running, tx).await
}

/// Another address waits to take the place of the account's, whose owner can say no meanwhile: what
/// password and card show is not enough to take the mailbox away at once.
pub(super) async fn replace_address(running: &Running<'_>, tx: &mut Tx) -> Result<Advanced, Error> {
    let learned = running.instance.learned.clone();
    let (Some(id), Some(address)) = (learned.account, learned.address) else {
        return Err(Error::fault("a recovery ended without an account or an address"));
    };
    let (realm, now) = (&running.visit.realm, running.visit.now);
    let account = accounts::by_id(tx, realm.id(), &id).await?;
    let Some(account) = account.filter(|account| account.state == State::Active) else {
        return Ok(Advanced::Refused);
    };
    if addresses::account(tx, realm.id(), &address).await?.is_some() {
        return Ok(Advanced::Taken);
    }
    let due_at = now + realm.definition.policy.recovery.address_days * 24 * 3600;
    let waiting = Waiting { account_id: id.clone(), address, due_at };
    address_changes::put(tx, realm.id(), &waiting, now).await?;
    forget_wrong(running, tx, &id).await?;
    told::note(running, tx, &id, (What::AddressAsked, Detail::default())).await?;
    let notices = told::notices(running, tx, &id).await?;
    for known in account.email.iter().chain(&notices) {
        let look = running.visit.look.in_language(account.language.as_deref());
        let from = look.moment(due_at);
        let not_me = told::not_me(running, &id, None);
        told::mail_to(running, tx, (&account, known), not_me, |noted| AddressWaits {
            from,
            at: noted.at,
            not_me_url: noted.not_me_url,
        })
        .await?;
    }
    Ok(Advanced::Kept(see_other(&running.visit.path("recovered?what=address"))))
}

/// What somebody else typed wrong is void: its owner has proved the account.
async fn forget_wrong(
    running: &Running<'_>,
    tx: &mut Tx,
    account: &AccountId,
) -> Result<(), Error> {
    for counter in Bucket::of_account(account) {
        attempts::forget(tx, running.visit.realm.id(), &counter).await?;
    }
    Ok(())
}

/// Whoever was in is out, here and at every partner, but for one session; no other browser is known
/// or remembered.
pub(super) async fn sign_out(
    running: &Running<'_>,
    tx: &mut Tx,
    account: &AccountId,
    kept: Option<&Sid>,
) -> Result<(), Error> {
    let (realm, now) = (&running.visit.realm, running.visit.now);
    for sid in sessions::of_account(tx, realm.id(), account).await? {
        if Some(&sid) != kept {
            session::end(tx, &running.tools.clients, realm, &sid, now).await?;
        }
    }
    grants::revoke_account(tx, realm.id(), account, kept).await?;
    let own = browser::secret_hash(&running.visit);
    Ok(browsers::forget_others(tx, realm.id(), account, own.as_deref()).await?)
}

/// What was added a short while ago may be a thief's who knew the password: it goes, and the owner
/// is told.
async fn remove_young(
    running: &Running<'_>,
    tx: &mut Tx,
    account: &AccountId,
    since: i64,
) -> Result<(), Error> {
    let insurer = running.visit.realm.id();
    for app in totp_devices::list(tx, insurer, account).await? {
        if app.created_at > since
            && totp_devices::delete(tx, insurer, account, &app.device_id).await?
        {
            told::app_removed(running, tx, account, &app.name).await?;
        }
    }
    if let (_, Some(made)) = recovery_codes::left(tx, insurer, account).await?
        && made > since
    {
        recovery_codes::forget(tx, insurer, account).await?;
    }
    let notices = addresses::of_role(tx, insurer, account, Role::Notices).await?;
    if notices.is_some_and(|(_, proved_at)| proved_at.is_none_or(|at| at > since)) {
        told::notice_address(running, tx, account, What::NoticeAddressRemoved).await?;
        addresses::remove(tx, insurer, account, Role::Notices).await?;
    }
    for key in passkeys::list(tx, insurer, account).await? {
        if key.created_at > since
            && passkeys::delete(tx, insurer, account, &key.credential_id).await?
        {
            told::passkey_removed(running, tx, account, &key.name).await?;
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
    let (realm, now) = (&running.visit.realm, running.visit.now);
    let (insurer, id) = (realm.id(), &account.account_id);
    passwords::replace(tx, insurer, id, hash, now).await?;
    sign_out(running, tx, id, kept).await?;
    forget_wrong(running, tx, id).await?;
    let what = if running.recovers() { What::Recovered } else { What::PasswordChanged };
    told::tell(running, tx, id, (what, Detail::default()), |noted| PasswordChanged {
        at: noted.at,
        not_me_url: noted.not_me_url,
    })
    .await
}

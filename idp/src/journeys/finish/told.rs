//! What happened to an account is written down, and its owner is told by mail, with a way to shut it.

use crate::ids::AccountId;
use crate::journeys::running::Running;
use crate::lockdown::NotMe;
use crate::mail::letters::{
    AccountClosed, AppRemoved, CodeUsed, NoticeAddress, PasskeyRemoved, PasswordRemoved,
    UserIdChanged,
};
use crate::mail::{self, Letter};
use crate::need::{Act, Kind};
use crate::store::accounts::{self, Account};
use crate::store::addresses::{self, Role};
use crate::store::events::{self, Detail, What};
use crate::store::recovery_codes;
use crate::user_agent;
use db::Tx;
use web::Error;

/// What the letters about something that happened have in common.
pub(super) struct Noted {
    /// When, as people read it.
    pub at: String,
    pub not_me_url: String,
}

/// Writes down what happened.
pub(super) async fn note(
    running: &Running<'_>,
    tx: &mut Tx,
    account: &AccountId,
    (what, mut detail): (What, Detail),
) -> Result<(), Error> {
    let visit = &running.visit;
    let device = user_agent::label(&visit.headers);
    detail.device = (!device.is_empty()).then_some(device);
    detail.place = visit.places.of(visit.address);
    Ok(events::insert(tx, visit.realm.id(), account, what, (&detail, visit.now)).await?)
}

/// Writes down what happened and mails to the account's addresses.
pub(super) async fn tell<L: Letter>(
    running: &Running<'_>,
    tx: &mut Tx,
    account: &AccountId,
    happened: (What, Detail),
    letter: impl Fn(Noted) -> L,
) -> Result<(), Error> {
    note(running, tx, account, happened).await?;
    let owner = accounts::by_id(tx, running.visit.realm.id(), account).await?;
    let Some(owner) = owner else { return Ok(()) };
    let other = notices(running, tx, account).await?;
    for email in owner.email.iter().chain(&other) {
        let not_me = not_me(running, account, None);
        mail_to(running, tx, (&owner, email), not_me, &letter).await?;
    }
    Ok(())
}

/// The address to which notices go besides.
pub(super) async fn notices(
    running: &Running<'_>,
    tx: &mut Tx,
    account: &AccountId,
) -> Result<Option<String>, Error> {
    let found = addresses::of_role(tx, running.visit.realm.id(), account, Role::Notices).await?;
    Ok(found.map(|(address, _)| address))
}

/// Mails to an address of the account, in its language: to the one before, when it is another now.
pub(super) async fn mail_to<L: Letter>(
    running: &Running<'_>,
    tx: &mut Tx,
    (owner, email): (&Account, &str),
    not_me: NotMe,
    letter: impl FnOnce(Noted) -> L,
) -> Result<(), Error> {
    let (realm, now) = (&running.visit.realm, running.visit.now);
    let look = &running.visit.look.in_language(owner.language.as_deref());
    let letter = letter(Noted { at: look.moment(now), not_me_url: not_me.url(realm) });
    running.tools.outbox.put(tx, mail::From { realm, look, now }, email, &letter).await
}

/// The way to shut the account, for who reads the mail.
pub(super) fn not_me(running: &Running<'_>, account: &AccountId, address: Option<&str>) -> NotMe {
    let address = address.map(str::to_owned);
    NotMe { account: account.clone(), at: running.visit.now, address }
}

/// Notices go to another address, too, or no more: told where they have gone until now.
pub(super) async fn notice_address(
    running: &Running<'_>,
    tx: &mut Tx,
    account: &AccountId,
    what: What,
) -> Result<(), Error> {
    let removed = what == What::NoticeAddressRemoved;
    tell(running, tx, account, (what, Detail::default()), |noted| NoticeAddress {
        removed,
        at: noted.at,
        not_me_url: noted.not_me_url,
    })
    .await
}

/// An authenticator app is gone.
pub(super) async fn app_removed(
    running: &Running<'_>,
    tx: &mut Tx,
    account: &AccountId,
    name: &str,
) -> Result<(), Error> {
    tell(running, tx, account, (What::AppRemoved, Detail::named(name)), |noted| AppRemoved {
        name: name.to_owned(),
        at: noted.at,
        not_me_url: noted.not_me_url,
    })
    .await
}

/// A passkey is gone.
pub(super) async fn passkey_removed(
    running: &Running<'_>,
    tx: &mut Tx,
    account: &AccountId,
    name: &str,
) -> Result<(), Error> {
    tell(running, tx, account, (What::PasskeyRemoved, Detail::named(name)), |noted| {
        PasskeyRemoved { name: name.to_owned(), at: noted.at, not_me_url: noted.not_me_url }
    })
    .await
}

/// One of the written codes opened something: its owner hears of it, and how many are left.
pub(super) async fn code_used(
    running: &Running<'_>,
    tx: &mut Tx,
    account: &AccountId,
) -> Result<(), Error> {
    if !running.here.iter().any(|one| one.kind == Kind::RecoveryCode && one.act == Act::Verify) {
        return Ok(());
    }
    let (left, _) = recovery_codes::left(tx, running.visit.realm.id(), account).await?;
    tell(running, tx, account, (What::CodeUsed, Detail::default()), |noted| CodeUsed {
        left,
        at: noted.at,
        not_me_url: noted.not_me_url,
    })
    .await
}

/// The password is void, by its owner's wish.
pub(super) async fn password_removed(
    running: &Running<'_>,
    tx: &mut Tx,
    account: &AccountId,
) -> Result<(), Error> {
    let happened = (What::PasswordRemoved, Detail::default());
    tell(running, tx, account, happened, |noted| PasswordRemoved {
        at: noted.at,
        not_me_url: noted.not_me_url,
    })
    .await
}

/// The account is called otherwise.
pub(super) async fn user_id_changed(
    running: &Running<'_>,
    tx: &mut Tx,
    account: &AccountId,
) -> Result<(), Error> {
    tell(running, tx, account, (What::UserIdChanged, Detail::default()), |noted| UserIdChanged {
        at: noted.at,
        not_me_url: noted.not_me_url,
    })
    .await
}

/// The account ends: told before its address is gone.
pub(super) async fn closed(
    running: &Running<'_>,
    tx: &mut Tx,
    account: &AccountId,
) -> Result<(), Error> {
    let happened = (What::Closed, Detail::default());
    tell(running, tx, account, happened, |noted| AccountClosed { at: noted.at }).await
}

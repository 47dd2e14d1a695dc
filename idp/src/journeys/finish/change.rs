//! The end of a change: what the owner of an account wanted holds from now on, and they are told at
//! the address that they had.

use super::recover::{self, replace_password};
use super::{sign_in, told};
use crate::definition::policy::When;
use crate::journeys::advanced::Advanced;
use crate::journeys::goal::{Resume, What};
use crate::journeys::running::{Running, YOUNG_SECS};
use crate::mail::letters::AddressChanged;
use crate::people::close::close;
use crate::session;
use crate::store::accounts::{self, State};
use crate::store::addresses::{self, Role};
use crate::store::events::{Detail, What as Happened};
use crate::store::{address_changes, passkeys, passwords, totp_devices};
use axum::http::header;
use db::Tx;
use web::Error;
use web::look::see_other;

pub(super) async fn change(
    running: &mut Running<'_>,
    tx: &mut Tx,
    what: What,
) -> Result<Advanced, Error> {
    let learned = running.instance.learned.clone();
    let id = learned.account.ok_or_else(|| Error::fault("a change without an account"))?;
    let (realm, now) = (running.visit.realm.clone(), running.visit.now);
    let insurer = realm.id();
    let account = accounts::by_id(tx, insurer, &id).await?;
    let Some(account) = account.filter(|account| account.state == State::Active) else {
        return Ok(Advanced::Refused);
    };
    let found = session::find_on(tx, &running.tools.db, &running.visit).await?;
    let own = found.filter(|session| session.account_id == id);
    match what {
        What::Password => {
            let hash = learned.password_hash;
            let hash = hash.ok_or_else(|| Error::fault("a change without a new password"))?;
            let kept = own.as_ref().map(|session| &session.sid);
            replace_password(running, tx, &account, &hash, kept).await?;
        }
        What::AddApp | What::AddPasskey | What::MakeCodes => {}
        What::UserId => {
            let new = learned.user_id;
            let new = new.ok_or_else(|| Error::fault("a change without a new user ID"))?;
            if !accounts::rename(tx, insurer, &id, &new).await? {
                return Ok(Advanced::Taken);
            }
            told::user_id_changed(running, tx, &id).await?;
        }
        What::Close => {
            told::closed(running, tx, &id).await?;
            recover::sign_out(running, tx, &id, None).await?;
            close(tx, insurer, &id, now).await?;
            let mut response = see_other(&running.visit.path("closed"));
            response.headers_mut().append(header::SET_COOKIE, session::forget(&running.visit));
            return Ok(Advanced::Kept(response));
        }
        What::RemovePassword => {
            let keys = passkeys::list(tx, insurer, &id).await?;
            let works = keys.iter().any(|key| !key.is_blocked);
            if !works || !realm.definition.policy.passkeys.alone {
                return Ok(Advanced::Refused);
            }
            passwords::void(tx, insurer, &id, now).await?;
            told::password_removed(running, tx, &id).await?;
        }
        What::RemovePasskey(key) => {
            let keys = passkeys::list(tx, insurer, &id).await?;
            // Without a password one stays with which to sign in.
            let others = keys.iter().any(|one| one.credential_id != key && !one.is_blocked);
            if !others && passwords::active(tx, insurer, &id).await?.is_none() {
                return Ok(Advanced::Refused);
            }
            let removed = keys.into_iter().find(|known| known.credential_id == key);
            let Some(removed) = removed else { return Ok(Advanced::Refused) };
            if !passkeys::delete(tx, insurer, &id, &key).await? {
                return Ok(Advanced::Refused);
            }
            told::passkey_removed(running, tx, &id, &removed.name).await?;
        }
        What::RemoveApp(device) => {
            let apps = totp_devices::list(tx, insurer, &id).await?;
            let removed = apps.iter().find(|app| app.device_id == device);
            let always = realm.definition.policy.second_factor.when == When::Always;
            // The last one of those who must have one stays.
            let Some(removed) = removed.filter(|_| apps.len() > 1 || !always) else {
                return Ok(Advanced::Refused);
            };
            if !totp_devices::delete(tx, insurer, &id, &device).await? {
                return Ok(Advanced::Refused);
            }
            told::app_removed(running, tx, &id, &removed.name).await?;
        }
        What::NoticeAddress => {
            let new = learned.address;
            let new = new.ok_or_else(|| Error::fault("a change without a new address"))?;
            told::notice_address(running, tx, &id, Happened::NoticeAddressPut).await?;
            if !addresses::put(tx, insurer, &id, Role::Notices, &new, Some(now)).await? {
                return Ok(Advanced::Refused);
            }
        }
        What::RemoveNoticeAddress => {
            told::notice_address(running, tx, &id, Happened::NoticeAddressRemoved).await?;
            addresses::remove(tx, insurer, &id, Role::Notices).await?;
        }
        What::Address => {
            // One that was put there a short while ago may be a thief's: its mail puts nothing back.
            let since = addresses::proved_at(tx, insurer, &id, Role::Login).await?;
            let is_old =
                since.is_some_and(|since| since <= now - YOUNG_SECS || since == account.created_at);
            let new = learned.address;
            let new = new.ok_or_else(|| Error::fault("a change without a new address"))?;
            if !addresses::put(tx, insurer, &id, Role::Login, &new, Some(now)).await? {
                return Ok(Advanced::Taken);
            }
            address_changes::drop(tx, insurer, &id).await?;
            told::note(running, tx, &id, (Happened::AddressChanged, Detail::default())).await?;
            if let Some(old) = &account.email {
                let not_me = told::not_me(running, &id, Some(old.as_str()).filter(|_| is_old));
                told::mail_to(running, tx, (&account, old), not_me, |noted| AddressChanged {
                    at: noted.at,
                    not_me_url: noted.not_me_url,
                })
                .await?;
            }
            if let Some(other) = told::notices(running, tx, &id).await? {
                let not_me = told::not_me(running, &id, None);
                told::mail_to(running, tx, (&account, &other), not_me, |noted| AddressChanged {
                    at: noted.at,
                    not_me_url: noted.not_me_url,
                })
                .await?;
            }
        }
    }
    let Some(own) = own else {
        // The mail was opened where nobody is signed in: what it was for is done.
        sign_in::keep_for_account(running, tx, &id).await?;
        return Ok(Advanced::Kept(see_other(&match running.instance.goal.resume() {
            Resume::Page(below) => running.visit.path(below),
            _ => running.visit.path("account"),
        })));
    };
    // The session goes on under a new secret, with the proof of just now.
    running.session = Some(own);
    running.read_account(tx, &id).await?;
    sign_in::sign_in(running, tx).await
}

//! The end of a change: what the owner of an account wanted holds from now on, and they are told at
//! the address that they had.

use super::recover::replace_password;
use super::sign_in;
use crate::definition::policy::When;
use crate::journeys::advanced::Advanced;
use crate::journeys::goal::{Resume, What};
use crate::journeys::running::Running;
use crate::mail;
use crate::mail::letters::{AddressChanged, AppRemoved, PasskeyRemoved};
use crate::session;
use crate::store::accounts::{self, State};
use crate::store::addresses::{self, Role};
use crate::store::{passkeys, totp_devices};
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
        What::AddApp | What::AddPasskey => {}
        What::RemovePasskey(key) => {
            let keys = passkeys::list(tx, insurer, &id).await?;
            let removed = keys.into_iter().find(|known| known.credential_id == key);
            let Some(removed) = removed else { return Ok(Advanced::Refused) };
            if !passkeys::delete(tx, insurer, &id, &key).await? {
                return Ok(Advanced::Refused);
            }
            let at = running.visit.look.moment(now);
            let letter = PasskeyRemoved { name: removed.name, at };
            sign_in::tell(running, tx, &id, &letter).await?;
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
            let name = removed.name.clone();
            let letter = AppRemoved { name, at: running.visit.look.moment(now) };
            sign_in::tell(running, tx, &id, &letter).await?;
        }
        What::Address => {
            let new = learned.address;
            let new = new.ok_or_else(|| Error::fault("a change without a new address"))?;
            if !addresses::put(tx, insurer, &id, Role::Login, &new, Some(now)).await? {
                return Ok(Advanced::Taken);
            }
            if let Some(old) = &account.email {
                let letter = AddressChanged { at: running.visit.look.moment(now) };
                let from = mail::From { realm: &realm, look: &running.visit.look, now };
                running.tools.outbox.put(tx, from, old, &letter).await?;
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

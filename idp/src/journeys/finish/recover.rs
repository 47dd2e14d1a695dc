//! The end of a recovery: the new password holds, everything that the old one opened is closed, and
//! the account's owner is told.

use super::sign_in;
use crate::journeys::advanced::Advanced;
use crate::journeys::running::Running;
use crate::mail;
use crate::mail::letters::PasswordChanged;
use crate::session;
use crate::store::accounts::{self, State};
use crate::store::attempts::{self, Bucket};
use crate::store::{grants, passwords, sessions};
use db::Tx;
use web::Error;

pub(super) async fn recover(running: &mut Running<'_>, tx: &mut Tx) -> Result<Advanced, Error> {
    let learned = running.instance.learned.clone();
    let (Some(id), Some(hash)) = (learned.account, learned.password_hash) else {
        return Err(Error::fault("a recovery ended without an account or a new password"));
    };
    let (realm, now) = (running.visit.realm.clone(), running.visit.now);
    let insurer = realm.id();
    let account = accounts::by_id(tx, insurer, &id).await?;
    let Some(account) = account.filter(|account| account.state == State::Active) else {
        return Ok(Advanced::Refused);
    };
    passwords::replace(tx, insurer, &id, &hash, now).await?;
    // Whoever was in with the old password is out, here and at every partner.
    for sid in sessions::of_account(tx, insurer, &id).await? {
        session::end(tx, &running.tools.clients, &realm, &sid, now).await?;
    }
    grants::revoke_account(tx, insurer, &id).await?;
    attempts::forget(tx, insurer, &Bucket::account(&id)).await?;
    if let Some(email) = &account.email {
        let letter = PasswordChanged { at: running.visit.look.moment(now) };
        let from = mail::From { realm: &realm, look: &running.visit.look, now };
        running.tools.outbox.put(tx, from, email, &letter).await?;
    }
    // Everything that a login asks was proved a moment ago, and more.
    sign_in::sign_in(running, tx).await
}

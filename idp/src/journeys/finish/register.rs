//! The end of a registration: the account, with what was proved for it.

use super::sign_in;
use crate::ids::AccountId;
use crate::journeys::advanced::Advanced;
use crate::journeys::running::Running;
use crate::mail;
use crate::mail::letters::Registered;
use crate::store::accounts::{self, Account, State};
use crate::store::passwords;
use db::Tx;
use web::Error;

pub(super) async fn register(running: &mut Running<'_>, tx: &mut Tx) -> Result<Advanced, Error> {
    let learned = running.instance.learned.clone();
    let (Some(user_id), Some(hash)) = (learned.user_id, learned.password_hash) else {
        return Err(Error::fault("a registration ended without something to sign in with"));
    };
    let (insurer, now) = (running.visit.realm.id().clone(), running.visit.now);
    let account = Account {
        account_id: AccountId::random(),
        state: State::Active,
        person_id: learned.person,
        user_id: Some(user_id.clone()),
        email: learned.address,
        created_at: now,
        language: Some(running.visit.look.lang.clone()),
    };
    if !accounts::insert(tx, &insurer, &account).await? {
        // Somebody registered the same person, address or user ID since the step was shown.
        return Ok(Advanced::Taken);
    }
    let id = &account.account_id;
    passwords::replace(tx, &insurer, id, &hash, now).await?;
    sign_in::keep_for_account(running, tx, id).await?;
    running.instance.learned.account = Some(id.clone());
    if let Some(email) = &account.email {
        let login_url = running.visit.realm.definition.policy.home.for_members().to_owned();
        let letter = Registered { user_id, login_url };
        let from = mail::From { realm: &running.visit.realm, look: &running.visit.look, now };
        running.tools.outbox.put(tx, from, email, &letter).await?;
    }
    // Everything that a login asks was proved a moment ago: the person is signed in.
    sign_in::sign_in(running, tx).await
}

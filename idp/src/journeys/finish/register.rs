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
use serde::Serialize;
use web::{Error, Page};

/// Registration is complete (F015, F051).
#[derive(Serialize)]
pub struct Done {
    pub title: String,
    pub user_id: String,
    /// The address to which mails go, when one was proved.
    pub email: Option<String>,
    pub home_url: String,
}

impl Page for Done {
    const TEMPLATE: &'static str = "idp/done.html";
    fn samples() -> Vec<Self> {
        let sample = |email: Option<&str>| Self {
            title: "新規登録".into(),
            user_id: "hanako79".into(),
            email: email.map(str::to_owned),
            home_url: "https://portal.example/minato/".into(),
        };
        vec![sample(Some("hanako@example.jp")), sample(None)]
    }
}

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
    };
    if !accounts::insert(tx, &insurer, &account).await? {
        // Somebody registered the same person, address or user ID since the step was shown.
        return Ok(Advanced::Refused);
    }
    let id = &account.account_id;
    passwords::replace(tx, &insurer, id, &hash, now).await?;
    sign_in::keep_for_account(running, tx, id).await?;
    running.instance.learned.account = Some(id.clone());
    let home_url = running.visit.realm.definition.policy.home.url.clone();
    if let Some(email) = &account.email {
        let letter = Registered { user_id: user_id.clone(), login_url: home_url.clone() };
        let from = mail::From { realm: &running.visit.realm, look: &running.visit.look, now };
        running.tools.outbox.put(tx, from, email, &letter).await?;
    }
    if running.request.is_some() {
        // A client sent the person here to register (`prompt=create`): it gets its answer.
        return sign_in::sign_in(running, tx).await;
    }
    let done = Done { title: running.title(), user_id, email: account.email, home_url };
    Ok(Advanced::Kept(running.visit.look.page(&done)?))
}

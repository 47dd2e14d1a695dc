//! Added by `prompt=select_account`: the person says whether to go on as who is signed in.

use super::Verdict;
use crate::journeys::Next;
use crate::journeys::page::Running;
use crate::store::accounts;
use axum::response::Response;
use serde::Serialize;
use web::{Error, Form, Page, Posted};

/// Go on as this person, or as another?
#[derive(Serialize)]
pub struct Account {
    pub title: String,
    pub form: Form,
    pub user_name: String,
    pub client_name: Option<String>,
}

impl Page for Account {
    const TEMPLATE: &'static str = "idp/account.html";
    fn samples() -> Vec<Self> {
        let sample = |client: Option<&str>| Self {
            title: "ログイン".into(),
            form: Form::new("/minato/journey/x?step=account", &[]),
            user_name: "hanako79".into(),
            client_name: client.map(str::to_owned),
        };
        vec![sample(None), sample(Some("しおなりフィットネス"))]
    }
}

/// The user ID of the journey's account.
pub(super) async fn user_name(running: &Running) -> Result<String, Error> {
    let Some(account_id) = &running.journey.state.account_id else { return Ok(String::new()) };
    let mut conn = running.app.db.read().await?;
    let account = accounts::by_id(&mut conn, running.visit.realm.id(), account_id).await?;
    Ok(account.map(|account| account.user_id).unwrap_or_default())
}

pub(super) async fn show(running: &Running, step: &Next<'_>) -> Result<Response, Error> {
    let look = &running.visit.look;
    let client = running.client.as_ref();
    look.page(&Account {
        title: running.title(),
        form: Form::new(running.action(step), &[]),
        user_name: user_name(running).await?,
        client_name: client.map(|client| client.name_in(&look.lang).to_owned()),
    })
}

pub(super) fn verify(running: &mut Running, posted: &Posted) -> Result<Verdict, Error> {
    match posted.value("decision") {
        "this" => Ok(Verdict::Proved { means: "form".into() }),
        "other" => {
            // The session stays for other services; this request gets a login of its own.
            let known = running.session.take();
            let proved = known.map(|session| session.proofs).unwrap_or_default();
            running.evidence.retain(|kind| !proved.contains(kind) && !kind.starts_with("terms:"));
            running.journey.state.sid = None;
            running.journey.state.account_id = None;
            Ok(Verdict::Proved { means: "form".into() })
        }
        _ => Ok(Verdict::Again),
    }
}

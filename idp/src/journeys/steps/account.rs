//! Added by `prompt=select_account`: the person says whether to go on as who is signed in.

use super::verdict::{At, Prepared, Verdict};
use super::{Boxed, Step};
use crate::store::accounts;
use db::Tx;
use serde::Serialize;
use web::look::Screen;
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
            user_name: "港　花子".into(),
            client_name: client.map(str::to_owned),
        };
        vec![sample(None), sample(Some("しおなりフィットネス"))]
    }
}

/// What the journey's account is called.
pub(super) async fn user_name(at: &At<'_>) -> Result<String, Error> {
    let Some(account_id) = &at.instance.learned.account else { return Ok(String::new()) };
    let mut conn = at.tools.db.read().await?;
    Ok(accounts::display_name(&mut conn, at.visit.realm.id(), account_id).await?)
}

pub(super) struct Verify;

impl Step for Verify {
    fn show<'a>(&'a self, at: &'a At<'a>) -> Boxed<'a, Screen> {
        Box::pin(async move {
            let lang = &at.visit.look.lang;
            at.screen(&Account {
                title: at.title.clone(),
                form: Form::new(at.action(), &[]),
                user_name: user_name(at).await?,
                client_name: at.client.map(|client| client.name_in(lang).to_owned()),
            })
        })
    }

    fn submit<'a>(
        &'a self,
        at: &'a mut At<'_>,
        posted: &'a Posted,
        _: Prepared,
        _: &'a mut Tx,
    ) -> Boxed<'a, Verdict> {
        Box::pin(async move {
            match posted.value("decision") {
                "this" => Ok(Verdict::Proved(vec![at.evidence("form")])),
                // Somebody else signs in; the session that is there ends when they have.
                "other" => Ok(Verdict::Anew),
                _ => Ok(Verdict::Again),
            }
        })
    }
}

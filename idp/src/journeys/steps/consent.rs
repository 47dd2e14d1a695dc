//! Added by a client that needs it: the person agrees to what the client asks, or says no.

use super::verdict::{At, Prepared, Verdict};
use super::{Boxed, Step, account};
use crate::authorization::consent::{detail, learns, required};
use crate::store::consents;
use db::Tx;
use oidc::error::Code;
use serde::Serialize;
use web::look::Screen;
use web::{Error, Form, Page, Posted};

/// What the client wants, in words.
#[derive(Serialize)]
pub struct Consent {
    pub form: Form,
    pub client_name: String,
    /// The host that gets the answer; of an application's own scheme the scheme.
    pub goes_to: String,
    pub logo_url: Option<String>,
    pub client_url: Option<String>,
    pub policy_url: Option<String>,
    pub tos_url: Option<String>,
    pub learns: Vec<String>,
    /// Rich authorization requests, in full.
    pub details: Vec<String>,
    pub offline: bool,
    pub user_name: String,
}

impl Page for Consent {
    const TEMPLATE: &'static str = "idp/consent.html";
    fn samples() -> Vec<Self> {
        let plain = || Self {
            form: Form::new("/minato/journey/x?step=consent", &[]),
            client_name: "しおなりフィットネス".into(),
            goes_to: "partner.example".into(),
            logo_url: None,
            client_url: None,
            policy_url: None,
            tos_url: None,
            learns: vec!["メールアドレス".into()],
            details: Vec::new(),
            offline: false,
            user_name: "港　花子".into(),
        };
        let whole = Self {
            logo_url: Some("/minato/logo/partner".into()),
            client_url: Some("https://partner.example/".into()),
            policy_url: Some("https://partner.example/policy".into()),
            tos_url: Some("https://partner.example/terms".into()),
            details: vec!["meal_plan".into()],
            offline: true,
            ..plain()
        };
        vec![plain(), whole]
    }
}

/// Whose name stands on a page anybody can choose; whose host it is not.
fn goes_to(redirect_uri: &str) -> String {
    let url = url::Url::parse(redirect_uri).ok();
    let host = url.as_ref().and_then(|url| url.host_str().or(Some(url.scheme())));
    host.unwrap_or_default().to_owned()
}

pub(super) struct Verify;

impl Step for Verify {
    fn show<'a>(&'a self, at: &'a At<'a>) -> Boxed<'a, Screen> {
        Box::pin(async move {
            let (Some(request), Some(client)) = (at.request, at.client) else {
                return Err(Error::NOT_FOUND);
            };
            let look = &at.visit.look;
            let scopes = oidc::claims::needed(&request.scopes, &request.claims, client);
            let logo = client.logo_uri.as_ref().map(|_| {
                let id: String =
                    url::form_urlencoded::byte_serialize(client.client_id.as_bytes()).collect();
                at.visit.path(&format!("logo/{id}"))
            });
            at.screen(&Consent {
                form: Form::new(at.action(), &[]),
                client_name: client.name_in(&look.lang).to_owned(),
                goes_to: goes_to(&request.redirect_uri),
                logo_url: logo,
                client_url: client.client_uri.clone(),
                policy_url: client.policy_uri.clone(),
                tos_url: client.tos_uri.clone(),
                learns: learns(look, &scopes),
                details: request.authorization_details.iter().map(detail).collect(),
                offline: scopes.iter().any(|scope| scope == "offline_access"),
                user_name: account::user_name(at).await?,
            })
        })
    }

    fn submit<'a>(
        &'a self,
        at: &'a mut At<'_>,
        posted: &'a Posted,
        _: Prepared,
        tx: &'a mut Tx,
    ) -> Boxed<'a, Verdict> {
        Box::pin(async move {
            let account = &at.instance.learned.account;
            let (Some(request), Some(client), Some(account)) = (at.request, at.client, account)
            else {
                return Err(Error::NOT_FOUND);
            };
            match posted.value("decision") {
                "allow" => {
                    let (insurer, id) = (at.visit.realm.id(), &client.client_id);
                    let more = required(client, request);
                    consents::widen(tx, insurer, account, id, &more, at.visit.now).await?;
                    Ok(Verdict::Proved(vec![at.evidence("form")]))
                }
                "deny" => Ok(Verdict::Declined(Code::AccessDenied.because("the member said no"))),
                _ => Ok(Verdict::Again),
            }
        })
    }
}

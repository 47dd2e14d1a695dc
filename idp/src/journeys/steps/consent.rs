//! Added by a client that needs it: the person agrees to what the client asks, or says no.

use super::{Verdict, account};
use crate::endpoints::answer::{self, To};
use crate::endpoints::authorize::asked;
use crate::endpoints::consents::{detail, learns};
use crate::journeys::Next;
use crate::journeys::page::Running;
use crate::store::{consents, pushed};
use axum::response::Response;
use db::Conn;
use oidc::error::Code;
use secret::hash;
use serde::Serialize;
use web::{Error, Form, Page, Posted};

/// What the client wants, in words.
#[derive(Serialize)]
pub struct Consent {
    pub form: Form,
    pub client_name: String,
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
            logo_url: None,
            client_url: None,
            policy_url: None,
            tos_url: None,
            learns: vec!["メールアドレス".into()],
            details: Vec::new(),
            offline: false,
            user_name: "hanako79".into(),
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

pub(super) async fn show(running: &Running, step: &Next<'_>) -> Result<Response, Error> {
    let (Some(request), Some(client)) = (&running.journey.state.request, &running.client) else {
        return Err(Error::NOT_FOUND);
    };
    let look = &running.visit.look;
    let scopes = oidc::claims::needed(&request.scopes, &request.claims, client);
    let details = request.authorization_details.iter().map(detail).collect();
    let logo = client.logo_uri.as_ref().map(|_| {
        let id: String =
            url::form_urlencoded::byte_serialize(client.client_id.as_bytes()).collect();
        running.visit.path(&format!("logo/{id}"))
    });
    look.page(&Consent {
        form: Form::new(running.action(step), &[]),
        client_name: client.name_in(&look.lang).to_owned(),
        logo_url: logo,
        client_url: client.client_uri.clone(),
        policy_url: client.policy_uri.clone(),
        tos_url: client.tos_uri.clone(),
        learns: learns(look, &scopes),
        details,
        offline: scopes.iter().any(|scope| scope == "offline_access"),
        user_name: account::user_name(running).await?,
    })
}

pub(super) async fn verify(
    running: &mut Running,
    posted: &Posted,
    conn: &mut Conn,
) -> Result<Verdict, Error> {
    let state = &running.journey.state;
    let (Some(request), Some(client), Some(account)) =
        (&state.request, &running.client, &state.account_id)
    else {
        return Err(Error::NOT_FOUND);
    };
    let realm = &running.visit.realm;
    match posted.value("decision") {
        "allow" => {
            let mut scopes = consents::scopes(conn, realm.id(), account, &client.client_id).await?;
            for scope in asked(client, request) {
                if !scopes.contains(&scope) {
                    scopes.push(scope);
                }
            }
            let client_id = client.client_id.clone();
            let consent = consents::Consent { client_id, scopes, granted_at: running.now };
            consents::put(conn, realm.id(), account, &consent).await?;
            Ok(Verdict::Proved { means: "form".into() })
        }
        "deny" => {
            let error = Code::AccessDenied.because("the member said no");
            let look = &running.visit.look;
            if let Some(used) = &request.request_uri {
                pushed::delete(conn, realm.id(), &hash::sha256(used)).await?;
            }
            let to = To { realm, client, look, encryption: None, now: running.now };
            Ok(Verdict::Ended(answer::error(&to, request, &error)?))
        }
        _ => Ok(Verdict::Again),
    }
}

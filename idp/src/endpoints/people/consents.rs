//! What a member allowed partners to learn: a list, and a button that withdraws.

use crate::app::App;
use crate::authorization::consent::learns;
use crate::ids::AccountId;
use crate::journeys::begin::sign_in_for;
use crate::session;
use crate::store::{consents, grants};
use crate::visit::Visit;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use oidc::Params;
use serde::Serialize;
use std::sync::Arc;
use web::clock::today;
use web::look::see_other;
use web::{Error, Form, Page, Posted};

/// The list.
#[derive(Serialize)]
pub struct Consents {
    pub items: Vec<Given>,
    /// The partner that was just withdrawn from.
    pub withdrawn: Option<String>,
}

/// One partner.
#[derive(Serialize)]
pub struct Given {
    pub client_id: String,
    pub client_name: String,
    pub learns: Vec<String>,
    /// `YYYY-MM-DD`.
    pub granted_on: String,
    pub form: Form,
}

impl Page for Consents {
    const TEMPLATE: &'static str = "idp/consents.html";
    fn samples() -> Vec<Self> {
        let given = |name: &str| Given {
            client_id: "partner".into(),
            client_name: name.into(),
            learns: vec!["メールアドレス".into()],
            granted_on: "2026-04-01".into(),
            form: Form::new("/minato/consents", &[]),
        };
        vec![
            Self {
                items: vec![given("しおなりフィットネス"), given("なぎさ歩こう会")],
                withdrawn: None,
            },
            Self { items: Vec::new(), withdrawn: Some("しおなりフィットネス".into()) },
        ]
    }
}

/// `GET /{insurer}/consents`
pub async fn show(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    visit: Visit,
) -> Result<Response, Error> {
    let Some(session) = session::find(&app.tools.db, &visit).await? else {
        return sign_in_for(&visit, "consents");
    };
    let params = Params::parse(query.as_deref().unwrap_or("")).unwrap_or_default();
    draw(&app, &visit, &session.account_id, params.value(WITHDRAWN)).await
}

/// The query of the page after a withdrawal: which client it was.
const WITHDRAWN: &str = "withdrawn";

async fn draw(
    app: &App,
    visit: &Visit,
    account: &AccountId,
    withdrawn: Option<&str>,
) -> Result<Response, Error> {
    let realm = &visit.realm;
    let mut conn = app.tools.db.read().await?;
    let mut items = Vec::new();
    for consent in consents::list(&mut conn, realm.id(), account).await? {
        let client = app.clients.find(&mut conn, realm, &consent.client_id).await?;
        let name = client.map(|client| client.name_in(&visit.look.lang).to_owned());
        items.push(Given {
            client_name: name.unwrap_or_else(|| consent.client_id.clone()),
            client_id: consent.client_id,
            learns: learns(&visit.look, &consent.scopes),
            granted_on: today(consent.granted_at),
            form: Form::new(visit.path("consents"), &[]),
        });
    }
    // Only what is really gone is said to be.
    let gone = withdrawn.filter(|id| !items.iter().any(|item| item.client_id == *id));
    let withdrawn = match gone {
        Some(id) => app.clients.find(&mut conn, realm, id).await?,
        None => None,
    };
    let withdrawn = withdrawn.map(|client| client.name_in(&visit.look.lang).to_owned());
    visit.look.page(&Consents { items, withdrawn })
}

/// `POST /{insurer}/consents`: withdraws a consent; what was granted on it ends at once.
pub async fn submit(
    State(app): State<Arc<App>>,
    visit: Visit,
    posted: Posted,
) -> Result<Response, Error> {
    let realm = &visit.realm;
    let Some(session) = session::find(&app.tools.db, &visit).await? else {
        return Ok(see_other(&visit.path("consents")));
    };
    let client_id = posted.value("client_id");
    let account = &session.account_id;
    let mut tx = app.tools.db.begin().await?;
    consents::delete(&mut tx, realm.id(), account, client_id).await?;
    grants::revoke_for(&mut tx, realm.id(), account, client_id).await?;
    tx.commit().await?;
    let query = Params::default().with(WITHDRAWN, client_id).to_query();
    Ok(see_other(&visit.path(&format!("consents?{query}"))))
}

//! What a member has agreed to, in the words that it had then.

use super::documents::Document;
use crate::app::App;
use crate::definition::published;
use crate::journeys::begin::sign_in_for;
use crate::journeys::steps::terms::blocks;
use crate::need::Agreement;
use crate::session;
use crate::store::agreements;
use crate::store::evidence::Holder;
use crate::visit::Visit;
use axum::extract::{Path, State};
use axum::response::Response;
use db::Conn;
use serde::Serialize;
use std::sync::Arc;
use web::{Error, Page};

/// The documents, the newest agreement first.
#[derive(Serialize)]
pub struct Agreed {
    pub rows: Vec<Row>,
    /// One of them in full.
    pub document: Option<Document>,
    pub own_url: String,
}

/// One agreement.
#[derive(Serialize)]
pub struct Row {
    pub title: String,
    pub version: String,
    /// Seconds since 1970.
    pub at: i64,
    pub url: String,
}

impl Page for Agreed {
    const TEMPLATE: &'static str = "idp/agreed.html";
    fn samples() -> Vec<Self> {
        let row = || Row {
            title: "利用規約".into(),
            version: "2026-04-01".into(),
            at: 1_790_000_000,
            url: "/minato/account/agreed/portal/2026-04-01".into(),
        };
        let document = Document {
            id: "portal".into(),
            title: "利用規約".into(),
            version: "2026-04-01".into(),
            blocks: blocks("## 目的\nこの規約は…"),
        };
        let sample = |rows, document| Self { rows, document, own_url: "/minato/account".into() };
        vec![
            sample(Vec::new(), None),
            sample(vec![row()], None),
            sample(vec![row()], Some(document)),
        ]
    }
}

/// `GET /{insurer}/account/agreed`
pub async fn list(State(app): State<Arc<App>>, visit: Visit) -> Result<Response, Error> {
    show(&app, &visit, None).await
}

/// `GET /{insurer}/account/agreed/{document}/{version}`
pub async fn one(
    State(app): State<Arc<App>>,
    Path((_, document, version)): Path<(String, String, String)>,
    visit: Visit,
) -> Result<Response, Error> {
    show(&app, &visit, Some(Agreement { document, version })).await
}

async fn show(app: &App, visit: &Visit, wanted: Option<Agreement>) -> Result<Response, Error> {
    let Some(session) = session::find(&app.tools.db, visit).await? else {
        return sign_in_for(visit, "account/agreed");
    };
    let mut conn = app.tools.db.read().await?;
    let holder = Holder::Account(&session.account_id);
    let all = agreements::with_times(&mut conn, visit.realm.id(), holder).await?;
    let mut document = None;
    let mut rows = Vec::new();
    for (agreement, at) in all {
        let then = then(&mut conn, visit, &agreement, at).await?;
        let Agreement { document: id, version } = &agreement;
        rows.push(Row {
            title: then.as_ref().map_or_else(|| id.clone(), |then| then.title.clone()),
            version: version.clone(),
            at,
            url: visit.path(&format!("account/agreed/{id}/{version}")),
        });
        if wanted.as_ref() == Some(&agreement) {
            document = then;
        }
    }
    drop(conn);
    if wanted.is_some() && document.is_none() {
        return Err(Error::NOT_FOUND);
    }
    visit.look.page(&Agreed { rows, document, own_url: visit.path("account") })
}

/// A document as it was in force when it was agreed to.
async fn then(
    conn: &mut Conn,
    visit: &Visit,
    agreement: &Agreement,
    at: i64,
) -> Result<Option<Document>, Error> {
    let found = published::document_of(conn, visit.realm.id(), agreement, at).await?;
    let lang = &visit.look.lang;
    Ok(found.map(|terms| Document {
        title: terms.title.in_language(lang).to_owned(),
        blocks: blocks(terms.text.in_language(lang)),
        id: terms.id,
        version: terms.version,
    }))
}

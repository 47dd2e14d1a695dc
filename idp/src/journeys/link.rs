//! The mailed link: GET shows a button, POST proves the mailbox of the journey that sent it.

use super::page::{belongs_here, remember};
use crate::app::App;
use crate::store::{evidence, journeys, links};
use crate::visit::Visit;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use secret::{hash, random};
use serde::Serialize;
use std::sync::Arc;
use web::look::see_other;
use web::{Error, Form, Page, Posted};

/// Shown by the link. Mail scanners open links, so nothing happens before the button (F037).
#[derive(Serialize)]
pub struct MailboxOpen {
    pub title: String,
    pub form: Form,
}

impl Page for MailboxOpen {
    const TEMPLATE: &'static str = "idp/mailbox_open.html";
    fn samples() -> Vec<Self> {
        vec![Self { title: "新規登録".into(), form: Form::new("/minato/link/abc", &[]) }]
    }
}

/// `GET /{insurer}/link/{token}`
pub async fn show(
    State(app): State<Arc<App>>,
    Path((_, token)): Path<(String, String)>,
    visit: Visit,
) -> Result<Response, Error> {
    let mut conn = app.db.read().await?;
    let hash = hash::sha256(&token);
    if !links::is_open(&mut conn, visit.realm.id(), &hash, app.now()).await? {
        return visit.look.notice_page(StatusCode::OK, "link-gone", "warn", visit.beginnings());
    }
    let journey = visit.realm.definition.journeys.get("register");
    let title = journey.map_or("", |journey| journey.title.in_language(&visit.look.lang));
    let form = Form::new(visit.path(&format!("link/{token}")), &[]);
    visit.look.page(&MailboxOpen { title: title.to_owned(), form })
}

/// `POST /{insurer}/link/{token}`: the browser that presses the button goes on with the journey;
/// one that began it with somebody else's address is left behind (its secret is void).
pub async fn submit(
    State(app): State<Arc<App>>,
    Path((_, token)): Path<(String, String)>,
    visit: Visit,
    _: Posted,
) -> Result<Response, Error> {
    let insurer = visit.realm.id();
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let hash = hash::sha256(&token);
    let used = links::mark_used(&mut tx, insurer, &hash, now).await?;
    let journey = match used {
        Some(id) => journeys::by_id(&mut tx, insurer, &id, now).await?,
        None => None,
    };
    let Some(journey) = journey else {
        drop(tx);
        // A second click of the same browser: the journey is open, go on with it.
        if let Some(id) = links::journey_of(&mut app.db.read().await?, insurer, &hash).await?
            && belongs_here(&app, &visit, &id).await?
        {
            return Ok(see_other(&visit.path(&format!("journey/{id}"))));
        }
        return visit.look.notice_page(StatusCode::OK, "link-gone", "warn", visit.beginnings());
    };
    let secret = random::secret();
    let hash = hash::sha256(&secret);
    evidence::insert(&mut tx, insurer, &journey.holder(), "mailbox", "link", now).await?;
    journeys::rotate_secret(&mut tx, insurer, &journey.journey_id, &hash).await?;
    tx.commit().await?;
    let mut response = see_other(&visit.path(&format!("journey/{}", journey.journey_id)));
    remember(&mut response, &journey, &secret, &app, now);
    Ok(response)
}

//! 「これは私ではありません」: the link in mails about an account, and the button on the own page. GET
//! shows what will happen, POST shuts the account.

use crate::app::App;
use crate::ids::AccountId;
use crate::journeys::begin::sign_in_for;
use crate::lockdown::{NotMe, lock, put_back};
use crate::session;
use crate::store::{accounts, events};
use crate::visit::Visit;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::Response;
use db::Conn;
use serde::Serialize;
use std::sync::Arc;
use web::look::Notice;
use web::{Error, Form, Page, Posted};

/// What will happen.
#[derive(Serialize)]
pub struct Ask {
    pub form: Form,
    /// Where who did not mean it goes.
    pub back_url: String,
}

impl Page for Ask {
    const TEMPLATE: &'static str = "idp/not_me.html";
    fn samples() -> Vec<Self> {
        vec![Self {
            form: Form::new("/minato/not-me/abc", &[]),
            back_url: "https://portal.example/minato/".into(),
        }]
    }
}

/// What a link still stands for: nothing once its account's owner has recovered it. A changed password
/// ends no link: a thief may have changed it.
async fn open(conn: &mut Conn, visit: &Visit, token: &str) -> Result<Option<NotMe>, Error> {
    let realm = &visit.realm;
    let Some(link) = NotMe::from_token(token, realm, visit.now) else { return Ok(None) };
    let account = accounts::by_id(conn, realm.id(), &link.account).await?;
    let is_active = account.is_some_and(|account| account.state == accounts::State::Active);
    let recovered = events::recovered_since(conn, realm.id(), &link.account, link.at).await?;
    Ok(Some(link).filter(|_| is_active && !recovered))
}

/// `GET /{insurer}/not-me/{token}`
pub async fn show(
    State(app): State<Arc<App>>,
    Path((_, token)): Path<(String, String)>,
    visit: Visit,
) -> Result<Response, Error> {
    let found = open(&mut app.tools.db.read().await?, &visit, &token).await?;
    if found.is_none() {
        return gone(&visit);
    }
    ask(&visit, &format!("not-me/{token}"), visit.realm.definition.policy.home.url.clone())
}

fn ask(visit: &Visit, below: &str, back_url: String) -> Result<Response, Error> {
    visit.look.page(&Ask { form: Form::new(visit.path(below), &[]), back_url })
}

fn gone(visit: &Visit) -> Result<Response, Error> {
    visit.look.notice_page(StatusCode::OK, "not-me-gone", "warn", Vec::new())
}

/// `POST /{insurer}/not-me/{token}`: who reads the mail of an account may shut it, not more.
pub async fn submit(
    State(app): State<Arc<App>>,
    Path((_, token)): Path<(String, String)>,
    visit: Visit,
    _: Posted,
) -> Result<Response, Error> {
    let mut tx = app.tools.db.begin().await?;
    let Some(link) = open(&mut tx, &visit, &token).await? else { return gone(&visit) };
    let held = (&*visit.realm, &*app.clients);
    lock(&mut tx, held, &link.account, None, visit.now).await?;
    put_back(&mut tx, &visit.realm, &link, visit.now).await?;
    tx.commit().await?;
    app.logouts.notify_one();
    done(&visit)
}

/// `GET /{insurer}/account/lock`
pub async fn show_own(State(app): State<Arc<App>>, visit: Visit) -> Result<Response, Error> {
    match session::find(&app.tools.db, &visit).await? {
        Some(_) => ask(&visit, "account/lock", visit.path("account")),
        None => sign_in_for(&visit, "account/lock"),
    }
}

/// `POST /{insurer}/account/lock`: asks no proof again. It can only shut.
pub async fn submit_own(
    State(app): State<Arc<App>>,
    visit: Visit,
    _: Posted,
) -> Result<Response, Error> {
    let Some(session) = session::find(&app.tools.db, &visit).await? else {
        return sign_in_for(&visit, "account/lock");
    };
    let account: &AccountId = &session.account_id;
    let mut tx = app.tools.db.begin().await?;
    lock(&mut tx, (&visit.realm, &app.clients), account, None, visit.now).await?;
    tx.commit().await?;
    app.logouts.notify_one();
    let mut response = done(&visit)?;
    response.headers_mut().append(header::SET_COOKIE, session::forget(&visit));
    Ok(response)
}

/// It is shut; where the insurer has a recovery, it leads there.
fn done(visit: &Visit) -> Result<Response, Error> {
    let (look, (then, actions)) = (&visit.look, visit.way_back());
    let notice = Notice {
        title: look.t("not-me-done-title", &[]),
        paragraphs: vec![look.t("not-me-done-text", &[]), then],
        kind: "success",
        actions,
    };
    look.notice(StatusCode::OK, &notice)
}

//! A member's own page: what is registered, where they are signed in, and how to change it.

use crate::app::App;
use crate::journeys::begin::{Begun, begin, sign_in_for};
use crate::journeys::goal::{Goal, Resume, What};
use crate::session;
use crate::store::{accounts, passwords, sessions};
use crate::visit::Visit;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use oidc::Params;
use serde::Serialize;
use std::sync::Arc;
use web::clock::today;
use web::look::see_other;
use web::{Error, Form, Page, Posted};

/// The page's address, and where changes come back to.
const HERE: &str = "account";
/// The query of the page after a change: what was changed.
const CHANGED: &str = "changed";

/// What is registered, and where the member is signed in.
#[derive(Serialize)]
pub struct Own {
    /// As the roster has it.
    pub name: Option<String>,
    pub user_id: Option<String>,
    pub email: Option<String>,
    /// The day when the password was chosen, `YYYY-MM-DD`.
    pub password_since: Option<String>,
    pub sessions: Vec<Place>,
    /// What was changed a moment ago: `password`, `address` or `sessions`.
    pub changed: Option<&'static str>,
    pub form: Form,
    pub change_password_url: String,
    pub change_address_url: String,
    pub consents_url: String,
}

/// A browser in which the member is signed in.
#[derive(Serialize)]
pub struct Place {
    /// It is this one.
    pub here: bool,
    /// Seconds since 1970.
    pub since: i64,
    pub seen: i64,
}

impl Page for Own {
    const TEMPLATE: &'static str = "idp/own.html";
    fn samples() -> Vec<Self> {
        let place = |here| Place { here, since: 1_790_000_000, seen: 1_790_003_600 };
        let sample = |changed: Option<&'static str>, sessions| Self {
            name: changed.map(|_| "港　花子".into()),
            user_id: Some("hanako79".into()),
            email: changed.map(|_| "hanako@example.jp".into()),
            password_since: Some("2026-04-01".into()),
            sessions,
            changed,
            form: Form::new("/minato/account/sessions", &[]),
            change_password_url: "/minato/account/password".into(),
            change_address_url: "/minato/account/address".into(),
            consents_url: "/minato/consents".into(),
        };
        vec![
            sample(None, vec![place(true)]),
            sample(Some("password"), vec![place(true), place(false)]),
            sample(Some("address"), vec![place(true)]),
            sample(Some("sessions"), vec![place(true)]),
        ]
    }
}

/// `GET /{insurer}/account`
pub async fn show(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    visit: Visit,
) -> Result<Response, Error> {
    let query = query.unwrap_or_default();
    let Some(session) = session::find(&app.tools.db, &visit).await? else {
        return sign_in_for(&visit, HERE);
    };
    let (insurer, id, now) = (visit.realm.id(), &session.account_id, visit.now);
    let mut conn = app.tools.db.read().await?;
    let found = accounts::with_person(&mut conn, insurer, id).await?;
    let (account, person) = found.ok_or(Error::NOT_FOUND)?;
    let since = passwords::since(&mut conn, insurer, id).await?;
    let idle = visit.realm.definition.policy.session.idle_minutes * 60;
    let living = sessions::living(&mut conn, insurer, id, now, now - idle).await?;
    drop(conn);
    let params = Params::parse(&query).unwrap_or_default();
    let changed = params.value(CHANGED);
    let changed = ["password", "address", "sessions"].into_iter().find(|w| Some(*w) == changed);
    let places = living.into_iter().map(|one| Place {
        here: one.sid == session.sid,
        since: one.auth_time,
        seen: one.seen_at,
    });
    visit.look.page(&Own {
        name: person.map(|person| person.name),
        user_id: account.user_id,
        email: account.email,
        password_since: since.map(today),
        sessions: places.collect(),
        changed,
        form: Form::new(visit.path("account/sessions"), &[]),
        change_password_url: visit.path("account/password"),
        change_address_url: visit.path("account/address"),
        consents_url: visit.path("consents"),
    })
}

/// `GET /{insurer}/account/password`: begins the change of the password.
pub async fn change_password(app: State<Arc<App>>, visit: Visit) -> Result<Response, Error> {
    change(&app, &visit, What::Password, "account?changed=password").await
}

/// `GET /{insurer}/account/address`: begins the change of the address.
pub async fn change_address(app: State<Arc<App>>, visit: Visit) -> Result<Response, Error> {
    change(&app, &visit, What::Address, "account?changed=address").await
}

async fn change(app: &App, visit: &Visit, what: What, then: &str) -> Result<Response, Error> {
    let Some(session) = session::find(&app.tools.db, visit).await? else {
        return sign_in_for(visit, HERE);
    };
    let goal =
        Goal::Change { account: session.account_id, what, resume: Resume::Page(then.to_owned()) };
    match begin(visit, goal)? {
        Begun::Response(response) => Ok(response),
        Begun::TooLong => Err(Error::fault("a journey without a request is too long")),
    }
}

/// `POST /{insurer}/account/sessions`: signs out everywhere but here.
pub async fn end_others(
    State(app): State<Arc<App>>,
    visit: Visit,
    _: Posted,
) -> Result<Response, Error> {
    let Some(session) = session::find(&app.tools.db, &visit).await? else {
        return sign_in_for(&visit, HERE);
    };
    let realm = &visit.realm;
    let mut tx = app.tools.db.begin().await?;
    for sid in sessions::of_account(&mut tx, realm.id(), &session.account_id).await? {
        if sid != session.sid {
            session::end(&mut tx, &app.clients, realm, &sid, visit.now).await?;
        }
    }
    tx.commit().await?;
    app.logouts.notify_one();
    Ok(see_other(&visit.path("account?changed=sessions")))
}

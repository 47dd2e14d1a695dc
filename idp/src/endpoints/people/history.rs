//! What happened to a member's account, as the member reads it.

use crate::app::App;
use crate::journeys::begin::sign_in_for;
use crate::session;
use crate::store::events::{self, Event, What};
use crate::visit::Visit;
use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use std::sync::Arc;
use web::{Error, Page};

/// Events of one page: months of logins.
const SHOWN: i64 = 100;

/// The last events, the newest first.
#[derive(Serialize)]
pub struct History {
    pub events: Vec<Line>,
    pub own_url: String,
    pub lock_url: String,
}

/// One event.
#[derive(Serialize)]
pub struct Line {
    /// Seconds since 1970.
    pub at: i64,
    /// `event-WORD` is its message.
    pub word: &'static str,
    /// What the browser said it is.
    pub device: Option<String>,
    /// Where it was.
    pub place: Option<String>,
    /// What its owner calls the app or the passkey.
    pub name: Option<String>,
    /// The account had never signed in there.
    pub is_new: bool,
    /// Why, as the help desk wrote it.
    pub reason: Option<String>,
}

impl Line {
    fn of(event: Event, lang: &str) -> Self {
        let Event { at, what, detail } = event;
        Self {
            at,
            word: what.as_str(),
            device: detail.device,
            place: detail.place.map(|place| place.in_language(lang).to_owned()),
            name: detail.name,
            is_new: detail.is_new,
            reason: detail.reason,
        }
    }
}

impl Page for History {
    const TEMPLATE: &'static str = "idp/history.html";
    fn samples() -> Vec<Self> {
        let line = |what: What, text: Option<&str>, is_new| Line {
            at: 1_790_000_000,
            word: what.as_str(),
            device: text.map(|_| "Chrome / Windows".into()),
            place: text.map(|_| "神奈川県".into()),
            name: text.map(str::to_owned),
            is_new,
            reason: text.map(str::to_owned),
        };
        let lines = What::ALL
            .into_iter()
            .flat_map(|what| [line(what, None, false), line(what, Some("スマートフォン"), true)]);
        [lines.collect(), Vec::new()]
            .map(|events| Self {
                events,
                own_url: "/minato/account".into(),
                lock_url: "/minato/account/lock".into(),
            })
            .into()
    }
}

/// `GET /{insurer}/account/history`
pub async fn show(State(app): State<Arc<App>>, visit: Visit) -> Result<Response, Error> {
    let Some(session) = session::find(&app.tools.db, &visit).await? else {
        return sign_in_for(&visit, "account/history");
    };
    let mut conn = app.tools.db.read().await?;
    let events = events::list(&mut conn, visit.realm.id(), &session.account_id, SHOWN).await?;
    drop(conn);
    visit.look.page(&History {
        events: events.into_iter().map(|event| Line::of(event, &visit.look.lang)).collect(),
        own_url: visit.path("account"),
        lock_url: visit.path("account/lock"),
    })
}

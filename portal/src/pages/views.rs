//! The access record: who besides the member saw his rows, and when.

use crate::app::App;
use crate::store::views;
use crate::visit::Visit;
use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use std::sync::Arc;
use web::{Error, Page};

/// Who saw the member's rows.
#[derive(Serialize)]
pub struct Views {
    pub views: Vec<Seen>,
    pub household_url: String,
}

/// One look.
#[derive(Serialize)]
pub struct Seen {
    pub name: String,
    pub plugin: String,
    /// Seconds since 1970.
    pub at: i64,
}

impl Page for Views {
    const TEMPLATE: &'static str = "portal/views.html";
    fn samples() -> Vec<Self> {
        let seen = || Seen {
            name: "港　花子".into(),
            plugin: "医療費のお知らせ".into(),
            at: 1_790_000_000,
        };
        let household_url = || "/minato/household".to_owned();
        vec![
            Self { views: vec![seen(), seen()], household_url: household_url() },
            Self { views: vec![], household_url: household_url() },
        ]
    }
}

/// `GET /{insurer}/views`
pub async fn show(State(app): State<Arc<App>>, visit: Visit) -> Result<Response, Error> {
    let member = match visit.signed_in() {
        Ok(session) => &session.member,
        Err(signin) => return Ok(*signin),
    };
    let me = member.person().unwrap_or("");
    let seen = views::list_for(&mut app.db.read().await?, visit.slug(), me).await?;
    let lang = &visit.look.lang;
    let views = seen.into_iter().map(|view| {
        let plugin = app.plugins.get(&view.plugin);
        let name = plugin.map(|found| found.manifest.plugin.name.in_language(lang).to_owned());
        Seen { name: view.seen_by_name, plugin: name.unwrap_or(view.plugin), at: view.at }
    });
    visit.look.page(&Views { views: views.collect(), household_url: visit.path("household") })
}

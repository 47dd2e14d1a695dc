//! The access record: who besides the member saw their rows, and when.

use crate::app::App;
use crate::store::access_record;
use crate::visit::Visit;
use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use std::sync::Arc;
use web::{Error, Page};

/// Who saw the member's rows.
#[derive(Serialize)]
pub struct AccessRecord {
    pub looks: Vec<Look>,
    /// Where the member sees what partners may learn: at the identity provider.
    pub consents_url: String,
}

/// One look.
#[derive(Serialize)]
pub struct Look {
    pub name: String,
    pub plugin: String,
    /// Seconds since 1970.
    pub at: i64,
}

impl Page for AccessRecord {
    const TEMPLATE: &'static str = "portal/access_record.html";
    fn samples() -> Vec<Self> {
        let look = || Look {
            name: "港　花子".into(),
            plugin: "医療費のお知らせ".into(),
            at: 1_790_000_000,
        };
        let consents_url = || "https://id.example/minato/consents".to_owned();
        vec![
            Self { looks: vec![look(), look()], consents_url: consents_url() },
            Self { looks: vec![], consents_url: consents_url() },
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
    let names = app.person_keys.of_member(visit.slug(), member);
    let mut conn = app.db.read().await?;
    let seen = access_record::list_for(&mut conn, visit.slug(), me, &names).await?;
    drop(conn);
    let lang = &visit.look.lang;
    let looks = seen.into_iter().map(|look| {
        let plugin = visit.in_force.plugins.get(&look.plugin);
        let name = plugin.map(|found| found.manifest.plugin.name.in_language(lang).to_owned());
        Look { name: look.seen_by_name, plugin: name.unwrap_or(look.plugin), at: look.at }
    });
    let consents_url = format!("{}/consents", visit.insurer.definition.signin.issuer);
    visit.look.page(&AccessRecord { looks: looks.collect(), consents_url })
}

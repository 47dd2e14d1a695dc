//! The home page: who is here, and a card from every plugin. Without a session: a welcome.

use crate::app::App;
use crate::household::subjects::{Subjects, subjects};
use crate::pages::plugin_page::{ask, incident, note_looks};
use crate::plugins::Plugin;
use crate::plugins::data::class::{DataClass, Declared};
use crate::visit::Visit;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use sdk::{CardReply, abi};
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use web::{Error, Page};

/// What a person sees before signing in.
#[derive(Serialize)]
pub struct Welcome {
    pub signin_url: String,
    pub register_url: String,
    pub signed_out: bool,
    pub plugins: Vec<Offered>,
}

/// A plugin that the insurer offers.
#[derive(Serialize)]
pub struct Offered {
    pub name: String,
}

impl Page for Welcome {
    const TEMPLATE: &'static str = "portal/welcome.html";
    fn samples() -> Vec<Self> {
        let sample = |signed_out, names: &[&str]| Self {
            signin_url: "/minato/signin".into(),
            register_url: "https://id.example/minato/register".into(),
            signed_out,
            plugins: names.iter().map(|name| Offered { name: (*name).to_owned() }).collect(),
        };
        vec![sample(false, &["医療費のお知らせ", "お知らせ"]), sample(true, &[])]
    }
}

/// What a person sees first after signing in.
#[derive(Serialize)]
pub struct Home {
    pub name: String,
    pub last_login: Option<i64>,
    pub first_login: bool,
    pub cards: Vec<Card>,
}

/// A plugin's card, drawn by the host.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Card {
    pub title: String,
    pub url: String,
    pub value: Option<String>,
    pub unit: Option<String>,
    pub text: Option<String>,
    pub as_of: Option<String>,
    /// The incident number, when the plugin did not answer.
    pub fault: Option<String>,
}

impl Page for Home {
    const TEMPLATE: &'static str = "portal/home.html";
    fn samples() -> Vec<Self> {
        let card = |fault: Option<&str>| Card {
            title: "医療費のお知らせ".into(),
            url: "/minato/p/medical-fees".into(),
            value: Some("1,914".into()),
            unit: Some("円".into()),
            text: Some("一文。".into()),
            as_of: Some("令和8年(2026年)9月".into()),
            fault: fault.map(str::to_owned),
        };
        let bare = Card { title: "お知らせ".into(), url: "/".into(), ..Card::default() };
        let home = |first_login: bool, cards| Self {
            name: "港　花子".into(),
            last_login: (!first_login).then_some(1_790_000_000),
            first_login,
            cards,
        };
        vec![
            home(true, vec![card(None), bare]),
            home(false, vec![card(Some("A1B2C3D4"))]),
            home(false, vec![]),
        ]
    }
}

/// `GET /{insurer}/`
pub async fn show(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    visit: Visit,
) -> Result<Response, Error> {
    let Some(session) = &visit.session else {
        let plugins = app.offered(&visit.insurer).map(|(plugin, _)| Offered {
            name: plugin.manifest.plugin.name.in_language(&visit.look.lang).to_owned(),
        });
        return visit.look.page(&Welcome {
            signin_url: visit.path("signin"),
            register_url: format!("{}/register", visit.insurer.definition.issuer),
            signed_out: query.is_some_and(|query| query.contains("state=signed-out")),
            plugins: plugins.collect(),
        });
    };
    let policy = visit.insurer.definition.household;
    let mut conn = app.db.read().await?;
    let seen = subjects(&mut conn, visit.slug(), policy, &session.member).await?;
    drop(conn);
    let mut cards = Vec::new();
    for (plugin, settings) in app.offered(&visit.insurer) {
        if plugin.manifest.card.iter().any(|card| card.data == DataClass::Medical) {
            note_looks(&app, &visit, plugin, &session.member, &seen).await?;
        }
        for declared in &plugin.manifest.card {
            cards.push(card(&app, &visit, (plugin, settings), declared.declared(), &seen).await);
        }
    }
    visit.look.page(&Home {
        name: session.member.name.clone(),
        last_login: session.previous_login_at,
        first_login: session.previous_login_at.is_none(),
        cards,
    })
}

async fn card(
    app: &App,
    visit: &Visit,
    (plugin, settings): (&Arc<Plugin>, &Value),
    declared: Declared<'_>,
    seen: &Subjects,
) -> Card {
    let look = &visit.look;
    let base = visit.path(&format!("p/{}", plugin.id()));
    let name = plugin.manifest.plugin.name.in_language(&look.lang).to_owned();
    let deadline = Duration::from_millis(app.settings.plugins.card_ms);
    let asked = ask(app, visit, (plugin, settings), (abi::CARD, declared, ""), seen, deadline);
    let reply: CardReply = match asked.await {
        Ok(reply) => reply,
        Err(fault) => {
            let fault = Some(incident(visit, plugin, &fault));
            return Card { title: name, url: base, fault, ..Card::default() };
        }
    };
    let path = if reply.path.starts_with('/') && reply.path != "/" { &reply.path } else { "" };
    // A plugin names a message, or gives a text of its data.
    Card {
        title: look.t_or(&reply.title),
        url: format!("{base}{path}"),
        value: reply.value,
        unit: reply.unit.map(|key| look.t_or(&key)),
        text: reply.text.map(|key| look.t_or(&key)),
        as_of: reply.as_of.map(|when| look.when(&when)),
        fault: None,
    }
}

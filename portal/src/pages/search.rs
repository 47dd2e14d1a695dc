//! The search: each plugin that searches is asked at once, with the persons and the class of its route, and what it
//! found stands in the insurer's order.

use crate::app::App;
use crate::insurers::offer::{self, Offer};
use crate::plugins::ask::{self, Asking, incident};
use crate::plugins::data::class::DataClass;
use crate::visit::{Visit, below};
use axum::extract::{RawQuery, State};
use axum::response::Response;
use sdk::{Hit, PageReply};
use serde::Serialize;
use std::sync::Arc;
use std::time::Duration;
use web::{Error, Page};

/// The longest that can be looked for, in characters.
const LONGEST: usize = 50;
/// What is shown of one plugin.
const MOST: usize = 20;

/// What was found.
#[derive(Serialize)]
pub struct Search {
    pub action: String,
    /// What is looked for; empty: nothing yet.
    pub q: String,
    pub found: Vec<Found>,
    /// Some plugins gave no answer.
    pub incomplete: bool,
}

/// What one plugin found.
#[derive(Serialize)]
pub struct Found {
    pub plugin: String,
    pub hits: Vec<Shown>,
    /// The way to prove more, when what it searches asks for that.
    pub step_up_url: Option<String>,
}

#[derive(Serialize)]
pub struct Shown {
    pub title: String,
    pub text: Option<String>,
    pub at: Option<String>,
    pub url: String,
}

impl Page for Search {
    const TEMPLATE: &'static str = "portal/search.html";
    fn samples() -> Vec<Self> {
        let shown = |text: Option<&str>| Shown {
            title: "健診の受付を始めました".into(),
            text: text.map(str::to_owned),
            at: text.map(|_| "令和8年（2026年）4月1日".into()),
            url: "/minato/p/notices/detail?id=2".into(),
        };
        let found = |step_up_url: Option<&str>| Found {
            plugin: "お知らせ".into(),
            hits: if step_up_url.is_some() {
                vec![]
            } else {
                vec![shown(Some("一文。")), shown(None)]
            },
            step_up_url: step_up_url.map(str::to_owned),
        };
        let search = |q: &str, found: Vec<Found>, incomplete| Self {
            action: "/minato/search".into(),
            q: q.into(),
            found,
            incomplete,
        };
        vec![
            search("", vec![], false),
            search("健診", vec![found(None), found(Some("/minato/signin"))], true),
            search("ない", vec![], false),
        ]
    }
}

/// `GET /{insurer}/search?q=…`
pub async fn show(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    visit: Visit,
) -> Result<Response, Error> {
    let member = match visit.signed_in() {
        Ok(session) => &session.member,
        Err(signin) => return Ok(*signin),
    };
    let query = query.unwrap_or_default();
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    let q = pairs.find(|(name, _)| name == "q").map_or(String::new(), |(_, q)| q.into_owned());
    let q: String = q.trim().chars().filter(|c| !c.is_control()).take(LONGEST).collect();
    let mut page = Search { action: visit.path("search"), q, found: Vec::new(), incomplete: false };
    if page.q.is_empty() {
        return visit.look.page(&page);
    }
    let subjects = visit.subjects(&app.db, member).await?;
    let asker = visit.asker(&app.person_keys, member, &subjects);
    let definition = &visit.insurer.definition;
    let asked =
        url::form_urlencoded::Serializer::new(String::new()).append_pair("q", &page.q).finish();
    let (mut questions, mut of, mut medical) = (Vec::new(), Vec::new(), Vec::new());
    for offer in offer::all(definition, &visit.in_force.plugins) {
        let Some(route) = offer.plugin.manifest.search() else { continue };
        let (plugin, settings, declared) = (offer.plugin, offer.settings, route.declared());
        let shared = offer::shared(definition, &visit.in_force.plugins, plugin);
        let asking = Asking { plugin, settings, declared, again: false, shared, query: &asked };
        match asker.question(&asking) {
            Ok(question) => {
                questions.push(question);
                medical.extend((declared.class == DataClass::Medical).then(|| offer.id()));
                of.push((offer, None));
            }
            Err(lack) => of.push((offer, Some(lack))),
        }
    }
    visit.looker(member, &subjects).note(&app.db, medical.into_iter()).await?;
    let deadline = Duration::from_millis(app.settings.plugins.card_ms);
    let mut replies = ask::pages(questions, deadline).await.into_iter();
    for (offer, lack) in of {
        let plugin = offer.name(&visit.look.lang).to_owned();
        if let Some(lack) = lack {
            let to = format!("{}?{asked}", page.action);
            let step_up_url = Some(visit.step_up_url(lack, &to));
            page.found.push(Found { plugin, hits: Vec::new(), step_up_url });
            continue;
        }
        match replies.next() {
            Some(Ok(PageReply::Hits { hits })) => {
                let hits: Vec<Shown> =
                    hits.into_iter().take(MOST).map(|hit| shown(&visit, offer, hit)).collect();
                if !hits.is_empty() {
                    page.found.push(Found { plugin, hits, step_up_url: None });
                }
            }
            Some(Ok(PageReply::NotFound)) | None => {}
            Some(other) => {
                page.incomplete = true;
                if let Err(fault) = other {
                    incident(visit.slug(), offer.id(), &fault);
                }
            }
        }
    }
    visit.look.page(&page)
}

fn shown(visit: &Visit, offer: Offer<'_>, hit: Hit) -> Shown {
    Shown {
        title: visit.look.t_or(&hit.title),
        text: hit.text,
        at: hit.at.map(|at| visit.look.when(&at)),
        url: below(&visit.path(&format!("p/{}", offer.id())), &hit.path),
    }
}

//! The home page: who is here, and a card from every plugin. Without a session: a welcome.

use super::inbox;
use crate::app::App;
use crate::insurers::offer::{self, Offer};
use crate::plugins::ask::{self, Asking, Unproved, incident};
use crate::plugins::border::host::CallFault;
use crate::plugins::data::class::DataClass;
use crate::store::seen;
use crate::visit::{Visit, below};
use axum::extract::{RawQuery, State};
use axum::response::Response;
use handover::date;
use sdk::{CardReply, Task};
use serde::Serialize;
use serde_json::json;
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
    /// What plugins told the member and they have not read.
    pub unread: usize,
    pub inbox_url: String,
    /// What the member has to do, the most urgent first.
    pub tasks: Vec<Todo>,
    pub cards: Vec<Card>,
}

/// Something that the member has to do.
#[derive(Debug, Clone, Serialize)]
pub struct Todo {
    pub title: String,
    pub url: String,
    /// The plugin's name.
    pub of: String,
    /// `YYYY-MM-DD`
    pub due: Option<String>,
    /// Until then: 0 today, less when it is over.
    pub days: Option<i64>,
}

/// The most that a card may ask to be done.
const TASKS: usize = 10;

/// A plugin's card, drawn by the host.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Card {
    pub title: String,
    pub url: String,
    pub value: Option<String>,
    pub unit: Option<String>,
    pub text: Option<String>,
    pub as_of: Option<String>,
    pub figures: Vec<Figure>,
    pub chart: Option<Picture>,
    pub links: Vec<Way>,
    /// How many things are new.
    pub new: Option<u32>,
    /// The incident number, when the plugin did not answer.
    pub fault: Option<String>,
}

/// A number of a card with its name.
#[derive(Debug, Clone, Serialize)]
pub struct Figure {
    pub label: String,
    pub value: String,
    pub unit: String,
}

/// A chart of a card.
#[derive(Debug, Clone, Serialize)]
pub struct Picture {
    pub of: serde_json::Value,
    pub label: String,
}

/// A way to a page of the plugin.
#[derive(Debug, Clone, Serialize)]
pub struct Way {
    pub label: String,
    pub url: String,
}

/// The most figures and ways that a card shows.
const FIGURES: usize = 4;
const WAYS: usize = 6;

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
            figures: vec![Figure {
                label: "令和8年(2026年)の合計".into(),
                value: "28,710".into(),
                unit: "円".into(),
            }],
            // Its words are the portal's own: a plugin's are not there when samples are drawn.
            chart: fault.is_none().then(|| Picture {
                of: json!({
                    "kind": "bars", "unit": "chart-when",
                    "series": [{"name": "chart-when", "values": [300, 1914], "tone": "own"}],
                    "points": [{"at": "202608", "link": null}, {"at": "202609", "link": "/"}],
                }),
                label: "月ごとの自己負担額".into(),
            }),
            links: vec![Way { label: "令和7年(2025年)".into(), url: "/".into() }],
            new: Some(3),
            fault: fault.map(str::to_owned),
        };
        let bare = Card { title: "お知らせ".into(), url: "/".into(), ..Card::default() };
        let todo = |days: Option<i64>| Todo {
            title: "被扶養者の確認調査に答える".into(),
            url: "/minato/p/dependant-survey".into(),
            of: "被扶養者の確認調査".into(),
            due: days.map(|_| "2026-04-30".into()),
            days,
        };
        let home = |first_login: bool, cards| Self {
            name: "港　花子".into(),
            last_login: (!first_login).then_some(1_790_000_000),
            first_login,
            unread: if first_login { 0 } else { 2 },
            inbox_url: "/minato/inbox".into(),
            tasks: [Some(-3), Some(0), Some(12), None]
                .into_iter()
                .map(todo)
                .take(if first_login { 4 } else { 0 })
                .collect(),
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
    let definition = &visit.insurer.definition;
    let offers: Vec<Offer<'_>> = offer::all(definition, &visit.in_force.plugins).collect();
    if !visit.is_signed_in() {
        let name = |offer: &Offer<'_>| Offered { name: offer.name(&visit.look.lang).to_owned() };
        return visit.look.page(&Welcome {
            signin_url: visit.path("signin"),
            register_url: format!("{}/register", definition.signin.issuer),
            signed_out: query.is_some_and(|query| query.contains("state=signed-out")),
            plugins: offers.iter().map(name).collect(),
        });
    }
    let session = match visit.signed_in() {
        Ok(session) => session,
        Err(closed) => return Ok(*closed),
    };
    let member = &session.member;
    let subjects = visit.subjects(&app.db, member).await?;
    let asker = visit.asker(&app.person_keys, member, &subjects);
    let (mut questions, mut asked, mut medical) = (Vec::new(), Vec::new(), Vec::new());
    for offer in &offers {
        let Offer { plugin, settings, .. } = *offer;
        for declared in offer.cards() {
            let shared = offer::shared(definition, &visit.in_force.plugins, plugin);
            let again = false;
            let asking = Asking { plugin, settings, declared, again, shared, query: "" };
            match asker.question(&asking) {
                Ok(question) => {
                    questions.push(question);
                    asked.push((offer, None));
                    medical
                        .extend((asking.declared.class == DataClass::Medical).then(|| offer.id()));
                }
                // It waits until the member has proved more.
                Err(lack) => asked.push((offer, Some(lack))),
            }
        }
    }
    visit.looker(member, &subjects).note(&app.db, medical.into_iter()).await?;
    let deadline = Duration::from_millis(app.settings.plugins.card_ms);
    let mut replies = ask::cards(questions, deadline).await.into_iter();
    let (mut tasks, mut cards) = (Vec::new(), Vec::new());
    for (offer, waits) in asked {
        if let Some(lack) = waits {
            cards.push(waiting(&visit, offer, lack));
            continue;
        }
        let Some(mut reply) = replies.next() else { continue };
        if let Ok(reply) = &mut reply {
            let asks = std::mem::take(&mut reply.tasks).into_iter().take(TASKS);
            tasks.extend(asks.map(|task| (offer, task)));
            if !reply.items.is_empty() {
                let of = (visit.slug(), member.sub.as_str(), offer.id());
                let seen = seen::opened(&mut app.db.read().await?, &app.sealer, of).await?;
                let new = reply.items.iter().filter(|item| !seen.has(item));
                reply.new = u32::try_from(new.count()).ok();
            }
        }
        // Tasks alone have no card.
        if !reply.as_ref().is_ok_and(|reply| reply.title.is_empty()) {
            cards.push(card(&visit, offer, reply));
        }
    }
    let mut tasks: Vec<Todo> =
        tasks.into_iter().map(|(offer, task)| todo(&visit, offer, task)).collect();
    tasks.sort_by_key(|todo| todo.days.unwrap_or(i64::MAX));
    let tells = offers.iter().any(|offer| !offer.plugin.manifest.notification.is_empty());
    let unread = match tells {
        true => inbox::unread(&app, &visit, member).await?,
        false => 0,
    };
    visit.look.page(&Home {
        unread,
        inbox_url: visit.path("inbox"),
        name: member.name.clone(),
        last_login: session.previous_login_at,
        first_login: session.previous_login_at.is_none(),
        tasks,
        cards,
    })
}

/// A card whose data asks for more than the member has proved: the way there.
fn waiting(visit: &Visit, offer: &Offer<'_>, lack: Unproved) -> Card {
    let page = visit.path(&format!("p/{}", offer.id()));
    Card {
        title: offer.name(&visit.look.lang).to_owned(),
        url: visit.step_up_url(lack, &page),
        text: Some(visit.look.t("card-step-up", &[])),
        ..Card::default()
    }
}

fn card(visit: &Visit, offer: &Offer<'_>, reply: Result<CardReply, CallFault>) -> Card {
    let look = &visit.look;
    let base = visit.path(&format!("p/{}", offer.id()));
    let reply = match reply {
        Ok(reply) => reply,
        Err(fault) => {
            let title = offer.name(&look.lang).to_owned();
            let fault = Some(incident(visit.slug(), offer.id(), &fault));
            return Card { title, url: base, fault, ..Card::default() };
        }
    };
    let chart = reply.chart.map(|picture| {
        let of = serde_json::to_value(&picture.chart).unwrap_or_default();
        (of, look.t_or(&picture.label))
    });
    let wrong = chart
        .as_ref()
        .and_then(|(of, _)| web::chart_fault(of, |key| look.maybe(key, &[]).is_some()));
    if let Some(why) = &wrong {
        tracing::warn!(insurer = visit.slug(), plugin = offer.id(), %why, "chart of a card left out");
    }
    let drawn = chart.filter(|_| wrong.is_none());
    let named = |key: &str, at: Option<String>| {
        let when = |at: String| match at.parse() {
            Ok(year) if at.len() == 4 => look.year(year),
            _ => look.when(&at),
        };
        let at = at.map(|at| ("at", when(at)));
        look.maybe(key, at.as_slice()).unwrap_or_else(|| key.to_owned())
    };
    // A plugin names a message, or gives a text of its data.
    Card {
        figures: reply
            .figures
            .into_iter()
            .take(FIGURES)
            .map(|figure| Figure {
                label: named(&figure.label, figure.at),
                value: figure.value,
                unit: look.t_or(&figure.unit),
            })
            .collect(),
        chart: drawn.map(|(of, label)| Picture { of, label }),
        links: reply
            .links
            .into_iter()
            .take(WAYS)
            .map(|link| Way { label: named(&link.label, link.at), url: below(&base, &link.path) })
            .collect(),
        title: look.t_or(&reply.title),
        url: below(&base, &reply.path),
        value: reply.value,
        unit: reply.unit.map(|key| look.t_or(&key)),
        text: reply.text.map(|key| look.t_or(&key)),
        as_of: reply.as_of.map(|when| look.when(&when)),
        new: reply.new.filter(|new| *new > 0),
        fault: None,
    }
}

fn todo(visit: &Visit, offer: &Offer<'_>, task: Task) -> Todo {
    let look = &visit.look;
    let params = task.params.iter();
    let params: Vec<(&str, String)> =
        params.map(|(name, text)| (name.as_str(), look.when(text))).collect();
    let due = task.due.and_then(|due| Some(date::day(&due)?.to_string()));
    Todo {
        title: look.maybe(&task.title, &params).unwrap_or(task.title),
        url: below(&visit.path(&format!("p/{}", offer.id())), &task.path),
        of: offer.name(&look.lang).to_owned(),
        days: due.as_ref().map(|due| date::days_since(visit.today(), due)),
        due,
    }
}

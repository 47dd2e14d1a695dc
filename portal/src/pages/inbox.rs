//! The inbox: what plugins told the member, the newest first.

use crate::app::App;
use crate::member::Member;
use crate::store::members;
use crate::store::notifications::{self, Notification};
use crate::visit::{Visit, below};
use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use web::look::see_other;
use web::{Error, Form, Page, Posted};

/// What the member was told.
#[derive(Serialize)]
pub struct Inbox {
    pub told: Vec<Told>,
    /// Where mail about it goes; `None` when none can be sent.
    pub email: Option<String>,
    pub unwanted: bool,
    pub form: Form,
}

/// One of it.
#[derive(Serialize)]
pub struct Told {
    pub title: String,
    pub text: String,
    pub url: String,
    /// Seconds since 1970.
    pub at: i64,
    /// Not seen before.
    pub new: bool,
}

impl Page for Inbox {
    const TEMPLATE: &'static str = "portal/inbox.html";
    fn samples() -> Vec<Self> {
        let told = |new: bool| Told {
            title: "3月の歩数がまとまりました".into(),
            text: "令和8年（2026年）3月の記録をご覧ください。".into(),
            url: "/minato/p/example?month=202603".into(),
            at: 1_790_000_000,
            new,
        };
        let inbox = |told, email: Option<&str>, unwanted| Self {
            told,
            email: email.map(str::to_owned),
            unwanted,
            form: Form::new("/minato/inbox", &[]),
        };
        let address = Some("hanako@example.jp");
        vec![
            inbox(vec![told(true), told(false)], address, false),
            inbox(vec![], address, true),
            inbox(vec![], None, false),
        ]
    }
}

/// `GET /{insurer}/inbox`: what is shown is read from now on.
pub async fn show(State(app): State<Arc<App>>, visit: Visit) -> Result<Response, Error> {
    let member = match visit.signed_in() {
        Ok(session) => &session.member,
        Err(signin) => return Ok(*signin),
    };
    let persons = app.person_keys.of_member(visit.slug(), member);
    let mut conn = app.db.read().await?;
    let list = notifications::list_for(&mut conn, visit.slug(), &persons).await?;
    drop(conn);
    let told: Vec<(&Notification, Told)> =
        list.iter().filter_map(|told| Some((told, shown(&visit, told)?))).collect();
    let new: Vec<&Notification> =
        told.iter().filter(|(_, shown)| shown.new).map(|(told, _)| *told).collect();
    let shown = told.into_iter().map(|(_, shown)| shown).collect();
    let mailed = match app.settings.smtp.is_some() && visit.insurer.definition.mail.from.is_some() {
        true => members::by_sub(&mut app.db.read().await?, visit.slug(), &member.sub).await?,
        false => None,
    };
    let page = visit.look.page(&Inbox {
        told: shown,
        unwanted: mailed.as_ref().is_some_and(|mailed| mailed.unwanted),
        email: mailed.map(|mailed| mailed.email),
        form: Form::new(visit.path("inbox"), &[]),
    })?;
    if !new.is_empty() {
        let mut tx = app.db.begin().await?;
        for told in new {
            notifications::read(&mut tx, visit.slug(), told, visit.now).await?;
        }
        tx.commit().await?;
    }
    Ok(page)
}

/// `POST /{insurer}/inbox`: whether the member wants mail about it.
pub async fn submit(
    State(app): State<Arc<App>>,
    visit: Visit,
    posted: Posted,
) -> Result<Response, Error> {
    let member = match visit.may_change() {
        Ok(session) => &session.member,
        Err(signin) => return Ok(*signin),
    };
    let unwanted = match posted.value("mail") {
        "on" => false,
        "off" => true,
        _ => return Ok(see_other(&visit.path("inbox"))),
    };
    let mut tx = app.db.begin().await?;
    members::choose(&mut tx, visit.slug(), &member.sub, unwanted).await?;
    tx.commit().await?;
    Ok(see_other(&visit.path("inbox")))
}

/// How many of what the inbox shows the member has not read.
pub async fn unread(app: &App, visit: &Visit, member: &Member) -> Result<usize, Error> {
    let persons = app.person_keys.of_member(visit.slug(), member);
    let mut conn = app.db.read().await?;
    let list = notifications::list_for(&mut conn, visit.slug(), &persons).await?;
    let new = list.iter().filter(|told| told.read_at.is_none());
    Ok(new.filter(|told| shown(visit, told).is_some()).count())
}

/// What is said, while its plugin is on and declares it.
fn shown(visit: &Visit, told: &Notification) -> Option<Told> {
    let offered = visit.insurer.definition.plugins.iter().any(|on| on.id == told.plugin);
    let plugin = visit.in_force.plugins.get(&told.plugin).filter(|_| offered)?;
    let mut declared = plugin.manifest.notification.iter();
    let declared = declared.find(|known| known.id == told.notification)?;
    let params: BTreeMap<String, String> = serde_json::from_str(&told.params).ok()?;
    let path = declared.leads_to(&params);
    let args: Vec<(&str, String)> =
        params.iter().map(|(name, text)| (name.as_str(), visit.look.when(text))).collect();
    let text =
        |what: &str| visit.look.t(&format!("{}-{}-{what}", told.plugin, told.notification), &args);
    // Who has not proved enough sees that there is something, and is asked on the page.
    let known = visit.may_see(declared.data);
    let name = plugin.manifest.plugin.name.in_language(&visit.look.lang).to_owned();
    Some(Told {
        title: if known {
            text("title")
        } else {
            visit.look.t("inbox-something", &[("name", name)])
        },
        text: if known { text("text") } else { visit.look.t("card-step-up", &[]) },
        url: below(&visit.path(&format!("p/{}", told.plugin)), &path),
        at: told.made_at,
        new: told.read_at.is_none(),
    })
}

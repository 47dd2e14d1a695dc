//! A plugin's page: session, insurer, enabled, persons, call, draw. What goes wrong is a notice.

use crate::app::App;
use crate::household::member::Member;
use crate::household::subjects::{Subjects, subjects};
use crate::plugins::Plugin;
use crate::plugins::border::host::{Allowed, CallFault};
use crate::plugins::data::class::{DataClass, Declared};
use crate::store::access_record::{self, Look};
use crate::visit::Visit;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use sdk::{PageReply, abi};
use secret::random;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use web::look::Action;
use web::{Error, Page};

/// Shown when a plugin did not answer: plain, in the insurer's theme, with an incident number.
#[derive(Serialize)]
pub struct PluginFault {
    pub plugin_name: String,
    pub incident: String,
    /// `error`, `slow` or `quarantined`.
    pub kind: &'static str,
    pub retry_url: String,
}

impl Page for PluginFault {
    const TEMPLATE: &'static str = "portal/plugin_fault.html";
    fn samples() -> Vec<Self> {
        ["error", "slow", "quarantined"]
            .map(|kind| Self {
                plugin_name: "医療費のお知らせ".into(),
                incident: "A1B2C3D4".into(),
                kind,
                retry_url: "/minato/p/medical-fees".into(),
            })
            .into()
    }
}

/// `GET /{insurer}/p/{plugin}`
pub async fn root(
    State(app): State<Arc<App>>,
    Path((_, plugin)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    visit: Visit,
) -> Result<Response, Error> {
    show(&app, &visit, &plugin, "/", query.unwrap_or_default()).await
}

/// `GET /{insurer}/p/{plugin}/{*path}`
pub async fn below(
    State(app): State<Arc<App>>,
    Path((_, plugin, path)): Path<(String, String, String)>,
    RawQuery(query): RawQuery,
    visit: Visit,
) -> Result<Response, Error> {
    show(&app, &visit, &plugin, &format!("/{path}"), query.unwrap_or_default()).await
}

async fn show(
    app: &App,
    visit: &Visit,
    id: &str,
    path: &str,
    query: String,
) -> Result<Response, Error> {
    // F054: what an insurer has not switched on cannot be reached either.
    let offered = app.offered(&visit.insurer).find(|(plugin, _)| plugin.id() == id);
    let Some((plugin, settings)) = offered else {
        let home = Action {
            label: visit.look.t("error-back-home", &[]),
            url: visit.path(""),
            primary: true,
        };
        return visit.look.told(StatusCode::NOT_FOUND, "plugin-not-offered", "info", vec![home]);
    };
    let route = plugin.manifest.route(path).ok_or(Error::NOT_FOUND)?;
    let member = match visit.signed_in() {
        Ok(session) => &session.member,
        Err(signin) => return Ok(*signin),
    };
    let policy = visit.insurer.definition.household;
    let mut conn = app.db.read().await?;
    let seen = subjects(&mut conn, visit.slug(), policy, member).await?;
    drop(conn);
    if route.data == DataClass::Medical {
        note_looks(app, visit, plugin, member, &seen).await?;
    }
    let deadline = Duration::from_millis(app.settings.plugins.page_ms);
    let asked = (abi::PAGE, route.declared(), query.as_str());
    let drawn = match ask(app, visit, (plugin, settings), asked, &seen, deadline).await {
        Ok(PageReply::NotFound) => return Err(Error::NOT_FOUND),
        Ok(PageReply::Show { template, data }) => draw(visit, plugin, &template, &data),
        Err(fault) => Err(fault),
    };
    match drawn {
        Ok(response) => Ok(response),
        Err(fault) => {
            let page = PluginFault {
                plugin_name: plugin.manifest.plugin.name.in_language(&visit.look.lang).to_owned(),
                incident: incident(visit, plugin, &fault),
                kind: match fault {
                    CallFault::Slow => "slow",
                    CallFault::Quarantined => "quarantined",
                    CallFault::Crashed | CallFault::Failed(_) => "error",
                },
                retry_url: format!("{}{path}?{query}", visit.path(&format!("p/{id}"))),
            };
            visit.look.draw(StatusCode::SERVICE_UNAVAILABLE, PluginFault::TEMPLATE, &page)
        }
    }
}

/// Notes whose rows are about to be seen. When that cannot be written, nothing is shown.
pub(super) async fn note_looks(
    app: &App,
    visit: &Visit,
    plugin: &Plugin,
    member: &Member,
    seen: &Subjects,
) -> Result<(), Error> {
    if seen.others.is_empty() {
        return Ok(());
    }
    let at = app.now();
    let looks: Vec<Look> = (seen.others.iter())
        .map(|person| Look {
            person: person.clone(),
            seen_by: member.person().unwrap_or("").to_owned(),
            seen_by_name: member.name.clone(),
            plugin: plugin.id().to_owned(),
            at,
        })
        .collect();
    let mut tx = app.db.begin().await?;
    access_record::insert(&mut tx, visit.slug(), &looks).await?;
    tx.commit().await?;
    Ok(())
}

/// Draws the template that the plugin named. Only its own templates can be named.
fn draw(visit: &Visit, plugin: &Plugin, name: &str, data: &Value) -> Result<Response, CallFault> {
    if name.contains('/') || name.starts_with('_') || !name.ends_with(".html") {
        return Err(CallFault::Failed(format!("{name:?} is not one of the plugin's templates")));
    }
    let template = format!("{}/{name}", plugin.id());
    visit.look.draw(StatusCode::OK, &template, data).map_err(|error| match error {
        Error::Fault(why) => CallFault::Failed(why),
        _ => CallFault::Failed("the page could not be drawn".to_owned()),
    })
}

/// Asks a handler of a plugin.
pub(super) async fn ask<R: DeserializeOwned>(
    app: &App,
    visit: &Visit,
    (plugin, settings): (&Arc<Plugin>, &Value),
    (op, declared, query): (u32, Declared<'_>, &str),
    seen: &Subjects,
    deadline: Duration,
) -> Result<R, CallFault> {
    let query: BTreeMap<String, String> =
        url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let insured = visit.session.as_ref().is_some_and(|session| session.member.insured);
    let request = json!({
        "handler": declared.handler,
        "lang": visit.look.lang,
        "base": visit.path(&format!("p/{}", plugin.id())),
        "query": query,
        "actor": {"insured": insured, "household": !seen.others.is_empty()},
        "settings": settings,
        "today": app.today(),
    });
    let allowed = Allowed {
        db: app.db.clone(),
        insurer: visit.slug().to_owned(),
        plugin: plugin.id().to_owned(),
        subjects: seen.keys.clone(),
        queries: plugin.queries.clone(),
        class: declared.class,
        listed: declared.queries.map(<[String]>::to_vec),
    };
    plugin.call(allowed, op, &request, deadline).await
}

/// Logs a fault and returns the number by which the log can be searched.
pub(super) fn incident(visit: &Visit, plugin: &Plugin, fault: &CallFault) -> String {
    let incident = random::incident();
    tracing::error!(%incident, plugin = plugin.id(), insurer = visit.slug(), ?fault, "plugin fault");
    incident
}

//! A plugin's page: session, insurer, enabled, persons, call, draw. What goes wrong is a notice.

use crate::app::App;
use crate::insurers::offer::{self, Offer};
use crate::plugins::ask::{Asking, Unproved, incident};
use crate::plugins::border::host::CallFault;
use crate::plugins::data::class::DataClass;
use crate::visit::Visit;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use sdk::PageReply;
use serde::Serialize;
use serde_json::Value;
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
    let Some(offer) = offer::one(&visit.insurer.definition, &app.plugins, id) else {
        let home = Action {
            label: visit.look.t("error-back-home", &[]),
            url: visit.path(""),
            primary: true,
        };
        return visit.look.notice_page(
            StatusCode::NOT_FOUND,
            "plugin-not-offered",
            "info",
            vec![home],
        );
    };
    let Some(declared) = offer.page(path) else { return Ok(visit.not_found()) };
    let member = match visit.signed_in() {
        Ok(session) => &session.member,
        Err(signin) => return Ok(*signin),
    };
    let seen = visit.subjects(&app.db, member).await?;
    let asker = visit.asker(&app.person_keys, member, &seen);
    let Offer { plugin, settings } = offer;
    let question = match asker.question(&Asking { plugin, settings, declared, query: &query }) {
        Ok(question) => question,
        Err(Unproved(class)) => return Ok(visit.step_up(class)),
    };
    if declared.class == DataClass::Medical {
        visit.looker(member, &seen).note(&app.db, std::iter::once(id)).await?;
    }
    let deadline = Duration::from_millis(app.settings.plugins.page_ms);
    let drawn = match question.page(deadline).await {
        Ok(PageReply::NotFound) => return Ok(visit.not_found()),
        Ok(PageReply::Show { template, data }) => draw(visit, id, &template, data).await,
        Err(fault) => Err(fault),
    };
    match drawn {
        Ok(response) => Ok(response),
        Err(fault) => {
            let page = PluginFault {
                plugin_name: offer.name(&visit.look.lang).to_owned(),
                incident: incident(visit.slug(), id, &fault),
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

/// Draws the template that the plugin named. Only its own templates can be named.
/// It is drawn beside the requests: a template that takes its whole second keeps nobody waiting.
async fn draw(visit: &Visit, id: &str, name: &str, data: Value) -> Result<Response, CallFault> {
    if name.contains('/') || name.starts_with('_') || !name.ends_with(".html") {
        return Err(CallFault::Failed(format!("{name:?} is not one of the plugin's templates")));
    }
    let (look, template) = (visit.look.for_plugin(), format!("{id}/{name}"));
    let drawing = tokio::task::spawn_blocking(move || look.draw(StatusCode::OK, &template, &data));
    let drawn = drawing.await.map_err(|_| CallFault::Failed("drawing the page panicked".into()))?;
    drawn.map_err(|error| match error {
        Error::Fault(why) => CallFault::Failed(why.to_string()),
        _ => CallFault::Failed("the page could not be drawn".to_owned()),
    })
}

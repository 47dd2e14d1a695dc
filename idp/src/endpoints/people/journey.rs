//! Journeys over HTTP.

use crate::app::App;
use crate::definition::GoalKind;
use crate::ids::JourneyId;
use crate::journeys::begin::{Begun, begin, only_journey};
use crate::journeys::goal::{Goal, Resume};
use crate::journeys::submit;
use crate::visit::Visit;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;
use web::look::Action;
use web::{Error, Posted};

/// `GET /{insurer}/register`: the only way to register, or a choice between several.
pub async fn register(visit: Visit) -> Result<Response, Error> {
    match only_journey(&visit, GoalKind::Register) {
        Some(journey) => started(&visit, register_by(journey)),
        None => choose(&visit),
    }
}

/// `GET /{insurer}/register/{journey}`: a way to register, by the name of its file.
pub async fn register_this_way(
    Path((_, journey)): Path<(String, String)>,
    visit: Visit,
) -> Result<Response, Error> {
    let mut ways = visit.realm.definition.journeys_for(GoalKind::Register);
    if !ways.any(|(name, _)| name == journey) {
        return Err(Error::NOT_FOUND);
    }
    started(&visit, register_by(journey))
}

fn register_by(journey: String) -> Goal {
    Goal::Register { journey, resume: Resume::Home }
}

fn choose(visit: &Visit) -> Result<Response, Error> {
    let mut ways = visit.realm.definition.journeys_for(GoalKind::Register).peekable();
    if ways.peek().is_none() {
        // Of staff, whom the operator lets in.
        return Err(Error::NOT_FOUND);
    }
    let actions = ways
        .map(|(name, journey)| Action {
            label: journey.title.in_language(&visit.look.lang).to_owned(),
            url: visit.path(&format!("register/{name}")),
            primary: true,
        })
        .collect();
    visit.look.notice_page(StatusCode::OK, "register-ways", "info", actions)
}

/// `GET /{insurer}/login`
pub async fn login(visit: Visit) -> Result<Response, Error> {
    started(&visit, Goal::SignIn(Resume::Home))
}

fn started(visit: &Visit, goal: Goal) -> Result<Response, Error> {
    match begin(visit, goal)? {
        Begun::Response(response) => Ok(response),
        Begun::TooLong => Err(Error::fault("a journey without a request is too long")),
    }
}

/// `GET /{insurer}/journey/{id}`: what is asked next.
pub async fn show(
    State(app): State<Arc<App>>,
    Path((_, id)): Path<(String, String)>,
    visit: Visit,
) -> Result<Response, Error> {
    submit::show(&app.tools, visit, &JourneyId::new(id)).await
}

/// The step that is answered.
#[derive(Deserialize)]
pub struct Asked {
    step: Option<String>,
}

/// `POST /{insurer}/journey/{id}?step=…`: an answer to what is asked now.
pub async fn submit(
    State(app): State<Arc<App>>,
    Path((_, id)): Path<(String, String)>,
    Query(asked): Query<Asked>,
    visit: Visit,
    posted: Posted,
) -> Result<Response, Error> {
    let step = asked.step.as_deref();
    submit::submit(&app.tools, visit, &JourneyId::new(id), step, &posted).await
}

//! Getting back in without what was lost.

use crate::app::App;
use crate::ids::JourneyId;
use crate::journeys::begin::{Begun, Ticket, begin};
use crate::journeys::goal::{Goal, Resume};
use crate::journeys::instance::Instance;
use crate::store::journeys;
use crate::visit::Visit;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use oidc::Params;
use secret::hash;
use std::sync::Arc;
use web::Error;
use web::look::{Action, Notice};

/// The query that says what was lost.
const WHAT: &str = "what";

/// `GET /{insurer}/recover`: begins the insurer's recovery of a password or, with `what=app`, of an
/// authenticator app, with `what=address` of a mailbox; 404 where there is none. `from` is the login of
/// this browser at which the person noticed: whoever waits there waits on.
pub async fn start(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    visit: Visit,
) -> Result<Response, Error> {
    let params = Params::parse(query.as_deref().unwrap_or("")).unwrap_or_default();
    let goal = match params.value(WHAT) {
        Some("app") => Goal::ReplaceApp,
        Some("address") => Goal::ReplaceAddress,
        _ => Goal::Recover,
    };
    let resume = match params.value("from") {
        Some(id) => login(&app, &visit, &JourneyId::new(id.to_owned())).await?,
        None => None,
    };
    match begin(&visit, goal(resume.unwrap_or(Resume::Home)))? {
        Begun::Response(response) => Ok(response),
        Begun::TooLong => match begin(&visit, goal(Resume::Home))? {
            Begun::Response(response) => Ok(response),
            Begun::TooLong => Err(Error::fault("a journey without a request is too long")),
        },
    }
}

/// Where a login that this browser carries was to lead.
async fn login(app: &App, visit: &Visit, id: &JourneyId) -> Result<Option<Resume>, Error> {
    let (realm, now) = (&visit.realm, visit.now);
    let sealer = &realm.keys.journeys;
    let found = match Ticket::of(visit, id) {
        Some(Ticket::Sealed(text)) => Instance::from_browser(&text, sealer, realm.id(), id, now),
        Some(Ticket::Row(secret)) => {
            let mut conn = app.tools.db.read().await?;
            let row = journeys::by_id(&mut conn, realm.id(), id, now).await?;
            let own = row.filter(|row| hash::equal(hash::sha256(&secret), &row.secret_hash));
            own.and_then(|row| Instance::from_row(&row.sealed, sealer, realm.id(), id))
        }
        None => None,
    };
    Ok(found.map(|found| match found.goal {
        // What was to be changed is not: the recovery ends where it can be begun again.
        Goal::Change { .. } => Resume::Page("account".to_owned()),
        goal => goal.resume().clone(),
    }))
}

/// `GET /{insurer}/recovered`: the end of a recovery that nobody else waited for.
pub async fn done(RawQuery(query): RawQuery, visit: Visit) -> Result<Response, Error> {
    let params = Params::parse(query.as_deref().unwrap_or("")).unwrap_or_default();
    if params.value(WHAT) == Some("address") {
        return address_waits(&visit);
    }
    let key = match params.value(WHAT) {
        Some("app") => "recovered-app",
        _ => "recovered",
    };
    let home = Action {
        label: visit.look.t("recovered-home", &[]),
        url: visit.realm.definition.policy.home.for_members().to_owned(),
        primary: true,
    };
    visit.look.notice_page(StatusCode::OK, key, "success", vec![home])
}

/// Another address holds in some days.
fn address_waits(visit: &Visit) -> Result<Response, Error> {
    let look = &visit.look;
    let days = visit.realm.definition.policy.recovery.address_days.to_string();
    let notice = Notice {
        title: look.t("recovered-address-title", &[("days", days.clone())]),
        paragraphs: vec![
            look.t("recovered-address-text", &[("days", days)]),
            look.t("recovered-address-until", &[]),
        ],
        kind: "success",
        actions: Vec::new(),
    };
    look.notice(StatusCode::OK, &notice)
}

//! Getting back in without what was lost.

use crate::ids::JourneyId;
use crate::journeys::begin::{Begun, Ticket, begin};
use crate::journeys::goal::{Goal, Resume};
use crate::journeys::instance::Instance;
use crate::visit::Visit;
use axum::extract::RawQuery;
use axum::http::StatusCode;
use axum::response::Response;
use oidc::Params;
use web::Error;
use web::look::Action;

/// `GET /{insurer}/recover`: begins the insurer's recovery; 404 where there is none. `from` is the
/// login of this browser at which the person noticed: whoever waits there waits on.
pub async fn start(RawQuery(query): RawQuery, visit: Visit) -> Result<Response, Error> {
    let params = Params::parse(query.as_deref().unwrap_or("")).unwrap_or_default();
    let login = params.value("from").and_then(|id| login(&visit, &JourneyId::new(id.to_owned())));
    let resume = login.unwrap_or(Resume::Home);
    match begin(&visit, Goal::Recover(resume))? {
        Begun::Response(response) => Ok(response),
        Begun::TooLong => match begin(&visit, Goal::Recover(Resume::Home))? {
            Begun::Response(response) => Ok(response),
            Begun::TooLong => Err(Error::fault("a journey without a request is too long")),
        },
    }
}

/// Where a login that this browser carries was to lead.
fn login(visit: &Visit, id: &JourneyId) -> Option<Resume> {
    let Some(Ticket::Sealed(text)) = Ticket::of(visit, id) else { return None };
    let realm = &visit.realm;
    let found = Instance::from_browser(&text, &realm.keys.journeys, realm.id(), id, visit.now)?;
    Some(match found.goal {
        // What was to be changed is not: the recovery ends where it can be begun again.
        Goal::Change { .. } => Resume::Page("account".to_owned()),
        goal => goal.resume().clone(),
    })
}

/// `GET /{insurer}/recovered`: the end of a recovery that nobody else waited for.
pub async fn done(visit: Visit) -> Result<Response, Error> {
    let home = Action {
        label: visit.look.t("recovered-home", &[]),
        url: visit.realm.definition.policy.home.for_members().to_owned(),
        primary: true,
    };
    visit.look.notice_page(StatusCode::OK, "recovered", "success", vec![home])
}

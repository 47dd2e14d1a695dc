//! What happens when nothing is missing any more: an account, or a session, and then the way to
//! where the person wanted to go.

mod register;
mod sign_in;

pub use register::Done;

use super::advanced::Advanced;
use super::begin::{Begun, begin};
use super::goal::{Goal, Resume};
use super::running::Running;
use crate::authorization::answer::{self, Recipient};
use crate::store::evidence::Holder;
use crate::store::{agreements, evidence, journeys, pushed};
use axum::response::Response;
use db::Tx;
use oidc::OAuthError;
use secret::hash;
use web::Error;
use web::look::see_other;

/// How an ending ended.
pub(super) enum Finished {
    Done(Response),
    /// Another answer was faster: nothing of this one may be kept.
    Lost,
}

/// Ends the journey. Of two answers at once only one ends it.
pub(super) async fn finish(running: &mut Running<'_>, tx: &mut Tx) -> Result<Advanced, Error> {
    if !forget(running, tx).await? {
        return Ok(Advanced::Overtaken);
    }
    match running.registers() {
        true => register::register(running, tx).await,
        false => sign_in::sign_in(running, tx).await,
    }
}

/// The person said no: the journey is over, and the client hears it.
pub(super) async fn decline(
    running: &mut Running<'_>,
    tx: &mut Tx,
    error: &OAuthError,
) -> Result<Finished, Error> {
    if !forget(running, tx).await? {
        return Ok(Finished::Lost);
    }
    let (Some(request), Some(client)) = (&running.request, &running.client) else {
        return Err(Error::NOT_FOUND);
    };
    let (realm, look, now) = (&running.visit.realm, &running.visit.look, running.visit.now);
    if let Some(used) = &request.request_uri {
        pushed::delete(tx, realm.id(), &hash::sha256(used)).await?;
    }
    let to = Recipient { realm, client, look, encryption: None, now };
    answer::error(to, request, error).map(Finished::Done)
}

/// Deletes the journey's row and what it held. `false` when another answer did.
async fn forget(running: &Running<'_>, tx: &mut Tx) -> Result<bool, Error> {
    let Some(revision) = running.revision else { return Ok(true) };
    let (insurer, id) = (running.visit.realm.id(), &running.instance.id);
    if !journeys::delete(tx, insurer, id, revision).await? {
        return Ok(false);
    }
    evidence::forget(tx, insurer, Holder::Journey(id)).await?;
    agreements::forget(tx, insurer, Holder::Journey(id)).await?;
    Ok(true)
}

/// The journey ended in a session before (a double click, an answer that got lost): the person
/// goes on with the session that the browser has by now, or is asked anew. Never a second answer
/// of one journey.
pub(super) fn again(running: &Running<'_>) -> Result<Response, Error> {
    let resume = running.instance.goal.resume().clone();
    match resume {
        Resume::Home => Ok(see_other(&running.visit.realm.definition.policy.home.url)),
        Resume::Page(below) => Ok(see_other(&running.visit.path(&below))),
        resume => match begin(&running.visit, Goal::StepUp { sid: None, resume })? {
            Begun::Response(response) => Ok(response),
            Begun::TooLong => running.visit.gone(),
        },
    }
}

//! What happens when nothing is missing any more: an account, or a session, and then the way to
//! where the person wanted to go.

mod change;
mod recover;
mod register;
mod sign_in;
mod told;

use super::advanced::Advanced;
use super::begin::{Begun, Ticket, begin, counted};
use super::goal::{Goal, Resume};
use super::running::{Running, anew};
use crate::authorization::answer::{self, Recipient};
use crate::authorization::request::use_up;
use crate::need::{Act, Kind};
use crate::store::evidence::Holder;
use crate::store::{addresses, agreements, evidence, journeys, passkeys, passwords, totp_devices};
use axum::http::header;
use axum::response::Response;
use db::Tx;
use oidc::OAuthError;
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
    if !proofs_hold(running, tx).await? {
        return Ok(Advanced::Refused);
    }
    // Read again in this transaction, with the account.
    let opens = matches!(running.instance.goal, Goal::Recover(_));
    if running.account.is_locked && !opens {
        return Ok(Advanced::Locked);
    }
    let advanced = match running.instance.goal.clone() {
        Goal::Register { .. } => register::register(running, tx).await?,
        Goal::Recover(_) => recover::recover(running, tx).await?,
        Goal::ReplaceApp(_) => recover::replace_app(running, tx).await?,
        Goal::ReplaceAddress(_) => recover::replace_address(running, tx).await?,
        Goal::Change { what, .. } => change::change(running, tx, what).await?,
        Goal::SignIn(_) | Goal::StepUp { .. } => {
            if let Some(advanced) = recover::replace_temporary(running, tx).await? {
                return Ok(advanced);
            }
            sign_in::sign_in(running, tx).await?
        }
    };
    Ok(match advanced {
        Advanced::Kept(response) => {
            let (visit, instance) = (&running.visit, &running.instance);
            visit.tally.done(counted(visit, instance), visit.now - instance.begun_at);
            Advanced::Kept(forgotten(running, response))
        }
        other => other,
    })
}

/// Whether what was proved in this journey still can be: a password, an app or a passkey that was
/// replaced, removed or blocked since proves nothing, nor does an address that is another's by now.
async fn proofs_hold(running: &Running<'_>, tx: &mut Tx) -> Result<bool, Error> {
    // A journey without a row was proved in this transaction.
    let Some(account) =
        running.instance.learned.account.as_ref().filter(|_| running.revision.is_some())
    else {
        return Ok(true);
    };
    let (insurer, learned) = (running.visit.realm.id(), &running.instance.learned);
    let made = [
        learned.app.as_ref().map(|app| app.device_id.to_string()),
        learned.passkey.as_ref().map(|key| key.credential_id.to_string()),
    ];
    for proved in running.here.iter().filter(|one| one.act == Act::Verify) {
        let Some(used) = proved.credential.as_ref() else { continue };
        if made.iter().flatten().any(|made| made == used) {
            continue;
        }
        let lives = match proved.kind {
            Kind::Password => passwords::active(tx, insurer, account)
                .await?
                .is_some_and(|active| *active.credential_id == **used),
            Kind::Totp => totp_devices::list(tx, insurer, account)
                .await?
                .iter()
                .any(|app| *app.device_id == **used),
            Kind::Passkey => passkeys::by_id(tx, insurer, used)
                .await?
                .is_some_and(|key| key.account_id == *account && !key.is_blocked),
            _ => true,
        };
        if !lives {
            return Ok(false);
        }
    }
    if !running.recovers() || matches!(running.instance.goal, Goal::ReplaceAddress(_)) {
        return Ok(true);
    }
    let Some(address) = &learned.address else { return Ok(false) };
    Ok(addresses::account(tx, insurer, address).await?.as_ref() == Some(account))
}

/// The answer of a journey that is over: the browser need not carry it any more.
fn forgotten(running: &Running<'_>, mut response: Response) -> Response {
    let line = Ticket::forget(&running.visit, &running.instance.id);
    response.headers_mut().append(header::SET_COOKIE, line);
    response
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
    use_up(tx, realm, request).await?;
    let to = Recipient { realm, client, look, encryption: None, now };
    let response = answer::error(to, request, error)?;
    Ok(Finished::Done(forgotten(running, response)))
}

/// Another person goes on: this journey ends, and its wish begins from the start.
pub(super) async fn begin_anew(running: &Running<'_>, tx: &mut Tx) -> Result<Finished, Error> {
    if !forget(running, tx).await? {
        return Ok(Finished::Lost);
    }
    let response = anew(&running.visit, running.instance.goal.resume().clone())?;
    Ok(Finished::Done(forgotten(running, response)))
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
        Resume::Home => Ok(see_other(running.visit.realm.definition.policy.home.for_members())),
        Resume::Page(below) => Ok(see_other(&running.visit.path(&below))),
        resume => match begin(&running.visit, Goal::StepUp { sid: None, resume })? {
            Begun::Response(response) => Ok(response),
            Begun::TooLong => running.visit.gone(),
        },
    }
}

//! What happens when nothing is missing any more: an account, or a session.

use super::page::Running;
use crate::endpoints::answer::{self, To};
use crate::endpoints::authorize::is_good_for;
use crate::mail::Registered;
use crate::session;
use crate::store::sessions::Session;
use crate::store::{accounts, evidence, journeys, passwords};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use db::Conn;
use oidc::error::Code;
use serde::Serialize;
use web::look::see;
use web::{Error, Page, random};

/// Registration is complete (F015, F051).
#[derive(Serialize)]
pub struct Done {
    pub title: String,
    pub user_id: String,
    pub email: String,
    pub home_url: String,
}

impl Page for Done {
    const TEMPLATE: &'static str = "idp/done.html";
    fn samples() -> Vec<Self> {
        vec![Self {
            title: "新規登録".into(),
            user_id: "hanako79".into(),
            email: "hanako@example.jp".into(),
            home_url: "https://portal.example/minato/".into(),
        }]
    }
}

/// How an ending ended.
pub(super) enum Finished {
    Done(Response),
    /// Another answer was faster: nothing of this one may be kept.
    Lost(Response),
}

/// Ends the journey. Of two answers at once only one ends it.
pub(super) async fn finish(running: &mut Running, conn: &mut Conn) -> Result<Finished, Error> {
    let insurer = running.visit.realm.id().to_owned();
    if !journeys::delete(conn, &insurer, &running.journey.journey_id).await? {
        return Ok(Finished::Lost(running.visit.gone()?));
    }
    match running.journey.kind.as_str() {
        "register" => register(running, conn, &insurer).await,
        _ => login(running, conn).await,
    }
}

async fn register(
    running: &mut Running,
    conn: &mut Conn,
    insurer: &str,
) -> Result<Finished, Error> {
    let state = &running.journey.state;
    let (Some(email), Some(person_id), Some(user_id), Some(hash)) =
        (&state.email, &state.person_id, &state.user_id, &state.password_hash)
    else {
        return Err(Error::fault("a registration ended without its proofs' values"));
    };
    let account = accounts::Account {
        account_id: random::id(),
        person_id: person_id.clone(),
        user_id: user_id.clone(),
        email: email.clone(),
        created_at: running.now,
    };
    if !accounts::insert(conn, insurer, &account).await? {
        // Somebody registered the same person, address or user ID since the step was shown.
        return Ok(Finished::Lost(running.visit.gone()?));
    }
    passwords::insert(conn, insurer, &account.account_id, hash, running.now).await?;
    let holder = format!("account:{}", account.account_id);
    evidence::hand_over(conn, insurer, &running.journey.holder(), &holder).await?;
    running.journey.state.account_id = Some(account.account_id.clone());
    let home_url = running.visit.realm.definition.policy.home.url.clone();
    let letter = Registered { user_id: account.user_id.clone(), login_url: home_url.clone() };
    let (realm, look) = (&running.visit.realm, &running.visit.look);
    running.app.outbox.put(conn, (realm, look), &account.email, &letter, running.now).await?;
    if running.journey.state.request.is_some() {
        // A client sent the person here to register (`prompt=create`): it gets its answer.
        return go_on_to_client(running, conn).await;
    }
    Ok(Finished::Done(look.page(&Done {
        title: running.title(),
        user_id: account.user_id,
        email: account.email,
        home_url,
    })?))
}

async fn login(running: &mut Running, conn: &mut Conn) -> Result<Finished, Error> {
    let state = &running.journey.state;
    if state.request.is_some() {
        return go_on_to_client(running, conn).await;
    }
    let (_, cookie) = begin_session(running, conn).await?;
    let realm = &running.visit.realm;
    let mut response = match &running.journey.state.then {
        Some(then) => see(&running.visit.path(then)),
        None => see(&realm.definition.policy.home.url),
    };
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(Finished::Done(response))
}

/// A new session with all that the person proved now and before.
async fn begin_session(
    running: &Running,
    conn: &mut Conn,
) -> Result<(Session, HeaderValue), Error> {
    let account_id = running.journey.state.account_id.as_ref();
    let account_id = account_id.ok_or_else(|| Error::fault("a login ended without an account"))?;
    let realm = &running.visit.realm;
    let holder = format!("account:{account_id}");
    let mut proofs = evidence::kinds(conn, realm.id(), &holder).await?;
    proofs.extend(running.evidence.iter().cloned());
    // What a level may ask; documents and decisions are no proof of who somebody is.
    proofs.retain(|kind| {
        !kind.contains(':') && !["terms", "consent", "account"].contains(&kind.as_str())
    });
    proofs.sort();
    proofs.dedup();
    let secure = running.app.settings.secure();
    session::begin(conn, realm, (account_id, proofs), running.now, secure).await
}

/// Answers the request that waited.
async fn go_on_to_client(running: &mut Running, conn: &mut Conn) -> Result<Finished, Error> {
    let (session, cookie) = match running.session.clone() {
        Some(session) => (session, None),
        None => {
            let (session, cookie) = begin_session(running, conn).await?;
            (session, Some(cookie))
        }
    };
    let (Some(request), Some(client)) = (&running.journey.state.request, &running.client) else {
        // The client was removed meanwhile: the person is signed in and goes home.
        let mut response = see(&running.visit.realm.definition.policy.home.url);
        cookie.map(|cookie| response.headers_mut().append(header::SET_COOKIE, cookie));
        return Ok(Finished::Done(response));
    };
    let (realm, now) = (&running.visit.realm, running.now);
    let to = To { realm, client, look: &running.visit.look, now };
    let reached = request.acr_values.iter().any(|acr| realm.reaches(acr, &session.proofs));
    let answered = if !is_good_for(realm, client, request, &session, now) {
        let error = Code::LoginRequired.because("another member has signed in");
        Some(answer::error(&to, request, &error)?)
    } else if request.acr_essential && !reached {
        let why = "this account has not proved what the asked acr needs";
        let error = Code::UnmetAuthenticationRequirements.because(why);
        Some(answer::error(&to, request, &error)?)
    } else {
        answer::issue(&running.app, conn, &to, request, &session).await?
    };
    let Some(mut response) = answered else { return Ok(Finished::Lost(running.visit.gone()?)) };
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(Finished::Done(response))
}

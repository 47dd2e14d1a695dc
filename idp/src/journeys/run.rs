//! What happens when nothing is missing any more: an account, or a session.

use super::State;
use super::page::{Running, begin_on};
use crate::endpoints::answer::{self, To};
use crate::endpoints::authorize::is_good_for;
use crate::endpoints::logout;
use crate::mail::Registered;
use crate::session;
use crate::store::sessions::{self, Session};
use crate::store::{accounts, evidence, journeys, passwords};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use db::Conn;
use oidc::error::Code;
use secret::random;
use serde::Serialize;
use web::look::see_other;
use web::{Error, Page};

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
        Some(then) => see_other(&running.visit.path(then)),
        None => see_other(&realm.definition.policy.home.url),
    };
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(Finished::Done(response))
}

/// A new session with all that the person proved now and before. The same person's session in this
/// browser goes on under a new secret; another person's ends.
async fn begin_session(
    running: &Running,
    conn: &mut Conn,
) -> Result<(Session, HeaderValue), Error> {
    let account_id = running.journey.state.account_id.clone();
    let account_id = account_id.ok_or_else(|| Error::fault("a login ended without an account"))?;
    let (app, realm, now) = (&running.app, &running.visit.realm, running.now);
    let holder = format!("account:{account_id}");
    let mut proofs = evidence::kinds(conn, realm.id(), &holder).await?;
    proofs.extend(running.evidence.iter().cloned());
    // What a level may ask; documents and decisions are no proof of who somebody is.
    let decision =
        |kind: &str| kind.contains(':') || ["terms", "consent", "account"].contains(&kind);
    proofs.retain(|kind| !decision(kind));
    proofs.sort();
    proofs.dedup();
    let headers = &running.visit.headers;
    let before = session::find_on(conn, app, realm, headers).await?;
    let mut sid = None;
    if let Some(before) = before {
        if before.account_id == account_id {
            sid = Some(before.sid);
            if let Some(hash) = session::secret_hash(app, realm, headers) {
                sessions::drop_secret(conn, realm.id(), &hash).await?;
            }
        } else {
            logout::end_on(conn, realm, &before.sid, now).await?;
        }
    }
    let auth_time = running.journey.state.auth_time.unwrap_or(now);
    let new = session::New { account_id, proofs, auth_time, sid };
    session::begin(conn, realm, new, now, app.settings.secure()).await
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
    let with_cookie = |mut response: Response| {
        if let Some(cookie) = cookie {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        Ok(Finished::Done(response))
    };
    let (Some(request), Some(client)) = (&running.journey.state.request, &running.client) else {
        // The client was removed meanwhile: the person is signed in and goes home.
        return with_cookie(see_other(&running.visit.realm.definition.policy.home.url));
    };
    // Who has just registered has not been asked yet what the client may learn.
    if running.journey.kind == "register" && running.added_now(conn).await?.consent {
        let state =
            State { request: Some(request.clone()), sid: Some(session.sid), ..State::default() };
        let login = running.definition.journeys.get("login");
        let kind = ("login", login.map_or(1, |login| login.expires_hours));
        return with_cookie(begin_on(conn, &running.app, &running.visit, kind, state).await?);
    }
    let (realm, now) = (&running.visit.realm, running.now);
    let encryption = running.encryption.as_deref();
    let to = To { realm, client, look: &running.visit.look, encryption, now };
    let reached = request.acr_values.iter().any(|acr| realm.reaches(acr, &session.proofs));
    let answered = if !is_good_for(realm, client, request, &session, now) {
        let why = "another member has signed in, or the login took longer than max_age";
        Some(answer::error(&to, request, &Code::LoginRequired.because(why))?)
    } else if request.acr_essential && !reached {
        let why = "this account has not proved what the asked acr needs";
        let error = Code::UnmetAuthenticationRequirements.because(why);
        Some(answer::error(&to, request, &error)?)
    } else {
        answer::issue(conn, &to, request, &session).await?
    };
    let Some(response) = answered else { return Ok(Finished::Lost(running.visit.gone()?)) };
    with_cookie(response)
}

//! What happens when nothing is missing any more: an account, or a session.

use super::page::Running;
use crate::endpoints::authorize;
use crate::mail::Registered;
use crate::session;
use crate::store::{accounts, evidence, journeys, passwords};
use axum::http::header;
use axum::response::Response;
use db::Conn;
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
    let home_url = running.visit.realm.definition.policy.home.url.clone();
    let letter = Registered { user_id: account.user_id.clone(), login_url: home_url.clone() };
    let (realm, look) = (&running.visit.realm, &running.visit.look);
    running.app.outbox.put(conn, (realm, look), &account.email, &letter, running.now).await?;
    Ok(Finished::Done(look.page(&Done {
        title: running.title(),
        user_id: account.user_id,
        email: account.email,
        home_url,
    })?))
}

async fn login(running: &mut Running, conn: &mut Conn) -> Result<Finished, Error> {
    let state = &running.journey.state;
    let account_id = state.account_id.as_ref();
    let account_id = account_id.ok_or_else(|| Error::fault("a login ended without an account"))?;
    // What earlier steps of this journey proved is removed by the purge.
    let secure = running.app.settings.secure();
    let realm = &running.visit.realm;
    let (session, cookie) = session::begin(conn, realm, account_id, running.now, secure).await?;
    let mut response = match &state.request {
        Some(request) => {
            let url = authorize::issue(conn, realm, request, &session, running.now).await?;
            see(&url)
        }
        None => see(&realm.definition.policy.home.url),
    };
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(Finished::Done(response))
}

//! RP-initiated logout: ends the session here, tells the other clients, and sends the person back.

use crate::app::App;
use crate::ids::Sid;
use crate::session;
use crate::store::{accounts, sessions};
use crate::visit::Visit;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use oidc::logout::{After, after};
use oidc::{Client, Params};
use secret::hash;
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;
use web::look::{Policy, origin, see_other};
use web::{Error, Form, Page, Posted, cookies};

/// Asks before signing out, when no client's ID token shows that the person wants it.
#[derive(Serialize)]
pub struct Logout {
    pub form: Form,
    pub user_name: String,
}

impl Page for Logout {
    const TEMPLATE: &'static str = "idp/logout.html";
    fn samples() -> Vec<Self> {
        vec![Self { form: Form::new("/minato/logout", &[]), user_name: "港　花子".into() }]
    }
}

/// Signed out here; clients that want to be told by the browser are loaded in frames
/// (Front-Channel Logout §2).
#[derive(Serialize)]
pub struct SignedOut {
    pub frames: Vec<String>,
    pub next_url: Option<String>,
    pub next_name: String,
}

impl Page for SignedOut {
    const TEMPLATE: &'static str = "idp/signed_out.html";
    fn samples() -> Vec<Self> {
        let frames = vec!["https://partner.example/logout?iss=x&sid=y".to_owned()];
        vec![
            Self { frames: frames.clone(), next_url: None, next_name: String::new() },
            Self {
                frames,
                next_url: Some("https://portal.example/minato/".into()),
                next_name: "加入者ポータル".into(),
            },
        ]
    }
}

/// `GET /{insurer}/logout`
pub async fn get(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    visit: Visit,
) -> Result<Response, Error> {
    begin(&app, &visit, query.as_deref().unwrap_or("")).await
}

/// `POST /{insurer}/logout`: the same from a client's form (RP-Initiated Logout §2).
pub async fn post(
    State(app): State<Arc<App>>,
    visit: Visit,
    body: String,
) -> Result<Response, Error> {
    match visit.retry_with_cookies("logout", &body)? {
        Some(response) => Ok(response),
        None => begin(&app, &visit, &body).await,
    }
}

async fn begin(app: &App, visit: &Visit, query: &str) -> Result<Response, Error> {
    let realm = &visit.realm;
    let Ok(params) = Params::parse(query) else {
        return Err(Error::Shown(StatusCode::BAD_REQUEST));
    };
    let hint = hint(app, visit, &params).await?;
    let session = session::find(&app.tools.db, visit).await?;
    let Some(session) = session else {
        // The session has run out here, but what was granted in it may still be used elsewhere. A
        // pairwise client's sid names no session here: nothing of it is found.
        let sid = hint.as_ref().and_then(|(_, claims)| claims["sid"].as_str());
        let frames = match sid {
            Some(sid) => end_expired(app, visit, &Sid::new(sid)).await?,
            None => Vec::new(),
        };
        let frames = [frames, carried(visit)].concat();
        return signed_out(visit, &params, hint.as_ref(), frames);
    };
    // The hint is of this very session: the person pressed "sign out" at the client.
    let same = hint.as_ref().is_some_and(|(client, claims)| {
        let sub = client.subject(&session.account_id, &realm.keys.pairwise);
        let sid = client.session_id(&session.sid, &realm.keys.pairwise);
        claims["sub"] == sub.as_str() && claims["sid"] == sid.as_str()
    });
    let target = params.value("post_logout_redirect_uri");
    let client = hint.as_ref().map(|(client, _)| &**client);
    let goes_to = after(client, target);
    // Whoever names an address that is not registered is not the client (or does not know better):
    // the person is asked (RP-Initiated Logout §3, §4).
    let is_doubtful = target.is_some() && matches!(goes_to, After::Stay);
    if !same || is_doubtful {
        let mut conn = app.tools.db.read().await?;
        let user_name = accounts::display_name(&mut conn, realm.id(), &session.account_id).await?;
        let action = visit.path(&format!("logout/confirm?{}", params.to_query()));
        let mut policy = Policy::default();
        if let After::Redirect { uri } = goes_to {
            policy.form = origin(uri);
        }
        let page = Logout { form: Form::new(action, &[]), user_name };
        return visit.look.page_allowing(&page, &policy);
    }
    let frames = end(app, visit, &session.sid).await?;
    forgotten(visit, signed_out(visit, &params, hint.as_ref(), frames)?)
}

/// `POST /{insurer}/logout/confirm`: the person confirmed. The page behind it tells the clients.
pub async fn confirm(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    visit: Visit,
    _: Posted,
) -> Result<Response, Error> {
    let Ok(params) = Params::parse(&query.unwrap_or_default()) else {
        return Err(Error::Shown(StatusCode::BAD_REQUEST));
    };
    let mut response = see_other(&visit.path(&format!("logout?{}", params.to_query())));
    if let Some(session) = session::find(&app.tools.db, &visit).await? {
        let frames = end(&app, &visit, &session.sid).await?;
        if !frames.is_empty() {
            response.headers_mut().append(header::SET_COOKIE, carry(&visit, frames));
        }
    }
    forgotten(&visit, response)
}

/// What the browser carries from the answer of a post to the page behind it.
const FRAMES: &str = "frames";
/// Seconds for which loading that page again loads the frames again.
const CARRIED_SECS: i64 = 300;
/// Characters of the cookie: browsers take 4,096 with its name and attributes.
const LONGEST: usize = 3000;

/// The addresses of the frames, sealed. A browser carries some fifteen; what does not fit is left
/// out and logged: such clients need the back channel.
fn carry(visit: &Visit, mut frames: Vec<String>) -> HeaderValue {
    loop {
        let json = serde_json::to_vec(&frames).expect("texts are JSON");
        let realm = &visit.realm;
        let sealed = hash::base64url(realm.keys.journeys.seal(&carries(visit), &json));
        let fits = sealed.len() <= LONGEST;
        if !fits {
            tracing::warn!(insurer = %realm.id(), "too many frames for one logout: some are left out");
        }
        if fits || frames.pop().is_none() {
            return cookies::set(FRAMES, &sealed, Some(CARRIED_SECS), visit.secure);
        }
    }
}

fn carried(visit: &Visit) -> Vec<String> {
    let sealed = cookies::value(&visit.headers, FRAMES, visit.secure);
    let sealed = sealed.and_then(hash::from_base64url);
    let json = sealed.and_then(|text| visit.realm.keys.journeys.open(&carries(visit), &text).ok());
    json.and_then(|json| serde_json::from_slice(&json).ok()).unwrap_or_default()
}

/// What the frames are sealed for: this insurer's.
fn carries(visit: &Visit) -> String {
    format!("frames:{}", visit.realm.id())
}

/// The response, with a line that forgets the session's cookie.
fn forgotten(visit: &Visit, mut response: Response) -> Result<Response, Error> {
    response.headers_mut().append(header::SET_COOKIE, session::forget(visit));
    Ok(response)
}

/// Ends a session. Returns the addresses for the frames.
async fn end(app: &App, visit: &Visit, sid: &Sid) -> Result<Vec<String>, Error> {
    let mut tx = app.tools.db.begin().await?;
    let frames = session::end(&mut tx, &app.clients, &visit.realm, sid, visit.now).await?;
    tx.commit().await?;
    app.logouts.notify_one();
    Ok(frames)
}

/// Ends a session that no browser has any more. One that is alive elsewhere is not touched: a hint
/// alone signs nobody out.
async fn end_expired(app: &App, visit: &Visit, sid: &Sid) -> Result<Vec<String>, Error> {
    let (realm, now) = (&visit.realm, visit.now);
    let idle = realm.definition.policy.session.idle_minutes * 60;
    let mut conn = app.tools.db.read().await?;
    let alive = sessions::is_seen(&mut conn, realm.id(), sid, now, now - idle).await?;
    drop(conn);
    if alive { Ok(Vec::new()) } else { end(app, visit, sid).await }
}

/// The client and the claims of a hint that this insurer signed. Its age does not matter (RP-
/// Initiated Logout §2), its signature, issuer and audience do.
async fn hint(
    app: &App,
    visit: &Visit,
    params: &Params,
) -> Result<Option<(Arc<Client>, Value)>, Error> {
    let realm = &visit.realm;
    let Some(token) = params.value("id_token_hint") else { return Ok(None) };
    let Some(claims) = realm.id_token(token, visit.now) else { return Ok(None) };
    let audience = claims["aud"].as_str().unwrap_or_default();
    let client = app.clients.lookup(realm, audience).await?;
    let named = params.value("client_id");
    let client = client.filter(|client| named.is_none_or(|named| named == client.client_id));
    Ok(client.map(|client| (client, claims)))
}

fn signed_out(
    visit: &Visit,
    params: &Params,
    hint: Option<&(Arc<Client>, Value)>,
    frames: Vec<String>,
) -> Result<Response, Error> {
    let client = hint.map(|(client, _)| &**client);
    let uri = params.value("post_logout_redirect_uri");
    let target = match after(client, uri) {
        After::Redirect { uri } => Some(match params.value("state") {
            None => uri.to_owned(),
            Some(state) => {
                let sign = if uri.contains('?') { '&' } else { '?' };
                let mut query = url::form_urlencoded::Serializer::new(String::new());
                format!("{uri}{sign}{}", query.append_pair("state", state).finish())
            }
        }),
        After::Stay => None,
    };
    match target {
        Some(target) if frames.is_empty() => Ok(see_other(&target)),
        None if frames.is_empty() => {
            visit.look.notice_page(StatusCode::OK, "signed-out", "success", visit.beginnings())
        }
        next_url => {
            let name = client.map(|client| client.name_in(&visit.look.lang).to_owned());
            let frames_from = frames.iter().filter_map(|url| origin(url)).collect();
            let policy = Policy { form: None, frames: frames_from, scripts: vec!["next"] };
            let page = SignedOut { frames, next_url, next_name: name.unwrap_or_default() };
            visit.look.page_allowing(&page, &policy)
        }
    }
}

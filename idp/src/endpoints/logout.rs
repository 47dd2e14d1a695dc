//! RP-initiated logout: ends the session here, tells the other clients, and sends the person back.

use super::authorize::come_again;
use crate::app::App;
use crate::clients;
use crate::realm::Realm;
use crate::session;
use crate::store::logouts::{self, Waiting};
use crate::store::{accounts, grants, sessions};
use crate::visit::Visit;
use axum::extract::{RawQuery, State};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use db::Conn;
use oidc::logout::{After, after, front_channel_url};
use oidc::{Client, Params};
use secret::random;
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;
use web::look::see_other;
use web::{Error, Form, Page, Posted};

/// Asks before signing out, when no client's ID token shows that the person wants it.
#[derive(Serialize)]
pub struct Logout {
    pub form: Form,
    pub user_name: String,
}

impl Page for Logout {
    const TEMPLATE: &'static str = "idp/logout.html";
    fn samples() -> Vec<Self> {
        vec![Self { form: Form::new("/minato/logout", &[]), user_name: "hanako79".into() }]
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
    method: Method,
    RawQuery(query): RawQuery,
    visit: Visit,
) -> Result<Response, Error> {
    if method == Method::HEAD {
        return Ok(StatusCode::OK.into_response());
    }
    begin(&app, &visit, query.as_deref().unwrap_or("")).await
}

/// `POST /{insurer}/logout`: the same from a client's form (RP-Initiated Logout §2).
pub async fn post(
    State(app): State<Arc<App>>,
    visit: Visit,
    body: String,
) -> Result<Response, Error> {
    match come_again(&visit, "logout", &body)? {
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
    let session = session::find(app, realm, &visit.headers).await?;
    let Some(session) = session else {
        // The session has run out here, but what was granted in it may still be used elsewhere.
        let sid = hint.as_ref().and_then(|(_, claims)| claims["sid"].as_str());
        let frames = match sid {
            Some(sid) => end_expired(app, realm, sid).await?,
            None => Vec::new(),
        };
        return signed_out(visit, &params, hint.as_ref(), frames);
    };
    // The hint is of this very session: the person pressed "sign out" at the client.
    let same = hint.as_ref().is_some_and(|(client, claims)| {
        let sub = client.subject(&session.account_id, &realm.secrets.pairwise);
        claims["sub"] == sub.as_str() && claims["sid"] == session.sid.as_str()
    });
    if !same {
        let account =
            accounts::by_id(&mut app.db.read().await?, realm.id(), &session.account_id).await?;
        let action = visit.path(&format!("logout/confirm?{}", params.to_query()));
        let user_name = account.map(|account| account.user_id).unwrap_or_default();
        let mut look = visit.look.clone();
        let target = params.value("post_logout_redirect_uri");
        let client = hint.as_ref().map(|(client, _)| &**client);
        if let After::Redirect { uri } = after(client, target) {
            look.policy.form = web::look::origin(uri);
        }
        return look.page(&Logout { form: Form::new(action, &[]), user_name });
    }
    let frames = end(app, realm, &session.sid).await?;
    forgotten(app, visit, signed_out(visit, &params, hint.as_ref(), frames)?)
}

/// `POST /{insurer}/logout/confirm`: the person confirmed.
pub async fn confirm(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    visit: Visit,
    _: Posted,
) -> Result<Response, Error> {
    let Ok(params) = Params::parse(&query.unwrap_or_default()) else {
        return Err(Error::Shown(StatusCode::BAD_REQUEST));
    };
    let mut frames = Vec::new();
    if let Some(session) = session::find(&app, &visit.realm, &visit.headers).await? {
        frames = end(&app, &visit.realm, &session.sid).await?;
    }
    let hint = hint(&app, &visit, &params).await?;
    forgotten(&app, &visit, signed_out(&visit, &params, hint.as_ref(), frames)?)
}

/// The response, with a line that forgets the session's cookie.
fn forgotten(app: &App, visit: &Visit, mut response: Response) -> Result<Response, Error> {
    let cookie = session::forget(&visit.realm, app.settings.secure());
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}

/// Ends a session and notes which clients must be told. Returns the addresses for the frames.
async fn end(app: &App, realm: &Realm, sid: &str) -> Result<Vec<String>, Error> {
    let mut tx = app.db.begin().await?;
    let frames = end_on(&mut tx, realm, sid, app.now()).await?;
    tx.commit().await?;
    app.logouts.notify_one();
    Ok(frames)
}

/// The same inside a transaction, for a login that takes the place of another person's.
pub async fn end_on(
    conn: &mut Conn,
    realm: &Realm,
    sid: &str,
    now: i64,
) -> Result<Vec<String>, Error> {
    let frames = tell(conn, realm, sid, now).await?;
    sessions::end(conn, realm.id(), sid).await?;
    Ok(frames)
}

/// Ends a session that no browser has any more. One that is alive elsewhere is not touched: a hint
/// alone signs nobody out.
async fn end_expired(app: &App, realm: &Realm, sid: &str) -> Result<Vec<String>, Error> {
    let now = app.now();
    let idle = realm.definition.policy.session.idle_minutes * 60;
    let mut conn = app.db.read().await?;
    let alive = sessions::is_seen(&mut conn, realm.id(), sid, now, now - idle).await?;
    drop(conn);
    if alive { Ok(Vec::new()) } else { end(app, realm, sid).await }
}

/// Back-channel logouts wait in a table until they are delivered; front-channel ones are frames of
/// the page that the person sees now.
async fn tell(conn: &mut Conn, realm: &Realm, sid: &str, now: i64) -> Result<Vec<String>, Error> {
    let mut frames = Vec::new();
    for (client_id, account_id) in grants::clients_of(conn, realm.id(), sid).await? {
        let Some(client) = clients::find(conn, realm, &client_id).await? else { continue };
        frames.extend(front_channel_url(&client, &realm.issuer, sid));
        if client.backchannel_logout_uri.is_some() {
            let waiting = Waiting {
                logout_id: random::id(),
                insurer_id: realm.id().to_owned(),
                client_id,
                account_id,
                sid: sid.to_owned(),
                due_at: now,
                tries: 0,
            };
            logouts::insert(conn, &waiting).await?;
        }
    }
    Ok(frames)
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
    let Some(claims) = realm.id_token(token, app.now()) else { return Ok(None) };
    let audience = claims["aud"].as_str().unwrap_or_default();
    let client = clients::lookup(app, realm, audience).await?;
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
            let mut look = visit.look.clone();
            let origins = frames.iter().filter_map(|url| web::look::origin(url));
            look.policy.frames = origins.collect();
            look.page(&SignedOut { frames, next_url, next_name: name.unwrap_or_default() })
        }
    }
}

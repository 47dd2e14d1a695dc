//! The authorization endpoint: checks the request, then answers with a code or begins a login.

use crate::app::App;
use crate::journeys::page::begin_for;
use crate::realm::Realm;
use crate::session;
use crate::store::codes;
use crate::store::sessions::Session;
use crate::visit::Visit;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use db::Conn;
use oidc::Params;
use oidc::authorize::{Authorize, Prompt, Refused, check, code_url, error_url};
use oidc::error::Code;
use std::sync::Arc;
use web::look::see;
use web::{Error, random};

/// Seconds that a code lives.
const CODE_LIVES: i64 = 60;

/// `GET /{insurer}/authorize`
pub async fn get(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    visit: Visit,
) -> Result<Response, Error> {
    answer(&app, &visit, query.as_deref().unwrap_or("")).await
}

/// `POST /{insurer}/authorize`: the same, from a form of the client's site. It changes nothing
/// by itself, so it needs no CSRF token.
pub async fn post(
    State(app): State<Arc<App>>,
    visit: Visit,
    body: String,
) -> Result<Response, Error> {
    answer(&app, &visit, &body).await
}

async fn answer(app: &Arc<App>, visit: &Visit, query: &str) -> Result<Response, Error> {
    let realm = &visit.realm;
    let bad = Error::Shown(StatusCode::BAD_REQUEST);
    let Ok(params) = Params::parse(query) else { return Err(bad) };
    let client = params.value("client_id").and_then(|id| realm.definition.clients.get(id));
    let request = match check(&params, client) {
        Ok(request) => request,
        Err(Refused::Page(why)) => {
            tracing::info!(insurer = realm.id(), why = why.error_description, "refused");
            return Err(bad);
        }
        Err(Refused::Redirect { redirect_uri, state, error }) => {
            return Ok(see(&error_url(&redirect_uri, state.as_deref(), &realm.issuer, &error)));
        }
    };
    let now = app.now();
    let session = session::find(app, realm, &visit.headers).await?;
    let fresh = session.filter(|session| {
        let young = request.max_age.is_none_or(|age| now - session.auth_time <= age);
        young && request.prompt != Prompt::Login
    });
    match (fresh, request.prompt) {
        (Some(session), _) => {
            let mut tx = app.db.begin().await?;
            let url = issue(&mut tx, realm, &request, &session, now).await?;
            tx.commit().await?;
            Ok(see(&url))
        }
        (None, Prompt::None) => {
            let error = Code::LoginRequired.because("nobody is signed in");
            let state = request.state.as_deref();
            Ok(see(&error_url(&request.redirect_uri, state, &realm.issuer, &error)))
        }
        (None, _) => begin_for(app, visit, request).await,
    }
}

/// Issues a code for a request and returns where it goes.
pub(crate) async fn issue(
    conn: &mut Conn,
    realm: &Realm,
    request: &Authorize,
    session: &Session,
    now: i64,
) -> Result<String, Error> {
    let code = random::secret();
    let hash = random::hash(&code);
    codes::insert(conn, realm.id(), &hash, request, session, now + CODE_LIVES).await?;
    Ok(code_url(request, &realm.issuer, &code))
}

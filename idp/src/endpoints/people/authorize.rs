//! The authorization endpoint: checks the request, then answers it or begins a journey for what
//! is missing.

use crate::app::App;
use crate::authorization::answer::{self, Recipient};
use crate::authorization::grant::{self, Answered};
use crate::authorization::missing::{self, Asked};
use crate::authorization::request::{Failure, resolve, use_up};
use crate::definition::GoalKind;
use crate::journeys::begin::{Begun, begin, only_journey};
use crate::journeys::goal::{Goal, Resume};
use crate::need::{Known, Next, Step, kind, next};
use crate::session;
use crate::store::evidence::Holder;
use crate::store::sessions::Session;
use crate::store::{agreements, consents};
use crate::visit::Visit;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use oidc::Params;
use oidc::authorize::{Authorize, Refused};
use oidc::error::{Code, description};
use std::sync::Arc;
use web::Error;
use web::look::{Notice, adopt_size};

/// `GET /{insurer}/authorize`
pub async fn get(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    visit: Visit,
) -> Result<Response, Error> {
    respond(&app, &visit, query.as_deref().unwrap_or("")).await
}

/// `POST /{insurer}/authorize`: the same, from a form of the client's site. It changes nothing
/// by itself, so it needs no CSRF token.
pub async fn post(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    body: String,
) -> Result<Response, Error> {
    if !web::forms::is_form(&headers) {
        return Err(Error::Shown(StatusCode::UNSUPPORTED_MEDIA_TYPE));
    }
    match visit.retry_with_cookies("authorize", &body)? {
        Some(response) => Ok(response),
        None => respond(&app, &visit, &body).await,
    }
}

async fn respond(app: &App, visit: &Visit, query: &str) -> Result<Response, Error> {
    let realm = &visit.realm;
    let bad = |why: &str| unusable(visit, why);
    let params = match Params::parse(query) {
        Ok(params) => params,
        Err(error) => return bad(error.error_description),
    };
    let Some(client_id) = params.value("client_id") else { return bad("client_id is missing") };
    let Some(client) = app.clients.lookup(realm, client_id).await? else {
        return bad("client_id is unknown here");
    };
    let now = visit.now;
    let mut to = Recipient { realm, client: &client, look: &visit.look, encryption: None, now };
    let size = adopt_size(&visit.look, &visit.headers, params.value("text_size"));
    match resolve(&app.clients, realm, &client, params, now).await {
        Ok(request) => {
            let encryption = match request.response_type.id_token {
                true => app.clients.encryption_keys(&client, now).await,
                false => None,
            };
            to.encryption = encryption.as_deref();
            let mut answer = decide(app, visit, to, request).await?;
            if let Some(line) = size {
                answer.headers_mut().append(header::SET_COOKIE, line);
            }
            Ok(answer)
        }
        Err(Failure::Refused(Refused::Page(why))) => bad(why.error_description),
        Err(Failure::Refused(Refused::Client(request, error))) => {
            answer::error(to, &request, &error)
        }
        Err(Failure::Fault(error)) => Err(error),
    }
}

/// A request that nobody can be sent back with: the page says which parameter and why, for whoever
/// runs the service, and the number under which the log has it. Going back would not help.
fn unusable(visit: &Visit, why: &str) -> Result<Response, Error> {
    let (look, incident) = (&visit.look, secret::random::incident());
    tracing::info!(insurer = %visit.realm.id(), %incident, why, "authorization request refused");
    let said = |key: &str, args: &[(&str, String)]| look.t(key, args);
    let notice = Notice {
        title: said("unusable-title", &[]),
        paragraphs: vec![
            said("unusable-text", &[]),
            said("unusable-why", &[("why", description(why))]),
            said("unusable-incident", &[("incident", incident)]),
        ],
        kind: "warn",
        actions: Vec::new(),
    };
    look.notice(StatusCode::BAD_REQUEST, &notice)
}

/// Answers at once when nothing is missing; else what is missing is the journey or, with
/// `prompt=none`, the error (OpenID Connect Core §3.1.2.3, §3.1.2.6).
async fn decide(
    app: &App,
    visit: &Visit,
    to: Recipient<'_>,
    request: Authorize,
) -> Result<Response, Error> {
    let (realm, client) = (&visit.realm, to.client);
    if request.prompt.create && !request.prompt.none {
        return register(visit, to, request);
    }
    let session = session::find(&app.tools.db, visit).await?;
    let asked = Asked { realm, request: &request, client, has_session: session.is_some() };
    let session = session.filter(|session| missing::is_right_person(asked, session));
    let asked = Asked { has_session: session.is_some(), ..asked };
    let allowed = match &session {
        Some(session) if client.needs_consent() => {
            let mut conn = app.tools.db.read().await?;
            let account = &session.account_id;
            consents::scopes(&mut conn, realm.id(), account, &client.client_id).await?
        }
        _ => Vec::new(),
    };
    let duties = realm.definition.duties();
    let mut session = session;
    if let Some(session) = &mut session
        && next(&duties, &known(Some(session), &allowed, visit.now)) != Next::Done
    {
        // Agreed to in another browser, or before sessions remembered it.
        let mut conn = app.tools.db.read().await?;
        let holder = Holder::Account(&session.account_id);
        session.agreed = agreements::list(&mut conn, realm.id(), holder).await?;
    }
    let known = known(session.as_ref(), &allowed, visit.now);
    if let Some(error) = missing::unreachable(asked, &known) {
        return answer::error(to, &request, &error);
    }
    let need = missing::need(asked, &realm.sign_in, duties, &known);
    match next(&need, &known) {
        Next::Done => {
            let session = session.ok_or_else(|| Error::fault("nobody is signed in"))?;
            let mut tx = app.tools.db.begin().await?;
            match grant::issue(&mut tx, to, &request, &session).await? {
                Answered::Sent(response) => {
                    tx.commit().await?;
                    Ok(response)
                }
                Answered::Overtaken => Err(Error::Shown(StatusCode::BAD_REQUEST)),
            }
        }
        open if request.prompt.none => {
            let error = match (&session, open) {
                (None, _) => Code::LoginRequired.because("nobody is signed in"),
                (Some(_), Next::Ask(step)) => missing::error(step),
                (Some(_), open) if signs_in(&open) => {
                    Code::LoginRequired.because("nobody is signed in freshly enough")
                }
                (Some(_), _) => Code::InteractionRequired.because("the member must choose first"),
            };
            if request.request_uri.is_some() {
                let mut tx = app.tools.db.begin().await?;
                use_up(&mut tx, realm, &request).await?;
                tx.commit().await?;
            }
            answer::error(to, &request, &error)
        }
        open => {
            let goal = goal(open, session, &request);
            start(visit, to, request, goal)
        }
    }
}

fn known<'a>(session: Option<&'a Session>, allowed: &'a [String], now: i64) -> Known<'a> {
    match session {
        None => Known::from_evidence(&[], now),
        Some(session) => Known {
            agreed: &session.agreed,
            allowed,
            ..Known::from_evidence(&session.evidence, now)
        },
    }
}

/// Whether what is missing is a login.
fn signs_in(open: &Next<'_>) -> bool {
    let names = |step: &Step| kind::of(step.kind, step.act).is_some_and(|row| row.names_account());
    match open {
        Next::Ask(step) => names(step),
        Next::Choose(needs) => {
            needs.iter().all(|need| need.steps().first().is_some_and(|step| names(step)))
        }
        _ => false,
    }
}

/// Who must sign in does so from the start, whoever it is; else the session goes on.
fn goal(open: Next<'_>, session: Option<Session>, request: &Authorize) -> Goal {
    let resume = Resume::client(request.clone());
    match session.filter(|_| !signs_in(&open)) {
        Some(session) => Goal::StepUp { sid: Some(session.sid), resume },
        None => Goal::SignIn(resume),
    }
}

/// `prompt=create` (Initiating User Registration via OpenID Connect §4.1).
fn register(visit: &Visit, to: Recipient<'_>, request: Authorize) -> Result<Response, Error> {
    let Some(journey) = only_journey(visit, GoalKind::Register) else {
        let why = "this insurer has several ways to register: send members to its portal";
        return answer::error(to, &request, &Code::InvalidRequest.because(why));
    };
    let goal = Goal::Register { journey, resume: Resume::client(request.clone()) };
    start(visit, to, request, goal)
}

fn start(
    visit: &Visit,
    to: Recipient<'_>,
    request: Authorize,
    goal: Goal,
) -> Result<Response, Error> {
    match begin(visit, goal)? {
        Begun::Response(response) => Ok(response),
        Begun::TooLong => {
            let why = "the request is too long for a browser: push it to the PAR endpoint";
            answer::error(to, &request, &Code::InvalidRequest.because(why))
        }
    }
}

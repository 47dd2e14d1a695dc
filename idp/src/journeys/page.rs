//! Journeys over HTTP: begin one, show its next step, take an answer.

use super::run::{self, Finished};
use super::{Added, Next, State, next, steps};
use crate::app::App;
use crate::clients;
use crate::definition::Definition;
use crate::session;
use crate::store::sessions::Session;
use crate::store::{consents, evidence, insurers, journeys};
use crate::visit::Visit;
use axum::extract::{Path, Query, State as FromState};
use axum::http::{StatusCode, header};
use axum::response::Response;
use db::Conn;
use oidc::Client;
use oidc::authorize::Authorize;
use secret::{hash, random};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::Arc;
use web::look::{Action, see_other};
use web::{Error, Posted, cookies};

/// The cookie with the secret of one journey.
fn cookie_name(journey_id: &str) -> String {
    format!("journey-{journey_id}")
}

/// `GET /{insurer}/register`
pub async fn register(
    FromState(app): FromState<Arc<App>>,
    visit: Visit,
) -> Result<Response, Error> {
    begin(&app, &visit, "register", State::default()).await
}

/// `GET /{insurer}/login`
pub async fn login(FromState(app): FromState<Arc<App>>, visit: Visit) -> Result<Response, Error> {
    begin(&app, &visit, "login", State::default()).await
}

/// Begins a journey that an authorization request waits for; with a session only for what that
/// session does not answer.
pub async fn begin_for(
    app: &App,
    visit: &Visit,
    kind: &str,
    request: Authorize,
    sid: Option<String>,
) -> Result<Response, Error> {
    let state = State { request: Some(request), sid, ..State::default() };
    begin(app, visit, kind, state).await
}

/// Begins a login after which a page of the provider's own is shown: a path below the insurer.
pub async fn begin_then(app: &App, visit: &Visit, then: &str) -> Result<Response, Error> {
    let state = State { then: Some(then.to_owned()), ..State::default() };
    begin(app, visit, "login", state).await
}

async fn begin(app: &App, visit: &Visit, kind: &str, state: State) -> Result<Response, Error> {
    let realm = &visit.realm;
    let definition = realm.definition.journeys.get(kind).ok_or(Error::NOT_FOUND)?;
    let hours = definition.expires_hours;
    let mut tx = app.db.begin().await?;
    let response = begin_on(&mut tx, app, visit, (kind, hours), state).await?;
    tx.commit().await?;
    Ok(response)
}

/// The same inside a transaction.
pub(super) async fn begin_on(
    conn: &mut Conn,
    app: &App,
    visit: &Visit,
    (kind, hours): (&str, i64),
    state: State,
) -> Result<Response, Error> {
    let realm = &visit.realm;
    let secret = random::secret();
    let now = app.now();
    let journey = journeys::Journey {
        journey_id: random::id(),
        kind: kind.to_owned(),
        version: realm.version,
        secret_hash: hash::sha256(&secret),
        state,
        wrong: 0,
        expires_at: now + hours * 3600,
        read_state: String::new(),
    };
    journeys::insert(conn, realm.id(), &journey, now).await?;
    let mut response = see_other(&visit.path(&format!("journey/{}", journey.journey_id)));
    remember(&mut response, &journey, &secret, app, now);
    Ok(response)
}

/// Gives a browser the secret of a journey.
pub(super) fn remember(
    response: &mut Response,
    journey: &journeys::Journey,
    secret: &str,
    app: &App,
    now: i64,
) {
    let name = cookie_name(&journey.journey_id);
    let line = cookies::set(&name, secret, Some(journey.expires_at - now), app.settings.secure());
    response.headers_mut().append(header::SET_COOKIE, line);
}

/// `GET /{insurer}/journey/{id}`: what is asked next.
pub async fn show(
    FromState(app): FromState<Arc<App>>,
    Path((_, journey_id)): Path<(String, String)>,
    visit: Visit,
) -> Result<Response, Error> {
    let mut running = match find(&app, visit, &journey_id).await? {
        Found::Running(running) => running,
        Found::Gone(response) => return Ok(response),
    };
    let definition = running.definition.clone();
    let Some(step) = running.next(&definition) else {
        return running.visit.gone();
    };
    steps::show(&mut running, &step).await
}

/// `POST /{insurer}/journey/{id}?step=…`: an answer to what is asked now. An answer to another
/// step (the same form twice, a later one first) changes nothing and leads to what is asked now.
pub async fn submit(
    FromState(app): FromState<Arc<App>>,
    Path((_, journey_id)): Path<(String, String)>,
    Query(query): Query<HashMap<String, String>>,
    visit: Visit,
    posted: Posted,
) -> Result<Response, Error> {
    let mut running = match find(&app, visit, &journey_id).await? {
        Found::Running(running) => running,
        Found::Gone(response) => return Ok(response),
    };
    let here = running.visit.path(&format!("journey/{journey_id}"));
    let definition = running.definition.clone();
    let Some(step) = running.next(&definition) else { return running.visit.gone() };
    if query.get("step").map(String::as_str) != Some(step.proof.kind()) {
        return Ok(see_other(&here));
    }
    // Hashing takes 20 ms of CPU: it happens before the transaction begins.
    let hashed = steps::hash(&running, &step, &posted).await?;
    let mut tx = app.db.begin().await?;
    let verdict = steps::verify(&mut running, &step, &posted, hashed, &mut tx).await?;
    let means = match verdict {
        steps::Verdict::Proved { means } => means,
        steps::Verdict::Ended(response) => {
            if !journeys::delete(&mut tx, running.visit.realm.id(), &journey_id).await? {
                return running.visit.gone();
            }
            tx.commit().await?;
            return Ok(response);
        }
        steps::Verdict::Shown(response) => {
            tx.commit().await?;
            app.outbox.posted();
            return Ok(response);
        }
        // Another answer came between: nothing of this one is kept.
        steps::Verdict::Overtaken => return Ok(see_other(&here)),
        steps::Verdict::Again => {
            tx.commit().await?;
            app.outbox.posted();
            return Ok(see_other(&here));
        }
    };
    let insurer = running.visit.realm.id().to_owned();
    let holder = running.journey.holder();
    let kind = step.proof.kind();
    running.evidence.push(kind.to_owned());
    running.added = running.added_now(&mut tx).await?;
    let ends = running.next(&definition).is_none();
    // A login that ends now leaves nothing behind; a registration hands its evidence over.
    if !(ends && running.journey.kind == "login") {
        evidence::insert(&mut tx, &insurer, &holder, kind, &means, running.now).await?;
    }
    let response = if ends {
        match run::finish(&mut running, &mut tx).await? {
            Finished::Done(response) => response,
            Finished::Lost(response) => return Ok(response),
        }
    } else if journeys::update(&mut tx, &insurer, &mut running.journey).await? {
        see_other(&here)
    } else {
        return Ok(see_other(&here));
    };
    tx.commit().await?;
    app.outbox.posted();
    Ok(response)
}

/// A journey that this browser may go on with, and everything that a step needs.
pub struct Running {
    pub app: Arc<App>,
    pub visit: Visit,
    pub journey: journeys::Journey,
    pub definition: Arc<Definition>,
    /// Kinds that the journey and, once known, the account proved.
    pub evidence: Vec<String>,
    /// What the waiting request adds.
    pub added: Added,
    /// The session that this journey goes on with.
    pub session: Option<Session>,
    /// The client that waits.
    pub client: Option<Arc<Client>>,
    /// To encrypt its ID tokens.
    pub encryption: Option<Arc<Value>>,
    pub now: i64,
}

impl Running {
    /// What is missing now.
    pub fn next<'d>(&self, definition: &'d Definition) -> Option<Next<'d>> {
        let journey = definition.journeys.get(&self.journey.kind)?;
        next(journey, definition, &self.evidence, self.added)
    }

    /// What the waiting request adds, now that more is known.
    pub(super) async fn added_now(&self, conn: &mut Conn) -> Result<Added, Error> {
        let state = &self.journey.state;
        let (Some(request), Some(client)) = (&state.request, &self.client) else {
            return Ok(Added::default());
        };
        let account = request.prompt.select_account && self.session.is_some();
        let consent = match &state.account_id {
            Some(account) => {
                let asked = request.prompt.consent || client.needs_consent();
                let covered = asked && !request.prompt.consent && {
                    let insurer = self.visit.realm.id();
                    let id = &client.client_id;
                    let given = consents::scopes(conn, insurer, account, id).await?;
                    let needed = crate::endpoints::authorize::asked(client, request);
                    needed.iter().all(|scope| given.contains(scope))
                };
                asked && !covered
            }
            None => false,
        };
        Ok(Added { account, consent })
    }

    /// Where the form of a step is posted to.
    pub fn action(&self, step: &Next) -> String {
        let below = format!("journey/{}?step={}", self.journey.journey_id, step.proof.kind());
        self.visit.path(&below)
    }

    /// The journey's title in the language of the page.
    pub fn title(&self) -> String {
        let journey = self.definition.journeys.get(&self.journey.kind);
        journey.map_or_else(String::new, |j| j.title.in_language(&self.visit.look.lang).to_owned())
    }
}

/// Whether this browser holds the secret of a running journey.
pub(super) async fn belongs_here(
    app: &App,
    visit: &Visit,
    journey_id: &str,
) -> Result<bool, Error> {
    let secure = app.settings.secure();
    let secret = cookies::value(&visit.headers, &cookie_name(journey_id), secure);
    let mut conn = app.db.read().await?;
    let found = journeys::by_id(&mut conn, visit.realm.id(), journey_id, app.now()).await?;
    Ok(match (secret, found) {
        (Some(secret), Some(journey)) => hash::sha256(secret) == journey.secret_hash,
        _ => false,
    })
}

enum Found {
    Running(Box<Running>),
    Gone(Response),
}

async fn find(app: &Arc<App>, visit: Visit, journey_id: &str) -> Result<Found, Error> {
    let now = app.now();
    let insurer = visit.realm.id();
    let secure = app.settings.secure();
    let secret = cookies::value(&visit.headers, &cookie_name(journey_id), secure);
    let mut conn = app.db.read().await?;
    let found = journeys::by_id(&mut conn, insurer, journey_id, now).await?;
    let (Some(secret), Some(journey)) = (secret, found) else {
        return Ok(Found::Gone(visit.gone()?));
    };
    if hash::sha256(secret) != journey.secret_hash {
        // The link was opened elsewhere: that browser goes on.
        return Ok(Found::Gone(visit.moved_on()?));
    }
    let definition = if journey.version == visit.realm.version {
        visit.realm.definition.clone()
    } else {
        let found = insurers::version(&mut conn, insurer, journey.version).await?;
        Arc::new(found.ok_or(Error::NOT_FOUND)?)
    };
    let proved = evidence::kinds(&mut conn, insurer, &journey.holder()).await?;
    let client = match &journey.state.request {
        Some(request) => clients::find(&mut conn, &visit.realm, &request.client_id).await?,
        None => None,
    };
    drop(conn);
    let mut visit = visit;
    if let Some(request) = &journey.state.request {
        visit.look.prefer(request.ui_locales.as_deref().unwrap_or_default());
        // Every page of this journey may end with a redirect to the client.
        visit.look.policy.form = web::look::origin(&request.redirect_uri);
    }
    let encryption = match (&client, &journey.state.request) {
        (Some(client), Some(request)) if request.response_type.id_token => {
            clients::encryption_keys(app, client).await
        }
        _ => None,
    };
    let mut running = Running {
        app: app.clone(),
        visit,
        journey,
        definition,
        evidence: proved,
        added: Added::default(),
        session: None,
        client,
        encryption,
        now,
    };
    let mut conn = app.db.read().await?;
    running.go_on_with_session(&mut conn).await?;
    running.recall_terms(&mut conn).await?;
    running.added = running.added_now(&mut conn).await?;
    drop(conn);
    Ok(Found::Running(Box::new(running)))
}

impl Running {
    /// A journey that began with a session takes over what that session proved, as long as this
    /// browser still has it.
    async fn go_on_with_session(&mut self, conn: &mut Conn) -> Result<(), Error> {
        let Some(sid) = self.journey.state.sid.clone() else { return Ok(()) };
        let (realm, headers) = (self.visit.realm.clone(), &self.visit.headers);
        let found = session::find_on(conn, &self.app, &realm, headers).await?;
        let Some(found) = found.filter(|found| found.sid == sid) else {
            // It has ended, or another person has signed in: this journey asks from the start.
            self.journey.state.sid = None;
            self.journey.state.account_id = None;
            return Ok(());
        };
        self.evidence.extend(found.proofs.iter().cloned());
        self.journey.state.account_id = Some(found.account_id.clone());
        self.session = Some(found);
        Ok(())
    }

    /// What the account agreed to before.
    async fn recall_terms(&mut self, conn: &mut Conn) -> Result<(), Error> {
        if let Some(account) = &self.journey.state.account_id {
            let holder = format!("account:{account}");
            let lasting = evidence::kinds(conn, self.visit.realm.id(), &holder).await?;
            self.evidence.extend(lasting.into_iter().filter(|kind| kind.starts_with("terms:")));
        }
        Ok(())
    }
}

impl Visit {
    /// The journey has ended, has expired or belongs to another browser: begin again.
    pub(super) fn gone(&self) -> Result<Response, Error> {
        self.look.notice_page(StatusCode::OK, "journey-gone", "info", self.beginnings())
    }

    fn moved_on(&self) -> Result<Response, Error> {
        self.look.notice_page(StatusCode::OK, "moved-on", "info", Vec::new())
    }

    /// Ways to go on when a journey cannot.
    pub(crate) fn beginnings(&self) -> Vec<Action> {
        let action = |key: &str, below: &str, primary| Action {
            label: self.look.t(key, &[]),
            url: self.path(below),
            primary,
        };
        vec![action("begin-login", "login", true), action("begin-register", "register", false)]
    }
}

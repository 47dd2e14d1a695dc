//! What the insurer's own app reads and sends: the same handlers as the pages and forms, as JSON. Who it is says an
//! access token (RFC 6750); what it lacks is told as RFC 9470 says, so that the app can ask the provider for it.

use super::plugin_form::{Outcome, refused, take, target};
use super::plugin_page::note_opened;
use crate::app::App;
use crate::bearer;
use crate::insurers::offer::{self, Offer};
use crate::plugins::ask::{Asker, Asking, Question, Unproved, incident};
use crate::plugins::border::host::CallFault;
use crate::plugins::data::class::DataClass;
use crate::plugins::data::people::People;
use crate::plugins::data::reach::Declared;
use crate::plugins::data::take::{NotTaken, Sent, Taking, Wanted};
use crate::plugins::form::field::Action;
use crate::plugins::form::read::read;
use crate::plugins::form::shown::in_words;
use crate::store::seen;
use crate::visit::Visit;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sdk::wire::ActionReply;
use sdk::{FieldFault, PageReply};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use web::Error;

/// The scope that every token needs, and the one for medical data.
const SCOPE: &str = "portal";
const MEDICAL: &str = "portal.medical";

/// An answer that stays with who asked.
fn answer(status: StatusCode, body: &Value) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (status, headers, body.to_string()).into_response()
}

/// A refusal, as code and words for who writes the app.
fn refusal(status: StatusCode, code: &str, why: &str) -> Response {
    answer(status, &json!({"error": code, "error_description": why}))
}

/// A refusal of the token (RFC 6750 §3, RFC 9470 §3).
fn challenge(status: StatusCode, code: &str, why: &str, more: &str) -> Response {
    let mut response = refusal(status, code, why);
    let says = format!("Bearer error=\"{code}\", error_description=\"{why}\"{more}");
    if let Ok(says) = HeaderValue::from_str(&says) {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, says);
    }
    response
}

fn not_found() -> Response {
    refusal(StatusCode::NOT_FOUND, "not_found", "there is nothing here for the app")
}

/// Somebody for whom the app asks.
struct Caller<'a> {
    app: &'a App,
    visit: Visit,
    scopes: BTreeSet<String>,
}

/// Whoever the token of a request stands for; a session of the browser counts for nothing here.
async fn caller(app: &App, visit: Visit) -> Result<Result<Caller<'_>, Response>, Error> {
    if visit.insurer.definition.app.is_none() {
        return Ok(Err(not_found()));
    }
    let status = StatusCode::UNAUTHORIZED;
    let Some(token) = bearer::token(&visit.headers) else {
        let mut response = refusal(status, "invalid_token", "there is no access token");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        return Ok(Err(response));
    };
    let with = (&app.providers, &app.sealer);
    let bearer = app.bearers.of(with, &visit.insurer, token, visit.now).await?;
    let Some(bearer) = bearer else {
        let why = "it is not good here, or not for a membership";
        return Ok(Err(challenge(status, "invalid_token", why, "")));
    };
    if !bearer.scopes.contains(SCOPE) {
        return Ok(Err(insufficient_scope(SCOPE)));
    }
    let (session, scopes) = (bearer.session.clone(), bearer.scopes.clone());
    Ok(Ok(Caller { app, visit: visit.of_token(session), scopes }))
}

fn insufficient_scope(scope: &str) -> Response {
    let more = format!(", scope=\"{scope}\"");
    challenge(StatusCode::FORBIDDEN, "insufficient_scope", "another scope is needed", &more)
}

/// `GET /{insurer}/api`: what there is for the app.
pub async fn list(State(app): State<Arc<App>>, visit: Visit) -> Result<Response, Error> {
    let caller = match caller(&app, visit).await? {
        Ok(caller) => caller,
        Err(response) => return Ok(response),
    };
    let visit = &caller.visit;
    let one = |offer: Offer<'_>| {
        let manifest = &offer.plugin.manifest;
        let pages = manifest.route.iter().filter(|route| route.json);
        let pages = pages.map(|route| json!({"path": route.path, "data": route.data.as_str()}));
        let forms = manifest.action.iter().filter(|action| action.json);
        let forms = forms.map(|action| {
            let fields = action.field.iter().map(|field| field.name.as_str()).collect::<Vec<_>>();
            json!({"id": action.id, "path": action.path, "data": action.data.as_str(), "fields": fields})
        });
        json!({
            "id": offer.id(),
            "name": offer.name(&visit.look.lang),
            "pages": pages.collect::<Vec<_>>(),
            "forms": forms.collect::<Vec<_>>(),
        })
    };
    let offers = offer::all(&visit.insurer.definition, &visit.in_force.plugins);
    Ok(answer(StatusCode::OK, &json!({"plugins": offers.map(one).collect::<Vec<_>>()})))
}

/// `GET /{insurer}/api/{plugin}`
pub async fn root(
    State(app): State<Arc<App>>,
    Path((_, plugin)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    visit: Visit,
) -> Result<Response, Error> {
    match caller(&app, visit).await? {
        Ok(caller) => caller.page((&plugin, "/"), &query.unwrap_or_default()).await,
        Err(response) => Ok(response),
    }
}

/// `GET /{insurer}/api/{plugin}/{*path}`
pub async fn below(
    State(app): State<Arc<App>>,
    Path((_, plugin, path)): Path<(String, String, String)>,
    RawQuery(query): RawQuery,
    visit: Visit,
) -> Result<Response, Error> {
    match caller(&app, visit).await? {
        Ok(caller) => caller.page((&plugin, &format!("/{path}")), &query.unwrap_or_default()).await,
        Err(response) => Ok(response),
    }
}

/// `POST /{insurer}/api/{plugin}`
pub async fn send_root(
    State(app): State<Arc<App>>,
    Path((_, plugin)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    visit: Visit,
    body: Bytes,
) -> Result<Response, Error> {
    match caller(&app, visit).await? {
        Ok(caller) => caller.form((&plugin, "/"), &query.unwrap_or_default(), &body).await,
        Err(response) => Ok(response),
    }
}

/// `POST /{insurer}/api/{plugin}/{*path}`
pub async fn send_below(
    State(app): State<Arc<App>>,
    Path((_, plugin, path)): Path<(String, String, String)>,
    RawQuery(query): RawQuery,
    visit: Visit,
    body: Bytes,
) -> Result<Response, Error> {
    let path = format!("/{path}");
    match caller(&app, visit).await? {
        Ok(caller) => caller.form((&plugin, &path), &query.unwrap_or_default(), &body).await,
        Err(response) => Ok(response),
    }
}

/// A form as the app sends it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sending {
    /// The form's id.
    form: String,
    /// Made by the app for each form that its user fills in: sent again with it, a form is taken once.
    once: String,
    fields: Map<String, Value>,
}

impl Caller<'_> {
    /// What is asked of a plugin, when the token is for it and the member was known well enough.
    fn question(
        &self,
        asker: &Asker<'_>,
        offer: Offer<'_>,
        declared: Declared<'_>,
        (again, query): (bool, &str),
    ) -> Result<Question, Box<Response>> {
        let visit = &self.visit;
        if declared.class == DataClass::Medical && !self.scopes.contains(MEDICAL) {
            return Err(Box::new(insufficient_scope(MEDICAL)));
        }
        if visit.signed_in().is_err() {
            return Err(Box::new(closed()));
        }
        let shared =
            offer::shared(&visit.insurer.definition, &visit.in_force.plugins, offer.plugin);
        let (plugin, settings) = (offer.plugin, offer.settings);
        let asking = Asking { plugin, settings, declared, again, shared, query };
        asker.question(&asking).map_err(|lack| Box::new(self.lacks(lack)))
    }

    /// RFC 9470 §3.
    fn lacks(&self, lack: Unproved) -> Response {
        let level = self.visit.asked(lack);
        let acr = level.as_ref().and_then(|level| level.acr.as_deref());
        let acr = acr.map_or(String::new(), |acr| format!(", acr_values=\"{acr}\""));
        let age = level.and_then(|level| level.max_age_minutes);
        let age = age.map_or(String::new(), |minutes| format!(", max_age=\"{}\"", minutes * 60));
        let (status, why) = (StatusCode::UNAUTHORIZED, "a stronger or fresher login is needed");
        challenge(status, "insufficient_user_authentication", why, &format!("{acr}{age}"))
    }

    async fn page(&self, (id, path): (&str, &str), query: &str) -> Result<Response, Error> {
        let (app, visit) = (self.app, &self.visit);
        let offer = offer::one(&visit.insurer.definition, &visit.in_force.plugins, id);
        let found = offer.and_then(|offer| {
            let route = offer.plugin.manifest.route(path).filter(|route| route.json)?;
            Some((offer, route.declared(), route.again, route.seen))
        });
        let Some((offer, declared, again, seen_here)) = found else { return Ok(not_found()) };
        let Some(member) = visit.member() else { return Ok(not_found()) };
        let subjects = visit.subjects(&app.db, member).await?;
        let asker = visit.asker(&app.person_keys, member, &subjects);
        let question = match self.question(&asker, offer, declared, (again, query)) {
            Ok(question) => question,
            Err(response) => return Ok(*response),
        };
        if declared.class == DataClass::Medical {
            visit.looker(member, &subjects).note(&app.db, std::iter::once(id)).await?;
        }
        match question.page(self.deadline()).await {
            Ok(PageReply::Show { data, opened, .. }) => {
                if let Some(item) = opened.filter(|_| seen_here) {
                    let of = (visit.slug(), member.sub.as_str(), id);
                    let before = seen::opened(&mut app.db.read().await?, &app.sealer, of).await?;
                    note_opened(app, of, (&before, &item), visit.now).await;
                }
                Ok(answer(StatusCode::OK, &data))
            }
            Ok(PageReply::NotFound) => Ok(not_found()),
            Ok(_) => Ok(self.fault(id, &CallFault::Failed("answers with a file".to_owned()))),
            Err(fault) => Ok(self.fault(id, &fault)),
        }
    }

    async fn form(
        &self,
        (id, path): (&str, &str),
        query: &str,
        body: &[u8],
    ) -> Result<Response, Error> {
        let (app, visit) = (self.app, &self.visit);
        let wrong = |why: &str| refusal(StatusCode::BAD_REQUEST, "invalid_request", why);
        let Ok(Sending { form, once, fields }) = serde_json::from_slice(body) else {
            return Ok(wrong("write {\"form\": …, \"once\": …, \"fields\": {…}}"));
        };
        if !(8..=100).contains(&once.len()) {
            return Ok(wrong("once is a text of 8 to 100 signs, another for each form"));
        }
        let offer = offer::one(&visit.insurer.definition, &visit.in_force.plugins, id);
        let found = offer.and_then(|offer| {
            let mut actions = offer.plugin.manifest.actions(path);
            Some((offer, actions.find(|action| action.json && action.id == form)?))
        });
        let Some((offer, action)) = found else { return Ok(not_found()) };
        let Ok(session) = visit.may_change() else { return Ok(closed()) };
        let member = &session.member;
        if let Some(unknown) =
            fields.keys().find(|name| action.field.iter().all(|field| field.name != **name))
        {
            let known: String =
                unknown.chars().filter(char::is_ascii_alphanumeric).take(40).collect();
            return Ok(wrong(&format!("the form has no field {known:?}")));
        }
        let Some(typed) = typed(&fields) else {
            return Ok(wrong("a field is a text, a number, true, false or null"));
        };
        let subjects = visit.subjects(&app.db, member).await?;
        let asker = visit.asker(&app.person_keys, member, &subjects);
        if asker.people.own().all().is_empty() {
            return Ok(not_found());
        }
        let (declared, again) = (action.declared(), action.again);
        let question = match self.question(&asker, offer, declared, (again, query)) {
            Ok(question) => question,
            Err(response) => return Ok(*response),
        };
        let values = match read(action, None, &typed, &asker.people, &BTreeMap::new()) {
            Ok(values) => values,
            Err(wrong) => return Ok(unprocessable(in_words(wrong, &visit.look))),
        };
        if declared.class == DataClass::Medical {
            visit.looker(member, &subjects).note(&app.db, std::iter::once(id)).await?;
        }
        let reply = match question.action(values.into(), self.deadline()).await {
            Ok(reply) => reply,
            Err(fault) => return Ok(self.fault(id, &fault)),
        };
        let sent = Sent::new(&member.sub, (id, &action.id), &once, &typed);
        self.take((offer, action), (reply, sent), &asker.people.own()).await
    }

    async fn take(
        &self,
        (offer, action): (Offer<'_>, &Action),
        (reply, sent): (ActionReply, Sent),
        own: &People,
    ) -> Result<Response, Error> {
        let (app, visit, plugin) = (self.app, &self.visit, offer.plugin);
        let id = plugin.id();
        let taking = plugin.database.as_ref().map(|database| Taking {
            database,
            statements: &plugin.statements,
            declared: action.declared(),
            plugin: id,
            notifications: &plugin.manifest.notification,
            events: &plugin.manifest.event,
            insurer: visit.slug(),
            people: own,
            names_whose: false,
            today: visit.today(),
            now: visit.now,
        });
        let mut message = None;
        let taken = match reply {
            ActionReply::NotFound => return Ok(not_found()),
            ActionReply::See { path, said, writes, notify, publish } => {
                message = said.as_deref().and_then(|said| visit.look.maybe(said, &[]));
                let base = visit.path(&format!("p/{id}"));
                let class = |path: &str| plugin.manifest.route(path).map(|route| route.data);
                match target(&base, class, action, (&path, said.as_deref())) {
                    Some(to) => {
                        take(app, taking.as_ref(), &sent, to, &Wanted { writes, notify, publish })
                            .await
                    }
                    None => {
                        Err(NotTaken::Asked("the page to see next is none of its own".to_owned()))
                    }
                }
            }
            ActionReply::Again { faults } => refused(taking.as_ref(), &sent, faults).await,
        };
        match taken {
            Ok(Outcome::On(to)) => Ok(answer(StatusCode::OK, &json!({"see": to, "said": message}))),
            Ok(Outcome::Again(faults)) => {
                let said = |fault: FieldFault| (fault.field, visit.look.t_or(&fault.text));
                Ok(unprocessable(faults.into_iter().map(said).collect()))
            }
            Err(NotTaken::Asked(why)) => Ok(self.fault(id, &CallFault::Failed(why))),
            Err(NotTaken::Database(error)) => Err(error.into()),
        }
    }

    fn deadline(&self) -> Duration {
        Duration::from_millis(self.app.settings.plugins.page_ms)
    }

    /// A number by which the log can be searched, and nothing of the fault.
    fn fault(&self, id: &str, fault: &CallFault) -> Response {
        let incident = incident(self.visit.slug(), id, fault);
        let body = json!({"error": "temporarily_unavailable", "incident": incident});
        answer(StatusCode::SERVICE_UNAVAILABLE, &body)
    }
}

/// Who has left and may not do this any more.
fn closed() -> Response {
    refusal(StatusCode::FORBIDDEN, "membership_ended", "the membership has ended")
}

/// What is wrong with which fields, in the member's language; an empty name: with the form.
fn unprocessable(faults: Vec<(String, String)>) -> Response {
    let faults = faults.into_iter().map(|(field, text)| json!({"field": field, "text": text}));
    let body = json!({"error": "invalid_fields", "faults": faults.collect::<Vec<_>>()});
    answer(StatusCode::UNPROCESSABLE_ENTITY, &body)
}

/// Values as somebody would have typed them; `None` for what no form has.
fn typed(fields: &Map<String, Value>) -> Option<BTreeMap<String, String>> {
    let one = |(name, value): (&String, &Value)| {
        let text = match value {
            Value::Null | Value::Bool(false) => String::new(),
            Value::Bool(true) => "yes".to_owned(),
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Array(_) | Value::Object(_) => return None,
        };
        Some((name.clone(), text))
    };
    fields.iter().map(one).collect()
}

//! A plugin's page: session, insurer, enabled, persons, call, draw. What goes wrong is a notice.

use super::draft::{self, Draft};
use super::plugin_files;
use super::plugin_paper;
use crate::app::App;
use crate::insurers::offer::{self, Offer};
use crate::member::Member;
use crate::plugins::ask::{Asking, incident};
use crate::plugins::border::host::CallFault;
use crate::plugins::data::class::DataClass;
use crate::plugins::data::people::People;
use crate::plugins::data::reach::Declared;
use crate::plugins::form;
use crate::plugins::form::shown::{self, Filled, Forms, Showing, Texts};
use crate::plugins::package::manifest::Answers;
use crate::store::form_drafts::Of;
use crate::store::seen;
use crate::visit::Visit;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use sdk::PageReply;
use sdk::wire::FormState;
use secret::random;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use web::look::Action;
use web::{Error, Look, Page};

/// Shown when a plugin did not answer: plain, in the insurer's theme, with an incident number.
#[derive(Serialize)]
pub struct PluginFault {
    pub plugin_name: String,
    pub incident: String,
    /// `error`, `slow` or `quarantined`.
    pub kind: &'static str,
    pub retry_url: String,
}

impl Page for PluginFault {
    const TEMPLATE: &'static str = "portal/plugin_fault.html";
    fn samples() -> Vec<Self> {
        ["error", "slow", "quarantined"]
            .map(|kind| Self {
                plugin_name: "医療費のお知らせ".into(),
                incident: "A1B2C3D4".into(),
                kind,
                retry_url: "/minato/p/medical-fees".into(),
            })
            .into()
    }
}

/// `GET /{insurer}/p/{plugin}`
pub async fn root(
    State(app): State<Arc<App>>,
    Path((_, plugin)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    visit: Visit,
) -> Result<Response, Error> {
    match opened(&app, &visit, &plugin, "/", query.unwrap_or_default())? {
        Ok(page) => page.show(None).await,
        Err(response) => Ok(response),
    }
}

/// `GET /{insurer}/p/{plugin}/{*path}`
pub async fn below(
    State(app): State<Arc<App>>,
    Path((_, plugin, path)): Path<(String, String, String)>,
    RawQuery(query): RawQuery,
    visit: Visit,
) -> Result<Response, Error> {
    match opened(&app, &visit, &plugin, &format!("/{path}"), query.unwrap_or_default())? {
        Ok(page) => page.show(None).await,
        Err(response) => Ok(response),
    }
}

/// A page that the insurer offers.
#[derive(Clone)]
pub struct Opened<'a> {
    app: &'a App,
    visit: &'a Visit,
    pub offer: Offer<'a>,
    declared: Declared<'a>,
    path: String,
    pub query: String,
}

/// A form that comes back with what is wrong.
pub struct Back {
    pub action: String,
    pub typed: BTreeMap<String, String>,
    /// Field and text.
    pub faults: Vec<(String, String)>,
}

/// The page at a path below a plugin, or the page that says why there is none.
pub fn opened<'a>(
    app: &'a App,
    visit: &'a Visit,
    id: &str,
    path: &str,
    query: String,
) -> Result<Result<Opened<'a>, Response>, Error> {
    let Some(offer) = offer::one(&visit.insurer.definition, &visit.in_force.plugins, id) else {
        let home = Action {
            label: visit.look.t("error-back-home", &[]),
            url: visit.path(""),
            primary: true,
        };
        let actions = vec![home];
        let none = (StatusCode::NOT_FOUND, "plugin-not-offered", "info");
        return Ok(Err(visit.look.notice_page(none.0, none.1, none.2, actions)?));
    };
    // What searches is no page.
    let page = offer.page(path).filter(|_| offer.answers(path) != Answers::Hits);
    let Some(declared) = page else { return Ok(Err(visit.not_found())) };
    Ok(Ok(Opened { app, visit, offer, declared, path: path.to_owned(), query }))
}

impl Opened<'_> {
    /// Asks the plugin and draws what it answers, with a form that comes back.
    pub async fn show(self, back: Option<Back>) -> Result<Response, Error> {
        let (app, visit, id) = (self.app, self.visit, self.offer.id());
        let member = match visit.signed_in() {
            Ok(session) => &session.member,
            Err(signin) => return Ok(*signin),
        };
        let subjects = visit.subjects(&app.db, member).await?;
        let asker = visit.asker(&app.person_keys, member, &subjects);
        let (declared, Offer { plugin, settings, .. }) = (self.declared, self.offer);
        let shared = offer::shared(&visit.insurer.definition, &visit.in_force.plugins, plugin);
        let question = match asker.question(&Asking {
            plugin,
            settings,
            declared,
            again: plugin.manifest.route(&self.path).is_some_and(|route| route.again),
            shared,
            query: &self.query,
        }) {
            Ok(question) => question,
            Err(lack) => return Ok(visit.step_up(lack)),
        };
        if declared.class == DataClass::Medical {
            visit.looker(member, &subjects).note(&app.db, std::iter::once(id)).await?;
        }
        let deadline = Duration::from_millis(app.settings.plugins.page_ms);
        let drawn = match question.page(deadline).await {
            Ok(PageReply::NotFound) => return Ok(visit.not_found()),
            Ok(reply) if answers(&reply) != self.offer.answers(&self.path) => {
                Err(CallFault::Failed("answers with another kind than its route says".to_owned()))
            }
            Ok(PageReply::Paper { name, document }) => {
                let of = (member.name.as_str(), visit.today());
                let made = plugin_paper::file(app, &visit.look, of, id, (&name, &document)).await;
                made.map_err(CallFault::Failed)
            }
            Ok(PageReply::Sheet { name, sheet }) => {
                plugin_paper::sheet(&visit.look, id, (&name, &sheet)).map_err(CallFault::Failed)
            }
            Ok(PageReply::Xml { name, root }) => {
                let signed = plugin.manifest.route(&self.path).is_some_and(|route| route.signed);
                let of = (visit.slug(), signed);
                let made = plugin_paper::elements(app, &visit.look, of, id, (&name, &root)).await;
                made.map_err(CallFault::Failed)
            }
            Ok(PageReply::Hits { .. }) => return Ok(visit.not_found()),
            Ok(PageReply::Show { template, data, forms, opened }) => {
                let forms = self.forms(member, &asker.people, &forms, back).await?;
                let look = self.seeing(member).await?;
                let drawn = draw(&look, (id, &template), data, forms, &self.query).await;
                if let Some(item) = opened.filter(|_| drawn.is_ok() && self.asks_seen()) {
                    let of = (visit.slug(), member.sub.as_str(), id);
                    note_opened(app, of, (look.seen(), &item), visit.now).await;
                }
                drawn
            }
            Err(fault) => Err(fault),
        };
        match drawn {
            Ok(response) => Ok(response),
            Err(fault) => self.fault(&fault),
        }
    }

    /// Whether its templates ask what the member has opened, or it says what they open.
    fn asks_seen(&self) -> bool {
        self.offer.plugin.manifest.route(&self.path).is_some_and(|route| route.seen)
    }

    /// The look of a page whose template may ask what the member has opened before.
    async fn seeing(&self, member: &Member) -> Result<Look, Error> {
        let look = &self.visit.look;
        if !self.asks_seen() {
            return Ok(look.clone());
        }
        let of = (self.visit.slug(), member.sub.as_str(), self.offer.id());
        let mut conn = self.app.db.read().await?;
        Ok(look.having_seen(seen::opened(&mut conn, &self.app.sealer, of).await?))
    }

    /// The page with its parameters, without what was said above it.
    pub fn page(&self) -> String {
        unsaid(&self.path, &self.query)
    }

    /// The notice that the plugin did not answer.
    pub fn fault(&self, fault: &CallFault) -> Result<Response, Error> {
        let (visit, id) = (self.visit, self.offer.id());
        let again =
            address(&visit.path(&format!("p/{id}")), &format!("{}?{}", self.path, self.query));
        faulty(&visit.look, visit.slug(), self.offer, fault, again)
    }

    /// The forms of the page: as they came back, as they were kept, or as the plugin fills them in.
    async fn forms(
        &self,
        member: &Member,
        people: &People,
        states: &BTreeMap<String, FormState>,
        mut back: Option<Back>,
    ) -> Result<Forms, Error> {
        let (visit, plugin) = (self.visit, self.offer.plugin);
        let mut forms = Forms::default();
        for action in plugin.manifest.actions(&self.path) {
            let came = back.take_if(|back| back.action == action.id);
            let filled = match came {
                Some(back) => Filled { typed: Some(back.typed), faults: back.faults, kept: false },
                None if visit.may_see(action.data) => self.kept(member, action).await?,
                // What was typed is of a class for which they have to prove more.
                None => Filled::default(),
            };
            forms.failed |= !filled.faults.is_empty();
            let state = states.get(&action.id);
            let own = people.own();
            let files = match (&plugin.database, own.all().first()) {
                (Some(database), Some(me)) => {
                    let ids = shown::files(action, state, &filled);
                    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
                    let whose = plugin_files::Whose::Member(me);
                    plugin_files::found(database, visit.slug(), whose, &ids).await?
                }
                _ => Vec::new(),
            };
            let showing = Showing {
                plugin: plugin.id(),
                token: &visit.look.form_token(plugin.id(), &member.sub),
                once: &random::id(),
                people,
                files: &files,
                base: &visit.path(&format!("p/{}", plugin.id())),
                texts: &visit.look,
            };
            let shown = showing.form(action, state, &filled);
            forms.forms.insert(action.id.clone(), shown);
        }
        Ok(forms)
    }

    /// What the member had typed and has not sent.
    async fn kept(&self, member: &Member, action: &form::field::Action) -> Result<Filled, Error> {
        let (insurer, plugin) = (self.visit.slug(), self.offer.id());
        let page = self.page();
        let of = Of { insurer, sub: &member.sub, plugin, action: &action.id, page: &page };
        let typed = Draft { app: self.app, of, now: self.visit.now, kept: draft::kept(action) }
            .find()
            .await?;
        Ok(Filled { kept: typed.is_some(), typed, faults: Vec::new() })
    }
}

/// A member has opened something: that is written down once. When it cannot be, what they asked for is shown all the
/// same.
pub(super) async fn note_opened(
    app: &App,
    of: seen::Of<'_>,
    (before, item): (&web::Opened, &str),
    now: i64,
) {
    if before.has(item) {
        return;
    }
    let noted = async {
        let mut tx = app.db.begin().await?;
        seen::note(&mut tx, of, &before.mark(item), now).await?;
        tx.commit().await
    };
    if let Err(error) = noted.await {
        tracing::warn!(%error, plugin = of.2, "what a member opened stays unread");
    }
}

/// The address of a page below a plugin's `base`: its first page is the base itself.
pub(super) fn address(base: &str, page: &str) -> String {
    let (path, query) = page.split_once('?').unwrap_or((page, ""));
    let path = if path == "/" { "" } else { path };
    match query {
        "" => format!("{base}{path}"),
        query => format!("{base}{path}?{query}"),
    }
}

/// A page with its parameters, without what was said above it.
pub(super) fn unsaid(path: &str, query: &str) -> String {
    let pairs = url::form_urlencoded::parse(query.as_bytes());
    let kept = pairs.filter(|(name, _)| name != "said");
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish();
    format!("{path}?{query}")
}

/// Draws the template that the plugin named. Only its own templates can be named.
/// It is drawn beside the requests: a template that takes its whole second keeps nobody waiting.
pub(super) async fn draw(
    look: &Look,
    (id, name): (&str, &str),
    data: Value,
    forms: Forms,
    query: &str,
) -> Result<Response, CallFault> {
    if name.contains('/') || name.starts_with('_') || !name.ends_with(".html") {
        let why = format!("{name:?} is not one of the plugin's templates");
        return Err(CallFault::Failed(why));
    }
    let status = if forms.failed { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let data = forms.beside(data);
    let said = said(query).filter(|said| said.starts_with(&format!("{id}-")));
    let said = said.and_then(|said| look.maybe(&said, &[])).filter(|_| !forms.failed);
    let (look, template) = (look.for_plugin(said), format!("{id}/{name}"));
    let drawing = tokio::task::spawn_blocking(move || look.draw(status, &template, &data));
    let drawn = drawing.await;
    let drawn = drawn.map_err(|_| CallFault::Failed("drawing the page panicked".into()))?;
    drawn.map_err(|error| match error {
        Error::Fault(why) => CallFault::Failed(why.to_string()),
        _ => CallFault::Failed("the page could not be drawn".to_owned()),
    })
}

/// The notice that a plugin did not answer, and the way to try again.
pub(super) fn faulty(
    look: &Look,
    insurer: &str,
    offer: Offer<'_>,
    fault: &CallFault,
    retry_url: String,
) -> Result<Response, Error> {
    let page = PluginFault {
        plugin_name: offer.name(&look.lang).to_owned(),
        incident: incident(insurer, offer.id(), fault),
        kind: match fault {
            CallFault::Slow => "slow",
            CallFault::Quarantined => "quarantined",
            CallFault::Crashed | CallFault::Failed(_) => "error",
        },
        retry_url,
    };
    look.draw(StatusCode::SERVICE_UNAVAILABLE, PluginFault::TEMPLATE, &page)
}

/// What a reply is.
pub(super) fn answers(reply: &PageReply) -> Answers {
    match reply {
        PageReply::Paper { .. } => Answers::Pdf,
        PageReply::Sheet { .. } => Answers::Csv,
        PageReply::Xml { .. } => Answers::Xml,
        PageReply::Hits { .. } => Answers::Hits,
        PageReply::Show { .. } | PageReply::NotFound => Answers::Page,
    }
}

/// The message that the last form wants said here.
fn said(query: &str) -> Option<String> {
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    pairs.find(|(name, _)| name == "said").map(|(_, key)| key.into_owned())
}

impl Texts for Look {
    fn text(&self, key: &str, args: &[(&str, String)]) -> String {
        self.t(key, args)
    }

    fn maybe(&self, key: &str) -> Option<String> {
        Look::maybe(self, key, &[])
    }

    fn when(&self, when: &str) -> String {
        Look::when(self, when)
    }
}

#[cfg(test)]
mod tests {
    use super::address;

    /// Below a plugin's base there is no page with an empty path.
    #[test]
    fn the_first_page_is_the_base_itself() {
        let base = "/minato/p/fees";
        for (page, to) in [
            ("/?", "/minato/p/fees"),
            ("/", "/minato/p/fees"),
            ("/?month=202604", "/minato/p/fees?month=202604"),
            ("/new?", "/minato/p/fees/new"),
            ("/new?a=b&c=%3F", "/minato/p/fees/new?a=b&c=%3F"),
        ] {
            assert_eq!(address(base, page), to, "{page}");
        }
    }
}

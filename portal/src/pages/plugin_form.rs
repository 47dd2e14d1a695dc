//! A form of a plugin is sent: session, level, what was typed, the handler, one transaction, and on to the
//! next page. When something stands in the way, what was typed is kept for the member who typed it.

use super::draft::{self, Draft};
use super::plugin_files::{self, Arriving, Came, Holding, Takes, Whose};
use super::plugin_page::{Back, Opened, address, opened};
use crate::app::App;
use crate::insurers::offer;
use crate::member::Member;
use crate::plugins::ask::Asking;
use crate::plugins::border::host::CallFault;
use crate::plugins::data::blobs;
use crate::plugins::data::class::DataClass;
use crate::plugins::data::people::Seen;
use crate::plugins::data::take::{NotTaken, Sent, Taken, Taking, Wanted};
use crate::plugins::form::field::{Action, FieldKind, GO, HOSTS, MARK, STEP, takes_files};
use crate::plugins::form::read::read;
use crate::session;
use crate::store::form_drafts::Of;
use crate::visit::Visit;
use axum::extract::{Path, RawQuery, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use sdk::FieldFault;
use sdk::wire::{ActionReply, Must};
use secret::random;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use web::look::see_other;
use web::{Error, Posted};

/// `POST /{insurer}/p/{plugin}`
pub async fn root(
    State(app): State<Arc<App>>,
    Path((_, plugin)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    visit: Visit,
    request: Request,
) -> Result<Response, Error> {
    submit(&app, &visit, (&plugin, "/"), query.unwrap_or_default(), request).await
}

/// `POST /{insurer}/p/{plugin}/{*path}`
pub async fn below(
    State(app): State<Arc<App>>,
    Path((_, plugin, path)): Path<(String, String, String)>,
    RawQuery(query): RawQuery,
    visit: Visit,
    request: Request,
) -> Result<Response, Error> {
    submit(&app, &visit, (&plugin, &format!("/{path}")), query.unwrap_or_default(), request).await
}

async fn submit(
    app: &App,
    visit: &Visit,
    (id, path): (&str, &str),
    query: String,
    request: Request,
) -> Result<Response, Error> {
    let secure = app.settings.secure();
    let ended = match visit.member() {
        Some(_) => None,
        None => session::last(&app.db, visit.slug(), &visit.headers, secure).await?,
    };
    let Some(who) = visit.member().or(ended.as_ref()) else {
        // Nobody knows who it was: they sign in, and the page is as it was.
        return Ok(visit.signed_in().err().map_or_else(|| visit.not_found(), |signin| *signin));
    };
    let token = |csrf: &str| web::look::form_token(csrf, id, &who.sub);
    let page = match opened(app, visit, id, path, query)? {
        Ok(page) => page,
        Err(response) => return Ok(response),
    };
    let takes = takes_files(page.offer.plugin.manifest.actions(path));
    let takes = Takes::of(takes, visit.may_change().is_ok());
    let Came { posted, files } = plugin_files::read(app, request, takes, token).await?;
    let act = posted.value("act");
    let Some(action) = page.offer.plugin.manifest.actions(path).find(|a| a.id == act) else {
        return Ok(visit.not_found());
    };
    let mut typed = typed(&posted);
    if action.steps() > 1 {
        let keeping = Keeping { app, visit, member: who, page: &page, action, typed: &typed };
        typed = keeping.with_steps(posted.value(STEP), posted.value("once")).await?;
    }
    let member = match visit.may_change() {
        Ok(session) => &session.member,
        Err(signin) => {
            if let Some(ended) = &ended {
                Keeping { app, visit, member: ended, page: &page, action, typed: &typed }
                    .keep()
                    .await?;
            }
            return Ok(*signin);
        }
    };
    let go = posted.value(GO);
    Sending { app, visit, page, action, member, typed }
        .send((posted.value("once"), go), files)
        .await
}

/// A form on its way.
struct Sending<'a> {
    app: &'a App,
    visit: &'a Visit,
    page: Opened<'a>,
    action: &'a Action,
    member: &'a Member,
    typed: BTreeMap<String, String>,
}

impl Sending<'_> {
    async fn send(mut self, (once, go): (&str, &str), came: Arriving) -> Result<Response, Error> {
        let (app, visit, id) = (self.app, self.visit, self.page.offer.id());
        let seen = visit.subjects(&app.db, self.member).await?;
        let asker = visit.asker(&app.person_keys, self.member, &seen);
        let own = asker.people.own();
        let Some(me) = own.all().first() else { return Ok(visit.not_found()) };
        let mut typed = self.typed.clone();
        let holding = Holding {
            app,
            look: &visit.look,
            plugin: self.page.offer.plugin,
            insurer: visit.slug(),
            whose: Whose::Member(me),
            action: self.action,
            now: visit.now,
            once,
        };
        let (files, faults) = match holding.take(&mut typed, came).await {
            Ok(taken) => taken,
            Err(error) => {
                self.keeping().keep().await?;
                return Err(error);
            }
        };
        self.typed = typed;
        let declared = self.action.declared();
        let (plugin, settings) = (self.page.offer.plugin, self.page.offer.settings);
        let shared = offer::shared(&visit.insurer.definition, &visit.in_force.plugins, plugin);
        let goes = Goes::of(self.action, self.typed.get(STEP), go);
        // Of a form in several steps only what is sent asks for it: a step writes nothing.
        let again = self.action.again && goes == Goes::Sent;
        let query = self.page.query.as_str();
        let asking = Asking { plugin, settings, declared, again, shared, query };
        let question = match asker.question(&asking) {
            Ok(question) => question,
            Err(lack) => {
                self.keeping().keep().await?;
                return Ok(visit.step_up(lack));
            }
        };
        let several = self.action.steps() > 1;
        // In several steps it is one form from its beginning to its end.
        let whole = if several { &BTreeMap::new() } else { &self.typed };
        let sent = Sent::new(&self.member.sub, (id, &self.action.id), once, whole);
        let taking = plugin.database.as_ref().map(|database| Taking {
            database,
            statements: &plugin.statements,
            declared,
            plugin: id,
            notifications: &plugin.manifest.notification,
            events: &plugin.manifest.event,
            insurer: visit.slug(),
            people: &own,
            names_whose: false,
            today: asker.today,
            now: visit.now,
        });
        if let (true, Some(taking)) = (several && goes != Goes::Sent, &taking)
            && matches!(taking.before(&sent).await, Ok(Some(_)))
        {
            // It was sent meanwhile, perhaps on another device: whoever goes on changing begins another.
            self.typed.insert(MARK.to_owned(), random::id());
        }
        if let Goes::Away = goes {
            self.keeping().give_up(me).await?;
            return Ok(see_other(&self.here()));
        }
        if let Goes::To(step) = goes {
            if !faults.is_empty() {
                return self.again(faults).await;
            }
            self.keeping().at(step, me).await?;
            return Ok(see_other(&self.here()));
        }
        let step = if let Goes::On(step) = goes { Some(step) } else { None };
        let values = read(self.action, step, &self.typed, &asker.people, &files);
        let values = match plugin_files::all(values, faults, &visit.look) {
            Ok(values) => values,
            Err(faults) => return self.again(faults).await,
        };
        if let Some(step) = step {
            self.keeping().at(step + 1, me).await?;
            return Ok(see_other(&self.here()));
        }
        if declared.class == DataClass::Medical {
            visit.looker(self.member, &seen).note(&app.db, std::iter::once(id)).await?;
        }
        let deadline = Duration::from_millis(app.settings.plugins.page_ms);
        let reply = match question.action(values.into(), deadline).await {
            Ok(reply) => reply,
            Err(fault) => {
                // Taken a moment ago it is no draft any more.
                let before = match &taking {
                    Some(taking) if several => taking.before(&sent).await.ok().flatten(),
                    _ => None,
                };
                if let Some(went) = before {
                    return Ok(see_other(&went));
                }
                self.keeping().keep().await?;
                return self.page.fault(&fault);
            }
        };
        let taken = match reply {
            ActionReply::NotFound => return Ok(visit.not_found()),
            ActionReply::See { path, said, writes, notify, publish } => {
                let wanted = Wanted { writes, notify, publish };
                match self.target(&path, said.as_deref()) {
                    Some(to) => take(app, taking.as_ref(), &sent, to, &wanted).await,
                    None => {
                        Err(NotTaken::Asked("the page to see next is none of its own".to_owned()))
                    }
                }
            }
            ActionReply::Again { faults } => refused(taking.as_ref(), &sent, faults).await,
        };
        match taken {
            Ok(Outcome::On(to)) => {
                self.keeping().forget().await?;
                Ok(see_other(&to))
            }
            Ok(Outcome::Again(faults)) => {
                let said = |fault: FieldFault| (fault.field, visit.look.t_or(&fault.text));
                self.again(faults.into_iter().map(said).collect()).await
            }
            Err(NotTaken::Asked(why)) => {
                self.keeping().keep().await?;
                self.page.fault(&CallFault::Failed(why))
            }
            Err(NotTaken::Database(error)) => {
                // When the database does not answer at all, this cannot be kept either.
                self.keeping().keep().await?;
                Err(error.into())
            }
        }
    }

    fn keeping(&self) -> Keeping<'_> {
        let Self { app, visit, page, action, member, typed } = self;
        Keeping { app, visit, member, page, action, typed }
    }

    /// The page with the form as it was typed, and what is wrong with it.
    async fn again(mut self, mut faults: Vec<(String, String)>) -> Result<Response, Error> {
        if self.action.steps() > 1 {
            // Where the first of them is mended; and nothing of the other steps is lost.
            let step = faults.iter().map(|(field, _)| self.action.step_of(field)).min();
            let step = step.unwrap_or(1);
            faults.retain(|(field, _)| self.action.step_of(field) == step);
            self.typed.insert(STEP.to_owned(), step.to_string());
            self.keeping().keep().await?;
        }
        let (action, typed) = (self.action.id.clone(), self.typed.clone());
        let keeping = Keeping { page: &self.page.clone(), ..self.keeping() };
        let shown = self.page.clone().show(Some(Back { action, typed, faults })).await?;
        if shown.status() != StatusCode::BAD_REQUEST {
            // The page itself could not be shown.
            keeping.keep().await?;
        }
        Ok(shown)
    }

    /// The address of the page on which the form stands.
    fn here(&self) -> String {
        address(&self.visit.path(&format!("p/{}", self.page.offer.id())), &self.page.page())
    }

    /// The address of one of the plugin's own pages.
    fn target(&self, path: &str, said: Option<&str>) -> Option<String> {
        let plugin = self.page.offer.plugin;
        let base = self.visit.path(&format!("p/{}", plugin.id()));
        let class = |path: &str| plugin.manifest.route(path).map(|route| route.data);
        target(&base, class, self.action, (path, said))
    }
}

/// What the button of a form in several steps wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Goes {
    /// The form as a whole.
    Sent,
    /// What this step asks is right: on to the next.
    On(usize),
    /// To a step, with whatever is typed by now.
    To(usize),
    /// What was typed is thrown away.
    Away,
}

impl Goes {
    fn of(action: &Action, step: Option<&String>, go: &str) -> Self {
        let steps = action.steps();
        if steps == 1 {
            return Self::Sent;
        }
        let now = step.and_then(|step| step.parse().ok()).unwrap_or(1).clamp(1, steps + 1);
        match (go, go.parse::<usize>()) {
            ("away", _) => Self::Away,
            ("back", _) => Self::To((now - 1).max(1)),
            (_, Ok(step)) => Self::To(step.clamp(1, now)),
            _ if now > steps => Self::Sent,
            _ => Self::On(now),
        }
    }
}

/// The address of one of a plugin's own pages, below `base`, when there is one at this path.
pub(super) fn target(
    base: &str,
    class: impl Fn(&str) -> Option<DataClass>,
    action: &Action,
    (path, said): (&str, Option<&str>),
) -> Option<String> {
    let (bare, query) = path.split_once('?').unwrap_or((path, ""));
    if class(bare)? < action.data && !query.is_empty() {
        // What the handler read does not stand in an address below it.
        return None;
    }
    let word = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if said.is_some_and(|said| said.len() > 100 || !said.chars().all(word)) {
        return None;
    }
    let clean = |c: char| c.is_ascii_graphic() && !matches!(c, '#' | '"' | '<' | '>' | '\\');
    if !query.chars().all(clean) {
        return None;
    }
    let bare = if bare == "/" { "" } else { bare };
    let said = said.map(|said| format!("said={said}"));
    let query: Vec<&str> = [Some(query).filter(|query| !query.is_empty()), said.as_deref()]
        .into_iter()
        .flatten()
        .collect();
    Some(match query.is_empty() {
        true => format!("{base}{bare}"),
        false => format!("{base}{bare}?{}", query.join("&")),
    })
}

/// What was typed, without the host's own fields.
pub(super) fn typed(posted: &Posted) -> BTreeMap<String, String> {
    let own =
        posted.fields().filter(|(name, _)| !HOSTS.contains(name) && *name != STEP && *name != GO);
    own.map(|(name, text)| (name.to_owned(), text.to_owned())).collect()
}

/// What comes of a form: on to a page, or back with what is wrong.
pub(super) enum Outcome {
    On(String),
    Again(Vec<FieldFault>),
}

/// Has a form taken, and says so to who carries what it tells.
pub(super) async fn take(
    app: &App,
    taking: Option<&Taking<'_>>,
    sent: &Sent,
    to: String,
    wanted: &Wanted,
) -> Result<Outcome, NotTaken> {
    let Some(taking) = taking else {
        return match wanted.is_empty() {
            true => Ok(Outcome::On(to)),
            false => Err(NotTaken::Asked("writes, but declares no tables".to_owned())),
        };
    };
    let above = |text: String| vec![FieldFault { field: String::new(), text }];
    if wanted.is_told() {
        // Also when whoever sent the form goes away while it is taken.
        app.carrier.waits(taking.plugin, taking.insurer);
    }
    let taken = taking.take(sent, &to, wanted).await?;
    if wanted.is_told() {
        app.carrier.waits(taking.plugin, taking.insurer);
    }
    Ok(match taken {
        Taken::Now => Outcome::On(to),
        Taken::Before(went) => Outcome::On(went),
        Taken::Refused(Must { field, text, .. }) => {
            Outcome::Again(vec![FieldFault { field, text }])
        }
        Taken::Full => Outcome::Again(above("form-full".to_owned())),
    })
}

/// The handler refuses: but when the same form was taken a moment ago, that is why.
pub(super) async fn refused(
    taking: Option<&Taking<'_>>,
    sent: &Sent,
    faults: Vec<FieldFault>,
) -> Result<Outcome, NotTaken> {
    if let Some(taking) = taking
        && let Some(went) = taking.before(sent).await?
    {
        return Ok(Outcome::On(went));
    }
    Ok(Outcome::Again(faults))
}

/// What was typed, for when the member comes back.
struct Keeping<'a> {
    app: &'a App,
    visit: &'a Visit,
    member: &'a Member,
    page: &'a Opened<'a>,
    action: &'a Action,
    typed: &'a BTreeMap<String, String>,
}

impl Keeping<'_> {
    async fn keep(&self) -> Result<(), Error> {
        self.draft(&self.page.page()).keep(self.typed).await
    }

    /// Keeps it for a step that is to be shown, and its files for as long.
    async fn at(&self, step: usize, me: &Seen) -> Result<(), Error> {
        let mut typed = self.typed.clone();
        typed.insert(STEP.to_owned(), step.to_string());
        Keeping { typed: &typed, ..*self }.keep().await?;
        self.hold_files(me, self.visit.now + self.action.kept()).await
    }

    /// Throws it away, with its files.
    async fn give_up(&self, me: &Seen) -> Result<(), Error> {
        self.forget().await?;
        self.hold_files(me, self.visit.now).await
    }

    async fn hold_files(&self, me: &Seen, until: i64) -> Result<(), Error> {
        let Some(database) = &self.page.offer.plugin.database else { return Ok(()) };
        let files = self.action.field.iter().filter(|field| field.kind == FieldKind::File);
        let ids = files.filter_map(|field| self.typed.get(&field.name));
        let ids: Vec<&str> = ids.flat_map(|ids| ids.split_whitespace()).collect();
        Ok(blobs::hold_until(database, self.visit.slug(), me, &ids, until).await?)
    }

    /// What was typed in this step with what was typed in the others before.
    async fn with_steps(&self, step: &str, once: &str) -> Result<BTreeMap<String, String>, Error> {
        let steps = self.action.steps();
        let step = step.parse().unwrap_or(1).clamp(1, steps + 1);
        let mut all = match step <= steps {
            true => self.draft(&self.page.page()).find().await?.unwrap_or_default(),
            // Where all was looked over all comes along.
            false => BTreeMap::new(),
        };
        for field in self.action.field.iter().filter(|field| step > steps || field.step == step) {
            let text = self.typed.get(&field.name).cloned().unwrap_or_default();
            all.insert(field.name.clone(), text);
            let without = format!("{}.without.", field.name);
            let boxes = self.typed.iter().filter(|(name, _)| name.starts_with(&without));
            all.extend(boxes.map(|(name, text)| (name.clone(), text.clone())));
        }
        all.insert(STEP.to_owned(), step.to_string());
        // It has one mark from its beginning: two who look it over on two devices send it once.
        all.entry(MARK.to_owned()).or_insert_with(|| once.chars().take(100).collect());
        Ok(all)
    }

    async fn forget(&self) -> Result<(), Error> {
        self.draft(&self.page.page()).forget().await
    }

    fn draft<'o>(&'o self, page: &'o str) -> Draft<'o> {
        let (insurer, sub) = (self.visit.slug(), self.member.sub.as_str());
        let of = Of { insurer, sub, plugin: self.page.offer.id(), action: &self.action.id, page };
        let kept = draft::kept(self.action);
        Draft { app: self.app, of, now: self.visit.now, kept }
    }
}

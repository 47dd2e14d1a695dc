//! A form of a staff page is sent: role, what was typed, the handler, one transaction, and on to the next page.
//! When the session has ended meanwhile, what was typed is kept for who typed it.

use super::plugin::{Opened, name, opened};
use crate::app::App;
use crate::insurers::staff::May;
use crate::pages::draft::{self, Draft};
use crate::pages::plugin_files::{self, Arriving, Came, Holding, Takes, Whose};
use crate::pages::plugin_form::{Outcome, refused, take, target, typed};
use crate::pages::plugin_page::{Back, unsaid};
use crate::plugins::border::host::{CallFault, Shown};
use crate::plugins::data::people::People;
use crate::plugins::data::take::{NotTaken, Sent, Taking, Wanted};
use crate::plugins::form::field::{Action, FieldKind, takes_files};
use crate::plugins::form::read::read;
use crate::staff::{self, StaffVisit};
use crate::store::form_drafts::Of;
use crate::store::staff_record::Act;
use axum::extract::{Path, RawQuery, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use sdk::FieldFault;
use sdk::wire::ActionReply;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use web::Error;
use web::look::{form_token, see_other};

/// `POST /{insurer}/staff/p/{plugin}`
pub async fn root(
    State(app): State<Arc<App>>,
    Path((_, plugin)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    visit: StaffVisit,
    request: Request,
) -> Result<Response, Error> {
    submit(&app, &visit, (&plugin, "/"), query.unwrap_or_default(), request).await
}

/// `POST /{insurer}/staff/p/{plugin}/{*path}`
pub async fn below(
    State(app): State<Arc<App>>,
    Path((_, plugin, path)): Path<(String, String, String)>,
    RawQuery(query): RawQuery,
    visit: StaffVisit,
    request: Request,
) -> Result<Response, Error> {
    submit(&app, &visit, (&plugin, &format!("/{path}")), query.unwrap_or_default(), request).await
}

async fn submit(
    app: &App,
    visit: &StaffVisit,
    (id, path): (&str, &str),
    query: String,
    request: Request,
) -> Result<Response, Error> {
    let secure = app.settings.secure();
    let Some(sub) = staff::last(&app.db, visit.slug(), &visit.headers, secure).await? else {
        // Nobody knows who it was: they sign in, and the page is as it was.
        return Ok(visit.signed_in().err().map_or_else(|| visit.not_found(), |signin| *signin));
    };
    let sub = name(&sub);
    let takes = visit.in_force.plugins.get(id);
    let takes = takes.is_some_and(|one| takes_files(one.manifest.staff_actions(path)));
    let takes = Takes::of(takes, visit.session().is_some());
    let token = |csrf: &str| form_token(csrf, id, &sub);
    let Came { posted, files } = plugin_files::read(app, request, takes, token).await?;
    let (act, typed) = (posted.value("act"), typed(&posted));
    let page =
        match opened(app, visit, (id, path), query.clone()) {
            Ok(page) => page,
            Err(response) if visit.session().is_none() => {
                let page = unsaid(&format!("staff{path}"), &query);
                let of =
                    Of { insurer: visit.slug(), sub: &sub, plugin: id, action: act, page: &page };
                if visit.in_force.plugins.get(id).is_some_and(|one| {
                    one.manifest.staff_actions(path).any(|action| action.id == act)
                }) {
                    Draft { app, of, now: visit.now, kept: draft::KEPT }.keep(&typed).await?;
                }
                return Ok(*response);
            }
            Err(response) => return Ok(*response),
        };
    if !page.colleague.rights.may(May::Forms, id) {
        return Ok(visit.refused("staff-not-yours"));
    }
    let found = page.offer.plugin.manifest.staff_actions(path).find(|action| action.id == act);
    let Some(action) = found else { return Ok(visit.not_found()) };
    Sending { page, action, sub, typed }.send(posted.value("once"), files).await
}

/// The persons whose rows are to be changed.
fn written(wanted: &Wanted) -> Shown {
    let persons = wanted.writes.iter().filter_map(|write| write.person.clone());
    Arc::new(Mutex::new(persons.collect()))
}

/// A form on its way.
struct Sending<'a> {
    page: Opened<'a>,
    action: &'a Action,
    sub: String,
    typed: BTreeMap<String, String>,
}

impl Sending<'_> {
    async fn send(mut self, once: &str, came: Arriving) -> Result<Response, Error> {
        let holding = Holding {
            app: self.page.app,
            look: &self.page.visit.look,
            plugin: self.page.offer.plugin,
            insurer: self.page.visit.slug(),
            // Whose they become the row says that names them.
            whose: Whose::Staff,
            action: self.action,
            now: self.page.visit.now,
            once,
        };
        let mut typed = self.typed.clone();
        let (files, faults) = match holding.take(&mut typed, came).await {
            Ok(taken) => taken,
            Err(error) => {
                self.draft(&self.page.page()).keep(&self.typed).await?;
                return Err(error);
            }
        };
        self.typed = typed;
        let Self { page, action, sub, typed } = &self;
        let (app, visit, id) = (page.app, page.visit, page.offer.id());
        let everybody = People::everybody();
        let values = read(action, None, typed, &everybody, &files);
        let mut values = match plugin_files::all(values, faults, &visit.look) {
            Ok(values) => values,
            Err(faults) => return self.again(faults).await,
        };
        self.whose(&mut values).await?;
        page.note(Act::FormSent, &format!("{} {}", page.path, action.id)).await?;
        let (question, shown) = page.question(action.declared())?;
        let reply = question.action(values.into(), page.deadline()).await;
        page.looked(&shown).await?;
        let reply = match reply {
            Ok(reply) => reply,
            Err(fault) => return self.kept(&fault).await,
        };
        let plugin = page.offer.plugin;
        let sent = Sent::new(sub, (id, &action.id), once, typed);
        let mut taking = plugin.database.as_ref().map(|database| Taking {
            database,
            statements: &plugin.statements,
            declared: action.declared(),
            plugin: id,
            notifications: &plugin.manifest.notification,
            events: &plugin.manifest.event,
            insurer: visit.slug(),
            people: &everybody,
            names_whose: true,
            today: &visit.today,
            now: visit.now,
        });
        let taken = match reply {
            ActionReply::NotFound => return Ok(visit.not_found()),
            ActionReply::See { path, said, writes, notify, publish } => {
                let base = visit.path(&format!("p/{id}"));
                let class = |path: &str| plugin.manifest.staff_page(path).map(|page| page.data);
                match target(&base, class, action, (&path, said.as_deref())) {
                    Some(to) => {
                        let wanted = Wanted { writes, notify, publish };
                        let known = self.known(&wanted).await?;
                        if let Some(taking) = &mut taking {
                            taking.people = &known;
                        }
                        // Whose rows are changed has been looked at, too.
                        page.looked(&written(&wanted)).await?;
                        take(app, taking.as_ref(), &sent, to, &wanted).await
                    }
                    None => Err(NotTaken::Asked("the page to see next is none of its own".into())),
                }
            }
            ActionReply::Again { faults } => refused(taking.as_ref(), &sent, faults).await,
        };
        match taken {
            Ok(Outcome::On(to)) => {
                self.draft(&page.page()).forget().await?;
                Ok(see_other(&to))
            }
            Ok(Outcome::Again(faults)) => {
                let said = |fault: FieldFault| (fault.field, visit.look.t_or(&fault.text));
                let faults = faults.into_iter().map(said).collect();
                self.again(faults).await
            }
            Err(NotTaken::Asked(why)) => self.kept(&CallFault::Failed(why)).await,
            Err(NotTaken::Database(error)) => {
                // When the database does not answer at all, this cannot be kept either.
                self.draft(&page.page()).keep(typed).await?;
                Err(error.into())
            }
        }
    }

    /// The person of each card that was typed: whoever signed in has a name of their own, others their card's.
    async fn whose(&self, values: &mut Map<String, Value>) -> Result<(), Error> {
        let (app, insurer) = (self.page.app, self.page.visit.slug());
        for field in self.action.field.iter().filter(|field| field.kind == FieldKind::Card) {
            let Some(Value::String(card)) = values.get_mut(&field.name) else { continue };
            let name = app.person_keys.of_card(insurer, card);
            let mut conn = app.db.read().await?;
            let known = People::everybody_known(&mut conn, insurer, [name.as_str()]).await?;
            *card = known.only(&name).all().first().map_or(name, |seen| seen.id.clone());
        }
        Ok(())
    }

    /// Everybody, with all names of those whom the handler named.
    async fn known(&self, wanted: &Wanted) -> Result<People, Error> {
        let (app, insurer) = (self.page.app, self.page.visit.slug());
        let mut conn = app.db.read().await?;
        Ok(People::everybody_known(&mut conn, insurer, wanted.persons()).await?)
    }

    /// The page with the form as it was typed, and what is wrong with it.
    async fn again(&self, faults: Vec<(String, String)>) -> Result<Response, Error> {
        let (action, typed) = (self.action.id.clone(), self.typed.clone());
        let shown = self.page.show(Some(Back { action, typed, faults })).await?;
        if shown.status() != StatusCode::BAD_REQUEST {
            // The page itself could not be shown.
            self.draft(&self.page.page()).keep(&self.typed).await?;
        }
        Ok(shown)
    }

    /// The notice that the plugin did not answer; what was typed is kept.
    async fn kept(&self, fault: &CallFault) -> Result<Response, Error> {
        self.draft(&self.page.page()).keep(&self.typed).await?;
        self.page.fault(fault)
    }

    fn draft<'o>(&'o self, page: &'o str) -> Draft<'o> {
        let (insurer, plugin) = (self.page.visit.slug(), self.page.offer.id());
        let of = Of { insurer, sub: &self.sub, plugin, action: &self.action.id, page };
        Draft { app: self.page.app, of, now: self.page.visit.now, kept: draft::KEPT }
    }
}

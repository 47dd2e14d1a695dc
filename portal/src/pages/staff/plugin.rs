//! A staff page of a plugin: role, call, and drawing or file. That it was seen is written down first; when it
//! cannot be, nothing is shown.

use crate::app::App;
use crate::insurers::offer::{self, Offer};
use crate::insurers::staff::May;
use crate::pages::draft::{self, Draft};
use crate::pages::plugin_files::{self, Whose};
use crate::pages::plugin_page::{Back, address, answers, draw, faulty, unsaid};
use crate::pages::plugin_paper;
use crate::plugins::ask::{Asker, Asking, Question};
use crate::plugins::border::host::{CallFault, Shown};
use crate::plugins::data::blobs;
use crate::plugins::data::class::DataClass;
use crate::plugins::data::people::People;
use crate::plugins::data::reach::Declared;
use crate::plugins::form::shown::{self, Filled, Forms, Showing};
use crate::plugins::package::manifest::StaffPage;
use crate::staff::{Colleague, StaffVisit};
use crate::store::access_record::{self, Look as Looked};
use crate::store::form_drafts::Of;
use crate::store::known_people;
use crate::store::staff_record::Act;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use sdk::PageReply;
use sdk::wire::FormState;
use secret::random;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use web::{Error, Look};

/// `GET /{insurer}/staff/p/{plugin}`
pub async fn root(
    State(app): State<Arc<App>>,
    Path((_, plugin)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    visit: StaffVisit,
) -> Result<Response, Error> {
    match opened(&app, &visit, (&plugin, "/"), query.unwrap_or_default()) {
        Ok(page) => page.show(None).await,
        Err(response) => Ok(*response),
    }
}

/// `GET /{insurer}/staff/p/{plugin}/{*path}`
pub async fn below(
    State(app): State<Arc<App>>,
    Path((_, plugin, path)): Path<(String, String, String)>,
    RawQuery(query): RawQuery,
    visit: StaffVisit,
) -> Result<Response, Error> {
    match opened(&app, &visit, (&plugin, &format!("/{path}")), query.unwrap_or_default()) {
        Ok(page) => page.show(None).await,
        Err(response) => Ok(*response),
    }
}

/// `GET /{insurer}/staff/p/{plugin}/blob/{id}`: a file of a member's, or of the insurer's, as a page of the
/// plugin's: written down, and the member is told.
pub async fn blob(
    State(app): State<Arc<App>>,
    Path((_, plugin, id)): Path<(String, String, String)>,
    visit: StaffVisit,
) -> Result<Response, Error> {
    if let Err(signin) = visit.signed_in() {
        return Ok(*signin);
    }
    let offer = offer::one(&visit.insurer.definition, &visit.in_force.plugins, &plugin);
    let database = offer.and_then(|offer| offer.plugin.database.as_ref());
    let (Some(offer), Some(database)) = (offer, database) else { return Ok(visit.not_found()) };
    let insurer = visit.slug();
    let found = blobs::of(&mut database.read(insurer).await?, insurer, &id).await?;
    let Some(blob) = found.filter(|blob| blob.kept || blob.person.is_empty()) else {
        return Ok(visit.not_found());
    };
    // It is as a page of its class: where the plugin shows staff none, it shows them no file.
    let mut pages = offer.plugin.manifest.staff.iter();
    let Some(like) = pages.find(|page| page.data >= blob.class) else {
        return Ok(visit.not_found());
    };
    let page = match opened(&app, &visit, (&plugin, &like.path), String::new()) {
        Ok(page) => page,
        Err(response) => return Ok(*response),
    };
    // What a member calls their file is theirs: the record has its number.
    page.note(Act::PageSeen, &format!("/blob {}", &blob.id[..8])).await?;
    let whose = Some(blob.person.clone()).filter(|person| !person.is_empty());
    page.looked(&Arc::new(Mutex::new(whose.into_iter().collect()))).await?;
    plugin_files::answer(&app, page.offer.plugin, database, (insurer, &blob)).await
}

/// A staff page that a colleague may see.
pub(super) struct Opened<'a> {
    pub app: &'a App,
    pub visit: &'a StaffVisit,
    pub colleague: Colleague<'a>,
    pub offer: Offer<'a>,
    page: &'a StaffPage,
    pub path: String,
    pub query: String,
}

/// The staff page at a path below a plugin, or the page that says why there is none.
pub(super) fn opened<'a>(
    app: &'a App,
    visit: &'a StaffVisit,
    (id, path): (&str, &str),
    query: String,
) -> Result<Opened<'a>, Box<Response>> {
    let colleague = visit.signed_in()?;
    let offer = offer::one(&visit.insurer.definition, &visit.in_force.plugins, id);
    let found = offer.and_then(|offer| Some((offer, offer.plugin.manifest.staff_page(path)?)));
    let Some((offer, page)) = found else { return Err(Box::new(visit.not_found())) };
    if !colleague.rights.may(May::Pages, id) {
        return Err(Box::new(visit.refused("staff-not-yours")));
    }
    Ok(Opened { app, visit, colleague, offer, page, path: path.to_owned(), query })
}

/// What a colleague is called among members, where one of both is meant.
pub(super) fn name(sub: &str) -> String {
    format!("staff:{sub}")
}

impl Opened<'_> {
    /// Asks the plugin and draws what it answers, with a form that comes back.
    pub async fn show(&self, back: Option<Back>) -> Result<Response, Error> {
        let Self { app, visit, offer, page, .. } = self;
        let id = offer.id();
        self.note(Act::PageSeen, &self.path).await?;
        let (question, shown) = self.question(page.declared())?;
        let answered = question.page(self.deadline()).await;
        let look = &self.naming(&shown).await?;
        self.looked(&shown).await?;
        let drawn = match answered {
            Ok(PageReply::NotFound) => return Ok(visit.not_found()),
            Ok(reply) if answers(&reply) != page.answers => {
                Err(CallFault::Failed("answers with another kind than its page says".to_owned()))
            }
            Ok(PageReply::Paper { name, document }) => {
                let of = (self.colleague.session.name.as_str(), visit.today.as_str());
                let made = plugin_paper::file(app, look, of, id, (&name, &document)).await;
                made.map_err(CallFault::Failed)
            }
            Ok(PageReply::Sheet { name, sheet }) => {
                plugin_paper::sheet(look, id, (&name, &sheet)).map_err(CallFault::Failed)
            }
            Ok(PageReply::Xml { name, root }) => {
                let of = (visit.slug(), false);
                let made = plugin_paper::elements(app, look, of, id, (&name, &root)).await;
                made.map_err(CallFault::Failed)
            }
            Ok(PageReply::Hits { .. }) => return Ok(visit.not_found()),
            Ok(PageReply::Show { template, data, forms, .. }) => {
                let forms = self.forms(&forms, back).await?;
                draw(look, (id, &template), data, forms, &self.query).await
            }
            Err(fault) => Err(fault),
        };
        match drawn {
            Ok(response) => Ok(response),
            Err(fault) => self.fault(&fault),
        }
    }

    /// The look of a page whose template may ask what the people are called whose rows it was given.
    async fn naming(&self, shown: &Shown) -> Result<Look, Error> {
        let names: Vec<String> = {
            let shown = shown.lock().unwrap_or_else(PoisonError::into_inner);
            shown.iter().cloned().collect()
        };
        let Self { app, visit, .. } = self;
        let mut conn = app.db.read().await?;
        // The address may name somebody by the card of a file's row, and the answer by their own name.
        let query = url::form_urlencoded::parse(self.query.as_bytes());
        let asked: Vec<String> = query.map(|(_, text)| text.into_owned()).take(20).collect();
        let called =
            known_people::called(&mut conn, &app.sealer, visit.slug(), &names, &asked).await?;
        Ok(visit.look.naming(called))
    }

    /// How long a page of a plugin may take.
    pub fn deadline(&self) -> Duration {
        Duration::from_millis(self.app.settings.plugins.page_ms)
    }

    /// Writes down what is done here.
    pub async fn note(&self, act: Act, subject: &str) -> Result<(), Error> {
        let mut tx = self.app.db.begin().await?;
        let of = (self.offer.id(), subject);
        self.colleague.note(&mut tx, self.visit, act, of).await?;
        Ok(tx.commit().await?)
    }

    /// The call, and where stands whose rows it was given.
    pub fn question(&self, declared: Declared<'_>) -> Result<(Question, Shown), Error> {
        let Self { app, visit, offer, .. } = self;
        let member = name(&self.colleague.session.sub);
        let asker = Asker {
            insurer: visit.slug(),
            member: &member,
            lang: &visit.look.lang,
            today: &visit.today,
            now: visit.now,
            insured: false,
            shown: false,
            staff: true,
            people: People::everybody(),
            who: Some(&app.db),
            // Every sign-in of staff shows two factors.
            cleared: DataClass::Medical,
            proved_again: false,
            signs: app.settings.signing.contains_key(visit.slug()),
        };
        let question = asker.question(&Asking {
            plugin: offer.plugin,
            settings: offer.settings,
            declared,
            again: false,
            shared: offer::shared(&visit.insurer.definition, &visit.in_force.plugins, offer.plugin),
            query: &self.query,
        });
        let question = question.map_err(|_| Error::fault("nothing is above what staff proved"))?;
        let shown = question.shown().unwrap_or_default();
        Ok((question, shown))
    }

    /// Members are told that their rows were shown, and where the one who saw them works and as what; before
    /// anything is shown.
    pub async fn looked(&self, shown: &Shown) -> Result<(), Error> {
        let persons = std::mem::take(&mut *shown.lock().unwrap_or_else(PoisonError::into_inner));
        if persons.is_empty() {
            return Ok(());
        }
        let Self { app, visit, colleague, .. } = self;
        let roles = colleague.rights.names_with(self.offer.id(), "ja").join("、");
        let seen_by_name = format!("{}（{roles}）", visit.insurer.brand.name.ja);
        let look = |person: String| Looked {
            person,
            seen_by: name(&colleague.session.sub),
            seen_by_name: seen_by_name.clone(),
            plugin: self.offer.id().to_owned(),
            at: visit.now,
        };
        let looks: Vec<Looked> = persons.into_iter().map(look).collect();
        let mut tx = app.db.begin().await?;
        access_record::insert(&mut tx, visit.slug(), &looks).await?;
        Ok(tx.commit().await?)
    }

    /// The page with its parameters, without what was said above it.
    pub fn page(&self) -> String {
        unsaid(&format!("staff{}", self.path), &self.query)
    }

    /// The notice that the plugin did not answer.
    pub fn fault(&self, fault: &CallFault) -> Result<Response, Error> {
        let Self { visit, offer, path, query, .. } = self;
        let again = address(&visit.path(&format!("p/{}", offer.id())), &format!("{path}?{query}"));
        faulty(&visit.look, visit.slug(), *offer, fault, again)
    }

    /// The forms of the page, for who may send them: as they came back, as they were kept, or as the plugin
    /// fills them in.
    async fn forms(
        &self,
        states: &BTreeMap<String, FormState>,
        mut back: Option<Back>,
    ) -> Result<Forms, Error> {
        let (visit, plugin) = (self.visit, self.offer.plugin);
        let mut forms = Forms::default();
        if !self.colleague.rights.may(May::Forms, plugin.id()) {
            forms.withheld = plugin.manifest.staff_actions(&self.path).next().is_some();
            return Ok(forms);
        }
        let (sub, page) = (name(&self.colleague.session.sub), self.page());
        for action in plugin.manifest.staff_actions(&self.path) {
            let of = Of {
                insurer: visit.slug(),
                sub: &sub,
                plugin: plugin.id(),
                action: &action.id,
                page: &page,
            };
            let filled = match back.take_if(|back| back.action == action.id) {
                Some(back) => Filled { typed: Some(back.typed), faults: back.faults, kept: false },
                None => {
                    let typed = Draft { app: self.app, of, now: visit.now, kept: draft::KEPT }
                        .find()
                        .await?;
                    Filled { kept: typed.is_some(), typed, faults: Vec::new() }
                }
            };
            forms.failed |= !filled.faults.is_empty();
            let state = states.get(&action.id);
            let files = match &plugin.database {
                Some(database) => {
                    let ids = shown::files(action, state, &filled);
                    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
                    plugin_files::found(database, visit.slug(), Whose::Staff, &ids).await?
                }
                None => Vec::new(),
            };
            let showing = Showing {
                plugin: plugin.id(),
                token: &visit.look.form_token(plugin.id(), &sub),
                once: &random::id(),
                people: &People::default(),
                files: &files,
                base: &visit.path(&format!("p/{}", plugin.id())),
                texts: &visit.look,
            };
            let shown = showing.form(action, state, &filled);
            forms.forms.insert(action.id.clone(), shown);
        }
        Ok(forms)
    }
}

//! A journey that this browser may go on with, and everything that the plan and its steps need.

use super::Tools;
use super::begin::{Begun, Ticket, begin};
use super::factors::Factors;
use super::goal::{Goal, Resume};
use super::instance::Instance;
use crate::authorization::missing::{self, Asked};
use crate::definition::{Definition, published};
use crate::ids::{AccountId, JourneyId};
use crate::need::{Act, Agreement, Evidence, Facts, Kind, Known, Need, Relation, Settings};
use crate::store::browsers::Browser;
use crate::store::evidence::Holder;
use crate::store::sessions::Session;
use crate::store::{agreements, consents, evidence, journeys, people, pushed};
use crate::visit::Visit;
use crate::{browser, session};
use axum::http::{StatusCode, header};
use axum::response::Response;
use db::Conn;
use oidc::Client;
use oidc::authorize::Authorize;
use secret::hash;
use serde_json::Value;
use std::sync::Arc;
use web::Error;
use web::look::Cancel;

/// The `?step=` of the button that gives up. No step of a definition is called so.
pub const CANCEL: &str = "cancel";

/// A running journey.
pub struct Running<'t> {
    pub tools: &'t Tools,
    pub visit: Visit,
    pub instance: Instance,
    /// What the browser holds of it.
    pub ticket: Ticket,
    /// How many answers its row has seen; none while it lives in the browser.
    pub revision: Option<i64>,
    pub definition: Arc<Definition>,
    /// The request that waits, and its client.
    pub request: Option<Authorize>,
    pub client: Option<Arc<Client>>,
    /// To encrypt the client's ID tokens.
    pub encryption: Option<Arc<Value>>,
    /// The session that this journey goes on with.
    pub session: Option<Session>,
    /// Proved in this journey.
    pub here: Vec<Evidence>,
    pub agreed_here: Vec<Agreement>,
    pub account: KnownAccount,
    sign_in: Need,
    duties: Need,
}

/// What is known of the account, once it is known who it is.
#[derive(Default)]
pub struct KnownAccount {
    /// The session's evidence and what lasts.
    pub held: Vec<Evidence>,
    pub agreed: Vec<Agreement>,
    pub allowed: Vec<String>,
    pub owns: Option<Vec<Kind>>,
    pub relation: Option<Relation>,
    /// It has had an app for longer than [`YOUNG_SECS`].
    pub has_old_app: bool,
    /// Somebody else gave its password.
    pub has_temporary_password: bool,
    /// Nobody signs in until its owner has recovered it.
    pub is_locked: bool,
    /// The language that its owner chose.
    pub language: Option<String>,
    /// This browser, if it has signed in here before.
    pub browser: Option<Browser>,
}

/// How long what was added to an account does not stand in the way of its owner's recovery: whoever
/// knew the password may have added it.
pub const YOUNG_SECS: i64 = 7 * 24 * 3600;

/// What a request found.
pub enum Found<'t> {
    Running(Box<Running<'t>>),
    /// It cannot go on: this page says why.
    Gone(Response),
}

/// Finds a journey by the path's id and the browser's cookie.
pub async fn find<'t>(
    tools: &'t Tools,
    mut visit: Visit,
    id: &JourneyId,
) -> Result<Found<'t>, Error> {
    let Some(ticket) = Ticket::of(&visit, id) else {
        if !visit.headers.contains_key(header::COOKIE) {
            // It was given one when it began.
            return Err(Error::NO_COOKIES);
        }
        return Ok(Found::Gone(visit.gone()?));
    };
    let (realm, now) = (visit.realm.clone(), visit.now);
    let sealer = &realm.keys.journeys;
    let (instance, revision) = match &ticket {
        Ticket::Sealed(text) => {
            let found = Instance::from_browser(text, sealer, realm.id(), id, now);
            let Some(instance) = found else { return Ok(Found::Gone(visit.gone()?)) };
            (instance, None)
        }
        Ticket::Row(secret) => {
            let mut conn = tools.db.read().await?;
            let Some(row) = journeys::by_id(&mut conn, realm.id(), id, now).await? else {
                return Ok(Found::Gone(visit.gone()?));
            };
            if !hash::equal(hash::sha256(secret), &row.secret_hash) {
                // The link was opened elsewhere: that browser goes on.
                return Ok(Found::Gone(moved_on(&visit)?));
            }
            let found = Instance::from_row(&row.sealed, sealer, realm.id(), id);
            let Some(instance) = found else { return Ok(Found::Gone(visit.gone()?)) };
            (instance, Some(row.revision))
        }
    };
    let definition = if instance.version == realm.version {
        realm.definition.clone()
    } else {
        let mut conn = tools.db.read().await?;
        let found = published::version(&mut conn, realm.id(), instance.version).await?;
        Arc::new(found.ok_or(Error::NOT_FOUND)?)
    };
    let request = match waiting(tools, &visit, instance.goal.resume()).await? {
        Waiting::Nobody => None,
        Waiting::Client(request) => Some(*request),
        Waiting::Answered => return Ok(Found::Gone(visit.gone()?)),
    };
    let client = match &request {
        Some(request) => tools.clients.lookup(&realm, &request.client_id).await?,
        None => None,
    };
    // Every page of this journey may end with a redirect to whoever waits.
    let ending = match &request {
        Some(request) => request.redirect_uri.as_str(),
        None => realm.definition.policy.home.for_members(),
    };
    visit.look.policy.form = web::look::origin(ending);
    if definition.policy.passkeys.offer {
        visit.look.policy.scripts.push("passkey");
    }
    if let Some(request) = &request {
        visit.look.prefer(request.ui_locales.as_deref().unwrap_or_default());
    }
    if let (Some(_), Some(client)) = (&request, &client) {
        let action = visit.path(&format!("journey/{id}?step={CANCEL}"));
        let back_to = client.name_in(&visit.look.lang).to_owned();
        visit.look.cancel = Some(Cancel { action, back_to });
    }
    let encryption = match (&client, &request) {
        (Some(client), Some(request)) if request.response_type.id_token => {
            tools.clients.encryption_keys(client, now).await
        }
        _ => None,
    };
    let sign_in = definition.way_in().map_err(Error::fault)?.ok_or(Error::NOT_FOUND)?;
    let mut running = Running {
        tools,
        visit,
        instance,
        ticket,
        revision,
        duties: definition.duties(),
        definition,
        request,
        client,
        encryption,
        session: None,
        here: Vec::new(),
        agreed_here: Vec::new(),
        account: KnownAccount::default(),
        sign_in,
    };
    match running.read_evidence().await? {
        Belongs::Here => Ok(Found::Running(Box::new(running))),
        Belongs::ToAnother(resume) => Ok(Found::Gone(anew(&running.visit, resume)?)),
    }
}

/// Whose the journey is.
enum Belongs {
    Here,
    /// The session that it went on with has ended, or another person has signed in: what was
    /// proved for that session must not reach anybody else's.
    ToAnother(Resume),
}

/// The same wish from the start: who it is is asked again, and nothing is brought along.
pub(super) fn anew(visit: &Visit, resume: Resume) -> Result<Response, Error> {
    match begin(visit, Goal::SignIn(resume))? {
        Begun::Response(response) => Ok(response),
        Begun::TooLong => visit.gone(),
    }
}

fn moved_on(visit: &Visit) -> Result<Response, Error> {
    visit.look.notice_page(StatusCode::OK, "moved-on", "info", Vec::new())
}

enum Waiting {
    Nobody,
    Client(Box<Authorize>),
    /// What was pushed has had its answer.
    Answered,
}

async fn waiting(tools: &Tools, visit: &Visit, resume: &Resume) -> Result<Waiting, Error> {
    match resume {
        Resume::Home | Resume::Page(_) => Ok(Waiting::Nobody),
        Resume::Client(request) => Ok(Waiting::Client(request.clone())),
        Resume::Pushed { request_uri, client_id } => {
            let hash = hash::sha256(request_uri);
            let mut conn = tools.db.read().await?;
            // It came in time: a journey that has begun goes on.
            let found = pushed::begun(&mut conn, visit.realm.id(), &hash, client_id).await?;
            Ok(found.map_or(Waiting::Answered, |request| {
                let request_uri = Some(request_uri.clone());
                Waiting::Client(Box::new(Authorize { request_uri, ..request }))
            }))
        }
    }
}

impl Running<'_> {
    async fn read_evidence(&mut self) -> Result<Belongs, Error> {
        let goes_on = matches!(self.instance.goal, Goal::StepUp { .. });
        // A change knows from its beginning whose it is.
        if self.revision.is_none() && !goes_on && !self.changes() {
            return Ok(Belongs::Here);
        }
        let mut conn = self.tools.db.read().await?;
        let insurer = self.visit.realm.id();
        if self.revision.is_some() {
            let holder = Holder::Journey(&self.instance.id);
            self.here = evidence::list(&mut conn, insurer, holder).await?;
            self.agreed_here = agreements::list(&mut conn, insurer, holder).await?;
        }
        if let Goal::StepUp { sid, resume } = &self.instance.goal {
            let found = session::find_on(&mut conn, &self.tools.db, &self.visit).await?;
            let same = |found: &Session| sid.as_ref().is_none_or(|sid| found.sid == *sid);
            match found.filter(same) {
                Some(session) if self.is_of(&session) => {
                    // From now on it is bound to this session, whichever it was.
                    let (sid, resume) = (Some(session.sid.clone()), resume.clone());
                    self.instance.goal = Goal::StepUp { sid, resume };
                    self.instance.learned.account = Some(session.account_id.clone());
                    self.session = Some(session);
                }
                _ => return Ok(Belongs::ToAnother(resume.clone())),
            }
        }
        if let Some(account) = self.instance.learned.account.clone() {
            self.read_account(&mut conn, &account).await?;
        }
        Ok(Belongs::Here)
    }

    /// Whether a session is of the account whose proofs this journey has, if it has any.
    fn is_of(&self, session: &Session) -> bool {
        let known = self.instance.learned.account.as_ref();
        known.is_none_or(|known| *known == session.account_id)
    }

    /// What is known of an account, now that it is known which.
    pub async fn read_account(
        &mut self,
        conn: &mut Conn,
        account: &AccountId,
    ) -> Result<(), Error> {
        let insurer = self.visit.realm.id();
        let mut held = self.session.as_ref().map(|s| s.evidence.clone()).unwrap_or_default();
        held.extend(evidence::list(conn, insurer, Holder::Account(account)).await?);
        let agreed = agreements::list(conn, insurer, Holder::Account(account)).await?;
        let allowed = match &self.client {
            Some(client) if client.needs_consent() => {
                consents::scopes(conn, insurer, account, &client.client_id).await?
            }
            _ => Vec::new(),
        };
        let holdings = people::holdings(conn, insurer, account).await?;
        let relation = holdings.insured.map(|insured| match insured {
            true => Relation::Insured,
            false => Relation::Dependant,
        });
        let owns = [
            (Kind::Password, holdings.has_password),
            (Kind::Totp, holdings.totp_since.is_some()),
            (Kind::CodeByMail, holdings.has_address),
            (Kind::RecoveryCode, holdings.has_recovery_code),
            (Kind::Passkey, holdings.has_passkey),
        ];
        let owns = owns.into_iter().filter_map(|(kind, has)| has.then_some(kind)).collect();
        let owns = Some(owns);
        // While it is locked nothing can be added: what is old then is old.
        let old = holdings.locked_at.unwrap_or(self.visit.now) - YOUNG_SECS;
        let has_old_app = holdings.totp_since.is_some_and(|since| since <= old);
        let browser = browser::known(conn, &self.visit, account).await?;
        self.account = KnownAccount {
            held,
            agreed,
            allowed,
            owns,
            relation,
            has_old_app,
            has_temporary_password: holdings.has_temporary_password,
            is_locked: holdings.locked_at.is_some(),
            language: holdings.language,
            browser,
        };
        Ok(())
    }

    /// Everything that must be proved.
    ///
    /// # Errors
    /// 404 when the journey's file is gone from its version: it never is.
    pub fn need(&self) -> Result<Need, Error> {
        let duties = self.duties.clone();
        match &self.instance.goal {
            goal @ (Goal::Register { .. }
            | Goal::Recover(_)
            | Goal::ReplaceApp(_)
            | Goal::ReplaceAddress(_)) => {
                let journey = goal.journey(&self.definition).ok_or(Error::NOT_FOUND)?;
                let need = self.definition.need_of(journey).map_err(Error::fault)?;
                Ok(match self.second_factor() {
                    Some(factor) if matches!(goal, Goal::Recover(_) | Goal::ReplaceAddress(_)) => {
                        Need::All(vec![need, factor.now()])
                    }
                    _ => need,
                })
            }
            Goal::Change { what, .. } => Ok(what.need(self.factors().owner())),
            Goal::SignIn(_) | Goal::StepUp { .. } => {
                let known = self.known();
                let sign_in = match self.second_factor() {
                    // Before what the client asks: consent is the owner's to give.
                    Some(factor) => &Need::All(vec![self.sign_in.clone(), factor]),
                    None => &self.sign_in,
                };
                // After what must be agreed to, before what a client may learn.
                let offer = self.account.owns.as_ref().and(self.factors().passkey_offer());
                // Before anything that the owner alone may say: whoever gave the password knows it.
                let own = self.account.has_temporary_password;
                let own = own.then(|| Need::step(Kind::Password, Act::Replace, Settings::None));
                let duties = Need::All(own.into_iter().chain([duties]).chain(offer).collect());
                Ok(match self.asked() {
                    Some(asked) => missing::need(asked, sign_in, duties, &known),
                    None => Need::All(vec![sign_in.clone(), duties]),
                })
            }
        }
    }

    /// What is asked besides; nothing while it is not known whose account it is.
    fn second_factor(&self) -> Option<Need> {
        self.account.owns.as_ref()?;
        self.factors().need()
    }

    fn factors(&self) -> Factors<'_> {
        let browser = self.account.browser.as_ref();
        Factors {
            policy: &self.definition.policy,
            goal: &self.instance.goal,
            owns: self.account.owns.as_deref().unwrap_or_default(),
            has_old_app: self.account.has_old_app,
            offers_passkey: self.offers_passkey(),
            knows_browser: browser.is_some(),
            knows_browser_long: browser
                .is_some_and(|one| one.created_at <= self.visit.now - YOUNG_SECS),
            remembers_browser: browser.is_some_and(|one| one.is_remembered(self.visit.now)),
            asks_passkey: browser.is_none_or(|one| one.asks_passkey(self.visit.now)),
            can_have_passkeys: self.tools.passkeys.is_some(),
        }
    }

    /// Whether a passkey may be shown instead of a password: of somebody unknown, or of an account
    /// that has one.
    pub fn offers_passkey(&self) -> bool {
        self.definition.policy.passkeys.offer
            && self.tools.passkeys.is_some()
            && self.account.owns.as_ref().is_none_or(|owns| owns.contains(&Kind::Passkey))
    }

    /// What the waiting client asks.
    pub fn asked(&self) -> Option<Asked<'_>> {
        let (request, client) = (self.request.as_ref()?, self.client.as_deref()?);
        let has_session = self.session.is_some();
        Some(Asked { realm: &self.visit.realm, request, client, has_session })
    }

    /// Everything that the plan looks at.
    pub fn known(&self) -> Known<'_> {
        Known {
            here: &self.here,
            held: &self.account.held,
            owns: self.account.owns.as_deref(),
            agreed: &self.account.agreed,
            agreed_here: &self.agreed_here,
            allowed: &self.account.allowed,
            facts: Facts {
                relation: self.instance.learned.relation.or(self.account.relation),
                is_known: self.account.owns.is_some(),
            },
            chosen: &self.instance.chosen,
            declined: &self.instance.declined,
            now: self.visit.now,
        }
    }

    /// The journey's title in the language of the page.
    pub fn title(&self) -> String {
        let lang = &self.visit.look.lang;
        if let Goal::Change { what, .. } = &self.instance.goal {
            return self.visit.look.t(what.title(), &[]);
        }
        self.instance
            .goal
            .journey(&self.definition)
            .map_or_else(String::new, |j| j.title.in_language(lang).to_owned())
    }

    /// The address of this journey.
    pub fn here_url(&self) -> String {
        self.visit.path(&format!("journey/{}", self.instance.id))
    }

    /// Whether the journey makes a new account.
    pub fn registers(&self) -> bool {
        matches!(self.instance.goal, Goal::Register { .. })
    }

    /// Whether the journey gives an account back to its owner.
    pub fn recovers(&self) -> bool {
        let goal = &self.instance.goal;
        matches!(goal, Goal::Recover(_) | Goal::ReplaceApp(_) | Goal::ReplaceAddress(_))
    }

    /// Whether the owner of an account changes something of it.
    pub fn changes(&self) -> bool {
        matches!(self.instance.goal, Goal::Change { .. })
    }

    /// Which browser this is, hashed: for counting its tries.
    pub fn browser(&self) -> String {
        hash::s256(self.visit.browser())
    }
}

//! One request to an insurer's portal: who is signed in, and how the page's frame looks.

use crate::app::App;
use crate::household::access_record::Looker;
use crate::household::subjects::{Subject, Subjects, subjects};
use crate::in_force::InForce;
use crate::insurers::definition::{HouseholdPolicy, Level};
use crate::insurers::{Insurer, offer};
use crate::member::Member;
use crate::plugins::ask::{Asker, Unproved};
use crate::plugins::data::class::DataClass;
use crate::plugins::data::people::{People, PersonKeys, Seen};
use crate::plugins::{Plugin, Plugins};
use crate::session;
use crate::store::sessions::Session;
use axum::extract::{FromRef, FromRequestParts};
use axum::http::{HeaderMap, StatusCode, request::Parts};
use axum::response::{IntoResponse, Response};
use db::Db;
use handover::date;
use std::sync::Arc;
use web::look::{NavItem, User, see_other};
use web::{Brand, Error, Look};

/// Insurer, look and session of a request.
pub struct Visit {
    pub insurer: Arc<Insurer>,
    /// What answers this request, to its end.
    pub in_force: Arc<InForce>,
    pub look: Look,
    pub headers: HeaderMap,
    /// Read by [`Visit::signed_in`] alone: not everybody who has a session may read.
    session: Option<Session>,
    path: String,
    /// When the request came, in seconds since 1970, and the day in Japan.
    pub now: i64,
    today: String,
    /// The insurer's XML files are signed.
    signs: bool,
}

impl Visit {
    /// The same for who sent a token, and not for who has a session in the browser.
    pub fn of_token(self, session: Session) -> Self {
        Self { session: Some(session), ..self }
    }

    /// The level that is asked for what is not proved.
    pub fn asked(&self, what: Unproved) -> Option<Level> {
        self.insurer.definition.levels.asked(what)
    }

    /// The insurer's id in every table.
    pub fn slug(&self) -> &str {
        &self.insurer.brand.slug
    }

    /// A path below the insurer: `/minato/household`.
    pub fn path(&self, below: &str) -> String {
        format!("/{}/{below}", self.slug())
    }

    /// Whose rows a member sees here.
    pub async fn subjects(&self, db: &Db, member: &Member) -> Result<Subjects, db::Error> {
        let policy = self.insurer.definition.household;
        subjects(&mut db.read().await?, self.slug(), policy, member).await
    }

    /// The member as the access record knows them.
    pub fn looker<'a>(&'a self, member: &'a Member, subjects: &'a Subjects) -> Looker<'a> {
        Looker { insurer: self.slug(), member, subjects, now: self.now }
    }

    /// Whether whoever is signed in was known well enough, and lately enough, for data of a class.
    pub fn may_see(&self, class: DataClass) -> bool {
        self.proved(Unproved::Class(class))
    }

    /// Whether whoever is signed in has proved what is asked.
    fn proved(&self, what: Unproved) -> bool {
        let Some(level) = self.insurer.definition.levels.asked(what) else { return true };
        let Some(session) = &self.session else { return false };
        let fresh = match (level.max_age_minutes, session.auth_time) {
            (None, _) => true,
            (Some(minutes), Some(at)) => self.now - at < minutes * 60,
            (Some(_), None) => false,
        };
        fresh && (level.acr.is_none() || session.acr == level.acr)
    }

    /// A plugin that the insurer offers.
    pub fn offered(&self, id: &str) -> Option<&Plugin> {
        let offer = offer::one(&self.insurer.definition, &self.in_force.plugins, id)?;
        Some(offer.plugin)
    }

    /// The way to prove what is asked, and back to this page.
    pub fn step_up(&self, what: Unproved) -> Response {
        see_other(&self.step_up_url(what, &self.path))
    }

    /// The same, and then to a page of ours.
    pub fn step_up_url(&self, what: Unproved, to: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("to", to).append_pair("for", what.as_str());
        self.path(&format!("signin?{}", query.finish()))
    }

    /// The member on whose behalf plugins are asked.
    pub fn asker<'a>(
        &'a self,
        keys: &PersonKeys,
        member: &'a Member,
        seen: &Subjects,
    ) -> Asker<'a> {
        let insurer = self.slug();
        let person = |subject: &Subject| Seen {
            id: keys.of_person(insurer, &subject.person),
            name: subject.name.clone(),
            own: subject.own,
            keys: subject.cards.iter().map(|card| keys.of_card(insurer, card)).collect(),
        };
        Asker {
            insurer,
            member: &member.sub,
            lang: &self.look.lang,
            today: &self.today,
            now: self.now,
            insured: member.insured,
            shown: seen.shown,
            staff: false,
            people: People::new(seen.people.iter().map(person).collect()),
            who: None,
            // Whoever is known well enough for the more sensitive is for the other.
            cleared: [DataClass::Medical, DataClass::Pii]
                .into_iter()
                .find(|class| self.may_see(*class))
                .unwrap_or(DataClass::None),
            proved_again: self.proved(Unproved::Again),
            signs: self.signs,
        }
    }

    /// Who is signed in, whether or not they may still read here.
    pub fn member(&self) -> Option<&Member> {
        self.session.as_ref().map(|session| &session.member)
    }

    /// The day in Japan.
    pub fn today(&self) -> &str {
        &self.today
    }

    /// Whether there is a session, of whomever.
    pub fn is_signed_in(&self) -> bool {
        self.session.is_some()
    }

    /// The ID token of whoever is signed in, for signing out.
    pub fn id_token(&self) -> Option<&str> {
        self.session.as_ref().map(|session| session.id_token.as_str())
    }

    /// The session of somebody who may read here; or the way to sign in and come back, or the page
    /// that says why there is nothing here any more.
    pub fn signed_in(&self) -> Result<&Session, Box<Response>> {
        let session = self.session.as_ref().ok_or_else(|| {
            let query = url::form_urlencoded::Serializer::new(String::new())
                .append_pair("to", &self.path)
                .finish();
            Box::new(see_other(&self.path(&format!("signin?{query}"))))
        })?;
        let days = self.insurer.definition.after_loss.days;
        match (session.member.left_on(&self.today), days) {
            (Some(left), Some(days)) if date::days_since(left, &self.today) >= i64::from(days) => {
                Err(self.refused("left-closed"))
            }
            _ => Ok(session),
        }
    }

    /// The session of somebody who may also change something: who has left may only read.
    pub fn may_change(&self) -> Result<&Session, Box<Response>> {
        let session = self.signed_in()?;
        match session.member.left_on(&self.today) {
            Some(_) => Err(self.refused("left-reads")),
            None => Ok(session),
        }
    }

    fn refused(&self, why: &str) -> Box<Response> {
        let drawn = self.look.notice_page(StatusCode::FORBIDDEN, why, "info", Vec::new());
        Box::new(drawn.unwrap_or_else(IntoResponse::into_response))
    }

    /// The page of an address that is nothing, in the frame of who is signed in.
    pub fn not_found(&self) -> Response {
        self.look.error(StatusCode::NOT_FOUND, None)
    }
}

impl<S> FromRequestParts<S> for Visit
where
    S: Send + Sync,
    Arc<App>: FromRef<S>,
{
    type Rejection = Error;

    /// # Errors
    /// 404 when no insurer has this path.
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let app = Arc::<App>::from_ref(state);
        let insurer = app.insurers.find(slug(parts)).ok_or(Error::NOT_FOUND)?;
        let in_force = app.in_force();
        let mut look = look(parts, &app, &in_force, Some(&insurer));
        let (slug, now) = (&insurer.brand.slug, app.clock.now());
        let secure = app.settings.secure();
        let session = session::find(&app.db, slug, &parts.headers, secure, now).await?;
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        // Sign-out goes on to the identity provider.
        look.policy.form = url::Url::parse(&insurer.definition.signin.issuer)
            .ok()
            .map(|u| u.origin().ascii_serialization());
        if let Some(session) = &session {
            look.user = Some(User {
                name: session.member.name.clone(),
                signout_url: format!("{}/signout", look.base()),
                last_login: session.previous_login_at,
            });
            look.nav = menu(&in_force.plugins, &insurer, &look, parts.uri.path());
            let inbox = format!("{}/inbox", look.base());
            look.bell = look.nav.iter().any(|item| item.url == inbox).then_some(inbox);
        }
        let headers = parts.headers.clone();
        let today = web::clock::today(now);
        let signs = app.settings.signing.contains_key(&insurer.brand.slug);
        Ok(Self { insurer, in_force, look, headers, session, path, now, today, signs })
    }
}

/// Home, the insurer's plugins, household, who saw what, and the member's own page at the identity
/// provider.
fn menu(plugins: &Plugins, insurer: &Insurer, look: &Look, path: &str) -> Vec<NavItem> {
    let base = look.base();
    let item = |label: String, url: String, icon: &'static str| {
        let current = path == url || (url.contains("/p/") && path.starts_with(&format!("{url}/")));
        NavItem { label, url, current, icon }
    };
    let tells = offer::all(&insurer.definition, plugins)
        .any(|offer| !offer.plugin.manifest.notification.is_empty());
    let searches = offer::all(&insurer.definition, plugins)
        .any(|offer| offer.plugin.manifest.search().is_some());
    let plugins = offer::all(&insurer.definition, plugins).filter_map(|offer| {
        let menu = offer.menu()?;
        let label = look.t(&menu.label, &[]);
        Some(item(label, format!("{base}/p/{}", offer.id()), menu.icon.as_str()))
    });
    let host = |key: &str, below: &str, icon: &'static str| {
        item(look.t(key, &[]), format!("{base}/{below}"), icon)
    };
    // Where nobody is shown to anybody there is nothing to choose.
    let shared = insurer.definition.household != HouseholdPolicy::Never;
    let household = shared.then(|| host("nav-household", "household", "family"));
    let inbox = tells.then(|| host("nav-inbox", "inbox", "letter"));
    let search = searches.then(|| host("nav-search", "search", "search"));
    std::iter::once(host("nav-home", "", "home"))
        .chain(inbox)
        .chain(search)
        .chain(plugins)
        .chain(household)
        .chain([host("nav-views", "views", "eye")])
        .chain([item(
            look.t("nav-own", &[]),
            format!("{}/account", insurer.definition.signin.issuer),
            "person",
        )])
        .collect()
}

/// The look of a request, also when its path names no insurer.
pub fn look_for(parts: &Parts, app: &App) -> Look {
    let insurer = app.insurers.find(slug(parts));
    look(parts, app, &app.in_force(), insurer.as_deref())
}

/// The look of a request to an insurer, or to none.
pub fn look(parts: &Parts, app: &App, in_force: &InForce, insurer: Option<&Insurer>) -> Look {
    let brand = insurer.map_or_else(|| Arc::new(Brand::nobody()), |found| found.brand.clone());
    let home = if brand.is_nobody() { "/".to_owned() } else { format!("/{}/", brand.slug) };
    let mut look = Look::new(parts, in_force.pages.clone(), brand, "portal", home, &app.public_url);
    look.documents = insurer.map(|insurer| insurer.definition.signin.issuer.clone());
    look.manifest = insurer.map(|_| format!("{}/{}", look.base(), HOME_SCREEN));
    look
}

/// A page of a plugin: `/`, `/?month=202603`, `/month?month=202603`.
pub fn below(base: &str, path: &str) -> String {
    match path.strip_prefix('/') {
        Some(rest) if rest.is_empty() || rest.starts_with('?') => format!("{base}{rest}"),
        Some(_) => format!("{base}{path}"),
        None => base.to_owned(),
    }
}

/// Where a device finds what it needs for its home screen, below the insurer.
pub const HOME_SCREEN: &str = "app.webmanifest";

/// The first segment of a request's path.
pub fn slug(parts: &Parts) -> &str {
    parts.uri.path().trim_start_matches('/').split('/').next().unwrap_or("")
}

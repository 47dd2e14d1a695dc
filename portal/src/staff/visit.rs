//! One request to an insurer's staff pages. A member's session is no way in: it is never looked at here.

use super::session;
use crate::app::App;
use crate::in_force::InForce;
use crate::insurers::staff::{May, Rights, Staff};
use crate::insurers::{Insurer, offer};
use crate::plugins::Plugins;
use crate::plugins::package::manifest::StaffPage;
use crate::store::staff_record::{self, Act, Done};
use crate::store::staff_sessions::StaffSession;
use crate::visit;
use axum::extract::{FromRef, FromRequestParts};
use axum::http::{HeaderMap, Method, StatusCode, request::Parts};
use axum::response::{IntoResponse, Response};
use db::Tx;
use std::sync::Arc;
use web::look::{NavItem, User, see_other};
use web::{Error, Look};

/// Insurer, look and session of a request.
pub struct StaffVisit {
    pub insurer: Arc<Insurer>,
    /// What answers this request, to its end.
    pub in_force: Arc<InForce>,
    pub look: Look,
    pub headers: HeaderMap,
    session: Option<StaffSession>,
    path: String,
    /// When the request came, in seconds since 1970, and the day in Japan.
    pub now: i64,
    pub today: String,
}

/// Somebody who is signed in and works here.
pub struct Colleague<'a> {
    pub session: &'a StaffSession,
    pub rights: Rights<'a>,
}

impl StaffVisit {
    /// The insurer's id in every table.
    pub fn slug(&self) -> &str {
        &self.insurer.brand.slug
    }

    /// A path of the staff pages: `/minato/staff/record`.
    pub fn path(&self, below: &str) -> String {
        match below {
            "" => format!("/{}/staff", self.slug()),
            below => format!("/{}/staff/{below}", self.slug()),
        }
    }

    /// The insurer's staff pages.
    pub fn staff(&self) -> Result<&Staff, Error> {
        self.insurer.definition.staff.as_ref().ok_or(Error::NOT_FOUND)
    }

    /// Whether the insurer wants two people for what counts.
    pub fn two_people(&self) -> bool {
        self.insurer.definition.staff.as_ref().is_some_and(|staff| staff.two_people)
    }

    /// The session of whoever is signed in, whatever they may do.
    pub fn session(&self) -> Option<&StaffSession> {
        self.session.as_ref()
    }

    /// Who is signed in and has a role here; or the way to sign in and come back, or the page that says that
    /// they have none any more.
    pub fn signed_in(&self) -> Result<Colleague<'_>, Box<Response>> {
        let staff = self.staff().map_err(|error| Box::new(error.into_response()))?;
        let session = self.session.as_ref().ok_or_else(|| {
            let query = url::form_urlencoded::Serializer::new(String::new())
                .append_pair("to", &self.path)
                .finish();
            Box::new(see_other(&self.path(&format!("signin?{query}"))))
        })?;
        let rights = staff.rights(&session.roles);
        match rights.any() {
            true => Ok(Colleague { session, rights }),
            false => Err(Box::new(self.refused("staff-no-role"))),
        }
    }

    /// The page for who has no role here (`staff-no-role`), or none for this (`staff-not-yours`).
    pub fn refused(&self, why: &str) -> Response {
        let drawn = self.look.notice_page(StatusCode::FORBIDDEN, why, "info", Vec::new());
        drawn.unwrap_or_else(IntoResponse::into_response)
    }

    /// The page of an address that is nothing.
    pub fn not_found(&self) -> Response {
        self.look.error(StatusCode::NOT_FOUND, None)
    }
}

impl Colleague<'_> {
    /// Writes down what they do: in the transaction in which they do it or, where a plugin is asked, before.
    pub async fn note(
        &self,
        tx: &mut Tx,
        visit: &StaffVisit,
        act: Act,
        (plugin, subject): (&str, &str),
    ) -> Result<(), db::Error> {
        let done = Done {
            at: visit.now,
            sub: self.session.sub.clone(),
            name: self.session.name.clone(),
            act,
            plugin: plugin.to_owned(),
            subject: subject.to_owned(),
        };
        staff_record::insert(tx, visit.slug(), &done).await
    }
}

impl<S> FromRequestParts<S> for StaffVisit
where
    S: Send + Sync,
    Arc<App>: FromRef<S>,
{
    type Rejection = Error;

    /// # Errors
    /// 404 when no insurer has this path, or it has no staff pages.
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let app = Arc::<App>::from_ref(state);
        let insurer = app.insurers.find(visit::slug(parts)).ok_or(Error::NOT_FOUND)?;
        let staff = insurer.definition.staff.as_ref().ok_or(Error::NOT_FOUND)?;
        let in_force = app.in_force();
        let look = visit::look(parts, &app, &in_force, Some(&insurer));
        let mut look = look.at_home(format!("/{}/staff", insurer.brand.slug));
        // What members are told and agree to.
        look.documents = None;
        let (slug, now) = (&insurer.brand.slug, app.clock.now());
        let secure = app.settings.secure();
        let session = session::find(&app.db, slug, &parts.headers, secure, now).await?;
        // Where whoever has to sign in again goes on: what was posted is not posted again. A form of a plugin
        // stands on the page to which it is posted.
        let is_page = parts.method == Method::GET || parts.uri.path().contains("/staff/p/");
        let path = match is_page {
            true => parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned(),
            false => format!("/{slug}/staff"),
        };
        // Sign-out goes on to the identity provider.
        look.policy.form = web::look::origin(&staff.signin.issuer);
        if let Some(session) = &session {
            look.user = Some(User {
                name: session.name.clone(),
                signout_url: format!("/{slug}/staff/signout"),
                last_login: None,
            });
            look.nav = menu(&in_force.plugins, &insurer, staff, session, (&look, parts.uri.path()));
        }
        let headers = parts.headers.clone();
        let today = web::clock::today(now);
        Ok(Self { insurer, in_force, look, headers, session, path, now, today })
    }
}

/// Home, what they may do, and their own page at the identity provider.
fn menu(
    plugins: &Plugins,
    insurer: &Insurer,
    staff: &Staff,
    session: &StaffSession,
    (look, path): (&Look, &str),
) -> Vec<NavItem> {
    let rights = staff.rights(&session.roles);
    let item = |key: &str, url: String| NavItem {
        label: look.t(key, &[]),
        current: path == url || path.starts_with(&format!("{url}/")),
        url,
        icon: "page",
    };
    let base = format!("/{}/staff", insurer.brand.slug);
    let home = NavItem { current: path == base, ..item("nav-staff-home", base.clone()) };
    let takes_files = offer::all(&insurer.definition, plugins).any(|offer| {
        let (brings, publishes) = (May::Import, May::Publish);
        !offer.plugin.manifest.importer.is_empty()
            && (rights.may(brings, offer.id()) || rights.may(publishes, offer.id()))
    });
    let files = takes_files.then(|| item("nav-staff-files", format!("{base}/files")));
    let plugins = offer::all(&insurer.definition, plugins).flat_map(|offer| {
        let pages =
            if rights.may(May::Pages, offer.id()) { &offer.plugin.manifest.staff[..] } else { &[] };
        let entry = |page: &StaffPage| {
            let below = if page.path == "/" { "" } else { page.path.as_str() };
            Some(item(page.menu.as_deref()?, format!("{base}/p/{}{below}", offer.id())))
        };
        pages.iter().filter_map(entry).collect::<Vec<_>>()
    });
    let record =
        rights.may_read_record().then(|| item("nav-staff-record", format!("{base}/record")));
    let own = item("nav-own", format!("{}/account", staff.signin.issuer));
    std::iter::once(home).chain(files).chain(plugins).chain(record).chain([own]).collect()
}

//! One request to an insurer's portal: who is signed in, and how the page's frame looks.

use crate::app::{App, Insurer};
use crate::session;
use crate::store::sessions::Session;
use axum::extract::{FromRef, FromRequestParts};
use axum::http::{HeaderMap, request::Parts};
use axum::response::Response;
use std::sync::Arc;
use web::look::{NavItem, User, see_other};
use web::{Brand, Error, Look};

/// Insurer, look and session of a request.
pub struct Visit {
    pub insurer: Arc<Insurer>,
    pub look: Look,
    pub headers: HeaderMap,
    pub session: Option<Session>,
    path: String,
}

impl Visit {
    /// The insurer's id in every table.
    pub fn slug(&self) -> &str {
        &self.insurer.brand.slug
    }

    /// A path below the insurer: `/minato/household`.
    pub fn path(&self, below: &str) -> String {
        format!("/{}/{below}", self.slug())
    }

    /// The session, or the way to sign in and come back here.
    pub fn signed_in(&self) -> Result<&Session, Box<Response>> {
        self.session.as_ref().ok_or_else(|| {
            let query = url::form_urlencoded::Serializer::new(String::new())
                .append_pair("to", &self.path)
                .finish();
            Box::new(see_other(&self.path(&format!("signin?{query}"))))
        })
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
        let insurer = app.insurer(slug(parts)).ok_or(Error::NOT_FOUND)?;
        let mut look = look(parts, &app, Some(&insurer));
        let session = session::find(&app, &insurer.brand.slug, &parts.headers).await?;
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        // Sign-out goes on to the identity provider.
        look.policy.form = url::Url::parse(&insurer.definition.issuer)
            .ok()
            .map(|u| u.origin().ascii_serialization());
        if let Some(session) = &session {
            look.user = Some(User {
                name: session.member.name.clone(),
                signout_url: format!("{}/signout", look.base()),
            });
            look.nav = menu(&app, &insurer, &look, parts.uri.path());
        }
        Ok(Self { insurer, look, headers: parts.headers.clone(), session, path })
    }
}

/// Home, the insurer's plugins, household.
fn menu(app: &App, insurer: &Insurer, look: &Look, path: &str) -> Vec<NavItem> {
    let base = look.base();
    let item = |label: String, url: String| {
        let current = path == url || (url.contains("/p/") && path.starts_with(&format!("{url}/")));
        NavItem { label, url, current }
    };
    let plugins = app.offered(insurer).filter_map(|(plugin, _)| {
        let label = look.t(&plugin.manifest.menu.as_ref()?.label, &[]);
        Some(item(label, format!("{base}/p/{}", plugin.id())))
    });
    [item(look.t("nav-home", &[]), format!("{base}/"))]
        .into_iter()
        .chain(plugins)
        .chain([item(look.t("nav-household", &[]), format!("{base}/household"))])
        .collect()
}

/// The look of a request, also when its path names no insurer.
pub fn look_for(parts: &Parts, app: &App) -> Look {
    let insurer = app.insurer(slug(parts)).or_else(|| app.any_insurer());
    look(parts, app, insurer.as_deref())
}

fn look(parts: &Parts, app: &App, insurer: Option<&Insurer>) -> Look {
    let brand = insurer.map_or_else(|| Arc::new(Brand::nobody()), |found| found.brand.clone());
    let home = format!("/{}/", brand.slug);
    Look::new(parts, app.pages.clone(), brand, "portal", home, app.settings.secure())
}

fn slug(parts: &Parts) -> &str {
    parts.uri.path().trim_start_matches('/').split('/').next().unwrap_or("")
}

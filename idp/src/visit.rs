//! One request to an insurer: the realm that the path names and how its pages look.

use crate::app::App;
use crate::realm::Realm;
use axum::extract::{FromRef, FromRequestParts};
use axum::http::{HeaderMap, request::Parts};
use std::sync::Arc;
use web::{Brand, Error, Look};

/// Realm, look and headers of a request.
pub struct Visit {
    pub realm: Arc<Realm>,
    pub look: Look,
    pub headers: HeaderMap,
}

impl Visit {
    /// A path below the insurer: `/minato/login`.
    pub fn path(&self, below: &str) -> String {
        format!("/{}/{below}", self.realm.id())
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
        let realm = app.realms.find(slug(parts)).ok_or(Error::NOT_FOUND)?;
        let look = look(parts, &app, Some(&realm));
        Ok(Self { realm, look, headers: parts.headers.clone() })
    }
}

/// The look of a request, also when its path names no insurer.
pub fn look_for(parts: &Parts, app: &App) -> Look {
    let realm = app.realms.find(slug(parts)).or_else(|| app.realms.any());
    look(parts, app, realm.as_deref())
}

fn look(parts: &Parts, app: &App, realm: Option<&Realm>) -> Look {
    let brand = realm.map_or_else(|| Arc::new(Brand::nobody()), |realm| realm.brand.clone());
    let home =
        realm.map_or_else(|| "/".to_owned(), |realm| realm.definition.policy.home.url.clone());
    Look::new(parts, app.pages.clone(), brand, "idp", home, app.settings.secure())
}

/// The first part of the path: the insurer.
pub fn slug(parts: &Parts) -> &str {
    parts.uri.path().trim_start_matches('/').split('/').next().unwrap_or("")
}

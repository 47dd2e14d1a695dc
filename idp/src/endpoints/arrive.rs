//! What every handler finds of its request: the insurer, the look, the time.

use crate::app::App;
use crate::visit::{Visit, slug};
use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use std::sync::Arc;
use web::Error;

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
        let realm = app.realm(slug(parts.uri.path())).await?.ok_or(Error::NOT_FOUND)?;
        let look = app.look(parts, Some(&realm));
        Ok(Self {
            realm,
            look,
            headers: parts.headers.clone(),
            now: app.now(),
            secure: app.settings.secure(),
        })
    }
}

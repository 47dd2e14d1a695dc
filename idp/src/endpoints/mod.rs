//! OpenID Connect over HTTP: requests become the types of `oidc`, its answers become responses.

pub mod authorize;
pub mod logout;
pub mod metadata;
pub mod token;
pub mod userinfo;

use axum::http::StatusCode;
use oidc::OAuthError;
use oidc::error::Code;
use web::Error;

/// An OAuth error as JSON, with the status that its RFC gives it.
pub(crate) fn refused(error: OAuthError) -> Error {
    let status = match error.error {
        Code::InvalidClient | Code::InvalidToken => StatusCode::UNAUTHORIZED,
        Code::ServerError => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    };
    Error::Refused { status, error: error.error.as_str(), description: error.error_description }
}

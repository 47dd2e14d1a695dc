//! No other kind of token may pass as a request (RFC 9101 §10.8).

use super::{Signed, refused};
use crate::error::OAuthError;

pub(super) fn check(signed: &Signed) -> Result<(), OAuthError> {
    match signed.token.header("typ") {
        None | Some("JWT" | "oauth-authz-req+jwt") => Ok(()),
        Some(_) => Err(refused("typ must be oauth-authz-req+jwt")),
    }
}

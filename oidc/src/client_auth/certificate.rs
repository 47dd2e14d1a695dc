//! A client that proves itself by certificate must have shown its own (RFC 8705 §2).

use super::{Attempt, refused};
use crate::certificate::belongs_to;
use crate::error::OAuthError;
use crate::jose::jwt::Unverified;

pub(super) fn check(attempt: &Attempt, _: Option<&Unverified>) -> Result<(), OAuthError> {
    if !attempt.client.token_endpoint_auth_method.by_certificate() {
        return Ok(());
    }
    match attempt.certificate {
        Some(shown) if belongs_to(shown, attempt.client, attempt.jwks) => Ok(()),
        _ => Err(refused()),
    }
}

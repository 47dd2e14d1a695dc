//! The method of the request must be the registered one (RFC 8414 §2, attack 10).

use super::{Attempt, Credential, assertion_method, refused};
use crate::client::AuthMethod;
use crate::error::OAuthError;
use crate::jose::jwt::Unverified;

pub(super) fn check(attempt: &Attempt, assertion: Option<&Unverified>) -> Result<(), OAuthError> {
    let registered = attempt.client.token_endpoint_auth_method;
    let used = match (&attempt.claimed.credential, assertion) {
        (Credential::Basic(_), _) => AuthMethod::ClientSecretBasic,
        (Credential::Post(_), _) => AuthMethod::ClientSecretPost,
        (Credential::Assertion(_), Some(token)) => assertion_method(token),
        (Credential::None, _) if registered.by_certificate() => registered,
        _ => AuthMethod::None,
    };
    if used == registered { Ok(()) } else { Err(refused()) }
}

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

#[cfg(test)]
mod tests {
    use crate::client::{AuthMethod, sample};
    use crate::client_auth::tests::{asserted, by, run};
    use serde_json::json;

    #[test]
    fn only_the_registered_method() {
        let (header, body) = (Some("portal:correct"), "client_id=portal&client_secret=correct");
        let (post, public) = (by(AuthMethod::ClientSecretPost), by(AuthMethod::None));
        for (client, header, body, expected) in [
            (&sample(), header, "", true),
            (&sample(), None, body, false),
            (&sample(), None, "client_id=portal", false),
            (&post, None, body, true),
            (&post, header, "", false),
            (&public, None, "client_id=portal", true),
            (&public, None, body, false),
        ] {
            assert_eq!(run(client, header, body), expected, "{header:?} {body}");
        }
        assert!(asserted(&by(AuthMethod::PrivateKeyJwt), &json!({})));
        assert!(!asserted(&sample(), &json!({})));
        assert!(!asserted(&public, &json!({})));
    }
}

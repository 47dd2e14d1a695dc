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

#[cfg(test)]
mod tests {
    use crate::Params;
    use crate::certificate::Certificate;
    use crate::client::{AuthMethod, Client};
    use crate::client_auth::tests::{attempt, by};

    #[test]
    fn a_certificate_stands_for_its_client_only() {
        let client = Client {
            tls_client_auth_san_dns: Some("app.example".into()),
            ..by(AuthMethod::TlsClientAuth)
        };
        let own = Certificate {
            san_dns: vec!["app.example".into()],
            trusted: true,
            ..Certificate::default()
        };
        let params = Params::parse("client_id=portal").unwrap();
        assert!(attempt(&client, None, &params, &[], Some(&own)));
        assert!(!attempt(&client, None, &params, &[], None));
        let other = Certificate { san_dns: vec![], ..own };
        assert!(!attempt(&client, None, &params, &[], Some(&other)));
    }
}

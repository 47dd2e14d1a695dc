//! A client's TLS certificate as far as the protocol looks at it (RFC 8705).

mod read;

use crate::Client;
use crate::client::AuthMethod;
use serde_json::Value;

/// What a certificate says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Certificate {
    /// `x5t#S256`: base64url(SHA-256(DER)).
    pub thumbprint: String,
    /// RFC 4514, such as `CN=app,O=Example`.
    pub subject_dn: String,
    pub san_dns: Vec<String>,
    pub san_uri: Vec<String>,
    pub san_ip: Vec<String>,
    pub san_email: Vec<String>,
    /// The JWK thumbprint of its public key, when the kind is one of ours.
    pub key_thumbprint: Option<String>,
    /// base64 of the whole certificate, as in `x5c`.
    pub der_base64: String,
    /// It chains to a certificate authority of the settings and is in its time.
    pub trusted: bool,
}

/// Whether a certificate is this client's (RFC 8705 §2.1 and §2.2). `jwks` are the client's keys.
pub fn belongs_to(certificate: &Certificate, client: &Client, jwks: Option<&Value>) -> bool {
    let named = |expected: &Option<String>, found: &[String]| {
        expected.as_ref().is_some_and(|expected| found.contains(expected))
    };
    match client.token_endpoint_auth_method {
        AuthMethod::TlsClientAuth => {
            let dn = client.tls_client_auth_subject_dn.as_deref().map(normal_dn);
            certificate.trusted
                && (dn.is_some_and(|dn| dn == normal_dn(&certificate.subject_dn))
                    || named(&client.tls_client_auth_san_dns, &certificate.san_dns)
                    || named(&client.tls_client_auth_san_uri, &certificate.san_uri)
                    || named(&client.tls_client_auth_san_ip, &certificate.san_ip)
                    || named(&client.tls_client_auth_san_email, &certificate.san_email))
        }
        AuthMethod::SelfSignedTlsClientAuth => {
            let keys = jwks.and_then(|jwks| jwks["keys"].as_array());
            keys.into_iter().flatten().any(|jwk| {
                let whole = jwk["x5c"][0].as_str() == Some(&certificate.der_base64);
                let key = crate::jose::jwk::VerifyingKey::parse(jwk).map(|key| key.thumbprint);
                whole || (key.is_some() && key == certificate.key_thumbprint)
            })
        }
        _ => false,
    }
}

/// Whether a text is a distinguished name (RFC 4514 §3): parts of a kind and a value.
pub fn is_dn(text: &str) -> bool {
    let is_kind = |kind: &str| {
        let word = kind.starts_with(|c: char| c.is_ascii_alphabetic())
            && kind.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        let oid = kind.split('.').all(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
        word || oid
    };
    let mut escaped = false;
    let mut parts = vec![String::new()];
    for c in text.chars() {
        match c {
            ',' | '+' if !escaped => parts.push(String::new()),
            c => parts.last_mut().expect("there is one").push(c),
        }
        escaped = c == '\\' && !escaped;
    }
    parts.iter().all(|part| {
        let pair = part.split_once('=').map(|(kind, value)| (kind.trim(), value.trim()));
        pair.is_some_and(|(kind, value)| is_kind(kind) && !value.is_empty())
    })
}

/// A distinguished name with its parts in one order and without loose spaces: both orders are in
/// use. A value with a comma arrives escaped, so it never equals two parts.
fn normal_dn(text: &str) -> Vec<String> {
    let mut parts: Vec<String> =
        text.split(',').map(|part| part.trim().replace(" =", "=").replace("= ", "=")).collect();
    parts.sort();
    parts
}

#[cfg(test)]
mod tests {
    use super::{Certificate, belongs_to};
    use crate::client::{AuthMethod, Client, sample};

    #[test]
    fn only_a_trusted_certificate_with_the_registered_name() {
        let client = Client {
            token_endpoint_auth_method: AuthMethod::TlsClientAuth,
            tls_client_auth_subject_dn: Some("CN=app, O=Example".into()),
            ..sample()
        };
        let certificate = |dn: &str, trusted| Certificate {
            subject_dn: dn.into(),
            trusted,
            ..Certificate::default()
        };
        assert!(belongs_to(&certificate("O=Example,CN=app", true), &client, None));
        assert!(!belongs_to(&certificate("O=Example,CN=app", false), &client, None));
        assert!(!belongs_to(&certificate("O=Example,CN=app2", true), &client, None));
        assert!(!belongs_to(&certificate("CN=app", true), &client, None));
        let by_name = Client {
            tls_client_auth_subject_dn: None,
            tls_client_auth_san_dns: Some("app.example".into()),
            ..client
        };
        let found = Certificate { san_dns: vec!["app.example".into()], ..certificate("", true) };
        assert!(belongs_to(&found, &by_name, None));
        assert!(!belongs_to(&certificate("", true), &by_name, None));
    }

    #[test]
    fn a_self_signed_certificate_counts_by_its_registered_key() {
        let client =
            Client { token_endpoint_auth_method: AuthMethod::SelfSignedTlsClientAuth, ..sample() };
        let jwks = serde_json::json!({"keys": [{"kty": "EC", "x5c": ["QUJD"]}]});
        let own = Certificate { der_base64: "QUJD".into(), ..Certificate::default() };
        assert!(belongs_to(&own, &client, Some(&jwks)));
        assert!(!belongs_to(&Certificate::default(), &client, Some(&jwks)));
        assert!(!belongs_to(&own, &client, None));
        assert!(!belongs_to(&own, &sample(), Some(&jwks)));
    }
}

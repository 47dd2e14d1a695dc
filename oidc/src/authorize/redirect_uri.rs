//! Where the answer goes: only to a registered address, compared byte for byte (RFC 9700 §2.1).
//! A native application's loopback port may vary (RFC 8252 §7.3).

use crate::client::ApplicationType;
use crate::error::{Code, OAuthError};
use crate::{Client, Params};

/// OpenID Connect Core §3.1.2.1: the parameter is required, even with one registered address.
pub(super) fn check(params: &Params, client: &Client) -> Result<String, OAuthError> {
    let uri = params
        .value("redirect_uri")
        .ok_or(Code::InvalidRequest.because("redirect_uri is missing"))?;
    if is_registered(uri, client) {
        return Ok(uri.to_owned());
    }
    Err(Code::InvalidRequest.because("redirect_uri is not registered for this client"))
}

/// Whether answers may go to an address.
pub fn is_registered(uri: &str, client: &Client) -> bool {
    client.redirect_uris.iter().any(|registered| {
        registered == uri
            || (client.application_type == ApplicationType::Native
                && without_port(registered).is_some_and(|known| Some(known) == without_port(uri)))
    })
}

/// A loopback address by IP literal, without its port: what comes before and after it.
fn without_port(uri: &str) -> Option<(&str, &str)> {
    ["http://127.0.0.1", "http://[::1]"].into_iter().find_map(|host| {
        let rest = uri.strip_prefix(host)?;
        let (port, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let number = port.strip_prefix(':').is_some_and(|number| {
            number.bytes().all(|b| b.is_ascii_digit()) && number.parse::<u16>().is_ok()
        });
        (port.is_empty() || number).then_some((host, path))
    })
}

#[cfg(test)]
mod tests {
    use super::is_registered;
    use crate::Client;
    use crate::authorize::tests::{refused, request};
    use crate::authorize::{Refused, Rules};
    use crate::client::{ApplicationType, sample};
    use proptest::prelude::*;

    /// Attacks 1 and 2.
    #[test]
    fn everything_but_an_exact_match_ends_on_a_page() {
        for bad in [
            "",
            "https://portal.example/callback/",
            "https://portal.example/callback?x=1",
            "https://portal.example/callback#x",
            "https://portal.example.evil.tld/callback",
            "https://portal.example/..;/callback",
            "https://portal.example/%2e%2e/callback",
            "https://portal.example\\@evil.tld/callback",
            "https://portal.example@evil.tld/callback",
            "HTTPS://portal.example/callback",
            "https://portal.example:443/callback",
            "https://portal.example./callback",
            "//portal.example/callback",
            "/callback",
            "javascript:alert(1)",
            "data:text/html,x",
            "https://[::1]/callback",
            "https://xn--portal-example/callback",
            "https://portal.example/callback\u{0}",
        ] {
            let refused =
                refused(&sample(), &Rules::default(), &request(&[("redirect_uri", Some(bad))]));
            assert!(matches!(refused, Some(Refused::Page(_))), "{bad}");
        }
        assert!(refused(&sample(), &Rules::default(), &request(&[])).is_none());
    }

    /// RFC 8252 §7.3.
    #[test]
    fn only_a_native_application_may_vary_its_loopback_port() {
        let client = |kind| Client {
            application_type: kind,
            redirect_uris: vec!["http://127.0.0.1/cb".into()],
            ..sample()
        };
        let (native, web) = (client(ApplicationType::Native), client(ApplicationType::Web));
        assert!(is_registered("http://127.0.0.1:51004/cb", &native));
        assert!(!is_registered("http://127.0.0.1:51004/cb", &web));
        for bad in [
            "http://127.0.0.1:51004/other",
            "http://127.0.0.1:x/cb",
            "http://127.0.0.1:/cb/",
            "http://127.0.0.1:99999/cb",
            "http://127.0.0.1.evil.tld/cb",
            "http://127.0.0.1:1@evil.tld/cb",
            "https://127.0.0.1:1/cb",
            "http://localhost:1/cb",
            "http://[::1]:1/cb",
        ] {
            assert!(!is_registered(bad, &native), "{bad}");
        }
    }

    proptest! {
        /// Whatever is accepted for a native application leads to its own loopback address.
        #[test]
        fn nothing_else_is_accepted(tail in ".{0,40}") {
            let native = Client {
                application_type: ApplicationType::Native,
                redirect_uris: vec!["http://127.0.0.1/cb".into()],
                ..sample()
            };
            let uri = format!("http://127.0.0.1{tail}");
            if is_registered(&uri, &native) {
                let url = url::Url::parse(&uri).unwrap();
                prop_assert_eq!((url.host_str(), url.path()), (Some("127.0.0.1"), "/cb"));
                prop_assert_eq!((url.username(), url.query()), ("", None));
            }
        }
    }
}

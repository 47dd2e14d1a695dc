//! Where the browser may be sent (RFC 9700 §2.1, RFC 8252 §7, OpenID Connect RP-Initiated Logout
//! §3.1): only addresses that nobody else can take over.

use super::Fault;
use crate::client::{ApplicationType, Client, GrantType};
use crate::error::Code;

pub(super) fn check(client: &Client) -> Option<Fault> {
    let redirects = client.response_types.iter().any(|kind| kind != "none")
        && (client.may(GrantType::AuthorizationCode) || client.may(GrantType::Implicit));
    if redirects && client.redirect_uris.is_empty() {
        let why = "redirect_uris is missing".to_owned();
        return Some(Fault { error: Code::InvalidRedirectUri, why });
    }
    let refused = |uri: &str, why: &str| {
        Some(Fault { error: Code::InvalidRedirectUri, why: format!("{uri} {why}") })
    };
    for uri in client.redirect_uris.iter().chain(&client.post_logout_redirect_uris) {
        if let Some(why) = redirect_uri_fault(uri, client.application_type) {
            return refused(uri, why);
        }
    }
    // OpenID Connect Dynamic Client Registration §2: tokens that stand in an address go nowhere
    // where another program could be listening.
    let in_front =
        client.may(GrantType::Implicit) && client.application_type == ApplicationType::Web;
    let far = |uri: &str| {
        url::Url::parse(uri).is_ok_and(|url| {
            url.scheme() == "https" && url.host_str().is_none_or(|host| host != "localhost")
        })
    };
    match client.redirect_uris.iter().find(|uri| in_front && !far(uri)) {
        Some(uri) => refused(uri, "must be https and not localhost for a web client with implicit"),
        None => None,
    }
}

/// Whether an address begins as an address of the web does: `https:///cb` has no host, but is read
/// as if `cb` were one.
pub(super) fn names_its_host(text: &str) -> bool {
    let after = text.split_once("://").map(|(_, after)| after);
    after.is_some_and(|after| after.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '['))
}

/// Why an address cannot be registered as a redirect URI, or `None` when it can (RFC 9700 §2.1,
/// RFC 8252 §7): absolute, no fragment, no user information; https, or for a loopback address
/// http; a native application also a private scheme with a dot in it.
pub fn redirect_uri_fault(text: &str, kind: ApplicationType) -> Option<&'static str> {
    let Ok(url) = url::Url::parse(text) else { return Some("is not an absolute URL") };
    if text.contains('#') {
        return Some("has a fragment");
    }
    if text.bytes().any(|b| !b.is_ascii_graphic() || b == b'\\') {
        return Some("has a character that does not belong into an address");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Some("has user information");
    }
    // A host ends up in content security policies: nothing that means something there.
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._[]:".contains(&b);
    if url.host_str().is_some_and(|host| !host.bytes().all(plain)) {
        return Some("has a host with characters that no host has");
    }
    let loopback = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    match url.scheme() {
        "https" | "http" if !names_its_host(text) => Some("names no host"),
        "https" => None,
        "http" if loopback => None,
        "http" => Some("is http: use https (http only for localhost)"),
        scheme if kind == ApplicationType::Native && scheme.contains('.') => None,
        _ => Some("is not https"),
    }
}

#[cfg(test)]
mod tests {
    use super::redirect_uri_fault;
    use crate::client::ApplicationType;
    use crate::error::Code;
    use crate::registration::tests::client;
    use proptest::prelude::*;
    use serde_json::json;

    /// Attacks 1 and 2, before a request is ever made.
    #[test]
    fn addresses_that_cannot_be_registered() {
        for good in ["https://a.example/cb", "http://localhost:1/cb", "https://a.example/cb?x=1"] {
            assert_eq!(redirect_uri_fault(good, ApplicationType::Web), None, "{good}");
        }
        for bad in [
            "http://a.example/cb",
            "/cb",
            "javascript:alert(1)",
            "data:text/html,x",
            "https://a.example/cb#x",
            "https://a@b.example/",
            "https://a.example\\@b.example/",
            "https://*;script-src",
            "https://a.example/é",
            "HTTP://localhost.evil.example/",
            "app.example:/cb",
            "https:///cb",
            "https:a.example/cb",
            "https:////a.example/cb",
            "http:///localhost/cb",
        ] {
            assert!(redirect_uri_fault(bad, ApplicationType::Web).is_some(), "{bad}");
        }
        assert_eq!(redirect_uri_fault("app.example:/cb", ApplicationType::Native), None);
        assert!(redirect_uri_fault("javascript:x", ApplicationType::Native).is_some());
    }

    /// OpenID Connect Dynamic Client Registration §2.
    #[test]
    fn tokens_in_an_address_do_not_go_to_localhost() {
        for (uri, implicit, native) in [
            ("https://a.example/cb", true, true),
            ("https://localhost/cb", false, true),
            ("http://localhost:1/cb", false, true),
            ("http://127.0.0.1:1/cb", false, true),
        ] {
            let grants = json!(["authorization_code", "implicit"]);
            for (kind, expected) in [("web", implicit), ("native", native)] {
                let metadata = json!({"redirect_uris": [uri], "application_type": kind,
                    "grant_types": grants, "response_types": ["code", "code id_token"]});
                assert_eq!(super::check(&client(&metadata)).is_none(), expected, "{uri} {kind}");
            }
            let usual = json!({"redirect_uris": [uri]});
            assert_eq!(super::check(&client(&usual)), None, "{uri}");
        }
    }

    #[test]
    fn missing_and_unfit_addresses_have_an_error_of_their_own() {
        let none = json!({"redirect_uris": []});
        for bad in [
            none.clone(),
            json!({"redirect_uris": ["https://a.example/cb#f"]}),
            json!({"post_logout_redirect_uris": ["http://a.example"]}),
        ] {
            let fault = super::check(&client(&bad)).map(|fault| fault.error);
            assert_eq!(fault, Some(Code::InvalidRedirectUri), "{bad}");
        }
        let mut machine = client(&none);
        machine.grant_types = vec![crate::client::GrantType::ClientCredentials];
        assert_eq!(super::check(&machine), None, "nobody is sent anywhere");
    }

    proptest! {
        #[test]
        fn any_redirect_uri_is_judged(text in ".*") {
            redirect_uri_fault(&text, ApplicationType::Web);
            redirect_uri_fault(&text, ApplicationType::Native);
        }
    }
}

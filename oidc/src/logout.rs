//! RP-initiated logout: where a person may be sent after signing out.

use crate::Client;

/// What the request asks for, after the hint was verified.
pub enum After<'a> {
    /// Send the person back to the client.
    Redirect { uri: &'a str },
    /// Stay here and show that the session has ended.
    Stay,
}

/// OpenID Connect RP-Initiated Logout §2 and §3: exact match, and only with a client that the
/// verified `id_token_hint` or `client_id` names.
pub fn after<'a>(client: Option<&Client>, uri: Option<&'a str>) -> After<'a> {
    match (client, uri) {
        (Some(client), Some(uri)) if client.post_logout_redirect_uris.iter().any(|r| r == uri) => {
            After::Redirect { uri }
        }
        _ => After::Stay,
    }
}

#[cfg(test)]
mod tests {
    use super::{After, after};
    use crate::client::sample;

    #[test]
    fn only_an_exact_match_leaves_the_provider() {
        let client = sample();
        let go = |client, uri| matches!(after(client, uri), After::Redirect { .. });
        assert!(go(Some(&client), Some("https://portal.example/")));
        for bad in [
            "https://portal.example",
            "https://portal.example/?x",
            "https://portal.example/x",
            "https://portal.example.evil.tld/",
            "https://PORTAL.example/",
            "//evil",
            "/\\evil",
            "https://portal.example/%2e%2e",
            "javascript:alert(1)",
        ] {
            assert!(!go(Some(&client), Some(bad)), "{bad}");
        }
        assert!(!go(None, Some("https://portal.example/")));
        assert!(!go(Some(&client), None));
    }
}

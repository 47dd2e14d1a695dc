//! Logout: where a person may be sent afterwards, and the token that tells a client.

use crate::Client;
use serde_json::{Value, json};

/// The event of a logout token.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// The claims of a logout token (Back-Channel Logout §2.4): never a nonce, so that it cannot pass
/// as an ID token.
pub fn token(issuer: &str, client_id: &str, sub: &str, sid: &str, jti: &str, now: i64) -> Value {
    json!({
        "iss": issuer, "aud": client_id, "iat": now, "exp": now + 120, "jti": jti,
        "sub": sub, "sid": sid, "events": {EVENT: {}},
    })
}

/// The address that a front-channel logout loads in a frame (Front-Channel Logout §2).
pub fn front_channel_url(client: &Client, issuer: &str, sid: &str) -> Option<String> {
    let uri = client.frontchannel_logout_uri.as_ref()?;
    let mut url = url::Url::parse(uri).ok()?;
    url.query_pairs_mut().append_pair("iss", issuer).append_pair("sid", sid);
    Some(url.into())
}

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

    /// Back-Channel Logout §2.4.
    #[test]
    fn a_logout_token_has_one_event_and_no_nonce() {
        let claims = super::token("i", "c", "s", "sid", "1", 1000);
        assert_eq!(claims["events"].as_object().unwrap().len(), 1);
        assert!(claims.get("nonce").is_none());
        let client = crate::Client {
            frontchannel_logout_uri: Some("https://a.example/out?x=1".into()),
            ..sample()
        };
        let url = super::front_channel_url(&client, "https://i", "s&d").unwrap();
        assert_eq!(url, "https://a.example/out?x=1&iss=https%3A%2F%2Fi&sid=s%26d");
    }

    /// Attacks 2 and 14: nobody is sent to an address that is not registered.
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

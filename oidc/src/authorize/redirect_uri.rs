//! Where the answer goes: only to a registered address, compared byte for byte (RFC 9700 §2.1).

use crate::error::{Code, OAuthError};
use crate::{Client, Params};

/// OpenID Connect Core §3.1.2.1: the parameter is required, even with one registered address.
pub(super) fn check(params: &Params, client: &Client) -> Result<String, OAuthError> {
    let uri = params
        .value("redirect_uri")
        .ok_or(Code::InvalidRequest.because("redirect_uri is missing"))?;
    if client.redirect_uris.iter().any(|registered| registered == uri) {
        return Ok(uri.to_owned());
    }
    Err(Code::InvalidRequest.because("redirect_uri is not registered for this client"))
}

#[cfg(test)]
mod tests {
    use crate::authorize::{Refused, check, tests::request};
    use crate::client::sample;

    /// Attacks 1 and 2 of the security requirements.
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
            let refused = check(&request(&[("redirect_uri", Some(bad))]), Some(&sample()));
            assert!(matches!(refused, Err(Refused::Page(_))), "{bad}");
        }
        assert!(check(&request(&[]), Some(&sample())).is_ok());
    }
}

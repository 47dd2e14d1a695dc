//! The token request with an authorization code: an ordered table of checks, one file each.
//!
//! To add a check: write `token/x.rs` with its tests and add one line to [`CHECKS`].

mod bound_to_client;
mod expiry;
mod pkce;
mod redirect_uri;

use crate::error::{Code as Error, OAuthError};
use crate::{Client, Params};

/// An authorization code as it was issued. The code itself is known only by its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    pub client_id: String,
    pub redirect_uri: String,
    pub code_challenge: Option<String>,
    /// Seconds since 1970.
    pub expires_at: i64,
}

/// What a check looks at.
struct Redemption<'a> {
    params: &'a Params,
    client: &'a Client,
    code: &'a Code,
    now: i64,
}

type Check = fn(&Redemption) -> Result<(), OAuthError>;

const CHECKS: &[Check] = &[bound_to_client::check, expiry::check, redirect_uri::check, pkce::check];

/// The code of the request, before it was looked up.
///
/// # Errors
/// `unsupported_grant_type`, or `invalid_request` when a parameter is missing.
pub fn code(params: &Params) -> Result<&str, OAuthError> {
    match params.value("grant_type") {
        Some("authorization_code") => {}
        Some(_) => {
            return Err(Error::UnsupportedGrantType.because("use grant_type=authorization_code"));
        }
        None => return Err(Error::InvalidRequest.because("grant_type is missing")),
    }
    params.value("code").ok_or(Error::InvalidRequest.because("code is missing"))
}

/// Whether `client` may redeem `code` now. That it was not used before is the store's to say.
pub fn check(params: &Params, client: &Client, code: &Code, now: i64) -> Result<(), OAuthError> {
    let redemption = Redemption { params, client, code, now };
    CHECKS.iter().try_for_each(|check| check(&redemption))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::Code;
    use crate::client::sample;
    use crate::error;
    use crate::{Client, Params};

    pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    pub(crate) fn code() -> Code {
        Code {
            client_id: "portal".into(),
            redirect_uri: "https://portal.example/callback".into(),
            code_challenge: Some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".into()),
            expires_at: 1060,
        }
    }

    pub(crate) fn outcome(
        code: &Code,
        client: &Client,
        redirect_uri: &str,
        verifier: &str,
        now: i64,
    ) -> Result<(), error::Code> {
        let params: Params =
            [("redirect_uri", redirect_uri), ("code_verifier", verifier)].into_iter().collect();
        super::check(&params, client, code, now).map_err(|error| error.error)
    }

    /// Attacks 7 and 8 of the security requirements, as far as no store is needed.
    #[test]
    fn only_the_right_client_address_verifier_and_time() {
        let (client, uri) = (sample(), "https://portal.example/callback");
        let other = Client { client_id: "other".into(), ..sample() };
        let grant = Err(error::Code::InvalidGrant);
        assert_eq!(outcome(&code(), &client, uri, VERIFIER, 1000), Ok(()));
        assert_eq!(outcome(&code(), &other, uri, VERIFIER, 1000), grant);
        assert_eq!(outcome(&code(), &client, "https://portal.example/", VERIFIER, 1000), grant);
        assert_eq!(outcome(&code(), &client, "", VERIFIER, 1000), grant);
        assert_eq!(outcome(&code(), &client, uri, VERIFIER, 1060), grant);
    }

    #[test]
    fn the_grant_type_decides_first() {
        let run = |pairs: &[(&str, &str)]| {
            super::code(&pairs.iter().copied().collect()).map(str::to_owned).map_err(|e| e.error)
        };
        assert_eq!(run(&[("grant_type", "authorization_code"), ("code", "c")]), Ok("c".into()));
        for other in ["password", "implicit", "refresh_token"] {
            let refused = run(&[("grant_type", other), ("code", "c")]);
            assert_eq!(refused, Err(error::Code::UnsupportedGrantType));
        }
        assert_eq!(run(&[]), Err(error::Code::InvalidRequest));
    }
}

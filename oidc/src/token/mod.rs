//! The token request: for each kind of grant an ordered table of checks, one file each.
//!
//! To add a check: write `token/x.rs` with its tests and add one line to the table.

mod binding;
mod bound_to_client;
pub mod exchange;
mod expiry;
mod narrowing;
mod pkce;
mod redirect_uri;

use crate::error::{Code as Error, OAuthError};
use crate::{Client, Params};
pub use binding::confirmation;
pub use narrowing::narrowed;

/// What an authorization code or a refresh token stands for. The secret itself is known only by
/// its hash.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grant {
    pub client_id: String,
    pub redirect_uri: String,
    pub code_challenge: Option<String>,
    /// The key that must be shown with it.
    pub dpop_jkt: Option<String>,
    /// Seconds since 1970.
    pub expires_at: i64,
}

/// What binds tokens to their holder (RFC 7800).
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Confirmation {
    /// RFC 9449 §6.1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jkt: Option<String>,
    /// RFC 8705 §3.1.
    #[serde(rename = "x5t#S256", skip_serializing_if = "Option::is_none")]
    pub x5t: Option<String>,
}

impl Confirmation {
    /// Whether anything binds.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// `DPoP` or `Bearer` (RFC 9449 §5).
    pub fn token_type(&self) -> &'static str {
        if self.jkt.is_some() { "DPoP" } else { "Bearer" }
    }
}

/// What a check looks at.
struct Redemption<'a> {
    params: &'a Params,
    client: &'a Client,
    grant: &'a Grant,
    /// The key of the request's DPoP proof.
    jkt: Option<&'a str>,
    now: i64,
}

type Check = fn(&Redemption) -> Result<(), OAuthError>;

const CODE: &[Check] =
    &[bound_to_client::check, expiry::check, redirect_uri::check, pkce::check, binding::same_key];
const REFRESH: &[Check] = &[bound_to_client::check, expiry::check, binding::same_key];

/// The code of a request with `grant_type=authorization_code`.
///
/// # Errors
/// `invalid_request` when it is missing.
pub fn code(params: &Params) -> Result<&str, OAuthError> {
    params.value("code").ok_or(Error::InvalidRequest.because("code is missing"))
}

/// Whether `client` may redeem a code now. That it was not used before is the store's to say.
pub fn check_code(
    params: &Params,
    client: &Client,
    grant: &Grant,
    jkt: Option<&str>,
    now: i64,
) -> Result<(), OAuthError> {
    let redemption = Redemption { params, client, grant, jkt, now };
    CODE.iter().try_for_each(|check| check(&redemption))
}

/// Whether `client` may use a refresh token now.
pub fn check_refresh(
    params: &Params,
    client: &Client,
    grant: &Grant,
    jkt: Option<&str>,
    now: i64,
) -> Result<(), OAuthError> {
    let redemption = Redemption { params, client, grant, jkt, now };
    REFRESH.iter().try_for_each(|check| check(&redemption))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::Grant;
    use crate::client::sample;
    use crate::error;
    use crate::{Client, Params};

    pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    pub(crate) fn grant() -> Grant {
        Grant {
            client_id: "portal".into(),
            redirect_uri: "https://portal.example/callback".into(),
            code_challenge: Some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".into()),
            dpop_jkt: None,
            expires_at: 1060,
        }
    }

    pub(crate) fn outcome(
        grant: &Grant,
        client: &Client,
        redirect_uri: &str,
        verifier: &str,
        now: i64,
    ) -> Result<(), error::Code> {
        let params: Params =
            [("redirect_uri", redirect_uri), ("code_verifier", verifier)].into_iter().collect();
        super::check_code(&params, client, grant, None, now).map_err(|error| error.error)
    }

    /// Attacks 7 and 8, as far as no store is needed.
    #[test]
    fn only_the_right_client_address_verifier_and_time() {
        let (client, uri) = (sample(), "https://portal.example/callback");
        let other = Client { client_id: "other".into(), ..sample() };
        let refused = Err(error::Code::InvalidGrant);
        assert_eq!(outcome(&grant(), &client, uri, VERIFIER, 1000), Ok(()));
        assert_eq!(outcome(&grant(), &other, uri, VERIFIER, 1000), refused);
        assert_eq!(outcome(&grant(), &client, "https://portal.example/", VERIFIER, 1000), refused);
        assert_eq!(outcome(&grant(), &client, "", VERIFIER, 1000), refused);
        assert_eq!(outcome(&grant(), &client, uri, VERIFIER, 1060), refused);
    }

    /// Attack 9: another client, another key, too late.
    #[test]
    fn a_refresh_token_is_its_clients_and_its_keys() {
        let bound = Grant { dpop_jkt: Some("k".into()), ..grant() };
        let other = Client { client_id: "other".into(), ..sample() };
        let run = |client: &Client, grant: &Grant, jkt: Option<&str>, now| {
            super::check_refresh(&Params::default(), client, grant, jkt, now).is_ok()
        };
        assert!(run(&sample(), &grant(), None, 1000) && run(&sample(), &bound, Some("k"), 1000));
        assert!(!run(&other, &grant(), None, 1000));
        assert!(!run(&sample(), &grant(), None, 1060));
        assert!(!run(&sample(), &bound, None, 1000) && !run(&sample(), &bound, Some("x"), 1000));
    }
}

//! The authorization request: an ordered table of checks, one file each.
//!
//! To add a check: write `authorize/x.rs` with its tests and add one line to [`CHECKS`].

mod max_age;
mod nonce;
mod pkce;
mod prompt;
mod redirect_uri;
mod request_object;
mod response_mode;
mod response_type;
mod scope;

use crate::error::{Code, OAuthError};
use crate::{Client, Params};
pub use prompt::Prompt;

/// An authorization request that passed every check.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Authorize {
    pub client_id: String,
    pub redirect_uri: String,
    pub scopes: Vec<String>,
    /// Returned byte for byte.
    pub state: Option<String>,
    pub nonce: Option<String>,
    pub code_challenge: Option<String>,
    pub prompt: Prompt,
    /// Seconds since the last login that the client accepts.
    pub max_age: Option<i64>,
    pub login_hint: Option<String>,
    pub ui_locales: Option<String>,
}

/// Why a request was refused, and who is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// The client or its address cannot be trusted: a person sees a page, nobody is redirected.
    Page(OAuthError),
    /// The client is told at its registered address.
    Redirect { redirect_uri: String, state: Option<String>, error: OAuthError },
}

type Check = fn(&Params, &Client, &mut Authorize) -> Result<(), OAuthError>;

/// In the order in which a client's developer meets them.
const CHECKS: &[Check] = &[
    request_object::check,
    response_type::check,
    response_mode::check,
    scope::check,
    pkce::check,
    prompt::check,
    max_age::check,
    nonce::check,
];

/// Checks a request of a client that was looked up by `client_id`.
pub fn check(params: &Params, client: Option<&Client>) -> Result<Authorize, Refused> {
    let client = client
        .ok_or_else(|| Refused::Page(Code::InvalidClient.because("the client is unknown")))?;
    let redirect_uri = redirect_uri::check(params, client).map_err(Refused::Page)?;
    let own = |name| params.value(name).map(str::to_owned);
    let state = own("state");
    let mut accepted = Authorize {
        client_id: client.client_id.clone(),
        redirect_uri: redirect_uri.clone(),
        state: state.clone(),
        nonce: own("nonce"),
        login_hint: own("login_hint"),
        ui_locales: own("ui_locales"),
        ..Authorize::default()
    };
    for check in CHECKS {
        if let Err(error) = check(params, client, &mut accepted) {
            return Err(Refused::Redirect { redirect_uri, state, error });
        }
    }
    Ok(accepted)
}

/// The address that carries a successful answer (RFC 6749 §4.1.2, `iss` of RFC 9207).
pub fn code_url(request: &Authorize, issuer: &str, code: &str) -> String {
    answer(&request.redirect_uri, &[("code", code)], request.state.as_deref(), issuer)
}

/// The address that carries an error (RFC 6749 §4.1.2.1).
pub fn error_url(
    redirect_uri: &str,
    state: Option<&str>,
    issuer: &str,
    error: &OAuthError,
) -> String {
    let pairs = [("error", error.error.as_str()), ("error_description", error.error_description)];
    answer(redirect_uri, &pairs, state, issuer)
}

/// Appends to the registered address without touching its own query.
fn answer(uri: &str, pairs: &[(&str, &str)], state: Option<&str>, issuer: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(pairs).extend_pairs(state.map(|s| ("state", s))).append_pair("iss", issuer);
    let sign = if uri.contains('?') { '&' } else { '?' };
    format!("{uri}{sign}{}", query.finish())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::{Authorize, Refused, check, code_url};
    use crate::client::sample;
    use crate::error::Code;
    use crate::{Client, Params};

    /// A good request with some parameters replaced (`None` removes).
    pub(crate) fn request(changes: &[(&str, Option<&str>)]) -> Params {
        let mut pairs = vec![
            ("client_id", "portal"),
            ("redirect_uri", "https://portal.example/callback"),
            ("response_type", "code"),
            ("scope", "openid"),
            ("state", "s&t"),
            ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
            ("code_challenge_method", "S256"),
        ];
        for (name, value) in changes {
            pairs.retain(|(kept, _)| kept != name);
            pairs.extend(value.map(|value| (*name, value)));
        }
        pairs.into_iter().collect()
    }

    pub(crate) fn outcome(
        client: &Client,
        changes: &[(&str, Option<&str>)],
    ) -> Result<Authorize, Code> {
        check(&request(changes), Some(client)).map_err(|refused| match refused {
            Refused::Page(error) | Refused::Redirect { error, .. } => error.error,
        })
    }

    #[test]
    fn an_unknown_client_is_never_redirected() {
        assert!(matches!(check(&request(&[]), None), Err(Refused::Page(_))));
    }

    #[test]
    fn state_comes_back_byte_for_byte_and_the_issuer_is_named() {
        let accepted = outcome(&sample(), &[]).unwrap();
        let url = code_url(&accepted, "https://id.example/minato", "c");
        assert!(
            url.starts_with("https://portal.example/callback?code=c&state=s%26t&iss="),
            "{url}"
        );
        let own_query = Authorize { redirect_uri: "https://a.example/?x=1".into(), ..accepted };
        assert!(code_url(&own_query, "i", "c").starts_with("https://a.example/?x=1&code=c"));
    }
}

//! The authorization request: an ordered table of checks, one file each.
//!
//! To add a check: write `authorize/x.rs` with its tests and add one line to [`CHECKS`].

mod acr;
pub mod authorization_details;
mod claims;
mod dpop_jkt;
mod max_age;
mod nonce;
mod pkce;
pub mod prompt;
mod pushed;
mod redirect_uri;
pub mod resource;
mod response_mode;
mod response_type;
mod scope;

use crate::claims::ClaimsRequest;
use crate::error::OAuthError;
use crate::{Client, Params};
pub use prompt::Prompt;
pub use redirect_uri::is_registered;
pub use response_mode::ResponseMode;
pub use response_type::ResponseType;
use serde_json::Value;

/// An authorization request that passed every check.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Authorize {
    pub client_id: String,
    pub redirect_uri: String,
    pub response_type: ResponseType,
    pub response_mode: ResponseMode,
    pub scopes: Vec<String>,
    /// Returned byte for byte.
    pub state: Option<String>,
    pub nonce: Option<String>,
    pub code_challenge: Option<String>,
    pub prompt: Prompt,
    /// Seconds since the last login that the client accepts.
    pub max_age: Option<i64>,
    /// Levels that the client prefers, the best first; only known ones.
    pub acr_values: Vec<String>,
    /// One of `acr_values` must be reached.
    pub acr_essential: bool,
    pub claims: ClaimsRequest,
    pub resources: Vec<String>,
    pub authorization_details: Vec<Value>,
    /// The JWK thumbprint of the key that must redeem the code.
    pub dpop_jkt: Option<String>,
    pub login_hint: Option<String>,
    /// The `sub` of a verified `id_token_hint`, or of `claims.id_token.sub`.
    pub expected_sub: Option<String>,
    pub ui_locales: Option<String>,
    /// The pushed request that this came from: used up when the answer is given.
    pub request_uri: Option<String>,
}

/// What an insurer allows and knows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    /// Whether response types other than `code` are served at all.
    pub implicit: bool,
    /// The `acr` values that can be reached.
    pub levels: Vec<String>,
}

/// What a check looks at.
pub struct Request<'a> {
    pub params: &'a Params,
    pub client: &'a Client,
    pub rules: &'a Rules,
    /// It came through the PAR endpoint.
    pub pushed: bool,
    /// It came as a signed request object.
    pub signed: bool,
}

/// Why a request was refused, and who is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// The client or its address cannot be trusted: a person sees a page, nobody is redirected.
    Page(OAuthError),
    /// The client is told at its registered address.
    Client(Box<Authorize>, OAuthError),
}

type Check = fn(&Request, &mut Authorize) -> Result<(), OAuthError>;

/// In the order in which a client's developer meets them.
const CHECKS: &[Check] = &[
    pushed::check,
    response_type::check,
    response_mode::check,
    scope::check,
    pkce::check,
    prompt::check,
    max_age::check,
    nonce::check,
    claims::check,
    acr::check,
    resource::check,
    authorization_details::check,
    dpop_jkt::check,
];

/// Checks a request of a known client. `dpop_jkt` is the key of a DPoP proof that came with a
/// pushed request.
pub fn check(request: &Request, dpop_jkt: Option<String>) -> Result<Authorize, Refused> {
    let (params, client) = (request.params, request.client);
    let redirect_uri = redirect_uri::check(params, client).map_err(Refused::Page)?;
    let mut accepted = Authorize {
        client_id: client.client_id.clone(),
        redirect_uri,
        // Errors travel as the answer would have.
        response_mode: response_mode::of(params).unwrap_or_default(),
        state: params.own("state"),
        login_hint: params.own("login_hint"),
        ui_locales: params.own("ui_locales"),
        dpop_jkt,
        ..Authorize::default()
    };
    for check in CHECKS {
        if let Err(error) = check(request, &mut accepted) {
            return Err(Refused::Client(Box::new(accepted), error));
        }
    }
    let named = accepted.claims.id_token.get("sub").and_then(|asked| asked["value"].as_str());
    accepted.expected_sub = named.map(str::to_owned);
    Ok(accepted)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::{Authorize, Refused, Request, Rules, check};
    use crate::client::sample;
    use crate::error::Code;
    use crate::{Client, Params};
    use proptest::prelude::*;

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

    pub(crate) fn refused(client: &Client, rules: &Rules, params: &Params) -> Option<Refused> {
        check(&Request { params, client, rules, pushed: false, signed: false }, None).err()
    }

    pub(crate) fn outcome_with(
        client: &Client,
        rules: &Rules,
        changes: &[(&str, Option<&str>)],
    ) -> Result<Authorize, Code> {
        let params = request(changes);
        let pushed = client.is_fapi();
        let request = Request { params: &params, client, rules, pushed, signed: pushed };
        check(&request, None).map_err(|refused| match refused {
            Refused::Page(error) | Refused::Client(_, error) => error.error,
        })
    }

    pub(crate) fn outcome(
        client: &Client,
        changes: &[(&str, Option<&str>)],
    ) -> Result<Authorize, Code> {
        outcome_with(client, &Rules::default(), changes)
    }

    #[test]
    fn an_error_travels_the_way_the_answer_would_have() {
        let params = request(&[("response_mode", Some("form_post")), ("scope", None)]);
        let refused = refused(&sample(), &Rules::default(), &params);
        let Some(Refused::Client(request, error)) = refused else { panic!("{refused:?}") };
        assert_eq!(request.response_mode, super::ResponseMode::FormPost);
        assert_eq!(request.state.as_deref(), Some("s&t"));
        assert_eq!(error.error, Code::InvalidScope);
    }

    proptest! {
        #[test]
        fn any_request_is_answered(text in ".{0,300}") {
            if let Ok(params) = Params::parse(&text) {
                refused(&sample(), &Rules::default(), &params.or(&request(&[])));
            }
        }
    }
}

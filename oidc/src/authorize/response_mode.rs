//! How the answer travels (OAuth 2.0 Multiple Response Types §2.1, Form Post Response Mode §2,
//! JARM §2.3).

use super::{Authorize, Request};
use crate::Params;
use crate::error::{Code, OAuthError};

/// The way of an answer to the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub enum ResponseMode {
    #[default]
    Query,
    Fragment,
    FormPost,
    QueryJwt,
    FragmentJwt,
    FormPostJwt,
}

impl ResponseMode {
    /// The names that discovery lists.
    pub const ALL: [&str; 7] =
        ["query", "fragment", "form_post", "jwt", "query.jwt", "fragment.jwt", "form_post.jwt"];

    /// Whether the answer is one signed parameter, `response`.
    pub fn is_jwt(self) -> bool {
        matches!(self, Self::QueryJwt | Self::FragmentJwt | Self::FormPostJwt)
    }
}

/// The mode that a request asks for; `None` for an unknown one. Tokens never travel in a query.
pub(super) fn of(params: &Params) -> Option<ResponseMode> {
    let kinds = params.value("response_type").unwrap_or("code");
    let in_front = kinds.split(' ').any(|kind| kind == "token" || kind == "id_token");
    Some(match (params.value("response_mode"), in_front) {
        (None, false) | (Some("query"), false) => ResponseMode::Query,
        (None | Some("fragment"), true) | (Some("fragment"), false) => ResponseMode::Fragment,
        (Some("form_post"), _) => ResponseMode::FormPost,
        (Some("jwt" | "query.jwt"), false) => ResponseMode::QueryJwt,
        (Some("jwt" | "fragment.jwt"), true) | (Some("fragment.jwt"), false) => {
            ResponseMode::FragmentJwt
        }
        (Some("form_post.jwt"), _) => ResponseMode::FormPostJwt,
        _ => return None,
    })
}

pub(super) fn check(request: &Request, accepted: &mut Authorize) -> Result<(), OAuthError> {
    let mode = of(request.params).ok_or(
        Code::InvalidRequest.because("response_mode is not offered for this response_type"),
    )?;
    // FAPI 2.0 Message Signing §5.4.2.
    if request.client.signs_messages() && !mode.is_jwt() {
        return Err(Code::InvalidRequest.because("response_mode must be jwt"));
    }
    let form = matches!(mode, ResponseMode::FormPost | ResponseMode::FormPostJwt);
    if form && !accepted.redirect_uri.starts_with("http") {
        return Err(Code::InvalidRequest.because("form_post needs an http address"));
    }
    accepted.response_mode = mode;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::ResponseMode;
    use crate::Client;
    use crate::authorize::tests::outcome;
    use crate::client::{SecurityProfile, sample};

    #[test]
    fn each_mode_by_name() {
        for (value, expected) in [
            (None, ResponseMode::Query),
            (Some("query"), ResponseMode::Query),
            (Some("fragment"), ResponseMode::Fragment),
            (Some("form_post"), ResponseMode::FormPost),
            (Some("jwt"), ResponseMode::QueryJwt),
            (Some("fragment.jwt"), ResponseMode::FragmentJwt),
            (Some("form_post.jwt"), ResponseMode::FormPostJwt),
        ] {
            let accepted = outcome(&sample(), &[("response_mode", value)]).unwrap();
            assert_eq!(accepted.response_mode, expected, "{value:?}");
        }
        assert!(outcome(&sample(), &[("response_mode", Some("web_message"))]).is_err());
        let signing = Client { security_profile: SecurityProfile::Fapi2MessageSigning, ..sample() };
        assert!(outcome(&signing, &[("response_mode", Some("query"))]).is_err());
    }

    #[test]
    fn tokens_never_travel_in_a_query() {
        for mode in ["query", "query.jwt"] {
            let params = [("response_type", "id_token"), ("response_mode", mode)];
            assert_eq!(super::of(&params.into_iter().collect()), None, "{mode}");
        }
    }
}

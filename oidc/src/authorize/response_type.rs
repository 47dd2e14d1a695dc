//! What the answer contains (OAuth 2.0 Multiple Response Types §3 and §5). Only `code` is for
//! everybody; a client that registered others gets them where its insurer allows it.

use super::{Authorize, Request};
use crate::client::GrantType;
use crate::error::{Code, OAuthError};

/// What is issued in the front channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct ResponseType {
    pub code: bool,
    pub id_token: bool,
    pub token: bool,
}

/// The words of a response type, in any order.
fn parse(text: &str) -> Option<ResponseType> {
    let mut parsed = ResponseType::default();
    for word in text.split(' ') {
        let slot = match word {
            "code" => &mut parsed.code,
            "id_token" => &mut parsed.id_token,
            "token" => &mut parsed.token,
            _ => return None,
        };
        if std::mem::replace(slot, true) {
            return None;
        }
    }
    Some(parsed)
}

pub(super) fn check(request: &Request, accepted: &mut Authorize) -> Result<(), OAuthError> {
    let text = request
        .params
        .value("response_type")
        .ok_or(Code::InvalidRequest.because("response_type is missing"))?;
    let refused = |why| Err(Code::UnsupportedResponseType.because(why));
    let Some(asked) = parse(text) else { return refused("response_type is not offered") };
    let code = ResponseType { code: true, ..ResponseType::default() };
    let registered = request.client.response_types.iter().any(|kind| parse(kind) == Some(asked));
    if asked != code && !(request.rules.implicit && registered) {
        return refused("response_type must be code");
    }
    // RFC 9700 §2.1.2: an access token alone in the front channel cannot be bound to anybody.
    if asked == (ResponseType { token: true, ..ResponseType::default() }) {
        return refused("response_type token is not offered");
    }
    // Nothing binds a token that travels in the front channel (RFC 9700 §2.1.2).
    if asked.token && request.client.must_bind() {
        return refused("this client's access tokens must be bound");
    }
    let grant = if asked.code { GrantType::AuthorizationCode } else { GrantType::Implicit };
    if !registered || !request.client.may(grant) {
        return Err(Code::UnauthorizedClient.because("the client is not registered for this"));
    }
    accepted.response_type = asked;
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::Client;
    use crate::authorize::tests::{outcome, outcome_with};
    use crate::authorize::{ResponseType, Rules};
    use crate::client::{GrantType, sample};
    use crate::error::Code;

    #[test]
    fn only_code() {
        for (value, expected) in [
            (Some("token"), Code::UnsupportedResponseType),
            (Some("code id_token"), Code::UnsupportedResponseType),
            (Some("CODE"), Code::UnsupportedResponseType),
            (Some("code code"), Code::UnsupportedResponseType),
            (Some(""), Code::InvalidRequest),
            (None, Code::InvalidRequest),
        ] {
            assert_eq!(outcome(&sample(), &[("response_type", value)]), Err(expected), "{value:?}");
        }
    }

    #[test]
    fn hybrid_only_when_registered_and_allowed() {
        let hybrid = Client {
            response_types: vec!["code id_token".into()],
            grant_types: vec![GrantType::AuthorizationCode, GrantType::Implicit],
            ..sample()
        };
        let asks = [("response_type", Some("id_token code")), ("nonce", Some("n"))];
        let allowed = Rules { implicit: true, ..Rules::default() };
        let accepted = outcome_with(&hybrid, &allowed, &asks).unwrap();
        let expected = ResponseType { code: true, id_token: true, token: false };
        assert_eq!(accepted.response_type, expected);
        let refused = Err(Code::UnsupportedResponseType);
        assert_eq!(outcome(&hybrid, &asks).map(drop), refused);
        assert_eq!(outcome_with(&sample(), &allowed, &asks).map(drop), refused);
        let code_only = [("response_type", Some("code"))];
        let refused = Err(Code::UnauthorizedClient);
        assert_eq!(outcome_with(&hybrid, &allowed, &code_only).map(drop), refused);
    }
}

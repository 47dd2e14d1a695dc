//! The errors of OAuth 2.0 and OpenID Connect, by the names that the RFCs give them.

use serde::{Deserialize, Serialize, Serializer};

/// An error that a client can act on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OAuthError {
    pub error: Code,
    #[serde(serialize_with = "as_description")]
    pub error_description: &'static str,
}

fn as_description<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&description(text))
}

/// A sentence with the characters that `error_description` may have (RFC 6749 §5.2, RFC 6750 §3):
/// printable ASCII without quotation marks and backslashes. What names the caller's own words may
/// contain others; those become `'`, `/` and `?`.
pub fn description(text: &str) -> String {
    let plain = |c: char| match c {
        '"' => '\'',
        '\\' => '/',
        ' '..='~' => c,
        _ => '?',
    };
    text.chars().map(plain).collect()
}

/// RFC 6749 §4.1.2.1 and §5.2, OpenID Connect Core §3.1.2.6, RFC 6750 §3.1, RFC 7591
/// §3.2.2, RFC 8628 §3.5, RFC 8707 §2, RFC 9101 §7, RFC 9396 §5, RFC 9449 §5 and §8,
/// RFC 9470 §3, OpenID Connect Core Unmet Authentication Requirements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    InvalidRequest,
    InvalidClient,
    InvalidGrant,
    UnauthorizedClient,
    UnsupportedGrantType,
    UnsupportedResponseType,
    InvalidScope,
    InvalidTarget,
    InvalidAuthorizationDetails,
    AccessDenied,
    ServerError,
    LoginRequired,
    ConsentRequired,
    InteractionRequired,
    AccountSelectionRequired,
    UnmetAuthenticationRequirements,
    RegistrationNotSupported,
    InvalidRequestUri,
    InvalidRequestObject,
    InvalidToken,
    InsufficientScope,
    InsufficientUserAuthentication,
    InvalidDpopProof,
    UseDpopNonce,
    AuthorizationPending,
    SlowDown,
    ExpiredToken,
    InvalidRedirectUri,
    InvalidClientMetadata,
}

impl Code {
    /// The code as it stands on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Code::InvalidRequest => "invalid_request",
            Code::InvalidClient => "invalid_client",
            Code::InvalidGrant => "invalid_grant",
            Code::UnauthorizedClient => "unauthorized_client",
            Code::UnsupportedGrantType => "unsupported_grant_type",
            Code::UnsupportedResponseType => "unsupported_response_type",
            Code::InvalidScope => "invalid_scope",
            Code::InvalidTarget => "invalid_target",
            Code::InvalidAuthorizationDetails => "invalid_authorization_details",
            Code::AccessDenied => "access_denied",
            Code::ServerError => "server_error",
            Code::LoginRequired => "login_required",
            Code::ConsentRequired => "consent_required",
            Code::InteractionRequired => "interaction_required",
            Code::AccountSelectionRequired => "account_selection_required",
            Code::UnmetAuthenticationRequirements => "unmet_authentication_requirements",
            Code::RegistrationNotSupported => "registration_not_supported",
            Code::InvalidRequestUri => "invalid_request_uri",
            Code::InvalidRequestObject => "invalid_request_object",
            Code::InvalidToken => "invalid_token",
            Code::InsufficientScope => "insufficient_scope",
            Code::InsufficientUserAuthentication => "insufficient_user_authentication",
            Code::InvalidDpopProof => "invalid_dpop_proof",
            Code::UseDpopNonce => "use_dpop_nonce",
            Code::AuthorizationPending => "authorization_pending",
            Code::SlowDown => "slow_down",
            Code::ExpiredToken => "expired_token",
            Code::InvalidRedirectUri => "invalid_redirect_uri",
            Code::InvalidClientMetadata => "invalid_client_metadata",
        }
    }

    /// The error with a sentence for the client's developer; never with a value of the request.
    pub const fn because(self, error_description: &'static str) -> OAuthError {
        OAuthError { error: self, error_description }
    }
}

#[cfg(test)]
mod tests {
    use super::{Code, description};

    /// RFC 6749 §5.2: %x20-21 / %x23-5B / %x5D-7E.
    #[test]
    fn a_description_has_no_quotes_and_no_other_letters() {
        let found = description("unknown field `x\"y\\z`, é\r\n日");
        assert_eq!(found, "unknown field `x'y/z`, ????");
        let error = Code::InvalidRequest.because("say \"yes\"");
        let json = serde_json::to_value(&error).unwrap();
        assert_eq!(json["error_description"], "say 'yes'");
    }
}

//! Only the authorization code flow is offered (RFC 9700 §2.1.2).

use super::Authorize;
use crate::error::{Code, OAuthError};
use crate::{Client, Params};

pub(super) fn check(params: &Params, _: &Client, _: &mut Authorize) -> Result<(), OAuthError> {
    match params.value("response_type") {
        Some("code") => Ok(()),
        Some(_) => Err(Code::UnsupportedResponseType.because("response_type must be code")),
        None => Err(Code::InvalidRequest.because("response_type is missing")),
    }
}

#[cfg(test)]
mod tests {
    use crate::authorize::tests::outcome;
    use crate::client::sample;
    use crate::error::Code;

    #[test]
    fn only_code() {
        for (value, expected) in [
            (Some("token"), Code::UnsupportedResponseType),
            (Some("code id_token"), Code::UnsupportedResponseType),
            (Some("CODE"), Code::UnsupportedResponseType),
            (Some(""), Code::InvalidRequest),
            (None, Code::InvalidRequest),
        ] {
            assert_eq!(outcome(&sample(), &[("response_type", value)]), Err(expected), "{value:?}");
        }
    }
}

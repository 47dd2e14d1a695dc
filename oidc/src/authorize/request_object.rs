//! Request objects are not offered yet and must be refused by name, never ignored.

use super::Authorize;
use crate::error::{Code, OAuthError};
use crate::{Client, Params};

/// OpenID Connect Core §6.3.3.
pub(super) fn check(params: &Params, _: &Client, _: &mut Authorize) -> Result<(), OAuthError> {
    if params.has("request") {
        return Err(Code::RequestNotSupported.because("request objects are not offered"));
    }
    if params.has("request_uri") {
        return Err(Code::RequestUriNotSupported.because("request_uri is not offered"));
    }
    if params.has("registration") {
        return Err(Code::RegistrationNotSupported.because("registration is not offered"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::authorize::tests::outcome;
    use crate::client::sample;
    use crate::error::Code;

    #[test]
    fn each_is_refused_with_its_own_error() {
        for (name, expected) in [
            ("request", Code::RequestNotSupported),
            ("request_uri", Code::RequestUriNotSupported),
            ("registration", Code::RegistrationNotSupported),
        ] {
            assert_eq!(outcome(&sample(), &[(name, Some("x"))]), Err(expected));
        }
    }
}

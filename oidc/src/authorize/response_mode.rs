//! The answer goes in the query (OAuth 2.0 Multiple Response Types §2.1).

use super::Authorize;
use crate::error::{Code, OAuthError};
use crate::{Client, Params};

pub(super) fn check(params: &Params, _: &Client, _: &mut Authorize) -> Result<(), OAuthError> {
    match params.value("response_mode") {
        None | Some("query") => Ok(()),
        Some(_) => Err(Code::InvalidRequest.because("response_mode must be query")),
    }
}

#[cfg(test)]
mod tests {
    use crate::authorize::tests::outcome;
    use crate::client::sample;

    #[test]
    fn only_query() {
        assert!(outcome(&sample(), &[("response_mode", Some("query"))]).is_ok());
        assert!(outcome(&sample(), &[("response_mode", Some("fragment"))]).is_err());
    }
}

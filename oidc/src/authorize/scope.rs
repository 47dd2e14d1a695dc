//! What the client asks for; `openid` makes it an OpenID request (OpenID Connect Core §3.1.2.1).

use super::Authorize;
use crate::error::{Code, OAuthError};
use crate::{Client, Params, scope};

pub(super) fn check(
    params: &Params,
    client: &Client,
    accepted: &mut Authorize,
) -> Result<(), OAuthError> {
    accepted.scopes = scope::granted(params.value("scope").unwrap_or(""), &client.scopes);
    if accepted.scopes.iter().any(|scope| scope == "openid") {
        return Ok(());
    }
    Err(Code::InvalidScope.because("scope must contain openid"))
}

#[cfg(test)]
mod tests {
    use crate::authorize::tests::outcome;
    use crate::client::sample;
    use crate::error::Code;

    #[test]
    fn openid_is_needed_and_unregistered_scopes_fall_away() {
        let granted = outcome(&sample(), &[("scope", Some("email openid membership"))]).unwrap();
        assert_eq!(granted.scopes, ["email", "openid"]);
        for bad in [None, Some("email"), Some("OPENID")] {
            assert_eq!(outcome(&sample(), &[("scope", bad)]), Err(Code::InvalidScope));
        }
    }
}

//! What the client asks for; `openid` makes it an OpenID request (OpenID Connect Core §3.1.2.1).

use super::{Authorize, Request};
use crate::error::{Code, OAuthError};
use crate::scope;

pub(super) fn check(request: &Request, accepted: &mut Authorize) -> Result<(), OAuthError> {
    let asked = request.params.value("scope").unwrap_or("");
    accepted.scopes = scope::granted(asked, &request.client.scopes);
    if accepted.scopes.is_empty() && request.params.has("authorization_details") {
        return Ok(());
    }
    if accepted.scopes.is_empty() {
        return Err(Code::InvalidScope.because("scope has nothing that this client may ask for"));
    }
    let openid = accepted.scopes.iter().any(|scope| scope == "openid");
    if accepted.response_type.id_token && !openid {
        return Err(Code::InvalidScope.because("an ID token needs scope openid"));
    }
    // OpenID Connect Core §11: only to a client that may use it.
    if !request.client.may(crate::client::GrantType::RefreshToken) {
        accepted.scopes.retain(|scope| scope != "offline_access");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::Client;
    use crate::authorize::tests::outcome;
    use crate::client::sample;
    use crate::error::Code;

    #[test]
    fn unregistered_scopes_fall_away_and_one_must_stay() {
        let granted = outcome(&sample(), &[("scope", Some("email openid membership"))]).unwrap();
        assert_eq!(granted.scopes, ["email", "openid"]);
        let plain = outcome(&sample(), &[("scope", Some("email"))]).unwrap();
        assert_eq!(plain.scopes, ["email"]);
        for bad in [None, Some("x"), Some("OPENID")] {
            assert_eq!(outcome(&sample(), &[("scope", bad)]), Err(Code::InvalidScope));
        }
        let client = Client { scopes: vec!["openid".into(), "offline_access".into()], ..sample() };
        let granted = outcome(&client, &[("scope", Some("openid offline_access"))]).unwrap();
        assert_eq!(granted.scopes, ["openid"], "without the refresh_token grant");
    }
}

//! Claims asked by name (OpenID Connect Core §5.5): kept as they are; unknown names are ignored
//! when they are answered.

use super::{Authorize, Request};
use crate::claims::ClaimsRequest;
use crate::error::{Code, OAuthError};
use serde_json::{Map, Value};

/// More names than any client needs.
const MANY: usize = 100;

pub(super) fn check(request: &Request, accepted: &mut Authorize) -> Result<(), OAuthError> {
    let Some(text) = request.params.value("claims") else { return Ok(()) };
    let refused =
        || Code::InvalidRequest.because("claims is not the JSON of OIDC Core section 5.5");
    let asked: Map<String, Value> = serde_json::from_str(text).map_err(|_| refused())?;
    let place = |name: &str| -> Result<Map<String, Value>, OAuthError> {
        match asked.get(name) {
            None | Some(Value::Null) => Ok(Map::new()),
            Some(Value::Object(claims)) if claims.len() <= MANY => Ok(claims.clone()),
            Some(_) => Err(refused()),
        }
    };
    let claims = ClaimsRequest { id_token: place("id_token")?, userinfo: place("userinfo")? };
    let fits = |(name, asked): (&String, &Value)| {
        asked.is_null() || asked.is_object() || (name == "verified_claims" && asked.is_array())
    };
    if !claims.id_token.iter().chain(&claims.userinfo).all(fits) {
        return Err(refused());
    }
    accepted.claims = claims;
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::authorize::tests::outcome;
    use crate::client::sample;

    #[test]
    fn json_of_two_places_or_refused() {
        let good = r#"{"userinfo":{"name":{"essential":true},"x":null},"other":1}"#;
        let accepted = outcome(&sample(), &[("claims", Some(good))]).unwrap();
        assert!(accepted.claims.userinfo.contains_key("name"));
        assert!(accepted.claims.id_token.is_empty());
        for bad in ["", "[]", "x", r#"{"userinfo":1}"#, r#"{"id_token":{"acr":1}}"#] {
            let outcome = outcome(&sample(), &[("claims", Some(bad))]);
            assert_eq!(outcome.is_err(), !bad.is_empty(), "{bad}");
        }
    }
}

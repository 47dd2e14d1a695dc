//! Rich authorization requests (RFC 9396 §2, §5): an array of objects, each of a type that the
//! client registered; stored and given back as they are.

use super::{Authorize, Request};
use crate::Client;
use crate::error::{Code, OAuthError};
use serde_json::Value;

/// More than any client needs.
const MANY: usize = 20;

/// Reads `authorization_details` for a client.
///
/// # Errors
/// `invalid_authorization_details`.
pub fn parse(text: Option<&str>, client: &Client) -> Result<Vec<Value>, OAuthError> {
    let Some(text) = text else { return Ok(Vec::new()) };
    let refused = |why| Code::InvalidAuthorizationDetails.because(why);
    let details: Vec<Value> = serde_json::from_str(text)
        .map_err(|_| refused("authorization_details is not a JSON array"))?;
    if details.len() > MANY {
        return Err(refused("authorization_details has too many entries"));
    }
    for detail in &details {
        let kind = detail.get("type").and_then(Value::as_str);
        let kind = kind.ok_or(refused("an entry of authorization_details has no type"))?;
        if !client.authorization_details_types.iter().any(|known| known == kind) {
            return Err(refused("the client is not registered for this type"));
        }
    }
    Ok(details)
}

pub(super) fn check(request: &Request, accepted: &mut Authorize) -> Result<(), OAuthError> {
    let text = request.params.value("authorization_details");
    accepted.authorization_details = parse(text, request.client)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::Client;
    use crate::authorize::tests::outcome;
    use crate::client::sample;
    use crate::error::Code;

    #[test]
    fn only_registered_types() {
        let client = Client { authorization_details_types: vec!["meal".into()], ..sample() };
        let run = |text| outcome(&client, &[("authorization_details", Some(text))]);
        let good = run(r#"[{"type":"meal","actions":["read"]}]"#).unwrap();
        assert_eq!(good.authorization_details[0]["actions"][0], "read");
        for bad in ["x", "{}", "[1]", r#"[{"type":"other"}]"#, r#"[{}]"#] {
            assert_eq!(run(bad), Err(Code::InvalidAuthorizationDetails), "{bad}");
        }
    }
}

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

/// The asked part of what was granted (RFC 9396 §6); nothing asked means all.
///
/// # Errors
/// `invalid_authorization_details` when something is asked that was not granted.
pub fn narrowed(
    granted: &[Value],
    text: Option<&str>,
    client: &Client,
) -> Result<Vec<Value>, OAuthError> {
    if text.is_none() {
        return Ok(granted.to_vec());
    }
    let asked = parse(text, client)?;
    let within = |asked: &Value| granted.iter().any(|granted| is_within(asked, granted));
    if asked.iter().all(within) {
        return Ok(asked);
    }
    Err(Code::InvalidAuthorizationDetails.because("authorization_details was not granted"))
}

/// Whether a request is another one or a part of it: the same members, lists with fewer entries.
fn is_within(asked: &Value, granted: &Value) -> bool {
    let (Some(asked), Some(granted)) = (asked.as_object(), granted.as_object()) else {
        return false;
    };
    let part = |(name, value): (&String, &Value)| match (value, granted.get(name)) {
        (Value::Array(asked), Some(Value::Array(granted))) => {
            asked.iter().all(|one| granted.contains(one))
        }
        (value, found) => found == Some(value),
    };
    // A member that is left out could mean "all": it must be said.
    asked.len() == granted.len() && asked.iter().all(part)
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

    /// RFC 9396 §6.
    #[test]
    fn less_but_never_more() {
        let client = Client { authorization_details_types: vec!["meal".into()], ..sample() };
        let granted = [serde_json::json!({"type": "meal", "actions": ["read", "write"], "a": 1})];
        let run = |text: &str| super::narrowed(&granted, Some(text), &client).map(|all| all.len());
        assert_eq!(super::narrowed(&granted, None, &client).unwrap(), granted);
        assert_eq!(run(r#"[{"type":"meal","actions":["read"],"a":1}]"#), Ok(1));
        assert_eq!(run("[]"), Ok(0));
        for bad in [
            r#"[{"type":"meal","actions":["read","delete"],"a":1}]"#,
            r#"[{"type":"meal","actions":["read"]}]"#,
            r#"[{"type":"meal","actions":["read"],"a":2}]"#,
            r#"[{"type":"meal","actions":["read"],"a":1,"b":1}]"#,
            r#"[{"type":"other"}]"#,
        ] {
            assert!(run(bad).is_err(), "{bad}");
        }
    }

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

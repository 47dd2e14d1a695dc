//! Token exchange (RFC 8693): a service that got a member's token asks for one to go on with.
//! Only delegation: the new token says who acts. A token that hides the actor is refused.

use crate::error::{Code, OAuthError};
use crate::{Client, Params};
use serde_json::{Value, json};

/// RFC 8693 §3.
pub const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
/// RFC 8693 §3.
const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";
/// Services that may stand behind each other.
const DEEPEST: usize = 4;

/// The tokens of a request.
#[derive(Debug, PartialEq, Eq)]
pub struct Asked<'p> {
    pub subject_token: &'p str,
    pub actor_token: Option<&'p str>,
}

/// Reads the request (RFC 8693 §2.1).
///
/// # Errors
/// `invalid_request` for a missing token or a type other than access token.
pub fn read(params: &Params) -> Result<Asked<'_>, OAuthError> {
    let wrong = |why| Code::InvalidRequest.because(why);
    let subject_token = params.value("subject_token").ok_or(wrong("subject_token is missing"))?;
    let is_access = |name: &str| matches!(params.value(name), Some(ACCESS_TOKEN | JWT));
    if !is_access("subject_token_type") {
        return Err(wrong("subject_token_type must be an access token"));
    }
    let actor_token = params.value("actor_token");
    if actor_token.is_some() != is_access("actor_token_type") {
        return Err(wrong("actor_token and actor_token_type go together"));
    }
    match params.value("requested_token_type") {
        None | Some(ACCESS_TOKEN | JWT) => Ok(Asked { subject_token, actor_token }),
        Some(_) => Err(wrong("requested_token_type must be an access token")),
    }
}

/// What the subject's token says about itself.
pub struct Subject<'a> {
    pub client_id: &'a str,
    pub audience: &'a [String],
    /// The chain of those who act already.
    pub act: Option<&'a Value>,
}

/// Whether a client may act with this token: it was issued to it, or for what it serves.
/// Returns the `act` claim of the new token (RFC 8693 §4.1): the client, before it whoever acted.
///
/// # Errors
/// `invalid_request` for a foreign token; `invalid_target` for too long a chain.
pub fn act(client: &Client, actor: &str, subject: &Subject) -> Result<Value, OAuthError> {
    let own = subject.client_id == client.client_id
        || subject.audience.iter().any(|audience| client.served().contains(audience));
    if !own {
        return Err(Code::InvalidRequest.because("the subject token is not for this client"));
    }
    let mut deep = 0;
    let mut link = subject.act;
    while let Some(inner) = link {
        deep += 1;
        link = inner.get("act");
    }
    if deep >= DEEPEST {
        return Err(Code::InvalidTarget.because("too many services act for each other"));
    }
    let mut act = json!({"sub": actor});
    if let Some(before) = subject.act {
        act["act"] = before.clone();
    }
    Ok(act)
}

#[cfg(test)]
mod tests {
    use super::{ACCESS_TOKEN, Subject, act, read};
    use crate::Params;
    use crate::client::{Client, sample};
    use serde_json::json;

    #[test]
    fn only_access_tokens_are_exchanged() {
        let run = |changes: &[(&'static str, &'static str)]| {
            let good = [("subject_token", "s"), ("subject_token_type", ACCESS_TOKEN)];
            let mut params: Params = good.into_iter().collect();
            for (name, value) in changes {
                params = params.with(name, value);
            }
            read(&params).is_ok()
        };
        assert!(run(&[]));
        assert!(run(&[("actor_token", "a"), ("actor_token_type", ACCESS_TOKEN)]));
        for bad in [
            [("subject_token", ""), ("x", "")],
            [("subject_token_type", "urn:ietf:params:oauth:token-type:refresh_token"), ("x", "")],
            [("actor_token", "a"), ("x", "")],
            [("actor_token_type", ACCESS_TOKEN), ("x", "")],
            [("requested_token_type", "urn:ietf:params:oauth:token-type:id_token"), ("x", "")],
        ] {
            assert!(!run(&bad), "{bad:?}");
        }
    }

    /// RFC 8693 §4.1.
    #[test]
    fn who_acts_is_always_named() {
        let api = Client { serves: vec!["https://api.example/".into()], ..sample() };
        let audience = ["https://api.example/".to_owned()];
        let before = json!({"sub": "first"});
        let subject = Subject { client_id: "app", audience: &audience, act: Some(&before) };
        let expected = json!({"sub": "portal", "act": {"sub": "first"}});
        assert_eq!(act(&api, "portal", &subject).unwrap(), expected);
        assert!(act(&sample(), "portal", &subject).is_err(), "not for this client");
        let own = Subject { client_id: "portal", audience: &[], act: None };
        assert_eq!(act(&sample(), "portal", &own).unwrap(), json!({"sub": "portal"}));
        let deep =
            json!({"sub": "1", "act": {"sub": "2", "act": {"sub": "3", "act": {"sub": "4"}}}});
        assert!(act(&api, "portal", &Subject { act: Some(&deep), ..subject }).is_err());
    }
}

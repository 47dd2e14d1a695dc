//! The answer to an authorization request on its way to the client: query, fragment or a form,
//! plain or signed as one JWT (JARM).

use crate::authorize::{Authorize, ResponseMode};
use crate::error::{OAuthError, description};
use serde_json::{Map, Value, json};

/// Parameters of an answer, in order.
pub type Answer = Vec<(&'static str, String)>;

/// How it leaves the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// 303 to this address.
    Redirect(String),
    /// A page whose form posts these fields to this address.
    Form { action: String, fields: Vec<(&'static str, String)> },
}

/// An error (RFC 6749 §4.1.2.1).
pub fn error(error: &OAuthError) -> Answer {
    vec![
        ("error", error.error.as_str().to_owned()),
        ("error_description", description(error.error_description)),
    ]
}

/// Adds `state`, byte for byte, and `iss` (RFC 9207 §2), then sends. `sign` makes a JWT of
/// claims: JARM §2.1 puts everything into one.
///
/// # Errors
/// Whatever `sign` returns.
pub fn send<E>(
    request: &Authorize,
    issuer: &str,
    mut answer: Answer,
    now: i64,
    sign: impl FnOnce(Value) -> Result<String, E>,
) -> Result<Sent, E> {
    answer.extend(request.state.clone().map(|state| ("state", state)));
    answer.push(("iss", issuer.to_owned()));
    let mode = request.response_mode;
    if mode.is_jwt() {
        let mut claims: Map<String, Value> =
            answer.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
        claims.insert("aud".into(), json!(request.client_id));
        // JARM §2.1: ten minutes at most.
        claims.insert("exp".into(), json!(now + 600));
        answer = vec![("response", sign(Value::Object(claims))?)];
    }
    let uri = &request.redirect_uri;
    Ok(match mode {
        ResponseMode::FormPost | ResponseMode::FormPostJwt => {
            Sent::Form { action: uri.clone(), fields: answer }
        }
        // The registered address keeps its own query untouched.
        ResponseMode::Query | ResponseMode::QueryJwt => {
            let sign = if uri.contains('?') { '&' } else { '?' };
            Sent::Redirect(format!("{uri}{sign}{}", encoded(&answer)))
        }
        ResponseMode::Fragment | ResponseMode::FragmentJwt => {
            Sent::Redirect(format!("{uri}#{}", encoded(&answer)))
        }
    })
}

fn encoded(answer: &Answer) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(answer).finish()
}

#[cfg(test)]
mod tests {
    use super::{Sent, send};
    use crate::authorize::{Authorize, ResponseMode};

    fn sent(mode: ResponseMode, uri: &str) -> Sent {
        let request = Authorize {
            client_id: "portal".into(),
            redirect_uri: uri.into(),
            response_mode: mode,
            state: Some("s&t+%20".into()),
            ..Authorize::default()
        };
        let answer = vec![("code", "c".to_owned())];
        let sign = |claims: serde_json::Value| Ok::<_, ()>(claims.to_string());
        send(&request, "https://id.example/minato", answer, 1000, sign).unwrap()
    }

    #[test]
    fn state_comes_back_byte_for_byte_and_the_issuer_is_named() {
        let tail = "code=c&state=s%26t%2B%2520&iss=https%3A%2F%2Fid.example%2Fminato";
        let to = |mode, uri| match sent(mode, uri) {
            Sent::Redirect(url) => url,
            Sent::Form { .. } => String::new(),
        };
        let uri = "https://a.example/cb";
        assert_eq!(to(ResponseMode::Query, uri), format!("{uri}?{tail}"));
        assert_eq!(
            to(ResponseMode::Query, "https://a.example/?x=1"),
            format!("https://a.example/?x=1&{tail}")
        );
        assert_eq!(to(ResponseMode::Fragment, uri), format!("{uri}#{tail}"));
        let Sent::Form { action, fields } = sent(ResponseMode::FormPost, uri) else { panic!() };
        assert_eq!((action.as_str(), fields[1].1.as_str()), (uri, "s&t+%20"));
    }

    /// JARM §2.1.
    #[test]
    fn a_signed_answer_is_one_parameter_with_its_audience_and_end() {
        let Sent::Form { fields, .. } = sent(ResponseMode::FormPostJwt, "https://a.example/")
        else {
            panic!()
        };
        let claims: serde_json::Value = serde_json::from_str(&fields[0].1).unwrap();
        assert_eq!((fields.len(), fields[0].0), (1, "response"));
        assert_eq!((&claims["aud"], &claims["exp"]), (&"portal".into(), &1600.into()));
        assert_eq!((&claims["code"], &claims["state"]), (&"c".into(), &"s&t+%20".into()));
    }
}

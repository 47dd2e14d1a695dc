//! A signed token as it arrives: parsed, not yet believed (RFC 7515 §7.1, RFC 8725).

use crate::jose::algorithm::Algorithm;
use crate::jose::jwk::VerifyingKey;
use secret::hash;
use secret::hash::from_base64url;
use serde_json::{Map, Value};

/// The parts of a compact JWS. Nothing in it is true until [`Unverified::signed_by`] said so.
#[derive(Debug, Clone, PartialEq)]
pub struct Unverified<'t> {
    pub header: Map<String, Value>,
    pub claims: Map<String, Value>,
    signed: &'t str,
    signature: Vec<u8>,
}

/// Seconds for which an expired token is still accepted: clocks differ.
pub const SKEW: i64 = 10;

/// Seconds by which a token may be dated ahead of our clock (FAPI 2.0 §5.3.2.1: 10 must pass, more
/// than 60 must not).
pub const MAX_AHEAD_SECS: i64 = 60;

impl<'t> Unverified<'t> {
    /// Reads header and claims; both must be JSON objects. `None` for anything else, also for an
    /// encrypted token (five parts), which could hide an unsigned one.
    pub fn parse(token: &'t str) -> Option<Self> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        if claims.contains('.') {
            return None;
        }
        let object = |part: &str| -> Option<Map<String, Value>> {
            serde_json::from_slice(&from_base64url(part)?).ok()
        };
        let header = object(header)?;
        // RFC 7515 §4.1.11: an extension that we do not know must be understood, so it is refused.
        if header.contains_key("crit") {
            return None;
        }
        Some(Self {
            header,
            claims: object(claims)?,
            signed,
            signature: from_base64url(signature)?,
        })
    }

    /// A member of the header that is a text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.header.get(name)?.as_str()
    }

    /// A claim that is a text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.claims.get(name)?.as_str()
    }

    /// A claim that is a time in seconds since 1970; fractions are cut.
    pub fn time(&self, name: &str) -> Option<i64> {
        let value = self.claims.get(name)?;
        let seconds = value.as_i64().or_else(|| value.as_f64().map(|seconds| seconds as i64))?;
        // Whoever writes a time 30,000 years away wants an overflow, not a date.
        (-(1_i64 << 40)..1 << 40).contains(&seconds).then_some(seconds)
    }

    /// Whether the header's `typ` is this media type, written in lower case and without
    /// `application/` (RFC 7515 §4.1.9: both are left to the writer).
    pub fn has_type(&self, expected: &str) -> bool {
        let Some(typ) = self.header("typ").map(str::to_ascii_lowercase) else { return false };
        typ.strip_prefix("application/").unwrap_or(&typ) == expected
    }

    /// Whether it is valid at a time: not over, neither made nor beginning in the future. What it
    /// does not say does not count, what is no time is never good. The one rule for every token
    /// that others make.
    pub fn is_timely(&self, now: i64) -> bool {
        let holds = |name: &str, good: &dyn Fn(i64) -> bool| {
            !self.claims.contains_key(name) || self.time(name).is_some_and(good)
        };
        holds("exp", &|exp| exp + SKEW > now)
            && ["nbf", "iat"].iter().all(|name| holds(name, &|at| at <= now + MAX_AHEAD_SECS))
    }

    /// The algorithm of the header, if it is one of ours. `none` never is.
    pub fn algorithm(&self) -> Option<Algorithm> {
        Algorithm::parse(self.header("alg")?)
    }

    /// Whether one of the keys signed this token with its header's algorithm. Keys of another
    /// `kid` are left out when the header names one.
    pub fn signed_by<'k>(&self, keys: impl IntoIterator<Item = &'k VerifyingKey>) -> bool {
        let Some(algorithm) = self.algorithm() else { return false };
        let kid = self.header("kid");
        keys.into_iter()
            .filter(|key| kid.is_none() || key.kid.is_none() || key.kid.as_deref() == kid)
            .any(|key| key.verifies(algorithm, self.signed.as_bytes(), &self.signature))
    }

    /// Whether it was signed with a shared secret by HMAC-SHA-256.
    pub fn signed_with(&self, secret: &[u8]) -> bool {
        let expected = hash::hmac(secret, self.signed.as_bytes());
        self.header("alg") == Some("HS256") && hash::equal(&expected, &self.signature)
    }

    /// Whether an `aud`, text or list, contains one of these values.
    pub fn is_for(&self, audiences: &[&str]) -> bool {
        match self.claims.get("aud") {
            Some(Value::String(one)) => audiences.contains(&one.as_str()),
            Some(Value::Array(many)) => {
                many.iter().filter_map(Value::as_str).any(|one| audiences.contains(&one))
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Unverified;
    use proptest::prelude::*;
    use secret::hash::base64url;
    use serde_json::{Value, json};

    fn token(header: &Value, claims: &Value) -> String {
        format!("{}.{}.AA", base64url(header.to_string()), base64url(claims.to_string()))
    }

    /// RFC 7515 §4.1.9, RFC 2045 §5.1.
    #[test]
    fn a_type_is_a_media_type() {
        for (typ, expected) in [
            (json!("at+jwt"), true),
            (json!("AT+JWT"), true),
            (json!("Application/At+Jwt"), true),
            (json!("text/at+jwt"), false),
            (json!("application/application/at+jwt"), false),
            (json!("at+jwt "), false),
            (json!("jwt"), false),
            (json!(1), false),
            (json!(null), false),
        ] {
            let text = token(&json!({"typ": typ}), &json!({}));
            assert_eq!(Unverified::parse(&text).unwrap().has_type("at+jwt"), expected, "{typ}");
        }
    }

    /// FAPI 2.0 §5.3.2.1.
    #[test]
    fn ten_seconds_ahead_pass_and_more_than_sixty_do_not() {
        for (claims, expected) in [
            (json!({}), true),
            (json!({"iat": 1010, "nbf": 1010, "exp": 1300}), true),
            (json!({"iat": 1061}), false),
            (json!({"nbf": 1061}), false),
            (json!({"iat": "1000"}), false),
            (json!({"iat": 0}), true),
            (json!({"exp": 991}), true),
            (json!({"exp": 990}), false),
            (json!({"exp": null}), false),
        ] {
            let text = token(&json!({}), &claims);
            assert_eq!(Unverified::parse(&text).unwrap().is_timely(1000), expected, "{claims}");
        }
    }

    #[test]
    fn only_three_parts_of_json() {
        let encode = |text: &str| base64url(text);
        let (header, claims) = (encode(r#"{"alg":"none"}"#), encode(r#"{"iss":"x"}"#));
        let good = format!("{header}.{claims}.");
        assert_eq!(Unverified::parse(&good).unwrap().text("iss"), Some("x"));
        assert!(!Unverified::parse(&good).unwrap().signed_by([]));
        let crit = encode(r#"{"alg":"ES256","crit":["x"]}"#);
        for bad in [
            String::new(),
            "a.b.c".into(),
            format!("{header}.{claims}"),
            format!("{header}.{claims}.a.b"),
            format!("{header}.{claims}.="),
            format!("{}.{claims}.", encode("[]")),
            format!("{crit}.{claims}."),
        ] {
            assert!(Unverified::parse(&bad).is_none(), "{bad}");
        }
    }

    proptest! {
        /// Attack 35.
        #[test]
        fn any_text_is_read_or_refused(text in "[A-Za-z0-9_.=-]{0,200}") {
            if let Some(token) = Unverified::parse(&text) {
                prop_assert!(!token.signed_by([]));
            }
        }
    }
}

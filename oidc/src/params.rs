//! The parameters of a request, each at most once.

use crate::error::{Code, OAuthError};
use std::collections::BTreeMap;

/// Parameters by name. An empty value counts as absent (RFC 6749 §3.1).
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Params(BTreeMap<String, Vec<String>>);

/// The longest value of one parameter, in bytes.
const MAX: usize = 4096;
/// The longest of those that carry a document.
const MAX_DOCUMENT: usize = 32 * 1024;
/// All of them together.
const MAX_TOGETHER: usize = 64 * 1024;
/// Parameters that carry a token or JSON.
const DOCUMENTS: [&str; 8] = [
    "request",
    "client_assertion",
    "id_token_hint",
    "claims",
    "authorization_details",
    "subject_token",
    "actor_token",
    "token",
];
/// RFC 8707 §2 and RFC 8693 §2.1: the only ones that may come more than once.
const REPEATABLE: [&str; 2] = ["resource", "audience"];
/// More than any request needs.
const MANY: usize = 100;

impl Params {
    /// Parses a query or a form body (`application/x-www-form-urlencoded`).
    ///
    /// # Errors
    /// `invalid_request` when a parameter comes twice (RFC 6749 §3.1), is too long, or is no text
    /// that could come back as it was (RFC 6749 appendix B).
    pub fn parse(text: &str) -> Result<Self, OAuthError> {
        // The separators are ASCII, so the whole is UTF-8 when its parts are.
        let decoded = percent_encoding::percent_decode_str(text).decode_utf8();
        if decoded.is_err() || decoded.is_ok_and(|text| text.contains('\0')) {
            return Err(Code::InvalidRequest.because("a parameter is not UTF-8 text"));
        }
        let mut params: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut size = 0;
        for (at, (name, value)) in url::form_urlencoded::parse(text.as_bytes()).enumerate() {
            let max = if DOCUMENTS.contains(&&*name) { MAX_DOCUMENT } else { MAX };
            size += name.len() + value.len();
            if value.len() > max || name.len() > 200 || at >= MANY || size > MAX_TOGETHER {
                return Err(Code::InvalidRequest.because("a parameter is too long"));
            }
            let values = params.entry(name.into_owned()).or_default();
            values.push(value.into_owned());
        }
        let twice = |(name, values): (&String, &Vec<String>)| {
            values.len() > 1 && !REPEATABLE.contains(&name.as_str())
        };
        if params.iter().any(twice) {
            return Err(Code::InvalidRequest.because("a parameter is included twice"));
        }
        Ok(Self(params))
    }

    /// The value, unless it is absent or empty.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.values(name).next()
    }

    /// All values that are not empty, in order.
    pub fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        let values = self.0.get(name).into_iter().flatten();
        values.map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The value as a text of one's own.
    pub fn own(&self, name: &str) -> Option<String> {
        self.value(name).map(str::to_owned)
    }

    /// Whether the parameter is present, even empty.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The same parameters and one more, or one replaced.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.0.insert(name.to_owned(), vec![value.to_owned()]);
        self
    }

    /// Adds what `other` has and this has not.
    pub fn or(mut self, other: &Params) -> Self {
        for (name, values) in &other.0 {
            self.0.entry(name.clone()).or_insert_with(|| values.clone());
        }
        self
    }

    /// The parameters as a query again.
    pub fn to_query(&self) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, values) in &self.0 {
            query.extend_pairs(values.iter().map(|value| (name, value)));
        }
        query.finish()
    }
}

impl<A: Into<String>, B: Into<String>> FromIterator<(A, B)> for Params {
    fn from_iter<I: IntoIterator<Item = (A, B)>>(pairs: I) -> Self {
        let mut params = Self::default();
        for (name, value) in pairs {
            params.0.entry(name.into()).or_default().push(value.into());
        }
        params
    }
}

#[cfg(test)]
mod tests {
    use super::Params;
    use proptest::prelude::*;

    /// Attack 3: a parameter that comes twice. Attack 35: too long, too many.
    #[test]
    fn twice_is_refused_and_empty_is_absent() {
        assert!(Params::parse("a=1&a=2").is_err());
        assert!(Params::parse("a=1&%61=2").is_err());
        for unlike in ["state=%ff", "%c3=1", "state=%c3", "client_id=%00", "a=%ed%a0%80"] {
            assert!(Params::parse(unlike).is_err(), "{unlike}");
        }
        let state = Params::parse("state=%E7%8A%B6+%25%2B").unwrap();
        assert_eq!(state.value("state"), Some("状 %+"));
        let params = Params::parse("state=a%20b%2B&scope=").unwrap();
        assert_eq!(params.value("state"), Some("a b+"));
        assert_eq!(params.value("scope"), None);
        assert!(params.has("scope"));
        assert!(Params::parse(&format!("state={}", "x".repeat(5000))).is_err());
        assert!(Params::parse(&format!("request={}", "x".repeat(5000))).is_ok());
        assert!(Params::parse(&"a&".repeat(200)).is_err());
    }

    /// RFC 8707 §2.
    #[test]
    fn resources_may_be_many() {
        let params = Params::parse("resource=a&resource=b").unwrap();
        assert_eq!(params.values("resource").collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(Params::parse(&params.to_query()).unwrap(), params);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".*") {
            if let Ok(params) = Params::parse(&text) {
                prop_assert_eq!(Params::parse(&params.to_query()).unwrap(), params);
            }
        }
    }
}

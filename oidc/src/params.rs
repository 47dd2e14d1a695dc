//! The parameters of a request, each at most once.

use crate::error::{Code, OAuthError};
use std::collections::BTreeMap;

/// Parameters by name. An empty value counts as absent (RFC 6749 §3.1).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Params(BTreeMap<String, String>);

/// The longest value of one parameter, in bytes.
const MAX: usize = 4096;

impl Params {
    /// Parses a query or a form body (`application/x-www-form-urlencoded`).
    ///
    /// # Errors
    /// `invalid_request` when a parameter comes twice (RFC 6749 §3.1) or is longer than 4 KiB.
    pub fn parse(text: &str) -> Result<Self, OAuthError> {
        let mut params = BTreeMap::new();
        for (name, value) in url::form_urlencoded::parse(text.as_bytes()) {
            if value.len() > MAX || name.len() > 200 {
                return Err(Code::InvalidRequest.because("a parameter is too long"));
            }
            if params.insert(name.into_owned(), value.into_owned()).is_some() {
                return Err(Code::InvalidRequest.because("a parameter is included twice"));
            }
        }
        Ok(Self(params))
    }

    /// The value, unless it is absent or empty.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Whether the parameter is present, even empty.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The parameters as a query again.
    pub fn to_query(&self) -> String {
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }
}

impl<'a> FromIterator<(&'a str, &'a str)> for Params {
    fn from_iter<I: IntoIterator<Item = (&'a str, &'a str)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(a, b)| (a.to_owned(), b.to_owned())).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::Params;

    #[test]
    fn twice_is_refused_and_empty_is_absent() {
        assert!(Params::parse("a=1&a=2").is_err());
        assert!(Params::parse("a=1&%61=2").is_err());
        let params = Params::parse("state=a%20b%2B&scope=").unwrap();
        assert_eq!(params.value("state"), Some("a b+"));
        assert_eq!(params.value("scope"), None);
        assert!(params.has("scope"));
        assert!(Params::parse(&format!("state={}", "x".repeat(5000))).is_err());
    }
}

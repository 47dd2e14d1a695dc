//! Scheme, host and port of an address, and where a program is reached.

use std::sync::Arc;

/// Where a program is reached.
#[derive(Debug, Clone)]
pub struct PublicUrl {
    /// `https://id.example`: what browsers send as `Origin`.
    pub origin: Option<Arc<str>>,
    /// It begins with `https://`: cookies are `Secure` and have the `__Host-` prefix.
    pub secure: bool,
}

impl PublicUrl {
    /// From the setting `public_url`.
    pub fn new(url: &str) -> Self {
        Self { origin: origin(url).map(Arc::from), secure: url.starts_with("https://") }
    }
}

/// `https://host:port` of an address, for a content security policy; `None` when it has none or when a
/// character of it means something else there.
pub fn origin(url: &str) -> Option<String> {
    let origin = url::Url::parse(url).ok()?.origin().ascii_serialization();
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._[]:/".contains(&b);
    (origin != "null" && origin.bytes().all(plain)).then_some(origin)
}

#[cfg(test)]
mod tests {
    use super::origin;

    #[test]
    fn an_origin_cannot_say_more_than_itself() {
        for (url, expected) in [
            ("https://a.example/cb?x=1", Some("https://a.example")),
            ("https://a.example:8443/", Some("https://a.example:8443")),
            ("http://[::1]:1/", Some("http://[::1]:1")),
            ("app.example:/cb", None),
            ("/cb", None),
            ("https://*;script-src/", None),
            ("https://a.example;script-src/", None),
        ] {
            assert_eq!(origin(url).as_deref(), expected, "{url}");
        }
    }
}

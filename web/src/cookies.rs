//! Cookies: host-only, HttpOnly, SameSite=Lax, and with the `__Host-` prefix under https.

use axum::http::{HeaderMap, HeaderValue, header};

/// The name as it stands on the wire. `__Host-` makes browsers refuse a cookie that another
/// host of the domain tries to set (attack 22: session fixation).
fn wire_name(name: &str, secure: bool) -> String {
    if secure { format!("__Host-{name}") } else { name.to_owned() }
}

/// The value of a cookie of this request.
pub fn value<'h>(headers: &'h HeaderMap, name: &str, secure: bool) -> Option<&'h str> {
    let wanted = wire_name(name, secure);
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == wanted).then_some(value))
}

/// A `Set-Cookie` line; without `max_age` (seconds) it ends with the browser session.
pub fn set(name: &str, value: &str, max_age: Option<i64>, secure: bool) -> HeaderValue {
    let mut line = format!("{}={value}; Path=/; HttpOnly; SameSite=Lax", wire_name(name, secure));
    if secure {
        line.push_str("; Secure");
    }
    if let Some(seconds) = max_age {
        line.push_str(&format!("; Max-Age={seconds}"));
    }
    HeaderValue::from_str(&line).expect("names and values are base64url or fixed words")
}

/// A `Set-Cookie` line that removes the cookie.
pub fn clear(name: &str, secure: bool) -> HeaderValue {
    set(name, "", Some(0), secure)
}

#[cfg(test)]
mod tests {
    use super::{clear, set, value};
    use axum::http::{HeaderMap, header};

    /// Attack 22: a cookie that another host of the domain set does not count.
    #[test]
    fn under_https_only_the_host_prefix_counts() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, "session=evil; __Host-session=good".parse().unwrap());
        assert_eq!(value(&headers, "session", true), Some("good"));
        assert_eq!(value(&headers, "session", false), Some("evil"));
        assert_eq!(value(&headers, "sess", false), None);
        let line = set("session", "v", None, true);
        assert_eq!(line, "__Host-session=v; Path=/; HttpOnly; SameSite=Lax; Secure");
        assert!(clear("session", false).to_str().unwrap().contains("Max-Age=0"));
    }
}

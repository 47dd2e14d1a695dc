//! What a browser says it is (RFC 9110 §10.1.5), in words that a member knows.

use axum::http::{HeaderMap, header};

/// What a browser says it is, in words that a member knows: `Chrome / Windows`. Empty when it says
/// nothing that they would know.
pub fn label(headers: &HeaderMap) -> String {
    // The first that fits: later names stand in the lines of earlier ones, too.
    const PROGRAMS: [(&str, &str); 8] = [
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser/", "Samsung Internet"),
        ("Line/", "LINE"),
        ("Firefox/", "Firefox"),
        ("FxiOS/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("CriOS/", "Chrome"),
    ];
    const SYSTEMS: [(&str, &str); 7] = [
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("CrOS", "Chromebook"),
        ("Macintosh", "Mac"),
        ("Linux", "Linux"),
    ];
    let line = headers.get(header::USER_AGENT).and_then(|line| line.to_str().ok());
    let line = line.unwrap_or_default();
    let first = |names: &[(&str, &'static str)]| {
        names.iter().find(|(part, _)| line.contains(part)).map(|(_, name)| *name)
    };
    let safari = || line.contains("Safari/").then_some("Safari");
    let words = [first(&PROGRAMS).or_else(safari), first(&SYSTEMS)];
    words.into_iter().flatten().collect::<Vec<_>>().join(" / ")
}

#[cfg(test)]
mod tests {
    use super::label;
    use axum::http::{HeaderMap, HeaderValue, header};

    #[test]
    fn browsers_are_called_as_members_call_them() {
        for (line, words) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
                 Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0",
                "Edge / Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 \
                 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
                "Safari / iPhone",
            ),
            (
                "Mozilla/5.0 (Linux; Android 14; K) AppleWebKit/537.36 (KHTML, like Gecko) \
                 Chrome/130.0.0.0 Mobile Safari/537.36",
                "Chrome / Android",
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
                "Firefox / Linux",
            ),
            ("curl/8.0", ""),
            ("", ""),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::USER_AGENT, HeaderValue::from_str(line).unwrap());
            assert_eq!(label(&headers), words, "{line}");
        }
    }
}

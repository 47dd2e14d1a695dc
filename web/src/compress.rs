//! Pages and what they load, as gzip for who takes it. A page that another site asked for is not: from the length of
//! many answers to its own guesses it could read what else stands there (BREACH). Nor are JSON answers, among which
//! are tokens.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Response, header};
use axum::middleware::Next;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{And, Predicate, SizeAbove};

/// What is shorter gains nothing.
const LEAST: u64 = 1_024;

/// Texts that browsers show or load.
#[derive(Debug, Clone, Copy)]
pub struct Texts;

impl Predicate for Texts {
    fn should_compress<B>(&self, response: &Response<B>) -> bool
    where
        B: axum::body::HttpBody,
    {
        let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let plain = kind.unwrap_or_default().split(';').next().unwrap_or_default().trim();
        let texts = [
            "text/html",
            "text/css",
            "text/javascript",
            "image/svg+xml",
            "application/manifest+json",
        ];
        texts.contains(&plain)
    }
}

/// The layer that compresses.
pub fn layer() -> CompressionLayer<And<SizeAbove, Texts>> {
    let when = SizeAbove::new(LEAST).and(Texts);
    CompressionLayer::new().gzip(true).quality(CompressionLevel::Fastest).compress_when(when)
}

/// Lets only who asked from here, or typed the address, have a page compressed.
pub async fn only_own(mut request: Request, next: Next) -> axum::response::Response {
    let takes = request.headers_mut().remove(header::ACCEPT_ENCODING);
    let takes = takes.and_then(|takes| takes.to_str().map(gzip).ok()).unwrap_or_default();
    if takes && may(request.uri().path(), request.headers()) {
        // Nothing else is asked of what compresses: what was done must not end in a 406.
        let gzip = HeaderValue::from_static("gzip");
        request.headers_mut().insert(header::ACCEPT_ENCODING, gzip);
    }
    next.run(request).await
}

/// Whether a browser takes gzip, with which all that do say so plainly.
fn gzip(takes: &str) -> bool {
    takes.split(',').any(|one| one.trim().eq_ignore_ascii_case("gzip"))
}

fn may(path: &str, headers: &HeaderMap) -> bool {
    // Files of a theme hold nothing of anybody's.
    if path.starts_with("/assets/") {
        return true;
    }
    let site = headers.get("sec-fetch-site").and_then(|site| site.to_str().ok());
    matches!(site, Some("same-origin" | "none"))
}

#[cfg(test)]
mod tests {
    use super::{layer, may, only_own};
    use axum::Router;
    use axum::body::Body;
    use axum::http::{HeaderMap, HeaderValue, Request, header};
    use axum::routing::get;
    use tower::ServiceExt;

    /// BREACH: what another site asks for has the length that it has.
    #[test]
    fn another_sites_question_is_not_compressed() {
        let of = |site: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            site.map(|site| headers.insert("sec-fetch-site", HeaderValue::from_static(site)));
            headers
        };
        for site in [Some("same-origin"), Some("none")] {
            assert!(may("/minato/", &of(site)), "{site:?}");
        }
        for site in [Some("cross-site"), Some("same-site"), Some("x"), None] {
            assert!(!may("/minato/", &of(site)), "{site:?}");
            assert!(may("/assets/base.css", &of(site)), "{site:?}");
        }
    }

    #[tokio::test]
    async fn pages_are_compressed_and_tokens_are_not() {
        let long = "<p>お知らせ</p>".repeat(200);
        let html = long.clone();
        let kinds = |kind: &'static str, text: String| {
            get(move || async move { ([(header::CONTENT_TYPE, kind)], text) })
        };
        let app = Router::new()
            .route("/page", kinds("text/html; charset=utf-8", html))
            .route("/short", kinds("text/html", "x".into()))
            .route("/token", kinds("application/json", long.clone()))
            .layer(layer())
            .layer(axum::middleware::from_fn(only_own));
        for (path, site, expected) in [
            ("/page", "same-origin", true),
            ("/page", "cross-site", false),
            ("/short", "same-origin", false),
            ("/token", "same-origin", false),
            ("/page", "none", true),
        ] {
            let request = Request::get(path).header("accept-encoding", "gzip, br");
            let request = request.header("sec-fetch-site", site).body(Body::empty()).unwrap();
            let answer = app.clone().oneshot(request).await.unwrap();
            let encoded = answer.headers().get("content-encoding").is_some();
            assert_eq!(encoded, expected, "{path} {site}");
            let bytes = axum::body::to_bytes(answer.into_body(), 1 << 20).await.unwrap();
            assert_eq!(bytes.len() < 500, expected || path == "/short", "{path} {site}");
        }
    }
}

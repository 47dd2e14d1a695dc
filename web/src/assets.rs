//! Files of themes, served from memory under names that contain their hash.

use axum::body::Bytes;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use secret::hash;
use std::collections::HashMap;

/// All assets by URL path, such as `/assets/base/base-1a2b3c4d.css`.
#[derive(Default)]
pub struct Assets {
    by_path: HashMap<String, (&'static str, Bytes)>,
}

impl Assets {
    /// Adds a file and returns its path.
    pub fn add(&mut self, theme: &str, name: &str, bytes: Vec<u8>) -> String {
        let (stem, end) = name.rsplit_once('.').unwrap_or((name, "bin"));
        let path = format!("/assets/{theme}/{stem}-{}.{end}", hash::short(&bytes));
        self.by_path.insert(path.clone(), (kind(end), bytes.into()));
        path
    }

    /// The answer for a path below `/assets/`.
    pub fn answer(&self, path: &str) -> Response {
        let Some((kind, bytes)) = self.by_path.get(path) else {
            return StatusCode::NOT_FOUND.into_response();
        };
        let mut response = bytes.clone().into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        let forever = HeaderValue::from_static("public, max-age=31536000, immutable");
        headers.insert(header::CACHE_CONTROL, forever);
        if *kind == "image/svg+xml" {
            // Opened by itself a picture is a document: it runs nothing and loads nothing.
            let policy = "default-src 'none'; style-src 'unsafe-inline'; sandbox";
            let policy = HeaderValue::from_static(policy);
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        response
    }
}

fn kind(end: &str) -> &'static str {
    match end {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}

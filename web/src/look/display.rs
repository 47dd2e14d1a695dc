//! Language and text size: what the person chose, and how it is chosen.

use super::Look;
use super::redirect::{is_own_path, see_other};
use crate::messages::LANGUAGES;
use crate::{Brand, cookies};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use serde::Serialize;

/// Code, Japanese and English name of each text size.
const SIZES: [(&str, &str, &str); 3] = [("m", "中", "M"), ("l", "大", "L"), ("xl", "特大", "XL")];

/// A language or a text size as the page's frame offers it.
#[derive(Serialize)]
pub(super) struct Choice {
    code: &'static str,
    label: &'static str,
    url: String,
    current: bool,
}

impl Look {
    /// Takes the first of a client's `ui_locales` that the insurer offers, unless the person chose
    /// a language before.
    pub fn prefer(&mut self, languages: &str) {
        if self.lang_is_chosen {
            return;
        }
        let offered = |tag: &str| {
            self.brand.languages.iter().find(|lang| Some(lang.as_str()) == tag.get(..2)).cloned()
        };
        if let Some(lang) = languages.split_ascii_whitespace().find_map(offered) {
            self.lang = lang;
        }
    }

    /// The same in another language, where the insurer offers it.
    pub fn in_language(&self, lang: Option<&str>) -> Self {
        let offered = |code: &str| self.brand.languages.iter().find(|known| *known == code);
        let lang = lang.and_then(offered).unwrap_or(&self.lang);
        Self { lang: lang.clone(), ..self.clone() }
    }

    /// The `Set-Cookie` line that keeps a language in this browser, where the insurer offers it and no
    /// other was chosen.
    pub fn adopt_language(&self, lang: Option<&str>) -> Option<HeaderValue> {
        let lang = lang.filter(|code| self.brand.languages.iter().any(|known| known == code))?;
        (!self.lang_is_chosen).then(|| keep_language(lang, self.secure))
    }

    /// The languages that the insurer offers, each with the address that chooses it.
    pub(super) fn languages(&self) -> Vec<Choice> {
        LANGUAGES
            .iter()
            .filter(|(code, _)| self.brand.languages.iter().any(|l| l == code))
            .map(|(code, label)| Choice {
                code,
                label,
                url: self.display_url("lang", code),
                current: self.lang == *code,
            })
            .collect()
    }

    /// The languages that the insurer offers besides one.
    pub fn other_languages(&self, lang: &str) -> Vec<&'static str> {
        let codes = LANGUAGES.iter().map(|(code, _)| *code);
        let offered = |code: &&str| self.brand.languages.iter().any(|known| known == code);
        codes.filter(offered).filter(|code| *code != lang).collect()
    }

    /// The text sizes, named in the language of the page.
    pub(super) fn sizes(&self) -> Vec<Choice> {
        SIZES
            .iter()
            .map(|(code, ja, en)| Choice {
                code,
                label: if self.lang == "en" { en } else { ja },
                url: self.display_url("size", code),
                current: self.size == *code,
            })
            .collect()
    }

    fn display_url(&self, name: &str, code: &str) -> String {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair(name, code)
            .append_pair("back", &self.path)
            .finish();
        let slug = &self.brand.slug;
        if slug.is_empty() {
            format!("/display?{query}")
        } else {
            format!("/{slug}/display?{query}")
        }
    }
}

/// The person's choice, else the browser's, else the insurer's first language.
pub(super) fn language(parts: &Parts, brand: &Brand, chosen: Option<&str>) -> String {
    let offered = |code: &str| brand.languages.iter().find(|lang| *lang == code).cloned();
    let browser = parts.headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    chosen
        .and_then(offered)
        .or_else(|| {
            let mut tags = browser.unwrap_or("").split(',');
            tags.find_map(|tag| offered(tag.trim().get(..2)?))
        })
        .unwrap_or_else(|| brand.languages.first().cloned().unwrap_or_else(|| "ja".into()))
}

/// The `Set-Cookie` line that keeps a text size which another site of ours names, unless this browser
/// has one here.
pub fn adopt_size(look: &Look, headers: &HeaderMap, size: Option<&str>) -> Option<HeaderValue> {
    let known = |code: &&str| SIZES.iter().any(|(known, ..)| known == code);
    let size = size.filter(known).filter(|size| *size != look.size)?;
    let chosen = cookies::value(headers, "size", look.secure);
    chosen.is_none().then(|| cookies::set("size", size, Some(YEAR_SECS), look.secure))
}

/// The `Set-Cookie` line that keeps a language.
pub fn keep_language(lang: &str, secure: bool) -> HeaderValue {
    cookies::set("lang", lang, Some(YEAR_SECS), secure)
}

/// Seconds for which a choice is kept.
const YEAR_SECS: i64 = 365 * 24 * 3600;

/// The text size of a cookie, or the first.
pub(super) fn size(chosen: Option<&str>) -> &'static str {
    let known = SIZES.iter().find(|(code, ..)| Some(*code) == chosen);
    known.unwrap_or(&SIZES[0]).0
}

/// `GET /{insurer}/display`: keeps the chosen language or text size and goes back.
pub fn display(query: &str, secure: bool) -> Response {
    let pairs: Vec<(String, String)> =
        url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let value = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, v)| v.as_str());
    let back = value("back").filter(|back| is_own_path(back)).unwrap_or("/");
    let mut response = see_other(back);
    let headers = response.headers_mut();
    for name in ["lang", "size"] {
        let known = |code: &&str| {
            LANGUAGES.iter().any(|(known, _)| known == code)
                || SIZES.iter().any(|(known, ..)| known == code)
        };
        if let Some(code) = value(name).filter(known) {
            let line = cookies::set(name, code, Some(YEAR_SECS), secure);
            headers.append(header::SET_COOKIE, line);
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::display;
    use crate::look::is_own_path;
    use axum::http::header;

    /// F019: the chosen size is kept for the pages that follow.
    #[test]
    fn a_text_size_is_kept() {
        let response = display("size=l&back=/minato/", false);
        assert_eq!(response.headers()[header::LOCATION], "/minato/");
        let cookie = response.headers()[header::SET_COOKIE].to_str().unwrap();
        assert!(cookie.starts_with("size=l; "), "{cookie}");
    }

    /// Attack 2.
    #[test]
    fn back_never_leaves_the_host() {
        assert!(is_own_path("/minato/login?x=1"));
        for bad in ["", "//evil.tld", "/\\evil.tld", "https://evil.tld", "evil", "/a\r\nb", "/\t/e"]
        {
            assert!(!is_own_path(bad), "{bad}");
            let query = url::form_urlencoded::Serializer::new(String::new())
                .append_pair("back", bad)
                .append_pair("lang", "en")
                .finish();
            let response = display(&query, false);
            assert_eq!(response.headers()[header::LOCATION], "/");
        }
    }
}

//! Forms: what was posted, and what a form shows.

use crate::origin::PublicUrl;
use crate::{Error, cookies};
use axum::extract::multipart::MultipartError;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::{HeaderMap, Method, StatusCode, header};
use secret::hash;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The name of the CSRF cookie and of the hidden field.
pub const CSRF: &str = "csrf";

/// The longest form body in bytes.
const MAX_BODY: usize = 64 * 1024;
/// The most fields beside a file.
const MAX_FIELDS: usize = 50;

/// Whether the body of a request is a form: `application/x-www-form-urlencoded` in any case, with
/// or without parameters such as a charset (RFC 9110 §8.3.1).
pub fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// A posted form whose CSRF token was right.
pub struct Posted(BTreeMap<String, String>);

impl Posted {
    /// The trimmed value of a field, empty when absent.
    pub fn value(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |value| value.trim())
    }

    /// All that was typed but passwords, as a form that says nothing.
    pub fn typed(&self) -> Form {
        let fields: Vec<&str> = self.0.keys().map(String::as_str).collect();
        let fields: Vec<&str> = fields.into_iter().filter(|name| *name != CSRF).collect();
        Form::new("", &fields).typed(self)
    }

    /// The value as typed: for passwords.
    pub fn raw(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }
}

impl<S: Send + Sync> FromRequest<S> for Posted {
    type Rejection = Error;

    /// # Errors
    /// As [`Posted::signed`].
    async fn from_request(request: Request, _: &S) -> Result<Self, Error> {
        Self::signed(request, str::to_owned).await
    }
}

impl Posted {
    /// The names and texts of all fields, as typed.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, text)| (name.as_str(), text.as_str()))
    }

    /// Reads a form whose token is what `token_of` makes of the browser's.
    ///
    /// # Errors
    /// 403 when the form came from another site (attack 37) or its token is wrong or too old,
    /// 415 for another content type, 413 for a large body.
    pub async fn signed(
        request: Request,
        token_of: impl Fn(&str) -> String,
    ) -> Result<Self, Error> {
        if request.method() != Method::POST || !is_form(request.headers()) {
            return Err(Error::Shown(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        }
        let sender = Sender::of(&request)?;
        let body = axum::body::to_bytes(request.into_body(), MAX_BODY)
            .await
            .map_err(|_| Error::Shown(StatusCode::PAYLOAD_TOO_LARGE))?;
        let fields: BTreeMap<String, String> =
            url::form_urlencoded::parse(&body).into_owned().collect();
        sender.signed(fields.get(CSRF).map_or("", String::as_str), token_of)?;
        Ok(Self(fields))
    }
}

/// What a browser says of itself beside a form.
struct Sender {
    cookie: Option<String>,
    keeps_none: bool,
}

impl Sender {
    /// # Errors
    /// 403 when the form came from another site.
    fn of(request: &Request) -> Result<Self, Error> {
        let headers = request.headers();
        let own = request.extensions().get::<PublicUrl>();
        let site = headers.get("sec-fetch-site").and_then(|value| value.to_str().ok());
        if site.is_some_and(|site| site != "same-origin" && site != "none") {
            return Err(Error::FORGED);
        }
        // Pages without a referrer post with the origin `null`: that says nothing.
        let origin = headers.get(header::ORIGIN).filter(|origin| *origin != "null");
        let known = own.and_then(|own| own.origin.as_deref());
        if origin.is_some_and(|origin| known.is_some_and(|known| origin != known)) {
            return Err(Error::FORGED);
        }
        // Under https only the `__Host-` cookie counts, which no other host can set.
        let secure = own.is_none_or(|own| own.secure);
        let cookie = cookies::value(headers, CSRF, secure).map(str::to_owned);
        Ok(Self { cookie, keeps_none: !headers.contains_key(header::COOKIE) })
    }

    /// # Errors
    /// 403 when the token is not what `token_of` makes of the browser's.
    fn signed(&self, token: &str, token_of: impl Fn(&str) -> String) -> Result<(), Error> {
        match &self.cookie {
            Some(cookie) if hash::equal(token, token_of(cookie)) => Ok(()),
            None if self.keeps_none => Err(Error::NO_COOKIES),
            _ => Err(Error::FORGED),
        }
    }
}

/// A form with files, whose CSRF token was right: `multipart/form-data`, the token first.
pub struct Upload {
    pub posted: Posted,
    /// By field, in the order in which they came; nothing for a field in which none was chosen.
    pub files: Vec<(String, Brought)>,
}

/// What became of a file of a form.
pub enum Brought {
    File {
        /// As the browser names it.
        name: String,
        bytes: Vec<u8>,
    },
    /// It is longer than was to be taken; it was read, as far as its page allows, and forgotten.
    TooLong,
    /// One more than the form may bring; forgotten, too.
    TooMany,
}

/// How much a form with files may bring.
#[derive(Debug, Clone, Copy)]
pub struct Most {
    /// Bytes of one file.
    pub bytes: usize,
    pub files: usize,
}

impl Upload {
    /// Reads a form with files, whose token is what `token_of` makes of the browser's.
    ///
    /// # Errors
    /// As [`Posted::signed`]; 400 when the form breaks off.
    pub async fn signed(
        request: Request,
        most: Most,
        token_of: impl Fn(&str) -> String,
    ) -> Result<Self, Error> {
        if request.method() != Method::POST {
            return Err(Error::Shown(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        }
        let sender = Sender::of(&request)?;
        let broken = |_| Error::Shown(StatusCode::BAD_REQUEST);
        let mut parts = Multipart::from_request(request, &())
            .await
            .map_err(|_| Error::Shown(StatusCode::UNSUPPORTED_MEDIA_TYPE))?;
        let (mut fields, mut files, mut is_signed) = (BTreeMap::new(), Vec::new(), false);
        while let Some(mut part) = parts.next_field().await.map_err(broken)? {
            let name = part.name().unwrap_or_default().to_owned();
            let file_name = part.file_name().map(str::to_owned);
            if fields.len() >= MAX_FIELDS {
                return Err(Error::Shown(StatusCode::BAD_REQUEST));
            }
            // Nothing long is read before it is known that a page of ours sent it.
            let surplus = files.len() >= most.files;
            let longest = match (&file_name, is_signed) {
                (Some(_), true) if surplus => 0,
                (Some(_), true) => most.bytes,
                _ => MAX_BODY,
            };
            let (mut bytes, mut is_long) = (Vec::new(), false);
            loop {
                let chunk = match part.chunk().await {
                    Ok(Some(chunk)) => chunk,
                    Ok(None) => break,
                    // Longer than anybody reads to its end.
                    Err(error) if is_signed && (is_long || is_over(&error)) => {
                        files.push((name, Brought::TooLong));
                        return Ok(Self { posted: Posted(fields), files });
                    }
                    Err(error) => return Err(broken(error)),
                };
                is_long |= bytes.len() + chunk.len() > longest;
                if is_long && !is_signed {
                    return Err(Error::Shown(StatusCode::PAYLOAD_TOO_LARGE));
                }
                if !is_long {
                    bytes.extend_from_slice(&chunk);
                }
            }
            match file_name {
                // A browser sends an empty one when none was chosen.
                Some(file) if is_signed && file.is_empty() && bytes.is_empty() => {}
                Some(_) if !is_signed => return Err(Error::Shown(StatusCode::BAD_REQUEST)),
                Some(_) if surplus => files.push((name, Brought::TooMany)),
                Some(_) if is_long => files.push((name, Brought::TooLong)),
                Some(file) => files.push((name, Brought::File { name: file, bytes })),
                None => {
                    let text = String::from_utf8(bytes);
                    let text = text.map_err(|_| Error::Shown(StatusCode::BAD_REQUEST))?;
                    if name == CSRF {
                        sender.signed(&text, &token_of)?;
                        is_signed = true;
                    }
                    fields.insert(name, text);
                }
            }
        }
        if !is_signed {
            return Err(Error::FORGED);
        }
        Ok(Self { posted: Posted(fields), files })
    }
}

/// Whether a form is longer than its route takes.
fn is_over(error: &MultipartError) -> bool {
    error.status() == StatusCode::PAYLOAD_TOO_LARGE
}

/// What a form shows: typed values, errors beside the fields, a summary on top.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Form {
    pub action: String,
    pub values: BTreeMap<String, String>,
    pub errors: BTreeMap<String, Option<String>>,
    pub summary: Vec<Mistake>,
}

/// One line of the summary; the field's id is its name.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Mistake {
    pub field: String,
    pub text: String,
}

impl Form {
    /// An empty form with these fields.
    pub fn new(action: impl Into<String>, fields: &[&str]) -> Self {
        Self {
            action: action.into(),
            values: fields.iter().map(|f| ((*f).to_owned(), String::new())).collect(),
            errors: fields.iter().map(|f| ((*f).to_owned(), None)).collect(),
            summary: Vec::new(),
        }
    }

    /// Shows again what was typed. Passwords are never shown again.
    pub fn typed(mut self, posted: &Posted) -> Self {
        for (name, value) in &mut self.values {
            if !name.contains("password") {
                *value = posted.value(name).chars().take(300).collect();
            }
        }
        self
    }

    /// Adds an error beside a field; the first of a field stays.
    pub fn mistake(&mut self, field: &str, text: String) {
        let slot = self.errors.entry(field.to_owned()).or_default();
        if slot.is_none() {
            *slot = Some(text.clone());
            self.summary.push(Mistake { field: field.to_owned(), text });
        }
    }

    /// Whether there is an error.
    pub fn is_wrong(&self) -> bool {
        !self.summary.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::{Brought, Most, Upload, is_form};
    use axum::body::Body;
    use axum::http::{HeaderMap, Request, header};

    #[test]
    fn a_form_is_known_by_its_media_type() {
        for (kind, expected) in [
            ("application/x-www-form-urlencoded", true),
            ("Application/X-WWW-Form-Urlencoded", true),
            ("application/x-www-form-urlencoded; charset=UTF-8", true),
            ("application/x-www-form-urlencoded ;charset=UTF-8", true),
            ("application/x-www-form-urlencoded-not", false),
            ("multipart/form-data; boundary=x", false),
            ("text/plain; application/x-www-form-urlencoded", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, kind.parse().unwrap());
            assert_eq!(is_form(&headers), expected, "{kind}");
        }
        assert!(!is_form(&HeaderMap::new()));
    }

    const TOKEN: &str = "0123456789012345678901234567890123456789012";

    async fn sent(parts: &[(&str, Option<&str>, &str)], most: usize) -> Result<Upload, String> {
        let mut body = String::new();
        for (name, file, text) in parts {
            let file = file.map(|file| format!("; filename=\"{file}\"")).unwrap_or_default();
            body.push_str(&format!(
                "--b\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n{text}\r\n"
            ));
        }
        body.push_str("--b--\r\n");
        let request = Request::post("/")
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=b")
            .header(header::COOKIE, format!("__Host-csrf={TOKEN}"))
            .body(Body::from(body));
        let most = Most { bytes: most, files: 1 };
        let read = Upload::signed(request.unwrap(), most, str::to_owned).await;
        read.map_err(|error| error.text())
    }

    /// Attacks 35 and 37: nothing long is read before the token, nor more files than may be, nor a heap of fields.
    #[tokio::test]
    async fn a_file_comes_behind_the_token_and_alone() {
        let token = ("csrf", None, TOKEN);
        let file = ("file", Some("a.csv"), "1,2");
        let read = sent(&[token, ("batch", None, "x"), file], 3).await;
        let read = read.expect("a form of ours");
        assert_eq!(read.posted.value("batch"), "x");
        assert!(matches!(read.files.as_slice(), [(field, Brought::File { name, bytes })]
                if field == "file" && name == "a.csv" && bytes == b"1,2"));
        let long = sent(&[token, file], 2).await.expect("a form of ours");
        assert!(matches!(long.files.as_slice(), [(_, Brought::TooLong)]));
        let none = sent(&[token, ("file", Some(""), "")], 9).await.expect("a form of ours");
        assert!(none.files.is_empty());
        let two = sent(&[token, file, file], 9).await.expect("a form of ours");
        assert!(matches!(two.files.as_slice(), [(_, Brought::File { .. }), (_, Brought::TooMany)]));
        let many: Vec<String> = (0..60).map(|n| format!("f{n}")).collect();
        let many: Vec<(&str, Option<&str>, &str)> = std::iter::once(token)
            .chain(many.iter().map(|name| (name.as_str(), None, "x")))
            .collect();
        for refused in [vec![file, token], vec![file], vec![("csrf", None, "another"), file], many]
        {
            assert!(sent(&refused, 9).await.is_err(), "{} parts", refused.len());
        }
    }
}

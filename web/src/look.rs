//! How one request is drawn: insurer, theme, language, text size, person. Makes pages of structs.

use crate::forms::CSRF;
use crate::messages::LANGUAGES;
use crate::pages::{Page, Pages};
use crate::{Brand, Error, cookies, random};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use serde::Serialize;
use std::sync::Arc;

const SIZES: [(&str, &str, &str); 3] = [("m", "中", "M"), ("l", "大", "L"), ("xl", "特大", "XL")];

/// Everything about a request that its page's frame shows.
#[derive(Clone)]
pub struct Look {
    pub pages: Arc<Pages>,
    pub brand: Arc<Brand>,
    pub lang: String,
    lang_is_chosen: bool,
    pub secure: bool,
    size: String,
    csrf: String,
    csrf_is_new: bool,
    path: String,
    service: &'static str,
    home_url: String,
    pub user: Option<User>,
    pub nav: Vec<NavItem>,
    /// Where a form of this page may lead besides this host: browsers apply `form-action` to the
    /// redirects after a post, too.
    pub form_origin: Option<String>,
    /// Whose frames this page may contain: front-channel logout.
    pub frame_origins: Vec<String>,
}

/// The signed-in person, as the header shows him.
#[derive(Debug, Clone, Serialize)]
pub struct User {
    pub name: String,
    pub signout_url: String,
}

/// One entry of the menu.
#[derive(Debug, Clone, Serialize)]
pub struct NavItem {
    pub label: String,
    pub url: String,
    pub current: bool,
}

#[derive(Serialize)]
struct Choice {
    code: &'static str,
    label: &'static str,
    url: String,
    current: bool,
}

#[derive(Serialize)]
struct Site<'a> {
    insurer_name: &'a str,
    home_url: &'a str,
    logo_url: &'a str,
    icon_url: &'a str,
    logo_alt: &'a str,
    css: &'a [String],
    js: &'a [String],
    languages: Vec<Choice>,
    sizes: Vec<Choice>,
    size: &'a str,
    contact: Contact<'a>,
    user: &'a Option<User>,
    nav: &'a [NavItem],
    csrf: &'a str,
    service: &'a str,
}

#[derive(Serialize)]
struct Contact<'a> {
    phone: &'a str,
    hours: &'a str,
    mail: &'a str,
}

/// The page for an [`Error`] that a person sees.
#[derive(Serialize)]
pub struct ErrorPage {
    pub status: u16,
    pub title: String,
    pub text: String,
    pub incident: Option<String>,
    pub actions: Vec<Action>,
}

/// A link on an error or notice page.
#[derive(Debug, Clone, Serialize)]
pub struct Action {
    pub label: String,
    pub url: String,
    pub primary: bool,
}

/// A plain message: a link that is gone, a session that has ended.
#[derive(Debug, Clone, Serialize)]
pub struct Notice {
    pub title: String,
    pub paragraphs: Vec<String>,
    /// `info`, `warn`, `error` or `success`.
    pub kind: &'static str,
    pub actions: Vec<Action>,
}

impl Page for ErrorPage {
    const TEMPLATE: &'static str = "error.html";
    fn samples() -> Vec<Self> {
        let actions = vec![Action { label: "戻る".into(), url: "/".into(), primary: true }];
        vec![
            Self {
                status: 404,
                title: "ページがありません".into(),
                text: "住所を確かめてください。".into(),
                incident: None,
                actions,
            },
            Self {
                status: 500,
                title: "表示できません".into(),
                text: "しばらくしてからもう一度お試しください。".into(),
                incident: Some("A1B2C3D4".into()),
                actions: Vec::new(),
            },
        ]
    }
}

impl Page for Notice {
    const TEMPLATE: &'static str = "notice.html";
    fn samples() -> Vec<Self> {
        ["info", "warn", "error", "success"]
            .map(|kind| Self {
                title: "お知らせ".into(),
                paragraphs: vec!["一つ目。".into(), "二つ目。".into()],
                kind,
                actions: vec![Action { label: "進む".into(), url: "/".into(), primary: true }],
            })
            .into()
    }
}

impl Look {
    /// From a request. `service` is `idp` or `portal`; `home_url` is where the logo leads.
    pub fn new(
        parts: &Parts,
        pages: Arc<Pages>,
        brand: Arc<Brand>,
        service: &'static str,
        home_url: String,
        secure: bool,
    ) -> Self {
        let cookie = |name| cookies::value(&parts.headers, name, secure);
        let csrf = cookie(CSRF).filter(|value| value.len() == 43).map(str::to_owned);
        let size = cookie("size").filter(|size| SIZES.iter().any(|(code, ..)| code == size));
        Self {
            lang: language(parts, &brand, cookie("lang")),
            lang_is_chosen: cookie("lang").is_some(),
            size: size.unwrap_or("m").to_owned(),
            csrf_is_new: csrf.is_none(),
            csrf: csrf.unwrap_or_else(random::secret),
            path: parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned(),
            pages,
            brand,
            secure,
            service,
            home_url,
            user: None,
            nav: Vec::new(),
            form_origin: None,
            frame_origins: Vec::new(),
        }
    }

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

    /// A text in the language of the page; `…key…` when it is missing, which tests refuse.
    pub fn t(&self, key: &str, args: &[(&str, String)]) -> String {
        let messages = self.pages.theme(&self.brand.theme).messages(&self.lang);
        messages.text(key, args).unwrap_or_else(|| format!("…{key}…"))
    }

    /// The message of this id, or the text itself when there is none.
    pub fn t_or(&self, text: &str) -> String {
        let messages = self.pages.theme(&self.brand.theme).messages(&self.lang);
        messages.text(text, &[]).unwrap_or_else(|| text.to_owned())
    }

    /// A month `YYYYMM` or a day `YYYY-MM-DD` as people read it.
    pub fn when(&self, text: &str) -> String {
        crate::pages::when(text, self.lang == "en")
    }

    /// Where the insurer's pages begin: `/minato`.
    pub fn base(&self) -> String {
        format!("/{}", self.brand.slug)
    }

    /// A page with status 200.
    pub fn page<P: Page>(&self, page: &P) -> Result<Response, Error> {
        self.draw(StatusCode::OK, P::TEMPLATE, page)
    }

    /// A plugin's page: the template and its data are named at run time.
    pub fn draw(
        &self,
        status: StatusCode,
        template: &str,
        page: &impl Serialize,
    ) -> Result<Response, Error> {
        let html = self.html(template, page)?;
        let mut response = (status, Html(html)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        let policy = content_security_policy(self.form_origin.as_deref(), &self.frame_origins);
        if let Ok(policy) = HeaderValue::from_str(&policy) {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        if self.csrf_is_new {
            headers.append(header::SET_COOKIE, cookies::set(CSRF, &self.csrf, None, self.secure));
        }
        Ok(response)
    }

    /// The text of a template, for pages and mails alike.
    pub fn html(&self, template: &str, page: &impl Serialize) -> Result<String, tera::Error> {
        let theme = self.pages.theme(&self.brand.theme);
        let name = self.brand.name.in_language(&self.lang);
        let english = self.lang == "en";
        let site = Site {
            insurer_name: name,
            home_url: &self.home_url,
            logo_url: &theme.logo,
            icon_url: &theme.icon,
            logo_alt: name,
            css: &theme.css,
            js: &theme.js,
            languages: LANGUAGES
                .iter()
                .filter(|(code, _)| self.brand.languages.iter().any(|l| l == code))
                .map(|(code, label)| Choice {
                    code,
                    label,
                    url: self.display_url("lang", code),
                    current: self.lang == *code,
                })
                .collect(),
            sizes: SIZES
                .iter()
                .map(|(code, ja, en)| Choice {
                    code,
                    label: if english { en } else { ja },
                    url: self.display_url("size", code),
                    current: self.size == *code,
                })
                .collect(),
            size: &self.size,
            contact: Contact {
                phone: &self.brand.contact.phone,
                hours: self.brand.contact.hours.in_language(&self.lang),
                mail: &self.brand.contact.mail,
            },
            user: &self.user,
            nav: &self.nav,
            csrf: &self.csrf,
            service: self.service,
        };
        self.pages.draw(&self.brand.theme, &self.lang, template, &site, page)
    }

    /// A notice with a status.
    pub fn notice(&self, status: StatusCode, notice: &Notice) -> Result<Response, Error> {
        self.draw(status, Notice::TEMPLATE, notice)
    }

    /// A notice whose texts are the messages `{key}-title` and `{key}-text`.
    pub fn told(
        &self,
        status: StatusCode,
        key: &str,
        kind: &'static str,
        actions: Vec<Action>,
    ) -> Result<Response, Error> {
        let notice = Notice {
            title: self.t(&format!("{key}-title"), &[]),
            paragraphs: vec![self.t(&format!("{key}-text"), &[])],
            kind,
            actions,
        };
        self.notice(status, &notice)
    }

    /// The page of an error.
    pub(crate) fn error(&self, status: StatusCode, incident: Option<String>) -> Response {
        let known = [400, 403, 404, 405, 408, 413, 429, 500, 503].contains(&status.as_u16());
        let code = match (known, status.is_client_error()) {
            (true, _) => status.as_u16(),
            (false, true) => 400,
            (false, false) => 500,
        };
        let page = ErrorPage {
            status: status.as_u16(),
            title: self.t(&format!("error-title-{code}"), &[]),
            text: self.t(&format!("error-text-{code}"), &[]),
            incident,
            actions: vec![Action {
                label: self.t("error-back-home", &[]),
                url: self.home_url.clone(),
                primary: true,
            }],
        };
        self.draw(status, ErrorPage::TEMPLATE, &page).unwrap_or_else(|_| {
            tracing::error!("the error page itself cannot be drawn");
            status.into_response()
        })
    }

    fn display_url(&self, name: &str, code: &str) -> String {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair(name, code)
            .append_pair("back", &self.path)
            .finish();
        format!("/{}/display?{query}", self.brand.slug)
    }
}

/// The person's choice, else the browser's, else the insurer's first language.
fn language(parts: &Parts, brand: &Brand, chosen: Option<&str>) -> String {
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

/// `GET /{insurer}/display`: keeps the chosen language or text size and goes back.
pub fn display(query: &str, secure: bool) -> Response {
    let pairs: Vec<(String, String)> =
        url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let value = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, v)| v.as_str());
    let back = value("back").filter(|back| is_own_path(back)).unwrap_or("/");
    let mut response = see(back);
    let headers = response.headers_mut();
    for name in ["lang", "size"] {
        let known = |code: &&str| {
            LANGUAGES.iter().any(|(known, _)| known == code)
                || SIZES.iter().any(|(known, ..)| known == code)
        };
        if let Some(code) = value(name).filter(known) {
            let year = Some(365 * 24 * 3600);
            headers.append(header::SET_COOKIE, cookies::set(name, code, year, secure));
        }
    }
    response
}

/// 303: go on with GET.
pub fn see(url: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    let location = HeaderValue::from_str(url).unwrap_or(HeaderValue::from_static("/"));
    response.headers_mut().insert(header::LOCATION, location);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The policy of every page: nothing inline, nothing from elsewhere, never in a frame.
pub(crate) fn content_security_policy(
    form_origin: Option<&str>,
    frame_origins: &[String],
) -> String {
    let origin = form_origin.unwrap_or("");
    let mut policy = format!(
        "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; \
         form-action 'self' {origin}"
    );
    if !frame_origins.is_empty() {
        policy.push_str(&format!("; frame-src {}", frame_origins.join(" ")));
    }
    policy
}

/// Whether a `back` or `return_to` stays on this host (attack 2: `//evil`, `/\evil`).
pub fn is_own_path(path: &str) -> bool {
    let printable = path.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    path.starts_with('/') && !path.starts_with("//") && printable
}

#[cfg(test)]
mod tests {
    use super::{display, is_own_path};
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

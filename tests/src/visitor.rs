//! A person whose browser has no JavaScript: follows links, fills forms, keeps cookies.

use crate::world::World;
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode};
use std::collections::BTreeMap;

/// A browser session over plain HTTP.
#[derive(Clone)]
pub struct Visitor {
    client: Client,
    /// The same cookies, but redirects are not followed.
    stay: Client,
    jar: std::sync::Arc<reqwest::cookie::Jar>,
}

/// A page as it arrived.
#[derive(Debug, Clone)]
pub struct Seen {
    pub status: StatusCode,
    pub url: String,
    pub html: String,
}

/// The insurance card of a fictional person, by form field.
pub type Card = &'static [(&'static str, &'static str)];

/// 港 花子 of minato.
pub const HANAKO: Card = &[
    ("symbol", "１２３４"),
    ("number", "5678"),
    ("branch", "00"),
    ("name_kana", "みなと はなこ"),
    ("birth_year", "昭和54"),
    ("birth_month", "8"),
    ("birth_day", "22"),
];

/// 港 一郎, her dependant.
pub const ICHIRO: Card = &[
    ("symbol", "1234"),
    ("number", "0005678"),
    ("branch", "01"),
    ("name_kana", "ミナト イチロウ"),
    ("birth_year", "1977"),
    ("birth_month", "11"),
    ("birth_day", "30"),
];

/// 青空 健 of aozora.
pub const KEN: Card = &[
    ("number", "004321"),
    ("symbol", "0301"),
    ("birth_year", "1956"),
    ("birth_month", "3"),
    ("birth_day", "5"),
    ("sex", "male"),
    ("name_kana", "アオゾラ　ケン"),
];

/// A password that the policy accepts.
pub const PASSWORD: &str = "しおかぜ と かもめ の 朝ごはん 17";

impl Default for Visitor {
    fn default() -> Self {
        Self::new()
    }
}

impl Visitor {
    /// A new browser without cookies.
    pub fn new() -> Self {
        let jar = std::sync::Arc::new(reqwest::cookie::Jar::default());
        let build = |policy| {
            let builder = Client::builder().cookie_provider(jar.clone()).redirect(policy);
            builder.build().expect("a client")
        };
        Self { client: build(Policy::limited(10)), stay: build(Policy::none()), jar }
    }

    /// Opens an address and follows redirects.
    pub async fn open(&self, url: &str) -> Seen {
        seen(self.client.get(url).send().await.expect("answered")).await
    }

    /// The cookies that this browser would send to an address.
    pub fn cookies(&self, url: &str) -> String {
        use reqwest::cookie::CookieStore;
        let url = url::Url::parse(url).expect("absolute");
        let line = self.jar.cookies(&url);
        line.and_then(|line| line.to_str().ok().map(str::to_owned)).unwrap_or_default()
    }

    /// A header of the answer to an address.
    pub async fn header(&self, url: &str, name: &str) -> String {
        let answer = self.stay.get(url).send().await.expect("answered");
        let value = answer.headers().get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    }

    /// Where an address redirects to at once.
    pub async fn location(&self, url: &str) -> String {
        let answer = self.stay.get(url).send().await.expect("answered");
        let location = answer.headers().get("location").and_then(|value| value.to_str().ok());
        location.unwrap_or_else(|| panic!("{url} does not redirect")).to_owned()
    }

    /// Opens an address without following its redirect; `url` is where it would lead.
    pub async fn open_and_stay(&self, url: &str) -> Seen {
        let answer = self.stay.get(url).send().await.expect("answered");
        let to = answer.headers().get("location").and_then(|value| value.to_str().ok());
        let to = to.unwrap_or_default().to_owned();
        Seen { url: to, ..seen(answer).await }
    }

    /// Fills the first form that posts and submits it.
    pub async fn submit(&self, page: &Seen, fields: &[(&str, &str)]) -> Seen {
        seen(self.post(&self.client, page, fields).await).await
    }

    /// The same, but returns where the answer leads instead of going there.
    pub async fn submit_and_stay(&self, page: &Seen, fields: &[(&str, &str)]) -> String {
        let answer = self.post(&self.stay, page, fields).await;
        let location = answer.headers().get("location").and_then(|value| value.to_str().ok());
        location.unwrap_or_else(|| panic!("{} does not redirect", page.url)).to_owned()
    }

    /// Submits; `url` is where the answer would lead, empty when it is a page.
    pub async fn submit_without_following(&self, page: &Seen, fields: &[(&str, &str)]) -> Seen {
        let answer = self.post(&self.stay, page, fields).await;
        let to = answer.headers().get("location").and_then(|value| value.to_str().ok());
        let to = to.unwrap_or_default().to_owned();
        Seen { url: to, ..seen(answer).await }
    }

    async fn post(
        &self,
        client: &Client,
        page: &Seen,
        fields: &[(&str, &str)],
    ) -> reqwest::Response {
        let (action, mut values) = page.form().expect("the page has a form");
        for (name, value) in fields {
            values.insert((*name).to_owned(), (*value).to_owned());
        }
        let url = url::Url::parse(&page.url).expect("absolute").join(&action).expect("joins");
        client.post(url).form_body(&values).send().await.expect("answered")
    }

    /// From the portal's front door to an account; returns the page that says "done".
    pub async fn register(
        &self,
        world: &World,
        slug: &str,
        (email, user_id, card): (&str, &str, &[(&str, &str)]),
    ) -> Seen {
        let page = self.to_card(world, slug, email).await;
        let page = self.submit(&page, card).await;
        let agreed = [("agree_portal", "yes"), ("agree_privacy", "yes")];
        let page = self.submit(&page, &agreed).await;
        let chosen = [("user_id", user_id), ("password", PASSWORD), ("password_again", PASSWORD)];
        self.submit(&page, &chosen).await
    }

    /// From the portal's front door to the page that asks the card.
    pub async fn to_card(&self, world: &World, slug: &str, email: &str) -> Seen {
        let page = self.open(&format!("{}/{slug}/register", world.idp_url)).await;
        let before = world.mailbox.all().iter().filter(|mail| mail.to == email).count();
        self.submit(&page, &[("email", email)]).await;
        let mails = world.mailbox.wait_for(email, before + 1).await;
        let link = mails.last().and_then(|mail| mail.link()).expect("a link").to_owned();
        let page = self.open(&link).await;
        self.submit(&page, &[]).await
    }

    /// Signs in at the portal and returns its home page.
    pub async fn sign_in(&self, world: &World, slug: &str, user_id: &str) -> Seen {
        let page = self.open(&format!("{}/{slug}/signin", world.portal_url)).await;
        self.submit(&page, &[("user_id", user_id), ("password", PASSWORD)]).await
    }
}

/// `application/x-www-form-urlencoded` without another crate.
trait FormBody {
    fn form_body(self, fields: &BTreeMap<String, String>) -> Self;
}

impl FormBody for reqwest::RequestBuilder {
    fn form_body(self, fields: &BTreeMap<String, String>) -> Self {
        let body =
            url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.header("content-type", "application/x-www-form-urlencoded").body(body)
    }
}

async fn seen(response: reqwest::Response) -> Seen {
    let (status, url) = (response.status(), response.url().to_string());
    Seen { status, url, html: response.text().await.unwrap_or_default() }
}

impl Seen {
    /// Fails unless the page shows a text.
    #[track_caller]
    pub fn sees(&self, text: &str) -> &Self {
        assert!(self.html.contains(text), "{} does not show {text:?}:\n{}", self.url, self.html);
        self
    }

    /// Fails when the page shows a text.
    #[track_caller]
    pub fn does_not_see(&self, text: &str) -> &Self {
        assert!(!self.html.contains(text), "{} shows {text:?}", self.url);
        self
    }

    /// Action and hidden fields of the main form that posts.
    pub fn form(&self) -> Option<(String, BTreeMap<String, String>)> {
        let main = self.html.find("<main").unwrap_or(0);
        let at = main + self.html[main..].find("method=\"post\"")?;
        let start = self.html[..at].rfind("<form")?;
        let form = &self.html[start..start + self.html[start..].find("</form>")?];
        let mut fields = BTreeMap::new();
        for input in form.split("<input").skip(1) {
            let input = &input[..input.find('>')?];
            if input.contains("type=\"hidden\"") {
                fields.insert(attribute(input, "name")?, attribute(input, "value")?);
            }
        }
        Some((attribute(form, "action")?, fields))
    }
}

/// A text as it stood before it was escaped.
fn unescaped(text: &str) -> String {
    let mut out = text.to_owned();
    for (code, letter) in [
        ("&#x2F;", "/"),
        ("&#x3D;", "="),
        ("&quot;", "\""),
        ("&#x27;", "'"),
        ("&#39;", "'"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&#x60;", "`"),
    ] {
        out = out.replace(code, letter);
    }
    out.replace("&amp;", "&")
}

/// The value of an attribute, unescaped.
fn attribute(text: &str, name: &str) -> Option<String> {
    let (_, rest) = text.split_once(&format!("{name}=\""))?;
    let value = rest.split_once('"')?.0;
    Some(unescaped(value))
}

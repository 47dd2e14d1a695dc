//! A person whose browser has no JavaScript: follows links, fills forms, keeps cookies.

use crate::carrier::{Carrier, Request, Response, form, header};
use crate::world::World;
use http::StatusCode;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// A browser session. Clones share its cookies.
#[derive(Clone)]
pub struct Visitor {
    carrier: Carrier,
    jar: Arc<Mutex<Jar>>,
    address: Option<String>,
}

/// Names and values by host, the oldest first: ports share cookies, paths are not looked at.
type Jar = BTreeMap<String, Vec<(String, String)>>;

/// Redirects that are followed for one page.
const MOST_REDIRECTS: usize = 10;

/// A page as it arrived.
#[derive(Debug, Clone)]
pub struct Seen {
    pub status: StatusCode,
    pub url: String,
    pub html: String,
    pub headers: http::HeaderMap,
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
    /// A new browser without cookies, on the network.
    pub fn new() -> Self {
        Self::over(Carrier::network())
    }

    /// A new browser without cookies.
    pub fn over(carrier: Carrier) -> Self {
        Self { carrier, jar: Arc::default(), address: None }
    }

    /// The same browser as it is now: what one of them gets from here on the other does not have.
    pub fn copied(&self) -> Self {
        let jar = self.jar.lock().expect("not poisoned").clone();
        Self { jar: Arc::new(Mutex::new(jar)), ..self.clone() }
    }

    /// The same browser behind a proxy that says this address of it.
    pub fn at_address(self, address: &str) -> Self {
        Self { address: Some(address.to_owned()), ..self }
    }

    /// Opens an address and follows redirects.
    pub async fn open(&self, url: &str) -> Seen {
        let answer = self.get(url).await;
        self.follow(url, answer).await
    }

    /// The cookies that this browser would send to an address.
    pub fn cookies(&self, url: &str) -> String {
        let jar = self.jar.lock().expect("not poisoned");
        let pairs = jar.get(&host(url)).into_iter().flatten();
        pairs.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    /// Gives the browser a cookie for an address, as if it had been set there.
    pub fn plant(&self, url: &str, name: &str, value: &str) {
        self.keep(url, &format!("{name}={value}"));
    }

    fn keep(&self, url: &str, line: &str) {
        let mut parts = line.split(';').map(str::trim);
        let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else {
            return;
        };
        let gone = parts.any(|part| part.eq_ignore_ascii_case("max-age=0"));
        let mut jar = self.jar.lock().expect("not poisoned");
        let cookies = jar.entry(host(url)).or_default();
        match cookies.iter_mut().find(|(kept, _)| kept == name) {
            _ if gone => cookies.retain(|(kept, _)| kept != name),
            Some((_, kept)) => value.clone_into(kept),
            None => cookies.push((name.to_owned(), value.to_owned())),
        }
    }

    /// A header of the answer to an address.
    pub async fn header(&self, url: &str, name: &str) -> String {
        header(&self.get(url).await, name).to_owned()
    }

    /// Where an address redirects to at once.
    pub async fn location(&self, url: &str) -> String {
        let answer = self.get(url).await;
        let to = header(&answer, "location");
        assert!(!to.is_empty(), "{url} does not redirect: {} {}", answer.status(), answer.body());
        to.to_owned()
    }

    /// Opens an address without following its redirect; `url` is where it would lead.
    pub async fn open_and_stay(&self, url: &str) -> Seen {
        stayed(self.get(url).await)
    }

    /// Fills the first form that posts and submits it.
    pub async fn submit(&self, page: &Seen, fields: &[(&str, &str)]) -> Seen {
        let (url, answer) = self.post(page, fields).await;
        self.follow(&url, answer).await
    }

    /// Fills the first form that posts and submits it with files, by field and name, over the network.
    pub async fn submit_files(
        &self,
        page: &Seen,
        fields: &[(&str, &str)],
        files: &[(&str, &str, &[u8])],
    ) -> Seen {
        let (action, mut values) = page.form().expect("the page has a form");
        for (name, value) in fields {
            values.insert((*name).to_owned(), (*value).to_owned());
        }
        let url = if action.is_empty() { page.url.clone() } else { joined(&page.url, &action) };
        let head = |disposition: String| {
            format!("--b\r\nContent-Disposition: form-data; {disposition}\r\n")
        };
        let mut body = Vec::new();
        for (field, value) in &values {
            body.extend(head(format!("name=\"{field}\"")).into_bytes());
            body.extend(format!("\r\n{value}\r\n").into_bytes());
        }
        for (field, name, bytes) in files {
            body.extend(head(format!("name=\"{field}\"; filename=\"{name}\"")).into_bytes());
            body.extend(b"Content-Type: application/octet-stream\r\n\r\n");
            body.extend(*bytes);
            body.extend(b"\r\n");
        }
        body.extend(b"--b--\r\n");
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build();
        let answer = client
            .expect("a client")
            .post(&url)
            .header("content-type", "multipart/form-data; boundary=b")
            .header("cookie", self.cookies(&url))
            .body(body)
            .send()
            .await
            .expect("answered");
        let to = answer.headers().get("location").map(|to| to.to_str().expect("ASCII").to_owned());
        if let Some(to) = to {
            return self.open(&joined(&url, &to)).await;
        }
        let (status, headers) = (answer.status(), answer.headers().clone());
        Seen { status, url, headers, html: answer.text().await.expect("text") }
    }

    /// Presses the button of another way to prove the same, below a form.
    pub async fn choose(&self, page: &Seen, way: &str) -> Seen {
        let (action, _) = page.form().expect("the page has a form");
        let step = action.rsplit_once("step=").expect("a step's form").1.to_owned();
        let mut aimed = page.clone();
        aimed.html = aimed.html.replacen(&action, &action.replace(&step, "choose"), 1);
        self.submit(&aimed, &[("choice", way)]).await
    }

    /// The same, but returns where the answer leads instead of going there.
    pub async fn submit_and_stay(&self, page: &Seen, fields: &[(&str, &str)]) -> String {
        let (url, answer) = self.post(page, fields).await;
        let to = header(&answer, "location");
        assert!(!to.is_empty(), "{url} does not redirect: {} {}", answer.status(), answer.body());
        to.to_owned()
    }

    /// Submits; `url` is where the answer would lead, empty when it is a page.
    pub async fn submit_without_following(&self, page: &Seen, fields: &[(&str, &str)]) -> Seen {
        stayed(self.post(page, fields).await.1)
    }

    async fn get(&self, url: &str) -> Response {
        let request = http::Request::get(joined(url, "")).body(String::new());
        self.send(url, request.expect("an address")).await
    }

    async fn post(&self, page: &Seen, fields: &[(&str, &str)]) -> (String, Response) {
        let (action, mut values) = page.form().expect("the page has a form");
        for (name, value) in fields {
            values.insert((*name).to_owned(), (*value).to_owned());
        }
        let url = joined(&page.url, &action);
        let pairs: Vec<(&str, &str)> =
            values.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let request = http::Request::post(&url)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form(&pairs))
            .expect("an address");
        let answer = self.send(&url, request).await;
        (url, answer)
    }

    async fn send(&self, url: &str, mut request: Request) -> Response {
        let cookies = self.cookies(url);
        if !cookies.is_empty() {
            let line = cookies.parse().expect("cookies are ASCII");
            request.headers_mut().insert(http::header::COOKIE, line);
        }
        if let Some(address) = &self.address {
            let line = address.parse().expect("an address is ASCII");
            request.headers_mut().insert("x-forwarded-for", line);
        }
        let answer = self.carrier.send(request).await;
        for line in answer.headers().get_all(http::header::SET_COOKIE) {
            self.keep(url, line.to_str().expect("cookies are ASCII"));
        }
        answer
    }

    /// Goes where an answer leads, as far as anybody answers there.
    async fn follow(&self, url: &str, mut answer: Response) -> Seen {
        let mut url = url.to_owned();
        for _ in 0..MOST_REDIRECTS {
            let to = header(&answer, "location");
            if !answer.status().is_redirection() || to.is_empty() {
                return seen(url, answer);
            }
            url = joined(&url, to);
            if !self.carrier.reaches(&url) {
                return Seen { html: String::new(), ..seen(url, answer) };
            }
            answer = self.get(&url).await;
        }
        panic!("{url} leads on for ever");
    }

    /// A member who has registered and is signed in at the portal.
    pub async fn member(world: &World, slug: &str, id: &str, card: &[(&str, &str)]) -> Self {
        let visitor = Self::new();
        let email = format!("{id}@example.jp");
        visitor.register(world, slug, (&email, id, card)).await.sees(id);
        visitor.sign_in(world, slug, id).await;
        visitor
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

    /// Signs in at the portal and returns its home page; who is signed in at the provider is not
    /// asked again.
    pub async fn sign_in(&self, world: &World, slug: &str, user_id: &str) -> Seen {
        let page = self.open(&format!("{}/{slug}/signin", world.portal_url)).await;
        if !page.html.contains("name=\"user_id\"") {
            return page;
        }
        self.submit(&page, &[("user_id", user_id), ("password", PASSWORD)]).await
    }
}

/// What an answer shows; `url` is where it would lead.
fn stayed(answer: Response) -> Seen {
    let url = header(&answer, "location").to_owned();
    seen(url, answer)
}

fn seen(url: String, answer: Response) -> Seen {
    let (parts, html) = answer.into_parts();
    Seen { status: parts.status, url, html, headers: parts.headers }
}

fn joined(base: &str, to: &str) -> String {
    url::Url::parse(base).expect("absolute").join(to).expect("joins").into()
}

fn host(url: &str) -> String {
    let url = url::Url::parse(url).expect("absolute");
    url.host_str().unwrap_or_default().to_owned()
}

impl Seen {
    /// A header of the answer.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

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
        // A form without an address is sent to its page.
        let tag = &form[..form.find('>')?];
        Some((attribute(tag, "action").unwrap_or_default(), fields))
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
pub(crate) fn attribute(text: &str, name: &str) -> Option<String> {
    let (_, rest) = text.split_once(&format!("{name}=\""))?;
    let value = rest.split_once('"')?.0;
    Some(unescaped(value))
}

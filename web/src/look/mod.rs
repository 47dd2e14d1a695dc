//! How one request is drawn: insurer, theme, language, text size, person.
//!
//! - `screen.rs`: a struct becomes a page, and a page an answer
//! - `notice.rs`: notices and errors
//! - `display.rs`: language and text size
//! - `policy.rs`: what a browser may do on a page
//! - `redirect.rs`: going on to another page

mod display;
mod notice;
mod policy;
mod redirect;
mod screen;

pub use crate::origin::origin;
pub use display::{adopt_size, display, keep_language};
pub use notice::{Action, ErrorPage, Notice};
pub use policy::Policy;
pub use redirect::{is_own_path, see_other};
pub use screen::Screen;

use crate::forms::CSRF;
use crate::origin::PublicUrl;
use crate::pages::{Called, Naming, Opened, Pages};
use crate::themes::Theme;
use crate::{Brand, cookies};
use axum::http::request::Parts;
use display::Choice;
use secret::{hash, random};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Everything about a request that its page's frame shows.
#[derive(Clone)]
pub struct Look {
    pub pages: Arc<Pages>,
    pub brand: Arc<Brand>,
    pub lang: String,
    lang_is_chosen: bool,
    pub secure: bool,
    /// Where the program is reached: `https://id.example`.
    origin: Option<Arc<str>>,
    /// Who the people are whose ids its data has; nothing for who may not know.
    called: Arc<BTreeMap<String, Called>>,
    /// What the reader has opened before.
    seen: Arc<Opened>,
    /// The page is a plugin's: it gets no token with which it could post for the member.
    of_plugin: bool,
    /// What the last form has to say, above the page.
    said: Option<String>,
    size: &'static str,
    csrf: String,
    csrf_is_new: bool,
    path: String,
    service: &'static str,
    home_url: String,
    pub user: Option<User>,
    pub nav: Vec<NavItem>,
    /// Where what was told to the member is read, where something tells.
    pub bell: Option<String>,
    /// What a device is told when the page is put on its home screen.
    pub manifest: Option<String>,
    /// Where the insurer's public pages begin (`/help`, `/terms`, `/privacy`): at the identity provider.
    pub documents: Option<String>,
    /// The way back to a client that waits.
    pub cancel: Option<Cancel>,
    /// What every page of this request may do besides; a page with a policy of its own is drawn
    /// by [`Look::page_allowing`].
    pub policy: Policy,
}

/// The signed-in person, as the header shows them.
#[derive(Debug, Clone, Serialize)]
pub struct User {
    pub name: String,
    pub signout_url: String,
    /// When they signed in the time before, where the program knows (F021).
    pub last_login: Option<i64>,
}

/// A button that gives up what is under way.
#[derive(Debug, Clone, Serialize)]
pub struct Cancel {
    /// Where the form is posted to.
    pub action: String,
    /// The service to which the person goes back.
    pub back_to: String,
}

/// One entry of the menu.
#[derive(Debug, Clone, Serialize)]
pub struct NavItem {
    pub label: String,
    pub url: String,
    pub current: bool,
    /// A symbol of the theme's icons.
    pub icon: &'static str,
}

#[derive(Serialize)]
struct Site<'a> {
    insurer_name: &'a str,
    home_url: &'a str,
    logo_url: &'a str,
    icon_url: &'a str,
    icons_url: &'a str,
    colour: &'a str,
    manifest_url: Option<&'a str>,
    logo_alt: &'a str,
    css: &'a [String],
    js: &'a [String],
    scripts: &'a BTreeMap<String, String>,
    languages: Vec<Choice>,
    sizes: Vec<Choice>,
    size: &'a str,
    contact: Contact<'a>,
    user: &'a Option<User>,
    nav: &'a [NavItem],
    bell: Option<&'a str>,
    documents: &'a Option<String>,
    cancel: &'a Option<Cancel>,
    said: &'a Option<String>,
    csrf: &'a str,
    service: &'a str,
    unsigned: bool,
}

#[derive(Serialize)]
struct Contact<'a> {
    phone: &'a str,
    hours: &'a str,
    mail: &'a str,
}

/// A number with separators.
pub fn grouped(number: i64) -> String {
    crate::pages::yen(number)
}

/// The token of a plugin's forms for a member, of a browser with this CSRF cookie.
pub fn form_token(csrf: &str, plugin: &str, member: &str) -> String {
    hash::s256(format!("form\0{plugin}\0{member}\0{csrf}"))
}

impl Look {
    /// From a request. `service` is `idp` or `portal`; `home_url` is where the logo leads.
    pub fn new(
        parts: &Parts,
        pages: Arc<Pages>,
        brand: Arc<Brand>,
        service: &'static str,
        home_url: String,
        own: &PublicUrl,
    ) -> Self {
        let secure = own.secure;
        let cookie = |name| cookies::value(&parts.headers, name, secure);
        let csrf = cookie(CSRF).filter(|value| value.len() == 43).map(str::to_owned);
        Self {
            lang: display::language(parts, &brand, cookie("lang")),
            lang_is_chosen: cookie("lang").is_some(),
            size: display::size(cookie("size")),
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
            bell: None,
            manifest: None,
            documents: None,
            cancel: None,
            policy: Policy::default(),
            origin: own.origin.clone(),
            called: Arc::default(),
            seen: Arc::default(),
            of_plugin: false,
            said: None,
        }
    }

    /// The same for a page whose templates may ask what these people are called, by their ids.
    pub fn naming(&self, called: BTreeMap<String, Called>) -> Self {
        Self { called: Arc::new(called), ..self.clone() }
    }

    /// The same for a page whose templates may ask what the reader has opened before.
    pub fn having_seen(&self, seen: Opened) -> Self {
        Self { seen: Arc::new(seen), ..self.clone() }
    }

    /// What the reader has opened before.
    pub fn seen(&self) -> &Opened {
        &self.seen
    }

    /// Who has this id, as far as the page may know.
    pub fn called(&self, id: &str) -> Option<&Called> {
        self.called.get(id)
    }

    /// The same with the address of the first page written out: for mails.
    pub fn at_home(&self, home_url: String) -> Self {
        Self { home_url, ..self.clone() }
    }

    /// The same for a plugin's page, with a message above it.
    pub fn for_plugin(&self, said: Option<String>) -> Self {
        Self { of_plugin: true, said, ..self.clone() }
    }

    /// The token of a plugin's forms for a member: it is of use for no other form, and for nobody else who
    /// signs in in this browser.
    pub fn form_token(&self, plugin: &str, member: &str) -> String {
        form_token(&self.csrf, plugin, member)
    }

    /// The value of the content security policy: the scripts of every page by their own names, and
    /// those that the page itself was given.
    pub(crate) fn policy_line(&self, policy: &Policy) -> String {
        let theme = self.pages.theme(&self.brand.theme);
        let own = policy.scripts.iter().filter_map(|name| theme.scripts.get(*name));
        let origin = self.origin.as_deref().unwrap_or_default();
        let scripts: Vec<String> =
            theme.js.iter().chain(own).map(|path| format!("{origin}{path}")).collect();
        policy.header(&scripts)
    }

    /// A text in the language of the page; `…key…` when it is missing, which tests refuse.
    pub fn t(&self, key: &str, args: &[(&str, String)]) -> String {
        let messages = self.pages.theme(&self.brand.theme).messages(&self.lang);
        messages.text(key, args).unwrap_or_else(|| format!("…{key}…"))
    }

    /// The message of this id, if there is one.
    pub fn maybe(&self, key: &str, args: &[(&str, String)]) -> Option<String> {
        self.pages.theme(&self.brand.theme).messages(&self.lang).text(key, args)
    }

    /// The message of this id, or the text itself when there is none.
    pub fn t_or(&self, text: &str) -> String {
        self.maybe(text, &[]).unwrap_or_else(|| text.to_owned())
    }

    /// A month `YYYYMM` or a day `YYYY-MM-DD` as people read it.
    pub fn when(&self, text: &str) -> String {
        crate::pages::when(text, self.lang == "en")
    }

    /// A year as people count it.
    pub fn year(&self, year: i64) -> String {
        crate::pages::year(year, self.lang == "en")
    }

    /// The text size of the page.
    pub fn size(&self) -> &'static str {
        self.size
    }

    /// A moment in seconds since 1970 as people in Japan read it, with the weekday.
    pub fn moment(&self, at: i64) -> String {
        crate::pages::datetime(at, self.lang == "en")
    }

    /// The theme of the insurer.
    pub fn theme(&self) -> &Theme {
        self.pages.theme(&self.brand.theme)
    }

    /// The insurer's name in the language of the page.
    pub fn insurer_name(&self) -> &str {
        self.brand.name.in_language(&self.lang)
    }

    /// Where the insurer's pages begin: `/minato`.
    pub fn base(&self) -> String {
        format!("/{}", self.brand.slug)
    }

    /// The text of a template, for pages and mails alike.
    pub fn html(&self, template: &str, page: &impl Serialize) -> Result<String, tera::Error> {
        let (theme, name) = (self.theme(), self.insurer_name());
        let site = Site {
            insurer_name: name,
            home_url: &self.home_url,
            logo_url: &theme.logo,
            icon_url: &theme.icon,
            icons_url: &theme.icons,
            colour: &theme.colour,
            manifest_url: self.manifest.as_deref(),
            logo_alt: name,
            css: &theme.css,
            js: &theme.js,
            scripts: &theme.scripts,
            languages: self.languages(),
            sizes: self.sizes(),
            size: self.size,
            contact: Contact {
                phone: &self.brand.contact.phone,
                hours: self.brand.contact.hours.in_language(&self.lang),
                mail: &self.brand.contact.mail,
            },
            user: &self.user,
            nav: &self.nav,
            bell: self.bell.as_deref(),
            documents: &self.documents,
            cancel: &self.cancel,
            said: &self.said,
            csrf: if self.of_plugin { "" } else { &self.csrf },
            service: self.service,
            unsigned: self.pages.unsigned,
        };
        let _names = Naming::begin(self.called.clone(), self.seen.clone());
        self.pages.draw(&self.brand.theme, &self.lang, template, &site, page)
    }
}

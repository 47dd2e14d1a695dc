//! Draws samples of pages in every theme and language: for the programs' tests, and for authors.

use crate::look::{Look, NavItem, User};
use crate::messages::Messages;
use crate::{Brand, Page, Pages, PublicUrl};
use axum::http::Request;
use serde::Serialize;
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;

/// Draws every sample of what it is given, and keeps what came of it.
pub struct Drawer {
    pages: Arc<Pages>,
    pub drawn: Vec<Drawn>,
}

/// A sample as it was drawn.
pub struct Drawn {
    pub template: String,
    /// Which sample of the template, from 0.
    pub n: usize,
    pub theme: String,
    pub lang: &'static str,
    pub html: String,
}

impl Drawer {
    pub fn new(pages: &Arc<Pages>) -> Self {
        Self { pages: pages.clone(), drawn: Vec::new() }
    }

    /// Fails when a sample of the page cannot be drawn: undefined variable, missing message.
    pub fn page<P: Page>(&mut self) {
        self.samples(P::TEMPLATE, &P::samples());
    }

    /// Fails when a sample of a template that is no [`Page`] cannot be drawn: mails, plugins' pages.
    pub fn samples(&mut self, template: &str, samples: &[impl Serialize]) {
        assert!(!samples.is_empty(), "{template} has samples");
        let values: Result<Vec<Value>, _> = samples.iter().map(serde_json::to_value).collect();
        let values = values.expect("a page is JSON");
        self.samples_in(template, |_| values.clone());
    }

    /// The same for samples that differ by language.
    pub fn samples_in(&mut self, template: &str, samples: impl Fn(&Messages) -> Vec<Value>) {
        let pages = self.pages.clone();
        for theme in pages.theme_ids() {
            for (lang, user) in [("ja", true), ("en", false)] {
                let samples = samples(pages.theme(theme).messages(lang));
                for (n, sample) in samples.iter().enumerate() {
                    let html = drawn(&pages, theme, (lang, user), template, sample)
                        .unwrap_or_else(|error| panic!("{template} {theme} {lang}: {error:?}"));
                    for inline in [" style=", "<style", " onclick", "<script>"] {
                        assert!(!html.contains(inline), "{template} {theme}: {inline}");
                    }
                    let (template, theme) = (template.to_owned(), theme.to_owned());
                    self.drawn.push(Drawn { template, n, theme, lang, html });
                }
            }
        }
    }
}

/// A page as a made-up request to an insurer with this theme gets it, with or without a signed-in
/// person.
///
/// # Errors
/// Where the template and what it is drawn with do not fit.
pub fn drawn(
    pages: &Arc<Pages>,
    theme: &str,
    (lang, user): (&str, bool),
    template: &str,
    page: &impl Serialize,
) -> Result<String, tera::Error> {
    look(pages, theme, lang, user).html(template, page)
}

/// What sources implement of traits such as `Page` and a list of tests does not draw (`Name>(`): a member
/// would be the first to see it.
pub fn undrawn(sources_of: &Path, traits: &[&str], list: &str) -> Vec<String> {
    let mut missing = Vec::new();
    sources(sources_of, &mut |text| {
        for name in traits {
            let kind = format!("impl {name} for ");
            let names = text.split(&kind).skip(1).filter_map(|rest| rest.split([' ', '{']).next());
            let is_listed = |name: &&str| list.contains(&format!("{name}>("));
            missing.extend(names.filter(|name| !is_listed(name)).map(str::to_owned));
        }
    });
    missing
}

/// Every Rust file below a folder.
pub fn sources(folder: &Path, read: &mut impl FnMut(&str)) {
    for path in std::fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path()) {
        match path.is_dir() {
            true => sources(&path, read),
            false => read(&std::fs::read_to_string(&path).expect("a source")),
        }
    }
}

/// Where made-up requests arrive.
pub(crate) const ORIGIN: &str = "http://localhost:8500";

/// How a made-up request to the first insurer is drawn, with or without a signed-in person.
pub(crate) fn look(pages: &Arc<Pages>, theme: &str, lang: &str, user: bool) -> Look {
    let request = Request::builder().uri("/minato/x?y=1").header("accept-language", lang);
    let (parts, ()) = request.body(()).expect("a request").into_parts();
    let brand = Brand { theme: theme.to_owned(), ..Brand::nobody() };
    let own = PublicUrl::new(ORIGIN);
    let mut look =
        Look::new(&parts, pages.clone(), Arc::new(brand), "portal", "/minato/".into(), &own);
    if user {
        look.user = Some(User {
            name: "港　花子".into(),
            signout_url: "/minato/signout".into(),
            last_login: None,
        });
        look.nav = vec![NavItem {
            label: "ホーム".into(),
            url: "/minato/".into(),
            current: true,
            icon: "home",
        }];
    }
    look
}

//! Draws every sample of a page in every theme and language, for the programs' tests.

use crate::look::{Look, NavItem, User};
use crate::{Brand, Page, Pages, PublicUrl};
use axum::http::Request;
use serde::Serialize;
use std::sync::Arc;

/// Fails when a sample of the page cannot be drawn: undefined variable, missing message.
pub fn draws<P: Page>(pages: &Arc<Pages>) {
    draws_samples(pages, P::TEMPLATE, &P::samples());
}

/// Fails when a sample of a template that is no [`Page`] cannot be drawn: mails, plugins' pages.
pub fn draws_samples(pages: &Arc<Pages>, template: &str, samples: &[impl Serialize]) {
    assert!(!samples.is_empty(), "{template} has samples");
    for theme in pages.theme_ids() {
        for (lang, user) in [("ja", true), ("en", false)] {
            let look = look(pages, theme, lang, user);
            for sample in samples {
                let html = look
                    .html(template, sample)
                    .unwrap_or_else(|error| panic!("{template} {theme} {lang}: {error:?}"));
                for inline in [" style=", "<style", " onclick", "<script>"] {
                    assert!(!html.contains(inline), "{template} {theme}: {inline}");
                }
            }
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
        look.user =
            Some(User { name: "港　花子".into(), signout_url: "/minato/signout".into() });
        look.nav =
            vec![NavItem { label: "ホーム".into(), url: "/minato/".into(), current: true }];
    }
    look
}

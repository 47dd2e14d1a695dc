//! Every page and mail × sample × theme × language draws: no undefined variable, no missing
//! message.

use idp::journeys::link::MailboxOpen;
use idp::journeys::steps::{mailbox, password, roster, terms};
use idp::mail::{AlreadyRegistered, Letter, Registered, RegistrationLink};
use serde::Serialize;
use std::path::Path;
use web::look::{ErrorPage, Notice};
use web::{Page, Pages};

#[derive(Serialize)]
struct Site {
    insurer_name: &'static str,
    home_url: &'static str,
    logo_url: &'static str,
    logo_alt: &'static str,
    css: Vec<String>,
    js: Vec<String>,
    languages: Vec<String>,
    sizes: Vec<String>,
    size: &'static str,
    contact: Contact,
    user: Option<String>,
    nav: Vec<String>,
    csrf: &'static str,
    service: &'static str,
}

#[derive(Serialize)]
struct Contact {
    phone: &'static str,
    hours: &'static str,
    mail: &'static str,
}

fn site() -> Site {
    Site {
        insurer_name: "みなと健康保険組合",
        home_url: "/",
        logo_url: "/logo.svg",
        logo_alt: "みなと",
        css: vec![],
        js: vec![],
        languages: vec![],
        sizes: vec![],
        size: "m",
        contact: Contact { phone: "0120-000-101", hours: "平日", mail: "a@minato.example" },
        user: None,
        nav: vec![],
        csrf: "x",
        service: "idp",
    }
}

fn each(pages: &Pages, template: &str, samples: &[impl Serialize]) {
    assert!(!samples.is_empty(), "{template} has samples");
    for theme in pages.theme_ids() {
        for lang in ["ja", "en"] {
            for sample in samples {
                let html = pages
                    .draw(theme, lang, template, &site(), sample)
                    .unwrap_or_else(|error| panic!("{template} {theme} {lang}: {error:?}"));
                assert!(!html.contains('…') || lang == "ja", "{template} {theme}: missing text");
                for inline in [" style=", "<style", " onclick", "<script>"] {
                    assert!(!html.contains(inline), "{template} {theme}: {inline}");
                }
            }
        }
    }
}

fn page<P: Page>(pages: &Pages) {
    each(pages, P::TEMPLATE, &P::samples());
}

fn letter<L: Letter>(pages: &Pages) {
    for end in ["txt", "html"] {
        each(pages, &format!("idp/mail/{}.{end}", L::NAME.replace('-', "_")), &L::samples());
    }
    for theme in pages.theme_ids() {
        for lang in ["ja", "en"] {
            let key = format!("mail-{}-subject", L::NAME);
            let args = [("insurer", "X".to_owned())];
            let subject = pages.theme(theme).messages(lang).text(&key, &args);
            assert!(subject.is_some_and(|s| !s.contains('\n')), "{key} {theme} {lang}");
        }
    }
}

#[test]
fn every_page_draws_in_every_theme_and_language() {
    let themes = Path::new(env!("CARGO_MANIFEST_DIR")).join("../themes");
    let pages = Pages::load(&themes, &[idp::app::owner()]).unwrap();
    page::<mailbox::Mailbox>(&pages);
    page::<mailbox::MailboxSent>(&pages);
    page::<MailboxOpen>(&pages);
    page::<roster::Roster>(&pages);
    page::<terms::Terms>(&pages);
    page::<password::Choose>(&pages);
    page::<password::Login>(&pages);
    page::<idp::journeys::Done>(&pages);
    page::<idp::endpoints::logout::Logout>(&pages);
    page::<ErrorPage>(&pages);
    page::<Notice>(&pages);
    letter::<RegistrationLink>(&pages);
    letter::<AlreadyRegistered>(&pages);
    letter::<Registered>(&pages);
}

/// Texts that Rust asks for by name.
#[test]
fn every_named_text_exists() {
    let themes = Path::new(env!("CARGO_MANIFEST_DIR")).join("../themes");
    let pages = Pages::load(&themes, &[idp::app::owner()]).unwrap();
    let numbers = ["min", "max"].map(|name| (name, "8".to_owned()));
    for lang in ["ja", "en"] {
        let messages = pages.theme("base").messages(lang);
        for key in [
            "error-required",
            "error-email",
            "error-email-long",
            "error-user-id-length",
            "error-user-id-characters",
            "error-user-id-taken",
            "error-password-short",
            "error-password-long",
            "error-password-same-as-user-id",
            "error-password-common",
            "error-password-again",
            "error-birth-date",
            "error-kana",
            "error-agree",
            "error-choose",
            "link-gone-title",
            "link-gone-text",
            "journey-gone-title",
            "journey-gone-text",
            "journey-locked-title",
            "journey-locked-text",
            "moved-on-title",
            "moved-on-text",
            "signed-out-title",
            "signed-out-text",
            "begin-login",
            "begin-register",
            "error-back-home",
        ] {
            let args: &[(&str, String)] = if key.contains("length") {
                &numbers
            } else if key.contains("short") {
                &numbers[..1]
            } else if key.contains("password-long") {
                &numbers[1..]
            } else {
                &[]
            };
            assert!(messages.text(key, args).is_some(), "{key} {lang}");
        }
        for status in [400, 403, 404, 405, 408, 413, 429, 500, 503] {
            for part in ["title", "text"] {
                let key = format!("error-{part}-{status}");
                assert!(messages.text(&key, &[]).is_some(), "{key} {lang}");
            }
        }
    }
}

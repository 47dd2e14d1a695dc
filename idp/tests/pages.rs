//! Every page and mail × sample × theme × language draws: no undefined variable, no missing
//! message.

mod every;

use idp::mail::Letter;
use idp::mail::letters::{
    AccountClosed, AddressChanged, AddressHolds, AddressInUse, AddressWaits, AlreadyRegistered,
    AppAdded, AppRemoved, ChangeLink, CodeByMail, CodeUsed, CodesMade, NewDevice, NotRegistered,
    NoticeAddress, PasskeyAdded, PasskeyRemoved, PasswordChanged, PasswordRemoved, RecoveryLink,
    Registered, RegistrationLink, StaffWelcome, UserIdChanged, UserIdTold, UserIdUnknown,
};
use std::path::Path;
use std::sync::Arc;
use web::Pages;
use web::testing::{Drawer, undrawn};

fn pages() -> Arc<Pages> {
    let themes = Path::new(env!("CARGO_MANIFEST_DIR")).join("../themes");
    Arc::new(Pages::load(&themes, &[idp::app::owner()]).expect("the themes"))
}

/// Draws every mail, both its parts.
fn letters(to: &mut Drawer) {
    letter::<AccountClosed>(to);
    letter::<AddressChanged>(to);
    letter::<AddressHolds>(to);
    letter::<AddressInUse>(to);
    letter::<AddressWaits>(to);
    letter::<AlreadyRegistered>(to);
    letter::<AppAdded>(to);
    letter::<AppRemoved>(to);
    letter::<ChangeLink>(to);
    letter::<CodeByMail>(to);
    letter::<CodeUsed>(to);
    letter::<CodesMade>(to);
    letter::<NewDevice>(to);
    letter::<NotRegistered>(to);
    letter::<NoticeAddress>(to);
    letter::<PasskeyAdded>(to);
    letter::<PasskeyRemoved>(to);
    letter::<PasswordChanged>(to);
    letter::<PasswordRemoved>(to);
    letter::<RecoveryLink>(to);
    letter::<Registered>(to);
    letter::<StaffWelcome>(to);
    letter::<RegistrationLink>(to);
    letter::<UserIdChanged>(to);
    letter::<UserIdTold>(to);
    letter::<UserIdUnknown>(to);
}

fn letter<L: Letter>(to: &mut Drawer) {
    for end in ["txt", "html"] {
        let template = format!("idp/mail/{}.{end}", L::NAME.replace('-', "_"));
        to.samples(&template, &L::samples());
    }
}

#[test]
fn every_page_draws_in_every_theme_and_language() {
    let mut drawer = Drawer::new(&pages());
    every::pages(&mut drawer);
    letters(&mut drawer);
    assert!(drawer.drawn.len() > 500);
}

/// A page or a mail that is not in the list would be drawn by nobody before a member.
#[test]
fn the_list_is_whole() {
    let list = [include_str!("every/mod.rs"), include_str!("pages.rs")].concat();
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    assert_eq!(undrawn(&src, &["Page", "Letter"], &list), Vec::<String>::new());
}

/// The subject of a mail is one line.
#[test]
fn every_mail_has_a_subject() {
    let pages = pages();
    let mut drawer = Drawer::new(&pages);
    letters(&mut drawer);
    for drawn in &drawer.drawn {
        let name =
            drawn.template.trim_start_matches("idp/mail/").rsplit_once('.').expect("an end").0;
        let key = format!("mail-{}-subject", name.replace('_', "-"));
        let args = [("insurer", "X".to_owned())];
        let subject = pages.theme(&drawn.theme).messages(drawn.lang).text(&key, &args);
        assert!(subject.is_some_and(|s| !s.contains('\n')), "{key}");
    }
}

/// Texts that Rust asks for by name.
#[test]
fn every_named_text_exists() {
    let pages = pages();
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
            "locked-title",
            "locked-ask",
            "moved-on-title",
            "moved-on-text",
            "signed-out-title",
            "signed-out-text",
            "register-ways-title",
            "register-ways-text",
            "choose-mailbox",
            "choose-roster",
            "choose-password",
            "choose-terms",
            "choose-account",
            "choose-consent",
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

//! Every page and mail × sample × theme × language draws: no undefined variable, no missing
//! message.

use idp::authorization::answer::FormPost;
use idp::endpoints::people::help::Help;
use idp::endpoints::people::own::Own;
use idp::endpoints::people::registered::Done;
use idp::endpoints::people::user_id::Forgotten;
use idp::endpoints::people::{agreed, consents, device, history, logout, not_me};
use idp::journeys::choose::{Choose, GoOn};
use idp::journeys::link::MailboxOpen;
use idp::journeys::steps::password::{enrol, replace, verify};
use idp::journeys::steps::{
    account, code_by_mail, consent, mailbox, passkey, recovery_code, roster, terms, totp, user_id,
};
use idp::mail::Letter;
use idp::mail::letters::{
    AccountClosed, AddressChanged, AddressInUse, AlreadyRegistered, AppAdded, AppRemoved,
    ChangeLink, CodeByMail, CodeUsed, CodesMade, NewDevice, NotRegistered, PasskeyAdded,
    PasskeyRemoved, PasswordChanged, PasswordRemoved, RecoveryLink, Registered, RegistrationLink,
    UserIdChanged, UserIdTold, UserIdUnknown,
};
use std::path::Path;
use std::sync::Arc;
use web::Pages;
use web::look::{ErrorPage, Notice};
use web::testing::{draws, draws_samples};

fn letter<L: Letter>(pages: &Arc<Pages>) {
    for end in ["txt", "html"] {
        draws_samples(
            pages,
            &format!("idp/mail/{}.{end}", L::NAME.replace('-', "_")),
            &L::samples(),
        );
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
    let pages = Arc::new(Pages::load(&themes, &[idp::app::owner()]).unwrap());
    draws::<Help>(&pages);
    draws::<Own>(&pages);
    draws::<Forgotten>(&pages);
    draws::<mailbox::Mailbox>(&pages);
    draws::<mailbox::MailboxSent>(&pages);
    draws::<MailboxOpen>(&pages);
    draws::<roster::Roster>(&pages);
    draws::<terms::Terms>(&pages);
    draws::<enrol::Choose>(&pages);
    draws::<replace::NewPassword>(&pages);
    draws::<not_me::Ask>(&pages);
    draws::<history::History>(&pages);
    draws::<agreed::Agreed>(&pages);
    draws::<code_by_mail::Code>(&pages);
    draws::<user_id::NewUserId>(&pages);
    draws::<recovery_code::verify::Code>(&pages);
    draws::<recovery_code::enrol::WriteDown>(&pages);
    draws::<totp::verify::Code>(&pages);
    draws::<passkey::verify::Unlock>(&pages);
    draws::<passkey::enrol::Make>(&pages);
    draws::<totp::enrol::SetUp>(&pages);
    draws::<verify::Login>(&pages);
    draws::<Done>(&pages);
    draws::<Choose>(&pages);
    draws::<GoOn>(&pages);
    draws::<account::Account>(&pages);
    draws::<consent::Consent>(&pages);
    draws::<consents::Consents>(&pages);
    draws::<device::DeviceCode>(&pages);
    draws::<device::DeviceConfirm>(&pages);
    draws::<FormPost>(&pages);
    draws::<logout::Logout>(&pages);
    draws::<logout::SignedOut>(&pages);
    draws::<ErrorPage>(&pages);
    draws::<Notice>(&pages);
    letter::<RegistrationLink>(&pages);
    letter::<AlreadyRegistered>(&pages);
    letter::<Registered>(&pages);
    letter::<RecoveryLink>(&pages);
    letter::<ChangeLink>(&pages);
    letter::<CodeByMail>(&pages);
    letter::<NewDevice>(&pages);
    letter::<CodesMade>(&pages);
    letter::<UserIdChanged>(&pages);
    letter::<AccountClosed>(&pages);
    letter::<PasswordRemoved>(&pages);
    letter::<CodeUsed>(&pages);
    letter::<UserIdTold>(&pages);
    letter::<UserIdUnknown>(&pages);
    letter::<PasskeyAdded>(&pages);
    letter::<PasskeyRemoved>(&pages);
    letter::<AppAdded>(&pages);
    letter::<AppRemoved>(&pages);
    letter::<AddressInUse>(&pages);
    letter::<AddressChanged>(&pages);
    letter::<NotRegistered>(&pages);
    letter::<PasswordChanged>(&pages);
}

/// Texts that Rust asks for by name.
#[test]
fn every_named_text_exists() {
    let themes = Path::new(env!("CARGO_MANIFEST_DIR")).join("../themes");
    let pages = Arc::new(Pages::load(&themes, &[idp::app::owner()]).unwrap());
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

//! `mailbox`: a person reads mail at the address that they typed.

use super::verdict::{At, Place, Prepared, Verdict};
use super::{Boxed, Step, domains};
use crate::journeys::goal::{Goal, What};
use crate::mail::letters::{
    AddressInUse, AlreadyRegistered, ChangeLink, NotRegistered, RecoveryLink, RegistrationLink,
};
use crate::need::{Act, Kind, Settings};
use crate::store::addresses::{self, match_form};
use crate::store::attempts::{self, Bucket, Limit};
use crate::store::links::{self, Target};
use db::Tx;
use secret::{hash, random};
use serde::Serialize;
use web::look::Screen;
use web::{Error, Form, Page, Posted};

/// Mails to one address that are asked for from one network in an hour; more are not sent, and the page
/// does not tell. Who asks from elsewhere is not silenced by it.
const MAILS: Limit = Limit::new(5, 3600);

/// And from everywhere in a day, so that nobody's mailbox is filled.
const OF_DAY: Limit = Limit::new(30, 24 * 3600);

/// The address, and the one that was asked about: who posts it again means it.
const FIELDS: [&str; 2] = ["email", "meant"];

/// Asks the address.
#[derive(Serialize)]
pub struct Mailbox {
    pub title: String,
    pub step: Place,
    pub form: Form,
    /// Whom the mail will be from.
    pub sender: String,
    /// Dependants cannot register.
    pub insured_only: bool,
    /// What the address is for: `register`, `recover`, `replace-app`, `replace-address`, `change` or
    /// `notices`.
    pub purpose: &'static str,
    pub login_url: String,
    /// For who cannot read the mail of the account any more, where the insurer has a way.
    pub lost_url: Option<String>,
}

impl Page for Mailbox {
    const TEMPLATE: &'static str = "idp/mailbox.html";
    fn samples() -> Vec<Self> {
        let sample = |purpose: &'static str| {
            let wrong = purpose == "recover";
            let mut form = Form::new("/minato/journey/x?step=mailbox", &FIELDS);
            if wrong {
                form.mistake("email", "メールアドレスを入力してください。".into());
            }
            Self {
                title: "メールアドレスの確認".into(),
                step: Place { n: 1, of: 4 },
                form,
                sender: "no-reply@minato.example".into(),
                insured_only: wrong,
                purpose,
                login_url: "/minato/login".into(),
                lost_url: wrong.then(|| "/minato/recover?what=address".into()),
            }
        };
        ["register", "recover", "replace-app", "replace-address", "change", "notices"]
            .map(sample)
            .into()
    }
}

/// Says that a mail was sent: the same whatever the address is.
#[derive(Serialize)]
pub struct MailboxSent {
    pub title: String,
    pub step: Place,
    pub email: String,
    pub minutes: i64,
    pub sender: String,
    /// More than one mail was sent.
    pub sent_again: bool,
    pub form: Form,
    pub restart_url: String,
}

impl Page for MailboxSent {
    const TEMPLATE: &'static str = "idp/mailbox_sent.html";
    fn samples() -> Vec<Self> {
        [false, true]
            .map(|sent_again| Self {
                title: "メールをご確認ください".into(),
                step: Place { n: 1, of: 4 },
                email: "hanako@example.jp".into(),
                minutes: 180,
                sender: "no-reply@minato.example".into(),
                sent_again,
                form: Form::new("/minato/journey/x?step=mailbox", &[]),
                restart_url: "/minato/register".into(),
            })
            .into()
    }
}

/// Whom the mail is from, as the person's filter must let it pass.
fn sender(at: &At<'_>) -> String {
    at.visit.realm.definition.policy.mail.from.clone()
}

fn replaces_app(at: &At<'_>) -> bool {
    matches!(at.instance.goal, Goal::ReplaceApp(_))
}

/// The address is to take the place of the account's.
fn replaces(at: &At<'_>) -> bool {
    at.changes || at.step.act == Act::Replace
}

fn for_notices(at: &At<'_>) -> bool {
    matches!(at.instance.goal, Goal::Change { what: What::NoticeAddress, .. })
}

fn purpose(at: &At<'_>) -> &'static str {
    match (at.recovers, at.changes) {
        (true, _) if replaces_app(at) => "replace-app",
        (true, _) if replaces(at) => "replace-address",
        (true, _) => "recover",
        (_, true) if for_notices(at) => "notices",
        (_, true) => "change",
        _ => "register",
    }
}

/// Where a lost mailbox is replaced; none for who has just begun that.
pub fn lost_url(at: &At<'_>) -> Option<String> {
    let has_way = at.definition.recovery_of(Kind::Mailbox).is_some();
    (has_way && !replaces(at)).then(|| at.visit.path("recover?what=address"))
}

fn minutes(at: &At<'_>) -> i64 {
    match at.step.settings {
        Settings::Mailbox { link_minutes } => link_minutes,
        _ => 60,
    }
}

pub(super) struct Verify;

impl Step for Verify {
    fn show<'a>(&'a self, at: &'a At<'a>) -> Boxed<'a, Screen> {
        Box::pin(async move {
            let Some(email) = at.recall("email") else {
                let registration = &at.definition.policy.registration;
                return at.screen(&Mailbox {
                    title: at.title.clone(),
                    step: at.place,
                    form: at.form(&FIELDS),
                    sender: sender(at),
                    insured_only: at.registers && registration.insured_only(),
                    purpose: purpose(at),
                    login_url: at.visit.path("login"),
                    lost_url: lost_url(at),
                });
            };
            at.screen(&MailboxSent {
                title: at.title.clone(),
                step: at.place,
                email,
                minutes: minutes(at),
                sender: sender(at),
                sent_again: at.recall("sent").is_some_and(|times| times != "1"),
                form: Form::new(at.action(), &[]),
                restart_url: at.visit.path(match purpose(at) {
                    "change" | "notices" => "account",
                    "replace-app" => "recover?what=app",
                    "replace-address" => "recover?what=address",
                    other => other,
                }),
            })
        })
    }

    /// Sends the link, or, to an address that has an account, a mail that says so. The evidence is
    /// written by the link's POST, never here.
    fn submit<'a>(
        &'a self,
        at: &'a mut At<'_>,
        posted: &'a Posted,
        _: Prepared,
        tx: &'a mut Tx,
    ) -> Boxed<'a, Verdict> {
        Box::pin(async move {
            let email = match at.recall("email") {
                Some(email) => email,
                None => match typed(at, posted) {
                    Ok(email) => email,
                    Err(form) => return Ok(Verdict::Invalid(form)),
                },
            };
            let (insurer, now) = (at.visit.realm.id(), at.visit.now);
            let form = match_form(&email);
            let counters = [
                (Bucket::address_from(&form, at.visit.address), MAILS),
                (Bucket::address(&form), OF_DAY),
            ];
            if attempts::take_all(tx, insurer, &counters, now).await? {
                send(at, &email, tx).await?;
            }
            at.remember("email", &email);
            let times = at.recall("sent").and_then(|times| times.parse::<u32>().ok());
            at.remember("sent", &times.map_or(1, |times| times.saturating_add(1)).to_string());
            Ok(Verdict::Continue)
        })
    }
}

/// The address, or the form that says what is wrong, or asks about a domain that looks misspelt.
fn typed(at: &At<'_>, posted: &Posted) -> Result<String, Form> {
    let mut form = Form::new("", &FIELDS).typed(posted);
    match checked(posted.value("email")) {
        Err(key) => form.mistake("email", at.t(key)),
        Ok(email) => match domains::similar(&email).filter(|_| posted.value("meant") != email) {
            None => return Ok(email),
            Some(similar) => {
                let domain = email.rsplit('@').next().unwrap_or_default().to_owned();
                let args = [("domain", domain), ("similar", similar.to_owned())];
                form.mistake("email", at.visit.look.t("error-email-similar", &args));
                form.values.insert("meant".into(), email);
            }
        },
    }
    Err(form)
}

async fn send(at: &At<'_>, email: &str, tx: &mut Tx) -> Result<(), Error> {
    let (realm, now, minutes) = (&at.visit.realm, at.visit.now, minutes(at));
    let outbox = &at.tools.outbox;
    let found = addresses::account(tx, realm.id(), email).await?;
    let own = at.instance.learned.account.as_ref().filter(|_| at.recovers && !replaces(at));
    // Of whom the password was typed, no other address is of use.
    let known = found.is_some_and(|found| own.is_none_or(|own| *own == found));
    // One that notices go to may be somebody else's, too.
    let known = known && !for_notices(at);
    let token = random::secret();
    links::void(tx, realm.id(), &at.instance.id, now).await?;
    // An address with an account gets a row, too, that no mail names: the same work is done.
    let target = Target { journey_id: at.instance.id.clone(), step: at.step.id.clone() };
    links::insert(tx, realm.id(), &hash::sha256(&token), &target, now + minutes * 60).await?;
    let url = format!("{}/link/{token}", realm.issuer);
    let login_url = realm.definition.policy.home.for_members().to_owned();
    if replaces(at) {
        return match known {
            true => outbox.put(tx, at.sender(), email, &AddressInUse { login_url }).await,
            false => outbox.put(tx, at.sender(), email, &ChangeLink { url, minutes }).await,
        };
    }
    match (at.recovers, known) {
        (true, true) => {
            let what = if replaces_app(at) { "app" } else { "password" };
            outbox.put(tx, at.sender(), email, &RecoveryLink { url, minutes, what }).await
        }
        (true, false) => outbox.put(tx, at.sender(), email, &NotRegistered { login_url }).await,
        (false, true) => outbox.put(tx, at.sender(), email, &AlreadyRegistered { login_url }).await,
        (false, false) => {
            outbox.put(tx, at.sender(), email, &RegistrationLink { url, minutes }).await
        }
    }
}

/// The address as it is used, or the message that says what is wrong (F064, F066, F067).
pub fn checked(typed: &str) -> Result<String, &'static str> {
    // Full-width letters and signs are what a Japanese keyboard gives.
    let half: String = typed
        .chars()
        .map(|c| match c {
            '！'..='～' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
            c => c,
        })
        .filter(|c| !c.is_whitespace())
        .collect();
    if half.is_empty() {
        return Err("error-required");
    }
    if half.chars().count() > 255 {
        return Err("error-email-long");
    }
    let dots = half.contains("..") || half.contains(".@") || half.starts_with('.');
    let mailable = half.rsplit_once('@').is_some_and(|(local, domain)| {
        local.len() <= 64 && !local.contains(['"', '@']) && is_mail_domain(domain)
    });
    if dots || !mailable || !half.is_ascii() || !web::mail::is_address(&half) {
        return Err("error-email");
    }
    Ok(half)
}

/// A host name with a top level (RFC 1123 §2.1): no address in brackets, no number at the end.
fn is_mail_domain(domain: &str) -> bool {
    let label = |label: &str| {
        let plain = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        plain && (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-')
    };
    let top = domain.rsplit_once('.').map_or("", |(_, top)| top);
    top.bytes().any(|byte| byte.is_ascii_alphabetic())
        && domain.len() <= 253
        && domain.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::checked;

    /// F064: empty; F066: not an address; F067: more than 255 characters. Attack 34: a mail header
    /// cannot be typed in.
    #[test]
    fn addresses_as_people_type_them() {
        assert_eq!(checked(" hanako@example.jp ").unwrap(), "hanako@example.jp");
        assert_eq!(checked("ｈａｎａｋｏ＠ｅｘａｍｐｌｅ．ｊｐ").unwrap(), "hanako@example.jp");
        for (bad, key) in [
            ("", "error-required"),
            ("hanako", "error-email"),
            ("hanako.@example.jp", "error-email"),
            ("ha..nako@example.jp", "error-email"),
            ("hanako@localhost", "error-email"),
            ("a@b.jp\r\nBcc: evil@evil.tld", "error-email"),
            ("花子@example.jp", "error-email"),
            ("hanako@[192.0.2.1]", "error-email"),
            ("hanako@192.0.2.1", "error-email"),
            ("hanako@example.jp.", "error-email"),
            ("hanako@-example.jp", "error-email"),
            ("hanako@exa_mple.jp", "error-email"),
            ("\"hana ko\"@example.jp", "error-email"),
        ] {
            assert_eq!(checked(bad), Err(key), "{bad}");
        }
        assert_eq!(checked(&format!("{}@example.jp", "a".repeat(260))), Err("error-email-long"));
    }
}

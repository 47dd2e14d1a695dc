//! Proof `mailbox`: a person reads mail at the address that he typed.

use super::{Place, Verdict};
use crate::journeys::Next;
use crate::journeys::page::Running;
use crate::mail::{AlreadyRegistered, RegistrationLink};
use crate::store::{accounts, attempts, journeys, links};
use axum::response::Response;
use db::Conn;
use lettre::Address;
use serde::Serialize;
use web::{Error, Form, Page, Posted, random};

/// Mails to one address in an hour; more are not sent, and the page does not tell.
const MAILS_PER_HOUR: i64 = 5;

/// Asks the address.
#[derive(Serialize)]
pub struct Mailbox {
    pub title: String,
    pub step: Place,
    pub form: Form,
    pub login_url: String,
}

impl Page for Mailbox {
    const TEMPLATE: &'static str = "idp/mailbox.html";
    fn samples() -> Vec<Self> {
        let sample = |wrong: bool| {
            let mut form = Form::new("/minato/journey/x?step=mailbox", &["email"]);
            if wrong {
                form.mistake("email", "メールアドレスを入力してください。".into());
            }
            Self {
                title: "新規登録".into(),
                step: Place { n: 1, of: 4 },
                form,
                login_url: "/minato/login".into(),
            }
        };
        vec![sample(false), sample(true)]
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
    pub form: Form,
    pub restart_url: String,
}

impl Page for MailboxSent {
    const TEMPLATE: &'static str = "idp/mailbox_sent.html";
    fn samples() -> Vec<Self> {
        vec![Self {
            title: "新規登録".into(),
            step: Place { n: 1, of: 4 },
            email: "hanako@example.jp".into(),
            minutes: 180,
            sender: "no-reply@minato.example".into(),
            form: Form::new("/minato/journey/x?step=mailbox", &[]),
            restart_url: "/minato/register".into(),
        }]
    }
}

pub(super) fn show(running: &Running, step: &Next, minutes: i64) -> Result<Response, Error> {
    match &running.journey.state.email {
        None => ask(running, step, Form::new(running.action(step), &["email"])),
        Some(email) => running.visit.look.page(&MailboxSent {
            title: running.title(),
            step: step.into(),
            email: email.clone(),
            minutes,
            sender: running.visit.realm.definition.policy.mail.from.clone(),
            form: Form::new(running.action(step), &[]),
            restart_url: running.visit.path("register"),
        }),
    }
}

fn ask(running: &Running, step: &Next, form: Form) -> Result<Response, Error> {
    running.visit.look.page(&Mailbox {
        title: running.title(),
        step: step.into(),
        form,
        login_url: running.visit.path("login"),
    })
}

/// Sends the link, or, to an address that has an account, a mail that says so. The evidence is
/// written by the link's POST, never here.
pub(super) async fn verify(
    running: &mut Running,
    step: &Next<'_>,
    minutes: i64,
    posted: &Posted,
    conn: &mut Conn,
) -> Result<Verdict, Error> {
    let email = match running.journey.state.email.clone() {
        Some(email) => email,
        None => {
            let mut form = Form::new(running.action(step), &["email"]).typed(posted);
            match checked(posted.value("email")) {
                Ok(email) => email,
                Err(key) => {
                    form.mistake("email", running.visit.look.t(key, &[]));
                    return Ok(Verdict::Shown(ask(running, step, form)?));
                }
            }
        }
    };
    let visit = &running.visit;
    let (realm, look, now) = (&visit.realm, &visit.look, running.now);
    let insurer = realm.id();
    let bucket = format!("mail:{}", accounts::email_match(&email));
    let sent = attempts::count(conn, insurer, &bucket, 3600, now).await?;
    if sent <= MAILS_PER_HOUR {
        let outbox = &running.app.outbox;
        let known = accounts::by_email(conn, insurer, &email).await?.is_some();
        let token = random::secret();
        links::void(conn, insurer, &running.journey.journey_id, now).await?;
        // An address with an account gets a row, too, that no mail names: the same work is done.
        let hash = random::hash(&token);
        let expires_at = now + minutes * 60;
        links::insert(conn, insurer, &hash, &running.journey.journey_id, expires_at).await?;
        if known {
            let letter = AlreadyRegistered { login_url: realm.definition.policy.home.url.clone() };
            outbox.put(conn, (realm, look), &email, &letter, now).await?;
        } else {
            let url = format!("{}/link/{token}", realm.issuer);
            let letter = RegistrationLink { url, minutes };
            outbox.put(conn, (realm, look), &email, &letter, now).await?;
        }
    }
    running.journey.state.email = Some(email);
    let insurer = running.visit.realm.id().to_owned();
    let kept = journeys::update(conn, &insurer, &mut running.journey).await?;
    Ok(if kept { Verdict::Again } else { Verdict::Overtaken })
}

/// The address as it is used, or the message that says what is wrong (F064, F066, F067).
fn checked(typed: &str) -> Result<String, &'static str> {
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
    let domain = half.rsplit_once('@').is_some_and(|(_, domain)| domain.contains('.'));
    if dots || !domain || !half.is_ascii() || half.parse::<Address>().is_err() {
        return Err("error-email");
    }
    Ok(half)
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
        ] {
            assert_eq!(checked(bad), Err(key), "{bad}");
        }
        assert_eq!(checked(&format!("{}@example.jp", "a".repeat(260))), Err("error-email-long"));
    }
}

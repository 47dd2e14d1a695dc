//! `code-by-mail`: a person types the six digits that were mailed to the account's address. The code
//! goes out when the step comes up; it dies when it was right, when another is sent, and with time.

use super::mailbox::lost_url;
use super::verdict::{At, Limits, Prepared, Verdict};
use super::{Boxed, Step};
use crate::credentials::totp::typed;
use crate::journeys::choose::Ways;
use crate::mail::letters::CodeByMail;
use crate::store::accounts;
use crate::store::attempts::{self, Bucket, Limit};
use crate::user_agent;
use db::Tx;
use secret::{hash, random};
use serde::Serialize;
use web::look::Screen;
use web::{Error, Form, Page, Posted};

/// Wrong codes for one account in an hour: a code is one of a million. Only who knows the password
/// gets so far.
const WRONG: Limit = Limit::new(10, 3600).told();

/// And in a month, so that patience guesses none either (NIST SP 800-63B-4 §3.2.2: 100).
const OF_MONTH: Limit = Limit::new(100, 30 * 24 * 3600);

/// Codes that are mailed to one account in an hour. Strangers cannot use them up: they do not know
/// the password.
const MAILS: Limit = Limit::new(8, 3600);

/// How long a code is good.
const GOOD_SECS: i64 = 10 * 60;

/// How long one waits before another is sent.
const WAIT_SECS: i64 = 60;

/// Types a code.
#[derive(Serialize)]
pub struct Code {
    pub title: String,
    pub form: Form,
    /// Where it was sent, all but told; none while nothing was sent.
    pub sent_to: Option<String>,
    pub minutes: i64,
    pub sender: String,
    /// F095: one message for a wrong code, an old one and one that was used.
    pub failed: bool,
    pub attempts_left: i64,
    /// For how many days this browser can be remembered; 0: it cannot.
    pub remember_days: u16,
    /// For who cannot read the mail of the account any more, where the insurer has a way.
    pub lost_url: Option<String>,
    pub ways: Ways,
}

impl Page for Code {
    const TEMPLATE: &'static str = "idp/code_by_mail.html";
    fn samples() -> Vec<Self> {
        let sample = |sent: bool, failed: bool| Self {
            title: "ログイン".into(),
            form: Form::new("/minato/journey/x?step=code-by-mail", &["code"]),
            sent_to: sent.then(|| "h…@example.jp".into()),
            minutes: 10,
            sender: "no-reply@minato.example".into(),
            failed,
            attempts_left: 3,
            remember_days: if failed { 30 } else { 0 },
            lost_url: failed.then(|| "/minato/recover?what=address".into()),
            ways: if failed { Ways::sample() } else { Ways::default() },
        };
        vec![sample(false, false), sample(true, false), sample(true, true)]
    }
}

/// An address that only its owner recognises.
fn masked(address: &str) -> String {
    let (local, domain) = address.split_once('@').unwrap_or((address, ""));
    format!("{}…@{domain}", local.chars().next().unwrap_or_default())
}

/// What is kept of a code: bound to its journey.
fn mac(at: &At<'_>, code: &str) -> String {
    let message = format!("code-by-mail:{}:{code}", at.instance.id);
    hash::base64url(hash::hmac(&at.visit.realm.keys.refresh, message.as_bytes()))
}

fn number(at: &At<'_>, name: &str) -> Option<i64> {
    at.recall(name).and_then(|text| text.parse().ok())
}

/// Sends a code, in the place of the one before. `false` when too many were sent, or there is no
/// address.
async fn send(at: &mut At<'_>, tx: &mut Tx) -> Result<bool, Error> {
    let Some(id) = at.instance.learned.account.clone() else { return Ok(false) };
    let (insurer, now) = (at.visit.realm.id(), at.visit.now);
    let account = accounts::by_id(tx, insurer, &id).await?;
    let Some(email) = account.and_then(|account| account.email) else { return Ok(false) };
    if attempts::take(tx, insurer, &Bucket::code_mails(&id), MAILS, now).await?.is_none() {
        return Ok(false);
    }
    let code = random::digits(6);
    let letter = CodeByMail {
        code: code.clone(),
        minutes: GOOD_SECS / 60,
        device: user_agent::label(&at.visit.headers),
        at: at.visit.look.moment(now),
    };
    at.tools.outbox.put(tx, at.sender(), &email, &letter).await?;
    let mac = mac(at, &code);
    at.remember("mac", &mac);
    at.remember("to", &masked(&email));
    at.remember("sent", &now.to_string());
    Ok(true)
}

pub(super) struct Verify;

impl Step for Verify {
    /// The code is on its way when the page is shown.
    fn arrive<'a>(&'a self, at: &'a mut At<'_>, tx: &'a mut Tx) -> Boxed<'a, ()> {
        Box::pin(async move {
            if at.recall("mac").is_none() {
                send(at, tx).await?;
            }
            Ok(())
        })
    }

    fn show<'a>(&'a self, at: &'a At<'a>) -> Boxed<'a, Screen> {
        Box::pin(async move {
            at.screen(&Code {
                title: at.title.clone(),
                form: at.form(&["code"]),
                sent_to: at.recall("to"),
                minutes: GOOD_SECS / 60,
                sender: at.visit.realm.definition.policy.mail.from.clone(),
                failed: at.failed(),
                attempts_left: at.left,
                remember_days: at.remember_days(),
                lost_url: lost_url(at),
                ways: at.ways.clone(),
            })
        })
    }

    /// Asking for another code is no try.
    fn limits(&self, at: &At<'_>, answer: Option<(&Posted, &Prepared)>) -> Limits {
        let asks = answer.is_some_and(|(posted, _)| posted.value("send") == "again");
        match &at.instance.learned.account {
            Some(account) if !asks => {
                vec![(Bucket::code(account), WRONG), (Bucket::code_month(account), OF_MONTH)]
            }
            _ => Vec::new(),
        }
    }

    fn submit<'a>(
        &'a self,
        at: &'a mut At<'_>,
        posted: &'a Posted,
        _: Prepared,
        tx: &'a mut Tx,
    ) -> Boxed<'a, Verdict> {
        Box::pin(async move {
            let (mut form, now) = (Form::new("", &["code"]), at.visit.now);
            let sent = number(at, "sent");
            if sent.is_none() || posted.value("send") == "again" {
                let waits = sent.is_some_and(|sent| now < sent + WAIT_SECS);
                if waits || !send(at, tx).await? {
                    let key = if waits { "error-code-wait" } else { "error-code-mails" };
                    form.mistake("code", at.t(key));
                    return Ok(Verdict::Invalid(form));
                }
                return Ok(Verdict::Continue);
            }
            let Some(code) = typed(posted.value("code")) else {
                form.mistake("code", at.t("error-code"));
                return Ok(Verdict::Invalid(form));
            };
            let is_good = sent.is_some_and(|sent| now < sent + GOOD_SECS)
                && at.recall("mac").is_some_and(|kept| hash::equal(kept, mac(at, &code)));
            if !is_good {
                return Ok(Verdict::Wrong(form));
            }
            at.keep_browser(posted);
            Ok(Verdict::Proved(vec![at.evidence("mail")]))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn an_address_is_all_but_told() {
        assert_eq!(masked("hanako@example.jp"), "h…@example.jp");
        assert_eq!(masked("花@example.jp"), "花…@example.jp");
    }
}

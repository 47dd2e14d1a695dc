//! A person types the code that their authenticator app shows.

use crate::credentials::totp::{App, purpose, typed};
use crate::journeys::choose::Ways;
use crate::journeys::steps::verdict::{At, Limits, Prepared, Verdict};
use crate::journeys::steps::{Boxed, Step};
use crate::need::{Evidence, Kind};
use crate::store::attempts::{Bucket, Limit};
use crate::store::totp_devices;
use db::Tx;
use serde::Serialize;
use web::look::Screen;
use web::{Error, Form, Page, Posted};

/// Wrong codes for one account in an hour: a code is one of a million, and three are good at once.
/// Only who knows the password gets so far.
const WRONG: Limit = Limit::new(10, 3600).told();

/// And in a month, so that patience guesses none either (NIST SP 800-63B-4 §3.2.2: 100).
const OF_MONTH: Limit = Limit::new(100, 30 * 24 * 3600);

/// Types a code.
#[derive(Serialize)]
pub struct Code {
    pub title: String,
    pub form: Form,
    /// F095: one message for a wrong code, an old one and one that was used.
    pub failed: bool,
    pub attempts_left: i64,
    /// For how many days this browser can be remembered; 0: it cannot.
    pub remember_days: u16,
    pub ways: Ways,
    /// How another app takes the place of a lost one, where the insurer has a way.
    pub lost_url: Option<String>,
    /// What its owner calls each app.
    pub apps: Vec<String>,
}

impl Page for Code {
    const TEMPLATE: &'static str = "idp/totp.html";
    fn samples() -> Vec<Self> {
        let sample = |failed: bool, apps: &[&str]| Self {
            title: "ログイン".into(),
            form: Form::new("/minato/journey/x?step=totp", &["code"]),
            failed,
            attempts_left: 3,
            remember_days: if failed { 30 } else { 0 },
            lost_url: failed.then(|| "/minato/recover?what=app".into()),
            ways: if failed { Ways::sample() } else { Ways::default() },
            apps: apps.iter().map(|name| (*name).to_owned()).collect(),
        };
        vec![sample(false, &["スマートフォン"]), sample(true, &["スマートフォン", "会社の電話"])]
    }
}

pub(in crate::journeys::steps) struct Verify;

impl Step for Verify {
    fn show<'a>(&'a self, at: &'a At<'a>) -> Boxed<'a, Screen> {
        Box::pin(async move {
            let apps = match &at.instance.learned.account {
                Some(account) => {
                    let mut conn = at.tools.db.read().await?;
                    totp_devices::list(&mut conn, at.visit.realm.id(), account).await?
                }
                None => Vec::new(),
            };
            at.screen(&Code {
                title: at.title.clone(),
                form: at.form(&["code"]),
                failed: at.failed(),
                attempts_left: at.left,
                remember_days: at.remember_days(),
                ways: at.ways.clone(),
                lost_url: at
                    .definition
                    .recovery_of(Kind::Totp)
                    .map(|_| at.visit.path(&format!("recover?what=app&from={}", at.instance.id))),
                apps: apps.into_iter().map(|app| app.name).collect(),
            })
        })
    }

    fn limits(&self, at: &At<'_>, _: Option<(&Posted, &Prepared)>) -> Limits {
        let Some(account) = &at.instance.learned.account else { return Vec::new() };
        vec![(Bucket::totp(account), WRONG), (Bucket::totp_month(account), OF_MONTH)]
    }

    /// The code is compared with those of each app of the account.
    fn submit<'a>(
        &'a self,
        at: &'a mut At<'_>,
        posted: &'a Posted,
        _: Prepared,
        tx: &'a mut Tx,
    ) -> Boxed<'a, Verdict> {
        Box::pin(async move {
            let mut form = Form::new("", &["code"]);
            let Some(code) = typed(posted.value("code")) else {
                form.mistake("code", at.t("error-code"));
                return Ok(Verdict::Invalid(form));
            };
            let Some(account) = at.instance.learned.account.clone() else {
                return Ok(Verdict::Again);
            };
            let (insurer, now) = (at.visit.realm.id(), at.visit.now);
            for device in totp_devices::list(tx, insurer, &account).await? {
                let purpose = purpose(insurer, &account);
                let secret = at.tools.sealer.open(&purpose, &device.sealed)?;
                let app = App::new(&secret, "", "").map_err(Error::fault)?;
                let Some(step) = app.step(&code, now) else { continue };
                if totp_devices::take(tx, insurer, &device.device_id, step, now).await? {
                    at.keep_browser(posted);
                    let credential = Some(device.device_id.to_string());
                    return Ok(Verdict::Proved(vec![Evidence {
                        credential,
                        ..at.evidence("app")
                    }]));
                }
            }
            Ok(Verdict::Wrong(form))
        })
    }
}

//! A person types one of the codes that they wrote down.

use crate::credentials::recovery_codes::hashed;
use crate::journeys::choose::Ways;
use crate::journeys::steps::verdict::{At, Limits, Prepared, Verdict};
use crate::journeys::steps::{Boxed, Step};
use crate::store::attempts::{Bucket, Limit};
use crate::store::recovery_codes;
use db::Tx;
use serde::Serialize;
use web::look::Screen;
use web::{Form, Page, Posted};

/// Wrong codes for one account in an hour: they cannot be guessed, but cost.
const WRONG: Limit = Limit::new(10, 3600).told();

/// Types a code.
#[derive(Serialize)]
pub struct Code {
    pub title: String,
    pub form: Form,
    pub failed: bool,
    pub attempts_left: i64,
    pub ways: Ways,
}

impl Page for Code {
    const TEMPLATE: &'static str = "idp/recovery_code.html";
    fn samples() -> Vec<Self> {
        let sample = |failed: bool| Self {
            title: "ログイン".into(),
            form: Form::new("/minato/journey/x?step=recovery-code", &["code"]),
            failed,
            attempts_left: 3,
            ways: Ways::sample(),
        };
        vec![sample(false), sample(true)]
    }
}

pub(in crate::journeys::steps) struct Verify;

impl Step for Verify {
    fn show<'a>(&'a self, at: &'a At<'a>) -> Boxed<'a, Screen> {
        Box::pin(async move {
            at.screen(&Code {
                title: at.title.clone(),
                form: at.form(&["code"]),
                failed: at.failed(),
                attempts_left: at.left,
                ways: at.ways.clone(),
            })
        })
    }

    fn limits(&self, at: &At<'_>, _: Option<(&Posted, &Prepared)>) -> Limits {
        let Some(account) = &at.instance.learned.account else { return Vec::new() };
        vec![(Bucket::recovery_code(account), WRONG)]
    }

    fn submit<'a>(
        &'a self,
        at: &'a mut At<'_>,
        posted: &'a Posted,
        _: Prepared,
        tx: &'a mut Tx,
    ) -> Boxed<'a, Verdict> {
        Box::pin(async move {
            let mut form = Form::new("", &["code"]);
            let Some(hash) = hashed(posted.value("code")) else {
                form.mistake("code", at.t("error-recovery-code"));
                return Ok(Verdict::Invalid(form));
            };
            let Some(account) = at.instance.learned.account.clone() else {
                return Ok(Verdict::Again);
            };
            let (insurer, now) = (at.visit.realm.id(), at.visit.now);
            match recovery_codes::take(tx, insurer, &account, &hash, now).await? {
                true => Ok(Verdict::Proved(vec![at.evidence("written-down")])),
                false => Ok(Verdict::Wrong(form)),
            }
        })
    }
}

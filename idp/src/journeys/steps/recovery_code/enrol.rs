//! A person writes ten codes down; they count from when the person says so, in the place of all before.

use crate::credentials::recovery_codes::{codes, shown};
use crate::journeys::steps::verdict::{At, Place, Prepared, Verdict};
use crate::journeys::steps::{Boxed, Step};
use db::Tx;
use serde::Serialize;
use web::look::Screen;
use web::{Form, Page, Posted};

const FIELDS: [&str; 1] = ["kept"];

/// Shows the codes, this once.
#[derive(Serialize)]
pub struct WriteDown {
    pub title: String,
    pub step: Place,
    pub form: Form,
    pub codes: Vec<String>,
}

impl Page for WriteDown {
    const TEMPLATE: &'static str = "idp/recovery_codes.html";
    fn samples() -> Vec<Self> {
        let sample = |wrong: bool| {
            let mut form = Form::new("/minato/journey/x?step=recovery-code-enrol", &FIELDS);
            if wrong {
                form.mistake("kept", "チェックしてください。".into());
            }
            let codes = codes(b"sample", "x").iter().map(|code| shown(code)).collect();
            let title = "予備のコードを作る".into();
            Self { title, step: Place { n: 2, of: 2 }, form, codes }
        };
        vec![sample(false), sample(true)]
    }
}

/// The codes of this journey.
fn made(at: &At<'_>) -> Vec<String> {
    codes(&at.visit.realm.keys.refresh, &at.instance.id)
}

pub(in crate::journeys::steps) struct Enrol;

impl Step for Enrol {
    fn show<'a>(&'a self, at: &'a At<'a>) -> Boxed<'a, Screen> {
        Box::pin(async move {
            at.screen(&WriteDown {
                title: at.title.clone(),
                step: at.place,
                form: at.form(&FIELDS),
                codes: made(at).iter().map(|code| shown(code)).collect(),
            })
        })
    }

    fn submit<'a>(
        &'a self,
        at: &'a mut At<'_>,
        posted: &'a Posted,
        _: Prepared,
        _: &'a mut Tx,
    ) -> Boxed<'a, Verdict> {
        Box::pin(async move {
            if posted.value("kept") != "yes" {
                let mut form = Form::new("", &FIELDS);
                form.mistake("kept", at.t("error-codes-kept"));
                return Ok(Verdict::Invalid(form));
            }
            at.instance.learned.made_codes = true;
            Ok(Verdict::Proved(vec![at.evidence("shown")]))
        })
    }
}

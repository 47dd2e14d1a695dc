//! A person chooses a password in the place of the one that was lost.

use super::enrol::{Rules, check_password, refuse_breached};
use crate::credentials::password::Lane;
use crate::journeys::steps::verdict::{At, Place, Prepared, Verdict};
use crate::journeys::steps::{Boxed, Step};
use crate::need::{Act, Evidence, StepId};
use crate::store::{accounts, passwords};
use db::Tx;
use serde::Serialize;
use web::look::Screen;
use web::{Error, Form, Page, Posted};

const CHOOSE: [&str; 2] = ["password", "password_again"];

/// Chooses a password.
#[derive(Serialize)]
pub struct NewPassword {
    pub title: String,
    pub step: Place,
    pub form: Form,
    pub rules: Rules,
    /// Who has forgotten the password may have forgotten this, too.
    pub user_id: Option<String>,
}

impl Page for NewPassword {
    const TEMPLATE: &'static str = "idp/new_password.html";
    fn samples() -> Vec<Self> {
        let sample = |wrong: bool| {
            let mut form = Form::new("/minato/journey/x?step=password-replace", &CHOOSE);
            for field in CHOOSE.iter().filter(|_| wrong) {
                form.mistake(field, "入力してください。".into());
            }
            let rules =
                Rules { user_id_min: 8, user_id_max: 13, password_min: 15, password_max: 64 };
            Self {
                title: "パスワードの再設定".into(),
                step: Place { n: 3, of: 3 },
                form,
                rules,
                user_id: wrong.then(|| "hanako79".into()),
            }
        };
        vec![sample(false), sample(true)]
    }
}

/// What the account is called.
async fn user_id(at: &At<'_>) -> Result<Option<String>, Error> {
    let Some(id) = &at.instance.learned.account else { return Ok(None) };
    let mut conn = at.tools.db.read().await?;
    let account = accounts::by_id(&mut conn, at.visit.realm.id(), id).await?;
    Ok(account.and_then(|account| account.user_id))
}

/// F079: whether it is the password that the account has or, where the insurer wants it, one of those
/// before it.
async fn was_used(at: &At<'_>, password: &str) -> Result<bool, Error> {
    let Some(id) = &at.instance.learned.account else { return Ok(false) };
    let limit = 1 + i64::from(at.definition.policy.password.history);
    let mut conn = at.tools.db.read().await?;
    let hashes = passwords::history(&mut conn, at.visit.realm.id(), id, limit).await?;
    drop(conn);
    for hash in hashes {
        let matches = at.tools.hasher.matches(Lane::Anybody, password, Some(&hash)).await;
        if matches.map_err(|_| Error::BUSY)? {
            return Ok(true);
        }
    }
    Ok(false)
}

pub(in crate::journeys::steps) struct Replace;

impl Step for Replace {
    fn show<'a>(&'a self, at: &'a At<'a>) -> Boxed<'a, Screen> {
        Box::pin(async move {
            at.screen(&NewPassword {
                title: at.title.clone(),
                step: at.place,
                form: at.form(&CHOOSE),
                rules: Rules::of(at),
                user_id: user_id(at).await?,
            })
        })
    }

    /// Cheap checks come first: only a password that could be accepted is hashed.
    fn prepare<'a>(&'a self, at: &'a At<'a>, posted: &'a Posted) -> Boxed<'a, Prepared> {
        Box::pin(async move {
            let mut form = Form::new("", &CHOOSE);
            let user_id = user_id(at).await?.unwrap_or_default();
            check_password(at, &user_id, posted, &mut form);
            refuse_breached(at, posted, &mut form).await?;
            if form.is_wrong() {
                return Ok(Prepared::Mistakes(form));
            }
            if was_used(at, posted.raw("password")).await? {
                form.mistake("password", at.t("error-password-in-use"));
                return Ok(Prepared::Mistakes(form));
            }
            let hash = at.tools.hasher.hash(posted.raw("password")).await;
            Ok(Prepared::Hash(hash.map_err(|_| Error::BUSY)?))
        })
    }

    fn submit<'a>(
        &'a self,
        at: &'a mut At<'_>,
        _: &'a Posted,
        prepared: Prepared,
        _: &'a mut Tx,
    ) -> Boxed<'a, Verdict> {
        Box::pin(async move {
            let hash = match prepared {
                Prepared::Hash(hash) => hash,
                Prepared::Mistakes(form) => return Ok(Verdict::Invalid(form)),
                _ => return Ok(Verdict::Again),
            };
            at.instance.learned.password_hash = Some(hash);
            // Who has just chosen a password knows it.
            let replaced = at.evidence("chosen");
            let step = StepId::of(replaced.kind, Act::Verify);
            let known = Evidence { step, act: Act::Verify, ..replaced.clone() };
            Ok(Verdict::Proved(vec![replaced, known]))
        })
    }
}

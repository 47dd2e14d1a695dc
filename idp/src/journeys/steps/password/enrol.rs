//! A person chooses user ID and password.

use crate::credentials::password::is_common;
use crate::journeys::steps::verdict::{At, Place, Prepared, Verdict};
use crate::journeys::steps::{Boxed, Step};
use crate::need::{Act, StepId};
use crate::store::accounts;
use crate::store::addresses::match_form;
use db::Tx;
use serde::Serialize;
use web::look::Screen;
use web::{Error, Form, Page, Posted};

const CHOOSE: [&str; 3] = ["user_id", "password", "password_again"];

/// Chooses user ID and password.
#[derive(Serialize)]
pub struct Choose {
    pub title: String,
    pub step: Place,
    pub form: Form,
    pub rules: Rules,
}

/// Lengths in characters.
#[derive(Debug, Clone, Serialize)]
pub struct Rules {
    pub user_id_min: usize,
    pub user_id_max: usize,
    pub password_min: usize,
    pub password_max: usize,
}

impl Page for Choose {
    const TEMPLATE: &'static str = "idp/password.html";
    fn samples() -> Vec<Self> {
        let sample = |wrong: bool| {
            let mut form = Form::new("/minato/journey/x?step=password", &CHOOSE);
            for field in CHOOSE.iter().filter(|_| wrong) {
                form.mistake(field, "入力してください。".into());
            }
            let rules =
                Rules { user_id_min: 8, user_id_max: 13, password_min: 15, password_max: 64 };
            Self {
                title: "ユーザーIDとパスワードを決める".into(),
                step: Place { n: 4, of: 4 },
                form,
                rules,
            }
        };
        vec![sample(false), sample(true)]
    }
}

impl Rules {
    /// Those of the insurer.
    pub(in crate::journeys::steps) fn of(at: &At<'_>) -> Self {
        let policy = &at.definition.policy;
        Self {
            user_id_min: policy.user_id.min,
            user_id_max: policy.user_id.max,
            password_min: policy.password.min,
            password_max: policy.password.max,
        }
    }
}

fn draw(at: &At<'_>, form: Form) -> Result<Screen, Error> {
    at.screen(&Choose { title: at.title.clone(), step: at.place, form, rules: Rules::of(at) })
}

pub(in crate::journeys::steps) struct Enrol;

impl Step for Enrol {
    fn show<'a>(&'a self, at: &'a At<'a>) -> Boxed<'a, Screen> {
        Box::pin(async move { draw(at, at.form(&CHOOSE)) })
    }

    /// Cheap checks come first: only a password that could be accepted is hashed.
    fn prepare<'a>(&'a self, at: &'a At<'a>, posted: &'a Posted) -> Boxed<'a, Prepared> {
        Box::pin(async move {
            let mut form = Form::new("", &CHOOSE);
            check(at, posted, &mut form);
            refuse_breached(at, posted, &mut form).await?;
            if form.is_wrong() {
                return Ok(Prepared::Mistakes(form));
            }
            let hash = at.tools.hasher.hash(posted.raw("password")).await;
            Ok(Prepared::Hash(hash.map_err(|_| Error::BUSY)?))
        })
    }

    fn submit<'a>(
        &'a self,
        at: &'a mut At<'_>,
        posted: &'a Posted,
        prepared: Prepared,
        tx: &'a mut Tx,
    ) -> Boxed<'a, Verdict> {
        Box::pin(async move {
            let (mut form, hash) = match prepared {
                Prepared::Hash(hash) => (Form::new("", &CHOOSE), Some(hash)),
                Prepared::Mistakes(form) => (form, None),
                _ => return Ok(Verdict::Again),
            };
            form = form.typed(posted);
            let user_id = match_form(posted.value("user_id"));
            let may_be = form.errors.get("user_id").is_none_or(Option::is_none);
            if may_be && accounts::is_taken(tx, at.visit.realm.id(), &user_id).await? {
                form.mistake("user_id", at.t("error-user-id-taken"));
            }
            let (Some(hash), false) = (hash, form.is_wrong()) else {
                return Ok(Verdict::Invalid(form));
            };
            at.instance.learned.user_id = Some(user_id);
            at.instance.learned.password_hash = Some(hash);
            // Who has just chosen a password knows it.
            let enrolled = at.evidence("chosen");
            let step = StepId::of(enrolled.kind, Act::Verify);
            let known = crate::need::Evidence { step, act: Act::Verify, ..enrolled.clone() };
            Ok(Verdict::Proved(vec![enrolled, known]))
        })
    }
}

/// The rules for user ID and password (F034, F071 to F074, F077 to F079, C-02).
fn check(at: &At<'_>, posted: &Posted, form: &mut Form) {
    let user_id = match_form(posted.value("user_id"));
    let own = at.instance.learned.address.as_deref().map(match_form);
    check_user_id(at, &user_id, own.as_deref(), form);
    check_password(at, &user_id, posted, form);
}

/// The rules for a user ID in match form, of whom has this address.
pub(in crate::journeys::steps) fn check_user_id(
    at: &At<'_>,
    user_id: &str,
    own: Option<&str>,
    form: &mut Form,
) {
    let (policy, look) = (&at.definition.policy, &at.visit.look);
    let number = |name: &'static str, n: usize| (name, n.to_string());
    let length = user_id.chars().count();
    // An address as user ID only when it is the person's own: it must not name somebody else.
    let at_sign = if own == Some(user_id) { "@" } else { "" };
    let allowed = |c: char| {
        c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c) || at_sign.contains(c)
    };
    if user_id.is_empty() {
        form.mistake("user_id", look.t("error-required", &[]));
    } else if !user_id.chars().all(allowed) {
        form.mistake("user_id", look.t("error-user-id-characters", &[]));
    } else if length < policy.user_id.min || length > policy.user_id.max {
        let args = [number("min", policy.user_id.min), number("max", policy.user_id.max)];
        form.mistake("user_id", look.t("error-user-id-length", &args));
    }
}

/// A password that is good otherwise must not be one that became known.
pub(super) async fn refuse_breached(
    at: &At<'_>,
    posted: &Posted,
    form: &mut Form,
) -> Result<(), Error> {
    let is_good = form.errors.get("password").is_none_or(Option::is_none);
    if is_good && at.tools.breached.contains(posted.raw("password")).await? {
        form.mistake("password", at.t("error-password-breached"));
    }
    Ok(())
}

/// The rules for a new password of whom is called so.
pub(super) fn check_password(at: &At<'_>, user_id: &str, posted: &Posted, form: &mut Form) {
    let (policy, look) = (&at.definition.policy, &at.visit.look);
    let number = |name: &'static str, n: usize| (name, n.to_string());
    let own = at.instance.learned.address.as_deref().map(match_form);
    let password = posted.raw("password");
    let length = password.chars().count();
    let own_words: Vec<&str> = [user_id].into_iter().chain(own.as_deref()).collect();
    if password.is_empty() {
        form.mistake("password", look.t("error-required", &[]));
    } else if length < policy.password.min {
        let args = [number("min", policy.password.min)];
        form.mistake("password", look.t("error-password-short", &args));
    } else if length > policy.password.max {
        let args = [number("max", policy.password.max)];
        form.mistake("password", look.t("error-password-long", &args));
    } else if password.to_lowercase() == user_id {
        form.mistake("password", look.t("error-password-same-as-user-id", &[]));
    } else if is_common(password, &own_words) {
        form.mistake("password", look.t("error-password-common", &[]));
    }
    if posted.raw("password_again") != password {
        form.mistake("password_again", look.t("error-password-again", &[]));
    }
}

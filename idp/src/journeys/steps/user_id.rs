//! `user-id`: `replace` lets a member choose another user ID (F101).

use super::password::enrol::{Rules, check_user_id};
use super::verdict::{At, Place, Prepared, Verdict};
use super::{Boxed, Step};
use crate::store::accounts;
use crate::store::addresses::match_form;
use db::Tx;
use serde::Serialize;
use web::look::Screen;
use web::{Form, Page, Posted};

const FIELDS: [&str; 1] = ["user_id"];

/// Chooses a user ID.
#[derive(Serialize)]
pub struct NewUserId {
    pub title: String,
    pub step: Place,
    pub form: Form,
    pub rules: Rules,
}

impl Page for NewUserId {
    const TEMPLATE: &'static str = "idp/new_user_id.html";
    fn samples() -> Vec<Self> {
        let sample = |wrong: bool| {
            let mut form = Form::new("/minato/journey/x?step=user-id-replace", &FIELDS);
            if wrong {
                form.mistake("user_id", "入力してください。".into());
            }
            let rules =
                Rules { user_id_min: 8, user_id_max: 13, password_min: 15, password_max: 64 };
            Self {
                title: "ユーザーIDの変更".into(), step: Place { n: 2, of: 2 }, form, rules
            }
        };
        vec![sample(false), sample(true)]
    }
}

pub(super) struct Replace;

impl Step for Replace {
    fn show<'a>(&'a self, at: &'a At<'a>) -> Boxed<'a, Screen> {
        Box::pin(async move {
            at.screen(&NewUserId {
                title: at.title.clone(),
                step: at.place,
                form: at.form(&FIELDS),
                rules: Rules::of(at),
            })
        })
    }

    fn submit<'a>(
        &'a self,
        at: &'a mut At<'_>,
        posted: &'a Posted,
        _: Prepared,
        tx: &'a mut Tx,
    ) -> Boxed<'a, Verdict> {
        Box::pin(async move {
            let mut form = Form::new("", &FIELDS).typed(posted);
            let (insurer, user_id) = (at.visit.realm.id(), match_form(posted.value("user_id")));
            let own = match &at.instance.learned.account {
                Some(id) => accounts::by_id(tx, insurer, id).await?,
                None => None,
            };
            let address = own.as_ref().and_then(|own| own.email.as_deref()).map(match_form);
            check_user_id(at, &user_id, address.as_deref(), &mut form);
            if !form.is_wrong() && accounts::is_taken(tx, insurer, &user_id).await? {
                let same = own.is_some_and(|own| own.user_id.as_deref() == Some(&user_id));
                let key = if same { "error-user-id-same" } else { "error-user-id-taken" };
                // The own address is nobody else's.
                if same || address.as_deref() != Some(&user_id) {
                    form.mistake("user_id", at.t(key));
                }
            }
            if form.is_wrong() {
                return Ok(Verdict::Invalid(form));
            }
            at.instance.learned.user_id = Some(user_id);
            Ok(Verdict::Proved(vec![at.evidence("chosen")]))
        })
    }
}

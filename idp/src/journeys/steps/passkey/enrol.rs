//! A person makes a passkey on the device at hand, or on another one.

use super::verify::sample_offer;
use super::{Offer, offer, state};
use crate::credentials::passkey::{Made, ids};
use crate::credentials::providers;
use crate::journeys::choose::Ways;
use crate::journeys::instance::NewPasskey;
use crate::journeys::steps::verdict::{At, Place, Prepared, Verdict};
use crate::journeys::steps::{Boxed, Step};
use crate::need::{Act, Evidence, StepId};
use crate::store::{accounts, passkeys};
use crate::user_agent;
use db::Tx;
use serde::Serialize;
use std::collections::BTreeSet;
use web::look::Screen;
use web::{Error, Form, Page, Posted};

/// What is typed, and what is wrong with the passkey itself.
const FIELDS: [&str; 2] = ["name", KEEPER];
const KEEPER: &str = "keeper";

/// Characters of a passkey's name.
const LONGEST_NAME: usize = 40;

/// Makes a passkey.
#[derive(Serialize)]
pub struct Make {
    pub title: String,
    pub step: Place,
    pub form: Form,
    /// None where the provider's address allows no passkeys.
    pub passkey: Option<Offer>,
    pub failed: bool,
    pub ways: Ways,
}

impl Page for Make {
    const TEMPLATE: &'static str = "idp/passkey_enrol.html";
    fn samples() -> Vec<Self> {
        let sample = |failed: bool| {
            let mut form = Form::new("/minato/journey/x?step=passkey-enrol", &FIELDS);
            if failed {
                form.mistake("name", "入力してください。".into());
                form.mistake(KEEPER, "ほかの保管先をお使いください。".into());
            }
            Self {
                title: "パスキーの追加".into(),
                step: Place { n: 2, of: 2 },
                form,
                passkey: (!failed).then(sample_offer),
                failed,
                ways: if failed { Ways::sample() } else { Ways::default() },
            }
        };
        vec![sample(false), sample(true)]
    }
}

/// Whether the member calls another passkey so.
async fn is_taken(at: &At<'_>, name: &str) -> Result<bool, Error> {
    let Some(id) = &at.instance.learned.account else { return Ok(false) };
    let mut conn = at.tools.db.read().await?;
    let known = passkeys::list(&mut conn, at.visit.realm.id(), id).await?;
    Ok(known.iter().any(|key| key.name == name))
}

/// Whether the insurer lets this keep a passkey.
fn may_keep(at: &At<'_>, aaguid: Option<&str>) -> bool {
    let only = &at.definition.policy.passkeys.only;
    only.is_empty() || only.iter().any(|one| Some(one.as_str()) == aaguid)
}

/// Where passkeys are to be kept instead.
fn refusal(at: &At<'_>) -> String {
    let only = &at.definition.policy.passkeys.only;
    let names: BTreeSet<&str> = only.iter().filter_map(|one| providers::name(one)).collect();
    let names = names.into_iter().collect::<Vec<_>>().join(", ");
    match names.is_empty() {
        true => at.t("passkey-keeper-refused"),
        false => at.visit.look.t("passkey-keeper-only", &[("names", names)]),
    }
}

async fn made_for(at: &At<'_>) -> Result<Option<Offer>, Error> {
    let (Some(library), Some(id)) = (&at.tools.passkeys, &at.instance.learned.account) else {
        return Ok(None);
    };
    let insurer = at.visit.realm.id();
    let mut conn = at.tools.db.read().await?;
    let account = accounts::by_id(&mut conn, insurer, id).await?.ok_or(Error::NOT_FOUND)?;
    let known = passkeys::list(&mut conn, insurer, id).await?;
    drop(conn);
    let known: Vec<_> = known.into_iter().map(|key| key.credential_id).collect();
    let look = &at.visit.look;
    let names = (insurer, look.brand.name.in_language(&look.lang));
    let challenge = library.begin_enrolment(names, (id, account.shown_name()), ids(&known));
    offer(at, "passkey-enrol", challenge.map_err(Error::fault)?).map(Some)
}

pub(in crate::journeys::steps) struct Enrol;

impl Step for Enrol {
    fn show<'a>(&'a self, at: &'a At<'a>) -> Boxed<'a, Screen> {
        Box::pin(async move {
            let mut form = at.form(&FIELDS);
            if at.reply.is_none() {
                form.values.insert("name".into(), user_agent::label(&at.visit.headers));
            }
            at.screen(&Make {
                title: at.title.clone(),
                step: at.place,
                form,
                passkey: made_for(at).await?,
                failed: at.failed(),
                ways: at.ways.clone(),
            })
        })
    }

    fn prepare<'a>(&'a self, at: &'a At<'a>, posted: &'a Posted) -> Boxed<'a, Prepared> {
        Box::pin(async move {
            let name: String = posted.value("name").chars().take(LONGEST_NAME).collect();
            let mistake = match name.is_empty() {
                true => Some("error-required"),
                // F084
                false => is_taken(at, &name).await?.then_some("error-name-taken"),
            };
            if let Some(key) = mistake {
                let mut form = Form::new("", &FIELDS).typed(posted);
                form.mistake("name", at.t(key));
                return Ok(Prepared::Mistakes(form));
            }
            let (Some(library), Some(state)) =
                (&at.tools.passkeys, state(at, "passkey-enrol", posted))
            else {
                return Ok(Prepared::Nothing);
            };
            Ok(match library.enrolled(posted.value("credential"), &state) {
                Ok(made) if !may_keep(at, made.aaguid.as_deref()) => {
                    let mut form = Form::new("", &FIELDS).typed(posted);
                    form.mistake(KEEPER, refusal(at));
                    Prepared::Mistakes(form)
                }
                Ok(Made { credential_id, passkey, aaguid }) => {
                    Prepared::NewPasskey(NewPasskey { credential_id, name, passkey, aaguid })
                }
                Err(_) => Prepared::Nothing,
            })
        })
    }

    fn submit<'a>(
        &'a self,
        at: &'a mut At<'_>,
        posted: &'a Posted,
        prepared: Prepared,
        _: &'a mut Tx,
    ) -> Boxed<'a, Verdict> {
        Box::pin(async move {
            let made = match prepared {
                Prepared::NewPasskey(made) => made,
                Prepared::Mistakes(form) => return Ok(Verdict::Invalid(form)),
                _ => return Ok(Verdict::Wrong(Form::new("", &FIELDS).typed(posted))),
            };
            let credential = Some(made.credential_id.to_string());
            at.instance.learned.passkey = Some(made);
            // Who has just made it has unlocked it.
            let enrolled = Evidence { credential, ..at.evidence("webauthn") };
            let verify = StepId::of(enrolled.kind, Act::Verify);
            let known = Evidence { step: verify, act: Act::Verify, ..enrolled.clone() };
            Ok(Verdict::Proved(vec![enrolled, known]))
        })
    }
}

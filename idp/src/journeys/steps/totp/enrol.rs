//! A person sets up an authenticator app; a code that it shows proves that it is.

use crate::credentials::totp::{App, Picture, SECRET_BYTES, purpose, typed};
use crate::ids::CredentialId;
use crate::journeys::choose::Ways;
use crate::journeys::instance::NewApp;
use crate::journeys::steps::verdict::{At, Place, Prepared, Verdict};
use crate::journeys::steps::{Boxed, Step};
use crate::need::{Act, Evidence, StepId};
use crate::store::accounts;
use db::Tx;
use secret::hash;
use serde::Serialize;
use web::look::Screen;
use web::{Error, Form, Page, Posted};

const FIELDS: [&str; 2] = ["code", "name"];

/// Characters of an app's name.
const LONGEST_NAME: usize = 40;

/// Sets up an app.
#[derive(Serialize)]
pub struct SetUp {
    pub title: String,
    pub step: Place,
    pub form: Form,
    /// What apps read.
    pub picture: Option<Picture>,
    /// The same as a link, for an app on the same device.
    pub url: Option<String>,
    /// The same to be typed.
    pub key: String,
    /// What the app will show.
    pub label: String,
    pub ways: Ways,
}

impl Page for SetUp {
    const TEMPLATE: &'static str = "idp/totp_enrol.html";
    fn samples() -> Vec<Self> {
        let app = App::new(b"12345678901234567890", "みなと健康保険組合", "hanako79").ok();
        let sample = |wrong: bool| {
            let mut form = Form::new("/minato/journey/x?step=totp-enrol", &FIELDS);
            if wrong {
                form.mistake("code", "6桁の数字を入力してください。".into());
            }
            Self {
                title: "認証アプリの設定".into(),
                step: Place { n: 2, of: 2 },
                form,
                picture: app.as_ref().and_then(App::picture),
                url: app.as_ref().and_then(App::url),
                key: app.as_ref().map_or_else(String::new, App::key),
                label: "hanako79".into(),
                ways: if wrong { Ways::sample() } else { Ways::default() },
            }
        };
        vec![sample(false), sample(true)]
    }
}

/// The secret of this journey's app: the same however often the page is loaded.
fn secret(at: &At<'_>) -> Vec<u8> {
    let message = format!("totp:{}", at.instance.id);
    let mac = hash::hmac(&at.visit.realm.keys.refresh, message.as_bytes());
    mac[..SECRET_BYTES].to_vec()
}

/// What the app is to call the account.
async fn label(at: &At<'_>) -> Result<String, Error> {
    let Some(id) = &at.instance.learned.account else { return Ok(String::new()) };
    let mut conn = at.tools.db.read().await?;
    let account = accounts::by_id(&mut conn, at.visit.realm.id(), id).await?;
    Ok(account.map_or_else(String::new, |account| account.shown_name().to_owned()))
}

pub(in crate::journeys::steps) struct Enrol;

impl Step for Enrol {
    fn show<'a>(&'a self, at: &'a At<'a>) -> Boxed<'a, Screen> {
        Box::pin(async move {
            let label = label(at).await?;
            let look = &at.visit.look;
            let issuer = look.brand.name.in_language(&look.lang);
            let app = App::new(&secret(at), issuer, &label).map_err(Error::fault)?;
            at.screen(&SetUp {
                title: at.title.clone(),
                step: at.place,
                form: at.form(&FIELDS),
                picture: app.picture(),
                url: app.url(),
                key: app.key(),
                label,
                ways: at.ways.clone(),
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
            let mut form = Form::new("", &FIELDS).typed(posted);
            form.values.remove("code");
            let name: String = posted.value("name").chars().take(LONGEST_NAME).collect();
            if name.is_empty() {
                form.mistake("name", at.t("error-required"));
            }
            let secret = secret(at);
            let app = App::new(&secret, "", "").map_err(Error::fault)?;
            let step = match typed(posted.value("code")) {
                None => {
                    form.mistake("code", at.t("error-code"));
                    None
                }
                Some(code) => app.step(&code, at.visit.now),
            };
            if step.is_none() {
                // F093
                form.mistake("code", at.t("error-code-wrong"));
            }
            let Some(account) = at.instance.learned.account.clone() else {
                return Ok(Verdict::Again);
            };
            let (Some(step), false) = (step, form.is_wrong()) else {
                return Ok(Verdict::Invalid(form));
            };
            let sealed = at.tools.sealer.seal(&purpose(at.visit.realm.id(), &account), &secret);
            let device_id = CredentialId::random();
            let credential = Some(device_id.to_string());
            let sealed = hash::base64url(sealed);
            at.instance.learned.app = Some(NewApp { device_id, name, sealed, step });
            // Who has just set it up has used it.
            let enrolled = Evidence { credential, ..at.evidence("app") };
            let verify = StepId::of(enrolled.kind, Act::Verify);
            let known = Evidence { step: verify, act: Act::Verify, ..enrolled.clone() };
            Ok(Verdict::Proved(vec![enrolled, known]))
        })
    }
}

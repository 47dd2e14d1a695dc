//! Proof `password`: at registration a person chooses user ID and password, at login he knows
//! them.

use super::{Hashed, Place, Verdict};
use crate::journeys::Next;
use crate::journeys::page::Running;
use crate::store::{accounts, attempts, passwords};
use axum::http::StatusCode;
use axum::response::Response;
use db::Conn;
use serde::Serialize;
use web::{Error, Form, Page, Posted, random};

/// Wrong passwords for one user ID in a quarter of an hour; then nobody gets in for the rest of
/// it. A right password does not reset the counter (attack 24).
const WRONG_PER_LOGIN: i64 = 10;
const WINDOW: i64 = 15 * 60;

const CHOOSE: [&str; 3] = ["user_id", "password", "password_again"];
const KNOW: [&str; 2] = ["user_id", "password"];

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
            Self { title: "新規登録".into(), step: Place { n: 4, of: 4 }, form, rules }
        };
        vec![sample(false), sample(true)]
    }
}

/// Signs in.
#[derive(Serialize)]
pub struct Login {
    pub title: String,
    pub form: Form,
    pub register_url: String,
    /// Where the person wants to go.
    pub client_name: Option<String>,
    /// F058: one message for both causes.
    pub failed: bool,
}

impl Page for Login {
    const TEMPLATE: &'static str = "idp/login.html";
    /// F034: with the way to register.
    fn samples() -> Vec<Self> {
        let sample = |client: Option<&str>, failed| Self {
            title: "ログイン".into(),
            form: Form::new("/minato/journey/x?step=password", &KNOW),
            register_url: "/minato/register".into(),
            client_name: client.map(str::to_owned),
            failed,
        };
        vec![sample(None, false), sample(Some("加入者ポータル"), true)]
    }
}

fn chooses(running: &Running) -> bool {
    running.journey.kind == "register"
}

pub(super) fn show(running: &Running, step: &Next) -> Result<Response, Error> {
    if chooses(running) {
        return choose(running, step, Form::new(running.action(step), &CHOOSE));
    }
    let mut form = Form::new(running.action(step), &KNOW);
    if let Some(hint) = running.journey.state.request.as_ref().and_then(|r| r.login_hint.clone()) {
        form.values.insert("user_id".into(), hint.chars().take(255).collect());
    }
    know(running, form, false)
}

fn choose(running: &Running, step: &Next, form: Form) -> Result<Response, Error> {
    let policy = &running.definition.policy;
    running.visit.look.page(&Choose {
        title: running.title(),
        step: step.into(),
        form,
        rules: Rules {
            user_id_min: policy.user_id.min,
            user_id_max: policy.user_id.max,
            password_min: policy.password.min,
            password_max: policy.password.max,
        },
    })
}

fn know(running: &Running, form: Form, failed: bool) -> Result<Response, Error> {
    let look = &running.visit.look;
    let client = running.client.as_ref();
    look.page(&Login {
        title: running.title(),
        form,
        register_url: running.visit.path("register"),
        client_name: client.map(|client| client.name_in(&look.lang).to_owned()),
        failed,
    })
}

/// `https://host:port` of an address, for a content security policy: nothing that means something
/// else there.
pub(crate) fn origin(url: &str) -> Option<String> {
    let origin = url::Url::parse(url).ok()?.origin().ascii_serialization();
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._[]:/".contains(&b);
    (origin != "null" && origin.bytes().all(plain)).then_some(origin)
}

/// The work with argon2, before the transaction. Cheap checks come first: only a password that
/// could be accepted is hashed at registration.
pub(super) async fn hash(running: &Running, posted: &Posted) -> Result<Hashed, Error> {
    let hasher = &running.app.hasher;
    let password = posted.raw("password");
    let busy = |_| Error::BUSY;
    if chooses(running) {
        let mut form = Form::new("", &CHOOSE);
        check(running, posted, &mut form);
        return Ok(if form.is_wrong() {
            Hashed::Nothing
        } else {
            Hashed::New(hasher.hash(password).await.map_err(busy)?)
        });
    }
    let insurer = running.visit.realm.id();
    let login = posted.value("user_id");
    let mut conn = running.app.db.read().await?;
    let account = accounts::by_login(&mut conn, insurer, login).await?;
    let bucket = bucket(account.as_ref(), login);
    let tried = attempts::so_far(&mut conn, insurer, &bucket, running.now).await?;
    if tried >= WRONG_PER_LOGIN {
        return Ok(Hashed::Nothing);
    }
    let stored = match &account {
        Some(account) => passwords::active(&mut conn, insurer, &account.account_id).await?,
        None => None,
    };
    drop(conn);
    let too_long = password.chars().count() > 256;
    let typed = if too_long { "" } else { password };
    let matches = hasher.matches(typed, stored.as_deref()).await.map_err(busy)?;
    let account = account.filter(|_| matches && !too_long);
    Ok(Hashed::Matches { account_id: account.map(|account| account.account_id), bucket })
}

pub(super) async fn verify(
    running: &mut Running,
    step: &Next<'_>,
    posted: &Posted,
    hashed: Hashed,
    conn: &mut Conn,
) -> Result<Verdict, Error> {
    let insurer = running.visit.realm.id().to_owned();
    match hashed {
        Hashed::New(hash) => {
            let user_id = posted.value("user_id").to_lowercase();
            if accounts::by_login(conn, &insurer, &user_id).await?.is_some() {
                let mut form = Form::new(running.action(step), &CHOOSE).typed(posted);
                form.mistake("user_id", running.visit.look.t("error-user-id-taken", &[]));
                return Ok(Verdict::Shown(choose(running, step, form)?));
            }
            running.journey.state.user_id = Some(user_id);
            running.journey.state.auth_time = Some(running.now);
            running.journey.state.password_hash = Some(hash);
            Ok(Verdict::Proved { means: "chosen".into() })
        }
        Hashed::Nothing if chooses(running) => {
            let mut form = Form::new(running.action(step), &CHOOSE).typed(posted);
            check(running, posted, &mut form);
            Ok(Verdict::Shown(choose(running, step, form)?))
        }
        Hashed::Nothing => locked(running),
        Hashed::Matches { account_id: Some(account_id), bucket } => {
            // Read again: many tries at once must not pass the limit together.
            let tried = attempts::so_far(conn, &insurer, &bucket, running.now).await?;
            if tried >= WRONG_PER_LOGIN {
                return locked(running);
            }
            let lasting = format!("account:{account_id}");
            let kinds = crate::store::evidence::kinds(conn, &insurer, &lasting).await?;
            // Whoever was meant before: what counts is what this account agreed to.
            running.evidence.retain(|kind| !kind.starts_with("terms:"));
            running.journey.state.auth_time = Some(running.now);
            running.evidence.extend(kinds.into_iter().filter(|kind| kind.starts_with("terms:")));
            running.journey.state.account_id = Some(account_id);
            Ok(Verdict::Proved { means: "argon2id".into() })
        }
        Hashed::Matches { account_id: None, bucket } => {
            attempts::count(conn, &insurer, &bucket, WINDOW, running.now).await?;
            let form = Form::new(running.action(step), &KNOW).typed(posted);
            Ok(Verdict::Shown(know(running, form, true)?))
        }
    }
}

fn locked(running: &Running) -> Result<Verdict, Error> {
    let actions = running.visit.beginnings();
    let status = StatusCode::TOO_MANY_REQUESTS;
    let page = running.visit.look.told(status, "journey-locked", "warn", actions)?;
    Ok(Verdict::Shown(page))
}

/// The counter of an account, whether its user ID or its address was typed; else of what was
/// typed: hashed, because that may be anything, even a password.
fn bucket(account: Option<&accounts::Account>, login: &str) -> String {
    if let Some(account) = account {
        return format!("login:{}", account.account_id);
    }
    let digest = random::hash(&accounts::email_match(login));
    let hex: String = digest.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    format!("login:{hex}")
}

/// The rules for user ID and password (F071 to F074, F077 to F079, contradiction C-02).
fn check(running: &Running, posted: &Posted, form: &mut Form) {
    let policy = &running.definition.policy;
    let look = &running.visit.look;
    let number = |name: &'static str, n: usize| (name, n.to_string());
    let user_id = posted.value("user_id").to_lowercase();
    let length = user_id.chars().count();
    // An address as user ID only when it is the person's own: it must not name somebody else.
    let own = running.journey.state.email.as_deref().map(accounts::email_match);
    let at = if own.as_ref() == Some(&user_id) { "@" } else { "" };
    let allowed = |c: char| {
        c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c) || at.contains(c)
    };
    if user_id.is_empty() {
        form.mistake("user_id", look.t("error-required", &[]));
    } else if !user_id.chars().all(allowed) {
        form.mistake("user_id", look.t("error-user-id-characters", &[]));
    } else if length < policy.user_id.min || length > policy.user_id.max {
        let args = [number("min", policy.user_id.min), number("max", policy.user_id.max)];
        form.mistake("user_id", look.t("error-user-id-length", &args));
    }
    let password = posted.raw("password");
    let length = password.chars().count();
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
    } else if is_common(password, &user_id, running.journey.state.email.as_deref()) {
        form.mistake("password", look.t("error-password-common", &[]));
    }
    if posted.raw("password_again") != password {
        form.mistake("password_again", look.t("error-password-again", &[]));
    }
}

/// Whether a password is on the lists of common ones or made of the person's own words.
fn is_common(password: &str, user_id: &str, email: Option<&str>) -> bool {
    let own: Vec<&str> = [user_id].into_iter().chain(email).collect();
    u8::from(zxcvbn::zxcvbn(password, &own).score()) < 3
}

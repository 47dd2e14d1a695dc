//! A member's own page: what is registered, where they are signed in, and how to change it.

mod apps;
mod keys;

pub use apps::{add_app, ask_removal, remove_app};
pub use keys::{add_passkey, ask_passkey_removal, remove_passkey};

use crate::app::App;
use crate::definition::policy::When;
use crate::ids::Sid;
use crate::journeys::begin::{Begun, begin, sign_in_for};
use crate::journeys::goal::{Goal, Resume, What};
use crate::store::addresses::{self, Role};
use crate::store::events::{self, Detail, What as Happened};
use crate::store::{
    accounts, address_changes, browsers, passkeys, passwords, recovery_codes, sessions,
    totp_devices,
};
use crate::visit::Visit;
use crate::{browser, session};
use axum::extract::{Path, RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::Response;
use oidc::Params;
use serde::Serialize;
use std::sync::Arc;
use web::clock::today;
use web::look::{Action, Notice, keep_language, see_other};
use web::{Error, Form, Page, Posted};

/// The page's address, and where changes come back to.
const HERE: &str = "account";
/// The query of the page after a change: what was changed.
const CHANGED: &str = "changed";

/// Its words.
const CHANGES: [&str; 15] = [
    "notice-address",
    "notice-address-removed",
    "language",
    "password",
    "address",
    "address-kept",
    "sessions",
    "session",
    "codes",
    "password-removed",
    "user-id",
    "app-added",
    "app-removed",
    "passkey-added",
    "passkey-removed",
];

/// What is registered, and where the member is signed in.
#[derive(Serialize)]
pub struct Own {
    /// As the roster has it.
    pub name: Option<String>,
    pub user_id: Option<String>,
    pub email: Option<String>,
    /// Where mails about the account go besides.
    pub notice_address: Option<String>,
    pub notice_address_url: String,
    pub notice_address_remove_url: String,
    /// The language of the account, and the others that can be chosen.
    pub language: String,
    pub languages: Vec<&'static str>,
    pub language_url: String,
    /// The address that waits to take its place.
    pub waiting: Option<WaitingAddress>,
    /// The day when the password was chosen, `YYYY-MM-DD`; none when there is none.
    pub password_since: Option<String>,
    /// How to give it up, for who may.
    pub remove_password_url: Option<String>,
    pub sessions: Vec<Place>,
    /// The member's authenticator apps; none where logins never ask them.
    pub apps: Option<Vec<AppRow>>,
    pub add_app_url: String,
    /// The member's passkeys; none where they are not offered.
    pub passkeys: Option<Vec<AppRow>>,
    pub add_passkey_url: String,
    /// What the browser is told of them, as JSON.
    pub signals: Option<String>,
    /// Recovery codes that are left; none where no factor asks for them.
    pub codes_left: Option<i64>,
    pub make_codes_url: String,
    /// What was changed a moment ago: one of the words of `CHANGES`.
    pub changed: Option<&'static str>,
    /// Whether to ask at once if the other browsers are to be signed out; they are listed below.
    pub offers_sign_out: bool,
    pub form: Form,
    pub change_password_url: String,
    pub change_address_url: String,
    pub consents_url: String,
    pub history_url: String,
    pub agreed_url: String,
    pub lock_url: String,
    pub change_user_id_url: String,
    /// What is kept of the member, as JSON and as a table.
    pub json_url: String,
    pub csv_url: String,
    /// Who works for the insurer does not close the account.
    pub close_url: Option<String>,
}

/// An authenticator app, or a passkey.
#[derive(Serialize)]
pub struct AppRow {
    pub name: String,
    /// What keeps it, where that is known.
    pub keeper: Option<&'static str>,
    /// `YYYY-MM-DD`.
    pub since: String,
    pub used: String,
    /// How to remove it; none for the last one that must stay.
    pub remove_url: Option<String>,
    /// It works no more.
    pub is_blocked: bool,
}

/// An address that holds from a day on, unless its owner says no.
#[derive(Serialize)]
pub struct WaitingAddress {
    pub address: String,
    /// Seconds since 1970.
    pub from: i64,
    /// Where the no is posted to.
    pub keep_url: String,
}

/// A browser in which the member is signed in.
#[derive(Serialize)]
pub struct Place {
    /// It is this one.
    pub here: bool,
    /// What it says it is.
    pub device: Option<String>,
    /// Where it was when the member signed in.
    pub place: Option<String>,
    /// Seconds since 1970.
    pub since: i64,
    pub seen: i64,
    /// Where its sign-out is posted to.
    pub end_url: String,
}

impl Page for Own {
    const TEMPLATE: &'static str = "idp/own.html";
    fn samples() -> Vec<Self> {
        let place = |here| Place {
            here,
            device: (!here).then(|| "Chrome / Windows".into()),
            place: (!here).then(|| "神奈川県".into()),
            since: 1_790_000_000,
            seen: 1_790_003_600,
            end_url: "/minato/account/session/x".into(),
        };
        let sample = |changed: Option<&'static str>, sessions| Self {
            name: changed.map(|_| "港　花子".into()),
            user_id: Some("hanako79".into()),
            email: changed.map(|_| "hanako@example.jp".into()),
            notice_address: (changed == Some("codes")).then(|| "kazoku@example.jp".into()),
            notice_address_url: "/minato/account/notice-address".into(),
            notice_address_remove_url: "/minato/account/notice-address/remove".into(),
            language: "ja".into(),
            languages: if changed.is_some() { vec!["en"] } else { Vec::new() },
            language_url: "/minato/account/language".into(),
            waiting: (changed == Some("codes")).then(|| WaitingAddress {
                address: "hanako@mail.example".into(),
                from: 1_790_259_200,
                keep_url: "/minato/account/address/keep".into(),
            }),
            password_since: (changed != Some("password-removed")).then(|| "2026-04-01".into()),
            remove_password_url: changed.map(|_| "/minato/account/password/remove".into()),
            sessions,
            apps: changed.map(|_| {
                let row = |name: &str, remove: Option<&str>| AppRow {
                    name: name.into(),
                    keeper: remove.is_none().then_some("Google Password Manager"),
                    since: "2026-04-01".into(),
                    used: "2026-09-01".into(),
                    remove_url: remove.map(str::to_owned),
                    is_blocked: remove.is_none(),
                };
                vec![row("スマートフォン", Some("/minato/account/app/x")), row("会社の電話", None)]
            }),
            add_app_url: "/minato/account/app".into(),
            passkeys: changed.map(|_| Vec::new()),
            add_passkey_url: "/minato/account/passkey".into(),
            signals: changed.map(|_| "{}".into()),
            codes_left: changed.map(|word| if word == "codes" { 10 } else { 0 }),
            make_codes_url: "/minato/account/codes".into(),
            changed,
            offers_sign_out: changed == Some("passkey-added"),
            form: Form::new("/minato/account/sessions", &[]),
            change_password_url: "/minato/account/password".into(),
            change_address_url: "/minato/account/address".into(),
            consents_url: "/minato/consents".into(),
            history_url: "/minato/account/history".into(),
            agreed_url: "/minato/account/agreed".into(),
            lock_url: "/minato/account/lock".into(),
            change_user_id_url: "/minato/account/user-id".into(),
            json_url: "/minato/account/data/json".into(),
            csv_url: "/minato/account/data/csv".into(),
            close_url: Some("/minato/account/close".into()),
        };
        vec![
            sample(None, vec![place(true)]),
            sample(Some("password"), vec![place(true), place(false)]),
            sample(Some("address"), vec![place(true)]),
            sample(Some("address-kept"), vec![place(true)]),
            sample(Some("language"), vec![place(true)]),
            sample(Some("notice-address"), vec![place(true)]),
            sample(Some("notice-address-removed"), vec![place(true)]),
            sample(Some("sessions"), vec![place(true)]),
            sample(Some("session"), vec![place(true)]),
            sample(Some("codes"), vec![place(true)]),
            sample(Some("password-removed"), vec![place(true)]),
            sample(Some("user-id"), vec![place(true)]),
            sample(Some("app-added"), vec![place(true)]),
            sample(Some("app-removed"), vec![place(true)]),
            sample(Some("passkey-added"), vec![place(true)]),
            sample(Some("passkey-removed"), vec![place(true)]),
        ]
    }
}

/// `GET /{insurer}/account`
pub async fn show(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    mut visit: Visit,
) -> Result<Response, Error> {
    visit.look.policy.scripts.push("signals");
    let query = query.unwrap_or_default();
    let Some(session) = session::find(&app.tools.db, &visit).await? else {
        return sign_in_for(&visit, HERE);
    };
    let (insurer, id, now) = (visit.realm.id(), &session.account_id, visit.now);
    let mut conn = app.tools.db.read().await?;
    let found = accounts::with_person(&mut conn, insurer, id).await?;
    let (account, person) = found.ok_or(Error::NOT_FOUND)?;
    let since = passwords::since(&mut conn, insurer, id).await?;
    let idle = visit.realm.definition.policy.session.idle_minutes * 60;
    let living = sessions::living(&mut conn, insurer, id, now, now - idle).await?;
    let factor = visit.realm.definition.policy.second_factor.when;
    let apps = match factor {
        When::Never => None,
        _ => Some(totp_devices::list(&mut conn, insurer, id).await?),
    };
    let keys = match visit.realm.definition.policy.passkeys.offer {
        true => Some(passkeys::list(&mut conn, insurer, id).await?),
        false => None,
    };
    let codes_left = match factor != When::Never {
        true => Some(recovery_codes::left(&mut conn, insurer, id).await?.0),
        false => None,
    };
    let waiting = address_changes::of_account(&mut conn, insurer, id).await?;
    let notices = addresses::of_role(&mut conn, insurer, id, Role::Notices).await?;
    drop(conn);
    let works = keys.iter().flatten().any(|key| !key.is_blocked);
    let may_remove = visit.realm.definition.policy.passkeys.alone && works && since.is_some();
    let remove_password_url = may_remove.then(|| visit.path("account/password/remove"));
    let params = Params::parse(&query).unwrap_or_default();
    let changed = params.value(CHANGED);
    let changed = CHANGES.into_iter().find(|word| Some(*word) == changed);
    let language = account.language.clone().unwrap_or_else(|| visit.look.lang.clone());
    let signals = match (&app.tools.passkeys, &keys) {
        (Some(library), Some(keys)) => Some(keys::signals(library, &visit, &account, keys)),
        _ => None,
    };
    // After a new password, and after signing out, nobody else is in anyway.
    let asks = changed.is_some_and(|word| {
        !["password", "sessions", "session", "language", "address-kept"].contains(&word)
    });
    let offers_sign_out = asks && living.len() > 1;
    let places = living.into_iter().map(|one| Place {
        here: one.sid == session.sid,
        device: one.device,
        place: one.place.map(|place| place.in_language(&visit.look.lang).to_owned()),
        since: one.auth_time,
        seen: one.seen_at,
        end_url: visit.path(&format!("account/session/{}", one.sid)),
    });
    visit.look.page(&Own {
        name: person.map(|person| person.name),
        user_id: account.user_id,
        email: account.email,
        notice_address: notices.map(|(address, _)| address),
        notice_address_url: visit.path("account/notice-address"),
        notice_address_remove_url: visit.path("account/notice-address/remove"),
        languages: visit.look.other_languages(&language),
        language_url: visit.path("account/language"),
        language,
        waiting: waiting.map(|waiting| WaitingAddress {
            address: waiting.address,
            from: waiting.due_at,
            keep_url: visit.path("account/address/keep"),
        }),
        password_since: since.map(today),
        remove_password_url,
        sessions: places.collect(),
        apps: apps.map(|apps| {
            let must_stay = apps.len() == 1 && factor == When::Always;
            apps.into_iter().map(|app| apps::row(&visit, app, must_stay)).collect()
        }),
        add_app_url: visit.path("account/app"),
        passkeys: keys.map(|keys| {
            let work = keys.iter().filter(|key| !key.is_blocked).count();
            let rows = keys.into_iter().map(|key| {
                let is_last = since.is_none() && work == 1 && !key.is_blocked;
                keys::row(&visit, key, is_last)
            });
            rows.collect()
        }),
        add_passkey_url: visit.path("account/passkey"),
        signals,
        codes_left,
        make_codes_url: visit.path("account/codes"),
        changed,
        offers_sign_out,
        form: Form::new(visit.path("account/sessions"), &[]),
        change_password_url: visit.path("account/password"),
        change_address_url: visit.path("account/address"),
        consents_url: visit.path("consents"),
        history_url: visit.path("account/history"),
        agreed_url: visit.path("account/agreed"),
        lock_url: visit.path("account/lock"),
        change_user_id_url: visit.path("account/user-id"),
        json_url: visit.path("account/data/json"),
        csv_url: visit.path("account/data/csv"),
        close_url: are_members(&visit).then(|| visit.path("account/close")),
    })
}

/// The button that goes on to a removal.
const GO: &str = "remove-app-go";

/// Whether an app or a passkey is to be removed, by its name.
fn removal(visit: &Visit, name: String) -> String {
    visit.look.t("remove-app-ask", &[("name", name)])
}

/// Asks before something is removed, or the account closed.
fn ask(
    visit: &Visit,
    title: String,
    (text, go): (&str, &str),
    below: &str,
) -> Result<Response, Error> {
    let look = &visit.look;
    let action = |key: &str, below: &str, primary| Action {
        label: look.t(key, &[]),
        url: visit.path(below),
        primary,
    };
    let notice = Notice {
        title,
        paragraphs: vec![look.t(text, &[])],
        kind: "warn",
        actions: vec![action(go, below, true), action("ask-back", HERE, false)],
    };
    look.notice(StatusCode::OK, &notice)
}

/// `GET /{insurer}/account/codes`: begins to make recovery codes.
pub async fn make_codes(app: State<Arc<App>>, visit: Visit) -> Result<Response, Error> {
    change(&app, &visit, What::MakeCodes, "account?changed=codes").await
}

/// `GET /{insurer}/account/password`: begins the change of the password.
pub async fn change_password(app: State<Arc<App>>, visit: Visit) -> Result<Response, Error> {
    change(&app, &visit, What::Password, "account?changed=password").await
}

/// `GET /{insurer}/account/password/remove`: asks before the password is given up, or begins it.
pub async fn remove_password(
    app: State<Arc<App>>,
    RawQuery(query): RawQuery,
    visit: Visit,
) -> Result<Response, Error> {
    if !visit.realm.definition.policy.passkeys.alone {
        return Err(Error::NOT_FOUND);
    }
    if query.as_deref() == Some("go") {
        let then = "account?changed=password-removed";
        return change(&app, &visit, What::RemovePassword, then).await;
    }
    let title = visit.look.t("remove-password-ask", &[]);
    let below = "account/password/remove?go";
    ask(&visit, title, ("remove-password-text", "remove-password-go"), below)
}

/// `GET /{insurer}/account/user-id`: begins the change of the user ID.
pub async fn change_user_id(app: State<Arc<App>>, visit: Visit) -> Result<Response, Error> {
    change(&app, &visit, What::UserId, "account?changed=user-id").await
}

fn are_members(visit: &Visit) -> bool {
    visit.realm.definition.policy.accounts.are_members()
}

/// `GET /{insurer}/account/close`: asks before the account is closed, or begins it.
pub async fn close(
    app: State<Arc<App>>,
    RawQuery(query): RawQuery,
    visit: Visit,
) -> Result<Response, Error> {
    if !are_members(&visit) {
        return Err(Error::NOT_FOUND);
    }
    if query.as_deref() == Some("go") {
        return change(&app, &visit, What::Close, "closed").await;
    }
    let title = visit.look.t("close-ask", &[]);
    ask(&visit, title, ("close-text", "close-go"), "account/close?go")
}

/// `GET /{insurer}/closed`: the account is closed.
pub async fn closed(visit: Visit) -> Result<Response, Error> {
    visit.look.notice_page(StatusCode::OK, "closed", "success", Vec::new())
}

/// `GET /{insurer}/account/address`: begins the change of the address.
pub async fn change_address(app: State<Arc<App>>, visit: Visit) -> Result<Response, Error> {
    change(&app, &visit, What::Address, "account?changed=address").await
}

/// `POST /{insurer}/account/language`: in which language mails are written, and pages shown from now on
/// (F100).
pub async fn set_language(
    State(app): State<Arc<App>>,
    visit: Visit,
    posted: Posted,
) -> Result<Response, Error> {
    let Some(session) = session::find(&app.tools.db, &visit).await? else {
        return sign_in_for(&visit, HERE);
    };
    let language = posted.value("language");
    if !visit.look.other_languages("").contains(&language) {
        return Err(Error::Shown(StatusCode::BAD_REQUEST));
    }
    let mut tx = app.tools.db.begin().await?;
    accounts::set_language(&mut tx, visit.realm.id(), &session.account_id, language).await?;
    tx.commit().await?;
    let mut response = see_other(&visit.path("account?changed=language"));
    let line = keep_language(language, visit.secure);
    response.headers_mut().append(header::SET_COOKIE, line);
    Ok(response)
}

/// `POST /{insurer}/account/address/keep`: the address that waits shall not hold.
pub async fn keep_address(
    State(app): State<Arc<App>>,
    visit: Visit,
    _: Posted,
) -> Result<Response, Error> {
    let Some(session) = session::find(&app.tools.db, &visit).await? else {
        return sign_in_for(&visit, HERE);
    };
    let (insurer, id) = (visit.realm.id(), &session.account_id);
    let mut tx = app.tools.db.begin().await?;
    if address_changes::drop(&mut tx, insurer, id).await? {
        let happened = (&Detail::default(), visit.now);
        events::insert(&mut tx, insurer, id, Happened::AddressKept, happened).await?;
    }
    tx.commit().await?;
    Ok(see_other(&visit.path("account?changed=address-kept")))
}

/// `GET /{insurer}/account/notice-address`: begins to let mails go to another address, too.
pub async fn notice_address(app: State<Arc<App>>, visit: Visit) -> Result<Response, Error> {
    change(&app, &visit, What::NoticeAddress, "account?changed=notice-address").await
}

/// `GET /{insurer}/account/notice-address/remove`: begins the removal.
pub async fn remove_notice_address(app: State<Arc<App>>, visit: Visit) -> Result<Response, Error> {
    let then = "account?changed=notice-address-removed";
    change(&app, &visit, What::RemoveNoticeAddress, then).await
}

async fn change(app: &App, visit: &Visit, what: What, then: &str) -> Result<Response, Error> {
    let Some(session) = session::find(&app.tools.db, visit).await? else {
        return sign_in_for(visit, HERE);
    };
    let goal =
        Goal::Change { account: session.account_id, what, resume: Resume::Page(then.to_owned()) };
    match begin(visit, goal)? {
        Begun::Response(response) => Ok(response),
        Begun::TooLong => Err(Error::fault("a journey without a request is too long")),
    }
}

/// `POST /{insurer}/account/sessions`: signs out everywhere but here.
pub async fn end_others(
    State(app): State<Arc<App>>,
    visit: Visit,
    _: Posted,
) -> Result<Response, Error> {
    let Some(session) = session::find(&app.tools.db, &visit).await? else {
        return sign_in_for(&visit, HERE);
    };
    let realm = &visit.realm;
    let mut tx = app.tools.db.begin().await?;
    for sid in sessions::of_account(&mut tx, realm.id(), &session.account_id).await? {
        if sid != session.sid {
            session::end(&mut tx, &app.clients, realm, &sid, visit.now).await?;
        }
    }
    // A browser that is remembered there asks again.
    let here = browser::secret_hash(&visit);
    browsers::forget_others(&mut tx, realm.id(), &session.account_id, here.as_deref()).await?;
    let happened = (&Detail::default(), visit.now);
    let id = &session.account_id;
    events::insert(&mut tx, realm.id(), id, Happened::SignedOutElsewhere, happened).await?;
    tx.commit().await?;
    app.logouts.notify_one();
    Ok(see_other(&visit.path("account?changed=sessions")))
}

/// `POST /{insurer}/account/session/{sid}`: signs out one other browser of the member.
pub async fn end_one(
    State(app): State<Arc<App>>,
    Path((_, sid)): Path<(String, String)>,
    visit: Visit,
    _: Posted,
) -> Result<Response, Error> {
    let Some(session) = session::find(&app.tools.db, &visit).await? else {
        return sign_in_for(&visit, HERE);
    };
    let (realm, sid) = (&visit.realm, Sid::new(sid));
    let mut tx = app.tools.db.begin().await?;
    // Whose it is is asked of the table, not of the page; one that has ended by itself is out, too.
    if sessions::is_of(&mut tx, realm.id(), &sid, &session.account_id).await? {
        session::end(&mut tx, &app.clients, realm, &sid, visit.now).await?;
        // Which browser it was is not known for sure: each of the others asks again.
        let here = browser::secret_hash(&visit);
        browsers::forget_others(&mut tx, realm.id(), &session.account_id, here.as_deref()).await?;
    }
    tx.commit().await?;
    app.logouts.notify_one();
    Ok(see_other(&visit.path("account?changed=session")))
}

//! A forgotten user ID: address and birth date, and a mail that tells it.

use crate::app::App;
use crate::ids::AccountId;
use crate::journeys::steps::mailbox::checked;
use crate::mail;
use crate::mail::letters::{UserIdTold, UserIdUnknown};
use crate::store::attempts::{self, Bucket, Limit};
use crate::store::{accounts, addresses};
use crate::visit::Visit;
use axum::extract::{RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::Response;
use handover::date;
use oidc::Params;
use secret::hash;
use serde::Serialize;
use std::sync::Arc;
use web::look::see_other;
use web::{Error, Form, Outcome, Page, Posted, Reply};

/// Mails to one address in an hour, those of registrations and recoveries among them; more are not
/// sent, and the page does not tell.
const MAILS: Limit = Limit::new(5, 3600);

/// And from everywhere in a day.
const OF_DAY: Limit = Limit::new(30, 24 * 3600);

/// Questions of one browser in a day.
const ASKED: Limit = Limit::new(20, 24 * 3600).told();

/// The query of the page after a question.
const SENT: &str = "sent";

const FORM: [&str; 4] = ["email", "birth_year", "birth_month", "birth_day"];

/// Asks address and birth date.
#[derive(Serialize)]
pub struct Forgotten {
    pub form: Form,
    pub login_url: String,
}

impl Page for Forgotten {
    const TEMPLATE: &'static str = "idp/user_id.html";
    fn samples() -> Vec<Self> {
        let sample = |wrong: bool| {
            let mut form = Form::new("/minato/user-id", &FORM);
            for field in ["email", "birth_date"].iter().filter(|_| wrong) {
                form.mistake(field, "入力してください。".into());
            }
            Self { form, login_url: "/minato/login".into() }
        };
        vec![sample(false), sample(true)]
    }
}

/// Staff sign in with their address.
fn of_members(visit: &Visit) -> Result<(), Error> {
    let are = visit.realm.definition.policy.accounts.are_members();
    if are { Ok(()) } else { Err(Error::NOT_FOUND) }
}

/// `GET /{insurer}/user-id`
pub async fn show(RawQuery(query): RawQuery, visit: Visit) -> Result<Response, Error> {
    of_members(&visit)?;
    let params = Params::parse(query.as_deref().unwrap_or("")).unwrap_or_default();
    if params.has(SENT) {
        let on = visit.beginnings().into_iter().take(1).collect();
        return visit.look.notice_page(StatusCode::OK, "user-id-sent", "success", on);
    }
    let action = visit.path("user-id");
    let sealer = &visit.realm.keys.journeys;
    let reply = Reply::read(&visit.headers, sealer, &place(&visit), visit.secure);
    let form = match reply {
        Some(reply) => reply.form(action, &FORM, &visit.look.lang),
        None => Form::new(action, &FORM),
    };
    visit.look.page(&Forgotten { form, login_url: visit.path("login") })
}

/// `POST /{insurer}/user-id`: the same answer for everybody; the mail tells, to whoever reads it.
pub async fn submit(
    State(app): State<Arc<App>>,
    visit: Visit,
    posted: Posted,
) -> Result<Response, Error> {
    of_members(&visit)?;
    let look = &visit.look;
    let mut form = Form::new("", &FORM).typed(&posted);
    let email =
        checked(posted.value("email")).map_err(|key| form.mistake("email", look.t(key, &[])));
    let [year, month, day] =
        ["birth_year", "birth_month", "birth_day"].map(|name| posted.value(name));
    let born = date::year(year).and_then(|year| date::day(&format!("{year}/{month}/{day}")));
    if born.is_none() {
        form.mistake("birth_date", look.t("error-birth-date", &[]));
        form.errors.insert("birth_year".into(), Some(look.t("error-birth-date", &[])));
    }
    let (Ok(email), Some(born)) = (email, born) else {
        let reply = Reply::new(Outcome::Invalid, form, &look.lang);
        let sealer = &visit.realm.keys.journeys;
        let mut response = see_other(&visit.path("user-id"));
        let cookie = reply.cookie(sealer, &place(&visit), visit.secure);
        response.headers_mut().append(header::SET_COOKIE, cookie);
        return Ok(response);
    };
    let (realm, now) = (&visit.realm, visit.now);
    let insurer = realm.id();
    let browser = Bucket::browser("user-id", &hash::s256(visit.browser()));
    let mut tx = app.tools.db.begin().await?;
    if attempts::take(&mut tx, insurer, &browser, ASKED, now).await?.is_none() {
        return Err(Error::Shown(StatusCode::TOO_MANY_REQUESTS));
    }
    let same = addresses::match_form(&email);
    let counters =
        [(Bucket::address_from(&same, visit.address), MAILS), (Bucket::address(&same), OF_DAY)];
    if attempts::take_all(&mut tx, insurer, &counters, now).await? {
        // Asked about nobody, too: the same statements run for every address.
        let account = addresses::account(&mut tx, insurer, &email).await?;
        let account = account.unwrap_or_else(|| AccountId::new(""));
        let found = accounts::with_person(&mut tx, insurer, &account).await?;
        let born = born.to_string();
        let told = found.and_then(|(account, person)| {
            let same = person.is_some_and(|person| person.birth_date == born);
            account.user_id.filter(|_| same && account.state == accounts::State::Active)
        });
        let from = mail::From { realm, look, now };
        let login_url = realm.definition.policy.home.for_members().to_owned();
        let outbox = &app.tools.outbox;
        match told {
            Some(user_id) => {
                outbox.put(&mut tx, from, &email, &UserIdTold { user_id, login_url }).await?;
            }
            None => outbox.put(&mut tx, from, &email, &UserIdUnknown { login_url }).await?,
        }
    }
    tx.commit().await?;
    app.tools.outbox.posted();
    Ok(see_other(&visit.path(&format!("user-id?{SENT}=1"))))
}

fn place(visit: &Visit) -> String {
    format!("{}:user-id", visit.realm.id())
}

//! The mailed link: GET shows a button, POST is the second half of the step that sent it.

use super::Tools;
use super::begin::{Ticket, counted};
use super::goal::{Goal, What};
use super::instance::Instance;
use super::running::{Found, find};
use super::submit::{advance, conclude};
use crate::ids::{AccountId, JourneyId};
use crate::need::{Act, Evidence, Kind, Next, next};
use crate::store::links::{self, Target};
use crate::store::{addresses, evidence, journeys};
use crate::visit::Visit;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use db::Conn;
use secret::hash;
use serde::Serialize;
use web::look::see_other;
use web::{Error, Form, Page};

/// Shown by the link. Mail scanners open links, so nothing happens before the button (F037).
#[derive(Serialize)]
pub struct MailboxOpen {
    pub title: String,
    /// The address that is being proved: a link that somebody else began with another address is
    /// known by it.
    pub address: String,
    /// What the address is for: `register`, `recover`, `replace-app`, `replace-address`, `change` or
    /// `notices`.
    pub purpose: &'static str,
    pub form: Form,
}

impl Page for MailboxOpen {
    const TEMPLATE: &'static str = "idp/mailbox_open.html";
    fn samples() -> Vec<Self> {
        vec![Self {
            title: "メールアドレスの確認".into(),
            address: "hanako@example.jp".into(),
            purpose: "register",
            form: Form::new("/minato/link/abc", &[]),
        }]
    }
}

/// The button.
pub async fn show(tools: &Tools, visit: &Visit, token: &str) -> Result<Response, Error> {
    let mut conn = tools.db.read().await?;
    let (insurer, now) = (visit.realm.id(), visit.now);
    let token_hash = hash::sha256(token);
    let Some(target) = links::open(&mut conn, insurer, &token_hash, now).await? else {
        // The mail is a good bookmark: it leads to what goes on in this browser.
        return second_click(&mut conn, visit, &token_hash).await;
    };
    let row = journeys::by_id(&mut conn, insurer, &target.journey_id, now).await?;
    let instance = row.and_then(|row| opened(visit, &target.journey_id, &row.sealed));
    let Some(instance) = instance else { return gone(visit) };
    let form = Form::new(visit.path(&format!("link/{token}")), &[]);
    let address = instance.drafts.get(&target.step).and_then(|draft| draft["email"].as_str());
    visit.look.page(&MailboxOpen {
        title: visit.look.t("mailbox-open-title", &[]),
        address: address.unwrap_or_default().to_owned(),
        purpose: match instance.goal {
            Goal::Recover(_) => "recover",
            Goal::ReplaceApp(_) => "replace-app",
            Goal::ReplaceAddress(_) => "replace-address",
            Goal::Change { what: What::NoticeAddress, .. } => "notices",
            Goal::Change { .. } => "change",
            _ => "register",
        },
        form,
    })
}

fn gone(visit: &Visit) -> Result<Response, Error> {
    visit.look.notice_page(StatusCode::OK, "link-gone", "warn", visit.beginnings())
}

fn opened(visit: &Visit, id: &JourneyId, sealed: &[u8]) -> Option<Instance> {
    Instance::from_row(sealed, &visit.realm.keys.journeys, visit.realm.id(), id)
}

/// The browser that presses the button goes on with the journey; one that began it with somebody
/// else's address is left behind (its secret is void).
pub async fn submit(tools: &Tools, mut visit: Visit, token: &str) -> Result<Response, Error> {
    let (insurer, now) = (visit.realm.id().clone(), visit.now);
    let mut tx = tools.db.begin().await?;
    let token_hash = hash::sha256(token);
    let browser = hash::sha256(visit.browser());
    let Some(target) = links::mark_used(&mut tx, &insurer, &token_hash, &browser, now).await?
    else {
        let since = now - DOUBLE_CLICK_SECS;
        let again = links::pressed_again(&mut tx, &insurer, &token_hash, &browser, since).await?;
        return match again {
            Some(target) => pressed_again(&mut tx, &visit, &target.journey_id, token).await,
            None => second_click(&mut tx, &visit, &token_hash).await,
        };
    };
    let Target { journey_id, step } = target;
    let row = journeys::by_id(&mut tx, &insurer, &journey_id, now).await?;
    let Some(row) = row else { return gone(&visit) };
    let Some(mut instance) = opened(&visit, &journey_id, &row.sealed) else { return gone(&visit) };
    let Some(address) = instance.draft(&step, "email").map(str::to_owned) else {
        return gone(&visit);
    };
    if let Goal::Recover(_) | Goal::ReplaceApp(_) = instance.goal {
        // Who reads the mail of an account says whose account it is.
        let account = addresses::account(&mut tx, &insurer, &address).await?;
        let known = instance.learned.account.clone();
        let same = |account: &AccountId| known.as_ref().is_none_or(|known| known == account);
        let Some(account) = account.filter(same) else { return gone(&visit) };
        instance.learned.account = Some(account);
    }
    instance.learned.address = Some(address);
    instance.drafts.remove(&step);
    let proved = Evidence {
        step: step.clone(),
        kind: Kind::Mailbox,
        act: match instance.goal {
            Goal::ReplaceAddress(_) => Act::Replace,
            _ => Act::Verify,
        },
        credential: None,
        means: "link".to_owned(),
        at: now,
        until: None,
    };
    let holder = evidence::Holder::Journey(&journey_id);
    evidence::insert(&mut tx, &insurer, holder, &proved).await?;
    let ticket = ticket(&visit, &journey_id, token);
    let sealed = instance.for_row(&visit.realm.keys.journeys, &insurer);
    let kept = journeys::Stored { sealed, ..row };
    if !journeys::update(&mut tx, &insurer, &journey_id, &kept).await? {
        drop(tx);
        return gone(&visit);
    }
    let secret = hash::sha256(ticket.secret());
    journeys::rotate_secret(&mut tx, &insurer, &journey_id, &secret).await?;
    tx.commit().await?;
    visit.tally.count(counted(&visit, &instance), &step.0, "right");
    let cookie = ticket.cookie(&visit, &instance);
    carry(&mut visit, &cookie);
    // When the mailbox was the last thing that was missing, this click ends the journey.
    let mut running = match find(tools, visit, &journey_id).await? {
        Found::Running(running) => running,
        Found::Gone(response) => return Ok(response),
    };
    let need = running.need()?;
    let ends = next(&need, &running.known()) == Next::Done;
    let mut response = match ends {
        false => see_other(&running.here_url()),
        true => {
            let mut tx = tools.db.begin().await?;
            let advanced = advance(&mut running, &mut tx).await?;
            conclude(&running, tx, advanced).await?
        }
    };
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}

/// How long the second click of a double one may take.
const DOUBLE_CLICK_SECS: i64 = 60;

/// What the browser that presses a link's button holds of the journey from then on: of one browser and one
/// link always the same, so that of two answers to a double click it does not matter which arrives, or
/// arrives last.
fn ticket(visit: &Visit, id: &JourneyId, token: &str) -> Ticket {
    let message = format!("link:{id}:{token}:{}", visit.browser());
    Ticket::Row(hash::base64url(hash::hmac(&visit.realm.keys.refresh, message.as_bytes())))
}

/// The button was clicked twice, and the browser shows the second answer only: the journey goes on there.
async fn pressed_again(
    conn: &mut Conn,
    visit: &Visit,
    id: &JourneyId,
    token: &str,
) -> Result<Response, Error> {
    let (insurer, now) = (visit.realm.id(), visit.now);
    let row = journeys::by_id(conn, insurer, id, now).await?;
    let Some(row) = row else { return visit.gone() };
    let ticket = ticket(visit, id, token);
    let Some(instance) = opened(visit, id, &row.sealed)
        .filter(|_| hash::equal(hash::sha256(ticket.secret()), &row.secret_hash))
    else {
        return visit.gone();
    };
    let mut response = see_other(&visit.path(&format!("journey/{id}")));
    response.headers_mut().append(header::SET_COOKIE, ticket.cookie(visit, &instance));
    Ok(response)
}

/// A second click of the same browser: the journey is open, it goes on.
async fn second_click(conn: &mut Conn, visit: &Visit, token: &[u8]) -> Result<Response, Error> {
    let (insurer, now) = (visit.realm.id(), visit.now);
    if let Some(target) = links::target_of(conn, insurer, token).await?
        && let Some(ticket) = Ticket::of(visit, &target.journey_id)
        && let Some(row) = journeys::by_id(conn, insurer, &target.journey_id, now).await?
        && hash::equal(hash::sha256(ticket.secret()), &row.secret_hash)
    {
        return Ok(see_other(&visit.path(&format!("journey/{}", target.journey_id))));
    }
    gone(visit)
}

/// Lets the rest of this request see the cookie that its answer sets.
fn carry(visit: &mut Visit, set_cookie: &HeaderValue) {
    let pair = set_cookie.to_str().ok().and_then(|line| line.split(';').next());
    let before = visit.headers.get(header::COOKIE).and_then(|line| line.to_str().ok());
    // The first of two cookies with one name counts.
    let line = format!("{}; {}", pair.unwrap_or_default(), before.unwrap_or_default());
    if let Ok(line) = HeaderValue::from_str(&line) {
        visit.headers.insert(header::COOKIE, line);
    }
}

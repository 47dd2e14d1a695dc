//! Pages that let nobody go on for now: after too many wrong answers, and where the account is shut.

use super::choose;
use super::steps::verdict::At;
use crate::need::Kind;
use crate::visit::Visit;
use axum::http::{StatusCode, header};
use axum::response::Response;
use web::look::{Action, Notice};
use web::{Error, Form, Look, Page};

/// Too many wrong answers to a step: the other ways to prove the same are not closed by it.
pub(super) fn locked_step(at: &At<'_>, until: i64) -> Result<Response, Error> {
    let look = &at.visit.look;
    if !at.ways.others.is_empty() || at.ways.back {
        let page = instead(at, look.t("locked-text", &[("until", until_shown(look, until))]));
        return look.draw(StatusCode::TOO_MANY_REQUESTS, choose::Choose::TEMPLATE, &page);
    }
    let lost = at.step.kind == Kind::Totp && at.definition.recovery_of(Kind::Totp).is_some();
    let actions = lost.then(|| Action {
        label: look.t("totp-lost-go", &[]),
        url: at.visit.path(&format!("recover?what=app&from={}", at.instance.id)),
        primary: false,
    });
    locked(at.visit, until, actions.into_iter().collect())
}

/// The other ways, where the one that was asked is closed for a while.
fn instead(at: &At<'_>, lead: String) -> choose::Choose {
    let mut options = at.ways.others.clone();
    if at.ways.back {
        options.push(choose::Choice { id: choose::BACK.to_owned(), label: at.t("ways-back") });
    }
    let form = Form::new(at.ways.action.clone(), &[]);
    choose::Choose { title: at.title.clone(), lead, form, options, later: false }
}

/// A time for people: the minute in which it is over has begun before that.
fn until_shown(look: &Look, until: i64) -> String {
    look.moment(until + 59)
}

/// Too many wrong answers: until when, and nothing to press that would only count again.
fn locked(visit: &Visit, until: i64, actions: Vec<Action>) -> Result<Response, Error> {
    let (look, wait) = (&visit.look, until - visit.now);
    let args = [("until", until_shown(look, until))];
    let notice = Notice {
        title: look.t("locked-title", &[]),
        paragraphs: vec![look.t("locked-text", &args), look.t("locked-ask", &[])],
        kind: "warn",
        actions,
    };
    let mut response = look.notice(StatusCode::TOO_MANY_REQUESTS, &notice)?;
    let headers = response.headers_mut();
    headers.insert(header::RETRY_AFTER, wait.max(1).into());
    // Whoever has waited a little while comes back to the form by itself.
    if wait < 60 {
        headers.insert(header::REFRESH, (wait + 1).into());
    }
    Ok(response)
}

/// Its owner or the help desk shut the account; where the insurer has a recovery, it opens it again.
pub(super) fn locked_account(visit: &Visit) -> Result<Response, Error> {
    let (look, (then, actions)) = (&visit.look, visit.way_back());
    let notice = Notice {
        title: look.t("locked-account-title", &[]),
        paragraphs: vec![look.t("locked-account-text", &[]), then],
        kind: "warn",
        actions,
    };
    look.notice(StatusCode::FORBIDDEN, &notice)
}

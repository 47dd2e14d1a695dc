//! Shows what is asked now, and takes an answer. This is where the transaction begins and ends.

use super::advanced::Advanced;
use super::begin::Ticket;
use super::finish::{self, Finished};
use super::running::{Found, Running, find};
use super::steps;
use super::steps::verdict::{At, Limits, Place, Verdict};
use super::{Tools, choose};
use crate::ids::JourneyId;
use crate::need::plan::place;
use crate::need::{Next, Step, next};
use crate::store::evidence::Holder;
use crate::store::{agreements, attempts, evidence, journeys};
use crate::visit::Visit;
use axum::http::{StatusCode, header};
use axum::response::Response;
use db::Tx;
use secret::hash;
use web::look::{Screen, see_other};
use web::{Error, Posted};

/// What is asked next.
pub async fn show(tools: &Tools, visit: Visit, id: &JourneyId) -> Result<Response, Error> {
    let mut running = match find(tools, visit, id).await? {
        Found::Running(running) => running,
        Found::Gone(response) => return Ok(response),
    };
    let need = running.need()?;
    let step = match next(&need, &running.known()) {
        Next::Ask(step) => step.clone(),
        Next::Choose(needs) => return choose::among(&running, &needs),
        Next::Offer(need) => return choose::offer(&running, need),
        Next::Done => return choose::go_on(&running),
        Next::Stuck(why) => return stuck(&running, why),
    };
    let asked = steps::of(step.kind, step.act)?;
    let mut at = running.at(&need, &step);
    let limits = asked.limits(&at, None);
    if !limits.is_empty() {
        let mut conn = tools.db.read().await?;
        for (bucket, limit) in &limits {
            let (insurer, now) = (at.visit.realm.id(), at.visit.now);
            let left = attempts::left(&mut conn, insurer, bucket, *limit, now).await?;
            at.left = at.left.min(left);
        }
        drop(conn);
        if at.left <= 0 {
            return locked(at.visit);
        }
    }
    let screen = asked.show(&at).await?;
    Ok(at.visit.look.answer(screen))
}

/// An answer to what is asked now. An answer to another step (the same form twice, a later one
/// first) changes nothing and leads to what is asked now.
pub async fn submit(
    tools: &Tools,
    visit: Visit,
    id: &JourneyId,
    asked: Option<&str>,
    posted: &Posted,
) -> Result<Response, Error> {
    let mut running = match find(tools, visit, id).await? {
        Found::Running(running) => running,
        Found::Gone(response) => return Ok(response),
    };
    let asked = asked.unwrap_or_default();
    let need = running.need()?;
    let step = match next(&need, &running.known()) {
        Next::Ask(step) if step.id.0 == asked => step.clone(),
        Next::Choose(needs) if asked == choose::STEP => {
            let picked = choose::picked(&needs, posted);
            running.instance.chosen.extend(picked);
            return keep_choice(running).await;
        }
        Next::Offer(offered) if asked == choose::STEP => {
            let first = offered.steps().first().map(|step| step.id.clone());
            match posted.value("choice") {
                "later" => running.instance.declined.extend(first),
                _ => running.instance.chosen.extend(first),
            }
            return keep_choice(running).await;
        }
        Next::Done if asked == choose::STEP => {
            let mut tx = tools.db.begin().await?;
            let advanced = advance(&mut running, &mut tx).await?;
            return conclude(&running, tx, advanced).await;
        }
        Next::Stuck(why) => return stuck(&running, why),
        _ => return Ok(see_other(&running.here_url())),
    };
    answer(running, &need, &step, posted).await
}

async fn answer(
    mut running: Box<Running<'_>>,
    need: &crate::need::Need,
    step: &Step,
    posted: &Posted,
) -> Result<Response, Error> {
    let tools = running.tools;
    let asked = steps::of(step.kind, step.act)?;
    let mut at = running.at(need, step);
    let prepared = asked.prepare(&at, posted).await?;
    let limits = asked.limits(&at, Some((posted, &prepared)));
    let mut tx = tools.db.begin().await?;
    for (bucket, limit) in &limits {
        let (insurer, now) = (at.visit.realm.id(), at.visit.now);
        let left = attempts::held_left(&mut tx, insurer, bucket, *limit, now).await?;
        if left == 0 {
            return locked(at.visit);
        }
        // What others tried is not told.
        if limit.tells {
            at.left = at.left.min(left);
        }
    }
    let verdict = asked.submit(&mut at, posted, prepared, &mut tx).await?;
    drop(at);
    let advanced = match verdict {
        Verdict::Proved(proved) => {
            running.instance.drafts.remove(&step.id);
            running.here.extend(proved);
            advance(&mut running, &mut tx).await?
        }
        Verdict::Agreed(agreed) => {
            running.agreed_here.extend(agreed);
            advance(&mut running, &mut tx).await?
        }
        Verdict::Continue => match keep(&mut running, &mut tx).await? {
            Some(response) => Advanced::Kept(response),
            None => Advanced::Overtaken,
        },
        Verdict::Again => return Ok(see_other(&running.here_url())),
        Verdict::Invalid(screen) => return Ok(running.visit.look.answer(screen)),
        Verdict::Wrong(screen) => {
            Advanced::Kept(counted(&running, &limits, &mut tx, screen).await?)
        }
        Verdict::Anew => match finish::begin_anew(&running, &mut tx).await? {
            Finished::Done(response) => Advanced::Kept(response),
            Finished::Lost => Advanced::Overtaken,
        },
        Verdict::Declined(error) => match finish::decline(&mut running, &mut tx, &error).await? {
            Finished::Done(response) => Advanced::Kept(response),
            Finished::Lost => Advanced::Overtaken,
        },
    };
    conclude(&running, tx, advanced).await
}

/// Counts a wrong answer; the one that used the limit up leads to the page that says so.
async fn counted(
    running: &Running<'_>,
    limits: &Limits,
    tx: &mut Tx,
    screen: Screen,
) -> Result<Response, Error> {
    let (insurer, now) = (running.visit.realm.id(), running.visit.now);
    let mut is_over = false;
    for (bucket, limit) in limits {
        let left = attempts::take(tx, insurer, bucket, *limit, now).await?;
        is_over |= limit.tells && left.is_none_or(|left| left == 0);
    }
    if is_over { locked(&running.visit) } else { Ok(running.visit.look.answer(screen)) }
}

/// Goes on after something was proved: to what is missing next, or to the end.
pub(super) async fn advance(running: &mut Running<'_>, tx: &mut Tx) -> Result<Advanced, Error> {
    if let Some(account) = running.instance.learned.account.clone() {
        running.read_account(tx, &account).await?;
    }
    let need = running.need()?;
    if next(&need, &running.known()) != Next::Done {
        return Ok(match keep(running, tx).await? {
            Some(response) => Advanced::Kept(response),
            None => Advanced::Overtaken,
        });
    }
    finish::finish(running, tx).await
}

/// Commits, or drops what another answer overtook.
pub(super) async fn conclude(
    running: &Running<'_>,
    tx: Tx,
    advanced: Advanced,
) -> Result<Response, Error> {
    match advanced {
        Advanced::Kept(response) => {
            tx.commit().await?;
            running.tools.outbox.posted();
            Ok(response)
        }
        Advanced::Overtaken => {
            drop(tx);
            let mut response = see_other(&running.here_url());
            // The row that was faster may be this browser's own, whose answer got lost.
            if let Ticket::Sealed(_) = &running.ticket {
                let ticket = Ticket::Row(running.ticket.secret());
                let cookie = ticket.cookie(&running.visit, &running.instance);
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
            Ok(response)
        }
        Advanced::Refused => {
            drop(tx);
            running.visit.gone()
        }
        Advanced::EndedBefore => {
            drop(tx);
            finish::again(running)
        }
    }
}

/// Keeps a journey as its row: its first, or the next revision of it. `None` when another answer
/// was faster.
async fn keep(running: &mut Running<'_>, tx: &mut Tx) -> Result<Option<Response>, Error> {
    let (realm, instance) = (running.visit.realm.clone(), &running.instance);
    let insurer = realm.id();
    let row = journeys::Stored {
        secret_hash: hash::sha256(running.ticket.secret()),
        sealed: instance.for_row(&realm.keys.journeys, insurer),
        revision: running.revision.unwrap_or_default(),
        expires_at: instance.expires_at,
    };
    let mut response = see_other(&running.here_url());
    let kept = match running.revision {
        Some(_) => journeys::update(tx, insurer, &instance.id, &row).await?,
        None => {
            let ticket = Ticket::Row(running.ticket.secret());
            let cookie = ticket.cookie(&running.visit, instance);
            response.headers_mut().append(header::SET_COOKIE, cookie);
            journeys::insert(tx, insurer, &instance.id, &row, running.visit.now).await?
        }
    };
    let holder = Holder::Journey(&instance.id);
    for proved in &running.here {
        evidence::insert(tx, insurer, holder, proved).await?;
    }
    for agreed in &running.agreed_here {
        agreements::insert(tx, insurer, holder, agreed, running.visit.now).await?;
    }
    Ok(kept.then_some(response))
}

/// Keeps a choice: in the browser as long as nothing was proved.
async fn keep_choice(mut running: Box<Running<'_>>) -> Result<Response, Error> {
    if running.revision.is_none() {
        let (realm, instance) = (&running.visit.realm, &running.instance);
        let sealed = instance.for_browser(&realm.keys.journeys, realm.id(), 0);
        let sealed = sealed.ok_or_else(|| Error::fault("a choice made a journey too long"))?;
        let cookie = Ticket::Sealed(sealed).cookie(&running.visit, instance);
        let mut response = see_other(&running.here_url());
        response.headers_mut().append(header::SET_COOKIE, cookie);
        return Ok(response);
    }
    let mut tx = running.tools.db.begin().await?;
    let advanced = match keep(&mut running, &mut tx).await? {
        Some(response) => Advanced::Kept(response),
        None => Advanced::Overtaken,
    };
    conclude(&running, tx, advanced).await
}

impl Running<'_> {
    fn at<'a>(&'a mut self, need: &crate::need::Need, step: &'a Step) -> At<'a> {
        let (n, of) = place(need, &step.id, &self.known());
        let (registers, title, browser) = (self.registers(), self.title(), self.browser());
        At {
            tools: self.tools,
            visit: &self.visit,
            definition: &self.definition,
            step,
            place: Place { n, of },
            registers,
            title,
            instance: &mut self.instance,
            request: self.request.as_ref(),
            client: self.client.as_deref(),
            session: self.session.as_ref(),
            agreed: self.account.agreed.iter().chain(&self.agreed_here).cloned().collect(),
            browser,
            left: i64::MAX,
        }
    }
}

/// Too many wrong answers.
fn locked(visit: &Visit) -> Result<Response, Error> {
    let status = StatusCode::TOO_MANY_REQUESTS;
    visit.look.notice_page(status, "journey-locked", "warn", visit.beginnings())
}

/// A definition that passed its check leads nobody here; the operator is told.
fn stuck(running: &Running<'_>, why: crate::need::plan::Why) -> Result<Response, Error> {
    let insurer = running.visit.realm.id();
    tracing::error!(%insurer, ?why, "a journey cannot go on");
    running.visit.gone()
}

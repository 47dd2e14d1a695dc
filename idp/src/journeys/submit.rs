//! Shows what is asked now, and takes an answer. This is where the transaction begins and ends.

use super::advanced::Advanced;
use super::begin::{Ticket, counted};
use super::finish::{self, Finished};
use super::goal::Goal;
use super::locked::{locked_account, locked_step};
use super::running::{CANCEL, Found, Running, find};
use super::steps;
use super::steps::verdict::{At, Limits, Place, Verdict};
use super::{Tools, choose};
use crate::ids::JourneyId;
use crate::need::plan::place;
use crate::need::{Need, Next, Step, next};
use crate::store::evidence::Holder;
use crate::store::{agreements, attempts, evidence, journeys};
use crate::visit::Visit;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use db::Tx;
use oidc::error::Code;
use secret::hash;
use web::look::{Action, see_other};
use web::{Error, Form, Outcome, Posted, Reply};

/// What is asked next.
pub async fn show(tools: &Tools, visit: Visit, id: &JourneyId) -> Result<Response, Error> {
    let mut running = match find(tools, visit, id).await? {
        Found::Running(running) => running,
        Found::Gone(response) => return Ok(response),
    };
    let need = running.need()?;
    let (step, ways) = match next(&need, &running.known()) {
        Next::Ask(step) => (step.clone(), choose::ways(&running, &[], step)),
        // Nobody is asked which: the page of the usual way offers the others, too.
        Next::Choose(needs) => match choose::usual(&needs) {
            Some(step) => (step.clone(), choose::ways(&running, &needs, step)),
            None => return choose::among(&running, &needs),
        },
        Next::Offer(need) => return choose::offer(&running, need),
        Next::Done => return choose::go_on(&running),
        Next::Stuck(why) => return stuck(&running, why),
    };
    let asked = steps::of(step.kind, step.act)?;
    let mut at = running.at(&need, &step);
    at.ways = ways;
    let limits = asked.limits(&at, None);
    if !limits.is_empty() {
        let mut conn = tools.db.read().await?;
        for (bucket, limit) in &limits {
            let (insurer, now) = (at.visit.realm.id(), at.visit.now);
            let left = attempts::left(&mut conn, insurer, bucket, *limit, now).await?;
            at.left = at.left.min(left);
            if left <= 0 {
                let until = attempts::until(&mut conn, insurer, bucket, now).await?;
                return locked_step(&at, until.unwrap_or(now));
            }
        }
    }
    at.reply = Reply::read(&at.visit.headers, sealer(at.visit), &place_of(&at), at.visit.secure);
    if let Some(Outcome::Locked { until }) = at.reply.as_ref().map(|reply| &reply.outcome)
        && *until > at.visit.now
    {
        return locked_step(&at, *until);
    }
    let beside = format!("{}:{}:passkey", at.visit.realm.id(), at.instance.id);
    at.passkey_reply = Reply::read(&at.visit.headers, sealer(at.visit), &beside, at.visit.secure);
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
    if asked == CANCEL && running.request.is_some() {
        let mut tx = tools.db.begin().await?;
        let error = Code::AccessDenied.because("the member cancelled");
        let advanced = declined(finish::decline(&mut running, &mut tx, &error).await?);
        return conclude(&running, tx, advanced).await;
    }
    let need = running.need()?;
    let step = match next(&need, &running.known()) {
        Next::Ask(step) if step.id.0 == asked => step.clone(),
        // One of several ways may be answered without choosing it first.
        Next::Choose(needs) if first_step(&needs, asked).is_some() => {
            let step = first_step(&needs, asked).ok_or(Error::NOT_FOUND)?;
            step.clone()
        }
        Next::Ask(_) if asked == choose::STEP && posted.value("choice") == choose::BACK => {
            running.instance.chosen.clear();
            return keep_choice(running).await;
        }
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

/// The step of a way that has this id.
fn first_step<'n>(needs: &[&'n Need], id: &str) -> Option<&'n Step> {
    needs.iter().filter_map(|need| need.steps().first().copied()).find(|step| step.id.0 == id)
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
    let prepared = match asked.prepare(&at, posted).await {
        Ok(prepared) => prepared,
        Err(Error::Shown(StatusCode::SERVICE_UNAVAILABLE)) => {
            count(&at, "busy");
            return busy(&at, posted);
        }
        Err(error) => return Err(error),
    };
    let limits = asked.limits(&at, Some((posted, &prepared)));
    let (shared, limits): (Limits, Limits) =
        limits.into_iter().partition(|(_, limit)| limit.shared);
    let mut tx = tools.db.begin().await?;
    let crowd = attempts::used_up(&mut tx, at.visit.realm.id(), &shared, at.visit.now).await?;
    if let Some(until) = crowd {
        return Ok(replied(&at, Outcome::Locked { until }, Form::default()));
    }
    for (bucket, limit) in &limits {
        let (insurer, now) = (at.visit.realm.id(), at.visit.now);
        let Some(left) = attempts::take(&mut tx, insurer, bucket, *limit, now).await? else {
            // That a card has no tries left would tell that none of so many was right: its answer
            // is wrong like any other, and counts for the browser.
            if limit.hidden {
                tx.commit().await?;
                return Ok(replied(&at, Outcome::Wrong, posted.typed()));
            }
            let until = attempts::until(&mut tx, insurer, bucket, now).await?;
            let outcome = Outcome::Locked { until: until.unwrap_or(now) };
            return Ok(replied(&at, outcome, Form::default()));
        };
        // What others tried is not told.
        if limit.tells {
            at.left = at.left.min(left + 1);
        }
    }
    let verdict = asked.submit(&mut at, posted, prepared, &mut tx).await?;
    let verdict = match verdict {
        Verdict::Invalid(form) => return Ok(replied(&at, Outcome::Invalid, form)),
        Verdict::Wrong(form) => {
            for (bucket, limit) in &shared {
                attempts::take(&mut tx, at.visit.realm.id(), bucket, *limit, at.visit.now).await?;
            }
            tx.commit().await?;
            return Ok(replied(&at, Outcome::Wrong, form));
        }
        Verdict::NotTheirs(form) => {
            for (bucket, _) in limits.iter().filter(|(_, limit)| !limit.tells) {
                attempts::give_back(&mut tx, at.visit.realm.id(), bucket).await?;
            }
            tx.commit().await?;
            return Ok(replied(&at, Outcome::Wrong, form));
        }
        Verdict::Again => return Ok(see_other(&at.here_url())),
        other => other,
    };
    for (bucket, _) in &limits {
        attempts::give_back(&mut tx, at.visit.realm.id(), bucket).await?;
    }
    match &verdict {
        Verdict::Proved(_) | Verdict::Agreed(_) => count(&at, "right"),
        Verdict::Declined(_) => count(&at, "declined"),
        _ => {}
    }
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
        Verdict::Again | Verdict::Invalid(_) | Verdict::Wrong(_) | Verdict::NotTheirs(_) => {
            return Ok(see_other(&running.here_url()));
        }
        Verdict::Anew => declined(finish::begin_anew(&running, &mut tx).await?),
        Verdict::Declined(error) => declined(finish::decline(&mut running, &mut tx, &error).await?),
    };
    conclude(&running, tx, advanced).await
}

/// A journey that ended without what it was for.
fn declined(finished: Finished) -> Advanced {
    match finished {
        Finished::Done(response) => Advanced::Kept(response),
        Finished::Lost => Advanced::Overtaken,
    }
}

/// Counts what became of an answer.
fn count(at: &At<'_>, what: &str) {
    at.visit.tally.count(counted(at.visit, at.instance), &at.step.id.0, what);
}

/// Back to the page of the step, which says what became of the answer.
fn replied(at: &At<'_>, outcome: Outcome, form: Form) -> Response {
    count(
        at,
        match outcome {
            Outcome::Invalid => "invalid",
            Outcome::Wrong => "wrong",
            Outcome::Locked { .. } => "locked",
        },
    );
    let reply = Reply::new(outcome, form, &at.visit.look.lang);
    let cookie = reply.cookie(sealer(at.visit), &place_of(at), at.visit.secure);
    let mut response = see_other(&at.here_url());
    response.headers_mut().append(header::SET_COOKIE, cookie);
    response
}

/// More people at once than can be served: what was typed stays (a password does not), and the
/// browser comes back by itself.
fn busy(at: &At<'_>, posted: &Posted) -> Result<Response, Error> {
    const SECONDS: u32 = 5;
    let (look, here) = (&at.visit.look, at.here_url());
    let again = Action { label: look.t("busy-again", &[]), url: here.clone(), primary: true };
    let status = StatusCode::SERVICE_UNAVAILABLE;
    let mut response = look.notice_page(status, "busy", "info", vec![again])?;
    let reply = Reply::new(Outcome::Invalid, posted.typed(), &look.lang);
    let headers = response.headers_mut();
    headers
        .append(header::SET_COOKIE, reply.cookie(sealer(at.visit), &place_of(at), at.visit.secure));
    headers.insert(header::RETRY_AFTER, SECONDS.into());
    if let Ok(line) = HeaderValue::from_str(&format!("{SECONDS}; url={here}")) {
        headers.insert(header::REFRESH, line);
    }
    Ok(response)
}

/// The form of this step of this journey, of nobody else's.
fn place_of(at: &At<'_>) -> String {
    format!("{}:{}:{}", at.visit.realm.id(), at.instance.id, at.step.id.0)
}

fn sealer(visit: &Visit) -> &secret::Sealer {
    &visit.realm.keys.journeys
}

/// Goes on after something was proved: to what is missing next, or to the end.
pub(super) async fn advance(running: &mut Running<'_>, tx: &mut Tx) -> Result<Advanced, Error> {
    if let Some(account) = running.instance.learned.account.clone() {
        running.read_account(tx, &account).await?;
    }
    let need = running.need()?;
    if next(&need, &running.known()) != Next::Done {
        arrive(running, &need, tx).await?;
        return Ok(match keep(running, tx).await? {
            Some(response) => Advanced::Kept(response),
            None => Advanced::Overtaken,
        });
    }
    finish::finish(running, tx).await
}

/// Lets the step that comes up do what is to be done before it is shown.
async fn arrive(running: &mut Running<'_>, need: &Need, tx: &mut Tx) -> Result<(), Error> {
    let step = match next(need, &running.known()) {
        Next::Ask(step) => step.clone(),
        Next::Choose(needs) => match choose::usual(&needs) {
            Some(step) => step.clone(),
            None => return Ok(()),
        },
        _ => return Ok(()),
    };
    let mut at = running.at(need, &step);
    steps::of(step.kind, step.act)?.arrive(&mut at, tx).await
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
            let mut response = response;
            let visit = &running.visit;
            if let Some(line) = Reply::forget(&visit.headers, visit.secure) {
                response.headers_mut().append(header::SET_COOKIE, line);
            }
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
        Advanced::Taken => {
            drop(tx);
            let visit = &running.visit;
            if running.changes() {
                let own = Action {
                    label: visit.look.t("own-title", &[]),
                    url: visit.path("account"),
                    primary: true,
                };
                let key = "address-taken";
                return visit.look.notice_page(StatusCode::CONFLICT, key, "info", vec![own]);
            }
            visit.look.notice_page(StatusCode::CONFLICT, "taken", "info", visit.beginnings())
        }
        Advanced::Locked => {
            drop(tx);
            locked_account(&running.visit)
        }
        Advanced::Left => {
            drop(tx);
            let look = &running.visit.look;
            look.notice_page(StatusCode::FORBIDDEN, "left", "info", Vec::new())
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

/// Keeps a choice: in the browser as long as nothing was proved. When what was put off was all that was
/// left, the journey ends.
async fn keep_choice(mut running: Box<Running<'_>>) -> Result<Response, Error> {
    if next(&running.need()?, &running.known()) == Next::Done {
        let mut tx = running.tools.db.begin().await?;
        let advanced = advance(&mut running, &mut tx).await?;
        return conclude(&running, tx, advanced).await;
    }
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
    let need = running.need()?;
    arrive(&mut running, &need, &mut tx).await?;
    let advanced = match keep(&mut running, &mut tx).await? {
        Some(response) => Advanced::Kept(response),
        None => Advanced::Overtaken,
    };
    conclude(&running, tx, advanced).await
}

impl Running<'_> {
    fn at<'a>(&'a mut self, need: &crate::need::Need, step: &'a Step) -> At<'a> {
        let (n, of) = place(need, &step.id, &self.known());
        let (registers, recovers) = (self.registers(), self.recovers());
        let changes = self.changes();
        let offers_passkey = self.offers_passkey();
        let signs_in = matches!(self.instance.goal, Goal::SignIn(_));
        let (title, browser) = (self.title(), self.browser());
        At {
            tools: self.tools,
            visit: &self.visit,
            definition: &self.definition,
            step,
            place: Place { n, of },
            registers,
            recovers,
            signs_in,
            changes,
            offers_passkey,
            passkey_reply: None,
            title,
            instance: &mut self.instance,
            request: self.request.as_ref(),
            client: self.client.as_deref(),
            session: self.session.as_ref(),
            agreed: self.account.agreed.iter().chain(&self.agreed_here).cloned().collect(),
            browser,
            left: i64::MAX,
            reply: None,
            ways: choose::Ways::default(),
        }
    }
}

/// A definition that passed its check leads nobody here; the operator is told.
fn stuck(running: &Running<'_>, why: crate::need::plan::Why) -> Result<Response, Error> {
    let insurer = running.visit.realm.id();
    tracing::error!(%insurer, ?why, "a journey cannot go on");
    running.visit.gone()
}

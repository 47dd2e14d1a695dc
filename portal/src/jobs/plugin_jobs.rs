//! Does what plugins want done at their times, and tells them what happened in others: each job of each
//! insurer on one node, step by step. A step that failed is tried again later; what was done is not done
//! again.

use crate::app::App;
use crate::insurers::offer::{self, Offer};
use crate::plugins::border::host::Shared;
use crate::plugins::data::class::DataClass;
use crate::plugins::job::{STEP, Step, Work};
use crate::plugins::package::declared::{Every, Job, Listens};
use crate::plugins::package::manifest::Manifest;
use crate::store::events::{self, Listening};
use crate::store::jobs::{self, Due, JobKey};
use jiff::civil::Date;
use jiff::tz::{TimeZone, offset};
use jiff::{Timestamp, ToSpan};
use secret::hash;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// Between two looks at what is due.
const LOOK: Duration = Duration::from_secs(1);
/// Jobs that a node does at the same time, each of another plugin.
const AT_ONCE: usize = 4;
/// How long a job is one node's without a word of it, in seconds: longer than a step with its start, its
/// second try and its statements.
const LEASE: i64 = STEP.as_secs() as i64 * 10;
/// How long a job may go on before others have their turn.
const TURN: Duration = Duration::from_secs(120);
/// Jobs that are due and looked at for some of plugins that are not busy.
const LOOKED_AT: i64 = 100;
/// How often a round is tried.
const MOST: i64 = 5;
/// Events that are read and noted as heard together.
const TOGETHER: i64 = 50;
/// The most steps of a round.
const STEPS: usize = 5_000;
/// All jobs begin within so many seconds after their time, each insurer's at its own.
const SPREAD: i64 = 900;

/// What stands among the jobs.
#[derive(Clone, Copy)]
enum Task<'a> {
    Job(&'a Job),
    /// Hearing what happens in another plugin: due when something did, and each hour besides.
    Listens(&'a Listens),
}

impl<'a> Task<'a> {
    fn all(manifest: &'a Manifest) -> impl Iterator<Item = Self> {
        manifest.job.iter().map(Self::Job).chain(manifest.listens.iter().map(Self::Listens))
    }

    fn name(self) -> String {
        match self {
            Self::Job(job) => job.id.clone(),
            Self::Listens(listens) => listens.job(),
        }
    }

    /// When it is planned for: what happened before it was there is heard at once.
    fn first(self, key: &JobKey, now: i64) -> i64 {
        match self {
            Self::Job(job) => next(job, key, now),
            Self::Listens(_) => now,
        }
    }

    fn next(self, key: &JobKey, now: i64) -> i64 {
        match self {
            Self::Job(job) => next(job, key, now),
            Self::Listens(_) => now + 3_600,
        }
    }
}

/// Runs until shutdown.
pub async fn run(app: Arc<App>) {
    let mut planned = HashSet::new();
    let mut running: JoinSet<String> = JoinSet::new();
    let mut busy: HashSet<String> = HashSet::new();
    loop {
        tokio::time::sleep(LOOK).await;
        while let Some(ended) = running.try_join_next() {
            match ended {
                Ok(plugin) => _ = busy.remove(&plugin),
                Err(error) => {
                    tracing::error!(%error, "a job panicked");
                    busy.clear();
                }
            }
        }
        let now = app.clock.now();
        if let Err(error) = plan(&app, &mut planned, now).await {
            tracing::warn!(%error, "jobs could not be planned");
            continue;
        }
        let free = AT_ONCE.saturating_sub(running.len());
        let due = match app.db.read().await {
            Ok(mut conn) if free > 0 => jobs::due(&mut conn, now, LOOKED_AT).await,
            Ok(_) => Ok(Vec::new()),
            Err(error) => Err(error),
        };
        match due {
            Ok(due) => {
                for due in due {
                    if running.len() >= AT_ONCE || !busy.insert(due.key.plugin.clone()) {
                        continue;
                    }
                    let app = app.clone();
                    running.spawn(async move {
                        if let Err(error) = take(&app, &due, now).await {
                            tracing::warn!(%error, plugin = due.key.plugin, "a job could not run");
                        }
                        due.key.plugin
                    });
                }
            }
            Err(error) => tracing::warn!(%error, "jobs could not be read"),
        }
    }
}

/// Plans the jobs that are not planned yet.
async fn plan(app: &App, planned: &mut HashSet<JobKey>, now: i64) -> db::Result<()> {
    let mut new = Vec::new();
    let in_force = app.in_force();
    // One that was removed may come back without what was planned for it.
    planned.retain(|key| in_force.plugins.contains_key(&key.plugin));
    for insurer in app.insurers.all() {
        for offer in offer::all(&insurer.definition, &in_force.plugins) {
            for task in Task::all(&offer.plugin.manifest) {
                let (insurer, plugin) = (insurer.brand.slug.clone(), offer.id().to_owned());
                let key = JobKey { insurer, plugin, job: task.name() };
                if !planned.contains(&key) {
                    new.push((task.first(&key, now), key));
                }
            }
        }
    }
    if new.is_empty() {
        return Ok(());
    }
    let mut tx = app.db.begin().await?;
    for (due_at, key) in &new {
        jobs::plan(&mut tx, key, *due_at).await?;
    }
    tx.commit().await?;
    planned.extend(new.into_iter().map(|(_, key)| key));
    Ok(())
}

/// Does a job that is due, when no other node does.
async fn take(app: &App, due: &Due, now: i64) -> db::Result<()> {
    let JobKey { insurer, plugin, job } = &due.key;
    let found = app.insurers.find(insurer);
    let in_force = app.in_force();
    let declared = in_force.plugins.get(plugin);
    let declared =
        declared.and_then(|plugin| Task::all(&plugin.manifest).find(|task| task.name() == *job));
    let offer = found
        .as_ref()
        .and_then(|insurer| offer::one(&insurer.definition, &in_force.plugins, plugin));
    let mut tx = app.db.begin().await?;
    if !jobs::lease(&mut tx, due, now, now + LEASE).await? {
        return Ok(());
    }
    let hears = |task: &Task<'_>| match task {
        Task::Job(_) => true,
        Task::Listens(listens) => found
            .as_ref()
            .is_some_and(|insurer| offer::hears(&insurer.definition, &in_force.plugins, listens)),
    };
    let (Some(offer), Some(task)) = (offer, declared.filter(hears)) else {
        // It is off, or this node does not have it: nothing of the round changes.
        let later = declared.map_or(now + 3_600, |task| task.next(&due.key, now));
        jobs::postpone(&mut tx, due, later).await?;
        return tx.commit().await;
    };
    tx.commit().await?;
    let shared = found.as_ref().map_or_else(Vec::new, |insurer| {
        offer::shared(&insurer.definition, &in_force.plugins, offer.plugin)
    });
    let ended = match task {
        Task::Job(job) => steps(app, due, (offer, &shared), job).await?,
        Task::Listens(listens) => hear(app, due, (offer, &shared), listens).await?,
    };
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    match ended {
        Ended::InTheMiddle => jobs::postpone(&mut tx, due, now + 1).await?,
        Ended::Failed { why, attempts } if attempts + 1 < MOST => {
            tracing::warn!(insurer, plugin, job, why, "a job failed; tried again later");
            let again = now + (60 << attempts.clamp(0, 10));
            jobs::retry(&mut tx, due, &why, again).await?;
        }
        Ended::Failed { why, .. } => {
            tracing::error!(insurer, plugin, job, why, "a job was given up");
            let next = task.next(&due.key, now);
            jobs::finish(&mut tx, due, Some(&why), (now, next)).await?;
        }
        Ended::Done => {
            let next = task.next(&due.key, now);
            match task {
                Task::Job(_) => jobs::finish(&mut tx, due, None, (now, next)).await?,
                Task::Listens(listens) => {
                    events::rest(&mut tx, due, listening(due, listens), (now, next)).await?;
                }
            }
        }
    }
    tx.commit().await
}

/// How a turn of a job ended.
enum Ended {
    Done,
    /// Others have their turn; what was done is remembered.
    InTheMiddle,
    Failed {
        why: String,
        /// How often it had failed before.
        attempts: i64,
    },
}

/// Steps, one after the other.
async fn steps(
    app: &App,
    due: &Due,
    (offer, shared): (Offer<'_>, &[Shared]),
    job: &Job,
) -> db::Result<Ended> {
    let failed = |why: &str| Ended::Failed { why: plain(why), attempts: due.attempts };
    let mut cursor = String::new();
    let began = Instant::now();
    for _ in 0..STEPS {
        let now = app.clock.now();
        let step = Step {
            plugin: offer.plugin,
            settings: offer.settings,
            shared,
            insurer: &due.key.insurer,
            who: &app.db,
            work: Work::Job { job, round: due.round, cursor: &cursor },
            today: &web::clock::today(now),
            now,
        };
        match step.run(&app.carrier).await {
            Ok(None) => return Ok(Ended::Done),
            Ok(Some(more)) => cursor = more,
            Err(why) => return Ok(failed(&why)),
        }
        let mut tx = app.db.begin().await?;
        jobs::go_on(&mut tx, due, app.clock.now() + LEASE).await?;
        tx.commit().await?;
        if began.elapsed() > TURN {
            return Ok(Ended::InTheMiddle);
        }
    }
    Ok(failed(&format!("has more than {STEPS} steps")))
}

fn listening<'a>(due: &'a Due, listens: &'a Listens) -> Listening<'a> {
    let Listens { plugin, event, .. } = listens;
    Listening { insurer: &due.key.insurer, listener: &due.key.plugin, plugin, event }
}

/// What happened, one after the other. What fails is not passed over: the next waits behind it. How far it
/// came is noted for some together: what is heard again after a crash was done once.
async fn hear(
    app: &App,
    due: &Due,
    (offer, shared): (Offer<'_>, &[Shared]),
    listens: &Listens,
) -> db::Result<Ended> {
    let (of, began) = (listening(due, listens), Instant::now());
    let mut attempts = due.attempts;
    while began.elapsed() <= TURN {
        let waiting = events::next(&mut app.db.read().await?, of, TOGETHER).await?;
        if waiting.is_empty() {
            return Ok(Ended::Done);
        }
        let (mut had, mut failed, noted) = (None, None, Instant::now());
        for event in &waiting {
            let now = app.clock.now();
            let step = Step {
                plugin: offer.plugin,
                settings: offer.settings,
                shared,
                insurer: &due.key.insurer,
                who: &app.db,
                work: Work::Heard { listens, event },
                today: &web::clock::today(now),
                now,
            };
            // As it was said, whatever the manifest says of it today.
            let may_know = DataClass::parse(&event.data).is_some_and(|said| said <= listens.data);
            if may_know && let Err(why) = step.run(&app.carrier).await {
                failed = Some(plain(&why));
                break;
            }
            had = Some(event.seq);
            // The lease holds for some more steps than the one that may come now.
            if noted.elapsed() > STEP {
                break;
            }
        }
        if let Some(seq) = had {
            attempts = 0;
            let mut tx = app.db.begin().await?;
            events::heard(&mut tx, of, seq).await?;
            jobs::got_on(&mut tx, due, app.clock.now() + LEASE).await?;
            tx.commit().await?;
        }
        if let Some(why) = failed {
            return Ok(Ended::Failed { why, attempts });
        }
    }
    Ok(Ended::InTheMiddle)
}

/// A reason may be a plugin's: a short text in one line.
fn plain(why: &str) -> String {
    why.chars().filter(|c| !c.is_control()).take(200).collect()
}

/// When a job is due next: at its time in Japan, each insurer's a little later than another's.
fn next(job: &Job, key: &JobKey, now: i64) -> i64 {
    let name = format!("{} {} {}", key.insurer, key.plugin, key.job);
    let first = hash::sha256(name);
    let spread = i64::from(u16::from_be_bytes([first[0], first[1]])) % SPREAD;
    let japan = TimeZone::fixed(offset(9));
    let (hour, minute) = job.time().unwrap_or((6, 0));
    // From before the spread on, so that a job that has just begun is not due at once again.
    let today = Timestamp::from_second(now).unwrap_or_default().to_zoned(japan.clone());
    let at = |date: Date, hour: i8, minute: i8| {
        let zoned = date.at(hour, minute, 0, 0).to_zoned(japan.clone());
        zoned.map_or(now + 86_400, |zoned| zoned.timestamp().as_second()) + spread
    };
    let date = today.date();
    let mut candidates = match job.every {
        Every::Hour => {
            let begun = now - now.rem_euclid(3_600) + spread;
            vec![begun, begun + 3_600]
        }
        Every::Day => {
            let tomorrow = date.tomorrow().unwrap_or(date);
            vec![at(date, hour, minute), at(tomorrow, hour, minute)]
        }
        Every::Month => {
            let this = Date::new(date.year(), date.month(), job.day).unwrap_or(date);
            let next = this.checked_add(1.month()).unwrap_or(this);
            vec![at(this, hour, minute), at(next, hour, minute)]
        }
    };
    candidates.retain(|at| *at > now);
    candidates.first().copied().unwrap_or(now + 86_400)
}

#[cfg(test)]
mod tests {
    use super::{Job, JobKey, SPREAD, next};

    #[test]
    fn a_job_is_due_at_its_time_in_japan_and_once() {
        // 2026-04-10 00:00 in Japan.
        let midnight = 1_775_746_800;
        let job = |text: &str| -> Job {
            toml::from_str(&format!("id = \"j\"\nhandler = \"h\"\ndata = \"none\"\n{text}"))
                .unwrap()
        };
        let key = JobKey { insurer: "minato".into(), plugin: "p".into(), job: "j".into() };
        let after = |text: &str, hours: i64| {
            let due = next(&job(text), &key, midnight + hours * 3_600);
            assert_eq!(next(&job(text), &key, due - 1), due, "the same until then");
            assert!(next(&job(text), &key, due) > due, "and once");
            (due - midnight - SPREAD + 1).div_euclid(3_600)..=(due - midnight) / 3_600
        };
        for (text, hours, expected) in [
            ("every = \"day\"\nat = \"09:00\"", 0, 9),
            ("every = \"day\"\nat = \"09:00\"", 10, 33),
            ("every = \"month\"\nat = \"09:00\"\nday = 12", 0, 57),
            ("every = \"month\"\nat = \"09:00\"\nday = 5", 0, 25 * 24 + 9),
            ("every = \"hour\"", 3, 4),
        ] {
            let due = after(text, hours);
            assert!(due.contains(&expected) || due.contains(&(expected - 1)), "{text}: {due:?}");
        }
    }
}

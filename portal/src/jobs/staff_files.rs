//! Checks the files that staff brought, and makes those count that they publish: one after the other, by one node.
//! What a node that died had begun another does; the same file twice is no change.

use crate::app::App;
use crate::imports::{Import, ImportError};
use crate::insurers::offer;
use crate::store::staff_files::{self, Claimed, Fault, Found, State, TRIES, Unread};
use crate::store::staff_record::{self, Act, Done};
use db::Tx;
use handover::{OpenError, Problem, Report};
use std::io::Cursor;
use std::sync::Arc;
use std::time::Duration;
use web::Error;

/// Between two looks at what other nodes left.
const LOOK: Duration = Duration::from_secs(10);
/// Faults that are kept of a file; more are only counted.
const TOLD: usize = 1_000;

/// Between two words of a node that it is still at a file.
const ALIVE: Duration = Duration::from_secs(20);
/// A wish to publish that is older is nobody's any more: whoever asked may not work here now, in seconds.
const STALE: i64 = 3_600;

/// Runs until shutdown.
pub async fn run(app: Arc<App>) {
    loop {
        match next(&app).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => tracing::warn!(error = error.text(), "files of staff wait"),
        }
        tokio::time::timeout(LOOK, app.files.notified()).await.ok();
    }
}

/// Does what is to be done with one file; `false` when there is none.
async fn next(app: &Arc<App>) -> Result<bool, Error> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let Some(claimed) = staff_files::claim(&mut tx, now).await? else { return Ok(false) };
    tx.commit().await?;
    let publishes = claimed.file.state == State::Publishing;
    let claimed = Arc::new(claimed);
    let outcome = match (claimed.tries > TRIES, publishes && now - claimed.asked_at > STALE) {
        (false, false) => {
            alive_while(app, &claimed, read(app.clone(), claimed.clone(), !publishes)).await
        }
        _ => Err(Unable::Never),
    };
    let mut tx = app.db.begin().await?;
    match outcome {
        Ok(report) => ended(app, &mut tx, &claimed, found(report)).await?,
        Err(Unable::File(unread)) => {
            let found = Found { unread: Some(unread), ..Found::default() };
            staff_files::checked(&mut tx, &claimed, &found).await.map(drop)?;
        }
        Err(Unable::Now(why)) => {
            let (insurer, plugin) = (claimed.insurer.as_str(), claimed.file.plugin.as_str());
            tracing::warn!(insurer, plugin, why, "a file of staff could not be read");
            staff_files::later(&mut tx, &claimed, app.clock.now()).await?;
        }
        // What was right stays so, and can be asked for again.
        Err(Unable::Never) if publishes => {
            staff_files::unasked(&mut tx, &claimed).await?;
            note(&mut tx, &claimed, Act::PublishFailed, app.clock.now()).await?;
        }
        Err(Unable::Never) => {
            let found = Found { unread: Some(unread("failed", "")), ..Found::default() };
            staff_files::checked(&mut tx, &claimed, &found).await.map(drop)?;
        }
    }
    tx.commit().await?;
    Ok(true)
}

/// A file was read to its end: it is right or wrong, or it counts.
async fn ended(app: &App, tx: &mut Tx, claimed: &Claimed, found: Found) -> Result<(), Error> {
    let file = &claimed.file;
    if file.state != State::Publishing || found.state() != State::Right {
        return Ok(staff_files::checked(tx, claimed, &found).await.map(drop)?);
    }
    // A node that died may have made it count before: what that changed is what was found when it was checked.
    let before = staff_files::found(tx, &claimed.insurer, &file.id).await?;
    let found = if found.unchanged == found.rows { before } else { found };
    let now = app.clock.now();
    if staff_files::published(tx, claimed, &found, now).await? {
        note(tx, claimed, Act::FilePublished, now).await?;
    }
    Ok(())
}

/// Writes down what became of a wish to publish, under the name of whoever had it.
async fn note(tx: &mut Tx, claimed: &Claimed, act: Act, at: i64) -> Result<(), db::Error> {
    let file = &claimed.file;
    let done = Done {
        at,
        sub: file.ended_by.clone().unwrap_or_default(),
        name: file.ended_by_name.clone().unwrap_or_default(),
        act,
        plugin: file.plugin.clone(),
        subject: file.name.clone(),
    };
    staff_record::insert(tx, &claimed.insurer, &done).await
}

/// Works on a file beside everything else, and says now and then that it is at it. What panics is tried again.
async fn alive_while(
    app: &App,
    claimed: &Claimed,
    work: impl Future<Output = Result<Report, Unable>> + Send + 'static,
) -> Result<Report, Unable> {
    let mut work = tokio::spawn(work);
    loop {
        if let Ok(done) = tokio::time::timeout(ALIVE, &mut work).await {
            return done.unwrap_or_else(|_| Err(Unable::Now("reading it panicked".to_owned())));
        }
        let alive = async {
            let mut tx = app.db.begin().await?;
            staff_files::alive(&mut tx, claimed.of(), app.clock.now()).await?;
            tx.commit().await
        };
        if let Err(error) = alive.await {
            tracing::warn!(%error, "a node could not say that it is at a file of staff");
        }
    }
}

/// Why a file was not read.
enum Unable {
    /// It will never be: this is wrong with it.
    File(Unread),
    /// Not now. For the log.
    Now(String),
    /// It was tried often enough, or nobody wants it any more.
    Never,
}

fn unread(why: &str, column: &str) -> Unread {
    Unread { why: why.to_owned(), column: column.to_owned() }
}

async fn read(app: Arc<App>, claimed: Arc<Claimed>, dry_run: bool) -> Result<Report, Unable> {
    let now = |why: &str| Unable::Now(why.to_owned());
    let Claimed { insurer, file, sealed, .. } = &*claimed;
    let sealed = sealed.as_ref().ok_or_else(|| now("its bytes are gone"))?;
    let bytes = app.sealer.open(&file.purpose(insurer), sealed);
    let bytes: Arc<[u8]> = bytes.map_err(|_| now("it is sealed with another key"))?.into();
    let insurer = app.insurers.find(insurer).ok_or_else(|| now("the insurer is gone"))?;
    let in_force = app.in_force();
    let offer = offer::one(&insurer.definition, &in_force.plugins, &file.plugin);
    let offer = offer.ok_or_else(|| now("the plugin is off, or not loaded"))?;
    let importer = offer.plugin.manifest.importer(&file.importer);
    let importer = importer.ok_or_else(|| now("the plugin takes no such files"))?;
    let layout = offer.layout(importer).ok_or_else(|| now("the layout is gone"))?;
    let import = Import {
        insurer: &insurer.brand.slug,
        plugin: offer.plugin,
        importer,
        settings: offer.settings,
        layout,
        batch: (!file.batch.is_empty()).then_some(file.batch.as_str()),
        keys: &app.person_keys,
        dry_run,
        told: TOLD,
        now: app.clock.now(),
    };
    let imported = import.run(|| Ok(Cursor::new(bytes.clone())), |_| {}).await;
    imported.map_err(|error| match error {
        ImportError::Open(OpenError::MissingColumn { header, .. }) => {
            Unable::File(unread("header", &header))
        }
        ImportError::Open(OpenError::NotMapped(column) | OpenError::Path(column)) => {
            Unable::File(unread("layout", &column))
        }
        ImportError::Open(OpenError::Encoding { encoding }) => {
            Unable::File(unread("encoding", encoding.name()))
        }
        ImportError::Open(OpenError::Empty) | ImportError::NoRows => {
            Unable::File(unread("empty", ""))
        }
        ImportError::Open(OpenError::Csv(_)) => Unable::File(unread("csv", "")),
        ImportError::Mode(_) | ImportError::NoBatch => Unable::File(unread("layout", "mode")),
        ImportError::NoImporter(_) => now("the plugin takes no files"),
        ImportError::Moved | ImportError::Overtaken => now("another import was faster"),
        // What a plugin says of a row may repeat a value.
        ImportError::Check(_) => now("the plugin's check gave no answer"),
        ImportError::Db(error) => Unable::Now(error.to_string()),
        ImportError::Read(error) => Unable::Now(error.to_string()),
    })
}

fn found(report: Report) -> Found {
    let told = |problems: Vec<Problem>| {
        let told = problems.into_iter().map(|problem| Fault {
            line: problem.line,
            column: problem.column,
            code: problem.reason.code().to_owned(),
            text: problem.reason.to_string(),
        });
        told.collect()
    };
    let (wrong, odd) = (report.faulty(), report.odd());
    Found {
        rows: report.rows,
        inserted: report.inserted,
        changed: report.changed,
        unchanged: report.unchanged,
        ended: report.ended,
        wrong,
        problems: told(report.problems),
        odd,
        warnings: told(report.warnings),
        unread: None,
    }
}

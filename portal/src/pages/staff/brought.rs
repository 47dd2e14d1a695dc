//! What the pages about files share: whose files a colleague works with, and what is found in one.

use crate::app::App;
use crate::imports::{Import, ImportError};
use crate::insurers::Insurer;
use crate::insurers::offer::{self, Offer};
use crate::insurers::staff::May;
use crate::plugins::package::manifest::Importer;
use crate::staff::{Colleague, StaffVisit};
use crate::store::staff_files::{Fault, File, Found, State};
use handover::{Problem, Report};
use std::io::Cursor;
use std::sync::Arc;
use web::Error;

/// Faults that are kept of a file; more are only counted.
const KEPT: usize = 1_000;

/// A plugin that takes files, for somebody who may bring them or make them count.
pub(super) struct Taking<'a> {
    pub offer: Offer<'a>,
    pub importer: &'a Importer,
}

/// The plugin of a path, when this colleague works with its files.
pub(super) fn taking<'a>(
    app: &'a App,
    visit: &'a StaffVisit,
    colleague: &Colleague<'_>,
    id: &str,
) -> Option<Taking<'a>> {
    let offer = offer::one(&visit.insurer.definition, &app.plugins, id)?;
    let importer = offer.plugin.manifest.importer.first()?;
    let may = |what| colleague.rights.may(what, id);
    (may(May::Import) || may(May::Publish)).then_some(Taking { offer, importer })
}

/// The word for where a file stands.
pub(super) fn state_of(file: &File) -> &'static str {
    match file.state {
        State::Published => "published",
        State::Discarded => "discarded",
        State::Checked | State::Taken if file.found.is_right() => "right",
        State::Checked | State::Taken => "wrong",
    }
}

/// What a file holds, by reading it as an import does; with `dry_run` nothing is written. It is done to its
/// end, also when the browser has gone.
///
/// # Errors
/// When a database does not answer.
pub(super) async fn checked(
    app: &Arc<App>,
    visit: &StaffVisit,
    plugin: &str,
    (bytes, batch): (&Arc<[u8]>, &str),
    dry_run: bool,
) -> Result<Found, Error> {
    let (app, insurer, plugin) = (app.clone(), visit.insurer.clone(), plugin.to_owned());
    let (bytes, batch, now) = (bytes.clone(), batch.to_owned(), visit.now);
    let reading =
        tokio::spawn(
            async move { read(&app, &insurer, &plugin, bytes, &batch, (dry_run, now)).await },
        );
    match reading.await.map_err(Error::fault)? {
        Ok(report) => Ok(found(report)),
        Err(ImportError::Db(error)) => Err(error.into()),
        Err(why) => Ok(Found { unread: Some(why.to_string()), ..Found::default() }),
    }
}

async fn read(
    app: &App,
    insurer: &Insurer,
    plugin: &str,
    bytes: Arc<[u8]>,
    batch: &str,
    (dry_run, now): (bool, i64),
) -> Result<Report, ImportError> {
    let none = || ImportError::NoImporter(plugin.to_owned());
    let offer = offer::one(&insurer.definition, &app.plugins, plugin).ok_or_else(none)?;
    let import = Import {
        insurer: &insurer.brand.slug,
        plugin: offer.plugin,
        settings: offer.settings,
        layout: offer.layout.ok_or_else(none)?,
        batch: (!batch.is_empty()).then_some(batch),
        keys: &app.person_keys,
        dry_run,
        now,
    };
    import.run(|| Ok(Cursor::new(bytes.clone())), |_| {}).await
}

fn found(report: Report) -> Found {
    let kept = |problems: &[Problem]| {
        let kept = problems.iter().take(KEPT);
        kept.map(|problem| Fault {
            line: problem.line,
            column: problem.column.clone(),
            code: problem.reason.code().to_owned(),
            text: problem.reason.to_string(),
        })
        .collect()
    };
    let count = |problems: &[Problem]| u64::try_from(problems.len()).unwrap_or(u64::MAX);
    Found {
        rows: report.rows,
        inserted: report.inserted,
        changed: report.changed,
        unchanged: report.unchanged,
        ended: report.ended,
        wrong: count(&report.problems),
        problems: kept(&report.problems),
        odd: count(&report.warnings),
        warnings: kept(&report.warnings),
        unread: None,
    }
}

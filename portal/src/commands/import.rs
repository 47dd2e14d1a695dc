//! `portal import`: an insurer's file for a plugin.

use crate::insurers::{Insurer, offer};
use crate::plugins::calls::Calls;
use crate::plugins::data::people::PersonKeys;
use crate::plugins::package::load::Loader;
use crate::plugins::package::manifest::{Importer, Manifest};
use crate::plugins::{Loaded, Plugins};
use crate::settings::Settings;
use crate::{app, imports};
use clap::Args;
use db::published;
use std::path::PathBuf;
use std::process::ExitCode;
use web::Error;
use web::clock::Clock;
use web::config::insurer_file;

/// What is imported for whom.
#[derive(Args)]
pub struct Import {
    file: PathBuf,
    #[arg(long)]
    insurer: String,
    #[arg(long)]
    plugin: String,
    /// Which of the plugin's kinds of files, when it takes several.
    #[arg(long)]
    importer: Option<String>,
    /// How the file is laid out; unless it is said, as the insurer's portal.toml says.
    #[arg(long)]
    layout: Option<PathBuf>,
    /// What these rows are one batch of, the month of processing for example, when the file has no
    /// column for it: a batch of the same name is replaced.
    #[arg(long)]
    batch: Option<String>,
    /// Check only, write nothing.
    #[arg(long)]
    dry_run: bool,
}

/// Imports the file; the exit code says whether every row was right.
pub async fn run(settings: &Settings, import: Import) -> Result<ExitCode, Error> {
    let Import { file, insurer: slug, plugin: id, importer, layout, batch, dry_run } = import;
    let layout = layout.map(|layout| insurer_file(&layout)).transpose()?;
    let db = app::open_db(settings).await?;
    let current = published::current(&mut db.read().await?, &slug).await?;
    let (version, text) = current
        .ok_or_else(|| Error::fault(format!("no insurer {slug:?}: apply its folder first")))?;
    let insurer = Insurer::read(version, &text).map_err(Error::fault)?;
    let keys = PersonKeys::open(&db).await?;
    let mut plugins = Plugins::new();
    let loader = Loader { settings, db: &db, keys: &keys, calls: &Calls::default() };
    match loader.by_id(&id).await? {
        Some(Loaded::Ready(plugin)) => _ = plugins.insert(id.clone(), plugin),
        Some(Loaded::Refused { why, .. }) => {
            return Err(Error::fault(format!("plugin {id}: {why}")));
        }
        None => {}
    }
    let offer = offer::one(&insurer.definition, &plugins, &id).ok_or_else(|| {
        Error::fault(if plugins.contains_key(&id) {
            format!("{slug} does not offer {id}: add it to its portal.toml and apply the folder")
        } else {
            format!("there is no plugin {id:?} in {}", settings.plugins.folder.display())
        })
    })?;
    let importer = one_of(&offer.plugin.manifest, importer.as_deref())
        .map_err(|why| Error::fault(format!("plugin {id}: {why}")))?;
    let layout = layout.as_ref().or(offer.layout(importer)).ok_or_else(|| {
        let why = "say how the file is laid out: --layout, or layout in portal.toml";
        Error::fault(format!("plugin {id}: {why}"))
    })?;
    let bar = indicatif::ProgressBar::new(std::fs::metadata(&file)?.len());
    let task = imports::Import {
        insurer: &slug,
        plugin: offer.plugin,
        importer,
        settings: offer.settings,
        layout,
        batch: batch.as_deref(),
        keys: &keys,
        dry_run,
        told: usize::MAX,
        now: Clock::system().now(),
    };
    let report = task.run(|| std::fs::File::open(&file), |bytes| bar.set_position(bytes)).await?;
    bar.finish_and_clear();
    println!("{report}");
    if dry_run {
        println!("確認だけです。何も変更していません。");
    }
    db.close().await;
    Ok(if report.problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The importer that is meant: the one that was named, or the only one.
fn one_of<'m>(manifest: &'m Manifest, named: Option<&str>) -> Result<&'m Importer, String> {
    let all = &manifest.importer;
    let ids = || all.iter().map(|importer| importer.id.as_str()).collect::<Vec<_>>().join(", ");
    match (named, &all[..]) {
        (_, []) => Err("it takes no files".to_owned()),
        (None, [only]) => Ok(only),
        (None, _) => {
            Err(format!("it takes several kinds of files: write --importer with one of {}", ids()))
        }
        (Some(named), _) => all
            .iter()
            .find(|importer| importer.id == named)
            .ok_or_else(|| format!("it has no importer {named:?}; there are {}", ids())),
    }
}

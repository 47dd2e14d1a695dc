//! `idp insurer`: publishes insurers.

use super::now;
use crate::app::{open_db, open_sealer, owner};
use crate::definition::apply::apply;
use crate::definition::published;
use crate::definition::read::Folder;
use crate::ids::InsurerId;
use crate::settings::Settings;
use clap::Subcommand;
use include_dir::{Dir, include_dir};
use std::path::{Path, PathBuf};
use web::difference::{difference, shown};
use web::{Error, Pages};

#[derive(Subcommand)]
pub enum Command {
    /// Show what an insurer's folder would change and publish it as a new version.
    Apply {
        folder: PathBuf,
        /// Only show the difference.
        #[arg(long)]
        dry_run: bool,
        /// Show every line of a long difference.
        #[arg(long)]
        full: bool,
    },
    /// Say whether a folder could be published: its files, its theme. Asks no database.
    Check { folder: PathBuf },
    /// Write a small folder of a new insurer, with comments that say what to change.
    Init {
        /// A folder that is not there yet; its name becomes the slug.
        folder: PathBuf,
    },
}

pub(super) async fn run(settings: &Settings, command: Command) -> Result<(), Error> {
    let (folder, dry_run, full) = match command {
        Command::Apply { folder, dry_run, full } => (folder, dry_run, full),
        Command::Check { folder } => {
            let brand = Folder::read(&folder)?.definition.brand;
            Pages::can_draw(&settings.themes, &[owner()], &brand.theme)?;
            println!("{}: can be published", brand.slug);
            return Ok(());
        }
        Command::Init { folder } => return init(&folder),
    };
    let db = open_db(settings).await?;
    let sealer = open_sealer(settings, &db).await?;
    let definition = Folder::read(&folder)?.sealed(&sealer);
    Pages::can_draw(&settings.themes, &[owner()], &definition.brand.theme)?;
    let slug = &definition.brand.slug;
    let lines = if dry_run {
        let insurer = InsurerId::new(slug);
        let current = published::current(&mut db.read().await?, &insurer).await?;
        difference(current.as_ref().map(|(_, d)| d), &definition)
    } else {
        let (version, lines) = apply(&db, &definition, now()).await?;
        println!("{slug}: version {version}, {} changes", lines.len());
        lines
    };
    shown(&lines, full).iter().for_each(|line| println!("{line}"));
    db.close().await;
    Ok(())
}

static NEW: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/src/commands/new_insurer");

/// Writes the folder of an insurer that is not there yet.
fn init(folder: &Path) -> Result<(), Error> {
    let slug = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if slug.is_empty() || !slug.chars().all(plain) {
        return Err(Error::fault(format!(
            "{}: the folder's name becomes the slug: use a-z, 0-9 and -",
            folder.display()
        )));
    }
    if folder.exists() {
        return Err(Error::fault(format!("{}: is there already", folder.display())));
    }
    write(&NEW, folder, &slug)?;
    println!(
        "{}: written. Put in the name, the 8 digits of insurer_number and the contact, then\n\
         IDP_URL=… PORTAL_URL=… PORTAL_CLIENT_SECRET=… idp insurer apply {0} --dry-run",
        folder.display()
    );
    Ok(())
}

fn write(from: &Dir<'_>, to: &Path, slug: &str) -> Result<(), Error> {
    std::fs::create_dir_all(to)?;
    for file in from.files() {
        let name = file.path().file_name().expect("a file has a name");
        let text = file.contents_utf8().expect("the files are text").replace("SLUG", slug);
        std::fs::write(to.join(name), text)?;
    }
    for folder in from.dirs() {
        write(folder, &to.join(folder.path().file_name().expect("a folder has a name")), slug)?;
    }
    Ok(())
}

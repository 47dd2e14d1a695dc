//! `portal plugin watch`: builds and checks a plugin each time that a file of it changes.

use super::packages::checked;
use crate::plugins::package::{library_file, load};
use crate::settings::Settings;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use web::Error;

/// How often the files are looked at.
const LOOK: Duration = Duration::from_millis(300);

/// Runs until it is stopped.
pub async fn run(settings: &Settings, folder: &Path, library: Option<&Path>) -> Result<(), Error> {
    let folder = folder.canonicalize();
    let folder = folder.map_err(|error| Error::fault(format!("plugin's folder: {error}")))?;
    let library: PathBuf = library.map_or_else(
        || settings.plugins.libraries.join(library_file::file_name(&load::name_of(&folder))),
        Path::to_owned,
    );
    let mut seen = None;
    loop {
        let now = Some(load::fingerprint(&folder, &["target", ".git"]));
        if now != seen {
            seen = now;
            // What cargo says about the author's code is for the author to read.
            let built = Command::new("cargo").arg("build").current_dir(&folder).status();
            match built.map_err(|error| Error::fault(format!("cargo: {error}")))?.success() {
                true => _ = checked(settings, &folder, Some(&library)).await,
                false => println!("{}: does not build", folder.display()),
            }
        }
        tokio::time::sleep(LOOK).await;
    }
}

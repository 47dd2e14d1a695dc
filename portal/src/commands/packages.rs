//! What `portal plugin` does with packages: look at one, sign it, have it answer, go back, remove.

use crate::app;
use crate::in_force::{before, drawn, owner};
use crate::insurers::with_plugin::{for_insurers, insurers_with};
use crate::plugins::calls::Calls;
use crate::plugins::data::database::{self, Place};
use crate::plugins::data::make;
use crate::plugins::data::people::PersonKeys;
use crate::plugins::data::sql::check::Schema;
use crate::plugins::mpk::refusal::Role;
use crate::plugins::mpk::signature::{Signature, read_key};
use crate::plugins::mpk::trust::{Origin, Trust};
use crate::plugins::mpk::{Package, archive};
use crate::plugins::package::check::Checking;
use crate::plugins::package::load::{self, Loader};
use crate::plugins::package::manifest::Manifest;
use crate::plugins::package::{library_file, reserved};
use crate::settings::Settings;
use crate::store::plugin_packages::{self, Installed};
use db::Db;
use semver::Version;
use std::io::Read as _;
use std::path::Path;
use web::Error;
use web::clock::{self, Clock};

/// How a package is taken.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// Of a plugin that is not here.
    Install,
    /// Of one that is, in a later version; also when nobody can go back from it.
    Upgrade { one_way: bool },
}

/// Writes a package beside where it shall be, and then there: a half one is never seen.
pub fn write(file: &Path, package: &Package) -> Result<(), Error> {
    let said = |error: std::io::Error| Error::fault(format!("{}: {error}", file.display()));
    let half = file.with_extension("mpk.part");
    std::fs::write(&half, package.write().map_err(Error::fault)?).map_err(said)?;
    std::fs::rename(&half, file).map_err(said)
}

/// Reads a package once: what is checked is what is used.
fn read(file: &Path) -> Result<(Package, Vec<u8>), Error> {
    let said = |why: &dyn std::fmt::Display| Error::fault(format!("{}: {why}", file.display()));
    let mut bytes = Vec::new();
    let opened = std::fs::File::open(file).map_err(|error| said(&error))?;
    let mut some = opened.take(archive::LONGEST as u64 + 1);
    some.read_to_end(&mut bytes).map_err(|error| said(&error))?;
    let package = Package::read(&bytes).map_err(|refusal| said(&refusal))?;
    Ok((package, bytes))
}

/// Says what a package is and whether it would be taken.
pub fn verify(settings: &Settings, file: &Path) -> Result<(), Error> {
    let (package, _) = read(file)?;
    let contents = &package.contents;
    println!("{} {}, {} files", contents.id, contents.version, contents.files.len());
    println!("package {}", package.hash());
    println!("publisher {}", package.signatures.publisher.key);
    if let Some(operator) = &package.signatures.operator {
        println!("operator {}", operator.key);
    }
    let publisher = trusted(settings, &package.origin())?;
    println!("is of {publisher}, and would be taken");
    Ok(())
}

/// Signs a package as an operator.
pub fn sign(file: &Path, key: &Path) -> Result<(), Error> {
    let (mut package, _) = read(file)?;
    let key = read_key(key).map_err(Error::fault)?;
    package.countersign(|text| Signature::make(&key, Role::Operator, text));
    write(file, &package)?;
    let contents = &package.contents;
    println!("{} {}: signed, package {}", contents.id, contents.version, package.hash());
    println!("of the publisher with the key {}", package.signatures.publisher.key);
    Ok(())
}

/// Whose package it is, when it is taken here and today.
fn trusted(settings: &Settings, origin: &Origin) -> Result<String, Error> {
    let file = &settings.plugins.trust_file;
    if !file.exists() {
        let why = "is not there: nobody is trusted. Does the command have the portal's settings (--config)?";
        return Err(Error::fault(format!("plugins.trust_file {}: {why}", file.display())));
    }
    let trust = Trust::read(file).map_err(Error::fault)?;
    let today = clock::today(Clock::system().now());
    let publisher = trust.takes(origin, &today).map_err(Error::fault)?;
    trust.runs(origin).map_err(Error::fault)?;
    Ok(publisher.to_owned())
}

/// Has a package answer, after all has been tried that a start and a page would try.
pub async fn take(settings: &Settings, file: &Path, how: How) -> Result<(), Error> {
    let (package, bytes) = read(file)?;
    let (origin, contents) = (package.origin(), &package.contents);
    let id = &contents.id;
    let publisher = trusted(settings, &origin)?;
    let db = app::open_db(settings).await?;
    let was = in_force(&db, id).await?;
    let now = Clock::system().now();
    let installed = Installed {
        plugin: id.clone(),
        hash: origin.hash.clone(),
        version: contents.version.clone(),
        installed_at: now,
    };
    let known = plugin_packages::of(&mut db.read().await?, id).await?;
    let answers = was.as_ref().is_some_and(|was| was.hash == origin.hash);
    let is_known = known.iter().any(|package| package.hash == origin.hash);
    if answers || (is_known && was.is_some() && how == How::Install) {
        // The same files: what is new are its signatures.
        let mut tx = db.begin().await?;
        plugin_packages::insert(&mut tx, &installed, &bytes).await?;
        tx.commit().await?;
        println!("{id} {} was here: its signatures are taken over", contents.version);
        return Ok(());
    }
    fits(id, contents.version.as_str(), was.as_ref(), how)?;
    let manifest = package.manifest().map_err(Error::fault)?;
    let others = load::manifests(&settings.plugins.folder, &db).await?;
    for other in others.keys() {
        reserved::beside(id, std::iter::once(other.as_str())).map_err(Error::fault)?;
        reserved::beside(other, std::iter::once(id.as_str())).map_err(Error::fault)?;
    }
    for_insurers(&db, &manifest).await?;
    if let (Some(was), How::Upgrade { one_way: false }) = (&was, how) {
        way_back(&db, was, &package).await?;
    }
    let unpacked = package.unpack().map_err(Error::fault)?;
    let folder = unpacked.path().join(id);
    // From where it will be loaded: a temporary folder may not hold programs.
    let library = package.files.get(&library_file::file_name(id)).map(Vec::as_slice);
    let library = library_file::keep(&settings.plugins.copies, library.unwrap_or_default());
    let library = library.map_err(Error::fault)?;
    let (_, wrong) = checked(settings, &folder, Some(&library)).await;
    if wrong {
        return Err(Error::fault(format!("{id} {}: is not taken", contents.version)));
    }
    let keys = PersonKeys::open(&db).await?;
    let loader = Loader { settings, db: &db, keys: &keys, calls: &Calls::default() };
    // Its tables are made by this: the version that answers now goes on with them.
    loader.package(&package).await.map_err(Error::fault)?;
    let mut tx = db.begin().await?;
    plugin_packages::insert(&mut tx, &installed, &bytes).await?;
    put(&mut tx, &installed, was.as_ref(), now).await?;
    tx.commit().await?;
    println!("{id} {} of {publisher}: answers from now on", contents.version);
    db.close().await;
    Ok(())
}

async fn put(
    tx: &mut db::Tx,
    next: &Installed,
    was: Option<&Installed>,
    now: i64,
) -> Result<(), Error> {
    let was = was.map(|was| was.hash.as_str());
    match plugin_packages::put(tx, &next.plugin, &next.hash, was, now).await? {
        true => Ok(()),
        false => {
            Err(Error::fault("somebody else changed this plugin meanwhile: look, and try again"))
        }
    }
}

async fn in_force(db: &Db, plugin: &str) -> Result<Option<Installed>, Error> {
    let all = plugin_packages::in_force(&mut db.read().await?).await?;
    Ok(all.into_iter().find(|package| package.plugin == plugin))
}

/// Whether a version can follow the one that answers.
fn fits(id: &str, version: &str, was: Option<&Installed>, how: How) -> Result<(), Error> {
    let later = |was: &Installed| Version::parse(version).ok() > Version::parse(&was.version).ok();
    let why = match (how, was) {
        (How::Install, None) => return Ok(()),
        (How::Install, Some(was)) => {
            format!("{id} {} is here: use `portal plugin upgrade`", was.version)
        }
        (How::Upgrade { .. }, None) => format!("{id} is not here: use `portal plugin install`"),
        (How::Upgrade { .. }, Some(was)) if later(was) => return Ok(()),
        (How::Upgrade { .. }, Some(was)) => format!(
            "{id} {version} is not later than {}, which answers: use `portal plugin rollback` to go back, \
             or raise the version",
            was.version
        ),
    };
    Err(Error::fault(why))
}

/// Whether the version that answers now could answer again on the tables of the next.
async fn way_back(db: &Db, was: &Installed, next: &Package) -> Result<(), Error> {
    let bytes = plugin_packages::bytes(&mut db.read().await?, &was.plugin, &was.hash).await?;
    let Some(Ok(before)) = bytes.map(|bytes| Package::read(&bytes)) else { return Ok(()) };
    let tables = |package: &Package| {
        let unpacked = package.unpack()?;
        let tables = load::declared_tables(&unpacked.path().join(&was.plugin))?;
        let imported = package.manifest()?.imported(&tables)?;
        Ok::<_, String>((tables, imported))
    };
    let (before, next) = (tables(&before), tables(next));
    let ((before, filled), (next, fills)) =
        (before.map_err(Error::fault)?, next.map_err(Error::fault)?);
    let before = Schema { tables: &before, imported: &filled };
    let next = Schema { tables: &next, imported: &fills };
    make::can_go_back(&before, &next).map_err(|why| {
        let version = &was.version;
        Error::fault(format!(
            "after it nobody can go back to {version}: {why}; add --one-way when you mean it"
        ))
    })
}

/// Goes back to the package before, or to a version.
pub async fn back(settings: &Settings, plugin: &str, to: Option<&str>) -> Result<(), Error> {
    let db = app::open_db(settings).await?;
    let was = in_force(&db, plugin).await?;
    let was = was.ok_or_else(|| Error::fault(format!("no package of {plugin} is in use")))?;
    let number = |package: &Installed| Version::parse(&package.version).ok();
    let mut all = plugin_packages::of(&mut db.read().await?, plugin).await?;
    all.sort_by_key(|package| (number(package), package.installed_at));
    let known: Vec<String> = all.iter().map(|package| package.version.clone()).collect();
    let trust = Trust::read(&settings.plugins.trust_file).map_err(Error::fault)?;
    let before = match to {
        Some(to) => all.into_iter().rfind(|one| one.version == to && one.hash != was.hash),
        None => {
            let ways = plugin_packages::ways_back(&mut db.read().await?, plugin).await?;
            before(ways, &was, &trust)
        }
    };
    let before = before.ok_or_else(|| {
        Error::fault(format!(
            "there is nothing to go back to: {plugin} was here as {} (--to names one)",
            known.join(", ")
        ))
    })?;
    let keys = PersonKeys::open(&db).await?;
    let loader = Loader { settings, db: &db, keys: &keys, calls: &Calls::default() };
    let loaded = loader.installed(&before, &trust).await?;
    let loaded = loaded.and_then(|loaded| drawn(settings, loaded)).map_err(Error::fault)?;
    for_insurers(&db, &loaded.manifest).await?;
    let mut tx = db.begin().await?;
    let now = Clock::system().now();
    put(&mut tx, &before, Some(&was), now).await?;
    if number(&before) < number(&was) {
        plugin_packages::leave(&mut tx, &was, Some(now)).await?;
    }
    // Who names a version stands up for it.
    plugin_packages::leave(&mut tx, &before, None).await?;
    tx.commit().await?;
    println!("{plugin} {}: answers again", before.version);
    db.close().await;
    Ok(())
}

/// Takes a plugin out of use.
pub async fn remove(settings: &Settings, plugin: &str) -> Result<(), Error> {
    let db = app::open_db(settings).await?;
    let mut tx = db.begin().await?;
    if !plugin_packages::remove(&mut tx, plugin).await? {
        return Err(Error::fault(format!("no package of {plugin} is in use")));
    }
    tx.commit().await?;
    println!("{plugin}: out of use; its data stays");
    for insurer in insurers_with(&db, plugin).await? {
        println!("{} still has it on: members do not see it any more", insurer.brand.slug);
    }
    db.close().await;
    Ok(())
}

/// Deletes the data of a plugin that is out of use.
pub async fn reset(settings: &Settings, plugin: &str, yes: bool) -> Result<(), Error> {
    let no = |why: String| Err(Error::fault(why));
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !plugin.chars().all(plain) {
        return no(format!("{plugin:?} is no plugin's id: a-z, 0-9 and -"));
    }
    let folder = settings.plugins.folder.join(plugin);
    if folder.join("plugin.toml").is_file() {
        // Its tables are open in every portal that runs.
        return no(format!(
            "{} is there: take it away on every node and restart them first",
            folder.display()
        ));
    }
    let db = app::open_db(settings).await?;
    if in_force(&db, plugin).await?.is_some() {
        return no(format!("{plugin} is in use: `portal plugin remove {plugin}` first"));
    }
    if !yes {
        return no(format!(
            "this deletes what {plugin} holds of all insurers: add --yes when you mean it"
        ));
    }
    let keys = PersonKeys::open(&db).await?;
    let place = Place { url: &settings.database, host: &db, keys: &keys, plugin };
    if !database::erase(&place).await.map_err(Error::fault)? {
        return no(format!("{plugin} holds nothing here"));
    }
    let mut tx = db.begin().await?;
    plugin_packages::forget(&mut tx, plugin).await?;
    tx.commit().await?;
    println!("{plugin}: its data is deleted");
    db.close().await;
    Ok(())
}

/// Prints what is wrong with a plugin; whether anything is.
pub async fn checked(
    settings: &Settings,
    folder: &Path,
    library: Option<&Path>,
) -> (Option<Manifest>, bool) {
    let checking = Checking {
        folder,
        library,
        libraries: &settings.plugins.libraries,
        themes: &settings.themes,
        portal: owner(),
    };
    let (manifest, wrong) = checking.run().await;
    let name = manifest.as_ref().map_or_else(
        || folder.display().to_string(),
        |manifest| format!("{} {}", manifest.plugin.id, manifest.plugin.version),
    );
    wrong.iter().for_each(|why| println!("{why}"));
    match wrong.len() {
        0 => println!("{name}: nothing to mend"),
        count => println!("{name}: {count} to mend"),
    }
    (manifest, !wrong.is_empty())
}

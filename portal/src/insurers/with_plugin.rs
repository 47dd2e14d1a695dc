//! The insurers that have a plugin on, and whether another version can follow for them.

use super::Insurer;
use crate::plugins::package::manifest::Manifest;
use crate::plugins::package::setting;
use db::{Db, published};
use web::Error;

/// Whether the insurers that have a plugin on can go on with what they set.
pub async fn for_insurers(db: &Db, manifest: &Manifest) -> Result<(), Error> {
    for insurer in insurers_with(db, &manifest.plugin.id).await? {
        for on in insurer.definition.plugins.iter().filter(|on| on.id == manifest.plugin.id) {
            setting::check(&manifest.setting, &on.settings).map_err(|why| {
                let slug = &insurer.brand.slug;
                Error::fault(format!("insurer {slug}: settings: {why}; apply its folder before"))
            })?;
        }
    }
    Ok(())
}

/// The insurers that have a plugin on.
pub async fn insurers_with(db: &Db, plugin: &str) -> Result<Vec<Insurer>, Error> {
    let mut conn = db.read().await?;
    let mut found = Vec::new();
    for (slug, version) in published::versions(&mut conn).await? {
        let current = published::current(&mut conn, &slug).await?;
        let Some(Ok(insurer)) = current.map(|(_, text)| Insurer::read(version, &text)) else {
            continue;
        };
        if insurer.definition.plugins.iter().any(|on| on.id == plugin) {
            found.push(insurer);
        }
    }
    Ok(found)
}

//! `idp insurer apply DIR`: shows what would change, then publishes a new version.

use super::read::Folder;
use super::{Definition, client_secret, published};
use crate::ids::InsurerId;
use crate::store::{consents, grants};
use db::Db;
use secret::Sealer;
use web::difference::difference;

impl Folder {
    /// The definition with its clients' secrets hashed or sealed: what may be stored.
    pub fn sealed(self, sealer: &Sealer) -> Definition {
        let Folder { mut definition, client_secrets } = self;
        for (client_id, clear) in client_secrets {
            if let Some(client) = definition.clients.get_mut(&client_id) {
                let slug = &definition.brand.slug;
                let secret = client_secret::new_secret(sealer, slug, client, &clear);
                client.secrets.push(secret);
            }
        }
        definition
    }
}

/// Publishes a definition as the next version. Returns the version and the difference.
pub async fn apply(db: &Db, new: &Definition, now: i64) -> Result<(i64, Vec<String>), db::Error> {
    let insurer = InsurerId::new(&new.brand.slug);
    let mut tx = db.begin().await?;
    let current = match published::current(&mut tx, &insurer).await {
        // An older program wrote it: nothing can be compared, but it can be replaced.
        Err(db::Error::Column(..)) => {
            let version = db::published::current(&mut tx, &insurer).await?.map_or(0, |(v, _)| v);
            let lines = difference(None::<&Definition>, new);
            published::publish(&mut tx, &insurer, version + 1, new, now).await?;
            tx.commit().await?;
            return Ok((version + 1, lines));
        }
        current => current?,
    };
    let lines = difference(current.as_ref().map(|(_, definition)| definition), new);
    // A client that is not in the folder any more loses what it was granted.
    let known = current.iter().flat_map(|(_, definition)| definition.clients.keys());
    let gone: Vec<String> = known.filter(|id| !new.clients.contains_key(*id)).cloned().collect();
    let version = current.map_or(0, |(version, _)| version);
    if lines.is_empty() {
        return Ok((version, lines));
    }
    published::publish(&mut tx, &insurer, version + 1, new, now).await?;
    for client_id in gone {
        grants::revoke_client(&mut tx, &insurer, &client_id).await?;
        consents::forget_client(&mut tx, &insurer, &client_id).await?;
    }
    tx.commit().await?;
    Ok((version + 1, lines))
}

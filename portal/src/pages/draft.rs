//! What was typed into a plugin's form, sealed, for when its sender comes back.

use crate::app::App;
use crate::plugins::form::field::Action;
use crate::store::form_drafts::{self, Of};
use std::collections::BTreeMap;
use web::Error;

/// How long what was typed into a form of one step is kept, in seconds.
pub(super) const KEPT: i64 = 2 * 3600;

/// How long what was typed into a form is kept, in seconds.
pub(super) fn kept(action: &Action) -> i64 {
    if action.steps() > 1 { action.kept() } else { KEPT }
}

/// A form of somebody's.
#[derive(Clone, Copy)]
pub(super) struct Draft<'a> {
    pub app: &'a App,
    pub of: Of<'a>,
    pub now: i64,
    /// For how long, in seconds.
    pub kept: i64,
}

impl Draft<'_> {
    /// Keeps what was typed, in place of what was kept before.
    pub async fn keep(&self, typed: &BTreeMap<String, String>) -> Result<(), Error> {
        let typed = serde_json::to_vec(typed).map_err(Error::fault)?;
        let sealed = self.app.sealer.seal(&self.of.purpose(), &typed);
        let mut tx = self.app.db.begin().await?;
        form_drafts::put(&mut tx, self.of, &sealed, self.now + self.kept).await?;
        Ok(tx.commit().await?)
    }

    /// What is kept.
    pub async fn find(&self) -> Result<Option<BTreeMap<String, String>>, Error> {
        let mut conn = self.app.db.read().await?;
        let Some(sealed) = form_drafts::find(&mut conn, self.of, self.now).await? else {
            return Ok(None);
        };
        let open = self.app.sealer.open(&self.of.purpose(), &sealed);
        Ok(open.ok().and_then(|typed| serde_json::from_slice(&typed).ok()))
    }

    /// The form was taken: what was kept of it is no use any more.
    pub async fn forget(&self) -> Result<(), Error> {
        let mut conn = self.app.db.read().await?;
        if form_drafts::find(&mut conn, self.of, self.now).await?.is_none() {
            return Ok(());
        }
        drop(conn);
        let mut tx = self.app.db.begin().await?;
        form_drafts::delete(&mut tx, self.of).await?;
        Ok(tx.commit().await?)
    }
}

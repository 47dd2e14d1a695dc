//! The plugins that answer, and the pages that their templates are part of: they change together, and a
//! request goes on with those that it began with.

use crate::plugins::Plugins;
use crate::settings::Settings;
use include_dir::{Dir, include_dir};
use std::sync::Arc;
use web::Pages;
use web::pages::Owner;

static TEMPLATES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates");
static MESSAGES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/messages");

/// What a request finds when it begins.
pub struct InForce {
    pub plugins: Plugins,
    pub pages: Arc<Pages>,
}

impl InForce {
    /// Puts the plugins' templates and texts beside the portal's own. A plugin whose cannot be used is left
    /// out by name, and so is a theme; the rest runs.
    ///
    /// # Errors
    /// When the portal's own pages or the base theme cannot be used.
    pub fn new(settings: &Settings, mut plugins: Plugins) -> Result<Self, web::Error> {
        let owners = |plugins: &Plugins| -> Vec<Owner> {
            std::iter::once(owner()).chain(plugins.values().map(|plugin| plugin.owner())).collect()
        };
        let (pages, refused) = match Pages::load_usable(&settings.themes, &owners(&plugins)) {
            Ok(loaded) => loaded,
            Err(_) => {
                // Somebody's cannot be used: each plugin alone says whose.
                plugins.retain(|id, plugin| {
                    let alone = [owner(), plugin.owner()];
                    let loaded = Pages::load_usable(&settings.themes, &alone);
                    if let Err(why) = &loaded {
                        tracing::error!(plugin = id, %why, "plugin refused: mend its template or text");
                    }
                    loaded.is_ok()
                });
                Pages::load_usable(&settings.themes, &owners(&plugins))?
            }
        };
        for why in refused {
            tracing::error!(%why, "theme left out: mend it and restart; insurers that have it are too");
        }
        Ok(Self { plugins, pages: Arc::new(pages) })
    }
}

/// The program's own templates and texts.
pub fn owner() -> Owner {
    Owner::embedded("portal", &TEMPLATES, &MESSAGES)
}

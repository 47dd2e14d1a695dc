//! What an insurer offers: whether a plugin is on, in which version, with which settings and
//! which class. Pages, menu, cards and imports all ask here.

use super::definition::Definition;
use crate::plugins::data::class::{DataClass, Declared};
use crate::plugins::{Plugin, Plugins};
use serde_json::Value;
use std::sync::Arc;

/// A plugin as one insurer offers it.
#[derive(Clone, Copy)]
pub struct Offer<'a> {
    /// In the version that is loaded.
    pub plugin: &'a Arc<Plugin>,
    /// The insurer's settings for it.
    pub settings: &'a Value,
}

/// All that an insurer offers, in its order. What is on but not loaded is not offered.
pub fn all<'a>(
    definition: &'a Definition,
    plugins: &'a Plugins,
) -> impl Iterator<Item = Offer<'a>> {
    definition.plugins.iter().filter_map(|enabled| {
        Some(Offer { plugin: plugins.get(&enabled.id)?, settings: &enabled.settings })
    })
}

/// One plugin, when the insurer offers it (F054: what is not switched on cannot be reached).
pub fn one<'a>(definition: &'a Definition, plugins: &'a Plugins, id: &str) -> Option<Offer<'a>> {
    all(definition, plugins).find(|offer| offer.plugin.id() == id)
}

/// The ids that are on but not loaded.
pub fn missing<'a>(
    definition: &'a Definition,
    plugins: &'a Plugins,
) -> impl Iterator<Item = &'a str> {
    let ids = definition.plugins.iter().map(|enabled| enabled.id.as_str());
    ids.filter(|id| !plugins.contains_key(*id))
}

impl<'a> Offer<'a> {
    /// The plugin's id.
    pub fn id(&self) -> &'a str {
        self.plugin.id()
    }

    /// The plugin's name in a language.
    pub fn name(&self, lang: &str) -> &'a str {
        self.plugin.manifest.plugin.name.in_language(lang)
    }

    /// The message of the plugin's entry in the menu, when it has one.
    pub fn menu(&self) -> Option<&'a str> {
        self.plugin.manifest.menu.as_ref().map(|menu| menu.label.as_str())
    }

    /// The page at a path below the plugin.
    pub fn page(&self, path: &str) -> Option<Declared<'a>> {
        let plugin = self.plugin.as_ref();
        plugin.manifest.route(path).map(|route| route.declared())
    }

    /// The cards of the home page.
    pub fn cards(&self) -> impl Iterator<Item = Declared<'a>> + use<'a> {
        let plugin = self.plugin.as_ref();
        plugin.manifest.card.iter().map(|card| card.declared())
    }

    /// Whether a card shows rows whose reading is recorded.
    pub fn has_medical_card(&self) -> bool {
        self.cards().any(|card| card.class == DataClass::Medical)
    }
}

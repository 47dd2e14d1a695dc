//! What an insurer offers: whether a plugin is on, in which version, with which settings and
//! which class. Pages, menu, cards and imports all ask here.

use super::definition::{Definition, Enabled};
use crate::plugins::border::host::Shared;
use crate::plugins::data::reach::Declared;
use crate::plugins::package::declared::{Listens, Uses};
use crate::plugins::package::manifest::{Answers, Importer, Menu};
use crate::plugins::{Plugin, Plugins};
use handover::Layout;
use serde_json::Value;
use std::sync::Arc;

/// A plugin as one insurer offers it.
#[derive(Clone, Copy)]
pub struct Offer<'a> {
    /// In the version that is loaded.
    pub plugin: &'a Arc<Plugin>,
    /// The insurer's settings for it.
    pub settings: &'a Value,
    enabled: &'a Enabled,
}

/// All that an insurer offers, in its order. What is on but not loaded is not offered.
pub fn all<'a>(
    definition: &'a Definition,
    plugins: &'a Plugins,
) -> impl Iterator<Item = Offer<'a>> {
    definition.plugins.iter().filter_map(|enabled| {
        Some(Offer { plugin: plugins.get(&enabled.id)?, settings: &enabled.settings, enabled })
    })
}

/// One plugin, when the insurer offers it (F054: what is not switched on cannot be reached).
pub fn one<'a>(definition: &'a Definition, plugins: &'a Plugins, id: &str) -> Option<Offer<'a>> {
    all(definition, plugins).find(|offer| offer.plugin.id() == id)
}

/// What a plugin may ask of others: what it uses, they export, and the insurer has on.
pub fn shared(definition: &Definition, plugins: &Plugins, plugin: &Plugin) -> Vec<Shared> {
    shared_by(plugin, |id| one(definition, plugins, id).map(|offer| offer.plugin))
}

/// The same of owners that are on otherwise: by their ids.
pub fn shared_by<'o>(
    plugin: &Plugin,
    owner: impl Fn(&str) -> Option<&'o Arc<Plugin>>,
) -> Vec<Shared> {
    let one = |uses: &Uses| {
        let owner = owner(&uses.plugin)?;
        owner.manifest.export.iter().find(|export| export.query == uses.query)?;
        Some(Shared {
            plugin: uses.plugin.clone(),
            query: uses.query.clone(),
            queries: owner.queries.clone(),
            database: owner.database.clone()?,
        })
    };
    plugin.manifest.uses.iter().filter_map(one).collect()
}

/// Whether a plugin hears what it listens to: the insurer has the other one on, too, and the event is
/// still said there, in a class that the listener may know.
pub fn hears(definition: &Definition, plugins: &Plugins, listens: &Listens) -> bool {
    let of = one(definition, plugins, &listens.plugin);
    let events = of.into_iter().flat_map(|offer| &offer.plugin.manifest.event);
    events.filter(|event| event.id == listens.event).any(|event| event.data <= listens.data)
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

    /// The plugin's entry in the menu, when it has one.
    pub fn menu(&self) -> Option<&'a Menu> {
        self.plugin.manifest.menu.as_ref()
    }

    /// How the insurer lays out the files of an importer.
    pub fn layout(&self, importer: &Importer) -> Option<&'a Layout> {
        let first = self.plugin.manifest.importer.first();
        let first = first.is_some_and(|first| first.id == importer.id);
        self.enabled.layout(&importer.id, first)
    }

    /// The page at a path below the plugin.
    pub fn page(&self, path: &str) -> Option<Declared<'a>> {
        let plugin = self.plugin.as_ref();
        plugin.manifest.route(path).map(|route| route.declared())
    }

    /// What the route at a path answers with.
    pub fn answers(&self, path: &str) -> Answers {
        self.plugin.manifest.route(path).map_or(Answers::Page, |route| route.answers)
    }

    /// The cards of the home page.
    pub fn cards(&self) -> impl Iterator<Item = Declared<'a>> + use<'a> {
        let plugin = self.plugin.as_ref();
        plugin.manifest.card.iter().map(|card| card.declared())
    }
}

#[cfg(test)]
mod tests {
    use super::{all, hears, missing, one};
    use crate::insurers::definition::{Definition, Enabled, HouseholdPolicy};
    use crate::plugins::data::class::DataClass;
    use crate::plugins::package::declared::Listens;
    use crate::plugins::{Plugin, Plugins};
    use serde_json::{Value, json};
    use std::sync::Arc;
    use web::Brand;

    fn plugin(id: &str, class: &str) -> (String, Arc<Plugin>) {
        let manifest = format!(
            "schema = \"musubi-plugin/1\"\n[plugin]\nid = \"{id}\"\nversion = \"1\"\n\
             name = {{ ja = \"名 {id}\" }}\nhost_api = 1\n\
             [menu]\nlabel = \"{id}-menu\"\n\
             [[route]]\npath = \"/\"\nhandler = \"list\"\ndata = \"none\"\n\
             [[card]]\nid = \"c\"\nhandler = \"latest\"\ndata = \"{class}\"\n"
        );
        (id.to_owned(), Arc::new(Plugin::declared(&manifest, id)))
    }

    fn definition(on: &[(&str, Value)]) -> Definition {
        let enabled = |(id, settings): &(&str, Value)| Enabled {
            id: (*id).to_owned(),
            settings: settings.clone(),
            layout: None,
        };
        Definition {
            brand: Brand::nobody(),
            signin: Default::default(),
            staff: None,
            app: None,
            household: HouseholdPolicy::Never,
            after_loss: Default::default(),
            levels: Default::default(),
            mail: Default::default(),
            plugins: on.iter().map(enabled).collect(),
        }
    }

    #[test]
    fn what_is_on_and_loaded_is_offered_in_the_insurers_order() {
        let plugins = Plugins::from([plugin("fees", "medical"), plugin("help", "none")]);
        let on = [("points", json!(null)), ("help", json!({"a": 1})), ("fees", json!(null))];
        let definition = definition(&on);
        let ids: Vec<&str> = all(&definition, &plugins).map(|offer| offer.id()).collect();
        assert_eq!(ids, ["help", "fees"]);
        assert_eq!(missing(&definition, &plugins).collect::<Vec<_>>(), ["points"]);

        let help = one(&definition, &plugins, "help").unwrap();
        assert_eq!(help.settings, &json!({"a": 1}));
        assert_eq!(
            (help.name("ja"), help.menu().map(|menu| menu.label.as_str())),
            ("名 help", Some("help-menu"))
        );
        assert_eq!(help.page("/").map(|page| page.handler), Some("list"));
        assert!(help.page("/other").is_none());
        let fees = one(&definition, &plugins, "fees").unwrap();
        assert!(fees.cards().any(|card| card.class == DataClass::Medical));
    }

    #[test]
    fn a_plugin_hears_what_is_said_where_it_is_on_and_in_its_class() {
        let event = |class: &str| {
            let text = "schema = \"musubi-plugin/1\"\n[plugin]\nid = \"fees\"\nversion = \"1\"\n\
                        name = { ja = \"x\" }\nhost_api = 1\n[[event]]\nid = \"new\"\ndata = ";
            let plugin = Arc::new(Plugin::declared(&format!("{text}\"{class}\"\n"), "fees"));
            Plugins::from([("fees".to_owned(), plugin)])
        };
        let listens = |event: &str| Listens {
            plugin: "fees".to_owned(),
            event: event.to_owned(),
            handler: "h".to_owned(),
            data: DataClass::Pii,
            queries: None,
            statements: None,
        };
        let (on, off) = (definition(&[("fees", json!(null))]), definition(&[]));
        assert!(hears(&on, &event("pii"), &listens("new")));
        assert!(hears(&on, &event("none"), &listens("new")));
        assert!(!hears(&on, &event("medical"), &listens("new")), "above what it may know");
        assert!(!hears(&on, &event("pii"), &listens("old")), "not said");
        assert!(!hears(&off, &event("pii"), &listens("new")), "off");
    }

    #[test]
    fn what_is_not_on_is_not_offered_though_it_is_loaded() {
        let plugins = Plugins::from([plugin("fees", "medical"), plugin("help", "none")]);
        let definition = definition(&[("help", json!(null))]);
        assert!(one(&definition, &plugins, "fees").is_none());
        assert!(one(&definition, &plugins, "points").is_none());
    }
}

//! Every page of the portal's own.

use portal::pages::access_record::AccessRecord;
use portal::pages::home::{Home, Welcome};
use portal::pages::household::Household;
use portal::pages::inbox::Inbox;
use portal::pages::plugin_page::PluginFault;
use portal::pages::search::Search;
use portal::pages::signin::SignOut;
use portal::pages::staff::file::StaffFile;
use portal::pages::staff::files::{StaffFiles, StaffUpload};
use portal::pages::staff::home::StaffHome;
use portal::pages::staff::record::StaffRecord;
use portal::plugins::form::sampled;
use portal::plugins::package::manifest::Manifest;
use std::path::Path;
use web::look::{ErrorPage, Notice};
use web::testing::Drawer;

/// Draws every sample of a plugin's pages, in every theme and language.
pub fn of_plugin(to: &mut Drawer, id: &str, folder: &Path) {
    let mut names: Vec<String> = std::fs::read_dir(folder.join("samples"))
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some(entry.file_name().to_str()?.strip_suffix(".json")?.to_owned()))
        .collect();
    names.sort();
    let text = std::fs::read_to_string(folder.join("plugin.toml")).expect("readable");
    let manifest = Manifest::parse(&text, id).expect("a manifest");
    for name in names {
        let file = folder.join("samples").join(format!("{name}.json"));
        let text = std::fs::read(&file).expect("readable");
        let samples: Vec<serde_json::Value> = serde_json::from_slice(&text).expect("samples");
        assert!(!samples.is_empty(), "{id}/{name} has samples");
        to.samples_in(&format!("{id}/{name}.html"), |messages| {
            let (drawn, missing) = sampled::beside(&manifest, messages, &samples);
            assert!(missing.is_empty(), "{id}: {missing:?}");
            drawn
        });
    }
}

/// Draws every page in every sample, theme and language.
pub fn pages(to: &mut Drawer) {
    to.page::<Welcome>();
    to.page::<Home>();
    to.page::<Household>();
    to.page::<Inbox>();
    to.page::<Search>();
    to.page::<SignOut>();
    to.page::<PluginFault>();
    to.page::<AccessRecord>();
    to.page::<StaffHome>();
    to.page::<StaffFiles>();
    to.page::<StaffUpload>();
    to.page::<StaffFile>();
    to.page::<StaffRecord>();
    to.page::<ErrorPage>();
    to.page::<Notice>();
}

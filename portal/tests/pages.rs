//! Every page of the portal and of the plugins × sample × theme × language draws.

#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod every;

use portal::jobs::mail::Letter;
use portal::plugins::package::manifest::Manifest;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use web::Pages;
use web::pages::Owner;
use web::testing::{Drawer, sources, undrawn};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The folders of all plugins: those of the product and those that only tests load.
fn plugins() -> Vec<(String, PathBuf)> {
    let folders = ["plugins", "tests/plugins"].map(|folder| root().join(folder));
    let entries = folders.iter().flat_map(|folder| std::fs::read_dir(folder).unwrap().flatten());
    let plugins = entries.filter(|entry| entry.path().join("plugin.toml").is_file());
    plugins.map(|entry| (entry.file_name().into_string().unwrap(), entry.path())).collect()
}

fn pages() -> Arc<Pages> {
    let mut owners = vec![portal::in_force::owner()];
    owners.extend(plugins().iter().map(|(id, folder)| Owner::from_folder(id, folder)));
    Arc::new(Pages::load(&root().join("themes"), &owners).unwrap())
}

/// Files of a folder by stem; those that begin with `_` are parts of others.
fn stems(folder: &Path, end: &str) -> BTreeSet<String> {
    let names = std::fs::read_dir(folder).into_iter().flatten().flatten();
    names
        .filter_map(|entry| Some(entry.file_name().to_str()?.strip_suffix(end)?.to_owned()))
        .filter(|stem| !stem.starts_with('_'))
        .collect()
}

#[test]
fn every_page_draws_in_every_theme_and_language() {
    let mut drawer = Drawer::new(&pages());
    every::pages(&mut drawer);
    assert!(drawer.drawn.len() > 50);
}

/// Both parts of each mail.
#[test]
fn every_mail_draws_in_every_theme_and_language() {
    let mut drawer = Drawer::new(&pages());
    for part in ["txt", "html"] {
        drawer.samples(&format!("portal/mail/notification.{part}"), &Letter::samples());
    }
    assert!(drawer.drawn.len() >= 8);
}

/// A page that is not in the list would be drawn by nobody before a member.
#[test]
fn the_list_is_whole() {
    let list = include_str!("every/mod.rs");
    assert_eq!(undrawn(&root().join("portal/src"), &["Page"], list), Vec::<String>::new());
}

/// Every template of a plugin has samples beside it, and each sample draws.
#[test]
fn every_page_of_the_plugins_draws() {
    let (mut drawer, plugins) = (Drawer::new(&pages()), plugins());
    assert!(plugins.len() > 1, "there are plugins");
    for (id, folder) in plugins {
        let templates = stems(&folder.join("templates"), ".html");
        let samples = stems(&folder.join("samples"), ".json");
        assert_eq!(templates, samples, "{id}: templates/NAME.html needs samples/NAME.json");
        every::of_plugin(&mut drawer, &id, &folder);
    }
}

/// A plugin has the same texts in each language, and those that its menu and its code name.
#[test]
fn the_plugins_speak_every_language() {
    let pages = pages();
    for (id, folder) in plugins() {
        let text = std::fs::read_to_string(folder.join("plugin.toml")).unwrap();
        let manifest = Manifest::parse(&text, &id).unwrap();
        let mut named: Vec<String> = manifest.menu.into_iter().map(|menu| menu.label).collect();
        sources(&folder.join("src"), &mut |text| {
            let literals = text.split('"').skip(1).step_by(2).map(str::to_owned);
            let whole = |text: &String| text.starts_with(&format!("{id}-")) && !text.contains('{');
            named.extend(literals.filter(whole));
        });
        let owner = Owner::from_folder(&id, &folder);
        let ids = |lang: &str| -> BTreeSet<String> {
            let lines = owner.messages.get(lang).into_iter().flat_map(|text| text.lines());
            let keys = lines.filter_map(|line| Some(line.split_once('=')?.0.trim_end().to_owned()));
            keys.filter(|key| key.starts_with(&id)).collect()
        };
        assert_eq!(ids("ja"), ids("en"), "{id}");
        for lang in ["ja", "en"] {
            let messages = pages.theme("base").messages(lang);
            for key in &named {
                // One with arguments is asked for with them.
                let there = messages.text(key, &[]).is_some() || ids(lang).contains(key);
                assert!(there, "{id} {lang}: {key}");
            }
        }
    }
}

/// Texts that Rust asks for by name.
#[test]
fn every_named_text_exists() {
    let pages = pages();
    for lang in ["ja", "en"] {
        let messages = pages.theme("base").messages(lang);
        for key in [
            "nav-home",
            "nav-household",
            "nav-views",
            "nav-own",
            "signin-failed-title",
            "signin-failed-text",
            "signin-cancelled-title",
            "signin-cancelled-text",
            "plugin-not-offered-title",
            "plugin-not-offered-text",
            "welcome-sign-in",
        ] {
            assert!(messages.text(key, &[]).is_some(), "{key} {lang}");
        }
    }
}

//! 1,400 insurers, each with twenty plugins on: copies of the example under other ids.

use crate::insurers::INSURERS;
use db::Value;
use serde_json::json;
use std::path::Path;
use std::time::{Duration, Instant};
use tests::visitor::{HANAKO, Visitor};
use tests::world::{Options, Program, World, bin, copy, own_plugins, root};

const PLUGINS: usize = 20;
/// What is measured, as `--only` names it.
pub const NAME: &str = "1,400 insurers with 20 plugins";

/// What a process holds, in megabytes, with its share of what it shares (PSS).
fn proportional_mb(pid: u32) -> f64 {
    let file = format!("/proc/{pid}/smaps_rollup");
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:")).unwrap_or("0");
    line.split_whitespace().next().and_then(|kb| kb.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}

/// The id of a copy: as long as the example's, so that it can stand in a library's bytes in its place.
fn id(n: usize) -> String {
    let sign = "0123456789abcdfghijk".chars().nth(n).expect("twenty");
    format!("exampl{sign}")
}

/// Every `example` in these bytes becomes the copy's id.
fn renamed(bytes: &[u8], id: &str) -> Vec<u8> {
    const OLD: &[u8] = b"example";
    let mut new = bytes.to_vec();
    let mut at = 0;
    while let Some(found) = new[at..].windows(OLD.len()).position(|some| some == OLD) {
        new[at + found..at + found + OLD.len()].copy_from_slice(id.as_bytes());
        at += found + OLD.len();
    }
    new
}

fn rename(folder: &Path, id: &str) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        match entry.path() {
            path if path.is_dir() => rename(&path, id),
            path => {
                let bytes = std::fs::read(&path).expect("a file");
                std::fs::write(&path, renamed(&bytes, id)).expect("written");
            }
        }
    }
}

/// Measures starts, memory, switching on, and a table more.
pub async fn run(databases: (String, String), figures: &mut Vec<serde_json::Value>) {
    let libraries = tempfile::tempdir().expect("a temporary folder");
    let lib = |id: &str| format!("lib{}.so", id.replace('-', "_"));
    for folder in own_plugins() {
        let name = lib(&folder.file_name().expect("a name").to_string_lossy());
        let to = libraries.path().join(&name);
        std::fs::copy(bin().join(&name), to).expect("the plugins are built");
    }
    let at = libraries.path().display().to_string();
    let settings = vec![("MUSUBI_PORTAL_PLUGINS__LIBRARIES", at)];
    let options = Options { insurers: vec!["minato"], settings, ..Options::default() };
    let portal_url = databases.1.clone();
    let mut world = World::start(databases, options).await;
    let visitor = Visitor::member(&world, "minato", "hanako79", HANAKO).await;
    world.kill(Program::Portal);
    let library = std::fs::read(bin().join(lib("example"))).expect("the example is built");
    for n in 0..PLUGINS {
        let id = id(n);
        let folder = world.folder.join("plugins").join(&id);
        copy(&root().join("plugins/example"), &folder);
        rename(&folder, &id);
        let to = libraries.path().join(lib(&id));
        std::fs::write(to, renamed(&library, &id)).expect("written");
    }
    let allowed = world.ran(Program::Portal, &["plugins", "hash"]);
    std::fs::write(world.folder.join("allowed.sha256"), allowed).expect("writable");
    publish(&portal_url).await;
    let engine = world.engine;
    let mut told = |what: &str, value: f64, unit: &str| {
        println!("{:<42} {:<9} {value:>8.2} {unit}", format!("{NAME}: {what}"), engine);
        figures.push(json!({
            "scenario": format!("{NAME}: {what}"), "engine": engine, unit: value,
        }));
    };
    let began = Instant::now();
    world.ran(Program::Portal, &["plugins"]);
    told("tables of 20 plugins made", began.elapsed().as_secs_f64(), "s");
    let began = Instant::now();
    world.launch(Program::Portal).await;
    told("start", began.elapsed().as_secs_f64(), "s");
    tokio::time::sleep(Duration::from_secs(3)).await;
    // Each page that processes share counts once.
    let resident = |world: &World| {
        let pids = [vec![world.process_id(Program::Portal)], world.runners()].concat();
        pids.iter().map(|pid| proportional_mb(*pid)).sum::<f64>()
    };
    let idle = resident(&world);
    told("idle", idle, "MB");
    // Each plugin at work for one insurer.
    for n in 0..PLUGINS {
        let page = format!("{}/minato/p/{}?month=202604", world.portal_url, id(n));
        visitor.open(&page).await.sees("まだありません");
    }
    told("more for a plugin at work", (resident(&world) - idle) / PLUGINS as f64, "MB");
    // One plugin more for one insurer, until it answers.
    let page = format!("{}/i0700/p/example", world.portal_url);
    assert_eq!(Visitor::new().open_and_stay(&page).await.status, 404);
    let began = Instant::now();
    switch_on(&portal_url).await;
    while Visitor::new().open_and_stay(&page).await.status == 404 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    told("a plugin switched on", began.elapsed().as_secs_f64(), "s");
    // A table more in one of them: it is there for all insurers at once.
    world.kill(Program::Portal);
    let tables = world.folder.join("plugins").join(id(0)).join("tables.toml");
    let text = std::fs::read_to_string(&tables).expect("tables.toml");
    let more = "\n[table.more]\nscope = \"person\"\nclass = \"pii\"\n[table.more.columns]\nn = { type = \"int\" }\n";
    std::fs::write(&tables, format!("{text}{more}")).expect("written");
    let began = Instant::now();
    world.ran(Program::Portal, &["plugins"]);
    told("a new table for all insurers", began.elapsed().as_secs_f64(), "s");
}

/// The plugins of an insurer that has them all on.
fn all_on() -> Vec<serde_json::Value> {
    (0..PLUGINS).map(|n| json!({"id": id(n), "settings": null})).collect()
}

/// Publishes minato's definition with all plugins on, under 1,400 names.
async fn publish(url: &str) {
    let db = db::Db::open(url).await.expect("the database opens");
    let mut tx = db.begin().await.expect("a transaction");
    let row = tx.one("SELECT definition FROM insurer_versions", &[]).await.expect("read");
    let text = row.expect("minato").text("definition").expect("a text");
    let mut definition: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    definition["plugins"] = json!(all_on());
    let values: [Value; 1] = [definition.to_string().into()];
    let sql = "UPDATE insurer_versions SET definition = $1";
    tx.execute(sql, &values).await.expect("changed");
    for n in 0..INSURERS - 1 {
        definition["brand"]["slug"] = json!(format!("i{n:04}"));
        let values: [Value; 2] = [format!("i{n:04}").into(), definition.to_string().into()];
        let sql = "INSERT INTO insurer_versions (insurer_id, version, definition, applied_at)
                   VALUES ($1, 1, $2, 0)";
        tx.execute(sql, &values).await.expect("inserted");
        let sql = "INSERT INTO insurers (insurer_id, version) VALUES ($1, 1)";
        tx.execute(sql, &values[..1]).await.expect("inserted");
    }
    tx.commit().await.expect("committed");
    db.close().await;
}

/// The example itself, for one of them.
async fn switch_on(url: &str) {
    let db = db::Db::open(url).await.expect("the database opens");
    let mut tx = db.begin().await.expect("a transaction");
    let sql = "SELECT definition FROM insurer_versions WHERE insurer_id = 'i0700'";
    let row = tx.one(sql, &[]).await.expect("read").expect("there");
    let text = row.text("definition").expect("a text");
    let mut definition: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let on = [all_on(), vec![json!({"id": "example", "settings": null})]].concat();
    definition["plugins"] = json!(on);
    let values: [Value; 1] = [definition.to_string().into()];
    let sql = "INSERT INTO insurer_versions (insurer_id, version, definition, applied_at)
               VALUES ('i0700', 2, $1, 0)";
    tx.execute(sql, &values).await.expect("published");
    let sql = "UPDATE insurers SET version = 2 WHERE insurer_id = 'i0700'";
    tx.execute(sql, &[]).await.expect("in force");
    tx.commit().await.expect("committed");
    db.close().await;
}

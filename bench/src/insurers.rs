//! 1,400 insurers in one `idp` and one `portal`, each with a theme of its own (tokens and logo).

use crate::resident_mb;
use db::Value;
use serde_json::json;
use std::path::Path;
use std::time::Instant;
use tests::visitor::Visitor;
use tests::world::{Options, Program, World, root};

/// About as many health insurance societies as there are.
pub const INSURERS: usize = 1400;

/// Measures starts and memory.
pub async fn run(databases: (String, String), figures: &mut Vec<serde_json::Value>) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let themes = folder.path().join("themes");
    for theme in ["base", "minato"] {
        copy(&root().join("themes").join(theme), &themes.join(theme));
    }
    for n in 0..INSURERS {
        theme(&themes, n);
    }
    let at = themes.display().to_string();
    let settings = vec![("MUSUBI_IDP_THEMES", at.clone()), ("MUSUBI_PORTAL_THEMES", at)];
    let options = Options { insurers: vec!["minato"], settings, ..Options::default() };
    let urls = [databases.0.clone(), databases.1.clone()];
    let mut world = World::start(databases, options).await;
    for program in [Program::Idp, Program::Portal] {
        world.kill(program);
    }
    for url in &urls {
        publish(url).await;
    }
    for start in ["first", "second"] {
        for program in [Program::Idp, Program::Portal] {
            let began = Instant::now();
            world.launch(program).await;
            let seconds = began.elapsed().as_secs_f64();
            let pids = match program {
                Program::Idp => vec![world.process_id(Program::Idp)],
                Program::Portal => {
                    [vec![world.process_id(Program::Portal)], world.runners()].concat()
                }
            };
            let mb: f64 = pids.iter().map(|pid| resident_mb(*pid)).sum();
            let own = resident_mb(pids[0]);
            let name = format!("{program:?}").to_lowercase();
            println!(
                "{:<42} {:<9} {seconds:>8.2} s   {mb:>6.1} MB resident ({own:.1} without runners)",
                format!("{INSURERS} insurers, {start} start, {name}"),
                world.engine
            );
            figures.push(json!({
                "scenario": format!("{INSURERS} insurers, {start} start, {name}"),
                "engine": world.engine, "seconds": seconds, "idle_rss_mb": mb,
            }));
        }
        if start == "first" {
            for program in [Program::Idp, Program::Portal] {
                world.kill(program);
            }
        }
    }
    // The first visitor of an insurer waits for its keys.
    let began = Instant::now();
    Visitor::new().open(&format!("{}/i0700/login", world.idp_url)).await.sees("password");
    let first = began.elapsed().as_secs_f64() * 1000.0;
    let began = Instant::now();
    Visitor::new().open(&format!("{}/i0700/login", world.idp_url)).await.sees("password");
    let second = began.elapsed().as_secs_f64() * 1000.0;
    println!(
        "{:<42} {:<9} {first:>8.1} ms, then {second:.1} ms",
        "an insurer's first visitor (keys are made)", world.engine
    );
}

/// A theme that says only its colours and its logo.
fn theme(themes: &Path, n: usize) {
    let folder = themes.join(format!("t{n:04}"));
    std::fs::create_dir_all(folder.join("assets")).expect("made");
    let blue = 0x40 + n % 64;
    let text = format!(
        "[theme]\nid = \"t{n:04}\"\nname = {{ ja = \"組合{n}\", en = \"Insurer {n}\" }}\n\
         parent = \"base\"\n\n[tokens]\n\"color.primary\" = \"#0030{blue:02x}\"\n\n\
         [assets]\nlogo = \"logo.svg\"\n"
    );
    std::fs::write(folder.join("theme.toml"), text).expect("written");
    let logo = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"120\" height=\"40\" viewBox=\"0 0 120 40\">\
         <rect width=\"120\" height=\"40\" fill=\"#0030{blue:02x}\"/><title>{n}</title></svg>\n"
    );
    std::fs::write(folder.join("assets/logo.svg"), logo).expect("written");
}

/// Publishes minato's definition under 1,399 more names.
async fn publish(url: &str) {
    let db = db::Db::open(url).await.expect("the database opens");
    let mut tx = db.begin().await.expect("a transaction");
    let row = tx.one("SELECT definition FROM insurer_versions", &[]).await.expect("read");
    let text = row.expect("minato").text("definition").expect("a text");
    let mut definition: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    for n in 0..INSURERS - 1 {
        definition["brand"]["slug"] = json!(format!("i{n:04}"));
        definition["brand"]["theme"] = json!(format!("t{n:04}"));
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

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("made");
    for entry in std::fs::read_dir(from).expect("a folder").flatten() {
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).expect("copied");
        }
    }
}

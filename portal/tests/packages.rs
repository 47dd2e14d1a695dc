//! What is checked of a plugin without running its code holds for every plugin of the product.

use portal::plugins::data::query;
use portal::plugins::data::sql::check::Schema;
use portal::plugins::data::statement;
use portal::plugins::package::load::declared_tables;
use portal::plugins::package::manifest::Manifest;
use portal::plugins::package::reserved;
use std::path::Path;

#[test]
fn manifests_and_queries_pass() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../plugins");
    let entries = std::fs::read_dir(root).unwrap().flatten().map(|entry| entry.path());
    let folders: Vec<_> = entries.filter(|path| path.join("plugin.toml").is_file()).collect();
    assert!(!folders.is_empty());
    for folder in folders {
        let id = folder.file_name().unwrap().to_string_lossy();
        let text = std::fs::read_to_string(folder.join("plugin.toml")).unwrap();
        let manifest = Manifest::parse(&text, &id).unwrap_or_else(|why| panic!("{id}: {why}"));
        let tables = declared_tables(&folder).unwrap_or_else(|why| panic!("{id}: {why}"));
        let imported = manifest.imported(&tables).unwrap_or_else(|why| panic!("{id}: {why}"));
        let schema = Schema { tables: &tables, imported: &imported };
        let queries = query::read(&folder.join("queries"), &schema);
        let (statements, wrong) = statement::read_all(&folder.join("statements"), &schema);
        assert_eq!(wrong, Vec::<String>::new(), "{id}");
        let checked = queries.and_then(|queries| manifest.check(&queries, &statements));
        assert_eq!(checked, Ok(()), "{id}");
    }
}

/// The guide quotes the example, and does not invent it.
#[test]
fn the_guide_says_what_the_example_does() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let guide = std::fs::read_to_string(root.join("docs/plugins/README.md")).unwrap();
    let mut quoted = 0;
    for part in guide.split("\n`plugins/example/").skip(1) {
        let (file, rest) = part.split_once("`:\n").expect("a file and what stands in it");
        let quote = rest.split("```").nth(1).and_then(|block| block.split_once('\n'));
        let quote = quote.expect("a block").1.trim_end();
        let text = std::fs::read_to_string(root.join("plugins/example").join(file)).unwrap();
        assert!(text.contains(quote), "{file} does not say:\n{quote}");
        quoted += 1;
    }
    assert!(quoted > 5, "{quoted}");
}

/// The published limits are the code's.
#[test]
fn the_limits_are_those_of_the_code() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let table = std::fs::read_to_string(root.join("docs/plugins/limits.md")).unwrap();
    let rows: Vec<&str> = table.lines().filter(|line| line.ends_with("` |")).collect();
    assert!(rows.len() > 30, "{}", rows.len());
    for row in rows {
        let cells: Vec<&str> = row.split('`').collect();
        let [.., file, _, name, _] = cells.as_slice() else { panic!("{row}") };
        let text = std::fs::read_to_string(root.join(file)).unwrap();
        assert!(text.contains(name), "{file} does not say {name}");
    }
}

/// P2 of the border's review: no plugin's tables or texts begin like the host's.
#[test]
fn the_hosts_names_are_reserved() {
    let migrations = portal::app::migrations().unwrap();
    let sql: Vec<&str> = migrations.iter().map(|migration| migration.sql.as_str()).collect();
    let sql = sql.concat();
    let tables = sql.split("CREATE TABLE ").skip(1);
    let mut names: Vec<String> =
        tables.filter_map(|rest| rest.split([' ', '(']).next()).map(str::to_owned).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let base = std::fs::read_to_string(root.join("themes/base/messages/ja.ftl")).unwrap();
    let own = portal::in_force::owner();
    for text in own.messages.values().chain([&base]) {
        let keys = text.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_alphabetic()));
        names.extend(keys.filter_map(|line| Some(line.split_once('=')?.0.trim().to_owned())));
    }
    assert!(names.len() > 100, "{}", names.len());
    for name in names {
        let first = name.split(['_', '-']).next().unwrap();
        assert!(reserved::check(first).is_err(), "{first} ({name}) is not in reserved.rs");
    }
    for id in [&own.id, "idp", "base"] {
        assert!(reserved::check(id).is_err(), "{id}");
    }
}

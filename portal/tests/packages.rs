//! What is checked of a plugin without running its code holds for every plugin of the product.

use portal::plugins::data::query;
use portal::plugins::package::manifest::Manifest;
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
        let queries = query::read(&folder.join("queries"), &manifest.table_prefix());
        let checked = queries.and_then(|queries| manifest.check(&queries));
        assert_eq!(checked, Ok(()), "{id}");
    }
}

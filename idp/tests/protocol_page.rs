//! `docs/protocol.md` and the metadata say the same.

use oidc::authorize::Rules;
use oidc::discovery::{Addresses, Offered, metadata};
use serde_json::Value;
use std::path::Path;

#[test]
fn the_page_and_discovery_say_the_same() {
    let rules = Rules { implicit: false, levels: vec!["urn:musubi:password".into()] };
    let offered = Offered {
        rules: &rules,
        fapi: false,
        registration: true,
        languages: &["ja".to_owned(), "en".to_owned()],
        scopes: Vec::new(),
        authorization_details_types: vec!["meal".into()],
    };
    let issuer = "https://id.example/minato";
    let addresses = Addresses { issuer, mtls: Some("https://mtls.id.example/minato") };
    let metadata = metadata(&addresses, &offered);
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/protocol.md");
    let page = std::fs::read_to_string(page).expect("the page");
    let mut named = Vec::new();
    for line in page.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [what, state @ ("served" | "refused" | "not offered"), how, members] = cells[..] else {
            continue;
        };
        assert!(state != "refused" || how.contains('`'), "{what}: which error?");
        for member in members.split('`').skip(1).step_by(2) {
            let (name, value) = member.split_once(": ").unwrap_or((member, ""));
            let found = &metadata[name];
            let has = match (found, value) {
                (found, "false") => found == &Value::Bool(false),
                (Value::Array(all), "") => !all.is_empty(),
                (Value::Array(all), value) => all.iter().any(|one| one == value),
                (Value::Bool(yes), _) => *yes,
                (found, _) => !found.is_null(),
            };
            assert_eq!(has, state == "served", "{what}: {member}");
            if state == "served" {
                named.push(name.to_owned());
            }
        }
    }
    for name in metadata.as_object().expect("an object").keys() {
        assert!(named.contains(name), "docs/protocol.md does not name {name}");
    }
}

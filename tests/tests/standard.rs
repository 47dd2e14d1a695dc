//! An oracle that nobody here wrote: openid-client runs the standard flows of
//! `tests/partner/standard.mjs` against the provider, and this test is its browser.

use serde_json::{Value, json};
use std::process::Stdio;
use tests::relying::signed_in;
use tests::visitor::{PASSWORD, Visitor};
use tests::world::{Options, Program, World, root};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::Command;

const REDIRECT: &str = "http://localhost:1/callback";

#[tokio::test(flavor = "multi_thread")]
async fn openid_client_finds_every_flow_as_its_specification_says() {
    let secret = "m".repeat(40);
    let options = Options {
        insurers: vec!["minato"],
        protocol: "implicit = true\nregistration = true",
        settings: vec![("REDIRECT", REDIRECT.into()), ("MANAGER_SECRET", secret.clone())],
        ..Options::default()
    };
    World::on_each_engine(options, async |world| {
        tests::world::npm_install();
        let visitor = signed_in(world).await;
        let folder = root().join("tests/partner");
        for name in ["standard-manager", "standard-applied"] {
            let file = folder.join(format!("clients/{name}.toml")).display().to_string();
            world.ran(Program::Idp, &["client", "apply", &file]);
        }
        let args = ["client", "invite", "--insurer", "minato", "--uses", "20"];
        let token = world.ran(Program::Idp, &args);
        let mut node = Command::new("node")
            .arg(folder.join("standard.mjs"))
            .env("ISSUER", format!("{}/minato", world.idp_url))
            .env("REDIRECT", REDIRECT)
            .env("MANAGER_SECRET", &secret)
            .env("INITIAL_ACCESS_TOKEN", token.trim())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("node is installed");
        let mut stdin = node.stdin.take().expect("piped");
        let mut lines = BufReader::new(node.stdout.take().expect("piped")).lines();
        let (mut passed, mut failed) = (0, Vec::new());
        while let Some(line) = lines.next_line().await.expect("read") {
            let said: Value = serde_json::from_str(&line).unwrap_or_default();
            if said["ok"].is_string() {
                passed += 1;
            } else if said["failed"].is_string() {
                failed.push(line);
            } else if let Some(url) = said["visit"].as_str() {
                let answer = browse(world, &visitor, url, &said).await;
                stdin.write_all(format!("{answer}\n").as_bytes()).await.expect("written");
            }
        }
        let ended = node.wait().await.expect("ended");
        assert!(failed.is_empty(), "{passed} passed, these failed:\n{}", failed.join("\n"));
        assert!(ended.success() && passed > 100, "{passed} passed, {ended}");
    })
    .await;
}

/// A browser that signs in when asked, decides as told and stops where a redirect leaves.
async fn browse(world: &World, visitor: &Visitor, url: &str, said: &Value) -> Value {
    let here = |url: &str| url.starts_with(&world.idp_url);
    let mut page = visitor.open_and_stay(url).await;
    let mut at = url.to_owned();
    for _ in 0..12 {
        if !page.url.is_empty() {
            let base = url::Url::parse(&at).expect("absolute");
            let to = base.join(&page.url).map_or(page.url.clone(), String::from);
            if !here(&to) {
                return json!({"location": page.url});
            }
            page = visitor.open_and_stay(&to).await;
            at = to;
            continue;
        }
        let Some((action, fields)) = page.form().filter(|_| page.status.is_success()) else {
            break;
        };
        let to = url::Url::parse(&at).expect("absolute").join(&action).expect("joins").to_string();
        if !here(&to) {
            return json!({"form": fields, "action": to});
        }
        let decision = match (&said["device"], &said["deny"]) {
            (Value::String(word), _) => word.as_str(),
            (_, Value::Bool(true)) => "deny",
            _ => "allow",
        };
        let answer: &[(&str, &str)] = if page.html.contains("name=\"password\"") {
            &[("user_id", "hanako79"), ("password", PASSWORD)]
        } else if page.html.contains("value=\"this\"") {
            &[("decision", "this")]
        } else if page.html.contains("name=\"decision\"") {
            &[("decision", decision)]
        } else if to.contains("/logout") || to.contains("/journey/") {
            &[]
        } else {
            break;
        };
        page.url.clone_from(&at);
        page = visitor.submit_without_following(&page, answer).await;
        at = to;
    }
    json!({"page": page.status.as_u16()})
}

//! Clients and keys by the command line, while the server runs. What clients may do over HTTP is
//! tested in `idp/tests/http/clients` and `idp/tests/http/admin`.

use serde_json::Value;
use tests::relying::{Relying, claims, signed_in};
use tests::until;
use tests::world::{Options, Program, World};

fn minato() -> Options {
    Options { insurers: vec!["minato", "aozora"], ..Options::default() }
}

/// A partner of all insurers is registered once; secrets are shown once and rotate with overlap.
#[tokio::test(flavor = "multi_thread")]
async fn one_client_of_all_insurers_by_the_command_line() {
    let world = World::on_sqlite(minato()).await;
    let file = world.folder.join("all.toml");
    let machine = "client_id = \"lab\"\ninsurer = \"*\"\nscopes = [\"lab:read\"]\n\
                   grant_types = [\"client_credentials\"]\n";
    std::fs::write(&file, machine).expect("written");
    let path = file.display().to_string();
    let secret_in = |said: &str| {
        let line = said.lines().find(|line| line.starts_with("client_secret = "));
        line.and_then(|line| line.split('"').nth(1)).map(str::to_owned)
    };
    let said = world.ran(Program::Idp, &["client", "apply", &path]);
    let secret = secret_in(&said);
    assert_eq!(secret.as_ref().map(String::len), Some(43), "{said}");
    let again = world.ran(Program::Idp, &["client", "apply", &path]);
    assert!(!again.contains("client_secret ="), "shown once: {again}");
    let any = Relying::register(&world, "any", "");
    for slug in ["minato", "aozora"] {
        let issuer = format!("{}/{slug}", world.idp_url);
        let lab =
            Relying { issuer, client_id: "lab".into(), secret: secret.clone(), ..any.clone() };
        let answer = lab.post("token", &[("grant_type", "client_credentials")], None).await.good();
        // Attack 12: the token of one insurer is nothing to another.
        let other = Relying { issuer: any.issuer.replace("minato", "aozora"), ..lab.clone() };
        let about =
            other.post("introspect", &[("token", answer.member("access_token"))], None).await;
        assert_eq!(about.good().body["active"], slug == "aozora");
    }
    let said = world.ran(Program::Idp, &["client", "secret", "lab", "--insurer", "*"]);
    let new = secret_in(&said);
    for secret in [secret, new] {
        let lab = Relying { client_id: "lab".into(), secret, ..any.clone() };
        lab.post("token", &[("grant_type", "client_credentials")], None).await.good();
    }
    for (text, why) in [
        ("client_id = \"x\"\nredirect_uris = [\"https://a.example/\"]\n", "insurer is missing"),
        (
            "client_id = \"x\"\ninsurer = \"nobody\"\nscopes=[\"a\"]\ngrant_types=[\"client_credentials\"]\n",
            "no insurer",
        ),
        (
            "client_id = \"portal\"\ninsurer = \"minato\"\nredirect_uris = [\"https://a.example/\"]\n",
            "in the folder of minato",
        ),
        ("client_id = \"x\"\ninsurer = \"minato\"\nredirect_urls = []\n", "redirect_urls"),
        ("client_id = \"x\"\ninsurer = \"minato\"\n", "redirect_uris is missing"),
        (
            "client_id = \"x\"\ninsurer = \"minato\"\nredirect_uris = [\"http://a.example/\"]\n",
            "use https",
        ),
        (
            "client_id = \"x\"\ninsurer = \"minato\"\nclient_secret = \"short\"\nredirect_uris = [\"https://a.example/\"]\n",
            "32 random",
        ),
        (
            "client_id = \"x\"\ninsurer = \"minato\"\nscopes = [\"membership\"]\nredirect_uris = [\"https://a.example/\"]\n",
            "card = true",
        ),
    ] {
        std::fs::write(&file, text).expect("written");
        let output = world.run(Program::Idp, &["client", "apply", &path]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(why), "{text}: {said}");
    }
    world.ran(Program::Idp, &["client", "remove", "lab", "--insurer", "*"]);
}

/// OpenID Connect Core §10.1.1: the new key is seen before it signs, the old one stays a while.
#[tokio::test(flavor = "multi_thread")]
async fn keys_rotate_with_overlap_while_the_server_runs() {
    World::on_each_engine(minato(), async |world| {
        let client = Relying::register(world, "app", "");
        let visitor = signed_in(world).await;
        let kids = async || {
            let set = reqwest::get(client.at("jwks")).await.expect("answered");
            let set: Value = serde_json::from_str(&set.text().await.expect("read")).expect("JSON");
            let keys = set["keys"].as_array().expect("keys").clone();
            assert!(keys.iter().all(|key| key.get("d").is_none()));
            keys.iter().map(|key| key["kid"].to_string()).collect::<Vec<_>>()
        };
        let kid = async || {
            let code = client.code(&visitor, &[]).await;
            let tokens = client.redeem(&code, &[], None).await.good();
            let token = tokens.member("id_token").to_owned();
            let header = token.split('.').next().unwrap_or_default();
            let header = claims(&format!(".{header}"));
            (header["kid"].to_string(), token)
        };
        let (first, hint) = kid().await;
        assert_eq!(kids().await.len(), 4);
        world.ran(Program::Idp, &["keys", "rotate", "--insurer", "minato"]);
        let wait = async |count: usize| {
            until("a key set of this size", async || (kids().await.len() == count).then_some(()))
                .await;
        };
        wait(8).await;
        assert_eq!(kid().await.0, first, "seen, not used yet");
        world.ran(Program::Idp, &["keys", "rotate", "--insurer", "minato", "--now"]);
        wait(12).await;
        let (second, _) = kid().await;
        assert_ne!(second, first);
        assert!(kids().await.contains(&first), "the old one stays");
        let silent = [("prompt", "none"), ("id_token_hint", hint.as_str())];
        assert!(client.answer(&visitor, &silent).await["code"].is_string());
        let unknown = world.run(Program::Idp, &["keys", "rotate", "--insurer", "nobody"]);
        assert!(!unknown.status.success());
    })
    .await;
}

/// Each file of `docs/clients.md` can be applied as it stands; `jwks_file` names keys beside it.
#[tokio::test(flavor = "multi_thread")]
async fn the_examples_of_the_docs_can_be_applied() {
    let world = World::on_sqlite(Options { insurers: vec!["minato"], ..Options::default() }).await;
    let docs = std::fs::read_to_string(tests::world::root().join("docs/clients.md"));
    let docs = docs.expect("docs/clients.md");
    let keys = world.folder.join("pharmacy.jwks.json");
    let file = world.folder.join("example.toml");
    let path = file.display().to_string();
    let mut applied = 0;
    for example in docs.split("```toml\n").skip(1) {
        let example = example.split("```").next().unwrap_or_default();
        std::fs::write(&file, example).expect("written");
        if example.contains("jwks_file") {
            // Without the file, and with one that is none, it is named.
            for broken in [None, Some("{")] {
                if let Some(text) = broken {
                    std::fs::write(&keys, text).expect("written");
                }
                let said = world.run(Program::Idp, &["client", "apply", &path]);
                let text = String::from_utf8_lossy(&said.stderr).into_owned();
                assert!(!said.status.success() && text.contains("pharmacy.jwks.json"), "{text}");
            }
            let key = tests::relying::Key::new();
            let jwks = serde_json::json!({"keys": [key.jwk()]});
            std::fs::write(&keys, jwks.to_string()).expect("written");
        }
        world.ran(Program::Idp, &["client", "apply", &path]);
        applied += 1;
    }
    assert_eq!(applied, 6);
}

//! Clients as data: the command line, dynamic registration, the admin API, keys and rotation.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tests::relying::{Answer, REDIRECT, Relying, claims, signed_in};
use tests::world::{Options, Program, World};

fn minato() -> Options {
    let protocol = "registration = true\nimplicit = true";
    Options { insurers: vec!["minato", "aozora"], protocol, ..Options::default() }
}

async fn send(http: &Relying, method: Method, url: &str, token: &str, body: &Value) -> Answer {
    let mut request =
        http.http.request(method, url).header("authorization", format!("Bearer {token}"));
    if !body.is_null() {
        request = request.header("content-type", "application/json").body(body.to_string());
    }
    let response = request.send().await.expect("answered");
    let (status, headers) = (response.status(), response.headers().clone());
    let text = response.text().await.unwrap_or_default();
    Answer { status, headers, body: serde_json::from_str(&text).unwrap_or_default(), text }
}

/// RFC 7591, RFC 7592, OpenID Connect Dynamic Client Registration §3; attacks 5, 18 and 33.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_registers_itself_with_an_initial_access_token() {
    World::on_each_engine(minato(), async |world| {
        let any = Relying::register(world, "any", "");
        let visitor = signed_in(world).await;
        let invite = |uses: &str| {
            world.ran(Program::Idp, &["client", "invite", "--insurer", "minato", "--uses", uses])
        };
        let token = invite("1").trim().to_owned();
        let clients = any.at("clients");
        let good = json!({
            "redirect_uris": [REDIRECT], "client_name": "App", "client_name#ja": "アプリ",
            "scope": "openid email membership musubi:clients", "first_party": true,
            "grant_types": ["authorization_code", "client_credentials"],
        });
        send(&any, Method::POST, &clients, "wrong", &good).await.refused("invalid_token");
        for (change, error) in [
            (json!({"redirect_uris": ["http://a.example/"]}), "invalid_redirect_uri"),
            (json!({"redirect_uris": ["https://a.example/#x"]}), "invalid_redirect_uri"),
            (json!({"redirect_uris": []}), "invalid_redirect_uri"),
            (json!({"initiate_login_uri": "http://a.example/"}), "invalid_client_metadata"),
            (
                json!({"jwks_uri": "https://169.254.169.254/", "jwks": {}}),
                "invalid_client_metadata",
            ),
            (json!({"subject_type": "secret"}), "invalid_client_metadata"),
            (json!({"sector_identifier_uri": "https://127.0.0.1:1/"}), "invalid_client_metadata"),
        ] {
            let bad = tests::relying::merged(good.clone(), &change);
            send(&any, Method::POST, &clients, &token, &bad).await.refused(error);
        }
        let made = send(&any, Method::POST, &clients, &token, &good).await.good();
        assert_eq!(made.status, StatusCode::CREATED);
        assert_eq!(made.member("scope"), "openid email", "not the card, not the admin's");
        assert_eq!(made.member("id_token_signed_response_alg"), "RS256", "the specification's");
        let (id, secret) = (made.member("client_id").to_owned(), made.member("client_secret"));
        let (uri, manage) = (
            made.member("registration_client_uri").to_owned(),
            made.member("registration_access_token").to_owned(),
        );
        send(&any, Method::POST, &clients, &token, &good).await.refused("invalid_token");

        // It works at once, with RS256.
        let own = Relying { client_id: id.clone(), secret: Some(secret.to_owned()), ..any.clone() };
        let page = visitor.open(&own.authorize(&[("scope", "openid email")])).await;
        page.sees("アプリ");
        let to = visitor.submit_and_stay(&page, &[("decision", "allow")]).await;
        let code = tests::relying::parameters(&to)["code"].as_str().expect("a code").to_owned();
        let tokens = own.redeem(&code, &[], None).await.good();
        let header = tokens.member("id_token").split('.').next().unwrap_or_default();
        assert!(header.starts_with("eyJhbGciOiJSUzI1NiI"), "RS256");
        let userinfo =
            own.userinfo(&format!("Bearer {}", tokens.member("access_token")), None).await;
        assert!(userinfo.good().body.get("membership").is_none());
        // Attack 13: what it may not have by scope it cannot get by another grant.
        let machine = own.post(
            "token",
            &[("grant_type", "client_credentials"), ("scope", "musubi:clients")],
            None,
        );
        machine.await.refused("invalid_scope");

        let read = send(&any, Method::GET, &uri, &manage, &Value::Null).await.good();
        assert!(read.body.get("client_secret").is_none(), "shown once");
        send(&any, Method::GET, &uri, "wrong", &Value::Null).await.refused("invalid_token");
        let foreign = uri.replace(&id, "any");
        send(&any, Method::GET, &foreign, &manage, &Value::Null).await.refused("invalid_token");
        let elsewhere = uri.replace("/minato/", "/aozora/");
        send(&any, Method::GET, &elsewhere, &manage, &Value::Null).await.refused("invalid_token");
        let changed = tests::relying::merged(read.body.clone(), &json!({"client_name": "Other"}));
        let back = send(&any, Method::PUT, &uri, &manage, &changed).await.good();
        assert_eq!(back.member("client_name"), "Other");
        let code = own.answer(&visitor, &[("scope", "openid email")]).await;
        assert!(code["code"].is_string(), "the same secret and consent: {code}");
        let gone = send(&any, Method::DELETE, &uri, &manage, &Value::Null).await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT);
        let after = own.userinfo(&format!("Bearer {}", tokens.member("access_token")), None).await;
        assert_eq!(after.status, StatusCode::UNAUTHORIZED, "attack 32");
        assert_eq!(visitor.open(&own.authorize(&[])).await.status, StatusCode::BAD_REQUEST);
        // Raced for the last use: one registers.
        let last = invite("1").trim().to_owned();
        let race =
            async || send(&any, Method::POST, &clients, &last, &good).await.status.is_success();
        let (a, b, c) = tokio::join!(race(), race(), race());
        assert_eq!([a, b, c].into_iter().filter(|won| *won).count(), 1);
    })
    .await;
}

/// Attack 20: where registration is off, the right token opens nothing.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_registers_where_registration_is_off() {
    let world = World::on_sqlite(Options { insurers: vec!["minato"], ..Options::default() }).await;
    let any = Relying::register(&world, "any", "");
    let token = world.ran(Program::Idp, &["client", "invite", "--insurer", "minato"]);
    let document = json!({"redirect_uris": [REDIRECT]});
    let clients = any.at("clients");
    let answer = send(&any, Method::POST, &clients, token.trim(), &document).await;
    assert_eq!(answer.refused("access_denied").status, StatusCode::FORBIDDEN);
}

/// The admin API: an insurer's own clients, with a token of scope `musubi:clients`. Attack 31.
#[tokio::test(flavor = "multi_thread")]
async fn an_insurers_system_manages_its_clients() {
    World::on_each_engine(minato(), async |world| {
        let admin = Relying::register(
            world,
            "console",
            "grant_types = [\"client_credentials\"]\nscopes = [\"musubi:clients\", \"other\"]\n",
        );
        let token = async |scope: &str| {
            let fields = [("grant_type", "client_credentials"), ("scope", scope)];
            admin.post("token", &fields, None).await.good().member("access_token").to_owned()
        };
        let key = token("musubi:clients").await;
        let at = |id: &str| admin.at(&format!("admin/clients/{id}"));
        let described =
            admin.http.get(admin.at("admin/openapi.json")).send().await.expect("answered");
        assert!(described.status().is_success());

        let app = json!({
            "name": {"ja": "歩数", "en": "Steps"}, "redirect_uris": [REDIRECT],
            "scopes": ["openid", "email"], "consent_obtained": true,
            "allowed_origins": ["https://steps.example"],
        });
        let weak = token("other").await;
        send(&admin, Method::PUT, &at("steps"), &weak, &app).await.refused("insufficient_scope");
        send(&admin, Method::PUT, &at("steps"), "x", &app).await.refused("invalid_token");
        let there = at("steps").replace("/minato/", "/aozora/");
        send(&admin, Method::PUT, &there, &key, &app).await.refused("invalid_token");
        let unknown = tests::relying::merged(app.clone(), &json!({"redirect_urls": []}));
        let refused = send(&admin, Method::PUT, &at("steps"), &key, &unknown).await;
        assert!(refused.refused("invalid_client_metadata").text.contains("redirect_urls"));
        let sneaky = tests::relying::merged(app.clone(), &json!({"secrets": []}));
        send(&admin, Method::PUT, &at("steps"), &key, &sneaky)
            .await
            .refused("invalid_client_metadata");
        send(&admin, Method::PUT, &at("portal"), &key, &app)
            .await
            .refused("invalid_client_metadata");
        let made = send(&admin, Method::PUT, &at("steps"), &key, &app).await.good();
        assert_eq!(made.status, StatusCode::CREATED);
        let secret = made.member("client_secret").to_owned();

        // Read and written back it is the same, and works.
        let read = send(&admin, Method::GET, &at("steps"), &key, &Value::Null).await.good();
        assert!(!read.text.contains("secret\""));
        let again = send(&admin, Method::PUT, &at("steps"), &key, &read.body).await.good();
        assert_eq!(again.body, read.body);
        let steps = Relying { client_id: "steps".into(), secret: Some(secret), ..admin.clone() };
        let visitor = signed_in(world).await;
        let code = steps.code(&visitor, &[]).await;
        let tokens = steps.redeem(&code, &[], None).await.good();
        // A person's token opens nothing here, whatever its client may do.
        let person = tokens.member("access_token");
        send(&admin, Method::GET, &at("steps"), person, &Value::Null)
            .await
            .refused("invalid_token");

        // A new secret; both are good until the old one ends.
        let body = json!({"overlap_seconds": 2});
        let url = format!("{}/secret", at("steps"));
        let rotated = send(&admin, Method::POST, &url, &key, &body).await.good();
        let new = Relying { secret: Some(rotated.member("client_secret").into()), ..steps.clone() };
        for client in [&steps, &new] {
            let code = client.code(&visitor, &[]).await;
            client.redeem(&code, &[], None).await.good();
        }
        tokio::time::sleep(std::time::Duration::from_millis(2500)).await;
        let code = steps.code(&visitor, &[]).await;
        steps.redeem(&code, &[], None).await.refused("invalid_client");
        new.redeem(&code, &[], None).await.good();

        let list =
            send(&admin, Method::GET, &admin.at("admin/clients"), &key, &Value::Null).await.good();
        assert_eq!(list.body["clients"].as_array().map(Vec::len), Some(2));
        let gone = send(&admin, Method::DELETE, &at("steps"), &key, &Value::Null).await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT);
        new.post("token", &[("grant_type", "client_credentials")], None)
            .await
            .refused("invalid_client");
    })
    .await;
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
            for _ in 0..100 {
                if kids().await.len() == count {
                    return;
                }
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
            panic!("the key set never had {count} keys");
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

/// OpenID Connect Core §8: two sectors never see the same `sub`.
#[tokio::test(flavor = "multi_thread")]
async fn pairwise_subjects_differ_by_sector() {
    let world = World::on_sqlite(minato()).await;
    let with = |id: &str, uri: &str| {
        let toml = format!("subject_type = \"pairwise\"\nredirect_uris = [\"{uri}\"]\n");
        Relying::register(&world, id, &toml)
    };
    let a = with("a", "http://localhost:1/callback");
    let b = with("b", "http://127.0.0.1:1/callback");
    let c = with("c", "http://localhost:2/callback");
    let visitor = signed_in(&world).await;
    let mut subs = Vec::new();
    for (client, uri) in [
        (&a, "http://localhost:1/callback"),
        (&b, "http://127.0.0.1:1/callback"),
        (&c, "http://localhost:2/callback"),
    ] {
        let code = client.code(&visitor, &[("redirect_uri", uri)]).await;
        let tokens = client.redeem(&code, &[("redirect_uri", uri)], None).await.good();
        let sub = claims(tokens.member("id_token"))["sub"].clone();
        let told =
            client.userinfo(&format!("Bearer {}", tokens.member("access_token")), None).await;
        assert_eq!(told.good().body["sub"], sub);
        let about =
            client.post("introspect", &[("token", tokens.member("access_token"))], None).await;
        assert_eq!(about.good().body["sub"], sub);
        let hint = [
            ("prompt", "none"),
            ("id_token_hint", tokens.member("id_token")),
            ("redirect_uri", uri),
        ];
        assert!(client.answer(&visitor, &hint).await["code"].is_string());
        subs.push(sub);
    }
    assert_ne!(subs[0], subs[1]);
    assert_eq!(subs[0], subs[2], "one host, one sector");
}

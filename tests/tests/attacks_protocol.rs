//! Attacks on the protocol that a review found or that neighbours of this product had, tried on the
//! running programs. Each stays here so that it never works again.

use reqwest::StatusCode;
use serde_json::json;
use std::time::{Duration, Instant};
use tests::relying::{Key, REDIRECT, Relying, form, parameters, sign_in, signed_in};
use tests::visitor::{ICHIRO, PASSWORD, Visitor};
use tests::world::{Options, World};

const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS: &str = "urn:ietf:params:oauth:token-type:access_token";

fn minato() -> Options {
    let settings = vec![("MUSUBI_IDP_OUTBOUND__LOOPBACK", "true".to_owned())];
    let protocol = "registration = true\nimplicit = true";
    Options { insurers: vec!["minato"], settings, protocol, ..Options::default() }
}

/// A page that holds a connection while it asks for another would stall everybody.
#[tokio::test(flavor = "multi_thread")]
async fn many_pages_of_one_member_do_not_stall_the_others() {
    World::on_each_engine(minato(), async |world| {
        let asking = Relying::register(world, "asking", "consent_obtained = false\n");
        let plain = Relying::register(world, "plain", "");
        let visitor = signed_in(world).await;
        let page = visitor.open(&asking.authorize(&[])).await;
        let code = plain.code(&visitor, &[]).await;
        let token = plain.redeem(&code, &[], None).await.good();
        let bearer = format!("Bearer {}", token.member("access_token"));
        let mut pages = tokio::task::JoinSet::new();
        for _ in 0..60 {
            let (visitor, url) = (visitor.clone(), page.url.clone());
            pages.spawn(async move { visitor.open(&url).await.status });
        }
        plain.userinfo(&bearer, None).await.good();
        for status in pages.join_all().await {
            assert_eq!(status, StatusCode::OK);
        }
    })
    .await;
}

/// A client's silent address must not hold the database.
#[tokio::test(flavor = "multi_thread")]
async fn a_silent_jwks_uri_delays_nobody_else() {
    World::on_each_engine(minato(), async |world| {
        let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = silent.local_addr().expect("bound").port();
        let admin = Relying::register(
            world,
            "console",
            "grant_types = [\"client_credentials\"]\nscopes = [\"musubi:clients\"]\n",
        );
        let visitor = signed_in(world).await;
        let fields = [("grant_type", "client_credentials"), ("scope", "musubi:clients")];
        let token = admin.post("token", &fields, None).await.good();
        let document = json!({
            "redirect_uris": [REDIRECT], "scopes": ["openid"], "consent_obtained": true,
            "jwks_uri": format!("https://localhost:{port}/jwks"),
            "id_token_encrypted_response_alg": "ECDH-ES",
        });
        let made = admin
            .http
            .put(admin.at("admin/clients/slow"))
            .header("authorization", format!("Bearer {}", token.member("access_token")))
            .body(document.to_string())
            .send()
            .await
            .expect("answered");
        let body: serde_json::Value =
            serde_json::from_str(&made.text().await.expect("read")).expect("JSON");
        let secret = body["client_secret"].as_str().map(str::to_owned);
        let slow = Relying { client_id: "slow".into(), secret, ..admin.clone() };
        let code = slow.code(&visitor, &[("scope", "openid")]).await;
        let waiting = tokio::spawn({
            let slow = slow.clone();
            async move { slow.redeem(&code, &[], None).await.status }
        });
        tokio::time::sleep(Duration::from_millis(300)).await;
        let began = Instant::now();
        let page = Visitor::new().open(&format!("{}/minato/login", world.idp_url)).await;
        page.sees("name=\"password\"");
        // Not a figure of speed: the fetch would have held the writer for five seconds.
        assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
        assert!(!waiting.await.expect("ended").is_success());
    })
    .await;
}

/// Attack 16: registering on the way is no way around consent.
#[tokio::test(flavor = "multi_thread")]
async fn who_registers_on_the_way_is_asked_for_consent() {
    World::on_each_engine(minato(), async |world| {
        let client = Relying::register(world, "fitness", "consent_obtained = false\n");
        let visitor = Visitor::new();
        let page = visitor.open(&client.authorize(&[("prompt", "create")])).await;
        visitor.submit(&page, &[("email", "ichiro@example.jp")]).await;
        let mails = world.mailbox.wait_for("ichiro@example.jp", 1).await;
        let page = visitor.open(mails[0].link().expect("a link")).await;
        let page = visitor.submit(&page, &[]).await;
        let page = visitor.submit(&page, ICHIRO).await;
        let agreed = [("agree_portal", "yes"), ("agree_privacy", "yes")];
        let page = visitor.submit(&page, &agreed).await;
        let chosen =
            [("user_id", "ichiro77"), ("password", PASSWORD), ("password_again", PASSWORD)];
        let page = visitor.submit(&page, &chosen).await;
        page.sees("name=\"decision\"");
        let answer = parameters(&visitor.submit_and_stay(&page, &[("decision", "allow")]).await);
        client.redeem(answer["code"].as_str().expect("a code"), &[], None).await.good();
    })
    .await;
}

/// Attacks 9 and 13: an exchange neither frees a bound token nor gives what the client has not.
#[tokio::test(flavor = "multi_thread")]
async fn an_exchange_launders_nothing() {
    World::on_each_engine(minato(), async |world| {
        let own = Relying::register(world, "own", "dpop_bound_access_tokens = true\n");
        let plain = Relying::register(world, "plain", "resources = [\"https://api.example/\"]\n");
        let with = |id: &str, more: &str| {
            Relying::register(
                world,
                id,
                &format!(
                    "grant_types = [\"{EXCHANGE}\"]\nredirect_uris = []\n\
                     resources = [\"https://api.example/\", \"{}\"]\n{more}",
                    own.issuer
                ),
            )
        };
        let api = with("api", "scopes = [\"openid\"]\n");
        let stranger = with("stranger", "scopes = [\"openid\"]\nconsent_obtained = false\n");
        let visitor = signed_in(world).await;
        let key = Key::new();
        let code = own.code(&visitor, &[]).await;
        let proof = key.proof("POST", &own.at("token"), &json!({}));
        let bound = own.redeem(&code, &[], Some(&proof)).await.good();
        let ask = async |client: &Relying, token: &str, more: &[(&str, &str)]| {
            let mut fields = vec![
                ("grant_type", EXCHANGE),
                ("subject_token", token),
                ("subject_token_type", ACCESS),
            ];
            fields.extend(more);
            client.post("token", &fields, None).await
        };
        ask(&api, bound.member("access_token"), &[]).await.refused("invalid_request");

        let code = plain.code(&visitor, &[("resource", "https://api.example/")]).await;
        let token = plain.redeem(&code, &[], None).await.good().member("access_token").to_owned();
        let issued = ask(&api, &token, &[]).await.good();
        assert_eq!(issued.member("scope"), "openid", "only what both may have");
        assert!(
            !api.is_good(issued.member("access_token")).await,
            "a service's token opens no other door"
        );
        ask(&api, &token, &[("audience", &own.issuer)]).await.refused("invalid_target");
        ask(&api, &token, &[("scope", "openid email")]).await.refused("invalid_scope");
        ask(&stranger, &token, &[]).await.refused("consent_required");
    })
    .await;
}

/// Attack 31: the right to manage clients is for this provider, asked for by name.
#[tokio::test(flavor = "multi_thread")]
async fn an_admins_token_for_another_service_opens_nothing_here() {
    let world = World::on_sqlite(minato()).await;
    let admin = Relying::register(
        &world,
        "console",
        "grant_types = [\"client_credentials\"]\nscopes = [\"musubi:clients\", \"other\"]\n\
         resources = [\"https://other.example/\"]\n",
    );
    let list = async |fields: &[(&str, &str)]| {
        let mut all = vec![("grant_type", "client_credentials")];
        all.extend(fields);
        let token = admin.post("token", &all, None).await.good();
        let bearer = format!("Bearer {}", token.member("access_token"));
        let request = admin.http.get(admin.at("admin/clients")).header("authorization", bearer);
        request.send().await.expect("answered").status()
    };
    let named = ("scope", "musubi:clients");
    assert_eq!(list(&[named]).await, StatusCode::OK);
    assert_eq!(
        list(&[named, ("resource", "https://other.example/")]).await,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(list(&[]).await, StatusCode::FORBIDDEN, "not given along");
}

/// Attack 14: another site's form signs nobody out, and "signed out" is true.
#[tokio::test(flavor = "multi_thread")]
async fn a_cross_site_post_signs_nobody_out() {
    let world = World::on_sqlite(minato()).await;
    let client = Relying::register(&world, "app", "");
    let visitor = signed_in(&world).await;
    let posted = client
        .http
        .post(client.at("logout"))
        .header("content-type", "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "cross-site")
        .body(form(&[("state", "s")]))
        .send()
        .await
        .expect("answered");
    assert_eq!(posted.status(), StatusCode::SEE_OTHER);
    assert!(posted.headers().get("set-cookie").is_none(), "no cookie is removed");
    let to = posted.headers()["location"].to_str().expect("ASCII").to_owned();
    let url = url::Url::parse(&client.issuer).expect("absolute").join(&to).expect("joins");
    visitor.open(url.as_str()).await.sees("name=\"csrf\"");
    assert!(client.answer(&visitor, &[("prompt", "none")]).await["code"].is_string());
    // What a stranger puts into the address never gets into the policy of the page.
    let evil = form(&[("post_logout_redirect_uri", "https://*;script-src;sandbox")]);
    let answer =
        visitor.header(&format!("{}?{evil}", client.at("logout")), "content-security-policy").await;
    assert!(!answer.contains("script-src") && !answer.contains('*'), "{answer}");
    // Attack 37: nobody puts the page into a frame.
    assert!(answer.contains("frame-ancestors 'none'"), "{answer}");
}

/// Attack 22: signing in again leaves no second session behind.
#[tokio::test(flavor = "multi_thread")]
async fn signing_in_again_leaves_one_session() {
    World::on_each_engine(minato(), async |world| {
        let client = Relying::register(
            world,
            "app",
            "grant_types = [\"authorization_code\", \"refresh_token\"]\n",
        );
        let visitor = signed_in(world).await;
        let old = visitor.cookies(&client.issuer);
        let code = client.code(&visitor, &[]).await;
        let first = client.redeem(&code, &[], None).await.good();
        sign_in(world, &visitor).await;
        assert_ne!(visitor.cookies(&client.issuer), old, "the secret is new");
        let stolen = client
            .http
            .get(client.authorize(&[("prompt", "none")]))
            .header("cookie", &old)
            .send()
            .await
            .expect("answered");
        let to = stolen.headers()["location"].to_str().expect("ASCII");
        assert_eq!(parameters(to)["error"], "login_required");
        // Logout ends what the first login granted, too.
        let page = visitor.open(&client.at("logout")).await;
        visitor.submit(&page, &[]).await;
        client.refresh(first.member("refresh_token"), &[]).await.refused("invalid_grant");
        assert!(!client.is_good(first.member("access_token")).await);
    })
    .await;
}

/// Attack 13: a client whose tokens must be bound gets none in the front channel.
#[tokio::test(flavor = "multi_thread")]
async fn a_bound_client_gets_no_token_in_the_front_channel() {
    let world = World::on_sqlite(minato()).await;
    let file = world.folder.join("bound.toml");
    let text = format!(
        "client_id = \"bound\"\ninsurer = \"minato\"\nredirect_uris = [\"{REDIRECT}\"]\n\
         scopes = [\"openid\"]\ndpop_bound_access_tokens = true\n\
         response_types = [\"code token\"]\ngrant_types = [\"authorization_code\", \"implicit\"]\n"
    );
    std::fs::write(&file, text).expect("written");
    let args = ["client", "apply", &file.display().to_string()];
    let output = world.run(tests::world::Program::Idp, &args);
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("cannot be bound"), "{said}");
}

/// Attack 24, RFC 8628 §5.1: device codes cannot be guessed for long, by whatever verb.
#[tokio::test(flavor = "multi_thread")]
async fn guessing_device_codes_ends_soon() {
    let world = World::on_sqlite(minato()).await;
    let client = Relying::register(&world, "app", "");
    let visitor = signed_in(&world).await;
    let mut page = visitor.open(&client.at("device")).await;
    let (action, _) = page.form().expect("a form");
    let mut last = StatusCode::OK;
    for n in 0..25 {
        let letter = char::from(b"BCDFGHJKLMNPQRSTVWXZBCDFG"[n]);
        let guess: String = std::iter::repeat_n(letter, 8).collect();
        page.html = page.html.replace(&action, &format!("{action}?user_code={guess}"));
        last = visitor.submit(&page, &[("decision", "deny")]).await.status;
        page.html = page.html.replace(&format!("{action}?user_code={guess}"), &action);
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
    let asked = visitor.open(&format!("{}?user_code=BBBB-BBBB", client.at("device"))).await;
    assert_eq!(asked.status, StatusCode::TOO_MANY_REQUESTS);
}

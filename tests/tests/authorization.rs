//! The authorization endpoint over HTTP: what a request may ask, how it may come, how the answer
//! goes back.

use reqwest::StatusCode;
use serde_json::{Value, json};
use tests::relying::{
    CHALLENGE, Key, REDIRECT, Relying, claims, form, now, parameters, sign_in, signed_in,
};
use tests::visitor::{PASSWORD, Visitor};
use tests::world::{Options, World};

fn minato() -> Options {
    Options { insurers: vec!["minato"], protocol: "implicit = true", ..Options::default() }
}

/// RFC 6749 §4.1.2, RFC 9207 §2, OpenID Connect Core §3.1.2; attacks 1, 3 and 8 at this endpoint.
#[tokio::test(flavor = "multi_thread")]
async fn answers_and_errors_go_where_they_may() {
    World::on_each_engine(minato(), async |world| {
        let client = Relying::register(world, "app", "");
        let visitor = signed_in(world).await;
        let answer = client.answer(&visitor, &[]).await;
        assert_eq!(answer["state"], "s t+&=%", "byte for byte");
        assert_eq!(answer["iss"], client.issuer.as_str());
        assert!(answer["code"].is_string());

        // A person sees a page; nobody is sent anywhere.
        for bad in [
            [("client_id", "nobody")],
            [("client_id", "")],
            [("redirect_uri", "")],
            [("redirect_uri", "http://localhost:1/callback/")],
            [("redirect_uri", "http://localhost:1/callback?x=1")],
            [("redirect_uri", "http://localhost:1.evil.example/callback")],
            [("redirect_uri", "javascript:alert(1)")],
        ] {
            let page = visitor.open(&client.authorize(&bad)).await;
            assert_eq!(page.status, StatusCode::BAD_REQUEST, "{bad:?}");
        }
        let twice = format!("{}&state=2", client.authorize(&[]));
        assert_eq!(visitor.open(&twice).await.status, StatusCode::BAD_REQUEST);
        let long = client.authorize(&[("state", &"x".repeat(5000))]);
        assert_eq!(visitor.open(&long).await.status, StatusCode::BAD_REQUEST);

        // The client is told, with state and iss.
        for (changes, error) in [
            ([("response_type", "token")], "unsupported_response_type"),
            ([("response_type", "")], "invalid_request"),
            ([("scope", "")], "invalid_scope"),
            ([("code_challenge_method", "plain")], "invalid_request"),
            ([("prompt", "none login")], "invalid_request"),
            ([("max_age", "soon")], "invalid_request"),
            ([("claims", "{")], "invalid_request"),
            ([("resource", "https://other.example/")], "invalid_target"),
            ([("authorization_details", "[{\"type\":\"x\"}]")], "invalid_authorization_details"),
            ([("request", "x.y.z")], "invalid_request_object"),
            ([("request_uri", "https://a.example/r")], "invalid_request_uri"),
            ([("registration", "{}")], "registration_not_supported"),
            ([("id_token_hint", "x.y.z")], "invalid_request"),
        ] {
            let answer = client.answer(&visitor, &changes).await;
            assert_eq!(answer["error"], error, "{changes:?}");
            assert_eq!(answer["iss"], client.issuer.as_str(), "{changes:?}");
            assert_eq!(answer["state"], "s t+&=%", "{changes:?}");
        }
        // Unknown and unneeded parameters change nothing.
        for good in [
            [("nonsense", "x")],
            [("display", "popup")],
            [("ui_locales", "fr en")],
            [("claims_locales", "ja")],
            [("login_hint", "hanako79")],
            [("acr_values", "unknown")],
            [("nonce", &*"n".repeat(384))],
        ] {
            assert!(client.answer(&visitor, &good).await["code"].is_string(), "{good:?}");
        }
        // OpenID Connect Core §3.1.2.1: by POST, also from the client's own page.
        let posted = client
            .http
            .post(client.at("authorize"))
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "cross-site")
            .body(client.request(&[]))
            .send()
            .await
            .expect("answered");
        assert_eq!(posted.status(), StatusCode::SEE_OTHER);
        let again = posted.headers()["location"].to_str().expect("ASCII").to_owned();
        let url = url::Url::parse(&client.issuer).expect("absolute").join(&again).expect("joins");
        let answer = parameters(&visitor.location(url.as_str()).await);
        assert!(answer["code"].is_string(), "the browser comes again with its cookies: {answer}");
    })
    .await;
}

/// OAuth 2.0 Form Post Response Mode §2, Multiple Response Types §2.1, JARM §2.
#[tokio::test(flavor = "multi_thread")]
async fn each_response_mode_and_type() {
    World::on_each_engine(minato(), async |world| {
        let client = Relying::register(world, "app", "");
        let visitor = signed_in(world).await;
        let fragment = visitor.location(&client.authorize(&[("response_mode", "fragment")])).await;
        assert!(fragment.contains("#code=") && !fragment.contains('?'), "{fragment}");

        // Attack 4: whatever state is, it stands escaped in the form.
        let state = "\"><script>alert(1)</script>";
        let url = client.authorize(&[("response_mode", "form_post"), ("state", state)]);
        let page = visitor.open(&url).await;
        page.does_not_see("<script>alert").sees("name=\"code\"").sees("name=\"iss\"");
        let (action, _) = page.form().expect("a form");
        assert_eq!(action, REDIRECT);

        for mode in ["jwt", "query.jwt", "fragment.jwt"] {
            let answer = client.answer(&visitor, &[("response_mode", mode)]).await;
            let inner = claims(answer["response"].as_str().expect("a JWT"));
            assert_eq!(answer.as_object().map(serde_json::Map::len), Some(1), "{mode}");
            assert_eq!(inner["aud"], "app");
            assert_eq!(inner["iss"], client.issuer.as_str());
            assert!(inner["code"].is_string() && inner["exp"].as_i64() > Some(now()));
        }
        let error = client.answer(&visitor, &[("response_mode", "jwt"), ("scope", "x")]).await;
        let inner = claims(error["response"].as_str().expect("errors are signed, too"));
        assert_eq!(inner["error"], "invalid_scope");

        // OpenID Connect Core §3.3: only where registered, and bound together by hashes.
        let hybrid = Relying::register(
            world,
            "hybrid",
            "response_types = [\"code id_token\", \"id_token\"]\n\
             grant_types = [\"authorization_code\", \"implicit\"]\n",
        );
        let asked = [("response_type", "code id_token"), ("nonce", "n-1")];
        let answer = hybrid.answer(&visitor, &asked).await;
        let token = claims(answer["id_token"].as_str().expect("an ID token"));
        assert_eq!((&token["nonce"], &token["aud"]), (&json!("n-1"), &json!("hybrid")));
        assert!(token["c_hash"].is_string() && token["s_hash"].is_string());
        let alone = hybrid.answer(&visitor, &[("response_type", "id_token"), ("nonce", "n")]).await;
        let token = claims(alone["id_token"].as_str().expect("an ID token"));
        assert_eq!(token["email"], "hanako@example.jp", "scope claims without an access token");
        let no_nonce = hybrid.answer(&visitor, &[("response_type", "code id_token")]).await;
        assert_eq!(no_nonce["error"], "invalid_request");
        let refused = client.answer(&visitor, &asked).await;
        assert_eq!(refused["error"], "unsupported_response_type", "not registered");
    })
    .await;
}

/// OpenID Connect Core §3.1.2.1 and §3.1.2.6: prompt, max_age, id_token_hint, claims, acr.
#[tokio::test(flavor = "multi_thread")]
async fn prompts_and_ages_decide_what_a_member_is_asked() {
    World::on_each_engine(minato(), async |world| {
        let client = Relying::register(world, "app", "");
        let nobody = Visitor::new();
        let silent = client.answer(&nobody, &[("prompt", "none")]).await;
        assert_eq!(silent["error"], "login_required");
        let visitor = signed_in(world).await;
        let first = client.code(&visitor, &[("prompt", "none"), ("nonce", "n")]).await;
        let first = client.redeem(&first, &[], None).await.good();
        let id_token = first.member("id_token").to_owned();
        let (before, sub) =
            (claims(&id_token)["auth_time"].clone(), claims(&id_token)["sub"].clone());
        assert_eq!(claims(&id_token)["nonce"], "n");
        assert_eq!(claims(&id_token)["acr"], "urn:musubi:identity");
        assert_eq!(claims(&id_token)["amr"], json!(["pwd"]));

        let hint = [("prompt", "none"), ("id_token_hint", id_token.as_str())];
        assert!(client.answer(&visitor, &hint).await["code"].is_string());
        let other = r#"{"id_token":{"sub":{"value":"somebody-else"}}}"#;
        let wrong = client.answer(&visitor, &[("prompt", "none"), ("claims", other)]).await;
        assert_eq!(wrong["error"], "login_required", "attack 14: another user's session");

        tokio::time::sleep(std::time::Duration::from_millis(2100)).await;
        for again in [[("prompt", "login")], [("max_age", "1")]] {
            let page = visitor.open(&client.authorize(&again)).await;
            page.sees("name=\"password\"");
            let fields = [("user_id", "hanako79"), ("password", PASSWORD)];
            let answer = parameters(&visitor.submit_and_stay(&page, &fields).await);
            let code = answer["code"].as_str().expect("a code");
            let token = client.redeem(code, &[], None).await.good();
            let later = claims(token.member("id_token"));
            assert_eq!(later["sub"], sub);
            assert!(later["auth_time"].as_i64() > before.as_i64(), "{again:?}");
            tokio::time::sleep(std::time::Duration::from_millis(2100)).await;
        }
        let young = client.answer(&visitor, &[("max_age", "10000")]).await;
        assert!(young["code"].is_string(), "no needless login");

        // §5.5: by name, within what the client was registered for.
        let asked = r#"{"userinfo":{"given_name":{"essential":true}},"id_token":{"email":null}}"#;
        let code = client.code(&visitor, &[("scope", "openid"), ("claims", asked)]).await;
        let token = client.redeem(&code, &[], None).await.good();
        assert_eq!(claims(token.member("id_token"))["email"], "hanako@example.jp");
        let bearer = format!("Bearer {}", token.member("access_token"));
        let told = client.userinfo(&bearer, None).await.good();
        assert_eq!(told.member("given_name"), "花子");
        assert!(told.body.get("birthdate").is_none() && told.body.get("email").is_none());

        // §5.5.1.1: an essential level that nobody can reach is an error, a voluntary one is not
        // (attack 30).
        let gold = r#"{"id_token":{"acr":{"essential":true,"value":"gold"}}}"#;
        let refused = client.answer(&visitor, &[("claims", gold)]).await;
        assert_eq!(refused["error"], "unmet_authentication_requirements");
        assert!(client.answer(&visitor, &[("acr_values", "gold")]).await["code"].is_string());

        // Going on as who is signed in, or as somebody else.
        let url = client.authorize(&[("prompt", "select_account")]);
        let page = visitor.open(&url).await;
        let answer = visitor.submit_and_stay(&page, &[("decision", "this")]).await;
        assert!(parameters(&answer)["code"].is_string());
        let page = visitor.open(&url).await;
        let page = visitor.submit(&page, &[("decision", "other")]).await;
        page.sees("name=\"password\"");
        // Initiating User Registration §4.
        let page = visitor.open(&client.authorize(&[("prompt", "create")])).await;
        page.sees("name=\"email\"");
    })
    .await;
}

/// RFC 9126: bound to its client, used once, at the end.
#[tokio::test(flavor = "multi_thread")]
async fn a_pushed_request_is_its_clients_and_good_once() {
    World::on_each_engine(minato(), async |world| {
        let client = Relying::register(world, "app", "");
        let other = Relying::register(world, "other", "");
        let strict =
            Relying::register(world, "strict", "require_pushed_authorization_requests = true\n");
        let visitor = signed_in(world).await;
        let push = async |client: &Relying, more: &[(&str, &str)]| {
            let mut fields = vec![
                ("redirect_uri", REDIRECT),
                ("response_type", "code"),
                ("scope", "openid"),
                ("state", "inner"),
                ("code_challenge", CHALLENGE),
                ("code_challenge_method", "S256"),
            ];
            fields.extend(more);
            client.post("par", &fields, None).await
        };
        let go = |client: &Relying, uri: &str| {
            let query =
                form(&[("client_id", &client.client_id), ("request_uri", uri), ("state", "outer")]);
            format!("{}?{query}", client.at("authorize"))
        };
        let pushed = push(&client, &[]).await.good();
        assert_eq!(pushed.status, StatusCode::CREATED);
        assert!(pushed.body["expires_in"].as_i64() >= Some(5));
        let uri = pushed.member("request_uri").to_owned();
        // Looking at it (a login page that was not finished) does not use it up.
        Visitor::new().open(&go(&client, &uri)).await.sees("name=\"password\"");
        let foreign = visitor.open(&go(&other, &uri)).await;
        assert_eq!(foreign.status, StatusCode::BAD_REQUEST, "another client's request");
        let answer = parameters(&visitor.location(&go(&client, &uri)).await);
        assert_eq!(answer["state"], "inner", "only what was pushed counts");
        assert_eq!(visitor.open(&go(&client, &uri)).await.status, StatusCode::BAD_REQUEST);

        push(&client, &[("request_uri", "urn:x")]).await.refused("invalid_request");
        push(&client, &[("redirect_uri", REDIRECT)]).await.refused("invalid_request");
        let wrong = client.post("par", &[("response_type", "code")], None).await;
        wrong.refused("invalid_request");
        assert_eq!(strict.answer(&visitor, &[]).await["error"], "invalid_request");
        let uri = push(&strict, &[]).await.good().member("request_uri").to_owned();
        let answer = parameters(&visitor.location(&go(&strict, &uri)).await);
        assert!(answer["code"].is_string());

        // Two browsers at once with one request: one answer.
        let uri = push(&client, &[]).await.good().member("request_uri").to_owned();
        let url = go(&client, &uri);
        let (a, b) = tokio::join!(visitor.open_and_stay(&url), visitor.open_and_stay(&url));
        let answers = [a, b].iter().filter(|seen| seen.url.contains("code=")).count();
        assert_eq!(answers, 1);
    })
    .await;
}

/// RFC 9101: signed requests, and everything that must not pass as one (attack 10).
#[tokio::test(flavor = "multi_thread")]
async fn a_request_object_counts_when_the_client_signed_it() {
    World::on_each_engine(minato(), async |world| {
        let (key, stranger) = (Key::new(), Key::new());
        let jwks = json!({"keys": [key.jwk()]}).to_string();
        let client = Relying::register(world, "app", &format!("jwks = {}\n", toml_of(&jwks)));
        let visitor = signed_in(world).await;
        let good = || {
            json!({
                "iss": "app", "aud": client.issuer, "exp": now() + 60, "nbf": now(),
                "client_id": "app", "redirect_uri": REDIRECT, "response_type": "code",
                "scope": "openid", "state": "inside", "code_challenge": CHALLENGE,
                "code_challenge_method": "S256", "max_age": 10_000,
            })
        };
        let header = json!({"alg": "ES256", "typ": "oauth-authz-req+jwt"});
        let send = async |token: String| {
            let query =
                form(&[("client_id", "app"), ("request", &token), ("redirect_uri", REDIRECT)]);
            let url = format!("{}?{query}", client.at("authorize"));
            parameters(&visitor.location(&url).await)
        };
        let answer = send(key.sign(&header, &good())).await;
        assert_eq!(answer["state"], "inside");
        let none = json!({"alg": "none"});
        let unsigned = key.sign(&none, &good());
        let unsigned = format!("{}.", unsigned.rsplit_once('.').expect("three parts").0);
        for bad in [
            stranger.sign(&header, &good()),
            unsigned,
            key.sign(&json!({"alg": "HS256"}), &good()),
            key.sign(&json!({"alg": "ES256", "typ": "dpop+jwt"}), &good()),
            key.sign(&header, &tests::relying::merged(good(), &json!({"exp": now() - 60}))),
            key.sign(&header, &tests::relying::merged(good(), &json!({"aud": "https://x"}))),
            key.sign(&header, &tests::relying::merged(good(), &json!({"iss": "other"}))),
            key.sign(&header, &tests::relying::merged(good(), &json!({"request": "x"}))),
        ] {
            assert_eq!(send(bad.clone()).await["error"], "invalid_request_object", "{bad}");
        }
    })
    .await;
}

/// A JSON text as a TOML inline value.
fn toml_of(json: &str) -> String {
    json.replace("\":", "\" = ")
}

/// OpenID Connect Core §3.1.2.4: asked once per client and scope, refusable, withdrawable.
#[tokio::test(flavor = "multi_thread")]
async fn consent_is_asked_remembered_widened_and_withdrawn() {
    World::on_each_engine(minato(), async |world| {
        let client = Relying::register(
            world,
            "fitness",
            "consent_obtained = false\nauthorization_details_types = [\"meal\"]\n\
             name = { ja = \"しおなり\", en = \"Shionari\" }\n",
        );
        let visitor = signed_in(world).await;
        let narrow = [("scope", "openid email")];
        let silent =
            client.answer(&visitor, &[("scope", "openid email"), ("prompt", "none")]).await;
        assert_eq!(silent["error"], "consent_required");
        let page = visitor.open(&client.authorize(&narrow)).await;
        page.sees("しおなり").sees("name=\"decision\"");
        let denied = parameters(&visitor.submit_and_stay(&page, &[("decision", "deny")]).await);
        assert_eq!(denied["error"], "access_denied");
        assert_eq!(denied["state"], "s t+&=%");
        // Neither is a decision: it is asked again.
        let page = visitor.open(&client.authorize(&narrow)).await;
        let page = visitor.submit(&page, &[("decision", "perhaps")]).await;
        let allowed = parameters(&visitor.submit_and_stay(&page, &[("decision", "allow")]).await);
        let tokens =
            client.redeem(allowed["code"].as_str().expect("a code"), &[], None).await.good();
        let access = tokens.member("access_token").to_owned();
        assert!(client.is_good(&access).await);

        assert!(client.answer(&visitor, &narrow).await["code"].is_string(), "remembered");
        for wider in [
            vec![("scope", "openid email profile")],
            vec![("scope", "openid email"), ("claims", r#"{"userinfo":{"birthdate":null}}"#)],
            vec![("scope", "openid email"), ("authorization_details", r#"[{"type":"meal"}]"#)],
            vec![("scope", "openid email"), ("prompt", "consent")],
        ] {
            visitor.open(&client.authorize(&wider)).await.sees("name=\"decision\"");
        }

        // The member withdraws: asked again, and what was granted is over.
        let list = visitor.open(&client.at("consents")).await;
        list.sees("しおなり");
        visitor.submit(&list, &[("client_id", "fitness")]).await;
        assert!(!client.is_good(&access).await);
        visitor.open(&client.authorize(&narrow)).await.sees("name=\"decision\"");
        // Somebody who is not signed in logs in first, then agrees (attack 16: nothing is lost).
        let fresh = Visitor::new();
        let page = fresh.open(&client.authorize(&narrow)).await;
        let fields = [("user_id", "hanako79"), ("password", PASSWORD)];
        let page = fresh.submit(&page, &fields).await;
        page.sees("name=\"decision\"");
        let answer = fresh.submit_and_stay(&page, &[("decision", "allow")]).await;
        assert!(parameters(&answer)["code"].is_string());
    })
    .await;
}

/// Attack 16: a journey that began with one session does not go on with another.
#[tokio::test(flavor = "multi_thread")]
async fn a_consent_page_does_not_outlive_its_session() {
    let world = World::on_sqlite(minato()).await;
    let client = Relying::register(&world, "fitness", "consent_obtained = false\n");
    let visitor = signed_in(&world).await;
    let page = visitor.open(&client.authorize(&[])).await;
    let out = visitor.open(&client.at("logout")).await;
    visitor.submit(&out, &[]).await;
    let after = visitor.submit(&page, &[("decision", "allow")]).await;
    after.sees("name=\"password\"");
    sign_in(&world, &visitor).await;

    let asked: Value = client.answer(&visitor, &[("prompt", "none")]).await;
    assert_eq!(asked["error"], "consent_required", "nothing was remembered");
}

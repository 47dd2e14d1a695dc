//! The token endpoint and what tokens are good for, over HTTP: each grant, each way to
//! authenticate, and the attacks on codes and tokens.

use reqwest::StatusCode;
use serde_json::{Value, json};
use tests::relying::{Key, Relying, claims, merged, now, signed_in, unique};
use tests::visitor::Visitor;
use tests::world::{Options, Program, World};

fn minato() -> Options {
    Options { insurers: vec!["minato", "aozora"], ..Options::default() }
}

const REFRESHES: &str = "grant_types = [\"authorization_code\", \"refresh_token\"]\n";
const ACCESS: &str = "urn:ietf:params:oauth:token-type:access_token";

/// RFC 6749 §4.1.3 and §5.2; attacks 7 and 8.
#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_good_once_with_its_verifier_and_address() {
    World::on_each_engine(minato(), async |world| {
        let client = Relying::register(world, "app", REFRESHES);
        let other = Relying::register(world, "other", "");
        let visitor = signed_in(world).await;
        let code = client.code(&visitor, &[]).await;
        let answer = client.redeem(&code, &[], None).await.good();
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("pragma"), "no-cache");
        assert_eq!(answer.member("token_type"), "Bearer");
        let (access, refresh) = (answer.member("access_token"), answer.member("refresh_token"));
        assert!(client.is_good(access).await);
        let id_token = claims(answer.member("id_token"));
        assert!(id_token["at_hash"].is_string() && id_token["sid"].is_string());
        // Replay: refused, and what was issued is revoked.
        client.redeem(&code, &[], None).await.refused("invalid_grant");
        assert!(!client.is_good(access).await);
        client.refresh(refresh, &[]).await.refused("invalid_grant");

        for wrong in [
            [("code_verifier", "x".repeat(43))],
            [("code_verifier", String::new())],
            [("redirect_uri", "http://localhost:1/other".into())],
            [("redirect_uri", String::new())],
        ] {
            let code = client.code(&visitor, &[]).await;
            let more = [(wrong[0].0, wrong[0].1.as_str())];
            client.redeem(&code, &more, None).await.refused("invalid_grant");
            client.redeem(&code, &[], None).await.refused("invalid_grant");
        }
        let code = client.code(&visitor, &[]).await;
        other.redeem(&code, &[], None).await.refused("invalid_grant");
        // A verifier without a challenge is as wrong as a challenge without a verifier.
        let plain = [("code_challenge", ""), ("code_challenge_method", "")];
        let code = client.code(&visitor, &plain).await;
        client.redeem(&code, &[], None).await.refused("invalid_grant");
        // Raced: one of many gets tokens.
        let code = client.code(&visitor, &[]).await;
        let race = async || client.redeem(&code, &[], None).await.status.is_success();
        let (a, b, c, d) = tokio::join!(race(), race(), race(), race());
        assert_eq!([a, b, c, d].into_iter().filter(|won| *won).count(), 1);
        // Another insurer knows neither the code nor the token nor the cookie (attack 12).
        let code = client.code(&visitor, &[]).await;
        let there = Relying { issuer: format!("{}/aozora", world.idp_url), ..client.clone() };
        there.redeem(&code, &[], None).await.refused("invalid_client");
        assert!(!there.is_good(access).await);
    })
    .await;
}

/// RFC 9700 §4.14, RFC 6749 §6; attack 9.
#[tokio::test(flavor = "multi_thread")]
async fn refresh_tokens_rotate_and_a_copy_ends_the_family() {
    World::on_each_engine(minato(), async |world| {
        let client = Relying::register(world, "app", REFRESHES);
        let other = Relying::register(world, "other", REFRESHES);
        let visitor = signed_in(world).await;
        let begin = async |scope: &str| {
            let code = client.code(&visitor, &[("scope", scope)]).await;
            client.redeem(&code, &[], None).await.good()
        };
        let first = begin("openid profile email").await;
        let one = first.member("refresh_token").to_owned();
        let second = client.refresh(&one, &[]).await.good();
        let (before, after) = (claims(first.member("id_token")), claims(second.member("id_token")));
        for name in ["iss", "sub", "aud", "auth_time", "sid"] {
            assert_eq!(before[name], after[name], "OpenID Connect Core §12.2: {name}");
        }
        assert!(after.get("nonce").is_none());
        let two = second.member("refresh_token").to_owned();
        assert_ne!(one, two);
        other.refresh(&two, &[]).await.refused("invalid_grant");
        let narrow = client.refresh(&two, &[("scope", "openid")]).await.good();
        assert_eq!(narrow.member("scope"), "openid");
        let three = narrow.member("refresh_token").to_owned();
        client.refresh(&three, &[("scope", "openid membership")]).await.refused("invalid_scope");
        // The answer was lost, or another tab was faster: the same successor once more.
        let lost = client.refresh(&two, &[]).await.good();
        assert_eq!(lost.member("refresh_token"), three);
        assert_eq!(lost.member("scope"), "openid profile email");
        let access = lost.member("access_token").to_owned();
        assert!(client.is_good(&access).await);
        // Two generations old: somebody has a copy, so the family ends.
        client.refresh(&one, &[]).await.refused("invalid_grant");
        client.refresh(lost.member("refresh_token"), &[]).await.refused("invalid_grant");
        assert!(!client.is_good(&access).await);
        // Whoever knows only the family's id ends nothing.
        let kept = begin("openid").await;
        let token = kept.member("refresh_token");
        let family = token.split('.').next().unwrap_or_default();
        for guess in
            [format!("{family}.{}", "A".repeat(43)), format!("{family}.0.{}", "A".repeat(43))]
        {
            other.refresh(&guess, &[]).await.refused("invalid_grant");
            client.refresh(&guess, &[]).await.refused("invalid_grant");
        }
        // Two tabs at once: both get the same successor, and the family lives.
        let (a, b) = tokio::join!(client.refresh(token, &[]), client.refresh(token, &[]));
        let (a, b) = (a.good(), b.good());
        assert_eq!(a.member("refresh_token"), b.member("refresh_token"));
        let token = a.member("refresh_token");
        client.refresh(token, &[]).await.good();

        // After sign-out: what was bound to the session ends, what was granted to outlive it stays.
        let bound = begin("openid").await;
        let offline = begin("openid offline_access").await;
        let out = visitor.open(&client.at("logout")).await;
        visitor.submit(&out, &[]).await;
        client.refresh(bound.member("refresh_token"), &[]).await.refused("invalid_grant");
        assert!(!client.is_good(bound.member("access_token")).await);
        client.refresh(offline.member("refresh_token"), &[]).await.good();
    })
    .await;
}

/// OpenID Connect Core §9, RFC 7523, attack 10: only the registered method, and never twice.
#[tokio::test(flavor = "multi_thread")]
async fn clients_authenticate_the_way_they_registered() {
    World::on_each_engine(minato(), async |world| {
        let machine = "grant_types = [\"client_credentials\"]\nscopes = [\"meals:read\"]\n";
        let basic = Relying::register(world, "basic", machine);
        let post = Relying::register(
            world,
            "post",
            &format!("token_endpoint_auth_method = \"client_secret_post\"\n{machine}"),
        );
        let key = Key::new();
        let jwks = json!({"keys": [key.jwk()]}).to_string().replace("\":", "\" = ");
        let private = Relying::register(
            world,
            "private",
            &format!("token_endpoint_auth_method = \"private_key_jwt\"\njwks = {jwks}\n{machine}"),
        );
        let public = Relying::register(
            world,
            "public",
            "token_endpoint_auth_method = \"none\"\nscopes = [\"openid\"]\n",
        );
        let ask = async |client: &Relying, more: &[(&str, &str)]| {
            let mut fields = vec![("grant_type", "client_credentials")];
            fields.extend(more);
            client.post("token", &fields, None).await
        };
        let secret = "s".repeat(40);
        let good = ask(&basic, &[]).await.good();
        assert_eq!(good.member("scope"), "meals:read");
        assert!(good.body.get("refresh_token").is_none() && good.body.get("id_token").is_none());
        ask(&post, &[("client_id", "post"), ("client_secret", &secret)]).await.good();
        let nobody = Relying { secret: None, ..basic.clone() };
        for wrong in [
            vec![("client_id", "basic"), ("client_secret", secret.as_str())],
            vec![("client_id", "basic")],
            vec![("client_id", "basic"), ("client_secret", "")],
            vec![("client_id", "post"), ("client_secret", "wrong")],
            vec![("client_id", "unknown"), ("client_secret", secret.as_str())],
            vec![("client_id", "public"), ("client_secret", "x")],
            vec![],
        ] {
            let answer = ask(&nobody, &wrong).await.refused("invalid_client");
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
            assert!(answer.header("www-authenticate").starts_with("Basic"));
        }
        let refused = ask(&public, &[("client_id", "public")]).await;
        refused.refused("unauthorized_client");
        ask(&basic, &[("client_secret", &secret)]).await.refused("invalid_request");

        let assertion = |changes: Value| {
            let claims = json!({
                "iss": "private", "sub": "private", "aud": private.issuer, "jti": unique(),
                "exp": now() + 60, "iat": now(),
            });
            key.sign(&json!({"alg": "ES256"}), &merged(claims, &changes))
        };
        let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        let with = async |assertion: &str| {
            ask(&private, &[("client_assertion_type", kind), ("client_assertion", assertion)]).await
        };
        let first = assertion(json!({}));
        with(&first).await.good();
        with(&first).await.refused("invalid_client");
        for bad in [
            json!({"aud": "https://elsewhere.example"}),
            json!({"exp": now() - 60}),
            json!({"sub": "basic"}),
            json!({"jti": null}),
            json!({"nbf": now() + 120}),
        ] {
            with(&assertion(bad)).await.refused("invalid_client");
        }
        let stranger = Key::new().sign(&json!({"alg": "ES256"}), &claims(&assertion(json!({}))));
        with(&stranger).await.refused("invalid_client");
        let none = assertion(json!({}));
        let unsigned = format!("{}.", none.rsplit_once('.').expect("three parts").0);
        with(&unsigned).await.refused("invalid_client");
        // Attack 38: many at once, one is taken.
        let raced = assertion(json!({}));
        let race = async || with(&raced).await.status.is_success();
        let (a, b, c) = tokio::join!(race(), race(), race());
        assert_eq!([a, b, c].into_iter().filter(|won| *won).count(), 1);

        // A service has no person's scopes, and no other grants than its own (attack 13).
        ask(&basic, &[("scope", "openid")]).await.refused("invalid_scope");
        for grant in ["password", "implicit", "urn:x"] {
            let answer = basic.post("token", &[("grant_type", grant)], None).await;
            answer.refused("unsupported_grant_type");
        }
        for grant in
            ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"]
        {
            let answer = basic.post("token", &[("grant_type", grant)], None).await;
            answer.refused("unauthorized_client");
        }
        let token = ask(&basic, &[]).await.good().member("access_token").to_owned();
        assert!(!basic.is_good(&token).await, "a service is nobody at userinfo");
    })
    .await;
}

/// Attack 38: an assertion's id is remembered in the database, so a restart forgets nothing.
#[tokio::test(flavor = "multi_thread")]
async fn an_assertion_is_spent_across_a_restart() {
    World::on_each_engine(minato(), async |world| {
        let key = Key::new();
        let jwks = json!({"keys": [key.jwk()]}).to_string().replace("\":", "\" = ");
        let client = Relying::register(
            world,
            "private",
            &format!(
                "token_endpoint_auth_method = \"private_key_jwt\"\njwks = {jwks}\n\
                 grant_types = [\"client_credentials\"]\n"
            ),
        );
        let claims = json!({"iss": "private", "sub": "private", "aud": client.issuer,
                            "jti": unique(), "exp": now() + 60});
        let assertion = key.sign(&json!({"alg": "ES256"}), &claims);
        let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_assertion_type", kind),
            ("client_assertion", assertion.as_str()),
        ];
        client.post("token", &fields, None).await.good();
        world.kill(Program::Idp);
        world.launch(Program::Idp).await;
        client.post("token", &fields, None).await.refused("invalid_client");
    })
    .await;
}

/// RFC 9449: proofs at token and userinfo, bound codes, refresh tokens and access tokens.
#[tokio::test(flavor = "multi_thread")]
async fn dpop_binds_tokens_to_the_clients_key() {
    World::on_each_engine(minato(), async |world| {
        let client = Relying::register(
            world,
            "spa",
            &format!("token_endpoint_auth_method = \"none\"\n{REFRESHES}"),
        );
        let strict = Relying::register(world, "strict", "dpop_bound_access_tokens = true\n");
        let visitor = signed_in(world).await;
        let (key, thief) = (Key::new(), Key::new());
        let (token_url, userinfo_url) = (client.at("token"), client.at("userinfo"));
        let id = [("client_id", "spa")];
        let proof = |key: &Key, changes: Value| key.proof("POST", &token_url, &changes);
        let code = client.code(&visitor, &[]).await;
        let answer = client.redeem(&code, &id, Some(&proof(&key, json!({})))).await.good();
        assert_eq!(answer.member("token_type"), "DPoP");
        let nonce = answer.header("dpop-nonce").to_owned();
        assert!(!nonce.is_empty());
        let access = answer.member("access_token").to_owned();
        let ath = s256(&access);
        let at_userinfo = |key: &Key, changes: Value| {
            let mut all = json!({"ath": ath});
            for (name, value) in changes.as_object().into_iter().flatten() {
                all[name] = value.clone();
            }
            key.proof("GET", &userinfo_url, &all)
        };
        let dpop = format!("DPoP {access}");
        let first = at_userinfo(&key, json!({}));
        client.userinfo(&dpop, Some(&first)).await.good();
        let replayed = client.userinfo(&dpop, Some(&first)).await.refused("invalid_dpop_proof");
        assert!(replayed.header("www-authenticate").starts_with("DPoP"));
        // RFC 9449 §7.2: never as a bearer token; never with another key, method, address or token.
        assert_eq!(client.userinfo(&format!("Bearer {access}"), None).await.status, 401);
        client.userinfo(&dpop, None).await.refused("invalid_dpop_proof");
        client
            .userinfo(&dpop, Some(&at_userinfo(&thief, json!({}))))
            .await
            .refused("invalid_token");
        for bad in [
            json!({"htm": "POST"}),
            json!({"htu": token_url}),
            json!({"ath": s256("other")}),
            json!({"ath": null}),
            json!({"iat": now() - 3600}),
            json!({"iat": now() + 3600}),
            json!({"jti": null}),
        ] {
            let answer = client.userinfo(&dpop, Some(&at_userinfo(&key, bad.clone()))).await;
            answer.refused("invalid_dpop_proof");
        }
        client.userinfo(&dpop, Some(&at_userinfo(&key, json!({"nonce": nonce})))).await.good();
        let stale = client.userinfo(&dpop, Some(&at_userinfo(&key, json!({"nonce": "old"})))).await;
        stale.refused("use_dpop_nonce");

        // A public client's refresh token is bound, too (§5).
        let refresh = answer.member("refresh_token").to_owned();
        let fields = [
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh.as_str()),
            ("client_id", "spa"),
        ];
        client.post("token", &fields, None).await.refused("invalid_grant");
        let stolen = proof(&thief, json!({}));
        client.post("token", &fields, Some(&stolen)).await.refused("invalid_grant");
        client.post("token", &fields, Some(&proof(&key, json!({})))).await.good();

        // §10: a code bound from the start.
        let jkt = thumbprint(&key);
        let code = client.code(&visitor, &[("dpop_jkt", &jkt)]).await;
        let stolen = proof(&thief, json!({}));
        client.redeem(&code, &id, Some(&stolen)).await.refused("invalid_grant");
        let code = client.code(&visitor, &[("dpop_jkt", &jkt)]).await;
        client.redeem(&code, &id, None).await.refused("invalid_grant");

        // A client that must bind its tokens cannot get a bearer token.
        let code = strict.code(&visitor, &[]).await;
        strict.redeem(&code, &[], None).await.refused("invalid_dpop_proof");
        strict.redeem(&code, &[], Some(&proof(&key, json!({})))).await.good();
        let again = proof(&key, json!({}));
        let code = strict.code(&visitor, &[]).await;
        strict.redeem(&code, &[], Some(&again)).await.good();
        let code = strict.code(&visitor, &[]).await;
        strict.redeem(&code, &[], Some(&again)).await.refused("invalid_dpop_proof");
    })
    .await;
}

/// base64url(SHA-256).
fn s256(text: &str) -> String {
    use aws_lc_rs::digest::{SHA256, digest};
    tests::relying::base64url(digest(&SHA256, text.as_bytes()).as_ref())
}

/// RFC 7638.
fn thumbprint(key: &Key) -> String {
    let jwk = key.jwk();
    s256(&format!(r#"{{"crv":"P-256","kty":"EC","x":{},"y":{}}}"#, jwk["x"], jwk["y"]))
}

/// RFC 7662, RFC 9701, RFC 7009, RFC 9068, RFC 8707, RFC 9396; attack 11.
#[tokio::test(flavor = "multi_thread")]
async fn tokens_say_what_they_are_to_whom_it_concerns() {
    World::on_each_engine(minato(), async |world| {
        let client = Relying::register(
            world,
            "app",
            &format!(
                "access_token_format = \"jwt\"\nresources = [\"https://meals.example/\"]\n\
                 authorization_details_types = [\"meal\"]\n{REFRESHES}"
            ),
        );
        let opaque = Relying::register(world, "opaque", REFRESHES);
        let meals = Relying::register(
            world,
            "meals",
            "introspects = true\nresources = [\"https://meals.example/\"]\n\
             introspection_signed_response_alg = \"ES256\"\n",
        );
        let visitor = signed_in(world).await;
        let details = r#"[{"type":"meal","actions":["read"]}]"#;
        let asked = [("resource", "https://meals.example/"), ("authorization_details", details)];
        let code = client.code(&visitor, &asked).await;
        let tokens = client.redeem(&code, &[], None).await.good();
        assert_eq!(tokens.body["authorization_details"][0]["actions"][0], "read");
        let access = tokens.member("access_token").to_owned();
        let inner = claims(&access);
        assert_eq!(inner["aud"], json!(["https://meals.example/"]));
        for name in ["iss", "exp", "sub", "client_id", "iat", "jti", "scope", "auth_time", "acr"] {
            assert!(inner.get(name).is_some(), "RFC 9068 §2.2: {name}");
        }
        assert!(access.starts_with("eyJ"));
        assert!(!client.is_good(&access).await, "for the meals only, not for userinfo");
        let refresh = tokens.member("refresh_token").to_owned();
        let wide = client.refresh(&refresh, &[("resource", "https://other.example/")]).await;
        wide.refused("invalid_target");

        let ask = async |client: &Relying, token: &str| {
            client.post("introspect", &[("token", token)], None).await.good()
        };
        let own = ask(&client, &access).await;
        assert_eq!(own.body["active"], true);
        assert_eq!(own.body["authorization_details"][0]["type"], "meal");
        let signed = ask(&meals, &access).await;
        assert_eq!(signed.header("content-type"), "application/token-introspection+jwt");
        let body = claims(&signed.text);
        assert_eq!(
            (&body["aud"], &body["token_introspection"]["active"]),
            (&json!("meals"), &json!(true))
        );
        assert_eq!(ask(&opaque, &access).await.body, json!({"active": false}));
        assert_eq!(ask(&client, "nonsense").await.body, json!({"active": false}));
        let inactive = claims(&ask(&meals, "nonsense").await.text);
        assert_eq!(inactive["token_introspection"], json!({"active": false}));
        assert_eq!(ask(&client, &refresh).await.body["active"], true);
        assert_eq!(ask(&opaque, &refresh).await.body["active"], false);
        client.post("introspect", &[], None).await.refused("invalid_request");

        // RFC 7009: only by its own client; an unknown token is as well.
        opaque.post("revoke", &[("token", &access)], None).await.good();
        assert_eq!(ask(&client, &access).await.body["active"], true);
        client.post("revoke", &[("token", &access)], None).await.good();
        assert_eq!(ask(&client, &access).await.body["active"], false);
        client.post("revoke", &[("token", "nonsense")], None).await.good();
        client.post("revoke", &[("token", &refresh)], None).await.good();
        client.refresh(&refresh, &[]).await.refused("invalid_grant");
        let code = opaque.code(&visitor, &[]).await;
        let tokens = opaque.redeem(&code, &[], None).await.good();
        let access = tokens.member("access_token").to_owned();
        assert!(!access.starts_with("eyJ") && opaque.is_good(&access).await);
        opaque.post("revoke", &[("token", tokens.member("refresh_token"))], None).await.good();
        assert!(!opaque.is_good(&access).await, "the whole grant has ended");

        // RFC 6750: header, body, never both; errors with a challenge.
        let code = opaque.code(&visitor, &[]).await;
        let tokens = opaque.redeem(&code, &[], None).await.good();
        let access = tokens.member("access_token").to_owned();
        let nobody = Relying { secret: None, ..opaque.clone() };
        nobody.post("userinfo", &[("access_token", &access)], None).await.good();
        let both = opaque.post("userinfo", &[("access_token", &access)], None).await;
        both.refused("invalid_request");
        let none = opaque.http.get(opaque.at("userinfo")).send().await.expect("answered");
        assert_eq!(none.status(), StatusCode::UNAUTHORIZED);
        let challenge = none.headers()["www-authenticate"].to_str().expect("ASCII");
        assert!(!challenge.contains("error"), "{challenge}");
        // Other tokens of ours are no access tokens.
        assert!(!opaque.is_good(tokens.member("id_token")).await);
        let in_query = format!("{}?access_token={access}", opaque.at("userinfo"));
        let in_query = opaque.http.get(in_query).send().await.expect("answered");
        assert_eq!(in_query.status(), StatusCode::UNAUTHORIZED);
    })
    .await;
}

/// RFC 8628: the member decides at another screen.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_waits_for_the_members_decision() {
    World::on_each_engine(minato(), async |world| {
        let kind = "urn:ietf:params:oauth:grant-type:device_code";
        let grants = format!(
            "token_endpoint_auth_method = \"none\"\n\
             grant_types = [\"{kind}\", \"refresh_token\"]\n"
        );
        let tv = Relying::register(world, "tv", &grants);
        let other = Relying::register(world, "other", &grants);
        let visitor = signed_in(world).await;
        let begin = async || {
            let fields = [("client_id", "tv"), ("scope", "openid email")];
            tv.post("device_authorization", &fields, None).await.good()
        };
        let poll = async |client: &Relying, code: &str| {
            let fields = [
                ("grant_type", kind),
                ("device_code", code),
                ("client_id", client.client_id.as_str()),
            ];
            client.post("token", &fields, None).await
        };
        let device = begin().await;
        let code = device.member("device_code").to_owned();
        poll(&tv, &code).await.refused("authorization_pending");
        poll(&tv, &code).await.refused("slow_down");
        poll(&other, &code).await.refused("invalid_grant");
        poll(&tv, "nonsense").await.refused("invalid_grant");
        let page = visitor.open(&tv.at("device")).await;
        let wrong = visitor.submit(&page, &[("user_code", "BBBB-BBBB")]).await;
        wrong.sees("aria-invalid").sees("BBBB-BBBB");
        let typed = device.member("user_code").to_lowercase().replace('-', "");
        let confirm = visitor.submit(&page, &[("user_code", &typed)]).await;
        confirm.sees(device.member("user_code"));
        visitor.submit(&confirm, &[("decision", "allow")]).await.does_not_see("decision");
        let tokens = poll(&tv, &code).await.good();
        assert!(tv.is_good(tokens.member("access_token")).await);
        assert_eq!(claims(tokens.member("id_token"))["aud"], "tv");
        poll(&tv, &code).await.refused("invalid_grant");

        let device = begin().await;
        let page = visitor.open(device.member("verification_uri_complete")).await;
        visitor.submit(&page, &[("decision", "deny")]).await;
        poll(&tv, device.member("device_code")).await.refused("access_denied");
        // Attack 37: a decision from elsewhere counts for nothing.
        let device = begin().await;
        let page = visitor.open(device.member("verification_uri_complete")).await;
        let mut forged = page.clone();
        forged.html = page.html.replace("name=\"csrf\"", "name=\"x\"");
        let answer = visitor.submit(&forged, &[("decision", "allow")]).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        poll(&tv, device.member("device_code")).await.refused("authorization_pending");
        // Who is not signed in signs in first and comes back to the same code.
        let fresh = Visitor::new();
        let page = fresh.open(device.member("verification_uri_complete")).await;
        let fields = [("user_id", "hanako79"), ("password", tests::visitor::PASSWORD)];
        fresh.submit(&page, &fields).await.sees(device.member("user_code"));
    })
    .await;
}

/// RFC 8693: delegation, named; impersonation and widening refused.
#[tokio::test(flavor = "multi_thread")]
async fn a_service_goes_on_for_a_member_and_says_so() {
    World::on_each_engine(minato(), async |world| {
        let exchange = "urn:ietf:params:oauth:grant-type:token-exchange";
        let client = Relying::register(world, "app", "resources = [\"https://api.example/\"]\n");
        let api = Relying::register(
            world,
            "api",
            &format!(
                "grant_types = [\"{exchange}\"]\nredirect_uris = []\nresponse_types = []\n\
                 access_token_format = \"jwt\"\n\
                 resources = [\"https://api.example/\", \"https://lab.example/\"]\n"
            ),
        );
        let visitor = signed_in(world).await;
        let code = client.code(&visitor, &[("resource", "https://api.example/")]).await;
        let token = client.redeem(&code, &[], None).await.good().member("access_token").to_owned();
        let ask = async |client: &Relying, more: &[(&str, &str)]| {
            let mut fields = vec![
                ("grant_type", exchange),
                ("subject_token", token.as_str()),
                ("subject_token_type", ACCESS),
            ];
            fields.extend(more);
            client.post("token", &fields, None).await
        };
        let issued = ask(&api, &[("audience", "https://lab.example/")]).await.good();
        assert_eq!(issued.member("issued_token_type"), ACCESS);
        assert!(issued.body.get("refresh_token").is_none());
        let inner = claims(issued.member("access_token"));
        assert_eq!(inner["act"], json!({"sub": "api"}));
        assert_eq!(inner["aud"], json!(["https://lab.example/"]));
        assert_eq!(inner["client_id"], "api");
        ask(&api, &[("audience", "https://evil.example/")]).await.refused("invalid_target");
        ask(&api, &[("scope", "openid membership")]).await.refused("invalid_scope");
        ask(&api, &[("requested_token_type", "urn:ietf:params:oauth:token-type:id_token")])
            .await
            .refused("invalid_request");
        ask(&client, &[]).await.refused("unauthorized_client");
        // Not for this service: nobody gave it the token.
        let code = client.code(&visitor, &[]).await;
        let plain = client.redeem(&code, &[], None).await.good();
        let fields = [
            ("grant_type", exchange),
            ("subject_token", plain.member("access_token")),
            ("subject_token_type", ACCESS),
        ];
        api.post("token", &fields, None).await.refused("invalid_request");
    })
    .await;
}

/// Attack 30, RFC 9470 §3: card symbol and number need a fresh login; the challenge says which.
#[tokio::test(flavor = "multi_thread")]
async fn a_stale_login_is_challenged_for_the_card() {
    let options = Options {
        insurers: vec!["minato"],
        protocol: "membership_max_age_minutes = 0\nmembership_acr = \"urn:musubi:identity\"",
        ..Options::default()
    };
    let world = World::on_sqlite(options).await;
    let scopes = "scopes = [\"openid\", \"email\", \"membership\"]\n";
    let client = Relying::register(&world, "own", &format!("first_party = true\n{scopes}"));
    let visitor = signed_in(&world).await;
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    let code = client.code(&visitor, &[("scope", "openid email membership")]).await;
    let token = client.redeem(&code, &[], None).await.good();
    let bearer = format!("Bearer {}", token.member("access_token"));
    let answer = client.userinfo(&bearer, None).await.refused("insufficient_user_authentication");
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert!(answer.header("www-authenticate").contains("max_age=\"0\""));
    let code = client.code(&visitor, &[("scope", "openid email")]).await;
    let token = client.redeem(&code, &[], None).await.good();
    let bearer = format!("Bearer {}", token.member("access_token"));
    client.userinfo(&bearer, None).await.good();
}

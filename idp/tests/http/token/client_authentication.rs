//! How clients authenticate (OpenID Connect Core §9, RFC 7523); attack 10: only in the registered
//! way, and never twice with one assertion.

use crate::support::{
    ASSERTION, Answer, Key, MACHINE, Relying, StatusCode, TestIdp, Value, json, jwks, merged,
    minato, wins,
};

async fn ask(client: &Relying, more: &[(&str, &str)]) -> Answer {
    let mut fields = vec![("grant_type", "client_credentials")];
    fields.extend(more);
    client.post("token", &fields, None).await
}

async fn with(client: &Relying, assertion: &str) -> Answer {
    let fields = [("client_assertion_type", ASSERTION), ("client_assertion", assertion)];
    ask(client, &fields).await
}

/// A client with a key, and assertions of it with some claims replaced.
async fn private(idp: &TestIdp) -> (Relying, Key) {
    let key = Key::new();
    let toml = format!("token_endpoint_auth_method = \"private_key_jwt\"\n{}{MACHINE}", jwks(&key));
    (idp.client("private", &toml).await, key)
}

fn assertion(idp: &TestIdp, client: &Relying, key: &Key, changes: &Value) -> String {
    key.sign(&json!({"alg": "ES256"}), &merged(idp.assertion(client), changes))
}

/// RFC 6749 §2.3.1.
#[tokio::test(flavor = "multi_thread")]
async fn a_secret_comes_where_it_was_registered_to_come() {
    let idp = minato().on_sqlite().await;
    let basic = idp.client("basic", MACHINE).await;
    let by_post = format!("token_endpoint_auth_method = \"client_secret_post\"\n{MACHINE}");
    let post = idp.client("post", &by_post).await;
    let public = "token_endpoint_auth_method = \"none\"\nscopes = [\"openid\"]\n";
    let public = idp.client("public", public).await;
    let secret = "s".repeat(40);
    ask(&basic, &[]).await.good();
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
    ask(&public, &[("client_id", "public")]).await.refused("unauthorized_client");
    ask(&basic, &[("client_secret", &secret)]).await.refused("invalid_request");
}

/// RFC 7523 §3: for this provider, in its time, once.
#[tokio::test(flavor = "multi_thread")]
async fn an_assertion_is_good_once_and_only_here() {
    minato()
        .on_each_engine(async |idp| {
            let (client, key) = private(idp).await;
            let first = assertion(idp, &client, &key, &json!({}));
            with(&client, &first).await.good();
            with(&client, &first).await.refused("invalid_client");
            for bad in [
                json!({"aud": "https://elsewhere.example"}),
                json!({"aud": client.at("token")}),
                json!({"aud": [client.issuer, "https://elsewhere.example"]}),
                json!({"iat": idp.now() + 61}),
                json!({"exp": idp.now() - 60}),
                json!({"sub": "basic"}),
                json!({"jti": null}),
                json!({"nbf": idp.now() + 120}),
            ] {
                let bad = assertion(idp, &client, &key, &bad);
                with(&client, &bad).await.refused("invalid_client");
            }
        })
        .await;
}

/// Clients from before draft-ietf-oauth-rfc7523bis, where the insurer lets them.
#[tokio::test(flavor = "multi_thread")]
async fn an_old_client_may_name_the_endpoint_where_the_insurer_says_so() {
    let idp = minato().protocol("endpoint_as_audience = true").on_sqlite().await;
    let (client, key) = private(&idp).await;
    let old = assertion(&idp, &client, &key, &json!({"aud": client.at("token")}));
    with(&client, &old).await.good();
    let other = assertion(&idp, &client, &key, &json!({"aud": client.at("userinfo")}));
    with(&client, &other).await.refused("invalid_client");
}

/// RFC 7515 §10, RFC 8725 §3.1: by the registered key, and signed at all.
#[tokio::test(flavor = "multi_thread")]
async fn an_assertion_is_signed_by_its_client() {
    let idp = minato().on_sqlite().await;
    let (client, key) = private(&idp).await;
    let stranger = assertion(&idp, &client, &Key::new(), &json!({}));
    with(&client, &stranger).await.refused("invalid_client");
    let own = assertion(&idp, &client, &key, &json!({}));
    let unsigned = format!("{}.", own.rsplit_once('.').expect("three parts").0);
    with(&client, &unsigned).await.refused("invalid_client");
}

/// Attack 38: many at once, one is taken.
#[tokio::test(flavor = "multi_thread")]
async fn of_many_assertions_at_once_one_is_taken() {
    minato()
        .on_each_engine(async |idp| {
            let (client, key) = private(idp).await;
            let raced = assertion(idp, &client, &key, &json!({}));
            let race = async || with(&client, &raced).await.status.is_success();
            let (a, b, c) = tokio::join!(race(), race(), race());
            assert_eq!(wins([a, b, c]), 1);
        })
        .await;
}

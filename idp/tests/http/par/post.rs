//! `POST /{insurer}/par` (RFC 9126): bound to its client, used once, at the end.

use crate::support::{
    Answer, CHALLENGE, REDIRECT, Relying, StatusCode, form, minato, parameters, wins,
};

async fn push(client: &Relying, more: &[(&str, &str)]) -> Answer {
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
}

fn go(client: &Relying, pushed: &Answer) -> String {
    let uri = pushed.member("request_uri");
    let id = client.client_id.as_str();
    let query = form(&[("client_id", id), ("request_uri", uri), ("state", "outer")]);
    format!("{}?{query}", client.at("authorize"))
}

/// RFC 9126 §2.2, §4: only what was pushed counts; looking at it does not use it up.
#[tokio::test(flavor = "multi_thread")]
async fn a_pushed_request_is_good_once() {
    minato()
        .on_each_engine(async |idp| {
            let client = idp.client("app", "").await;
            let visitor = idp.member().await;
            let pushed = push(&client, &[]).await.good();
            assert_eq!(pushed.status, StatusCode::CREATED);
            assert!(pushed.body["expires_in"].as_i64() >= Some(5));
            // A login page that is not finished.
            let url = go(&client, &pushed);
            idp.visitor().open(&url).await.sees("name=\"password\"");
            assert_eq!(parameters(&visitor.location(&url).await)["state"], "inner");
            assert_eq!(visitor.open(&url).await.status, StatusCode::BAD_REQUEST);
        })
        .await;
}

/// RFC 9126 §7.3: another client's request is none.
#[tokio::test(flavor = "multi_thread")]
async fn a_pushed_request_is_its_clients() {
    let idp = minato().on_sqlite().await;
    let (client, other) = (idp.client("app", "").await, idp.client("other", "").await);
    let pushed = push(&client, &[]).await.good();
    let foreign = idp.member().await.open(&go(&other, &pushed)).await;
    assert_eq!(foreign.status, StatusCode::BAD_REQUEST);
}

/// RFC 9126 §2.2: and so much later nobody's.
#[tokio::test(flavor = "multi_thread")]
async fn a_pushed_request_ends() {
    let idp = minato().on_sqlite().await;
    let client = idp.client("app", "").await;
    let visitor = idp.member().await;
    let pushed = push(&client, &[]).await.good();
    idp.advance(pushed.body["expires_in"].as_i64().expect("seconds"));
    assert_eq!(visitor.open(&go(&client, &pushed)).await.status, StatusCode::BAD_REQUEST);
}

/// RFC 9126 §2.1: checked as it is pushed.
#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_request_is_refused_at_once() {
    let idp = minato().on_sqlite().await;
    let client = idp.client("app", "").await;
    push(&client, &[("request_uri", "urn:x")]).await.refused("invalid_request");
    push(&client, &[("redirect_uri", REDIRECT)]).await.refused("invalid_request");
    let wrong = client.post("par", &[("response_type", "code")], None).await;
    wrong.refused("invalid_request");
}

/// RFC 9126 §6: a client that must push cannot do without.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_must_push_must() {
    let idp = minato().on_sqlite().await;
    let strict = "require_pushed_authorization_requests = true\n";
    let strict = idp.client("strict", strict).await;
    let visitor = idp.member().await;
    assert_eq!(strict.answer(&visitor, &[]).await["error"], "invalid_request");
    let pushed = push(&strict, &[]).await.good();
    let answer = parameters(&visitor.location(&go(&strict, &pushed)).await);
    assert!(answer["code"].is_string());
}

/// RFC 9126 §4: two browsers at once with one request: one answer.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_browsers_at_once_one_gets_an_answer() {
    minato()
        .on_each_engine(async |idp| {
            let client = idp.client("app", "").await;
            let visitor = idp.member().await;
            let url = go(&client, &push(&client, &[]).await.good());
            let (a, b) = tokio::join!(visitor.open_and_stay(&url), visitor.open_and_stay(&url));
            assert_eq!(wins([a.url.contains("code="), b.url.contains("code=")]), 1);
        })
        .await;
}

/// S8: one client does not fill the disk, and takes nothing of another's; RFC 9126 §2.3.
#[tokio::test(flavor = "multi_thread")]
async fn one_client_pushes_so_many() {
    minato()
        .on_each_engine(async |idp| {
            let (client, other) = (idp.client("app", "").await, idp.client("other", "").await);
            push(&client, &[]).await.good();
            idp.execute("UPDATE attempts SET count = 5000 WHERE bucket = 'pushed:app'").await;
            let before = idp.number("SELECT COUNT(*) AS n FROM pushed").await;
            let refused = push(&client, &[]).await;
            assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
            assert_eq!(refused.body["error"], "temporarily_unavailable");
            assert!(!refused.header("retry-after").is_empty());
            assert_eq!(idp.number("SELECT COUNT(*) AS n FROM pushed").await, before);
            push(&other, &[]).await.good();
            idp.advance(301);
            push(&client, &[]).await.good();
        })
        .await;
}

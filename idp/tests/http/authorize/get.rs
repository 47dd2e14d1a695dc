//! `GET /{insurer}/authorize`: where the answer goes, and where an error does.

use crate::support::{StatusCode, minato};

/// RFC 6749 §4.1.2, RFC 9207 §2.
#[tokio::test(flavor = "multi_thread")]
async fn the_answer_has_a_code_the_state_and_the_issuer() {
    minato()
        .on_each_engine(async |idp| {
            let client = idp.client("app", "").await;
            let answer = client.answer(&idp.member().await, &[]).await;
            assert_eq!(answer["state"], "s t+&=%", "byte for byte");
            assert_eq!(answer["iss"], client.issuer.as_str());
            assert!(answer["code"].is_string());
        })
        .await;
}

/// OpenID Connect Core §3.1.2.6; attacks 1 and 3: a person sees a page; nobody is sent anywhere.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_registered_address_a_page_says_so() {
    let idp = minato().on_sqlite().await;
    let client = idp.client("app", "").await;
    let visitor = idp.member().await;
    for bad in [
        [("client_id", "nobody")],
        [("client_id", "")],
        [("redirect_uri", "")],
        [("redirect_uri", "http://localhost:1/callback/")],
        [("redirect_uri", "http://localhost:1/callback?x=1")],
        [("redirect_uri", "http://localhost:1.evil.example/callback")],
        [("redirect_uri", "javascript:alert(1)")],
    ] {
        let page = visitor.open_and_stay(&client.authorize(&bad)).await;
        assert_eq!((page.status, &*page.url), (StatusCode::BAD_REQUEST, ""), "{bad:?}");
    }
    let twice = format!("{}&state=2", client.authorize(&[]));
    assert_eq!(visitor.open_and_stay(&twice).await.status, StatusCode::BAD_REQUEST);
    let long = client.authorize(&[("state", &"x".repeat(5000))]);
    assert_eq!(visitor.open_and_stay(&long).await.status, StatusCode::BAD_REQUEST);
}

/// RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6; attack 8: the client is told, with state and
/// iss.
#[tokio::test(flavor = "multi_thread")]
async fn any_other_mistake_is_told_to_the_client() {
    let idp = minato().on_sqlite().await;
    let client = idp.client("app", "").await;
    let visitor = idp.member().await;
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
}

/// OpenID Connect Core §3.1.2.1: unknown and unneeded parameters change nothing.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_understood_is_ignored() {
    let idp = minato().on_sqlite().await;
    let client = idp.client("app", "").await;
    let visitor = idp.member().await;
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
}

/// RFC 9126 §1: what a browser cannot carry along until the member has signed in is pushed.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_too_long_for_a_cookie_is_to_be_pushed() {
    let idp = minato().on_sqlite().await;
    let client = idp.client("app", "").await;
    let names: Vec<String> = (0..90).map(|n| format!("\"claim_number_{n:04}\":null")).collect();
    let asked = format!("{{\"userinfo\":{{{}}}}}", names.join(","));
    let long = [("claims", asked.as_str()), ("nonce", &"n".repeat(384))];
    let refused = client.answer(&idp.visitor(), &long).await;
    assert_eq!(refused["error"], "invalid_request");
    assert_eq!(refused["state"], "s t+&=%");
    let why = refused["error_description"].as_str().unwrap_or_default();
    assert!(why.contains("PAR"), "{why}");
    // Who is signed in needs no cookie, and is answered.
    assert!(client.answer(&idp.member().await, &long).await["code"].is_string());
}

//! `response_type`: code, or with an insurer's leave more.

use crate::support::{Relying, TestIdp, Visitor, claims, json, minato};

async fn hybrid() -> (TestIdp, Relying, Visitor) {
    let idp = minato().protocol("implicit = true").on_sqlite().await;
    let types = "response_types = [\"code id_token\", \"id_token\"]\n\
                 grant_types = [\"authorization_code\", \"implicit\"]\n\
                 application_type = \"native\"\n";
    let client = idp.client("hybrid", types).await;
    let visitor = idp.member().await;
    (idp, client, visitor)
}

const BOTH: [(&str, &str); 2] = [("response_type", "code id_token"), ("nonce", "n-1")];

/// OpenID Connect Core §3.3.2.11: code, state and ID token are bound together by hashes.
#[tokio::test(flavor = "multi_thread")]
async fn a_hybrid_answer_is_bound_together() {
    let (_idp, client, visitor) = hybrid().await;
    let answer = client.answer(&visitor, &BOTH).await;
    let token = claims(answer["id_token"].as_str().expect("an ID token"));
    assert_eq!((&token["nonce"], &token["aud"]), (&json!("n-1"), &json!("hybrid")));
    assert!(token["c_hash"].is_string() && token["s_hash"].is_string());
}

/// OpenID Connect Core §5.4: scope claims stand in the ID token when there is no access token.
#[tokio::test(flavor = "multi_thread")]
async fn an_id_token_alone_has_the_claims() {
    let (_idp, client, visitor) = hybrid().await;
    let alone = client.answer(&visitor, &[("response_type", "id_token"), ("nonce", "n")]).await;
    let token = claims(alone["id_token"].as_str().expect("an ID token"));
    assert_eq!(token["email"], "hanako@example.jp");
}

/// OpenID Connect Core §3.3.2.1: only where registered, and never without a nonce.
#[tokio::test(flavor = "multi_thread")]
async fn a_hybrid_answer_needs_registration_and_a_nonce() {
    let (idp, client, visitor) = hybrid().await;
    let no_nonce = client.answer(&visitor, &[("response_type", "code id_token")]).await;
    assert_eq!(no_nonce["error"], "invalid_request");
    let plain = idp.client("app", "").await;
    let refused = plain.answer(&visitor, &BOTH).await;
    assert_eq!(refused["error"], "unsupported_response_type", "not registered");
}

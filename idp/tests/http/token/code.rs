//! `grant_type=authorization_code` (RFC 6749 §4.1.3).

use crate::support::{REFRESHES, Relying, claims, minato, wins};

/// RFC 6749 §5.1, OpenID Connect Core §3.1.3.3.
#[tokio::test(flavor = "multi_thread")]
async fn a_code_becomes_tokens_that_nobody_keeps() {
    let idp = minato().on_sqlite().await;
    let client = idp.client("app", REFRESHES).await;
    let code = client.code(&idp.member().await, &[]).await;
    let answer = client.redeem(&code, &[], None).await.good();
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("pragma"), "no-cache");
    assert_eq!(answer.member("token_type"), "Bearer");
    assert!(client.is_good(answer.member("access_token")).await);
    let id_token = claims(answer.member("id_token"));
    assert!(id_token["at_hash"].is_string() && id_token["sid"].is_string());
}

/// RFC 6749 §4.1.2; attack 7: a replay is refused, and what was issued is revoked.
#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_comes_twice_ends_what_it_gave() {
    minato()
        .on_each_engine(async |idp| {
            let client = idp.client("app", REFRESHES).await;
            let code = client.code(&idp.member().await, &[]).await;
            let answer = client.redeem(&code, &[], None).await.good();
            client.redeem(&code, &[], None).await.refused("invalid_grant");
            assert!(!client.is_good(answer.member("access_token")).await);
            let refresh = answer.member("refresh_token");
            client.refresh(refresh, &[]).await.refused("invalid_grant");
        })
        .await;
}

/// RFC 7636 §4.6, RFC 6749 §4.1.3; attacks 7 and 8: a wrong try uses the code up.
#[tokio::test(flavor = "multi_thread")]
async fn a_code_needs_its_verifier_and_its_address() {
    minato()
        .on_each_engine(async |idp| {
            let client = idp.client("app", "").await;
            let visitor = idp.member().await;
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
        })
        .await;
}

/// RFC 9700 §2.1.1; attack 8: a verifier without a challenge is as wrong as the other way round.
#[tokio::test(flavor = "multi_thread")]
async fn a_verifier_that_nobody_asked_for_is_wrong() {
    let idp = minato().on_sqlite().await;
    let client = idp.client("app", "").await;
    let plain = [("code_challenge", ""), ("code_challenge_method", "")];
    let code = client.code(&idp.member().await, &plain).await;
    client.redeem(&code, &[], None).await.refused("invalid_grant");
}

/// RFC 6749 §4.1.3; attacks 7 and 12: another client or another insurer has no use for it.
#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_for_one_client_of_one_insurer() {
    let idp = minato().and("aozora").on_sqlite().await;
    let (client, other) = (idp.client("app", "").await, idp.client("other", "").await);
    let visitor = idp.member().await;
    let code = client.code(&visitor, &[]).await;
    other.redeem(&code, &[], None).await.refused("invalid_grant");
    let code = client.code(&visitor, &[]).await;
    let there = Relying { issuer: idp.at("aozora"), ..client.clone() };
    there.redeem(&code, &[], None).await.refused("invalid_client");
    let code = client.code(&visitor, &[]).await;
    let answer = client.redeem(&code, &[], None).await.good();
    assert!(!there.is_good(answer.member("access_token")).await);
}

/// Attack 7: raced, one of many gets tokens.
#[tokio::test(flavor = "multi_thread")]
async fn of_many_at_once_one_gets_tokens() {
    minato()
        .on_each_engine(async |idp| {
            let client = idp.client("app", "").await;
            let code = client.code(&idp.member().await, &[]).await;
            let race = async || client.redeem(&code, &[], None).await.status.is_success();
            let (a, b, c, d) = tokio::join!(race(), race(), race(), race());
            assert_eq!(wins([a, b, c, d]), 1);
        })
        .await;
}

/// FAPI 2.0 Security Profile §5.3.2.1: a code is good for a minute. Attack 7.
#[tokio::test(flavor = "multi_thread")]
async fn a_late_code_is_none() {
    let idp = minato().on_sqlite().await;
    let client = idp.client("app", "").await;
    let visitor = idp.member().await;
    let code = client.code(&visitor, &[]).await;
    idp.advance(60);
    client.redeem(&code, &[], None).await.refused("invalid_grant");
}

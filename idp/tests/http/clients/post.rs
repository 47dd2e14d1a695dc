//! `POST /{insurer}/clients` (RFC 7591 §3, OpenID Connect Dynamic Client Registration §3).

use super::{Registered, open, send, wish};
use crate::support::{Method, REDIRECT, StatusCode, json, merged, minato, parameters, wins};

/// RFC 7591 §3.2.1; attack 13: it gets what registered clients may have, not what it wished for.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_gets_what_it_may_have() {
    open()
        .on_each_engine(async |idp| {
            let any = idp.client("any", "").await;
            let token = idp.invite(1).await;
            let clients = any.at("clients");
            send(&any, Method::POST, &clients, "wrong", &wish()).await.refused("invalid_token");
            let made = send(&any, Method::POST, &clients, &token, &wish()).await.good();
            assert_eq!(made.status, StatusCode::CREATED);
            assert_eq!(made.member("scope"), "openid email", "not the card, not the admin's");
            let alg = made.member("id_token_signed_response_alg");
            assert_eq!(alg, "RS256", "the specification's");
            // Attack 18: an invitation is good as often as it says.
            send(&any, Method::POST, &clients, &token, &wish()).await.refused("invalid_token");
        })
        .await;
}

/// RFC 7591 §3.2.2; attacks 5 and 33: what cannot be used is refused, and uses nothing up.
#[tokio::test(flavor = "multi_thread")]
async fn wrong_metadata_is_refused() {
    let idp = open().on_sqlite().await;
    let any = idp.client("any", "").await;
    let (token, clients) = (idp.invite(1).await, any.at("clients"));
    for (change, error) in [
        (json!({"redirect_uris": ["http://a.example/"]}), "invalid_redirect_uri"),
        (json!({"redirect_uris": ["https://a.example/#x"]}), "invalid_redirect_uri"),
        (json!({"redirect_uris": []}), "invalid_redirect_uri"),
        (json!({"initiate_login_uri": "http://a.example/"}), "invalid_client_metadata"),
        (json!({"jwks_uri": "https://169.254.169.254/", "jwks": {}}), "invalid_client_metadata"),
        (json!({"subject_type": "secret"}), "invalid_client_metadata"),
        (json!({"sector_identifier_uri": "https://127.0.0.1:1/"}), "invalid_client_metadata"),
    ] {
        let bad = merged(wish(), &change);
        send(&any, Method::POST, &clients, &token, &bad).await.refused(error);
    }
    send(&any, Method::POST, &clients, &token, &wish()).await.good();
}

/// It works at once, with its own name and RS256. Attack 13: what it may not have by scope it
/// cannot get by another grant.
#[tokio::test(flavor = "multi_thread")]
async fn a_registered_client_works_at_once() {
    let idp = open().on_sqlite().await;
    let visitor = idp.member().await;
    let Registered { own, .. } = Registered::new(&idp).await;
    let page = visitor.open(&own.authorize(&[("scope", "openid email")])).await;
    page.sees("アプリ");
    let to = visitor.submit_and_stay(&page, &[("decision", "allow")]).await;
    let code = parameters(&to)["code"].as_str().expect("a code").to_owned();
    let tokens = own.redeem(&code, &[], None).await.good();
    assert!(tokens.member("id_token").starts_with("eyJhbGciOiJSUzI1NiI"), "RS256");
    let told = own.userinfo(&format!("Bearer {}", tokens.member("access_token")), None).await;
    assert!(told.good().body.get("membership").is_none());
    let fields = [("grant_type", "client_credentials"), ("scope", "musubi:clients")];
    own.post("token", &fields, None).await.refused("invalid_scope");
}

/// Attack 18: raced for the last use, one registers.
#[tokio::test(flavor = "multi_thread")]
async fn of_many_at_once_one_registers() {
    open()
        .on_each_engine(async |idp| {
            let any = idp.client("any", "").await;
            let (last, clients) = (idp.invite(1).await, any.at("clients"));
            let race = async || {
                send(&any, Method::POST, &clients, &last, &wish()).await.status.is_success()
            };
            let (a, b, c) = tokio::join!(race(), race(), race());
            assert_eq!(wins([a, b, c]), 1);
        })
        .await;
}

/// Attack 18: after its time an invitation opens nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_late_invitation_is_none() {
    let idp = open().on_sqlite().await;
    let any = idp.client("any", "").await;
    let token = idp.invite(1).await;
    idp.advance(3600);
    let late = send(&any, Method::POST, &any.at("clients"), &token, &wish()).await;
    late.refused("invalid_token");
}

/// Attack 20: where registration is off, the right token opens nothing.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_registers_where_registration_is_off() {
    let idp = minato().on_sqlite().await;
    let any = idp.client("any", "").await;
    let token = idp.invite(1).await;
    let document = json!({"redirect_uris": [REDIRECT]});
    let answer = send(&any, Method::POST, &any.at("clients"), &token, &document).await;
    assert_eq!(answer.refused("access_denied").status, StatusCode::FORBIDDEN);
}

//! `grant_type=token-exchange` (RFC 8693): delegation, named; impersonation and widening refused.

use crate::support::{ACCESS, Answer, EXCHANGE, Key, Relying, TestIdp, claims, json, minato};

const API: &str = "https://api.example/";
const LAB: &str = "https://lab.example/";

/// A service that may exchange tokens for the API and go on to one more place.
async fn exchanger(idp: &TestIdp, id: &str, place: &str, more: &str) -> Relying {
    let toml = format!(
        "grant_types = [\"{EXCHANGE}\"]\nredirect_uris = []\nresponse_types = []\n\
         resources = [\"{API}\", \"{place}\"]\nserves = [\"{API}\"]\n{more}"
    );
    idp.client(id, &toml).await
}

/// A client of a member, and its token for the API.
async fn front(idp: &TestIdp) -> (Relying, String) {
    let client = idp.client("app", &format!("resources = [\"{API}\"]\n")).await;
    let code = client.code(&idp.member().await, &[("resource", API)]).await;
    let token = client.redeem(&code, &[], None).await.good().member("access_token").to_owned();
    (client, token)
}

async fn ask(client: &Relying, token: &str, more: &[(&str, &str)]) -> Answer {
    let mut fields =
        vec![("grant_type", EXCHANGE), ("subject_token", token), ("subject_token_type", ACCESS)];
    fields.extend(more);
    client.post("token", &fields, None).await
}

/// RFC 8693 §4.1: the new token says who acts.
#[tokio::test(flavor = "multi_thread")]
async fn a_service_goes_on_for_a_member_and_says_so() {
    minato()
        .on_each_engine(async |idp| {
            let (_, token) = front(idp).await;
            let api = exchanger(idp, "api", LAB, "access_token_format = \"jwt\"\n").await;
            let issued = ask(&api, &token, &[("audience", LAB)]).await.good();
            assert_eq!(issued.member("issued_token_type"), ACCESS);
            assert!(issued.body.get("refresh_token").is_none());
            let inner = claims(issued.member("access_token"));
            assert_eq!(inner["act"], json!({"sub": "api"}));
            assert_eq!(inner["aud"], json!([LAB]));
            assert_eq!(inner["client_id"], "api");
        })
        .await;
}

/// S13: two that may call one service are not that service.
#[tokio::test(flavor = "multi_thread")]
async fn a_caller_of_the_same_service_cannot_exchange() {
    let idp = minato().on_sqlite().await;
    let (_, token) = front(&idp).await;
    let other = format!(
        "grant_types = [\"{EXCHANGE}\"]\nredirect_uris = []\nresponse_types = []\n\
         resources = [\"{API}\"]\n"
    );
    let other = idp.client("other", &other).await;
    ask(&other, &token, &[]).await.refused("invalid_request");
    let asks = other.post("introspect", &[("token", &token)], None).await.good();
    assert_eq!(asks.body["active"], false);
}

/// RFC 8693 §2.1; attack 13: for no other place, no other scope, no other kind of token.
#[tokio::test(flavor = "multi_thread")]
async fn an_exchange_widens_nothing() {
    let idp = minato().on_sqlite().await;
    let (client, token) = front(&idp).await;
    let api = exchanger(&idp, "api", LAB, "").await;
    let id_token = "urn:ietf:params:oauth:token-type:id_token";
    for (more, error) in [
        (("audience", "https://evil.example/"), "invalid_target"),
        (("scope", "openid membership"), "invalid_scope"),
        (("requested_token_type", id_token), "invalid_request"),
    ] {
        ask(&api, &token, &[more]).await.refused(error);
    }
    ask(&client, &token, &[]).await.refused("unauthorized_client");
}

/// RFC 8693 §2.1: not for this service, so nobody gave it the token.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_for_somebody_else_is_not_exchanged() {
    let idp = minato().on_sqlite().await;
    let (client, _) = front(&idp).await;
    let api = exchanger(&idp, "api", LAB, "").await;
    let visitor = idp.visitor();
    idp.sign_in(&visitor).await;
    let code = client.code(&visitor, &[]).await;
    let plain = client.redeem(&code, &[], None).await.good();
    ask(&api, plain.member("access_token"), &[]).await.refused("invalid_request");
}

/// Attack 9: an exchange does not free a bound token.
#[tokio::test(flavor = "multi_thread")]
async fn a_bound_token_is_not_exchanged() {
    let idp = minato().on_sqlite().await;
    let own = idp.client("own", "dpop_bound_access_tokens = true\n").await;
    let api = exchanger(&idp, "api", &own.issuer, "").await;
    let code = own.code(&idp.member().await, &[]).await;
    let proof = idp.proof(&Key::new(), "POST", &own.at("token"), &json!({}));
    let bound = own.redeem(&code, &[], Some(&proof)).await.good();
    ask(&api, bound.member("access_token"), &[]).await.refused("invalid_request");
}

/// Attack 13: only what both clients may have, only where the service may go, only with consent.
#[tokio::test(flavor = "multi_thread")]
async fn an_exchange_launders_nothing() {
    minato()
        .on_each_engine(async |idp| {
            let (client, token) = front(idp).await;
            let api = exchanger(idp, "api", &client.issuer, "scopes = [\"openid\"]\n").await;
            let asks = "scopes = [\"openid\"]\nconsent_obtained = false\n";
            let stranger = exchanger(idp, "stranger", &client.issuer, asks).await;
            let issued = ask(&api, &token, &[]).await.good();
            assert_eq!(issued.member("scope"), "openid");
            let opens = api.is_good(issued.member("access_token")).await;
            assert!(!opens, "a service's token opens no other door");
            let here = [("audience", client.issuer.as_str())];
            ask(&api, &token, &here).await.refused("invalid_target");
            ask(&api, &token, &[("scope", "openid email")]).await.refused("invalid_scope");
            ask(&stranger, &token, &[]).await.refused("consent_required");
        })
        .await;
}

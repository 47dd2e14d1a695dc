//! `grant_type=device_code` (RFC 8628): a device waits for the member's decision.

use crate::support::people::LOGIN;
use crate::support::{Answer, DEVICE_CODE, Relying, StatusCode, TestIdp, claims, minato};

async fn device(idp: &TestIdp, id: &str) -> Relying {
    let toml = format!(
        "token_endpoint_auth_method = \"none\"\n\
         grant_types = [\"{DEVICE_CODE}\", \"refresh_token\"]\n"
    );
    idp.client(id, &toml).await
}

async fn begin(client: &Relying) -> Answer {
    let fields = [("client_id", client.client_id.as_str()), ("scope", "openid email")];
    client.post("device_authorization", &fields, None).await.good()
}

async fn poll(client: &Relying, code: &str) -> Answer {
    let id = client.client_id.as_str();
    let fields = [("grant_type", DEVICE_CODE), ("device_code", code), ("client_id", id)];
    client.post("token", &fields, None).await
}

/// RFC 8628 §3.5: pending, too fast, not its own, unknown, too late.
#[tokio::test(flavor = "multi_thread")]
async fn until_the_decision_a_device_waits() {
    minato()
        .on_each_engine(async |idp| {
            let (tv, other) = (device(idp, "tv").await, device(idp, "other").await);
            let begun = begin(&tv).await;
            let code = begun.member("device_code");
            poll(&tv, code).await.refused("authorization_pending");
            poll(&tv, code).await.refused("slow_down");
            idp.advance(60);
            poll(&tv, code).await.refused("authorization_pending");
            poll(&other, code).await.refused("invalid_grant");
            poll(&tv, "nonsense").await.refused("invalid_grant");
            idp.advance(begun.body["expires_in"].as_i64().expect("seconds"));
            poll(&tv, code).await.refused("expired_token");
        })
        .await;
}

/// RFC 8628 §3.3: the code as people type it, then tokens, once.
#[tokio::test(flavor = "multi_thread")]
async fn a_yes_gives_the_device_its_tokens_once() {
    minato()
        .on_each_engine(async |idp| {
            let tv = device(idp, "tv").await;
            let visitor = idp.member().await;
            let begun = begin(&tv).await;
            let page = visitor.open(&tv.at("device")).await;
            let wrong = visitor.submit(&page, &[("user_code", "BBBB-BBBB")]).await;
            wrong.sees("aria-invalid").sees("BBBB-BBBB");
            let typed = begun.member("user_code").to_lowercase().replace('-', "");
            let confirm = visitor.submit(&page, &[("user_code", &typed)]).await;
            confirm.sees(begun.member("user_code"));
            visitor.submit(&confirm, &[("decision", "allow")]).await.does_not_see("decision");
            let tokens = poll(&tv, begun.member("device_code")).await.good();
            assert!(tv.is_good(tokens.member("access_token")).await);
            assert_eq!(claims(tokens.member("id_token"))["aud"], "tv");
            poll(&tv, begun.member("device_code")).await.refused("invalid_grant");
        })
        .await;
}

/// RFC 8628 §3.5.
#[tokio::test(flavor = "multi_thread")]
async fn a_no_is_told_to_the_device() {
    let idp = minato().on_sqlite().await;
    let tv = device(&idp, "tv").await;
    let visitor = idp.member().await;
    let begun = begin(&tv).await;
    let page = visitor.open(begun.member("verification_uri_complete")).await;
    visitor.submit(&page, &[("decision", "deny")]).await;
    poll(&tv, begun.member("device_code")).await.refused("access_denied");
}

/// Attack 37: a decision from elsewhere counts for nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_forged_decision_counts_for_nothing() {
    let idp = minato().on_sqlite().await;
    let tv = device(&idp, "tv").await;
    let visitor = idp.member().await;
    let begun = begin(&tv).await;
    let mut forged = visitor.open(begun.member("verification_uri_complete")).await;
    forged.html = forged.html.replace("name=\"csrf\"", "name=\"x\"");
    let answer = visitor.submit(&forged, &[("decision", "allow")]).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    poll(&tv, begun.member("device_code")).await.refused("authorization_pending");
}

/// Who is not signed in signs in first and comes back to the same code.
#[tokio::test(flavor = "multi_thread")]
async fn a_login_on_the_way_keeps_the_code() {
    let idp = minato().on_sqlite().await;
    let tv = device(&idp, "tv").await;
    idp.member().await;
    let begun = begin(&tv).await;
    let fresh = idp.visitor();
    let page = fresh.open(begun.member("verification_uri_complete")).await;
    fresh.submit(&page, &LOGIN).await.sees(begun.member("user_code"));
}

//! `GET /{insurer}/logout` (RP-Initiated Logout §2, §3); attacks 2 and 14.

use crate::support::{Method, REDIRECT, Relying, StatusCode, TestIdp, Visitor, form, minato};

const AFTER: &str = "http://localhost:1/bye?x=1";

/// A client that may send people on, a member, and an ID token of the session.
async fn signed_in(idp: &TestIdp) -> (Relying, Visitor, String) {
    let toml = format!("post_logout_redirect_uris = [\"{AFTER}\"]\n");
    let client = idp.client("app", &toml).await;
    let visitor = idp.member().await;
    let hint = hint(&client, &visitor).await;
    (client, visitor, hint)
}

async fn hint(client: &Relying, visitor: &Visitor) -> String {
    let code = client.code(visitor, &[]).await;
    client.redeem(&code, &[], None).await.good().member("id_token").to_owned()
}

fn out(client: &Relying, pairs: &[(&str, &str)]) -> String {
    format!("{}?{}", client.at("logout"), form(pairs))
}

async fn is_signed_in(client: &Relying, visitor: &Visitor) -> bool {
    client.answer(visitor, &[("prompt", "none")]).await["code"].is_string()
}

/// Without a hint of this session the person is asked, and nothing has happened yet.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_hint_the_person_is_asked() {
    let idp = minato().on_sqlite().await;
    let (client, visitor, hint) = signed_in(&idp).await;
    let (head, _) = hint.rsplit_once('.').expect("three parts");
    let unsigned = format!("{head}.");
    for asks in [
        vec![],
        vec![("state", "s")],
        vec![("post_logout_redirect_uri", AFTER)],
        vec![("id_token_hint", "x.y.z"), ("post_logout_redirect_uri", AFTER)],
        vec![("id_token_hint", unsigned.as_str()), ("post_logout_redirect_uri", AFTER)],
        vec![("client_id", "app"), ("post_logout_redirect_uri", AFTER)],
        vec![("id_token_hint", hint.as_str()), ("client_id", "other")],
    ] {
        visitor.open(&out(&client, &asks)).await.sees("name=\"csrf\"");
        assert!(is_signed_in(&client, &visitor).await, "{asks:?}");
    }
}

/// With a hint the session ends at once, and the person goes where the client registered.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_signs_its_member_out() {
    minato()
        .on_each_engine(async |idp| {
            let (client, visitor, hint) = signed_in(idp).await;
            let head = out(&client, &[("id_token_hint", &hint)]);
            let head = client.send(Method::HEAD, &head, &[], "").await;
            assert_eq!(head.status, StatusCode::OK);
            assert!(is_signed_in(&client, &visitor).await, "HEAD signs nobody out");
            let asks = [
                ("id_token_hint", hint.as_str()),
                ("post_logout_redirect_uri", AFTER),
                ("state", "a b"),
            ];
            let gone = visitor.open_and_stay(&out(&client, &asks)).await;
            assert_eq!(gone.url, format!("{AFTER}&state=a+b"));
            let silent = client.answer(&visitor, &[("prompt", "none")]).await;
            assert_eq!(silent["error"], "login_required");
        })
        .await;
}

/// Attack 2: nobody is sent to an address that only looks like a registered one.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_sent_elsewhere() {
    let idp = minato().on_sqlite().await;
    let (client, visitor, hint) = signed_in(&idp).await;
    for wrong in ["http://localhost:1/bye", "http://localhost:1/bye?x=1&y=2", "//evil", REDIRECT] {
        let asks = [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", wrong)];
        let page = visitor.open(&out(&client, &asks)).await;
        page.sees("name=\"csrf\"");
        assert!(is_signed_in(&client, &visitor).await, "{wrong}: asked first");
    }
    let asks = [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", "https://x/")];
    let page = visitor.open(&out(&client, &asks)).await;
    visitor.submit(&page, &[]).await;
    assert!(!is_signed_in(&client, &visitor).await);
}

/// Attack 14: only an ID token is a hint, not the answer of JARM, signed by the same key.
#[tokio::test(flavor = "multi_thread")]
async fn only_an_id_token_is_a_hint() {
    let idp = minato().on_sqlite().await;
    let (client, visitor, _) = signed_in(&idp).await;
    let jarm = client.answer(&visitor, &[("response_mode", "jwt")]).await;
    let hint = jarm["response"].as_str().expect("a JWT");
    visitor.open(&out(&client, &[("id_token_hint", hint)])).await.sees("name=\"csrf\"");
    assert!(is_signed_in(&client, &visitor).await);
}

/// What a stranger puts into the address never gets into the policy of the page. Attack 37: nobody
/// puts the page into a frame.
#[tokio::test(flavor = "multi_thread")]
async fn the_address_does_not_change_the_policy() {
    let idp = minato().on_sqlite().await;
    let (client, visitor, _) = signed_in(&idp).await;
    let evil = out(&client, &[("post_logout_redirect_uri", "https://*;script-src;sandbox")]);
    let policy = visitor.header(&evil, "content-security-policy").await;
    assert!(!policy.contains("sandbox") && !policy.contains('*'), "{policy}");
    assert_eq!(policy.matches("script-src").count(), 1, "{policy}");
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
}

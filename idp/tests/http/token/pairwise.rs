//! Pairwise subjects (OpenID Connect Core §8): two sectors never see the same `sub`.

use crate::support::{TestIdp, Value, Visitor, claims, minato};

/// The `sub` of a member at a client of an address, the same wherever it is told.
async fn sub(idp: &TestIdp, visitor: &Visitor, id: &str, uri: &str) -> Value {
    let toml = format!("subject_type = \"pairwise\"\nredirect_uris = [\"{uri}\"]\n");
    let client = idp.client(id, &toml).await;
    let here = ("redirect_uri", uri);
    let code = client.code(visitor, &[here]).await;
    let tokens = client.redeem(&code, &[here], None).await.good();
    let (id_token, access) = (tokens.member("id_token"), tokens.member("access_token"));
    let sub = claims(id_token)["sub"].clone();
    let told = client.userinfo(&format!("Bearer {access}"), None).await;
    assert_eq!(told.good().body["sub"], sub);
    let about = client.post("introspect", &[("token", access)], None).await;
    assert_eq!(about.good().body["sub"], sub);
    let hint = [("prompt", "none"), ("id_token_hint", id_token), here];
    assert!(client.answer(visitor, &hint).await["code"].is_string());
    sub
}

#[tokio::test(flavor = "multi_thread")]
async fn pairwise_subjects_differ_by_sector() {
    let idp = minato().on_sqlite().await;
    let visitor = idp.member().await;
    let a = sub(&idp, &visitor, "a", "http://localhost:1/callback").await;
    let b = sub(&idp, &visitor, "b", "http://127.0.0.1:1/callback").await;
    let c = sub(&idp, &visitor, "c", "http://localhost:2/callback").await;
    assert_ne!(a, b);
    assert_eq!(a, c, "one host, one sector");
}

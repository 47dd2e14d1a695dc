//! Pairwise subjects (OpenID Connect Core §8): two sectors never see the same `sub`, nor the same
//! `sid` (S11).

use crate::support::{TestIdp, Value, Visitor, claims, minato};

/// `sub` and `sid` of a member at a client of an address, the same wherever they are told.
async fn seen(idp: &TestIdp, visitor: &Visitor, id: &str, uri: &str) -> (Value, Value, String) {
    let toml = format!("subject_type = \"pairwise\"\nredirect_uris = [\"{uri}\"]\n");
    let client = idp.client(id, &toml).await;
    let here = ("redirect_uri", uri);
    let code = client.code(visitor, &[here]).await;
    let tokens = client.redeem(&code, &[here], None).await.good();
    let (id_token, access) = (tokens.member("id_token"), tokens.member("access_token"));
    let (sub, sid) = (claims(id_token)["sub"].clone(), claims(id_token)["sid"].clone());
    let told = client.userinfo(&format!("Bearer {access}"), None).await;
    assert_eq!(told.good().body["sub"], sub);
    let about = client.post("introspect", &[("token", access)], None).await;
    assert_eq!(about.good().body["sub"], sub);
    let hint = [("prompt", "none"), ("id_token_hint", id_token), here];
    assert!(client.answer(visitor, &hint).await["code"].is_string());
    (sub, sid, client.at(&format!("logout?id_token_hint={id_token}")))
}

#[tokio::test(flavor = "multi_thread")]
async fn pairwise_subjects_differ_by_sector() {
    let idp = minato().on_sqlite().await;
    let visitor = idp.member().await;
    let (a, a_sid, _) = seen(&idp, &visitor, "a", "http://localhost:1/callback").await;
    let (b, b_sid, _) = seen(&idp, &visitor, "b", "http://127.0.0.1:1/callback").await;
    let (c, c_sid, logout) = seen(&idp, &visitor, "c", "http://localhost:2/callback").await;
    assert_ne!(a, b);
    assert_ne!(a_sid, b_sid, "a session is not known by its name, either");
    assert_eq!((a, a_sid), (c, c_sid), "one host, one sector");
    // The client's own session is known by it all the same: nobody is asked.
    visitor.open(&logout).await.sees("ログアウトしました");
}

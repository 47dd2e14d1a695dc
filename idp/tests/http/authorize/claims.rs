//! `claims`: what is asked by name.

use crate::support::{claims, minato};

/// OpenID Connect Core §5.5: by name, within what the client was registered for.
#[tokio::test(flavor = "multi_thread")]
async fn claims_come_where_they_were_asked_for() {
    let idp = minato().on_sqlite().await;
    let client = idp.client("app", "").await;
    let visitor = idp.member().await;
    let asked = r#"{"userinfo":{"given_name":{"essential":true}},"id_token":{"email":null}}"#;
    let code = client.code(&visitor, &[("scope", "openid"), ("claims", asked)]).await;
    let token = client.redeem(&code, &[], None).await.good();
    assert_eq!(claims(token.member("id_token"))["email"], "hanako@example.jp");
    let bearer = format!("Bearer {}", token.member("access_token"));
    let told = client.userinfo(&bearer, None).await.good();
    assert_eq!(told.member("given_name"), "花子");
    assert!(told.body.get("birthdate").is_none() && told.body.get("email").is_none());
}

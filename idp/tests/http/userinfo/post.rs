//! `POST /{insurer}/userinfo` (RFC 6750 §2.2).

use crate::support::{Relying, minato};

/// RFC 6750 §2: in the header or in the body, never both.
#[tokio::test(flavor = "multi_thread")]
async fn the_token_comes_in_one_place() {
    let idp = minato().on_sqlite().await;
    let client = idp.client("app", "").await;
    let code = client.code(&idp.member().await, &[]).await;
    let tokens = client.redeem(&code, &[], None).await.good();
    let field = [("access_token", tokens.member("access_token"))];
    let nobody = Relying { secret: None, ..client.clone() };
    nobody.post("userinfo", &field, None).await.good();
    client.post("userinfo", &field, None).await.refused("invalid_request");
}

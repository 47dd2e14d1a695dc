//! `POST /{insurer}/revoke` (RFC 7009); attack 11: only by a token's own client.

use crate::support::{REFRESHES, Relying, minato};

async fn is_active(client: &Relying, token: &str) -> bool {
    let about = client.post("introspect", &[("token", token)], None).await.good();
    about.body["active"] == true
}

/// RFC 7009 §2.1, §2.2: another client's token stays; an unknown one is as well.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_revokes_its_own() {
    minato()
        .on_each_engine(async |idp| {
            let jwt = format!("access_token_format = \"jwt\"\n{REFRESHES}");
            let (client, other) = (idp.client("app", &jwt).await, idp.client("other", "").await);
            let code = client.code(&idp.member().await, &[]).await;
            let tokens = client.redeem(&code, &[], None).await.good();
            let access = tokens.member("access_token");
            other.post("revoke", &[("token", access)], None).await.good();
            assert!(is_active(&client, access).await);
            client.post("revoke", &[("token", access)], None).await.good();
            assert!(!is_active(&client, access).await);
            client.post("revoke", &[("token", "nonsense")], None).await.good();
            let refresh = tokens.member("refresh_token");
            client.post("revoke", &[("token", refresh)], None).await.good();
            client.refresh(refresh, &[]).await.refused("invalid_grant");
        })
        .await;
}

/// RFC 7009 §2.1: with the refresh token the whole grant ends.
#[tokio::test(flavor = "multi_thread")]
async fn with_the_refresh_token_the_grant_ends() {
    minato()
        .on_each_engine(async |idp| {
            let client = idp.client("opaque", REFRESHES).await;
            let code = client.code(&idp.member().await, &[]).await;
            let tokens = client.redeem(&code, &[], None).await.good();
            let access = tokens.member("access_token");
            assert!(!access.starts_with("eyJ") && client.is_good(access).await);
            let refresh = [("token", tokens.member("refresh_token"))];
            client.post("revoke", &refresh, None).await.good();
            assert!(!client.is_good(access).await);
        })
        .await;
}

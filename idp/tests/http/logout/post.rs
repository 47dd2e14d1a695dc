//! `POST /{insurer}/logout`, and the person's own sign-out.

use crate::support::{FORM, Method, StatusCode, form, minato};

/// Attack 14: another site's form signs nobody out, and "signed out" is true.
#[tokio::test(flavor = "multi_thread")]
async fn a_cross_site_post_signs_nobody_out() {
    let idp = minato().on_sqlite().await;
    let client = idp.client("app", "").await;
    let visitor = idp.member().await;
    let headers = [FORM, ("sec-fetch-site", "cross-site")];
    let body = form(&[("state", "s")]);
    let posted = client.send(Method::POST, &client.at("logout"), &headers, body).await;
    assert_eq!(posted.status, StatusCode::SEE_OTHER);
    assert_eq!(posted.header("set-cookie"), "", "no cookie is removed");
    let to = idp.at(posted.header("location").trim_start_matches('/'));
    visitor.open(&to).await.sees("name=\"csrf\"");
    assert!(client.answer(&visitor, &[("prompt", "none")]).await["code"].is_string());
}

/// Attack 22: signing in again leaves no second session behind, and signing out ends what the first
/// login granted.
#[tokio::test(flavor = "multi_thread")]
async fn signing_in_again_leaves_one_session() {
    minato()
        .on_each_engine(async |idp| {
            let client = idp.client("app", crate::support::REFRESHES).await;
            let visitor = idp.member().await;
            let old = visitor.cookies(&client.issuer);
            let code = client.code(&visitor, &[]).await;
            let first = client.redeem(&code, &[], None).await.good();
            idp.sign_in(&visitor).await;
            assert_ne!(visitor.cookies(&client.issuer), old, "the secret is new");
            let url = client.authorize(&[("prompt", "none")]);
            let stolen = client.send(Method::GET, &url, &[("cookie", &old)], "").await;
            let answer = crate::support::parameters(stolen.header("location"));
            assert_eq!(answer["error"], "login_required");
            let page = visitor.open(&client.at("logout")).await;
            visitor.submit(&page, &[]).await;
            client.refresh(first.member("refresh_token"), &[]).await.refused("invalid_grant");
            assert!(!client.is_good(first.member("access_token")).await);
        })
        .await;
}

//! `POST /{insurer}/authorize`: the same, from a form of the client's own page.

use crate::support::{FORM, Method, StatusCode, minato, parameters};

/// OpenID Connect Core §3.1.2.1: across sites a form brings no cookies; the browser comes again
/// with them.
#[tokio::test(flavor = "multi_thread")]
async fn a_form_of_another_site_goes_on_with_the_members_cookies() {
    let idp = minato().on_sqlite().await;
    let client = idp.client("app", "").await;
    let visitor = idp.member().await;
    let headers = [FORM, ("sec-fetch-site", "cross-site")];
    let request = client.request(&[]);
    let posted = client.send(Method::POST, &client.at("authorize"), &headers, request).await;
    assert_eq!(posted.status, StatusCode::SEE_OTHER);
    let again = format!("{}{}", idp.at(""), posted.header("location").trim_start_matches('/'));
    let answer = parameters(&visitor.location(&again).await);
    assert!(answer["code"].is_string(), "{answer}");
}

//! `response_mode`: how the answer travels.

use crate::support::{REDIRECT, claims, minato};

/// OAuth 2.0 Multiple Response Types §2.1.
#[tokio::test(flavor = "multi_thread")]
async fn a_fragment_stands_behind_the_address() {
    let idp = minato().on_sqlite().await;
    let client = idp.client("app", "").await;
    let asked = client.authorize(&[("response_mode", "fragment")]);
    let answer = idp.member().await.location(&asked).await;
    assert!(answer.contains("#code=") && !answer.contains('?'), "{answer}");
}

/// OAuth 2.0 Form Post Response Mode §2. Attack 4: whatever state is, it stands escaped in the form.
#[tokio::test(flavor = "multi_thread")]
async fn a_form_is_posted_to_the_client() {
    let idp = minato().on_sqlite().await;
    let client = idp.client("app", "").await;
    let state = "\"><script>alert(1)</script>";
    let url = client.authorize(&[("response_mode", "form_post"), ("state", state)]);
    let page = idp.member().await.open(&url).await;
    page.does_not_see("<script>alert").sees("name=\"code\"").sees("name=\"iss\"");
    let (action, fields) = page.form().expect("a form");
    assert_eq!((action.as_str(), fields["state"].as_str()), (REDIRECT, state));
}

/// JARM §2: the answer is one signed JWT, an error as well.
#[tokio::test(flavor = "multi_thread")]
async fn a_signed_answer_is_one_token() {
    let idp = minato().on_sqlite().await;
    let client = idp.client("app", "").await;
    let visitor = idp.member().await;
    for mode in ["jwt", "query.jwt", "fragment.jwt"] {
        let answer = client.answer(&visitor, &[("response_mode", mode)]).await;
        let inner = claims(answer["response"].as_str().expect("a JWT"));
        assert_eq!(answer.as_object().map(serde_json::Map::len), Some(1), "{mode}");
        assert_eq!(inner["aud"], "app");
        assert_eq!(inner["iss"], client.issuer.as_str());
        assert!(inner["code"].is_string() && inner["exp"].as_i64() > Some(idp.now()));
    }
    let error = client.answer(&visitor, &[("response_mode", "jwt"), ("scope", "x")]).await;
    let inner = claims(error["response"].as_str().expect("errors are signed, too"));
    assert_eq!(inner["error"], "invalid_scope");
}

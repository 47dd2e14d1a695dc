//! `acr_values` and the `acr` claim: levels of login.

use crate::support::people::{AGREED, LOGIN, chosen};
use crate::support::{HANAKO, ICHIRO, TestIdp, Visitor, claims, minato, parameters};

/// OpenID Connect Core §5.5.1.1; attack 30: an essential level that nobody can reach is an error, a
/// voluntary one is not.
#[tokio::test(flavor = "multi_thread")]
async fn only_an_essential_level_is_an_error() {
    let idp = minato().on_sqlite().await;
    let client = idp.client("app", "").await;
    let visitor = idp.member().await;
    let gold = r#"{"id_token":{"acr":{"essential":true,"value":"gold"}}}"#;
    let refused = client.answer(&visitor, &[("claims", gold)]).await;
    assert_eq!(refused["error"], "unmet_authentication_requirements");
    assert!(client.answer(&visitor, &[("acr_values", "gold")]).await["code"].is_string());
}

/// An insurer where an account is made first and proves the card when that is needed.
const WITHOUT_CARD: &str = r#"
goal = "register"
title = { ja = "新規登録", en = "Registration" }
expires_hours = 24
sequence = [{ step = "mailbox" }, { step = "terms" }, { step = "password" }]
"#;

async fn without_card() -> (TestIdp, Visitor) {
    let idp = minato().file("journeys/register.toml", WITHOUT_CARD).on_sqlite().await;
    let visitor = idp.visitor();
    let page = visitor.open(&idp.at("minato/register")).await;
    let page = idp.prove_mailbox(&visitor, &page, "hanako@example.jp").await;
    let page = visitor.submit(&page, &AGREED).await;
    visitor.submit(&page, &chosen("hanako79")).await.sees("hanako79");
    idp.sign_in(&visitor).await;
    (idp, visitor)
}

/// RFC 9470 §4: a level that can be reached is a step on the way.
#[tokio::test(flavor = "multi_thread")]
async fn a_level_that_can_be_reached_is_asked() {
    let (idp, visitor) = without_card().await;
    let client = idp.client("app", "").await;
    let low = client.code(&visitor, &[]).await;
    let low = client.redeem(&low, &[], None).await.good();
    assert_eq!(claims(low.member("id_token"))["acr"], "urn:musubi:password");
    let identity = r#"{"id_token":{"acr":{"essential":true,"value":"urn:musubi:identity"}}}"#;
    let page = visitor.open(&client.authorize(&[("claims", identity)])).await;
    page.sees("name=\"symbol\"");
    let mut wrong = HANAKO.to_vec();
    wrong[6].1 = "23";
    visitor.submit(&page, &wrong).await.sees("name=\"symbol\"");
    let answer = parameters(&visitor.submit_and_stay(&page, HANAKO).await);
    let high = client.redeem(answer["code"].as_str().expect("a code"), &[], None).await.good();
    assert_eq!(claims(high.member("id_token"))["acr"], "urn:musubi:identity");
    // It stays: nothing is asked a second time.
    let again = client.answer(&visitor, &[("claims", identity), ("prompt", "none")]).await;
    assert!(again["code"].is_string(), "{again}");
    // OpenID Connect Core §5.5.1.1: who asks for a lower one is told that one, in the order of the
    // client; who asks for none is told the highest.
    for (asked, told) in [
        ("urn:musubi:password", "urn:musubi:password"),
        ("gold urn:musubi:identity urn:musubi:password", "urn:musubi:identity"),
        ("gold", "urn:musubi:identity"),
    ] {
        let code = client.code(&visitor, &[("acr_values", asked)]).await;
        let tokens = client.redeem(&code, &[], None).await.good();
        assert_eq!(claims(tokens.member("id_token"))["acr"], told, "{asked}");
    }
}

/// Attack 30: only the card of who proved it the first time passes.
#[tokio::test(flavor = "multi_thread")]
async fn a_card_of_somebody_else_does_not_raise_the_level() {
    let (idp, visitor) = without_card().await;
    let client = idp.client("app", "").await;
    let fresh = [("acr_values", "urn:musubi:identity")];
    let page = visitor.open(&client.authorize(&fresh)).await;
    visitor.submit_and_stay(&page, HANAKO).await;
    // 一郎 registers, and shows her card.
    let other = idp.visitor();
    let page = other.open(&idp.at("minato/register")).await;
    let page = idp.prove_mailbox(&other, &page, "ichiro@example.jp").await;
    let page = other.submit(&page, &AGREED).await;
    other.submit(&page, &chosen("ichiro77")).await.sees("ichiro77");
    let page = other.open(&client.authorize(&fresh)).await;
    let page = other.submit(&page, &[("user_id", "ichiro77"), LOGIN[1]]).await;
    page.sees("name=\"symbol\"");
    other.submit(&page, HANAKO).await.sees("name=\"symbol\"");
    let answer = parameters(&other.submit_and_stay(&page, ICHIRO).await);
    assert!(answer["code"].is_string());
}

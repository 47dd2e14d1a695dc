//! `prompt`, `max_age` and `id_token_hint`: what a member is asked.

use crate::support::people::LOGIN;
use crate::support::{claims, json, minato, parameters};
use idp::authorization::missing;
use idp::need::{Kind, Need};

/// OpenID Connect Core §3.1.2.1: without a session nothing is asked, the client is told.
#[tokio::test(flavor = "multi_thread")]
async fn a_silent_request_is_answered_from_the_session_alone() {
    minato()
        .on_each_engine(async |idp| {
            let client = idp.client("app", "").await;
            let silent = client.answer(&idp.visitor(), &[("prompt", "none")]).await;
            assert_eq!(silent["error"], "login_required");
            let asked = [("prompt", "none"), ("nonce", "n")];
            let code = client.code(&idp.member().await, &asked).await;
            let token = client.redeem(&code, &[], None).await.good();
            let token = claims(token.member("id_token"));
            assert_eq!(
                (&token["nonce"], &token["acr"]),
                (&json!("n"), &json!("urn:musubi:identity"))
            );
            assert_eq!(token["amr"], json!(["pwd"]));
        })
        .await;
}

/// OpenID Connect Core §3.1.2.1; attack 14: another member's session answers nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_hint_names_whose_session_it_must_be() {
    let idp = minato().on_sqlite().await;
    let client = idp.client("app", "").await;
    let visitor = idp.member().await;
    let code = client.code(&visitor, &[]).await;
    let token = client.redeem(&code, &[], None).await.good();
    let hint = [("prompt", "none"), ("id_token_hint", token.member("id_token"))];
    assert!(client.answer(&visitor, &hint).await["code"].is_string());
    let other = r#"{"id_token":{"sub":{"value":"somebody-else"}}}"#;
    let wrong = client.answer(&visitor, &[("prompt", "none"), ("claims", other)]).await;
    assert_eq!(wrong["error"], "login_required");
}

/// OpenID Connect Core §3.1.2.1: asked again, as the same person, with a later `auth_time`.
#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_is_too_old_is_asked_again() {
    minato()
        .on_each_engine(async |idp| {
            let client = idp.client("app", "").await;
            let visitor = idp.member().await;
            let code = client.code(&visitor, &[]).await;
            let first = client.redeem(&code, &[], None).await.good();
            let first = claims(first.member("id_token"));
            for again in [[("prompt", "login")], [("max_age", "1")]] {
                idp.advance(2);
                let page = visitor.open(&client.authorize(&again)).await;
                page.sees("name=\"password\"");
                let answer = parameters(&visitor.submit_and_stay(&page, &LOGIN).await);
                let code = answer["code"].as_str().expect("a code");
                let token = client.redeem(code, &[], None).await.good();
                let later = claims(token.member("id_token"));
                assert_eq!(later["sub"], first["sub"]);
                assert_eq!(later["auth_time"], idp.now(), "{again:?}");
            }
            let young = client.answer(&visitor, &[("max_age", "10000")]).await;
            assert!(young["code"].is_string(), "no needless login");
        })
        .await;
}

/// OpenID Connect Core §3.1.2.1: going on as who is signed in, or as somebody else.
#[tokio::test(flavor = "multi_thread")]
async fn a_member_chooses_the_account() {
    let idp = minato().on_sqlite().await;
    let client = idp.client("app", "").await;
    let visitor = idp.member().await;
    let url = client.authorize(&[("prompt", "select_account")]);
    let page = visitor.open(&url).await;
    let answer = visitor.submit_and_stay(&page, &[("decision", "this")]).await;
    assert!(parameters(&answer)["code"].is_string());
    let page = visitor.open(&url).await;
    let page = visitor.submit(&page, &[("decision", "other")]).await;
    page.sees("name=\"password\"");
}

/// Initiating User Registration via OpenID Connect §4.
#[tokio::test(flavor = "multi_thread")]
async fn who_is_to_register_is_asked_for_an_address() {
    let idp = minato().on_sqlite().await;
    let client = idp.client("app", "").await;
    let page = idp.visitor().open(&client.authorize(&[("prompt", "create")])).await;
    page.sees("name=\"email\"");
}

/// OpenID Connect Core §3.1.2.6: the first thing that is missing is the error.
#[tokio::test(flavor = "multi_thread")]
async fn a_silent_request_names_the_first_thing_that_is_missing() {
    let idp = minato().on_sqlite().await;
    let client = idp.client("app", "").await;
    let asking = idp.client("asking", "consent_obtained = false\n").await;
    let silent = [("prompt", "none")];
    let visitor = idp.member().await;
    let error = async |client: &crate::support::Relying, changes: &[(&str, &str)]| {
        client.answer(&visitor, changes).await["error"].clone()
    };
    assert_eq!(client.answer(&idp.visitor(), &silent).await["error"], "login_required");
    assert_eq!(error(&asking, &silent).await, "consent_required");
    idp.advance(10);
    assert_eq!(error(&client, &[("prompt", "none"), ("max_age", "5")]).await, "login_required");
    let new = idp.file("terms/privacy-2026-04-01.toml").replace("2026-04-01", "2026-10-01");
    idp.publish("terms/privacy-2026-10-01.toml", &new).await;
    assert_eq!(error(&client, &silent).await, "interaction_required", "terms");
    assert_eq!(error(&asking, &silent).await, "interaction_required", "terms before consent");
    // `none` with `select_account` is a contradiction before anything is looked at.
    let both = client.answer(&visitor, &[("prompt", "none select_account")]).await;
    assert_eq!(both["error"], "invalid_request");
}

/// OpenID Connect Core §3.1.2.6: each kind of step has its error.
#[test]
fn each_step_has_its_error() {
    for (kind, error) in [
        (Kind::Password, "login_required"),
        (Kind::Account, "account_selection_required"),
        (Kind::Consent, "consent_required"),
        (Kind::Terms, "interaction_required"),
        (Kind::Roster, "interaction_required"),
        (Kind::Mailbox, "interaction_required"),
    ] {
        let need = Need::verify(kind);
        assert_eq!(missing::error(need.steps()[0]).error.as_str(), error, "{kind:?}");
    }
}

/// RFC 8252 §8.6; S14: any program of the device could be behind such an address, so a person who
/// is signed in is asked each time; an address of the web is nobody else's.
#[tokio::test(flavor = "multi_thread")]
async fn an_application_on_loopback_gets_no_silent_code() {
    let idp = minato().on_sqlite().await;
    let visitor = idp.member().await;
    let toml = "application_type = \"native\"\ntoken_endpoint_auth_method = \"none\"\n\
                consent_obtained = true\n";
    let local = idp.client("local", toml).await;
    let silent = local.answer(&visitor, &[("prompt", "none")]).await;
    assert_eq!(silent["error"], "account_selection_required");
    for _ in 0..2 {
        let page = visitor.open(&local.authorize(&[])).await;
        let to = visitor.submit_and_stay(&page, &[("decision", "this")]).await;
        assert!(parameters(&to)["code"].is_string(), "{to}");
    }
    // Who signs in for it knows.
    let new = idp.visitor();
    let page = new.open(&local.authorize(&[])).await;
    let to = new.submit_and_stay(&page, &LOGIN).await;
    assert!(parameters(&to)["code"].is_string(), "{to}");
}

/// Held-out 2: the age counts from this request's own login, however long the pages after it take;
/// 0 asks again within the same second.
#[tokio::test(flavor = "multi_thread")]
async fn what_follows_the_login_makes_it_no_older() {
    minato()
        .on_each_engine(async |idp| {
            let client = idp.client("asks", "consent_obtained = false\n").await;
            let visitor = idp.member().await;
            for age in ["1", "0"] {
                let ask = [("max_age", age), ("prompt", "login consent")];
                let page = visitor.open(&client.authorize(&ask)).await;
                page.sees("name=\"password\"");
                let page = visitor.submit(&page, &LOGIN).await;
                page.sees("value=\"allow\"");
                let login = idp.now();
                idp.advance(90);
                let to = visitor.submit_and_stay(&page, &[("decision", "allow")]).await;
                let code = parameters(&to)["code"].as_str().expect("a code").to_owned();
                let token = client.redeem(&code, &[], None).await.good();
                assert_eq!(claims(token.member("id_token"))["auth_time"], login, "{age}");
            }
            let page = visitor.open(&client.authorize(&[("max_age", "0")])).await;
            page.sees("name=\"password\"");
        })
        .await;
}

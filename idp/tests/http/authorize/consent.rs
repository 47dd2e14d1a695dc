//! Consent: asked once per client and scope (OpenID Connect Core §3.1.2.4).

use crate::support::people::{AGREED, LOGIN, chosen};
use crate::support::{ICHIRO, Relying, TestIdp, minato, parameters};

const NARROW: [(&str, &str); 1] = [("scope", "openid email")];

async fn fitness(idp: &TestIdp) -> Relying {
    let asks = "consent_obtained = false\nauthorization_details_types = [\"meal\"]\n\
                name = { ja = \"しおなり\", en = \"Shionari\" }\n";
    idp.client("fitness", asks).await
}

/// The member is asked by the client's name, and the client hears a no.
#[tokio::test(flavor = "multi_thread")]
async fn a_member_may_say_no() {
    minato()
        .on_each_engine(async |idp| {
            let client = fitness(idp).await;
            let visitor = idp.member().await;
            let silent = [NARROW[0], ("prompt", "none")];
            assert_eq!(client.answer(&visitor, &silent).await["error"], "consent_required");
            let page = visitor.open(&client.authorize(&NARROW)).await;
            // The name is the client's to choose; the host is not.
            page.sees("しおなり").sees("「localhost」").sees("name=\"decision\"");
            let denied = visitor.submit_and_stay(&page, &[("decision", "deny")]).await;
            let denied = parameters(&denied);
            assert_eq!(
                (&denied["error"], &denied["state"]),
                (&"access_denied".into(), &"s t+&=%".into())
            );
        })
        .await;
}

/// Neither yes nor no is no decision: it is asked again. A yes is remembered.
#[tokio::test(flavor = "multi_thread")]
async fn a_yes_is_remembered() {
    minato()
        .on_each_engine(async |idp| {
            let client = fitness(idp).await;
            let visitor = idp.member().await;
            let page = visitor.open(&client.authorize(&NARROW)).await;
            let page = visitor.submit(&page, &[("decision", "perhaps")]).await;
            let allowed = visitor.submit_and_stay(&page, &[("decision", "allow")]).await;
            let code = parameters(&allowed)["code"].as_str().expect("a code").to_owned();
            let tokens = client.redeem(&code, &[], None).await.good();
            assert!(client.is_good(tokens.member("access_token")).await);
            assert!(client.answer(&visitor, &NARROW).await["code"].is_string());
        })
        .await;
}

/// What was not agreed to is asked for.
#[tokio::test(flavor = "multi_thread")]
async fn more_than_before_is_asked_again() {
    let idp = minato().on_sqlite().await;
    let client = fitness(&idp).await;
    let visitor = idp.member().await;
    let page = visitor.open(&client.authorize(&NARROW)).await;
    visitor.submit_and_stay(&page, &[("decision", "allow")]).await;
    for wider in [
        vec![("scope", "openid email profile")],
        vec![NARROW[0], ("claims", r#"{"userinfo":{"birthdate":null}}"#)],
        vec![NARROW[0], ("authorization_details", r#"[{"type":"meal"}]"#)],
        vec![NARROW[0], ("prompt", "consent")],
    ] {
        visitor.open(&client.authorize(&wider)).await.sees("name=\"decision\"");
    }
}

/// Attack 16: who is not signed in logs in first, then agrees; nothing is lost.
#[tokio::test(flavor = "multi_thread")]
async fn a_login_on_the_way_loses_nothing() {
    let idp = minato().on_sqlite().await;
    let client = fitness(&idp).await;
    idp.member().await;
    let fresh = idp.visitor();
    let page = fresh.open(&client.authorize(&NARROW)).await;
    let page = fresh.submit(&page, &LOGIN).await;
    page.sees("name=\"decision\"");
    let answer = fresh.submit_and_stay(&page, &[("decision", "allow")]).await;
    assert!(parameters(&answer)["code"].is_string());
}

/// Attack 16: a journey that began with one session does not go on with another.
#[tokio::test(flavor = "multi_thread")]
async fn a_consent_page_does_not_outlive_its_session() {
    let idp = minato().on_sqlite().await;
    let client = fitness(&idp).await;
    let visitor = idp.member().await;
    let page = visitor.open(&client.authorize(&[])).await;
    let out = visitor.open(&client.at("logout")).await;
    visitor.submit(&out, &[]).await;
    visitor.submit(&page, &[("decision", "allow")]).await.sees("name=\"password\"");
    idp.sign_in(&visitor).await;
    let asked = client.answer(&visitor, &[("prompt", "none")]).await;
    assert_eq!(asked["error"], "consent_required", "nothing was remembered");
}

/// Attack 16: registering on the way is no way around consent.
#[tokio::test(flavor = "multi_thread")]
async fn who_registers_on_the_way_is_asked() {
    minato()
        .on_each_engine(async |idp| {
            let client = fitness(idp).await;
            let visitor = idp.visitor();
            let page = visitor.open(&client.authorize(&[("prompt", "create")])).await;
            let page = idp.prove_mailbox(&visitor, &page, "ichiro@example.jp").await;
            let page = visitor.submit(&page, ICHIRO).await;
            let page = visitor.submit(&page, &AGREED).await;
            let page = visitor.submit(&page, &chosen("ichiro77")).await;
            page.sees("name=\"decision\"");
            let answer = visitor.submit_and_stay(&page, &[("decision", "allow")]).await;
            let code = parameters(&answer)["code"].as_str().expect("a code").to_owned();
            client.redeem(&code, &[], None).await.good();
        })
        .await;
}

/// A page that holds a connection while it asks for another would stall everybody.
#[tokio::test(flavor = "multi_thread")]
async fn many_pages_of_one_member_do_not_stall_the_others() {
    minato()
        .on_each_engine(async |idp| {
            let (asking, plain) = (fitness(idp).await, idp.client("plain", "").await);
            let visitor = idp.member().await;
            let page = visitor.open(&asking.authorize(&[])).await;
            let code = plain.code(&visitor, &[]).await;
            let token = plain.redeem(&code, &[], None).await.good();
            let mut pages = tokio::task::JoinSet::new();
            for _ in 0..60 {
                let (visitor, url) = (visitor.clone(), page.url.clone());
                pages.spawn(async move { visitor.open(&url).await.status });
            }
            assert!(plain.is_good(token.member("access_token")).await);
            assert!(pages.join_all().await.iter().all(|status| status.is_success()));
        })
        .await;
}

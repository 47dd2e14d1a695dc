//! A session goes on with what it lacks.

use crate::support::{minato, parameters};

/// F119: new documents are asked on the way to the next client, without a new login, and then not
/// again.
#[tokio::test(flavor = "multi_thread")]
async fn new_terms_are_asked_once() {
    minato()
        .on_each_engine(async |idp| {
            let client = idp.client("app", "").await;
            let visitor = idp.member().await;
            let old = idp.file("terms/privacy-2026-04-01.toml");
            let new = old.replace("2026-04-01", "2026-10-01");
            idp.publish("terms/privacy-2026-10-01.toml", &new).await;
            let page = visitor.open(&client.authorize(&[])).await;
            page.sees("agree_privacy").does_not_see("agree_portal");
            page.does_not_see("name=\"password\"");
            visitor.submit(&page, &[]).await.sees("agree_privacy");
            let answer = visitor.submit_and_stay(&page, &[("agree_privacy", "yes")]).await;
            assert!(parameters(&answer)["code"].is_string());
            let silent = client.answer(&visitor, &[("prompt", "none")]).await;
            assert!(silent["code"].is_string(), "{silent}");
            // Nor of who signs in elsewhere.
            let elsewhere = idp.visitor();
            let page = elsewhere.open(&client.authorize(&[])).await;
            let to = elsewhere.submit_and_stay(&page, &crate::support::people::LOGIN).await;
            assert!(to.contains("code="), "{to}");
        })
        .await;
}

/// Another window gave what was missing: this one has only to go on.
#[tokio::test(flavor = "multi_thread")]
async fn what_another_window_gave_is_not_asked_again() {
    let idp = minato().on_sqlite().await;
    let client = idp.client("fitness", "consent_obtained = false\n").await;
    let visitor = idp.member().await;
    let first = visitor.open(&client.authorize(&[])).await;
    let second = visitor.open(&client.authorize(&[])).await;
    visitor.submit_and_stay(&second, &[("decision", "allow")]).await;
    let page = visitor.open(&first.url).await;
    page.does_not_see("name=\"decision\"");
    let answer = visitor.submit_and_stay(&page, &[]).await;
    assert!(parameters(&answer)["code"].is_string());
}

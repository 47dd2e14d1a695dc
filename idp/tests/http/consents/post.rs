//! `POST /{insurer}/consents`: a member withdraws what a client was allowed.

use crate::support::{minato, parameters};

/// Asked again, and what was granted is over.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_withdrawn_is_over() {
    minato()
        .on_each_engine(async |idp| {
            let asks = "consent_obtained = false\nname = { ja = \"しおなり\" }\n";
            let client = idp.client("fitness", asks).await;
            let visitor = idp.member().await;
            let page = visitor.open(&client.authorize(&[])).await;
            let allowed = visitor.submit_and_stay(&page, &[("decision", "allow")]).await;
            let code = parameters(&allowed)["code"].as_str().expect("a code").to_owned();
            let tokens = client.redeem(&code, &[], None).await.good();
            assert!(client.is_good(tokens.member("access_token")).await);
            let list = visitor.open(&client.at("consents")).await;
            list.sees("しおなり");
            visitor.submit(&list, &[("client_id", "fitness")]).await;
            assert!(!client.is_good(tokens.member("access_token")).await);
            visitor.open(&client.authorize(&[])).await.sees("name=\"decision\"");
        })
        .await;
}

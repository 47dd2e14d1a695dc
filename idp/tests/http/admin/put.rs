//! `PUT /{insurer}/admin/clients/{client_id}`.

use super::{Console, steps, token};
use crate::support::{Method, StatusCode, json, merged, minato};

/// A new client gets its secret at once, and works.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_client_works_at_once() {
    minato()
        .on_each_engine(async |idp| {
            let console = Console::new(idp).await;
            let made = console.send(Method::PUT, &console.at("steps"), &steps()).await.good();
            assert_eq!(made.status, StatusCode::CREATED);
            let client = console.put("runs", &steps()).await;
            let code = client.code(&idp.member().await, &[("scope", "openid email")]).await;
            client.redeem(&code, &[], None).await.good();
        })
        .await;
}

/// Attacks 12 and 31: with the right scope, of the right insurer.
#[tokio::test(flavor = "multi_thread")]
async fn only_the_insurers_own_system_may() {
    let idp = minato().and("aozora").on_sqlite().await;
    let console = Console::new(&idp).await;
    let at = console.at("steps");
    let weak = token(&console.system, &[("scope", "other")]).await;
    let weak = console.send_as(&weak, Method::PUT, &at, &steps()).await;
    weak.refused("insufficient_scope");
    console.send_as("x", Method::PUT, &at, &steps()).await.refused("invalid_token");
    let there = at.replace("/minato/", "/aozora/");
    console.send(Method::PUT, &there, &steps()).await.refused("invalid_token");
}

/// Attack 33: a misspelt member is named; secrets and the folder's clients are not for here.
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_set_is_refused_by_name() {
    let idp = minato().on_sqlite().await;
    let console = Console::new(&idp).await;
    let refused = async |id: &str, change| {
        let document = merged(steps(), &change);
        let answer = console.send(Method::PUT, &console.at(id), &document).await;
        answer.refused("invalid_client_metadata").text
    };
    assert!(refused("steps", json!({"redirect_urls": []})).await.contains("redirect_urls"));
    refused("steps", json!({"secrets": []})).await;
    refused("portal", json!({})).await;
}

/// Attack 13: a client whose tokens must be bound gets none in the front channel.
#[tokio::test(flavor = "multi_thread")]
async fn a_bound_client_gets_no_token_in_the_front_channel() {
    let idp = minato().protocol("implicit = true").on_sqlite().await;
    let console = Console::new(&idp).await;
    let bound = merged(
        steps(),
        &json!({
            "dpop_bound_access_tokens": true, "response_types": ["code token"],
            "application_type": "native",
            "grant_types": ["authorization_code", "implicit"],
        }),
    );
    let answer = console.send(Method::PUT, &console.at("bound"), &bound).await;
    let said = answer.refused("invalid_client_metadata").text;
    assert!(said.contains("cannot be bound"), "{said}");
}

//! `GET /{insurer}/admin/clients` and what stands below it.

use super::{Console, steps, token};
use crate::support::{Method, StatusCode, Value, minato};

/// Attack 33: what is read and written back is the same, and has no secret.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_read_can_be_written_back() {
    minato()
        .on_each_engine(async |idp| {
            let console = Console::new(idp).await;
            console.put("steps", &steps()).await;
            let at = console.at("steps");
            let read = console.send(Method::GET, &at, &Value::Null).await.good();
            assert!(!read.text.contains("secret\""));
            let again = console.send(Method::PUT, &at, &read.body).await.good();
            assert_eq!(again.body, read.body);
            let list = console.system.at("admin/clients");
            let list = console.send(Method::GET, &list, &Value::Null).await.good();
            assert_eq!(list.body["clients"].as_array().map(Vec::len), Some(2));
        })
        .await;
}

/// The description is for everybody.
#[tokio::test(flavor = "multi_thread")]
async fn the_api_describes_itself() {
    let idp = minato().on_sqlite().await;
    let any = idp.client("any", "").await;
    let described = any.send(Method::GET, &any.at("admin/openapi.json"), &[], "").await.good();
    assert!(described.body["paths"].is_object());
}

/// Attack 31: the right to manage clients is for this provider, asked for by name, and no person's.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_for_something_else_opens_nothing() {
    let idp = minato().on_sqlite().await;
    let console = Console::new(&idp).await;
    let list = console.system.at("admin/clients");
    let ask = async |key: &str| console.send_as(key, Method::GET, &list, &Value::Null).await;
    ask(&console.key).await.good();
    let named = ("scope", "musubi:clients");
    let elsewhere = token(&console.system, &[named, ("resource", "https://other.example/")]).await;
    assert_eq!(ask(&elsewhere).await.status, StatusCode::UNAUTHORIZED);
    let unnamed = token(&console.system, &[]).await;
    assert_eq!(ask(&unnamed).await.status, StatusCode::FORBIDDEN, "not given along");
    let client = console.put("steps", &steps()).await;
    let code = client.code(&idp.member().await, &[]).await;
    let person = client.redeem(&code, &[], None).await.good();
    ask(person.member("access_token")).await.refused("invalid_token");
}

//! `GET /{insurer}/admin/clients` and what stands below it.

use super::{Console, steps, token};
use crate::support::{Key, Method, StatusCode, Value, json, merged, minato, s256};

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

/// RFC 9449 §7.1, FAPI 2.0 §5.3.2.1: where every client is bound to a key, its system manages
/// clients with such a token, and its challenges name the scheme.
#[tokio::test(flavor = "multi_thread")]
async fn a_bound_token_needs_its_key_here_too() {
    let idp = minato().on_sqlite().await;
    let key = Key::new();
    let toml = "grant_types = [\"client_credentials\"]\nscopes = [\"musubi:clients\"]\n\
                dpop_bound_access_tokens = true\n";
    let system = idp.client("bound", toml).await;
    let proof = idp.proof(&key, "POST", &system.at("token"), &json!({}));
    let fields = [("grant_type", "client_credentials"), ("scope", "musubi:clients")];
    let token = system.post("token", &fields, Some(&proof)).await.good();
    let token = token.member("access_token");
    let url = system.at("admin/clients/none%20such");
    let ask = async |scheme: &str, key: &Key, url: &str, changes: Value| {
        let changes = merged(json!({"ath": s256(token)}), &changes);
        let proof = idp.proof(key, "GET", url, &changes);
        let line = format!("{scheme} {token}");
        let headers = [("authorization", line.as_str()), ("dpop", &proof)];
        system.send(Method::GET, &system.at("admin/clients/none%20such"), &headers, "").await
    };
    assert_eq!(ask("DPoP", &key, &url, json!({})).await.status, StatusCode::NOT_FOUND);
    let once = json!({"jti": "once"});
    assert_eq!(ask("DPoP", &key, &url, once.clone()).await.status, StatusCode::NOT_FOUND);
    for (why, answer) in [
        ("as bearer", ask("Bearer", &key, &url, json!({})).await),
        ("another key", ask("DPoP", &Key::new(), &url, json!({})).await),
        ("a proof that was used", ask("DPoP", &key, &url, once).await),
        ("another address", ask("DPoP", &key, &system.at("admin/clients"), json!({})).await),
        ("another token", ask("DPoP", &key, &url, json!({"ath": "x"})).await),
    ] {
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{why}");
        assert!(answer.header("www-authenticate").starts_with("DPoP "), "{why}");
    }
    let none = system.send(Method::GET, &url, &[], "").await;
    assert_eq!(none.status, StatusCode::UNAUTHORIZED);
    assert!(none.header("www-authenticate").starts_with("Bearer "));
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

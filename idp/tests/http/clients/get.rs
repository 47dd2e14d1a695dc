//! `GET /{insurer}/clients/{client_id}` (RFC 7592 §2.1).

use super::{Registered, open, send};
use crate::support::{Method, Value};

/// With its own token, of its own insurer, and without the secret. Attacks 12 and 18.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_reads_itself_alone() {
    open()
        .and("aozora")
        .on_each_engine(async |idp| {
            let made = Registered::new(idp).await;
            let read = made.manage(Method::GET, &Value::Null).await.good();
            assert!(read.body.get("client_secret").is_none(), "shown once");
            for (uri, token) in [
                (made.uri.clone(), "wrong"),
                (made.uri.replace(&made.own.client_id, "any"), made.token.as_str()),
                (made.uri.replace("/minato/", "/aozora/"), made.token.as_str()),
            ] {
                let answer = send(&made.any, Method::GET, &uri, token, &Value::Null).await;
                answer.refused("invalid_token");
            }
        })
        .await;
}

//! `DELETE /{insurer}/admin/clients/{client_id}`.

use super::{Console, steps};
use crate::support::{Method, StatusCode, Value, minato};

/// Attack 32: a removed client is nobody.
#[tokio::test(flavor = "multi_thread")]
async fn a_removed_client_is_nobody() {
    minato()
        .on_each_engine(async |idp| {
            let console = Console::new(idp).await;
            let client = console.put("steps", &steps()).await;
            let gone = console.send(Method::DELETE, &console.at("steps"), &Value::Null).await;
            assert_eq!(gone.status, StatusCode::NO_CONTENT);
            let answer = client.post("token", &[("grant_type", "client_credentials")], None).await;
            answer.refused("invalid_client");
        })
        .await;
}

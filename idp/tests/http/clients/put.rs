//! `PUT /{insurer}/clients/{client_id}` (RFC 7592 §2.2).

use super::{Registered, open};
use crate::support::{Method, Value, json, merged};

/// What is not changed stays: secret and consent. Attack 33.
#[tokio::test(flavor = "multi_thread")]
async fn a_changed_name_changes_nothing_else() {
    open()
        .on_each_engine(async |idp| {
            let visitor = idp.member().await;
            let made = Registered::new(idp).await;
            let asked = [("scope", "openid email")];
            let page = visitor.open(&made.own.authorize(&asked)).await;
            visitor.submit_and_stay(&page, &[("decision", "allow")]).await;
            let read = made.manage(Method::GET, &Value::Null).await.good();
            let changed = merged(read.body.clone(), &json!({"client_name": "Other"}));
            let back = made.manage(Method::PUT, &changed).await.good();
            assert_eq!(back.member("client_name"), "Other");
            let code = made.own.code(&visitor, &asked).await;
            made.own.redeem(&code, &[], None).await.good();
        })
        .await;
}

//! `DELETE /{insurer}/clients/{client_id}` (RFC 7592 §2.3).

use super::{Registered, open};
use crate::support::{Method, StatusCode, Value, parameters};

/// Attack 32: with the client everything ends that it was granted.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_has_gone_is_nobody() {
    open()
        .on_each_engine(async |idp| {
            let visitor = idp.member().await;
            let made = Registered::new(idp).await;
            let page = visitor.open(&made.own.authorize(&[("scope", "openid email")])).await;
            let to = visitor.submit_and_stay(&page, &[("decision", "allow")]).await;
            let code = parameters(&to)["code"].as_str().expect("a code").to_owned();
            let tokens = made.own.redeem(&code, &[], None).await.good();
            let gone = made.manage(Method::DELETE, &Value::Null).await;
            assert_eq!(gone.status, StatusCode::NO_CONTENT);
            let bearer = format!("Bearer {}", tokens.member("access_token"));
            let after = made.own.userinfo(&bearer, None).await;
            assert_eq!(after.status, StatusCode::UNAUTHORIZED);
            let page = visitor.open(&made.own.authorize(&[])).await;
            assert_eq!(page.status, StatusCode::BAD_REQUEST);
        })
        .await;
}

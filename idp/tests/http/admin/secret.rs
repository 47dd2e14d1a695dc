//! `POST /{insurer}/admin/clients/{client_id}/secret`.

use super::{Console, steps};
use crate::support::{Method, Relying, json, minato};

/// Both secrets are good until the old one ends.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_secret_overlaps_the_old_one() {
    minato()
        .on_each_engine(async |idp| {
            let console = Console::new(idp).await;
            let old = console.put("steps", &steps()).await;
            let visitor = idp.member().await;
            let url = format!("{}/secret", console.at("steps"));
            let body = json!({"overlap_seconds": 60});
            let rotated = console.send(Method::POST, &url, &body).await.good();
            let secret = Some(rotated.member("client_secret").to_owned());
            let new = Relying { secret, ..old.clone() };
            let redeem = async |client: &Relying| {
                let code = client.code(&visitor, &[("scope", "openid")]).await;
                client.redeem(&code, &[], None).await
            };
            idp.advance(59);
            redeem(&old).await.good();
            redeem(&new).await.good();
            idp.advance(1);
            redeem(&old).await.refused("invalid_client");
            redeem(&new).await.good();
        })
        .await;
}

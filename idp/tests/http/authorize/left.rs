//! P0-6: who has left the society.

use crate::support::people::LOGIN;
use crate::support::{REFRESHES, StatusCode, minato};

/// Signs in while the policy's days last, and then no more: not by a session that goes on, not with
/// the password, not with a refresh token; who comes back to the society comes in again.
#[tokio::test(flavor = "multi_thread")]
async fn who_has_left_is_out_after_the_days_of_the_policy() {
    minato()
        .on_each_engine(async |idp| {
            let policy = idp.file("idp.toml");
            idp.publish("idp.toml", &format!("{policy}\n[after_loss]\ndays = 30\n")).await;
            let client = idp.client("app", REFRESHES).await;
            let visitor = idp.member().await;
            let code = client.code(&visitor, &[("scope", "openid")]).await;
            let tokens = client.redeem(&code, &[], None).await.good();
            let refresh = tokens.member("refresh_token").to_owned();

            let day = |days: i64| web::clock::today(idp.now() - days * 24 * 3600);
            let row = |lost: &str| {
                format!("00100237,1234,0005678,00,本人,港 花子,ミナト ハナコ,19790822,女,20050401,{lost}")
            };
            idp.roster(&[&row(&day(29).replace('-', ""))]).await;
            assert!(visitor.location(&client.authorize(&[("prompt", "none")])).await.contains("code="));
            client.refresh(&refresh, &[]).await.good();

            idp.roster(&[&row(&day(30).replace('-', ""))]).await;
            let silent = visitor.location(&client.authorize(&[("prompt", "none")])).await;
            assert!(silent.contains("login_required"), "{silent}");
            let page = visitor.open(&client.authorize(&[])).await;
            let left = visitor.submit(&page, &LOGIN).await;
            assert_eq!(left.status, StatusCode::FORBIDDEN);
            left.sees("ご利用を終了しました").sees("step=cancel");
            client.refresh(&refresh, &[]).await.refused("invalid_grant");
            let home = idp.visitor();
            let page = home.open(&idp.at("minato/login")).await;
            let left = home.submit(&page, &LOGIN).await;
            left.sees("ご利用を終了しました").does_not_see("step=cancel");

            idp.roster(&[&row("")]).await;
            assert!(visitor.location(&client.authorize(&[("prompt", "none")])).await.contains("code="));
        })
        .await;
}

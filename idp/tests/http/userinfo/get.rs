//! `GET /{insurer}/userinfo` (OpenID Connect Core §5.3, RFC 6750).

use crate::support::people::LOGIN;
use crate::support::{Method, StatusCode, minato};

/// RFC 6750 §2.3, §3: no token, no error; a token in the address is none.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_token_there_is_a_challenge() {
    let idp = minato().on_sqlite().await;
    let client = idp.client("app", "").await;
    let code = client.code(&idp.member().await, &[]).await;
    let tokens = client.redeem(&code, &[], None).await.good();
    let none = client.send(Method::GET, &client.at("userinfo"), &[], "").await;
    assert_eq!(none.status, StatusCode::UNAUTHORIZED);
    let challenge = none.header("www-authenticate");
    assert!(!challenge.contains("error"), "{challenge}");
    let query = format!("{}?access_token=", client.at("userinfo"));
    let query = format!("{query}{}", tokens.member("access_token"));
    let bearer = format!("Bearer {}", tokens.member("access_token"));
    for headers in [&[][..], &[("authorization", bearer.as_str())]] {
        let answer = client.send(Method::GET, &query, headers, "").await;
        assert_eq!(answer.refused("invalid_request").status, StatusCode::BAD_REQUEST);
    }
}

/// RFC 9068 §4: other tokens of ours are no access tokens.
#[tokio::test(flavor = "multi_thread")]
async fn an_id_token_opens_nothing() {
    let idp = minato().on_sqlite().await;
    let client = idp.client("app", "").await;
    let code = client.code(&idp.member().await, &[]).await;
    let tokens = client.redeem(&code, &[], None).await.good();
    assert!(client.is_good(tokens.member("access_token")).await);
    assert!(!client.is_good(tokens.member("id_token")).await);
}

/// RFC 9068 §4: an access token lives as long as it said.
#[tokio::test(flavor = "multi_thread")]
async fn an_old_token_opens_nothing() {
    let idp = minato().on_sqlite().await;
    let client = idp.client("app", "").await;
    let code = client.code(&idp.member().await, &[]).await;
    let tokens = client.redeem(&code, &[], None).await.good();
    let lives = tokens.body["expires_in"].as_i64().expect("seconds");
    idp.advance(lives - 1);
    assert!(client.is_good(tokens.member("access_token")).await);
    idp.advance(1);
    assert!(!client.is_good(tokens.member("access_token")).await);
}

/// Attack 30, RFC 9470 §3: card symbol and number need a fresh login; the challenge says which.
#[tokio::test(flavor = "multi_thread")]
async fn a_stale_login_is_challenged_for_the_card() {
    let fresh = "membership_max_age_minutes = 0\nmembership_acr = \"urn:musubi:identity\"";
    let idp = minato().protocol(fresh).on_sqlite().await;
    let scopes = "first_party = true\nscopes = [\"openid\", \"email\", \"membership\"]\n";
    let client = idp.client("own", scopes).await;
    let visitor = idp.member().await;
    let ask = async |scope: &str| {
        let code = client.code(&visitor, &[("scope", scope)]).await;
        let token = client.redeem(&code, &[], None).await.good();
        let bearer = format!("Bearer {}", token.member("access_token"));
        client.userinfo(&bearer, None).await
    };
    assert!(ask("openid membership").await.good().body["membership"].is_object());
    idp.advance(1);
    let answer = ask("openid email membership").await;
    let answer = answer.refused("insufficient_user_authentication");
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert!(answer.header("www-authenticate").contains("max_age=\"0\""));
    ask("openid email").await.good();
}

/// S2: who has left is not of the household any more; a name that changed moves `updated_at`.
#[tokio::test]
async fn the_household_is_that_of_today() {
    minato()
        .on_each_engine(async |idp| {
            let visitor = idp.member().await;
            let scopes = "first_party = true\nscopes = [\"openid\", \"profile\", \"membership\"]\n";
            let client = idp.client("service", scopes).await;
            let ask = async || {
                let scope = [("scope", "openid profile membership")];
                let code = client.code(&visitor, &scope).await;
                let token = client.redeem(&code, &[], None).await.good();
                let bearer = format!("Bearer {}", token.member("access_token"));
                client.userinfo(&bearer, None).await.good().body
            };
            let before = ask().await;
            let household = |body: &serde_json::Value| -> Vec<String> {
                let all = body["membership"]["household"].as_array().expect("a household").iter();
                all.map(|one| one["name"].as_str().expect("a name").to_owned()).collect()
            };
            assert!(household(&before).contains(&"港　一郎".to_owned()), "{before}");
            idp.advance(60);
            idp.roster(&[
                "00100274,1234,0005678,01,夫,港 一郎,ミナト イチロウ,19771130,男,20211001,20230401",
                "00100237,1234,0005678,00,本人,海野 花子,ウミノ ハナコ,19790822,女,20050401,",
            ])
            .await;
            let after = ask().await;
            assert!(!household(&after).contains(&"港　一郎".to_owned()), "{after}");
            assert_eq!(after["name"], "海野　花子");
            let moved = |body: &serde_json::Value| body["updated_at"].as_i64().expect("seconds");
            assert!(moved(&after) >= moved(&before) + 60, "{before} {after}");
        })
        .await;
}

/// When the account was last changed is told to the insurer's own services: what costs a member most waits
/// for a while after it. A login is no change, and partners do not learn it.
#[tokio::test]
async fn the_last_change_of_the_account_is_told() {
    minato()
        .on_each_engine(async |idp| {
            let visitor = idp.member().await;
            let scopes = "scopes = [\"openid\", \"membership\"]\n";
            let own = idp.client("service", &format!("first_party = true\n{scopes}")).await;
            let ask = async || {
                let code = own.code(&visitor, &[("scope", "openid membership")]).await;
                let token = own.redeem(&code, &[], None).await.good();
                let bearer = format!("Bearer {}", token.member("access_token"));
                own.userinfo(&bearer, None).await.good().body["membership"].clone()
            };
            assert!(ask().await["account_changed_at"].is_null(), "{}", ask().await);
            idp.advance(60);
            let page = visitor.open(&idp.at("minato/account/user-id")).await;
            let page = visitor.submit(&page, &LOGIN).await;
            visitor.submit(&page, &[("user_id", "minato-2026")]).await.sees("変更しました");
            let changed = idp.now();
            idp.advance(60);
            assert_eq!(ask().await["account_changed_at"], changed);
        })
        .await;
}

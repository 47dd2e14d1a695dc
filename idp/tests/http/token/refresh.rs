//! `grant_type=refresh_token` (RFC 6749 §6, RFC 9700 §4.14); attack 9.

use crate::support::{Answer, REFRESHES, Relying, Visitor, claims, minato, parameters};

async fn begin(client: &Relying, visitor: &Visitor, scope: &str) -> Answer {
    let code = client.code(visitor, &[("scope", scope)]).await;
    client.redeem(&code, &[], None).await.good()
}

/// OpenID Connect Core §12.2: the same person and the same login, under a new token.
#[tokio::test(flavor = "multi_thread")]
async fn a_refreshed_id_token_says_the_same() {
    minato()
        .on_each_engine(async |idp| {
            let client = idp.client("app", REFRESHES).await;
            let first = begin(&client, &idp.member().await, "openid profile email").await;
            let second = client.refresh(first.member("refresh_token"), &[]).await.good();
            let [before, after] = [&first, &second].map(|one| claims(one.member("id_token")));
            for name in ["iss", "sub", "aud", "auth_time", "sid"] {
                assert_eq!(before[name], after[name], "{name}");
            }
            assert!(after.get("nonce").is_none());
            assert_ne!(first.member("refresh_token"), second.member("refresh_token"));
        })
        .await;
}

/// RFC 6749 §6: its own client, and never more than before.
#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_is_its_clients_and_gives_no_more() {
    let idp = minato().on_sqlite().await;
    let client = idp.client("app", REFRESHES).await;
    let other = idp.client("other", REFRESHES).await;
    let first = begin(&client, &idp.member().await, "openid profile email").await;
    let one = first.member("refresh_token");
    other.refresh(one, &[]).await.refused("invalid_grant");
    let narrow = client.refresh(one, &[("scope", "openid")]).await.good();
    assert_eq!(narrow.member("scope"), "openid");
    let two = narrow.member("refresh_token");
    client.refresh(two, &[("scope", "openid membership")]).await.refused("invalid_scope");
}

/// The answer was lost, or another tab was faster: the same successor once more.
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_can_be_asked_for_again() {
    minato()
        .on_each_engine(async |idp| {
            let client = idp.client("app", REFRESHES).await;
            let first = begin(&client, &idp.member().await, "openid profile email").await;
            let one = first.member("refresh_token");
            let two = client.refresh(one, &[("scope", "openid")]).await.good();
            let lost = client.refresh(one, &[]).await.good();
            assert_eq!(lost.member("refresh_token"), two.member("refresh_token"));
            assert_eq!(lost.member("scope"), "openid profile email");
            assert!(client.is_good(lost.member("access_token")).await);
        })
        .await;
}

/// RFC 9700 §4.14.2: two generations old, so somebody has a copy, and the family ends.
#[tokio::test(flavor = "multi_thread")]
async fn a_copy_ends_the_family() {
    minato()
        .on_each_engine(async |idp| {
            let client = idp.client("app", REFRESHES).await;
            let first = begin(&client, &idp.member().await, "openid").await;
            let one = first.member("refresh_token");
            let two = client.refresh(one, &[]).await.good();
            let three = client.refresh(two.member("refresh_token"), &[]).await.good();
            client.refresh(one, &[]).await.refused("invalid_grant");
            client.refresh(three.member("refresh_token"), &[]).await.refused("invalid_grant");
            assert!(!client.is_good(three.member("access_token")).await);
        })
        .await;
}

/// Whoever knows only the family's id ends nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_guess_ends_nothing() {
    let idp = minato().on_sqlite().await;
    let client = idp.client("app", REFRESHES).await;
    let other = idp.client("other", REFRESHES).await;
    let kept = begin(&client, &idp.member().await, "openid").await;
    let token = kept.member("refresh_token");
    let family = token.split('.').next().unwrap_or_default();
    for guess in [format!("{family}.{}", "A".repeat(43)), format!("{family}.0.{}", "A".repeat(43))]
    {
        other.refresh(&guess, &[]).await.refused("invalid_grant");
        client.refresh(&guess, &[]).await.refused("invalid_grant");
    }
    client.refresh(token, &[]).await.good();
}

/// Two tabs at once: both get the same successor, and the family lives.
#[tokio::test(flavor = "multi_thread")]
async fn two_tabs_at_once_get_the_same() {
    minato()
        .on_each_engine(async |idp| {
            let client = idp.client("app", REFRESHES).await;
            let kept = begin(&client, &idp.member().await, "openid").await;
            let token = kept.member("refresh_token");
            let (a, b) = tokio::join!(client.refresh(token, &[]), client.refresh(token, &[]));
            let (a, b) = (a.good(), b.good());
            assert_eq!(a.member("refresh_token"), b.member("refresh_token"));
            client.refresh(a.member("refresh_token"), &[]).await.good();
        })
        .await;
}

/// OpenID Connect Core §11: after sign-out what was bound to the session ends, what was granted to
/// outlive it stays.
#[tokio::test(flavor = "multi_thread")]
async fn only_offline_access_outlives_the_session() {
    minato()
        .on_each_engine(async |idp| {
            let client = idp.client("app", REFRESHES).await;
            let visitor = idp.member().await;
            let bound = begin(&client, &visitor, "openid").await;
            let offline = begin(&client, &visitor, "openid offline_access").await;
            let out = visitor.open(&client.at("logout")).await;
            visitor.submit(&out, &[]).await;
            client.refresh(bound.member("refresh_token"), &[]).await.refused("invalid_grant");
            assert!(!client.is_good(bound.member("access_token")).await);
            client.refresh(offline.member("refresh_token"), &[]).await.good();
        })
        .await;
}

/// S5: without `offline_access` a grant ends with its session, also with one that was left alone;
/// with it, it goes on.
#[tokio::test(flavor = "multi_thread")]
async fn a_grant_ends_with_its_session() {
    minato()
        .on_each_engine(async |idp| {
            let scopes = "scopes = [\"openid\", \"email\", \"offline_access\"]\n\
                          consent_obtained = true\n";
            let client = idp.client("app", &format!("{REFRESHES}{scopes}")).await;
            let visitor = idp.member().await;
            let mut tokens = Vec::new();
            for scope in ["openid", "openid offline_access"] {
                let asks = [("scope", scope), ("prompt", "consent")];
                let page = visitor.open(&client.authorize(&asks)).await;
                let to = visitor.submit_and_stay(&page, &[("decision", "allow")]).await;
                let code = parameters(&to)["code"].as_str().expect("a code").to_owned();
                let answer = client.redeem(&code, &[], None).await.good();
                tokens.push(answer.member("refresh_token").to_owned());
            }
            idp.advance(59 * 60);
            let answer = client.refresh(&tokens[0], &[]).await.good();
            let (last, access) = (answer.member("refresh_token"), answer.member("access_token"));
            assert!(client.is_good(access).await);
            idp.advance(60);
            assert!(!client.is_good(access).await, "its session was left alone for an hour");
            client.refresh(last, &[]).await.refused("invalid_grant");
            client.refresh(&tokens[1], &[]).await.good();
        })
        .await;
}

/// S12: what the client may no longer ask for is not issued again.
#[tokio::test(flavor = "multi_thread")]
async fn a_resource_that_was_taken_away_is_not_refreshed() {
    let idp = minato().on_sqlite().await;
    let (one, two) = ("https://one.example/", "https://two.example/");
    let toml = |resources: &str| {
        format!("{REFRESHES}consent_obtained = true\nresources = [{resources}]\n")
    };
    let both = toml(&format!("\"{one}\", \"{two}\""));
    let client = idp.client("app", &both).await;
    let visitor = idp.member().await;
    let code = client.code(&visitor, &[("resource", one)]).await;
    let answer = client.redeem(&code, &[], None).await.good();
    let token = answer.member("refresh_token").to_owned();
    let late = client.code(&visitor, &[("resource", one)]).await;
    idp.execute("DELETE FROM clients WHERE client_id = 'app'").await;
    idp.client("app", &toml(&format!("\"{two}\""))).await;
    client.refresh(&token, &[]).await.refused("invalid_target");
    client.redeem(&late, &[], None).await.refused("invalid_target");
}

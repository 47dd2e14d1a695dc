//! Signing in once: the portal as a relying party, in several tabs, when keys change, when the
//! session ends elsewhere.

use std::time::Duration;
use tests::visitor::{HANAKO, Visitor};
use tests::world::{Options, Program, World};

async fn member(world: &World) -> Visitor {
    let visitor = Visitor::new();
    visitor.register(world, "minato", ("hanako@example.jp", "hanako79", HANAKO)).await;
    visitor
}

fn signin(world: &World) -> String {
    format!("{}/minato/signin", world.portal_url)
}

fn home(world: &World) -> String {
    format!("{}/minato/", world.portal_url)
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_once_is_enough() {
    let options = Options { insurers: vec!["minato"], ..Options::default() };
    World::on_each_engine(options, async |world| {
        let visitor = member(world).await;

        // Finding 11: who has registered is a link away from home, and types nothing again.
        visitor.open(&signin(world)).await.sees("ようこそ");

        // Held-out 5: two tabs sign in, and neither spoils the other.
        let tabs = Visitor::new();
        let first = tabs.location(&signin(world)).await;
        let second = tabs.location(&signin(world)).await;
        let page = tabs.open(&first).await;
        let login = [("user_id", "hanako79"), ("password", tests::visitor::PASSWORD)];
        tabs.submit(&page, &login).await.sees("ようこそ");
        tabs.open(&second).await.sees("ようこそ");
        // Attack 37: another browser's answer signs nobody in.
        let stranger = Visitor::new();
        let attacker = Visitor::new();
        let page = attacker.open(&signin(world)).await;
        let answer = attacker.submit_and_stay(&page, &login).await;
        stranger.open(&answer).await.does_not_see("ようこそ");
        attacker.open(&answer).await.sees("ようこそ");

        // RFC 9207 §2.4: an answer that does not say whose it is, is none.
        let fresh = Visitor::new();
        let to = fresh.location(&signin(world)).await;
        let page = fresh.open(&to).await;
        let answer = fresh.submit_and_stay(&page, &login).await;
        let mut nameless = url::Url::parse(&answer).expect("absolute");
        let kept: Vec<(String, String)> =
            nameless.query_pairs().into_owned().filter(|(name, _)| name != "iss").collect();
        nameless.query_pairs_mut().clear().extend_pairs(kept);
        fresh.open(nameless.as_str()).await.does_not_see("ようこそ");
        fresh.open(&signin(world)).await.sees("ようこそ");

        // S10: after a rotation the first sign-in succeeds.
        world.ran(Program::Idp, &["keys", "rotate", "--insurer", "minato", "--now"]);
        let after = async {
            loop {
                let new = Visitor::new();
                let page = new.open(&signin(world)).await;
                let home = new.submit(&page, &login).await;
                home.sees("ようこそ");
                let discovery = format!("{}/minato/jwks", world.idp_url);
                let jwks = Visitor::new().open(&discovery).await.html;
                if jwks.matches("ES256").count() > 1 {
                    return;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(20), after).await.expect("the new key is shown");
        let new = Visitor::new();
        let page = new.open(&signin(world)).await;
        new.submit(&page, &login).await.sees("ようこそ");
    })
    .await;
}

/// Attack 14, S10: a session that ends at the provider ends at the portal, told by nobody's browser; what is
/// not a logout token for this portal ends nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_ends_ends_everywhere() {
    let options = Options { insurers: vec!["minato"], ..Options::default() };
    World::on_each_engine(options, async |world| {
        let visitor = member(world).await;
        visitor.open(&signin(world)).await.sees("ようこそ");
        let token = tests::relying::Key::new();
        let claims = serde_json::json!({
            "iss": format!("{}/minato", world.idp_url), "aud": "portal", "sid": "x",
            "iat": tests::relying::now(), "exp": tests::relying::now() + 60,
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
        });
        let forged = token.sign(&serde_json::json!({"alg": "ES256", "kid": "x"}), &claims);
        let at = format!("{}/minato/backchannel-logout", world.portal_url);
        let long = reqwest::Client::new().post(&at).body("x".repeat(70_000)).send().await;
        assert_eq!(long.expect("answered").status(), 413);
        for body in ["", "logout_token=", "logout_token=x.y.z", &format!("logout_token={forged}")] {
            let answer = reqwest::Client::new()
                .post(&at)
                .header("content-type", "application/x-www-form-urlencoded")
                .body(body.to_owned())
                .send()
                .await
                .expect("answered");
            assert_eq!(answer.status(), 400, "{body}");
        }
        visitor.open(&home(world)).await.sees("ようこそ");

        // The copy knows only the provider: it signs out there, and the portal hears of it.
        let elsewhere = visitor.copied();
        let page = elsewhere.open(&format!("{}/minato/logout", world.idp_url)).await;
        elsewhere.submit(&page, &[]).await;
        let ended = async {
            while visitor.open(&home(world)).await.html.contains("ようこそ") {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), ended).await.expect("the portal hears of it");
    })
    .await;
}

//! `POST /{insurer}/introspect` (RFC 7662, RFC 9701); attack 11: only those whom a token concerns.

use crate::support::{Answer, REFRESHES, Relying, TestIdp, claims, json, minato};

const MEALS: &str = "https://meals.example/";

/// A client with JWT access tokens, and its tokens for the meals.
async fn tokens(idp: &TestIdp) -> (Relying, Answer) {
    let toml = format!(
        "access_token_format = \"jwt\"\nresources = [\"{MEALS}\"]\n\
         authorization_details_types = [\"meal\"]\n{REFRESHES}"
    );
    let client = idp.client("app", &toml).await;
    let details = r#"[{"type":"meal","actions":["read"]}]"#;
    let asked = [("resource", MEALS), ("authorization_details", details)];
    let code = client.code(&idp.member().await, &asked).await;
    let tokens = client.redeem(&code, &[], None).await.good();
    (client, tokens)
}

async fn ask(client: &Relying, token: &str) -> Answer {
    client.post("introspect", &[("token", token)], None).await.good()
}

/// RFC 9068 §2.2, RFC 8707 §2, RFC 9396 §7: what a JWT access token says, and where it is good.
#[tokio::test(flavor = "multi_thread")]
async fn a_jwt_says_for_whom_it_is() {
    let idp = minato().on_sqlite().await;
    let (client, tokens) = tokens(&idp).await;
    assert_eq!(tokens.body["authorization_details"][0]["actions"][0], "read");
    let access = tokens.member("access_token");
    let inner = claims(access);
    assert_eq!(inner["aud"], json!([MEALS]));
    for name in ["iss", "exp", "sub", "client_id", "iat", "jti", "scope", "auth_time", "acr"] {
        assert!(inner.get(name).is_some(), "{name}");
    }
    assert!(access.starts_with("eyJ"));
    assert!(!client.is_good(access).await, "for the meals only, not for userinfo");
    let wide = [("resource", "https://other.example/")];
    client.refresh(tokens.member("refresh_token"), &wide).await.refused("invalid_target");
}

/// RFC 7662 §2.2, RFC 9396 §9.2: the client itself, of both its tokens.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_asks_about_its_own() {
    let idp = minato().on_sqlite().await;
    let (client, tokens) = tokens(&idp).await;
    let own = ask(&client, tokens.member("access_token")).await;
    assert_eq!(own.body["active"], true);
    assert_eq!(own.body["authorization_details"][0]["type"], "meal");
    assert_eq!(ask(&client, tokens.member("refresh_token")).await.body["active"], true);
    assert_eq!(ask(&client, "nonsense").await.body, json!({"active": false}));
    client.post("introspect", &[], None).await.refused("invalid_request");
}

/// RFC 7662 §2.2: a stranger learns nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_learns_nothing() {
    let idp = minato().on_sqlite().await;
    let (_, tokens) = tokens(&idp).await;
    let stranger = idp.client("stranger", REFRESHES).await;
    let about = ask(&stranger, tokens.member("access_token")).await;
    assert_eq!(about.body, json!({"active": false}));
    let about = ask(&stranger, tokens.member("refresh_token")).await;
    assert_eq!(about.body["active"], false);
}

/// RFC 9701 §5: the service that a token is for gets a signed answer, when it registered so.
#[tokio::test(flavor = "multi_thread")]
async fn a_service_gets_a_signed_answer() {
    let idp = minato().on_sqlite().await;
    let (_, tokens) = tokens(&idp).await;
    let toml = format!(
        "introspects = true\nresources = [\"{MEALS}\"]\n\
         introspection_signed_response_alg = \"ES256\"\n"
    );
    let meals = idp.client("meals", &toml).await;
    let signed = ask(&meals, tokens.member("access_token")).await;
    assert_eq!(signed.header("content-type"), "application/token-introspection+jwt");
    let body = claims(&signed.text);
    assert_eq!(body["aud"], "meals");
    assert_eq!(body["token_introspection"]["active"], true);
    let inactive = claims(&ask(&meals, "nonsense").await.text);
    assert_eq!(inactive["token_introspection"], json!({"active": false}));
}

/// RFC 7662 §2.2, attack 11: the insurer's own service behind the resource learns whose token it is, with the
/// cards when the token is for them; a partner's service, and the app itself, do not.
#[tokio::test(flavor = "multi_thread")]
async fn the_insurers_service_learns_whose_token_it_is() {
    let idp = minato().on_sqlite().await;
    let app = format!(
        "first_party = true\nresources = [\"{MEALS}\"]\n\
         scopes = [\"openid\", \"profile\", \"membership\", \"portal\"]\n"
    );
    let app = idp.client("app", &app).await;
    let member = idp.member().await;
    let token = async |scope: &str| {
        let code = app.code(&member, &[("resource", MEALS), ("scope", scope)]).await;
        app.redeem(&code, &[], None).await.good().member("access_token").to_owned()
    };
    let (with, without) =
        (token("openid profile membership portal").await, token("openid portal").await);
    let serves = format!("introspects = true\nserves = [\"{MEALS}\"]\n");
    let scopes = "scopes = [\"openid\", \"profile\", \"membership\"]\n";
    let own = idp.client("own", &format!("first_party = true\n{scopes}{serves}")).await;
    let partner = idp.client("partner-service", &format!("card = true\n{scopes}{serves}")).await;
    let without_scope = idp.client("own-without", &format!("first_party = true\n{serves}")).await;
    // A partner that may learn cards has a token for the same resource: whose household it is stays here.
    let card = format!(
        "card = true\nconsent_obtained = true\nresources = [\"{MEALS}\"]\n\
         scopes = [\"openid\", \"profile\", \"membership\", \"portal\"]\n"
    );
    let card = idp.client("card-partner", &card).await;
    let asked = [("resource", MEALS), ("scope", "openid profile membership portal")];
    let code = card.code(&member, &asked).await;
    let theirs = card.redeem(&code, &[], None).await.good().member("access_token").to_owned();
    let seen = ask(&own, &with).await;
    let card = &seen.body["membership"]["cards"][0];
    assert!(card["number"].is_string() && seen.body["name"].is_string(), "{}", seen.text);
    let others = [
        (&own, &without),
        (&partner, &with),
        (&app, &with),
        (&without_scope, &with),
        (&own, &theirs),
    ];
    for (client, token) in others {
        let seen = ask(client, token).await;
        assert_eq!(seen.body["active"], true);
        assert!(seen.body.get("membership").is_none(), "{}", seen.text);
        assert!(seen.body.get("name").is_none(), "{}", seen.text);
    }
}

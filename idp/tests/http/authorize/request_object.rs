//! `request`: requests that the client signed (RFC 9101).

use crate::support::{
    CHALLENGE, Key, REDIRECT, Relying, TestIdp, Value, Visitor, form, json, jwks, merged, minato,
    parameters,
};

struct Signing {
    idp: TestIdp,
    key: Key,
    client: Relying,
    visitor: Visitor,
}

impl Signing {
    async fn new() -> Self {
        let (idp, key) = (minato().on_sqlite().await, Key::new());
        let client = idp.client("app", &jwks(&key)).await;
        let visitor = idp.member().await;
        Self { idp, key, client, visitor }
    }

    fn good(&self) -> Value {
        let now = self.idp.now();
        json!({
            "iss": "app", "aud": self.client.issuer, "exp": now + 60, "nbf": now,
            "client_id": "app", "redirect_uri": REDIRECT, "response_type": "code",
            "scope": "openid", "state": "inside", "code_challenge": CHALLENGE,
            "code_challenge_method": "S256", "max_age": 10_000,
        })
    }

    async fn send(&self, token: &str) -> Value {
        let query = form(&[("client_id", "app"), ("request", token), ("redirect_uri", REDIRECT)]);
        let url = format!("{}?{query}", self.client.at("authorize"));
        parameters(&self.visitor.location(&url).await)
    }
}

/// RFC 9101 §6.3: what is inside counts.
#[tokio::test(flavor = "multi_thread")]
async fn a_signed_request_counts() {
    let signing = Signing::new().await;
    let header = json!({"alg": "ES256", "typ": "oauth-authz-req+jwt"});
    let answer = signing.send(&signing.key.sign(&header, &signing.good())).await;
    assert_eq!(answer["state"], "inside");
    assert!(answer["code"].is_string());
}

/// RFC 9101 §6.1, §10; attack 10: everything that must not pass as one.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_the_client_did_not_sign_is_refused() {
    let signing = Signing::new().await;
    let (key, good) = (&signing.key, signing.good());
    let header = json!({"alg": "ES256", "typ": "oauth-authz-req+jwt"});
    let changed = |changes: Value| key.sign(&header, &merged(good.clone(), &changes));
    let unsigned = key.sign(&json!({"alg": "none"}), &good);
    let unsigned = format!("{}.", unsigned.rsplit_once('.').expect("three parts").0);
    for bad in [
        Key::new().sign(&header, &good),
        unsigned,
        key.sign(&json!({"alg": "HS256"}), &good),
        key.sign(&json!({"alg": "ES256", "typ": "dpop+jwt"}), &good),
        changed(json!({"exp": signing.idp.now() - 60})),
        changed(json!({"aud": "https://x"})),
        changed(json!({"iss": "other"})),
        changed(json!({"request": "x"})),
    ] {
        assert_eq!(signing.send(&bad).await["error"], "invalid_request_object", "{bad}");
    }
}

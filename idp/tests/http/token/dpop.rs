//! DPoP (RFC 9449): tokens, codes and refresh tokens bound to a client's key.

use crate::support::{
    Answer, Key, REFRESHES, Relying, TestIdp, Value, Visitor, json, minato, s256,
};

/// A public client, a member, and the client's key.
struct Bound {
    client: Relying,
    visitor: Visitor,
    key: Key,
}

const ID: [(&str, &str); 1] = [("client_id", "spa")];

impl Bound {
    async fn new(idp: &TestIdp) -> Self {
        let toml = format!("token_endpoint_auth_method = \"none\"\n{REFRESHES}");
        let client = idp.client("spa", &toml).await;
        Self { client, visitor: idp.member().await, key: Key::new() }
    }

    fn proof(&self, idp: &TestIdp, key: &Key) -> String {
        idp.proof(key, "POST", &self.client.at("token"), &json!({}))
    }

    async fn tokens(&self, idp: &TestIdp) -> Answer {
        let code = self.client.code(&self.visitor, &[]).await;
        let proof = self.proof(idp, &self.key);
        self.client.redeem(&code, &ID, Some(&proof)).await.good()
    }

    /// Asks userinfo with a proof of `key` for a token.
    async fn userinfo(&self, idp: &TestIdp, key: &Key, token: &str, changes: &Value) -> Answer {
        let mut claims = changes.clone();
        if claims.get("ath").is_none() {
            claims["ath"] = json!(s256(token));
        }
        let proof = idp.proof(key, "GET", &self.client.at("userinfo"), &claims);
        self.client.userinfo(&format!("DPoP {token}"), Some(&proof)).await
    }
}

/// RFC 9449 §5, §11.1: a bound token needs a proof, and each proof is good once.
#[tokio::test(flavor = "multi_thread")]
async fn a_proof_is_good_once() {
    minato()
        .on_each_engine(async |idp| {
            let bound = Bound::new(idp).await;
            let answer = bound.tokens(idp).await;
            assert_eq!(answer.member("token_type"), "DPoP");
            assert!(!answer.header("dpop-nonce").is_empty());
            let access = answer.member("access_token");
            let ath = json!({"ath": s256(access)});
            let proof = idp.proof(&bound.key, "GET", &bound.client.at("userinfo"), &ath);
            let dpop = format!("DPoP {access}");
            bound.client.userinfo(&dpop, Some(&proof)).await.good();
            let replayed = bound.client.userinfo(&dpop, Some(&proof)).await;
            let replayed = replayed.refused("invalid_dpop_proof");
            assert!(replayed.header("www-authenticate").starts_with("DPoP"));
        })
        .await;
}

/// RFC 9449 §7.2: never as a bearer token; never with another key, method, address or token.
#[tokio::test(flavor = "multi_thread")]
async fn a_bound_token_needs_the_right_proof() {
    let idp = minato().on_sqlite().await;
    let bound = Bound::new(&idp).await;
    let tokens = bound.tokens(&idp).await;
    let access = tokens.member("access_token");
    let client = &bound.client;
    assert_eq!(client.userinfo(&format!("Bearer {access}"), None).await.status, 401);
    let none = client.userinfo(&format!("DPoP {access}"), None).await;
    none.refused("invalid_dpop_proof");
    let thief = bound.userinfo(&idp, &Key::new(), access, &json!({})).await;
    thief.refused("invalid_token");
    for bad in [
        json!({"htm": "POST"}),
        json!({"htu": client.at("token")}),
        json!({"ath": s256("other")}),
        json!({"ath": null}),
        json!({"iat": idp.now() - 3600}),
        json!({"iat": idp.now() + 3600}),
        json!({"jti": null}),
    ] {
        let answer = bound.userinfo(&idp, &bound.key, access, &bad).await;
        answer.refused("invalid_dpop_proof");
    }
}

/// RFC 9449 §8: with our nonce, while that is young.
#[tokio::test(flavor = "multi_thread")]
async fn a_nonce_must_be_ours() {
    let idp = minato().on_sqlite().await;
    let bound = Bound::new(&idp).await;
    let tokens = bound.tokens(&idp).await;
    let access = tokens.member("access_token");
    let nonce = json!({"nonce": tokens.header("dpop-nonce")});
    bound.userinfo(&idp, &bound.key, access, &nonce).await.good();
    let stale = bound.userinfo(&idp, &bound.key, access, &json!({"nonce": "old"})).await;
    stale.refused("use_dpop_nonce");
    // Two steps of five minutes later.
    let more = bound.tokens(&idp).await;
    idp.advance(600);
    let late = bound.userinfo(&idp, &bound.key, more.member("access_token"), &nonce).await;
    assert!(!late.status.is_success());
}

/// RFC 9449 §5: a public client's refresh token is bound, too.
#[tokio::test(flavor = "multi_thread")]
async fn a_public_clients_refresh_token_is_bound() {
    let idp = minato().on_sqlite().await;
    let bound = Bound::new(&idp).await;
    let tokens = bound.tokens(&idp).await;
    let refresh = tokens.member("refresh_token");
    let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh), ID[0]];
    let client = &bound.client;
    client.post("token", &fields, None).await.refused("invalid_grant");
    let stolen = bound.proof(&idp, &Key::new());
    client.post("token", &fields, Some(&stolen)).await.refused("invalid_grant");
    let own = bound.proof(&idp, &bound.key);
    client.post("token", &fields, Some(&own)).await.good();
}

/// RFC 9449 §10: a code bound from the start.
#[tokio::test(flavor = "multi_thread")]
async fn a_code_can_be_bound_to_a_key() {
    let idp = minato().on_sqlite().await;
    let bound = Bound::new(&idp).await;
    let jwk = bound.key.jwk();
    // RFC 7638.
    let jkt = s256(&format!(r#"{{"crv":"P-256","kty":"EC","x":{},"y":{}}}"#, jwk["x"], jwk["y"]));
    let client = &bound.client;
    let asked = [("dpop_jkt", jkt.as_str())];
    let code = client.code(&bound.visitor, &asked).await;
    let stolen = bound.proof(&idp, &Key::new());
    client.redeem(&code, &ID, Some(&stolen)).await.refused("invalid_grant");
    let code = client.code(&bound.visitor, &asked).await;
    client.redeem(&code, &ID, None).await.refused("invalid_grant");
    let code = client.code(&bound.visitor, &asked).await;
    let own = bound.proof(&idp, &bound.key);
    client.redeem(&code, &ID, Some(&own)).await.good();
}

/// RFC 9449 §5.2: a client that must bind its tokens cannot get a bearer token, and a proof that
/// got one is used up.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_must_bind_must() {
    minato()
        .on_each_engine(async |idp| {
            let strict = idp.client("strict", "dpop_bound_access_tokens = true\n").await;
            let visitor = idp.member().await;
            let code = strict.code(&visitor, &[]).await;
            strict.redeem(&code, &[], None).await.refused("invalid_dpop_proof");
            let proof = idp.proof(&Key::new(), "POST", &strict.at("token"), &json!({}));
            strict.redeem(&code, &[], Some(&proof)).await.good();
            let code = strict.code(&visitor, &[]).await;
            strict.redeem(&code, &[], Some(&proof)).await.refused("invalid_dpop_proof");
        })
        .await;
}

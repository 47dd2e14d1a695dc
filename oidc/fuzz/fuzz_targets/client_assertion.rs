//! Any text as a client assertion, and any header: never accepted without a key.
#![no_main]

use libfuzzer_sys::fuzz_target;
use oidc::client::AuthMethod;
use oidc::client_auth::{ASSERTION_TYPE, Attempt, check, claimed};
use oidc::{Client, Params};

fuzz_target!(|text: &str| {
    let kind = ("client_assertion_type", ASSERTION_TYPE);
    let params: Params = [kind, ("client_assertion", text)].into_iter().collect();
    let _ = claimed(Some(text), &Params::default());
    let Ok(claimed) = claimed(None, &params) else { return };
    let client = Client {
        client_id: claimed.client_id.clone(),
        token_endpoint_auth_method: AuthMethod::PrivateKeyJwt,
        ..Client::default()
    };
    let attempt = Attempt {
        claimed: &claimed,
        client: &client,
        keys: &[],
        jwks: None,
        secrets: &[],
        certificate: None,
        issuer: "https://id.example/minato",
        old_audiences: &[],
        now: 1000,
    };
    assert!(check(&attempt).is_err());
});

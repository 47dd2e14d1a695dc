//! Any query as an authorization request: it is answered, never a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use oidc::authorize::{Request, Rules, check};
use oidc::client::GrantType;
use oidc::{Client, Params};

fuzz_target!(|text: &str| {
    let Ok(params) = Params::parse(text) else { return };
    let client = Client {
        client_id: "app".into(),
        redirect_uris: vec!["https://app.example/callback".into()],
        scopes: vec!["openid".into(), "profile".into()],
        response_types: vec!["code".into(), "code id_token token".into()],
        grant_types: vec![GrantType::AuthorizationCode, GrantType::Implicit],
        authorization_details_types: vec!["meal".into()],
        ..Client::default()
    };
    let rules = Rules { implicit: true, levels: vec!["a".into()] };
    let params = params.or(&[("redirect_uri", "https://app.example/callback")].into_iter().collect());
    let request = Request { params: &params, client: &client, rules: &rules, pushed: false, signed: false };
    let _ = check(&request, None);
});

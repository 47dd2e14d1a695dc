//! Any text as a request object: without a key it is refused; keys of any shape are read or not.
#![no_main]

use libfuzzer_sys::fuzz_target;
use oidc::jose::jwk::VerifyingKey;
use oidc::{Client, Params};

fuzz_target!(|text: &str| {
    if let Ok(jwks) = serde_json::from_str(text) {
        let _ = VerifyingKey::set(&jwks);
        let _ = oidc::registration::parse(&jwks).map(|client| oidc::registration::check(&client));
    }
    let at = ("https://id.example/minato", 1000);
    let opened =
        oidc::request_object::open(text, &Params::default(), &Client::default(), &[], at);
    assert!(opened.is_err());
});

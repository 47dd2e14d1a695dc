//! Any text as a DPoP proof.
#![no_main]

use libfuzzer_sys::fuzz_target;
use oidc::dpop::{Expected, check};

fuzz_target!(|text: &str| {
    let expected = Expected {
        method: "POST",
        uri: "https://id.example/minato/token",
        access_token: None,
        nonces: &[],
        nonce_required: false,
        now: 1000,
    };
    let _ = check(text, &expected);
});

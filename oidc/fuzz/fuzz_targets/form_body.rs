//! Any bytes as a form body: what is read is read the same way again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use oidc::Params;

fuzz_target!(|text: &str| {
    if let Ok(params) = Params::parse(text) {
        assert_eq!(Params::parse(&params.to_query()).expect("it was read before"), params);
        let _ = oidc::token::exchange::read(&params);
    }
});

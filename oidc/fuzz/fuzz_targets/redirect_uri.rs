//! Any address: what is accepted for a native application leads to its own loopback address, and
//! what can be registered has nothing that means something in a header.
#![no_main]

use libfuzzer_sys::fuzz_target;
use oidc::Client;
use oidc::authorize::is_registered;
use oidc::client::ApplicationType;
use oidc::registration::redirect_uri_fault;

fuzz_target!(|text: &str| {
    let native = Client {
        application_type: ApplicationType::Native,
        redirect_uris: vec!["http://127.0.0.1/callback".into()],
        ..Client::default()
    };
    let own = text == "http://127.0.0.1/callback";
    if is_registered(text, &native) && !own {
        let rest = text.strip_prefix("http://127.0.0.1:").expect("a port follows");
        let (port, path) = rest.split_once('/').expect("the path follows");
        assert!(port.bytes().all(|b| b.is_ascii_digit()) && path == "callback");
    }
    if redirect_uri_fault(text, ApplicationType::Web).is_none() {
        assert!(text.bytes().all(|b| b.is_ascii_graphic()) && !text.contains('#'));
    }
});

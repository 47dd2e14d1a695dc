//! The page and the form through the SDK's test host.

use @crate@::{HANDLERS, List};
use sdk::{Page, abi, json, testing};

#[test]
fn the_page_shows_what_the_query_returns() {
    let request = json!({"handler": "list", "lang": "ja", "base": "/minato/p/@id@"});
    let (status, reply) = testing::call(&HANDLERS, abi::PAGE, &request, |name, _| {
        assert_eq!(name, "list");
        vec![json!({"text": "はじめの一行", "at": 1_775_000_000})]
    });
    assert_eq!(status, abi::OK, "{reply}");
    assert_eq!(reply["show"]["data"]["lines"][0]["text"], "はじめの一行");
}

#[test]
fn a_line_is_written() {
    let request = json!({"handler": "add", "form": {"text": "二行目"}});
    let (_, reply) = testing::call(&HANDLERS, abi::ACTION, &request, |_, _| Vec::new());
    assert_eq!(reply["see"]["writes"][0]["params"]["text"], "二行目");
}

#[test]
fn samples_are_the_page() {
    List::samples().unwrap();
}

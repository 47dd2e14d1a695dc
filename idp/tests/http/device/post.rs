//! `POST /{insurer}/device`: the code that a device shows.

use crate::support::{StatusCode, minato};

/// Attack 24, RFC 8628 §5.1: device codes cannot be guessed for long, by whatever verb.
#[tokio::test(flavor = "multi_thread")]
async fn guessing_device_codes_ends_soon() {
    let idp = minato().on_sqlite().await;
    let client = idp.client("app", "").await;
    let visitor = idp.member().await;
    let mut page = visitor.open(&client.at("device")).await;
    let (action, _) = page.form().expect("a form");
    let mut last = StatusCode::OK;
    for letter in "BCDFGHJKLMNPQRSTVWXZBCDFG".chars() {
        let guess = format!("{action}?user_code={}", letter.to_string().repeat(8));
        page.html = page.html.replace(&action, &guess);
        last = visitor.submit(&page, &[("decision", "deny")]).await.status;
        page.html = page.html.replace(&guess, &action);
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
    let asked = visitor.open(&format!("{}?user_code=BBBB-BBBB", client.at("device"))).await;
    assert_eq!(asked.status, StatusCode::TOO_MANY_REQUESTS);
}

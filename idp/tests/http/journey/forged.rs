//! Attack 37: a form that another site sends.

use crate::support::people::LOGIN;
use crate::support::{FORM, Method, StatusCode, form, minato};

/// `Origin` and `Sec-Fetch-Site` are looked at beside the token: an old browser sends only one.
#[tokio::test(flavor = "multi_thread")]
async fn the_site_of_a_form_is_looked_at() {
    let idp = minato().on_sqlite().await;
    idp.member().await;
    let client = idp.client("any", "").await;
    for (headers, good) in [
        (vec![], true),
        (vec![("origin", "http://localhost:8400")], true),
        // A page that sends no referrer.
        (vec![("origin", "null"), ("sec-fetch-site", "same-origin")], true),
        (vec![("origin", "null")], true),
        (vec![("origin", "https://evil.example")], false),
        (vec![("origin", "http://localhost:8401")], false),
        (vec![("origin", "http://localhost:8400.evil.example")], false),
        (vec![("origin", "http://localhost:8400"), ("sec-fetch-site", "cross-site")], false),
        (vec![("sec-fetch-site", "same-site")], false),
        (vec![("origin", "null"), ("sec-fetch-site", "cross-site")], false),
    ] {
        let visitor = idp.visitor();
        let page = visitor.open(&idp.at("minato/login")).await;
        let (action, fields) = page.form().expect("a form");
        let mut pairs: Vec<(&str, &str)> =
            fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        pairs.extend(LOGIN);
        let url = idp.at(action.trim_start_matches('/'));
        let cookies = visitor.cookies(&url);
        let mut sent = vec![FORM, ("cookie", cookies.as_str())];
        sent.extend(&headers);
        let answer = client.send(Method::POST, &url, &sent, form(&pairs)).await;
        let expected = if good { StatusCode::SEE_OTHER } else { StatusCode::FORBIDDEN };
        assert_eq!(answer.status, expected, "{headers:?}");
    }
}

/// RFC 9110 §9.3.2: whoever asks for the headers changes nothing.
#[tokio::test(flavor = "multi_thread")]
async fn head_writes_nothing() {
    let idp = minato().on_sqlite().await;
    let visitor = idp.member().await;
    let client = idp.client("app", "consent_obtained = true\n").await;
    let before = idp.rows().await;
    for path in ["login", "register", "consents", "registered", "device?user_code=ABCD-EFGH"] {
        let url = idp.at(&format!("minato/{path}"));
        let headers = [("cookie", &*visitor.cookies(&url))];
        client.send(Method::HEAD, &url, &headers, "").await;
    }
    let url = client.authorize(&[]);
    let cookies = visitor.cookies(&url);
    let answer = client.send(Method::HEAD, &url, &[("cookie", &*cookies)], "").await;
    assert_eq!((answer.status, answer.text.as_str()), (StatusCode::OK, ""));
    assert_eq!(idp.rows().await, before);
    let jwks = client.send(Method::HEAD, &client.at("jwks"), &[], "").await;
    assert_eq!(jwks.header("content-type"), "application/json");
}

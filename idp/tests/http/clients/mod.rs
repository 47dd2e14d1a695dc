//! `/{insurer}/clients`: clients that register themselves (RFC 7591, RFC 7592).

mod delete;
mod discovery;
mod get;
mod post;
mod put;

use crate::support::{Answer, Method, REDIRECT, Relying, Setup, TestIdp, Value, json, minato};

/// An insurer where clients may register.
fn open() -> Setup {
    minato().protocol("registration = true")
}

/// What a client asks for: more than it may have.
fn wish() -> Value {
    json!({
        "redirect_uris": [REDIRECT], "client_name": "App", "client_name#ja": "アプリ",
        "scope": "openid email membership musubi:clients", "first_party": true,
        "grant_types": ["authorization_code", "client_credentials"],
    })
}

async fn send(any: &Relying, method: Method, url: &str, token: &str, body: &Value) -> Answer {
    let bearer = format!("Bearer {token}");
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    any.send(method, url, &headers, body).await
}

/// A client that has registered itself, and how it manages that.
struct Registered {
    /// A client of the operator's.
    any: Relying,
    own: Relying,
    uri: String,
    token: String,
}

impl Registered {
    async fn new(idp: &TestIdp) -> Self {
        let any = idp.client("any", "").await;
        let token = idp.invite(1).await;
        let made = send(&any, Method::POST, &any.at("clients"), &token, &wish()).await.good();
        let own = Relying {
            client_id: made.member("client_id").to_owned(),
            secret: Some(made.member("client_secret").to_owned()),
            ..any.clone()
        };
        let uri = made.member("registration_client_uri").to_owned();
        Self { any, own, uri, token: made.member("registration_access_token").to_owned() }
    }

    async fn manage(&self, method: Method, body: &Value) -> Answer {
        send(&self.any, method, &self.uri, &self.token, body).await
    }
}

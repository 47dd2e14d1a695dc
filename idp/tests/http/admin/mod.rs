//! `/{insurer}/admin/clients`: an insurer's system manages its clients, with a token of scope
//! `musubi:clients`. Attack 31.

mod delete;
mod get;
mod put;
mod secret;

use crate::support::{Answer, Method, REDIRECT, Relying, TestIdp, Value, json};

/// The insurer's system, and its token.
struct Console {
    system: Relying,
    key: String,
}

impl Console {
    async fn new(idp: &TestIdp) -> Self {
        let toml = "grant_types = [\"client_credentials\"]\n\
                    scopes = [\"musubi:clients\", \"other\"]\n\
                    resources = [\"https://other.example/\"]\n";
        let system = idp.client("console", toml).await;
        let key = token(&system, &[("scope", "musubi:clients")]).await;
        Self { system, key }
    }

    /// The address of a client.
    fn at(&self, id: &str) -> String {
        self.system.at(&format!("admin/clients/{id}"))
    }

    async fn send(&self, method: Method, url: &str, body: &Value) -> Answer {
        self.send_as(&self.key, method, url, body).await
    }

    async fn send_as(&self, key: &str, method: Method, url: &str, body: &Value) -> Answer {
        let bearer = format!("Bearer {key}");
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        self.system.send(method, url, &headers, body).await
    }

    /// Makes a client.
    async fn put(&self, id: &str, document: &Value) -> Relying {
        let made = self.send(Method::PUT, &self.at(id), document).await.good();
        let secret = made.body["client_secret"].as_str().map(str::to_owned);
        Relying { client_id: id.to_owned(), secret, ..self.system.clone() }
    }
}

async fn token(system: &Relying, more: &[(&str, &str)]) -> String {
    let mut fields = vec![("grant_type", "client_credentials")];
    fields.extend(more);
    system.post("token", &fields, None).await.good().member("access_token").to_owned()
}

fn steps() -> Value {
    json!({
        "name": {"ja": "歩数", "en": "Steps"}, "redirect_uris": [REDIRECT],
        "scopes": ["openid", "email"], "consent_obtained": true,
        "allowed_origins": ["https://steps.example"],
    })
}

//! The answer to an authorization request on its way to the client.

use crate::realm::Realm;
use axum::response::Response;
use oidc::authorize::Authorize;
use oidc::response::{Answer, Sent, send};
use oidc::{Client, OAuthError};
use serde::Serialize;
use serde_json::Value;
use web::look::{Policy, origin, see_other};
use web::{Error, Look, Page};

/// Hands the answer over by a form (OAuth 2.0 Form Post Response Mode §4).
#[derive(Serialize)]
pub struct FormPost {
    pub action: String,
    pub fields: Vec<Field>,
    pub client_name: String,
}

/// One hidden field.
#[derive(Serialize)]
pub struct Field {
    pub name: &'static str,
    pub value: String,
}

impl Page for FormPost {
    const TEMPLATE: &'static str = "idp/form_post.html";
    fn samples() -> Vec<Self> {
        vec![Self {
            action: "https://partner.example/callback".into(),
            fields: vec![Field { name: "code", value: "\"><script>".into() }],
            client_name: "しおなりフィットネス".into(),
        }]
    }
}

/// Who is answered and how the page looks, if there must be one.
#[derive(Clone, Copy)]
pub struct Recipient<'a> {
    pub realm: &'a Realm,
    pub client: &'a Client,
    pub look: &'a Look,
    /// To encrypt ID tokens in the front channel.
    pub encryption: Option<&'a Value>,
    pub now: i64,
}

/// Sends an error to the client.
pub fn error(to: Recipient, request: &Authorize, error: &OAuthError) -> Result<Response, Error> {
    transmit(to, request, oidc::response::error(error))
}

/// Sends an answer the way that was asked.
pub(super) fn transmit(
    to: Recipient,
    request: &Authorize,
    answer: Answer,
) -> Result<Response, Error> {
    let sign = |claims: Value| -> Result<String, Error> {
        let algorithm = to.client.authorization_signed_response_alg;
        let algorithm = algorithm.unwrap_or(to.client.default_response_alg());
        Ok(to.realm.key(algorithm, to.now)?.sign("JWT", &claims)?)
    };
    match send(request, &to.realm.issuer, answer, to.now, sign)? {
        Sent::Redirect(url) => Ok(see_other(&url)),
        Sent::Form { action, fields } => {
            let scripts = vec!["send"];
            let policy = Policy { form: origin(&action), scripts, ..Policy::default() };
            let fields = fields.into_iter().map(|(name, value)| Field { name, value }).collect();
            let client_name = to.client.name_in(&to.look.lang).to_owned();
            to.look.page_allowing(&FormPost { action, fields, client_name }, &policy)
        }
    }
}

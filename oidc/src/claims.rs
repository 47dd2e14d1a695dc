//! What a client learns about a person: ID token and userinfo.

use crate::Client;
use serde::Serialize;
use serde_json::{Map, Value, json};

/// OpenID Connect Core §2. Times in seconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IdToken {
    pub iss: String,
    pub sub: String,
    pub aud: String,
    pub exp: i64,
    pub iat: i64,
    pub auth_time: i64,
    pub sid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    pub at_hash: String,
}

/// A person as the provider knows him.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    pub sub: String,
    pub name: String,
    pub preferred_username: String,
    pub email: String,
    pub locale: String,
    pub updated_at: i64,
    /// `{insurer_number, relation, symbol, number, branch, household: […]}`.
    pub membership: Value,
}

/// The claims of userinfo (OpenID Connect Core §5.3, §5.4). The card goes to first-party
/// clients only, whatever scope was granted.
pub fn userinfo(person: &Person, scopes: &[String], client: &Client) -> Map<String, Value> {
    let mut claims = Map::new();
    let mut put = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    put("sub", json!(person.sub));
    for scope in scopes {
        match scope.as_str() {
            "profile" => {
                put("name", json!(person.name));
                put("preferred_username", json!(person.preferred_username));
                put("locale", json!(person.locale));
                put("updated_at", json!(person.updated_at));
            }
            "email" => {
                put("email", json!(person.email));
                put("email_verified", json!(true));
            }
            "membership" if client.first_party => {
                put("membership", person.membership.clone());
            }
            _ => {}
        }
    }
    claims
}

#[cfg(test)]
mod tests {
    use super::{Person, userinfo};
    use crate::client::{Client, sample};
    use serde_json::json;

    #[test]
    fn the_card_never_goes_to_a_third_party() {
        let person = Person {
            sub: "s".into(),
            membership: json!({"number": "0005678"}),
            ..Person::default()
        };
        let scopes = ["openid", "membership"].map(str::to_owned);
        let partner = Client { first_party: false, ..sample() };
        assert!(userinfo(&person, &scopes, &sample()).contains_key("membership"));
        assert!(!userinfo(&person, &scopes, &partner).contains_key("membership"));
        assert!(!userinfo(&person, &scopes[..1], &sample()).contains_key("email"));
    }
}

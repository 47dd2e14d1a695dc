//! What a client learns about a person: ID token, userinfo, and which scope covers which claim.

use crate::{Client, scope};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// OpenID Connect Core §2. Times in seconds since 1970.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct IdToken {
    pub iss: String,
    pub sub: String,
    pub aud: String,
    pub exp: i64,
    pub iat: i64,
    pub auth_time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub amr: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_hash: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub c_hash: Option<String>,
    /// FAPI and hybrid flows: the hash of `state`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub s_hash: Option<String>,
    /// Claims of the person that the client asked for by name.
    #[serde(flatten)]
    pub person: Map<String, Value>,
}

/// A person as the provider knows them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// As this client sees it.
    pub sub: String,
    pub name: String,
    pub preferred_username: String,
    pub email: String,
    pub locale: String,
    /// `YYYY-MM-DD`.
    pub birthdate: String,
    /// `female`, `male` or empty.
    pub gender: String,
    pub updated_at: i64,
    /// When name and birth date were compared with the insurer's roster.
    pub verified_at: Option<i64>,
    /// `{insurer_number, relation, symbol, number, branch, household: […]}`.
    pub membership: Value,
}

/// The trust framework of claims that were compared with an insurer's roster.
pub const TRUST_FRAMEWORK: &str = "jp_health_insurance";

/// Claims about a person, by the scope that covers them (OpenID Connect Core §5.4).
pub const CLAIMS: [(&str, &str); 13] = [
    ("name", "profile"),
    ("family_name", "profile"),
    ("given_name", "profile"),
    ("preferred_username", "profile"),
    ("birthdate", "profile"),
    ("gender", "profile"),
    ("zoneinfo", "profile"),
    ("locale", "profile"),
    ("updated_at", "profile"),
    ("email", "email"),
    ("email_verified", "email"),
    ("membership", "membership"),
    ("verified_claims", "verified_claims"),
];

/// The scope that covers a claim.
pub fn scope_of(claim: &str) -> Option<&'static str> {
    CLAIMS.iter().find(|(name, _)| *name == claim).map(|(_, scope)| *scope)
}

/// What a `claims` parameter asks for, by place: `id_token` and `userinfo` (OpenID Connect Core
/// §5.5). Each name has null or `{essential, value, values}`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClaimsRequest {
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub id_token: Map<String, Value>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub userinfo: Map<String, Value>,
}

impl ClaimsRequest {
    /// Scopes that cover what is asked beyond the scopes themselves: consent must name them.
    pub fn scopes(&self) -> Vec<&'static str> {
        let names = self.id_token.keys().chain(self.userinfo.keys());
        let mut scopes: Vec<_> = names.filter_map(|name| scope_of(name)).collect();
        scopes.sort_unstable();
        scopes.dedup();
        scopes
    }
}

/// The claims of userinfo (OpenID Connect Core §5.3, §5.4): those of the granted scopes and those
/// asked by name. Card symbol and number go only to whom the insurer named.
pub fn userinfo(
    person: &Person,
    scopes: &[String],
    asked: &ClaimsRequest,
    client: &Client,
) -> Map<String, Value> {
    let mut claims = Map::new();
    claims.insert("sub".into(), json!(person.sub));
    for (name, scope) in CLAIMS {
        let by_scope = scopes.iter().any(|granted| granted == scope);
        let by_name = asked.userinfo.get(name).filter(|_| may_learn(client, scope));
        if by_scope || by_name.is_some() {
            put(&mut claims, person, client, name, asked.userinfo.get(name));
        }
    }
    claims
}

/// The claims of the person that belong into the ID token: those asked by name for it, and with
/// no access token to fetch them (`response_type=id_token`) those of the scopes.
pub fn in_id_token(
    person: &Person,
    scopes: &[String],
    asked: &ClaimsRequest,
    client: &Client,
    no_access_token: bool,
) -> Map<String, Value> {
    let mut claims = Map::new();
    for (name, scope) in CLAIMS {
        let by_scope = no_access_token && scopes.iter().any(|granted| granted == scope);
        let by_name = asked.id_token.contains_key(name) && may_learn(client, scope);
        if by_scope || by_name {
            put(&mut claims, person, client, name, asked.id_token.get(name));
        }
    }
    claims
}

/// Whether the client was registered for what a scope covers.
fn may_learn(client: &Client, scope: &str) -> bool {
    if scope == "verified_claims" {
        return client.verified_claims;
    }
    client.scopes.iter().any(|registered| registered == scope)
}

fn put(
    claims: &mut Map<String, Value>,
    person: &Person,
    client: &Client,
    name: &str,
    asked: Option<&Value>,
) {
    // 港　花子 is family name, then given name.
    let (family, given) = person.name.split_once(['　', ' ']).unwrap_or((&person.name, ""));
    let value = match name {
        "name" => json!(person.name),
        "family_name" => json!(family),
        "given_name" => json!(given),
        "preferred_username" => json!(person.preferred_username),
        "birthdate" => json!(person.birthdate),
        "gender" => json!(person.gender),
        "zoneinfo" => json!("Asia/Tokyo"),
        "locale" => json!(person.locale),
        "updated_at" => json!(person.updated_at),
        "email" => json!(person.email),
        "email_verified" => json!(!person.email.is_empty()),
        "membership" if client.learns_card() => person.membership.clone(),
        "verified_claims" if client.verified_claims => verified(person, asked),
        _ => return,
    };
    // A claim without a value is left out, not null (OpenID Connect Core §5.3.2).
    if !value.is_null() && value != "" {
        claims.insert(name.to_owned(), value);
    }
}

/// OpenID Connect for Identity Assurance §5 and §6: only the claims that were asked for, only when
/// the asked `verification` is the one that we have; otherwise nothing at all.
fn verified(person: &Person, asked: Option<&Value>) -> Value {
    let (Some(asked), Some(at)) = (asked, person.verified_at) else { return Value::Null };
    let wanted = match asked {
        Value::Array(many) => many.iter().find(|one| accepts_framework(one)),
        one if accepts_framework(one) => Some(one),
        _ => None,
    };
    let Some(names) = wanted.and_then(|one| one["claims"].as_object()) else { return Value::Null };
    let whole = Client { scopes: vec!["profile".into()], ..Client::default() };
    let mut claims = Map::new();
    for name in ["name", "family_name", "given_name", "birthdate"] {
        if names.contains_key(name) {
            put(&mut claims, person, &whole, name, None);
        }
    }
    if claims.is_empty() {
        return Value::Null;
    }
    json!({
        "verification": {
            "trust_framework": TRUST_FRAMEWORK,
            "time": at,
            "evidence": [{"type": "electronic_record", "record": {"type": "health_insurance_roster"}}],
        },
        "claims": claims,
    })
}

fn accepts_framework(asked: &Value) -> bool {
    let framework = &asked["verification"]["trust_framework"];
    match (framework.get("value"), framework.get("values").and_then(Value::as_array)) {
        (Some(value), _) => value == TRUST_FRAMEWORK,
        (None, Some(values)) => values.iter().any(|value| value == TRUST_FRAMEWORK),
        (None, None) => {
            framework.is_null() || framework.is_object() || framework == TRUST_FRAMEWORK
        }
    }
}

/// The scopes whose consent a request needs: those granted and those that named claims imply.
pub fn needed(scopes: &[String], asked: &ClaimsRequest, client: &Client) -> Vec<String> {
    let mut needed: Vec<String> = scopes.to_vec();
    for scope in asked.scopes() {
        if may_learn(client, scope) && !needed.iter().any(|known| known == scope) {
            needed.push(scope.to_owned());
        }
    }
    needed
}

/// All scopes and claims of discovery.
pub fn names() -> Vec<&'static str> {
    let own = ["iss", "sub", "aud", "exp", "iat", "auth_time", "acr", "amr", "sid", "nonce"];
    own.into_iter().chain(CLAIMS.iter().map(|(name, _)| *name)).collect()
}

/// The scopes of discovery.
pub fn scopes() -> Vec<&'static str> {
    scope::KNOWN.to_vec()
}

#[cfg(test)]
mod tests {
    use super::{ClaimsRequest, Person, in_id_token, needed, userinfo};
    use crate::client::{Client, sample};
    use serde_json::json;

    fn hanako() -> Person {
        Person {
            sub: "s".into(),
            name: "港　花子".into(),
            birthdate: "1979-08-22".into(),
            email: "hanako@example.jp".into(),
            verified_at: Some(1000),
            membership: json!({"number": "0005678"}),
            ..Person::default()
        }
    }

    fn asks(text: &str) -> ClaimsRequest {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn the_card_never_goes_to_a_third_party() {
        let scopes = ["openid", "membership"].map(str::to_owned);
        let none = ClaimsRequest::default();
        let partner = Client { first_party: false, ..sample() };
        let named = Client { card: true, ..partner.clone() };
        let has = |client: &Client| {
            userinfo(&hanako(), &scopes, &none, client).contains_key("membership")
        };
        assert!(has(&sample()) && has(&named) && !has(&partner));
        let by_name = asks(r#"{"userinfo":{"membership":{"essential":true}}}"#);
        assert!(!userinfo(&hanako(), &scopes[..1], &by_name, &partner).contains_key("membership"));
        let in_token = asks(r#"{"id_token":{"membership":null}}"#);
        assert!(in_id_token(&hanako(), &scopes, &in_token, &partner, false).is_empty());
    }

    /// OpenID Connect Core §5.5.
    #[test]
    fn claims_by_name_only_within_the_registered_scopes() {
        let openid = ["openid".to_owned()];
        let asked = asks(r#"{"userinfo":{"given_name":{"essential":true},"email":null,"x":null}}"#);
        let claims = userinfo(&hanako(), &openid, &asked, &sample());
        assert_eq!(claims["given_name"], "花子");
        assert!(claims.contains_key("email") && !claims.contains_key("birthdate"));
        let narrow = Client { scopes: openid.to_vec(), ..sample() };
        assert_eq!(userinfo(&hanako(), &openid, &asked, &narrow).len(), 1);
        assert_eq!(needed(&openid, &asked, &sample()), ["openid", "email", "profile"]);
        assert_eq!(needed(&openid, &asked, &narrow), ["openid"]);
    }

    /// OpenID Connect for Identity Assurance §6.
    #[test]
    fn verified_claims_are_those_of_the_roster_or_none() {
        let client = Client { verified_claims: true, ..sample() };
        let get = |person: &Person, client: &Client, framework: &str| {
            let text = format!(
                r#"{{"userinfo":{{"verified_claims":{{"verification":{{"trust_framework":{framework}}},
                "claims":{{"birthdate":null,"email":null}}}}}}}}"#
            );
            userinfo(person, &["openid".to_owned()], &asks(&text), client)
                .get("verified_claims")
                .cloned()
        };
        let found = get(&hanako(), &client, "null").unwrap();
        assert_eq!(found["claims"], json!({"birthdate": "1979-08-22"}));
        assert_eq!(found["verification"]["time"], 1000);
        assert!(get(&hanako(), &client, r#"{"value":"jp_health_insurance"}"#).is_some());
        assert!(get(&hanako(), &client, r#"{"value":"de_aml"}"#).is_none());
        assert!(get(&hanako(), &sample(), "null").is_none());
        assert!(get(&Person { verified_at: None, ..hanako() }, &client, "null").is_none());
    }
}

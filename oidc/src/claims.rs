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
    /// Of who works for insurers: their roles by insurer, `{"minato": ["clerk"]}`.
    pub staff: Value,
}

/// The trust framework of claims that were compared with an insurer's roster.
pub const TRUST_FRAMEWORK: &str = "jp_health_insurance";

/// Claims about a person, by the scope that covers them (OpenID Connect Core §5.4).
pub const CLAIMS: [(&str, &str); 14] = [
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
    ("staff", "staff"),
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

/// To whom something is told, and what was granted and asked.
#[derive(Clone, Copy)]
pub struct Audience<'a> {
    pub client: &'a Client,
    pub scopes: &'a [String],
    pub asked: &'a ClaimsRequest,
    /// Seconds since 1970.
    pub now: i64,
}

/// The claims of userinfo (OpenID Connect Core §5.3, §5.4): those of the granted scopes and those
/// asked by name. Card symbol and number go only to whom the insurer named.
pub fn userinfo(person: &Person, audience: Audience<'_>) -> Map<String, Value> {
    let mut claims = Map::new();
    claims.insert("sub".into(), json!(person.sub));
    put_all(&mut claims, person, audience, &audience.asked.userinfo, true);
    claims
}

/// The claims of the person that belong into the ID token: those asked by name for it, and with
/// no access token to fetch them (`response_type=id_token`) those of the scopes.
pub fn in_id_token(
    person: &Person,
    audience: Audience<'_>,
    no_access_token: bool,
) -> Map<String, Value> {
    let mut claims = Map::new();
    put_all(&mut claims, person, audience, &audience.asked.id_token, no_access_token);
    claims
}

fn put_all(
    claims: &mut Map<String, Value>,
    person: &Person,
    audience: Audience<'_>,
    asked: &Map<String, Value>,
    of_scopes: bool,
) {
    let Audience { client, scopes, now, .. } = audience;
    for (name, scope) in CLAIMS {
        let by_scope = of_scopes && scopes.iter().any(|granted| granted == scope);
        let by_name = asked.get(name).filter(|_| may_learn(client, scope));
        let value = match name {
            _ if !by_scope && by_name.is_none() => continue,
            "membership" if client.learns_card() => person.membership.clone(),
            "staff" if client.first_party => person.staff.clone(),
            "verified_claims" if client.verified_claims => verified(person, asked.get(name), now),
            name => own(person, name),
        };
        // A claim without a value is left out, not null (OpenID Connect Core §5.3.2).
        if !value.is_null() && value != "" {
            claims.insert(name.to_owned(), value);
        }
    }
}

/// Whether the client was registered for what a scope covers.
fn may_learn(client: &Client, scope: &str) -> bool {
    if scope == "verified_claims" {
        return client.verified_claims;
    }
    client.scopes.iter().any(|registered| registered == scope)
}

/// A claim that stands for itself.
fn own(person: &Person, name: &str) -> Value {
    // 港　花子 is family name, then given name. A name in one piece has neither.
    let parts = person.name.split_once(['　', ' ']);
    match name {
        "name" => json!(person.name),
        "family_name" => json!(parts.map(|(family, _)| family)),
        "given_name" => json!(parts.map(|(_, given)| given.trim())),
        "preferred_username" => json!(person.preferred_username),
        "birthdate" => json!(person.birthdate),
        "gender" => json!(person.gender),
        "zoneinfo" => json!("Asia/Tokyo"),
        "locale" => json!(person.locale),
        "updated_at" => json!(person.updated_at),
        "email" => json!(person.email),
        "email_verified" => json!(!person.email.is_empty()),
        _ => Value::Null,
    }
}

/// The claims that the roster verifies.
const VERIFIED: [&str; 4] = ["name", "family_name", "given_name", "birthdate"];

/// OpenID Connect for Identity Assurance §5 and §6: what was asked for, each request by itself. A
/// request that says nothing of `verification`, or whose `verification` is not the one that we
/// have, gets nothing.
fn verified(person: &Person, asked: Option<&Value>, now: i64) -> Value {
    let Some(at) = person.verified_at else { return Value::Null };
    let requests = match asked {
        Some(Value::Array(many)) => many.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    let mut found: Vec<Value> =
        requests.iter().filter_map(|asked| verified_one(person, at, asked, now)).collect();
    match found.len() {
        0 => Value::Null,
        1 => found.remove(0),
        _ => found.into(),
    }
}

fn verified_one(person: &Person, at: i64, asked: &Value, now: i64) -> Option<Value> {
    let wanted = asked.get("verification")?.as_object()?;
    let meets =
        |name: &str, have: &Value| wanted.get(name).is_none_or(|asked| allows(asked, have, now));
    let framework = json!(TRUST_FRAMEWORK);
    let time = json!(jiff::Timestamp::from_second(at).ok()?.to_string());
    if !meets("trust_framework", &framework) || !meets("time", &time) {
        return None;
    }
    let mut verification = Map::from_iter([("trust_framework".to_owned(), framework)]);
    if wanted.contains_key("time") {
        verification.insert("time".into(), time);
    }
    if let Some(asked) = wanted.get("evidence") {
        verification.insert("evidence".into(), evidence(asked, now)?);
    }
    let mut claims = Map::new();
    for (name, asked) in asked["claims"].as_object()? {
        let value = if VERIFIED.contains(&name.as_str()) { own(person, name) } else { Value::Null };
        if !value.is_null() && value != "" && allows(asked, &value, now) {
            claims.insert(name.clone(), value);
        }
    }
    (!claims.is_empty()).then(|| json!({"verification": verification, "claims": claims}))
}

/// Our evidence, when it is every one that was asked for; of each only what was asked for.
fn evidence(asked: &Value, now: i64) -> Option<Value> {
    let have = json!({"type": "electronic_record", "record": {"type": "health_insurance_roster"}});
    let entries = match asked {
        Value::Null => return Some(json!([have])),
        Value::Array(entries) => entries,
        _ => return None,
    };
    let mut told: Vec<Value> = Vec::new();
    for asked in entries {
        let one = part(asked, &have, now)?;
        if !told.contains(&one) {
            told.push(one);
        }
    }
    (!told.is_empty()).then(|| told.into())
}

/// What was asked of an element that has parts; its type always goes with it. `None` when a part
/// is not as it was asked.
fn part(asked: &Value, have: &Value, now: i64) -> Option<Value> {
    let (Some(wanted), Some(parts)) = (asked.as_object(), have.as_object()) else {
        return allows(asked, have, now).then(|| have.clone());
    };
    let mut told = Map::from_iter([("type".to_owned(), have["type"].clone())]);
    for (name, asked) in wanted {
        match parts.get(name) {
            Some(have) => drop(told.insert(name.clone(), part(asked, have, now)?)),
            None if !allows(asked, &Value::Null, now) => return None,
            None => {}
        }
    }
    Some(told.into())
}

/// Whether a value is one that `value`, `values` and `max_age` allow (OpenID Connect Core §5.5.1,
/// Identity Assurance §6.4).
fn allows(asked: &Value, have: &Value, now: i64) -> bool {
    if let Value::String(exactly) = asked {
        return have == exactly;
    }
    let age = || Some(now - have.as_str()?.parse::<jiff::Timestamp>().ok()?.as_second());
    asked.get("value").is_none_or(|value| value == have)
        && (asked.get("values").is_none_or(|values| {
            values.as_array().is_some_and(|values| values.contains(have))
        }))
        && asked.get("max_age").is_none_or(|longest| {
            matches!((longest.as_i64(), age()), (Some(longest), Some(age)) if age <= longest)
        })
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
    use super::{Audience, ClaimsRequest, Person, in_id_token, needed, userinfo};
    use crate::client::{Client, sample};
    use serde_json::{Value, json};

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

    fn to<'a>(client: &'a Client, scopes: &'a [String], asked: &'a ClaimsRequest) -> Audience<'a> {
        Audience { client, scopes, asked, now: 1000 }
    }

    #[test]
    fn the_card_never_goes_to_a_third_party() {
        let scopes = ["openid", "membership"].map(str::to_owned);
        let none = ClaimsRequest::default();
        let partner = Client { first_party: false, ..sample() };
        let named = Client { card: true, ..partner.clone() };
        let has = |client: &Client| {
            userinfo(&hanako(), to(client, &scopes, &none)).contains_key("membership")
        };
        assert!(has(&sample()) && has(&named) && !has(&partner));
        let by_name = asks(r#"{"userinfo":{"membership":{"essential":true}}}"#);
        let told = userinfo(&hanako(), to(&partner, &scopes[..1], &by_name));
        assert!(!told.contains_key("membership"));
        let in_token = asks(r#"{"id_token":{"membership":null}}"#);
        assert!(in_id_token(&hanako(), to(&partner, &scopes, &in_token), false).is_empty());
    }

    /// OpenID Connect Core §5.5.
    #[test]
    fn claims_by_name_only_within_the_registered_scopes() {
        let openid = ["openid".to_owned()];
        let asked = asks(r#"{"userinfo":{"given_name":{"essential":true},"email":null,"x":null}}"#);
        let claims = userinfo(&hanako(), to(&sample(), &openid, &asked));
        assert_eq!(claims["given_name"], "花子");
        assert!(claims.contains_key("email") && !claims.contains_key("birthdate"));
        let narrow = Client { scopes: openid.to_vec(), ..sample() };
        assert_eq!(userinfo(&hanako(), to(&narrow, &openid, &asked)).len(), 1);
        assert_eq!(needed(&openid, &asked, &sample()), ["openid", "email", "profile"]);
        assert_eq!(needed(&openid, &asked, &narrow), ["openid"]);
    }

    /// OpenID Connect Core §5.1: a roster that has the name in one piece says neither half.
    #[test]
    fn a_name_in_one_piece_has_no_halves() {
        let profile = ["profile".to_owned()];
        let none = ClaimsRequest::default();
        let told = |name: &str| {
            let person = Person { name: name.into(), ..hanako() };
            let told = userinfo(&person, to(&sample(), &profile, &none));
            ["name", "family_name", "given_name"].map(|name| told.get(name).cloned())
        };
        assert_eq!(told("港花子"), [Some(json!("港花子")), None, None]);
        assert_eq!(told("港　花子"), ["港　花子", "港", "花子"].map(|text| Some(json!(text))));
        assert_eq!(told("SMITH  JOHN"), ["SMITH  JOHN", "SMITH", "JOHN"].map(|t| Some(json!(t))));
    }

    /// What a client with the right to verified claims is told of 花子, verified at 1000, at 1500.
    fn verified(asked: &Value) -> Option<Value> {
        let client = Client { verified_claims: true, ..sample() };
        let asks: ClaimsRequest =
            serde_json::from_value(json!({"userinfo": {"verified_claims": asked}})).unwrap();
        let scopes = ["openid".to_owned()];
        userinfo(&hanako(), Audience { now: 1500, ..to(&client, &scopes, &asks) })
            .remove("verified_claims")
    }

    /// OpenID Connect for Identity Assurance §6: only what was asked for is told.
    #[test]
    fn verified_claims_are_those_that_were_asked_for() {
        let both = json!({"birthdate": null, "email": null});
        for (asked, verification) in [
            (json!({}), json!({})),
            (json!({"trust_framework": null}), json!({})),
            (json!({"time": null}), json!({"time": "1970-01-01T00:16:40Z"})),
            (
                json!({"evidence": null}),
                json!({"evidence": [{"type": "electronic_record",
                                     "record": {"type": "health_insurance_roster"}}]}),
            ),
            (
                json!({"evidence": [{"type": {"value": "electronic_record"}}]}),
                json!({"evidence": [{"type": "electronic_record"}]}),
            ),
            (
                json!({"evidence": [{"record": {"source": null}, "attachments": null}]}),
                json!({"evidence": [{"type": "electronic_record",
                                     "record": {"type": "health_insurance_roster"}}]}),
            ),
        ] {
            let told = verified(&json!({"verification": asked, "claims": both})).unwrap();
            let mut expected = verification;
            expected["trust_framework"] = json!("jp_health_insurance");
            assert_eq!(told["verification"], expected, "{asked}");
            assert_eq!(told["claims"], json!({"birthdate": "1979-08-22"}));
        }
    }

    /// OpenID Connect for Identity Assurance §6.4: an unmet wish for the verification takes all
    /// away, one for a claim takes the claim.
    #[test]
    fn unmet_wishes_leave_out() {
        let claims = json!({"birthdate": null});
        for (asked, is_told) in [
            (json!({"trust_framework": {"value": "jp_health_insurance"}}), true),
            (json!({"trust_framework": {"values": ["de_aml", "jp_health_insurance"]}}), true),
            (json!({"trust_framework": {"value": "de_aml"}}), false),
            (json!({"trust_framework": {"values": []}}), false),
            (json!({"time": {"max_age": 500}}), true),
            (json!({"time": {"max_age": 499}}), false),
            (json!({"time": {"value": "1970-01-01T00:16:40Z"}}), true),
            (json!({"time": {"value": "2020-01-01T00:00:00Z"}}), false),
            (json!({"evidence": [{"type": {"value": "document"}}]}), false),
            (json!({"evidence": [{"type": null}, {"type": {"value": "document"}}]}), false),
            (json!({"evidence": [{"record": {"type": {"value": "bank_account"}}}]}), false),
            (json!({"evidence": [{"check_details": {"value": "x"}}]}), false),
            (json!({"evidence": []}), false),
        ] {
            let told = verified(&json!({"verification": asked, "claims": claims}));
            assert_eq!(told.is_some(), is_told, "{asked}");
        }
        let told = |claims: Value| verified(&json!({"verification": {}, "claims": claims}));
        let some =
            told(json!({"name": {"value": "別人"}, "birthdate": {"values": ["1979-08-22"]}}));
        assert_eq!(some.unwrap()["claims"], json!({"birthdate": "1979-08-22"}));
        assert_eq!(told(json!({"birthdate": {"value": "2000-01-01"}})), None);
        assert_eq!(told(json!({"email": null})), None);
        assert_eq!(told(json!({})), None);
        for without in [json!(null), json!({}), json!({"claims": {"birthdate": null}})] {
            assert_eq!(verified(&without), None, "{without}");
        }
        let one = |claim: &str| json!({"verification": {}, "claims": {claim: null}});
        let told = verified(&json!([one("name"), one("email"), one("birthdate")])).unwrap();
        assert_eq!(told.as_array().unwrap().len(), 2);
    }

    #[test]
    fn verified_claims_need_a_right_and_a_verification() {
        let asked =
            asks(r#"{"userinfo":{"verified_claims":{"verification":{},"claims":{"name":null}}}}"#);
        let openid = ["openid".to_owned()];
        let has = |person: &Person, client: &Client| {
            userinfo(person, to(client, &openid, &asked)).contains_key("verified_claims")
        };
        let client = Client { verified_claims: true, ..sample() };
        assert!(has(&hanako(), &client));
        assert!(!has(&hanako(), &sample()));
        assert!(!has(&Person { verified_at: None, ..hanako() }, &client));
    }
}

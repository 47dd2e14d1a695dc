//! What discovery says and what can be registered are the same, for every pair of a member and a
//! value (OpenID Connect Discovery §3, FAPI 2.0 §5.3.2).

use super::{open, send};
use crate::support::{
    ASSERTION, Key, MACHINE, Method, REDIRECT, Relying, Setup, StatusCode, TestIdp, Value, json,
    jwks, merged, minato, s256,
};
use oidc::client::AuthMethod;
use oidc::jose::algorithm::Algorithm;

/// Members of the metadata and of discovery whose values are algorithms of signatures.
const ALGORITHMS: [(&str, &str); 7] = [
    ("id_token_signed_response_alg", "id_token_signing_alg_values_supported"),
    ("userinfo_signed_response_alg", "userinfo_signing_alg_values_supported"),
    ("authorization_signed_response_alg", "authorization_signing_alg_values_supported"),
    ("introspection_signed_response_alg", "introspection_signing_alg_values_supported"),
    ("request_object_signing_alg", "request_object_signing_alg_values_supported"),
    ("token_endpoint_auth_signing_alg", "token_endpoint_auth_signing_alg_values_supported"),
    ("access_token_signing_alg", "id_token_signing_alg_values_supported"),
];

const TYPES: [&str; 6] =
    ["code", "id_token", "id_token token", "code id_token", "code token", "code id_token token"];

/// An insurer whose every client follows FAPI 2.0.
fn strict() -> Setup {
    minato()
        .protocol("registration = true\nfapi = true")
        .file("clients/portal.toml", "")
        .file("clients/partner.toml", "")
}

/// A client that every insurer serves.
fn strong(key: &Key) -> Value {
    json!({
        "redirect_uris": ["https://a.example/cb"], "security_profile": "fapi2", "scope": "openid",
        "token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": [key.jwk()]},
        "dpop_bound_access_tokens": true, "grant_types": ["authorization_code", "implicit"],
    })
}

/// Somebody who is no client yet.
fn anybody(idp: &TestIdp) -> Relying {
    let (issuer, carrier) = (idp.at("minato"), idp.carrier.clone());
    Relying { issuer, client_id: String::new(), secret: None, carrier }
}

#[tokio::test(flavor = "multi_thread")]
async fn discovery_and_registration_agree_on_every_pair() {
    let key = Key::new();
    for (setup, profile) in [(open(), false), (strict(), true)] {
        let idp = setup.on_sqlite().await;
        let any = anybody(&idp);
        let discovery = any.at(".well-known/openid-configuration");
        let said = any.send(Method::GET, &discovery, &[], "").await.good().body;
        let names = |list: &str, value: &str| {
            said[list].as_array().expect(list).iter().any(|one| one == value)
        };
        let token = idp.invite(1000).await;
        let mut base = strong(&key);
        if !profile {
            base["security_profile"] = Value::Null;
        }
        let tried = async |change: Value| {
            let document = merged(base.clone(), &change);
            let answer = send(&any, Method::POST, &any.at("clients"), &token, &document).await;
            answer.status == StatusCode::CREATED
        };
        for (member, list) in ALGORITHMS {
            for alg in Algorithm::ALL.map(Algorithm::as_str).into_iter().chain(["none"]) {
                assert_eq!(tried(json!({member: alg})).await, names(list, alg), "{member} {alg}");
            }
        }
        for method in AuthMethod::ALL {
            let mut change = json!({"token_endpoint_auth_method": method});
            if method == "tls_client_auth" {
                change["tls_client_auth_subject_dn"] = json!("CN=app");
            }
            let list = "token_endpoint_auth_methods_supported";
            assert_eq!(tried(change).await, names(list, method), "{method} {profile}");
        }
        for kind in TYPES {
            let change = json!({"response_types": [kind], "dpop_bound_access_tokens": profile,
            });
            assert_eq!(tried(change).await, names("response_types_supported", kind), "{kind}");
        }
    }
}

/// `fapi = true` holds for every way in: the admin API, registration, and a client from before.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_without_the_profile_has_no_way_in() {
    let idp = strict().protocol("registration = true").on_sqlite().await;
    let key = Key::new();
    let usual = idp.client("usual", MACHINE).await;
    let toml = format!(
        "{MACHINE}token_endpoint_auth_method = \"private_key_jwt\"\nsecurity_profile = \"fapi2\"\n\
         dpop_bound_access_tokens = true\n{}",
        jwks(&key)
    );
    let system = toml.replace("meals:read", "musubi:clients");
    let system = idp.client("system", &system).await;
    let fields = [("grant_type", "client_credentials")];
    usual.post("token", &fields, None).await.good();
    let policy =
        idp.file("idp.toml").replace("registration = true", "registration = true\nfapi = true");
    idp.publish("idp.toml", &policy).await;
    usual.post("token", &fields, None).await.refused("invalid_client");
    let page = idp.visitor().open(&usual.authorize(&[])).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);

    let any = anybody(&idp);
    let token = idp.invite(2).await;
    let post = async |document: &Value| {
        send(&any, Method::POST, &any.at("clients"), &token, document).await
    };
    let plain = json!({"redirect_uris": [REDIRECT]});
    post(&plain).await.refused("invalid_client_metadata");
    post(&strong(&key)).await.good();

    let proof = idp.proof(&key, "POST", &system.at("token"), &json!({}));
    let assertion = key.sign(&json!({"alg": "ES256"}), &idp.assertion(&system));
    let fields = [
        ("grant_type", "client_credentials"),
        ("scope", "musubi:clients"),
        ("client_assertion_type", ASSERTION),
        ("client_assertion", &assertion),
    ];
    let token = system.post("token", &fields, Some(&proof)).await.good();
    let token = token.member("access_token").to_owned();
    let put = async |document: Value| {
        let url = system.at("admin/clients/new");
        let proof = idp.proof(&key, "PUT", &url, &json!({"ath": s256(&token)}));
        let line = format!("DPoP {token}");
        let headers = [("authorization", line.as_str()), ("dpop", &proof)];
        system.send(Method::PUT, &url, &headers, document.to_string()).await
    };
    put(plain).await.refused("invalid_client_metadata");
    let mut good = strong(&key);
    good["grant_types"] = json!(["authorization_code"]);
    good["scopes"] = json!(["openid"]);
    good["scope"] = Value::Null;
    put(merged(good, &json!({}))).await.good();
}

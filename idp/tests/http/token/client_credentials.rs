//! `grant_type=client_credentials` (RFC 6749 §4.4): a service for itself.

use crate::support::{DEVICE_CODE, MACHINE, Relying, TestIdp, claims, minato};

async fn machine(idp: &TestIdp) -> Relying {
    idp.client("basic", MACHINE).await
}

async fn token(client: &Relying) -> crate::support::Answer {
    client.post("token", &[("grant_type", "client_credentials")], None).await.good()
}

/// RFC 6749 §4.4.3: an access token and nothing else, and nobody at userinfo.
#[tokio::test(flavor = "multi_thread")]
async fn a_service_gets_an_access_token_alone() {
    let idp = minato().on_sqlite().await;
    let client = machine(&idp).await;
    let good = token(&client).await;
    assert_eq!(good.member("scope"), "meals:read");
    assert!(good.body.get("refresh_token").is_none() && good.body.get("id_token").is_none());
    assert!(!client.is_good(good.member("access_token")).await, "a service is no person");
}

/// Attack 13: no person's scopes, and no other grants than its own.
#[tokio::test(flavor = "multi_thread")]
async fn a_service_gets_nothing_by_another_door() {
    let idp = minato().on_sqlite().await;
    let client = machine(&idp).await;
    let fields = [("grant_type", "client_credentials"), ("scope", "openid")];
    client.post("token", &fields, None).await.refused("invalid_scope");
    for grant in ["password", "implicit", "urn:x"] {
        let answer = client.post("token", &[("grant_type", grant)], None).await;
        answer.refused("unsupported_grant_type");
    }
    for grant in ["authorization_code", "refresh_token", DEVICE_CODE] {
        let answer = client.post("token", &[("grant_type", grant)], None).await;
        answer.refused("unauthorized_client");
    }
}

/// Suite 5: a JWT access token (RFC 9068 §2.1) is signed as the client asks, and for a resource as
/// that understands.
#[tokio::test(flavor = "multi_thread")]
async fn a_jwt_is_signed_as_client_and_resource_understand() {
    let api = "https://api.example/";
    let policy = "resource_signing_algs = { \"https://api.example/\" = \"PS256\" }";
    let idp = minato().protocol(policy).on_sqlite().await;
    let resources = format!("access_token_format = \"jwt\"\nresources = [\"{api}\"]\n");
    for (id, own, plain) in [("a", "", "ES256"), ("b", "RS256", "RS256"), ("c", "EdDSA", "EdDSA")] {
        let alg = match own {
            "" => String::new(),
            own => format!("access_token_signing_alg = \"{own}\"\n"),
        };
        let client = idp.client(id, &format!("{MACHINE}{resources}{alg}")).await;
        for (resource, expected) in [(None, plain), (Some(api), "PS256")] {
            let mut fields = vec![("grant_type", "client_credentials")];
            fields.extend(resource.map(|resource| ("resource", resource)));
            let answer = client.post("token", &fields, None).await.good();
            let header = answer.member("access_token").split('.').next().unwrap_or_default();
            let header = claims(&format!(".{header}"));
            assert_eq!((&header["alg"], &header["typ"]), (&expected.into(), &"at+jwt".into()));
        }
    }
}

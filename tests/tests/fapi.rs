//! FAPI 2.0 as a profile of a client, the own TLS with client certificates, trusted proxies, CORS
//! and methods.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tests::carrier::form;
use tests::relying::{
    CHALLENGE, Key, REDIRECT, Relying, VERIFIER, claims, merged, now, parameters, signed_in, unique,
};
use tests::world::{Options, World};

fn minato() -> Options {
    Options { insurers: vec!["minato"], ..Options::default() }
}

const KIND: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A FAPI client: key, assertions, pushed requests.
struct Fapi {
    relying: Relying,
    key: Key,
}

impl Fapi {
    fn register(world: &World, id: &str, profile: &str) -> Self {
        let key = Key::new();
        let jwks = json!({"keys": [key.jwk()]}).to_string().replace("\":", "\" = ");
        let toml = format!(
            "security_profile = \"{profile}\"\ntoken_endpoint_auth_method = \"private_key_jwt\"\n\
             dpop_bound_access_tokens = true\njwks = {jwks}\n\
             grant_types = [\"authorization_code\", \"refresh_token\"]\n"
        );
        Self { relying: Relying::register(world, id, &toml), key }
    }

    fn assertion(&self, changes: &Value) -> String {
        let id = &self.relying.client_id;
        let claims = json!({"iss": id, "sub": id, "aud": self.relying.issuer, "jti": unique(),
                            "exp": now() + 60, "iat": now()});
        self.key.sign(&json!({"alg": "ES256"}), &merged(claims, changes))
    }

    async fn post(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        proof: Option<&str>,
    ) -> tests::relying::Answer {
        let assertion = self.assertion(&json!({}));
        let mut all = vec![("client_assertion_type", KIND), ("client_assertion", &*assertion)];
        all.extend(fields);
        self.relying.post(path, &all, proof).await
    }

    async fn push(&self, more: &[(&str, &str)]) -> tests::relying::Answer {
        let mut fields = vec![
            ("redirect_uri", REDIRECT),
            ("response_type", "code"),
            ("scope", "openid"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        for (name, value) in more {
            fields.retain(|(kept, _)| kept != name);
            if !value.is_empty() {
                fields.push((name, value));
            }
        }
        self.post("par", &fields, None).await
    }

    fn go(&self, pushed: &tests::relying::Answer) -> String {
        let query = form(&[
            ("client_id", &self.relying.client_id),
            ("request_uri", pushed.member("request_uri")),
        ]);
        format!("{}?{query}", self.relying.at("authorize"))
    }

    async fn redeem(&self, code: &str, proof: Option<&str>) -> tests::relying::Answer {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
        ];
        self.post("token", &fields, proof).await
    }

    fn proof(&self, key: &Key) -> String {
        key.proof("POST", &self.relying.at("token"), &json!({}))
    }
}

/// FAPI 2.0 Security Profile §5.3.2, FAPI 2.0 Message Signing §5.3 and §5.4.
#[tokio::test(flavor = "multi_thread")]
async fn the_profile_switches_on_what_it_needs_and_refuses_the_rest() {
    World::on_each_engine(minato(), async |world| {
        let client = Fapi::register(world, "bank", "fapi2");
        let visitor = signed_in(world).await;
        let holder = Key::new();
        let pushed = client.push(&[]).await.good();
        let answer = parameters(&visitor.location(&client.go(&pushed)).await);
        assert_eq!(answer["iss"], client.relying.issuer.as_str());
        let code = answer["code"].as_str().expect("a code");
        let tokens = client.redeem(code, Some(&client.proof(&holder))).await.good();
        assert_eq!(tokens.member("token_type"), "DPoP");
        // No rotation: the same refresh token again (FAPI 2.0 §5.3.2.1).
        let refresh = tokens.member("refresh_token").to_owned();
        let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str())];
        let again = client.post("token", &fields, Some(&client.proof(&holder))).await.good();
        assert_eq!(again.member("refresh_token"), refresh);
        client.post("token", &fields, None).await.refused("invalid_dpop_proof");

        // Only pushed, only with PKCE, only code, only registered addresses.
        let plain = client.relying.answer(&visitor, &[]).await;
        assert_eq!(plain["error"], "invalid_request");
        for (change, error) in [
            (("code_challenge", ""), "invalid_request"),
            (("code_challenge_method", "plain"), "invalid_request"),
            (("response_type", "code id_token"), "unsupported_response_type"),
            (("response_type", "token"), "unsupported_response_type"),
            (("redirect_uri", ""), "invalid_request"),
            (("redirect_uri", "http://localhost:1/other"), "invalid_request"),
            (("request_uri", "urn:x"), "invalid_request"),
        ] {
            client.push(&[change]).await.refused(error);
        }
        let pushed = client.push(&[]).await.good();
        let answer = parameters(&visitor.location(&client.go(&pushed)).await);
        let code = answer["code"].as_str().expect("a code");
        client.redeem(code, None).await.refused("invalid_dpop_proof");

        // The assertion is for the issuer as a text, and nothing else.
        for bad in [
            json!({"aud": [client.relying.issuer]}),
            json!({"aud": client.relying.at("token")}),
            json!({"aud": client.relying.at("par")}),
            json!({"exp": now() - 300}),
            json!({"nbf": now() + 90}),
            json!({"sub": null}),
        ] {
            let assertion = client.assertion(&bad);
            let fields = [("client_assertion_type", KIND), ("client_assertion", &*assertion)];
            client.relying.post("par", &fields, None).await.refused("invalid_client");
        }
        let soon = client.assertion(&json!({"nbf": now() + 8}));
        let fields = [
            ("client_assertion_type", KIND),
            ("client_assertion", &*soon),
            ("redirect_uri", REDIRECT),
            ("response_type", "code"),
            ("scope", "openid"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        client.relying.post("par", &fields, None).await.good();

        // The code is bound to the key of a proof at the PAR endpoint.
        let par = holder.proof("POST", &client.relying.at("par"), &json!({}));
        let fields = [
            ("redirect_uri", REDIRECT),
            ("response_type", "code"),
            ("scope", "openid"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        let mut wrong = fields.to_vec();
        wrong.push(("dpop_jkt", "another"));
        client.post("par", &wrong, Some(&par)).await.refused("invalid_dpop_proof");
        let par = holder.proof("POST", &client.relying.at("par"), &json!({}));
        let pushed = client.post("par", &fields, Some(&par)).await.good();
        let answer = parameters(&visitor.location(&client.go(&pushed)).await);
        let code = answer["code"].as_str().expect("a code");
        let other = Key::new();
        client.redeem(code, Some(&client.proof(&other))).await.refused("invalid_grant");

        // Signed messages both ways.
        let signing = Fapi::register(world, "signing", "fapi2-message-signing");
        signing.push(&[]).await.refused("invalid_request");
        let object = |changes: Value| {
            let id = &signing.relying.client_id;
            let claims = json!({
                "iss": id, "aud": signing.relying.issuer, "exp": now() + 60, "nbf": now(),
                "client_id": id, "redirect_uri": REDIRECT, "response_type": "code",
                "scope": "openid", "response_mode": "jwt", "state": "inside",
                "code_challenge": CHALLENGE, "code_challenge_method": "S256",
            });
            signing.key.sign(&json!({"alg": "ES256"}), &merged(claims, &changes))
        };
        let good = object(json!({}));
        let pushed =
            signing.post("par", &[("request", &good), ("state", "outside")], None).await.good();
        let answer = parameters(&visitor.location(&signing.go(&pushed)).await);
        let inner = claims(answer["response"].as_str().expect("a JWT"));
        assert_eq!((&inner["aud"], &inner["state"]), (&json!("signing"), &json!("inside")));
        let code = inner["code"].as_str().expect("a code");
        signing.redeem(code, Some(&signing.proof(&holder))).await.good();
        for bad in [
            json!({"exp": null}),
            json!({"nbf": null}),
            json!({"exp": now() + 3700}),
            json!({"nbf": now() - 3700}),
            json!({"aud": "https://x.example"}),
            json!({"exp": now() - 60}),
        ] {
            let bad = object(bad);
            signing.post("par", &[("request", &bad)], None).await.refused("invalid_request_object");
        }
        let query_mode = object(json!({"response_mode": "query"}));
        signing.post("par", &[("request", &query_mode)], None).await.refused("invalid_request");
    })
    .await;
}

/// A DPoP proof without our nonce is sent back for one where the insurer wants it (RFC 9449 §8).
#[tokio::test(flavor = "multi_thread")]
async fn a_required_nonce_is_given_and_then_accepted() {
    let protocol = "dpop_nonce_required = true";
    let world = World::on_sqlite(Options { protocol, ..minato() }).await;
    let client = Relying::register(
        &world,
        "machine",
        "grant_types = [\"client_credentials\"]\nscopes = [\"a\"]\ndpop_bound_access_tokens = true\n",
    );
    let key = Key::new();
    let ask = async |changes: Value| {
        let proof = key.proof("POST", &client.at("token"), &changes);
        client.post("token", &[("grant_type", "client_credentials")], Some(&proof)).await
    };
    let refused = ask(json!({})).await.refused("use_dpop_nonce");
    let nonce = refused.header("dpop-nonce").to_owned();
    ask(json!({"nonce": nonce})).await.good();
}

/// A certificate authority and what it issues, as PEM.
struct Authority {
    certificate: rcgen::Certificate,
    issuer: rcgen::Issuer<'static, rcgen::KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let key = rcgen::KeyPair::generate().expect("a key");
        let mut params = rcgen::CertificateParams::new(Vec::new()).expect("parameters");
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        params.distinguished_name.push(rcgen::DnType::CommonName, "Tests");
        let certificate = params.self_signed(&key).expect("a certificate");
        Self { certificate, issuer: rcgen::Issuer::new(params, key) }
    }

    /// Certificate and key for names.
    fn issue(&self, common: &str, names: &[&str]) -> (String, String) {
        let key = rcgen::KeyPair::generate().expect("a key");
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = rcgen::CertificateParams::new(names).expect("parameters");
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(rcgen::DnType::CommonName, common);
        params.extended_key_usages = vec![
            rcgen::ExtendedKeyUsagePurpose::ServerAuth,
            rcgen::ExtendedKeyUsagePurpose::ClientAuth,
        ];
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        (certificate.pem(), key.serialize_pem())
    }
}

/// https by our own TLS; RFC 8705: clients by certificate, tokens bound to it.
#[tokio::test(flavor = "multi_thread")]
async fn own_tls_and_clients_with_certificates() {
    let folder = tempfile::tempdir().expect("a folder");
    let authority = Authority::new();
    let write = |name: &str, text: &str| {
        let file = folder.path().join(name);
        std::fs::write(&file, text).expect("written");
        file.display().to_string()
    };
    let (certificate, key) = authority.issue("localhost", &["localhost"]);
    let ca = write("ca.pem", &authority.certificate.pem());
    let mtls_port = tests::world::free_port();
    let options = Options {
        tls: Some(authority.certificate.pem()),
        settings: vec![
            ("MUSUBI_IDP_TLS__CERTIFICATE_FILE", write("tls.pem", &certificate)),
            ("MUSUBI_IDP_TLS__KEY_FILE", write("tls.key", &key)),
            ("MUSUBI_IDP_MTLS__LISTEN", format!("127.0.0.1:{mtls_port}")),
            ("MUSUBI_IDP_MTLS__PUBLIC_URL", format!("https://localhost:{mtls_port}")),
            ("MUSUBI_IDP_MTLS__AUTHORITIES_FILE", ca),
        ],
        ..minato()
    };
    let world = World::on_sqlite(options).await;
    let trusted = || {
        let root = reqwest::Certificate::from_pem(authority.certificate.pem().as_bytes());
        reqwest::Client::builder().tls_certs_only([root.expect("PEM")])
    };
    let http = trusted().build().expect("a client");
    let metadata = http
        .get(format!("{}/minato/.well-known/openid-configuration", world.idp_url))
        .send()
        .await
        .expect("by TLS 1.3 or 1.2");
    let metadata: Value =
        serde_json::from_str(&metadata.text().await.expect("read")).expect("JSON");
    assert!(metadata["issuer"].as_str().expect("a text").starts_with("https://"));
    let mtls =
        metadata["mtls_endpoint_aliases"]["token_endpoint"].as_str().expect("an alias").to_owned();
    let old = trusted().tls_version_max(reqwest::tls::Version::TLS_1_2).build().expect("a client");
    assert!(old.get(&world.idp_url).send().await.is_ok(), "TLS 1.2 with ECDHE and GCM");

    let machine = "grant_types = [\"client_credentials\"]\nscopes = [\"a\"]\nredirect_uris = []\n\
                   tls_client_certificate_bound_access_tokens = true\n";
    let by_name = Relying::register(
        &world,
        "named",
        &format!(
            "token_endpoint_auth_method = \"tls_client_auth\"\n\
             tls_client_auth_san_dns = \"app.example\"\n{machine}"
        ),
    );
    let shows = |pem: &(String, String)| {
        let both = format!("{}{}", pem.0, pem.1);
        let identity = reqwest::Identity::from_pem(both.as_bytes()).expect("an identity");
        trusted().identity(identity).build().expect("a client")
    };
    let ask = async |http: &reqwest::Client, url: &str, id: &str| {
        let body = form(&[("grant_type", "client_credentials"), ("client_id", id)]);
        let answer = http
            .post(url)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body)
            .send()
            .await
            .expect("answered");
        (answer.status(), answer.text().await.unwrap_or_default())
    };
    let own = authority.issue("app", &["app.example"]);
    let (status, text) = ask(&shows(&own), &mtls, "named").await;
    assert_eq!(status, StatusCode::OK, "{text}");
    let other = authority.issue("app", &["other.example"]);
    assert_eq!(ask(&shows(&other), &mtls, "named").await.0, StatusCode::UNAUTHORIZED);
    let stranger = Authority::new().issue("app", &["app.example"]);
    assert_eq!(ask(&shows(&stranger), &mtls, "named").await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(ask(&http, &mtls, "named").await.0, StatusCode::UNAUTHORIZED, "no certificate");
    let plain = by_name.at("token");
    assert_eq!(
        ask(&shows(&own), &plain, "named").await.0,
        StatusCode::UNAUTHORIZED,
        "not asked for"
    );

    // RFC 8705 §2.2: a certificate of the client's own making, known by its key.
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).expect("a key");
    let point = key.public_key_raw();
    let (x, y) = point[1..].split_at(32);
    let jwks = format!(
        "{{ keys = [{{ kty = \"EC\", crv = \"P-256\", x = \"{}\", y = \"{}\" }}] }}",
        tests::relying::base64url(x),
        tests::relying::base64url(y)
    );
    Relying::register(
        &world,
        "self",
        &format!(
            "token_endpoint_auth_method = \"self_signed_tls_client_auth\"\njwks = {jwks}\n{machine}"
        ),
    );
    let params = rcgen::CertificateParams::new(vec!["self".to_owned()]).expect("parameters");
    let signed = params.self_signed(&key).expect("a certificate");
    let own = (signed.pem(), key.serialize_pem());
    let (status, text) = ask(&shows(&own), &mtls, "self").await;
    assert_eq!(status, StatusCode::OK, "{text}");
    assert_eq!(ask(&shows(&stranger), &mtls, "self").await.0, StatusCode::UNAUTHORIZED);
}

/// Attack 6: a certificate header counts from trusted proxies only.
#[tokio::test(flavor = "multi_thread")]
async fn a_proxys_headers_count_only_by_setting() {
    let authority = Authority::new();
    let folder = tempfile::tempdir().expect("a folder");
    let ca = folder.path().join("ca.pem");
    std::fs::write(&ca, authority.certificate.pem()).expect("written");
    for (trusted, expected) in
        [("[\"127.0.0.1\"]", StatusCode::OK), ("[\"10.0.0.1\"]", StatusCode::UNAUTHORIZED)]
    {
        let options = Options {
            settings: vec![
                ("MUSUBI_IDP_PROXY__TRUSTED", trusted.to_owned()),
                ("MUSUBI_IDP_PROXY__CLIENT_CERTIFICATE_HEADER", "client-cert".to_owned()),
                ("MUSUBI_IDP_MTLS__AUTHORITIES_FILE", ca.display().to_string()),
            ],
            ..minato()
        };
        let world = World::on_sqlite(options).await;
        let client = Relying::register(
            &world,
            "named",
            "token_endpoint_auth_method = \"tls_client_auth\"\ntls_client_auth_subject_dn = \"CN=app\"\n\
             grant_types = [\"client_credentials\"]\nscopes = [\"a\"]\n",
        );
        let (pem, _) = authority.issue("app", &["app.example"]);
        let base64: String = pem.lines().filter(|line| !line.starts_with("---")).collect();
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("client-cert", &*format!(":{base64}:")),
        ];
        let body = "grant_type=client_credentials&client_id=named";
        let answer = client.send(Method::POST, &client.at("token"), &headers, body).await;
        assert_eq!(answer.status, expected, "{trusted}");
    }
}

/// Fetch standard, RFC 9110 §9, RFC 6749 §3.2 and §5.2; attacks 3 and 35 in forms.
#[tokio::test(flavor = "multi_thread")]
async fn origins_methods_and_forms() {
    let world = World::on_sqlite(minato()).await;
    let spa = Relying::register(
        &world,
        "spa",
        "token_endpoint_auth_method = \"none\"\nallowed_origins = [\"https://spa.example\"]\n",
    );
    let send = async |method: Method, path: &str, headers: &[(&str, &str)], body: String| {
        let answer = spa.send(method, &spa.at(path), headers, body).await;
        let header = |name: &str| answer.header(name).to_owned();
        let (origin, kind) = (header("access-control-allow-origin"), header("content-type"));
        let credentials = header("access-control-allow-credentials");
        assert_eq!(credentials, "", "never with cookies");
        (answer.status, origin, kind, answer.text.clone())
    };
    let asks = |origin| {
        [
            ("origin", origin),
            ("access-control-request-method", "POST"),
            ("access-control-request-headers", "dpop"),
        ]
    };
    for path in ["token", "userinfo", "revoke", "par"] {
        let (status, origin, ..) =
            send(Method::OPTIONS, path, &asks("https://spa.example"), String::new()).await;
        assert_eq!(
            (status, origin.as_str()),
            (StatusCode::NO_CONTENT, "https://spa.example"),
            "{path}"
        );
        for foreign in
            ["https://evil.example", "https://spa.example.evil", "null", "http://spa.example"]
        {
            let (_, origin, ..) = send(Method::OPTIONS, path, &asks(foreign), String::new()).await;
            assert_eq!(origin, "", "{path} {foreign}");
        }
    }
    for path in ["jwks", ".well-known/openid-configuration"] {
        let (status, origin, ..) =
            send(Method::GET, path, &asks("https://any.example"), String::new()).await;
        assert_eq!((status, origin.as_str()), (StatusCode::OK, "*"));
        let (status, .., text) = send(Method::HEAD, path, &[], String::new()).await;
        assert_eq!((status, text.as_str()), (StatusCode::OK, ""));
        assert_eq!(send(Method::OPTIONS, path, &[], String::new()).await.0, StatusCode::NO_CONTENT);
    }
    let (_, origin, ..) =
        send(Method::GET, "authorize", &asks("https://spa.example"), String::new()).await;
    assert_eq!(origin, "", "never on authorize");
    let (status, ..) =
        send(Method::HEAD, &format!("authorize?{}", spa.request(&[])), &[], String::new()).await;
    assert_eq!(status, StatusCode::OK);

    // The RFC's error as JSON where a program asks, a page where a person looks.
    let form_kind = [("content-type", "application/x-www-form-urlencoded")];
    for (method, path, headers, body, status) in [
        (Method::GET, "token", vec![], String::new(), StatusCode::METHOD_NOT_ALLOWED),
        (Method::PUT, "token", vec![], String::new(), StatusCode::METHOD_NOT_ALLOWED),
        (Method::GET, "par", vec![], String::new(), StatusCode::METHOD_NOT_ALLOWED),
        (Method::DELETE, "userinfo", vec![], String::new(), StatusCode::METHOD_NOT_ALLOWED),
        (
            Method::POST,
            "token",
            vec![("content-type", "application/json")],
            "{}".into(),
            StatusCode::BAD_REQUEST,
        ),
        (Method::POST, "token", vec![], String::new(), StatusCode::BAD_REQUEST),
        (
            Method::POST,
            "token",
            form_kind.into(),
            "grant_type=a&grant_type=b".into(),
            StatusCode::BAD_REQUEST,
        ),
        (
            Method::POST,
            "token",
            form_kind.into(),
            format!("code={}", "x".repeat(5000)),
            StatusCode::BAD_REQUEST,
        ),
        (Method::POST, "token", form_kind.into(), "x".repeat(200_000), StatusCode::BAD_REQUEST),
        (Method::POST, "introspect", form_kind.into(), "token=x".into(), StatusCode::UNAUTHORIZED),
    ] {
        let (found, _, kind, text) = send(method.clone(), path, &headers, body).await;
        assert_eq!((found, kind.as_str()), (status, "application/json"), "{method} {path}");
        let body: Value = serde_json::from_str(&text).expect("JSON");
        assert!(body["error"].is_string(), "{text}");
    }
    let (status, _, kind, _) = send(Method::PUT, "authorize", &[], String::new()).await;
    assert_eq!((status, kind.starts_with("text/html")), (StatusCode::METHOD_NOT_ALLOWED, true));
    // RFC 8414 §3.1: the well-known part before the path, the same document.
    let at = |path: String| async move {
        reqwest::get(path).await.expect("answered").text().await.expect("read")
    };
    let own = at(spa.at(".well-known/openid-configuration")).await;
    let base = &world.idp_url;
    for path in ["openid-configuration", "oauth-authorization-server"] {
        assert_eq!(at(format!("{base}/.well-known/{path}/minato")).await, own);
    }
}

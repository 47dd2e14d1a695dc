//! What the provider fetches: keys, request objects, sector documents, by https, guarded (attack 5).

use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use tests::relying::{CHALLENGE, Key, REDIRECT, Relying, form, now, parameters, signed_in, unique};
use tests::world::{Options, World};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// Documents of a partner's https server by path; `redirect:` ones lead elsewhere.
type Documents = Arc<Mutex<HashMap<String, String>>>;

/// A partner's server on loopback: its address, its documents, its certificate as PEM.
async fn server() -> (String, Documents, String) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("made");
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).expect("PKCS #8");
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .expect("a certificate");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("https://localhost:{}", listener.local_addr().expect("bound").port());
    let documents = Documents::default();
    let kept = documents.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, kept) = (acceptor.clone(), kept.clone());
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                let mut buffer = [0; 4096];
                let read = stream.read(&mut buffer).await.unwrap_or(0);
                let head = String::from_utf8_lossy(&buffer[..read]).into_owned();
                let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
                let found = kept.lock().expect("not poisoned").get(&path).cloned();
                let answer = match found {
                    None => "HTTP/1.1 404 No\r\ncontent-length: 0\r\n\r\n".to_owned(),
                    Some(text) => match text.strip_prefix("redirect:") {
                        Some(to) => {
                            format!(
                                "HTTP/1.1 302 Go\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n"
                            )
                        }
                        None => format!(
                            "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{text}",
                            text.len()
                        ),
                    },
                };
                stream.write_all(answer.as_bytes()).await.ok();
                stream.shutdown().await.ok();
            });
        }
    });
    (url, documents, made.cert.pem())
}

fn put(documents: &Documents, path: &str, text: impl Into<String>) {
    documents.lock().expect("not poisoned").insert(path.to_owned(), text.into());
}

fn jwks(key: &Key, kid: &str) -> String {
    let mut jwk = key.jwk();
    jwk["kid"] = json!(kid);
    json!({"keys": [jwk]}).to_string()
}

/// RFC 7517 §5, RFC 9101 §5.2, OpenID Connect Core §8.1 and §10.1.1.
#[tokio::test(flavor = "multi_thread")]
async fn registered_documents_are_fetched_and_nothing_else() {
    let (url, documents, certificate) = server().await;
    let folder = tempfile::tempdir().expect("a folder");
    let authority = folder.path().join("authority.pem");
    std::fs::write(&authority, certificate).expect("written");
    let options = Options {
        insurers: vec!["minato"],
        protocol: "registration = true",
        settings: vec![
            ("MUSUBI_IDP_OUTBOUND__LOOPBACK", "true".into()),
            ("MUSUBI_IDP_OUTBOUND__AUTHORITIES_FILE", authority.display().to_string()),
        ],
        ..Options::default()
    };
    let world = World::on_sqlite(options).await;
    let (first, second) = (Key::new(), Key::new());
    put(&documents, "/jwks", jwks(&first, "one"));
    let client = Relying::register(
        &world,
        "app",
        &format!(
            "token_endpoint_auth_method = \"private_key_jwt\"\njwks_uri = \"{url}/jwks\"\n\
             request_uris = [\"{url}/request\", \"{url}/elsewhere\"]\n\
             grant_types = [\"authorization_code\", \"client_credentials\"]\n\
             scopes = [\"openid\", \"a\"]\n"
        ),
    );
    let ask = async |key: &Key, kid: &str| {
        let claims = json!({"iss": "app", "sub": "app", "aud": client.issuer, "jti": unique(),
                            "exp": now() + 60});
        let assertion = key.sign(&json!({"alg": "ES256", "kid": kid}), &claims);
        let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_assertion_type", kind),
            ("client_assertion", assertion.as_str()),
        ];
        client.post("token", &fields, None).await
    };
    ask(&first, "one").await.good();
    // A new key is fetched for its unknown name, a few seconds after the last fetch at the earliest.
    put(&documents, "/jwks", jwks(&second, "two"));
    tokio::time::sleep(std::time::Duration::from_millis(5500)).await;
    ask(&second, "two").await.good();
    ask(&first, "one").await.refused("invalid_client");

    let visitor = signed_in(&world).await;
    let claims = json!({
        "iss": "app", "aud": client.issuer, "exp": now() + 60, "client_id": "app",
        "redirect_uri": REDIRECT, "response_type": "code", "scope": "openid", "state": "fetched",
        "code_challenge": CHALLENGE, "code_challenge_method": "S256",
    });
    put(&documents, "/request", second.sign(&json!({"alg": "ES256", "kid": "two"}), &claims));
    put(&documents, "/elsewhere", format!("redirect:{url}/request"));
    let by_uri = |uri: &str| {
        let query = form(&[("client_id", "app"), ("request_uri", uri), ("redirect_uri", REDIRECT)]);
        format!("{}?{query}", client.at("authorize"))
    };
    let answer = parameters(&visitor.location(&by_uri(&format!("{url}/request"))).await);
    assert_eq!(answer["state"], "fetched");
    for bad in ["/other", "/elsewhere"] {
        let answer = parameters(&visitor.location(&by_uri(&format!("{url}{bad}"))).await);
        assert_eq!(answer["error"], "invalid_request_uri", "{bad}: not registered, or a redirect");
    }

    // Dynamic registration looks whether the sector's document lists the address.
    put(&documents, "/sector", json!([REDIRECT]).to_string());
    put(&documents, "/bad", json!(["https://other.example/"]).to_string());
    let register = async |sector: &str| {
        let args = ["client", "invite", "--insurer", "minato"];
        let token = world.ran(tests::world::Program::Idp, &args);
        let body = json!({
            "redirect_uris": [REDIRECT], "subject_type": "pairwise",
            "sector_identifier_uri": sector,
        });
        let answer = client
            .http
            .post(client.at("clients"))
            .header("authorization", format!("Bearer {}", token.trim()))
            .body(body.to_string())
            .send()
            .await
            .expect("answered");
        let text = answer.text().await.expect("read");
        serde_json::from_str::<Value>(&text).expect("JSON")
    };
    assert!(register(&format!("{url}/sector")).await["client_id"].is_string());
    for bad in [format!("{url}/bad"), format!("{url}/missing"), "https://169.254.169.254/x".into()]
    {
        assert_eq!(register(&bad).await["error"], "invalid_client_metadata", "{bad}");
    }
}

/// Without the setting loopback is as private as any other network.
#[tokio::test(flavor = "multi_thread")]
async fn loopback_is_refused_unless_it_is_allowed() {
    let (url, documents, certificate) = server().await;
    let folder = tempfile::tempdir().expect("a folder");
    let authority = folder.path().join("authority.pem");
    std::fs::write(&authority, certificate).expect("written");
    let settings = vec![("MUSUBI_IDP_OUTBOUND__AUTHORITIES_FILE", authority.display().to_string())];
    let world =
        World::on_sqlite(Options { insurers: vec!["minato"], settings, ..Options::default() })
            .await;
    let key = Key::new();
    put(&documents, "/jwks", jwks(&key, "one"));
    let client = Relying::register(
        &world,
        "app",
        &format!(
            "token_endpoint_auth_method = \"private_key_jwt\"\njwks_uri = \"{url}/jwks\"\n\
             grant_types = [\"client_credentials\"]\nscopes = [\"a\"]\n"
        ),
    );
    let claims = json!({"iss": "app", "sub": "app", "aud": client.issuer, "jti": unique(),
                        "exp": now() + 60});
    let assertion = key.sign(&json!({"alg": "ES256", "kid": "one"}), &claims);
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ("client_assertion", assertion.as_str()),
    ];
    client.post("token", &fields, None).await.refused("invalid_client");
}

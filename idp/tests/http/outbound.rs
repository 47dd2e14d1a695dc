//! What the provider fetches: keys, request objects, sector documents, by https, guarded (attack 5).

use crate::support::{
    ASSERTION, Answer, CHALLENGE, Key, Method, REDIRECT, Relying, Setup, TestIdp, Value, form,
    json, minato, parameters,
};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// Documents by path; `redirect:` ones lead elsewhere.
type Documents = Arc<Mutex<HashMap<String, String>>>;

/// A partner's https server on loopback.
struct Partner {
    url: String,
    documents: Documents,
    folder: tempfile::TempDir,
}

impl Partner {
    async fn new() -> Self {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("made");
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).expect("PKCS #8");
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .expect("a certificate");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("https://localhost:{}", listener.local_addr().expect("bound").port());
        let documents = Documents::default();
        tokio::spawn(serve(listener, TlsAcceptor::from(Arc::new(config)), documents.clone()));
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("authority.pem"), made.cert.pem()).expect("written");
        Self { url, documents, folder }
    }

    fn put(&self, path: &str, text: impl Into<String>) {
        self.documents.lock().expect("not poisoned").insert(path.to_owned(), text.into());
    }

    fn put_key(&self, key: &Key, kid: &str) {
        let mut jwk = key.jwk();
        jwk["kid"] = json!(kid);
        self.put("/jwks", json!({"keys": [jwk]}).to_string());
    }

    /// An insurer whose provider believes the partner's certificate.
    fn trusted(&self, loopback: bool) -> Setup {
        let file = self.folder.path().join("authority.pem");
        minato().protocol("registration = true").settings(move |settings| {
            settings.outbound.loopback = loopback;
            settings.outbound.authorities_file.clone_from(&file);
        })
    }

    async fn client(&self, idp: &TestIdp) -> Relying {
        let url = &self.url;
        let toml = format!(
            "token_endpoint_auth_method = \"private_key_jwt\"\njwks_uri = \"{url}/jwks\"\n\
             request_uris = [\"{url}/request\", \"{url}/elsewhere\"]\n\
             grant_types = [\"authorization_code\", \"client_credentials\"]\n\
             scopes = [\"openid\", \"a\"]\n"
        );
        idp.client("app", &toml).await
    }
}

async fn serve(listener: TcpListener, acceptor: TlsAcceptor, documents: Documents) {
    while let Ok((stream, _)) = listener.accept().await {
        let (acceptor, documents) = (acceptor.clone(), documents.clone());
        tokio::spawn(async move {
            let Ok(mut stream) = acceptor.accept(stream).await else { return };
            let mut buffer = [0; 4096];
            let read = stream.read(&mut buffer).await.unwrap_or(0);
            let head = String::from_utf8_lossy(&buffer[..read]).into_owned();
            let path = head.split(' ').nth(1).unwrap_or_default();
            let found = documents.lock().expect("not poisoned").get(path).cloned();
            let (status, more, text) = match &found {
                None => ("404 No", String::new(), ""),
                Some(text) if text == "down" => ("503 Later", String::new(), ""),
                Some(text) => match text.strip_prefix("redirect:") {
                    Some(to) => ("302 Go", format!("location: {to}\r\n"), ""),
                    None => ("200 OK", String::new(), text.as_str()),
                },
            };
            let length = text.len();
            let answer = format!(
                "HTTP/1.1 {status}\r\n{more}content-length: {length}\r\nconnection: close\r\n\r\n{text}"
            );
            stream.write_all(answer.as_bytes()).await.ok();
            stream.shutdown().await.ok();
        });
    }
}

async fn ask(idp: &TestIdp, client: &Relying, key: &Key, kid: &str) -> Answer {
    let assertion = key.sign(&json!({"alg": "ES256", "kid": kid}), &idp.assertion(client));
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_assertion_type", ASSERTION),
        ("client_assertion", assertion.as_str()),
    ];
    client.post("token", &fields, None).await
}

/// OpenID Connect Core §10.1.1, RFC 7517 §5: a new key is fetched for its unknown name, a few
/// seconds after the last fetch at the earliest.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_key_is_fetched_for_its_name() {
    let partner = Partner::new().await;
    let idp = partner.trusted(true).on_sqlite().await;
    let client = partner.client(&idp).await;
    let (first, second) = (Key::new(), Key::new());
    partner.put_key(&first, "one");
    ask(&idp, &client, &first, "one").await.good();
    partner.put_key(&second, "two");
    ask(&idp, &client, &second, "two").await.refused("invalid_client");
    idp.advance(5);
    ask(&idp, &client, &second, "two").await.good();
    ask(&idp, &client, &first, "one").await.refused("invalid_client");
}

/// Keys that were fetched stand in for a partner whose site is down, for a day; who says that
/// there are none has taken them back.
#[tokio::test(flavor = "multi_thread")]
async fn known_keys_outlive_a_partners_failure() {
    let partner = Partner::new().await;
    let idp = partner.trusted(true).on_sqlite().await;
    let client = partner.client(&idp).await;
    let (key, other) = (Key::new(), Key::new());
    partner.put_key(&key, "one");
    ask(&idp, &client, &key, "one").await.good();
    for answer in ["down", "<html>maintenance</html>"] {
        partner.put("/jwks", answer);
        idp.advance(11 * 60);
        ask(&idp, &client, &key, "one").await.good();
        ask(&idp, &client, &other, "two").await.refused("invalid_client");
    }
    idp.advance(24 * 3600);
    ask(&idp, &client, &key, "one").await.refused("invalid_client");
    partner.put_key(&key, "one");
    idp.advance(60);
    ask(&idp, &client, &key, "one").await.good();
    partner.documents.lock().expect("not poisoned").clear();
    idp.advance(11 * 60);
    ask(&idp, &client, &key, "one").await.refused("invalid_client");
}

/// RFC 9101 §5.2: a request object at a registered address, and at no other; a redirect is none.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_fetched_where_it_is_registered() {
    let partner = Partner::new().await;
    let idp = partner.trusted(true).on_sqlite().await;
    let client = partner.client(&idp).await;
    let (key, url) = (Key::new(), &partner.url);
    partner.put_key(&key, "one");
    let claims = json!({
        "iss": "app", "aud": client.issuer, "exp": idp.now() + 60, "client_id": "app",
        "redirect_uri": REDIRECT, "response_type": "code", "scope": "openid", "state": "fetched",
        "code_challenge": CHALLENGE, "code_challenge_method": "S256",
    });
    partner.put("/request", key.sign(&json!({"alg": "ES256", "kid": "one"}), &claims));
    partner.put("/elsewhere", format!("redirect:{url}/request"));
    let visitor = idp.member().await;
    let answer = async |path: &str| {
        let uri = format!("{url}{path}");
        let query =
            form(&[("client_id", "app"), ("request_uri", &uri), ("redirect_uri", REDIRECT)]);
        parameters(&visitor.location(&format!("{}?{query}", client.at("authorize"))).await)
    };
    assert_eq!(answer("/request").await["state"], "fetched");
    for bad in ["/other", "/elsewhere"] {
        assert_eq!(answer(bad).await["error"], "invalid_request_uri", "{bad}");
    }
}

/// OpenID Connect Core §8.1: dynamic registration looks whether the sector's document lists the
/// address.
#[tokio::test(flavor = "multi_thread")]
async fn a_sectors_document_lists_the_address() {
    let partner = Partner::new().await;
    let idp = partner.trusted(true).on_sqlite().await;
    let (client, url) = (partner.client(&idp).await, &partner.url);
    partner.put("/sector", json!([REDIRECT]).to_string());
    partner.put("/bad", json!(["https://other.example/"]).to_string());
    let register = async |sector: &str| {
        let bearer = format!("Bearer {}", idp.invite(1).await);
        let body = json!({
            "redirect_uris": [REDIRECT], "subject_type": "pairwise",
            "sector_identifier_uri": sector,
        });
        let headers = [("authorization", bearer.as_str())];
        client.send(Method::POST, &client.at("clients"), &headers, body.to_string()).await.body
    };
    assert!(register(&format!("{url}/sector")).await["client_id"].is_string());
    for bad in [format!("{url}/bad"), format!("{url}/missing"), "https://169.254.169.254/x".into()]
    {
        let refused: Value = register(&bad).await;
        assert_eq!(refused["error"], "invalid_client_metadata", "{bad}");
    }
}

/// Without the setting loopback is as private as any other network.
#[tokio::test(flavor = "multi_thread")]
async fn loopback_is_refused_unless_it_is_allowed() {
    let partner = Partner::new().await;
    let idp = partner.trusted(false).on_sqlite().await;
    let client = partner.client(&idp).await;
    let key = Key::new();
    partner.put_key(&key, "one");
    ask(&idp, &client, &key, "one").await.refused("invalid_client");
}

/// A client's silent address must not hold the database: others read and write meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn a_silent_address_delays_nobody_else() {
    minato()
        .settings(|settings| settings.outbound.loopback = true)
        .on_each_engine(async |idp| {
            let silent = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
            let port = silent.local_addr().expect("bound").port();
            let toml = format!(
                "jwks_uri = \"https://localhost:{port}/jwks\"\n\
                 id_token_encrypted_response_alg = \"ECDH-ES\"\n"
            );
            let slow = idp.client("slow", &toml).await;
            let plain = idp.client("plain", "").await;
            let visitor = idp.member().await;
            let code = slow.code(&visitor, &[]).await;
            let waiting = tokio::spawn(async move { slow.redeem(&code, &[], None).await.status });
            // The provider is connected, and hears nothing until this is dropped.
            let (held, _) = silent.accept().await.expect("a connection");
            idp.visitor().open(&idp.at("minato/login")).await.sees("name=\"password\"");
            let code = plain.code(&visitor, &[]).await;
            plain.redeem(&code, &[], None).await.good();
            assert!(!waiting.is_finished());
            drop((held, silent));
            assert!(!waiting.await.expect("ended").is_success());
        })
        .await;
}

/// S9: a host that never answers holds up nobody else's documents.
#[tokio::test(flavor = "multi_thread")]
async fn a_silent_host_holds_up_nobody_else() {
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = silent.local_addr().expect("bound").port();
    let partner = Partner::new().await;
    partner.put("/jwks", "{}");
    let idp = partner.trusted(true).on_sqlite().await;
    let mut waiting = tokio::task::JoinSet::new();
    for n in 0..100 {
        let app = idp.app.clone();
        let url = format!("http://127.0.0.1:{port}/{n}");
        waiting.spawn(async move { app.outbound.get(&url).await.is_ok() });
    }
    let mut open = Vec::new();
    for _ in 0..4 {
        open.push(silent.accept().await.expect("it is asked"));
    }
    let got = idp.app.outbound.get(&format!("{}/jwks", partner.url)).await;
    assert_eq!(got.expect("answered"), b"{}");
    assert_eq!(waiting.len(), 100, "nobody was answered");
    assert!(waiting.try_join_next().is_none());
}

//! Back-Channel Logout §2.4 to §2.8: told by a signed token, again until it arrives; a slow receiver
//! delays nobody.

use crate::support::{Relying, Setup, TestIdp, Visitor, claims, json, minato};
use idp::jobs::logouts;
use tests::until;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

fn telling() -> Setup {
    minato().settings(|settings| settings.outbound.loopback = true)
}

/// A partner's server on loopback.
struct Receiver(TcpListener);

impl Receiver {
    async fn new() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").await.expect("a free port"))
    }

    async fn client(&self, idp: &TestIdp, id: &str) -> Relying {
        let at = self.0.local_addr().expect("bound");
        idp.client(id, &format!("backchannel_logout_uri = \"http://{at}/{id}\"\n")).await
    }

    /// The next request: its connection and its body.
    async fn next(&self) -> (TcpStream, String) {
        let (mut stream, _) = self.0.accept().await.expect("a connection");
        let (mut text, mut buffer) = (String::new(), [0; 8192]);
        loop {
            let read = stream.read(&mut buffer).await.expect("read");
            text.push_str(&String::from_utf8_lossy(&buffer[..read]));
            let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
            let length = head.to_lowercase().lines().find_map(|line| {
                line.strip_prefix("content-length:")?.trim().parse::<usize>().ok()
            });
            if read == 0 || length.is_some_and(|length| body.len() >= length) {
                let body = body.to_owned();
                return (stream, body);
            }
        }
    }

    /// The logout token that arrives next.
    async fn told(&self, status: &str) -> String {
        let (mut stream, body) = self.next().await;
        let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        stream.write_all(answer.as_bytes()).await.expect("written");
        body.strip_prefix("logout_token=").expect("only this parameter").to_owned()
    }
}

/// Signs in at a client; returns the claims of the ID token.
async fn visit(client: &Relying, visitor: &Visitor) -> serde_json::Value {
    let code = client.code(visitor, &[]).await;
    claims(client.redeem(&code, &[], None).await.good().member("id_token"))
}

async fn sign_out(client: &Relying, visitor: &Visitor) {
    let page = visitor.open(&client.at("logout")).await;
    visitor.submit(&page, &[]).await;
}

/// §2.4, §2.6: what the token says; it is no ID token and no access token.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_is_told_who_signed_out() {
    telling()
        .on_each_engine(async |idp| {
            let receiver = Receiver::new().await;
            let client = receiver.client(idp, "prompt").await;
            let visitor = idp.member().await;
            let known = visit(&client, &visitor).await;
            tokio::spawn(logouts::run(idp.app.clone()));
            sign_out(&client, &visitor).await;
            let token = receiver.told("200 OK").await;
            let told = claims(&token);
            assert_eq!((&told["sid"], &told["sub"]), (&known["sid"], &known["sub"]));
            assert_eq!(told["aud"], "prompt");
            assert!(told.get("nonce").is_none() && told["jti"].is_string());
            assert!(told["exp"].as_i64() > Some(idp.now()));
            let events = told["events"].as_object().expect("an object");
            assert!(events.len() == 1 && events.values().all(|value| *value == json!({})));
            assert!(!client.is_good(&token).await);
        })
        .await;
}

/// §2.8: refused once, it comes again; taken, it is done.
#[tokio::test(flavor = "multi_thread")]
async fn what_did_not_arrive_comes_again() {
    telling()
        .on_each_engine(async |idp| {
            let receiver = Receiver::new().await;
            let client = receiver.client(idp, "retried").await;
            let visitor = idp.member().await;
            visit(&client, &visitor).await;
            tokio::spawn(logouts::run(idp.app.clone()));
            sign_out(&client, &visitor).await;
            receiver.told("500 No").await;
            idp.advance(10);
            idp.app.logouts.notify_one();
            receiver.told("200 OK").await;
            until("nothing waits any more", async || {
                (!idp.rows().await.contains_key("logouts")).then_some(())
            })
            .await;
        })
        .await;
}

/// A client that never answers delays nobody; one without a session hears nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_silent_client_delays_nobody() {
    let idp = telling().on_sqlite().await;
    let (silent, prompt, never) =
        (Receiver::new().await, Receiver::new().await, Receiver::new().await);
    let slow = silent.client(&idp, "slow").await;
    let client = prompt.client(&idp, "prompt").await;
    never.client(&idp, "never").await;
    let visitor = idp.member().await;
    visit(&slow, &visitor).await;
    visit(&client, &visitor).await;
    tokio::spawn(logouts::run(idp.app.clone()));
    sign_out(&client, &visitor).await;
    // It is held and gets no answer.
    let (_held, _) = silent.next().await;
    prompt.told("200 OK").await;
    let waiting = async || idp.rows().await.get("logouts").copied();
    until("only the silent one waits", async || (waiting().await == Some(1)).then_some(())).await;
    let heard = std::future::poll_fn(|cx| std::task::Poll::Ready(never.0.poll_accept(cx)));
    assert!(heard.await.is_pending(), "it had no session");
}

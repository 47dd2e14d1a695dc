//! Logout: RP-initiated, back-channel with retries, front-channel.

use reqwest::StatusCode;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use tests::relying::{REDIRECT, Relying, claims, form, now, signed_in};
use tests::world::{Options, World};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

fn minato() -> Options {
    let settings = vec![("MUSUBI_IDP_OUTBOUND__LOOPBACK", "true".to_owned())];
    Options { insurers: vec!["minato"], settings, ..Options::default() }
}

/// What a receiver got: path and body.
type Received = Arc<Mutex<Vec<(String, String)>>>;

/// A partner's server: answers 500 as often as told, and `/slow` never.
async fn receiver(failures: usize) -> (String, Received) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("bound"));
    let received: Received = Arc::default();
    let (kept, failed) = (received.clone(), Arc::new(Mutex::new(failures)));
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let (kept, failed) = (kept.clone(), failed.clone());
            tokio::spawn(async move {
                let mut text = String::new();
                let mut buffer = [0; 8192];
                loop {
                    let read = stream.read(&mut buffer).await.unwrap_or(0);
                    text.push_str(&String::from_utf8_lossy(&buffer[..read]));
                    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
                    let length = head.to_lowercase().lines().find_map(|line| {
                        line.strip_prefix("content-length:")?.trim().parse::<usize>().ok()
                    });
                    if read == 0 || length.is_some_and(|length| body.len() >= length) {
                        break;
                    }
                }
                let path = text.split(' ').nth(1).unwrap_or_default().to_owned();
                if path == "/slow" {
                    tokio::time::sleep(std::time::Duration::from_secs(60)).await;
                }
                let body = text.split_once("\r\n\r\n").map_or("", |(_, body)| body).to_owned();
                let fail = {
                    let mut left = failed.lock().expect("not poisoned");
                    let fail = *left > 0;
                    *left = left.saturating_sub(1);
                    fail
                };
                if !fail {
                    kept.lock().expect("not poisoned").push((path, body));
                }
                let status = if fail { "500 No" } else { "200 OK" };
                let answer =
                    format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
                stream.write_all(answer.as_bytes()).await.ok();
            });
        }
    });
    (url, received)
}

async fn wait(received: &Received, count: usize) -> Vec<(String, String)> {
    for _ in 0..600 {
        let now = received.lock().expect("not poisoned").clone();
        if now.len() >= count {
            return now;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("only {:?} arrived", received.lock().expect("not poisoned"));
}

/// RP-Initiated Logout §2, §3; attacks 2 and 14.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_signs_its_member_out_and_nobody_else_can() {
    World::on_each_engine(minato(), async |world| {
        let after = "http://localhost:1/bye?x=1";
        let client = Relying::register(
            world,
            "app",
            &format!("post_logout_redirect_uris = [\"{after}\"]\n"),
        );
        let visitor = signed_in(world).await;
        let tokens = async || {
            let code = client.code(&visitor, &[]).await;
            client.redeem(&code, &[], None).await.good()
        };
        let hint = tokens().await.member("id_token").to_owned();
        let out = |pairs: &[(&str, &str)]| format!("{}?{}", client.at("logout"), form(pairs));
        // Without a hint of this session the person is asked, and nothing has happened yet.
        let (head, _) = hint.rsplit_once('.').expect("three parts");
        let unsigned = format!("{head}.");
        for asks in [
            vec![],
            vec![("state", "s")],
            vec![("post_logout_redirect_uri", after)],
            vec![("id_token_hint", "x.y.z"), ("post_logout_redirect_uri", after)],
            vec![("id_token_hint", unsigned.as_str()), ("post_logout_redirect_uri", after)],
            vec![("client_id", "app"), ("post_logout_redirect_uri", after)],
            vec![("id_token_hint", hint.as_str()), ("client_id", "other")],
        ] {
            let page = visitor.open(&out(&asks)).await;
            page.sees("name=\"csrf\"");
            assert!(client.answer(&visitor, &[("prompt", "none")]).await["code"].is_string());
        }
        // A form of the client's site signs out, too, and HEAD does not.
        let head =
            client.http.head(out(&[("id_token_hint", &hint)])).send().await.expect("answered");
        assert_eq!(head.status(), StatusCode::OK);
        let gone = visitor
            .open_and_stay(&out(&[
                ("id_token_hint", &hint),
                ("post_logout_redirect_uri", after),
                ("state", "a b"),
            ]))
            .await;
        assert_eq!(gone.url, format!("{after}&state=a+b"));
        assert_eq!(client.answer(&visitor, &[("prompt", "none")]).await["error"], "login_required");

        tests::relying::sign_in(world, &visitor).await;
        let hint = tokens().await.member("id_token").to_owned();
        for wrong in
            ["http://localhost:1/bye", "http://localhost:1/bye?x=1&y=2", "//evil", REDIRECT]
        {
            let url = out(&[("id_token_hint", &hint), ("post_logout_redirect_uri", wrong)]);
            let page = visitor.open_and_stay(&url).await;
            assert_eq!(page.url, "", "nobody is sent to {wrong}");
        }
        // Only an ID token is a hint: not the answer of JARM, signed by the same key.
        tests::relying::sign_in(world, &visitor).await;
        let jarm = client.answer(&visitor, &[("response_mode", "jwt")]).await;
        let page = visitor
            .open(&out(&[("id_token_hint", jarm["response"].as_str().expect("a JWT"))]))
            .await;
        page.sees("name=\"csrf\"");
    })
    .await;
}

/// Back-Channel Logout §2.4 to §2.8: told by a signed token, again until it arrives; a slow
/// receiver delays nobody. Front-Channel Logout §3.
#[tokio::test(flavor = "multi_thread")]
async fn other_clients_are_told() {
    World::on_each_engine(minato(), async |world| {
        let (url, received) = receiver(0).await;
        let (failing, late) = receiver(1).await;
        let (front, _) = receiver(0).await;
        let with = |id: &str, uri: &str| {
            Relying::register(world, id, &format!("backchannel_logout_uri = \"{uri}\"\n"))
        };
        let prompt = with("prompt", &format!("{url}/prompt"));
        let slow = with("slow", &format!("{url}/slow"));
        let retried = with("retried", &format!("{failing}/retried"));
        let _never = with("never", &format!("{url}/never"));
        let framed = Relying::register(
            world,
            "framed",
            &format!(
                "redirect_uris = [\"{REDIRECT}\", \"{front}/cb\"]\n\
                 frontchannel_logout_uri = \"{front}/out\"\n"
            ),
        );
        let visitor = signed_in(world).await;
        let mut sids = BTreeMap::new();
        for client in [&slow, &prompt, &retried, &framed] {
            let code = client.code(&visitor, &[]).await;
            let tokens = client.redeem(&code, &[], None).await.good();
            let token = claims(tokens.member("id_token"));
            sids.insert(client.client_id.clone(), (token["sid"].clone(), token["sub"].clone()));
        }
        let page = visitor.open(&prompt.at("logout")).await;
        let done = visitor.submit(&page, &[]).await;
        done.sees("<iframe").sees("/out?iss=").sees("sid=");
        let arrived = wait(&received, 1).await;
        assert_eq!(arrived[0].0, "/prompt");
        let token = arrived[0].1.strip_prefix("logout_token=").expect("only this parameter");
        let told: Value = claims(token);
        let (sid, sub) = &sids["prompt"];
        assert_eq!((&told["sid"], &told["sub"]), (sid, sub));
        assert_eq!(told["aud"], "prompt");
        assert!(told.get("nonce").is_none() && told["jti"].is_string());
        assert!(told["exp"].as_i64() > Some(now()));
        let events = told["events"].as_object().expect("an object");
        assert_eq!(events.len(), 1);
        assert!(events.values().all(|value| value == &serde_json::json!({})));
        // It was refused once and came again.
        let again = wait(&late, 1).await;
        assert_eq!(again[0].0, "/retried");

        let paths: Vec<String> =
            received.lock().expect("not poisoned").iter().map(|(path, _)| path.clone()).collect();
        assert!(!paths.contains(&"/never".to_owned()), "it had no session");
        // A logout token is no ID token and no access token.
        assert!(!prompt.is_good(token).await);
    })
    .await;
}

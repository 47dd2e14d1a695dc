//! Passkeys over HTTP, without a device: what is offered, and what cannot be forged (attack 27). What a
//! device does is in `tests/tests/passkeys.rs`.

use crate::support::people::LOGIN;
use crate::support::{ICHIRO, PASSWORD, Seen, StatusCode, minato};

/// The value of a hidden field.
fn hidden<'p>(page: &'p Seen, name: &str) -> &'p str {
    let field = page.html.split(&format!("name=\"{name}\" value=\"")).nth(1).expect("a field");
    field.split('"').next().unwrap_or_default()
}

/// Offered beside the password where the insurer says so, in a form that is hidden without a script;
/// not where it does not.
#[tokio::test(flavor = "multi_thread")]
async fn they_are_offered_where_the_insurer_says_so() {
    let idp = minato().on_sqlite().await;
    let visitor = idp.visitor();
    let login = visitor.open(&idp.at("minato/login")).await;
    login.sees("data-passkey=").sees("\" hidden>").sees("username webauthn");
    let options =
        login.html.split("data-passkey=\"").nth(1).and_then(|rest| rest.split('"').next());
    let options = options.unwrap_or_default().replace("&quot;", "\"");
    let options: serde_json::Value = serde_json::from_str(&options).expect("JSON");
    assert_eq!(options["publicKey"]["rpId"], "localhost");
    assert_eq!(options["publicKey"]["userVerification"], "required");
    assert!(options["publicKey"]["allowCredentials"].as_array().is_none_or(Vec::is_empty));
    let policy = visitor.header(&login.url, "content-security-policy").await;
    assert!(policy.contains("/passkey-"), "{policy}");

    let off = idp.file("idp.toml").replace("offer = true", "offer = false");
    idp.publish("idp.toml", &off).await;
    let visitor = idp.visitor();
    let login = visitor.open(&idp.at("minato/login")).await;
    login.does_not_see("data-passkey").does_not_see("webauthn");
    let member = idp.member().await;
    member.open(&idp.at("minato/account")).await.does_not_see("account/passkey");
    let page = member.open(&idp.at("minato/account/passkey")).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
}

/// No answer, a made-up one, and one to another journey's challenge sign nobody in, and cost the
/// password's tries nothing.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_made_up_signs_nobody_in() {
    minato()
        .on_each_engine(async |idp| {
            idp.member().await;
            let visitor = idp.visitor();
            let other = visitor.open(&idp.at("minato/login")).await;
            let page = visitor.open(&idp.at("minato/login")).await;
            let mut aimed = page.clone();
            aimed.html = aimed.html.replace("step=password\"", "step=passkey\"");
            let made_up = serde_json::json!({
                "id": "AAAA", "rawId": "AAAA", "type": "public-key", "extensions": {},
                "response": {"authenticatorData": "AAAA", "clientDataJSON": "e30", "signature": "AAAA"},
            })
            .to_string();
            let foreign = hidden(&other, "state").to_owned();
            let own = hidden(&page, "state").to_owned();
            for state in ["", "x", &foreign, &own] {
                for credential in ["", "{}", "null", &made_up] {
                    let fields = [("state", state), ("credential", credential)];
                    let answer = visitor.submit(&aimed, &fields).await;
                    answer.sees("パスキーでログインできませんでした").sees("name=\"password\"");
                }
            }
            let to = visitor.submit_and_stay(&page, &LOGIN).await;
            assert!(to.contains("/minato/signin"), "{to}");
        })
        .await;
}

/// A passkey cannot be made without the proof of its account's owner, nor without an answer; and
/// another's is nobody's to remove.
#[tokio::test(flavor = "multi_thread")]
async fn they_are_their_owners() {
    minato()
        .on_each_engine(async |idp| {
            let member = idp.member().await;
            let page = member.open(&idp.at("minato/account/passkey")).await;
            page.sees("もう一度パスワード").does_not_see("data-act=\"make\"");
            let mut forged = page.clone();
            forged.html = forged.html.replace("step=password\"", "step=passkey-enrol\"");
            let fields = [("name", "わたしの端末"), ("state", "x"), ("credential", "{}")];
            member.submit(&forged, &fields).await.sees("もう一度パスワード");
            let page = member.submit(&page, &LOGIN).await;
            page.sees("data-act=\"make\"");
            member.submit(&page, &[("name", "")]).await.sees("name-error");
            let state = hidden(&page, "state").to_owned();
            for credential in ["", "{}", "{\"id\":\"AAAA\"}"] {
                let fields = [
                    ("name", "わたしの端末"),
                    ("state", state.as_str()),
                    ("credential", credential),
                ];
                member
                    .submit(&page, &fields)
                    .await
                    .sees("登録できませんでした")
                    .sees("value=\"わたしの端末\"");
            }
            member.open(&idp.at("minato/account")).await.does_not_see("わたしの端末");

            idp.execute(
                "INSERT INTO passkeys (insurer_id, credential_id, account_id, name, passkey,
                                       created_at, used_at)
                 SELECT 'minato', 'AAAA', account_id, '花子の電話', '{}', 0, 0 FROM accounts",
            )
            .await;
            let ichiro = idp.visitor();
            idp.register(&ichiro, ("ichiro@example.jp", "ichiro77", ICHIRO)).await;
            let at = idp.at("minato/account/passkey/AAAA");
            assert_eq!(ichiro.open(&at).await.status, StatusCode::NOT_FOUND);
            let page = ichiro.open(&format!("{at}/remove")).await;
            let his = [("user_id", "ichiro77"), ("password", PASSWORD)];
            ichiro.submit(&page, &his).await.does_not_see("削除しました");
            member.open(&idp.at("minato/account")).await.sees("花子の電話");
            member.open(&at).await.sees("「花子の電話」を削除しますか");
            let page = member.open(&format!("{at}/remove")).await;
            member.submit(&page, &LOGIN).await.sees("パスキーを削除しました");
        })
        .await;
}

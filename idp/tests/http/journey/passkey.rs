//! Passkeys over HTTP: what is offered, and what cannot be forged (attack 27). What a browser and its
//! device do is in `tests/tests/passkeys.rs`.

use crate::support::people::LOGIN;
use crate::support::{ICHIRO, PASSWORD, Seen, StatusCode, TestIdp, Visitor, minato};
use tests::authenticator::{Authenticator, PRESENT, VERIFIED};

/// The value of a hidden field.
fn hidden<'p>(page: &'p Seen, name: &str) -> &'p str {
    let field = page.html.split(&format!("name=\"{name}\" value=\"")).nth(1).expect("a field");
    field.split('"').next().unwrap_or_default()
}

/// Offered beside the password where the insurer says so, in a form that is hidden until a script knows
/// that the device can (F076); not where it does not.
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

/// 花子 with a passkey of a device in this process.
async fn with_passkey(idp: &TestIdp) -> (Visitor, Authenticator) {
    let member = idp.member().await;
    let mut device = Authenticator::at(&idp.at(""));
    let page = member.open(&idp.at("minato/account/passkey")).await;
    let page = member.submit(&page, &LOGIN).await;
    device.make(&member, &page, "スマートフォン").await.sees("パスキーを追加しました");
    (member, device)
}

async fn signs_in(idp: &TestIdp, device: &Authenticator) -> bool {
    let visitor = idp.visitor();
    let page = visitor.open(&idp.at("minato/login")).await;
    device.sign_in(&visitor, &page).await.url.contains("/minato/signin")
}

/// Attack 27: what no browser would send. Each is tried beside the same with nothing wrong.
#[tokio::test(flavor = "multi_thread")]
async fn answers_that_no_browser_gives_are_refused() {
    minato()
        .on_each_engine(async |idp| {
            let (_, mut device) = with_passkey(idp).await;
            assert!(signs_in(idp, &device).await);
            let good = (device.origin.clone(), device.rp_id.clone(), device.flags);
            for origin in [
                "http://localhost:8400.evil.example",
                "http://evil.localhost:8400",
                "https://localhost:8400",
                "http://localhost:8401",
                "null",
            ] {
                origin.clone_into(&mut device.origin);
                assert!(!signs_in(idp, &device).await, "{origin}");
            }
            device.origin.clone_from(&good.0);
            for rp_id in ["evil.example", "localhost.evil.example", ""] {
                rp_id.clone_into(&mut device.rp_id);
                assert!(!signs_in(idp, &device).await, "{rp_id}");
            }
            device.rp_id.clone_from(&good.1);
            // Not unlocked, nobody there, neither.
            for flags in [PRESENT, VERIFIED, 0] {
                device.flags = flags;
                assert!(!signs_in(idp, &device).await, "{flags}");
            }
            device.flags = good.2;
            // The challenge of another page.
            let visitor = idp.visitor();
            let other = visitor.open(&idp.at("minato/login")).await;
            device.challenge = other
                .html
                .split("challenge&quot;:&quot;")
                .nth(1)
                .map(|rest| rest.split('&').next().unwrap_or_default().to_owned());
            assert!(device.challenge.is_some());
            assert!(!signs_in(idp, &device).await, "another challenge");
            device.challenge = None;
            assert!(signs_in(idp, &device).await, "nothing of it did harm");

            // A counter that goes on is right; one that stands still or goes back blocks the key.
            device.count = 7;
            assert!(signs_in(idp, &device).await);
            assert!(!signs_in(idp, &device).await, "a copy");
            device.count = 100;
            assert!(!signs_in(idp, &device).await, "blocked until its owner removes it");
        })
        .await;
}

/// Attack 27: made without unlocking, at another origin, or twice, it is not kept.
#[tokio::test(flavor = "multi_thread")]
async fn only_a_good_passkey_is_kept() {
    let idp = minato().on_sqlite().await;
    let member = idp.member().await;
    let page = member.open(&idp.at("minato/account/passkey")).await;
    let page = member.submit(&page, &LOGIN).await;
    let kept = "SELECT COUNT(*) AS n FROM passkeys";
    let mut device = Authenticator::at(&idp.at(""));
    device.flags = PRESENT;
    device.make(&member, &page, "a").await;
    device.flags = PRESENT | VERIFIED;
    "http://evil.example".clone_into(&mut device.origin);
    device.make(&member, &page, "a").await;
    assert_eq!(idp.number(kept).await, 0);
    let mut device = Authenticator::at(&idp.at(""));
    device.make(&member, &page, "a").await.sees("パスキーを追加しました");
    // The same key once more, under another name, also of somebody else.
    let page = member.open(&idp.at("minato/account/passkey")).await;
    let page = member.submit(&page, &LOGIN).await;
    device.make(&member, &page, "b").await;
    assert_eq!(idp.number(kept).await, 1);
}

/// Google's and 1Password's.
const GOOGLE: u128 = 0xea9b_8d66_4d01_1d21_3ce4_b6b4_8cb5_75d4;
const ONE_PASSWORD: u128 = 0xbada_5566_a7aa_401f_bd96_4561_9a55_120d;

/// The page on which a passkey is made.
async fn enrolment(idp: &TestIdp, member: &Visitor) -> Seen {
    let page = member.open(&idp.at("minato/account/passkey")).await;
    member.submit(&page, &LOGIN).await
}

/// What keeps a passkey is shown by its name, and an insurer can say which it takes.
#[tokio::test(flavor = "multi_thread")]
async fn what_keeps_a_passkey_is_known_by_name() {
    minato()
        .on_each_engine(async |idp| {
            let member = idp.member().await;
            let mut google = Authenticator::at(&idp.at(""));
            google.aaguid = GOOGLE.to_be_bytes();
            let page = enrolment(idp, &member).await;
            google.make(&member, &page, "電話").await.sees("保管先: Google Password Manager");

            let text = "offer = true\nonly = [\"bada5566-a7aa-401f-bd96-45619a55120d\"]";
            let only = idp.file("idp.toml").replace("offer = true", text);
            idp.publish("idp.toml", &only).await;
            let page = enrolment(idp, &member).await;
            for aaguid in [0, GOOGLE] {
                let mut other = Authenticator::at(&idp.at(""));
                other.aaguid = aaguid.to_be_bytes();
                let refused = other.make(&member, &page, "鍵").await;
                refused.sees("パスキーの保管先は次のとおりです: 1Password").sees("value=\"鍵\"");
            }
            let mut named = Authenticator::at(&idp.at(""));
            named.aaguid = ONE_PASSWORD.to_be_bytes();
            named.make(&member, &page, "鍵").await.sees("保管先: 1Password");
            assert!(signs_in(idp, &google).await, "what was made before goes on");
        })
        .await;
}

/// F082: who has changed something is asked at once whether the other browsers are to be signed out.
#[tokio::test(flavor = "multi_thread")]
async fn others_can_be_signed_out_with_it() {
    let idp = minato().on_sqlite().await;
    let (member, device) = with_passkey(&idp).await;
    let other = idp.visitor();
    let page = other.open(&idp.at("minato/login")).await;
    device.sign_in(&other, &page).await;
    other.open(&idp.at("minato/account")).await.sees("ログインしている機器");
    let page = enrolment(&idp, &member).await;
    let mut another = Authenticator::at(&idp.at(""));
    let done = another.make(&member, &page, "鍵").await;
    done.sees("ほかの機器でもログインしたままです");
    member.submit(&done, &[]).await.sees("ログアウトしました");
    other.open(&idp.at("minato/account")).await.does_not_see("ログインしている機器");
    // Where nobody else is, nothing is asked.
    let page = enrolment(&idp, &member).await;
    let mut third = Authenticator::at(&idp.at(""));
    third.make(&member, &page, "指輪").await.does_not_see("ほかの機器でもログイン");
}

/// A passkey that is nobody's is named on the page, for its keeper to forget it; one that is
/// somebody's is not, whatever was wrong with it.
#[tokio::test(flavor = "multi_thread")]
async fn only_what_is_nobodys_is_named() {
    let idp = minato().on_sqlite().await;
    let (member, mut device) = with_passkey(&idp).await;
    let answer = async |device: &Authenticator| {
        let visitor = idp.visitor();
        let page = visitor.open(&idp.at("minato/login")).await;
        let led = device.sign_in(&visitor, &page).await;
        visitor.open(&idp.at(led.url.trim_start_matches('/'))).await
    };
    device.flags = PRESENT;
    answer(&device).await.does_not_see("data-unknown");
    idp.execute("UPDATE passkeys SET insurer_id = 'another'").await;
    answer(&device).await.does_not_see("data-unknown");
    idp.execute("UPDATE passkeys SET insurer_id = 'minato', blocked_at = 1").await;
    answer(&device).await.does_not_see("data-unknown");
    member
        .open(&idp.at("minato/account"))
        .await
        .does_not_see(&format!("&quot;{}&quot;", device.id()));
    idp.execute("UPDATE passkeys SET blocked_at = NULL").await;
    // The own page tells the good ones.
    let id = device.id();
    member.open(&idp.at("minato/account")).await.sees(&format!("[&quot;{id}&quot;]"));
    idp.execute("DELETE FROM passkeys").await;
    answer(&device).await.sees(&format!("data-unknown=\"{id}\""));
}

/// Other addresses of an installation use the same passkeys; nobody else does. So does one that
/// moved, as long as its old host answers.
#[tokio::test(flavor = "multi_thread")]
async fn related_origins_use_the_same_passkeys() {
    let idp = minato().on_sqlite().await;
    let none = idp.visitor().open(&idp.at(".well-known/webauthn")).await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);

    let idp = minato()
        .settings(|settings| {
            settings.passkeys.host = "old.example".to_owned();
            settings.passkeys.origins = vec![
                "https://login.brand.example".to_owned(),
                "https://www.old.example".to_owned(),
            ];
        })
        .on_sqlite()
        .await;
    let list = idp.visitor().open(&idp.at(".well-known/webauthn")).await;
    let list: serde_json::Value = serde_json::from_str(&list.html).expect("JSON");
    let here = idp.at("").trim_end_matches('/').to_owned();
    assert_eq!(list, serde_json::json!({"origins": [here, "https://login.brand.example"]}));

    let member = idp.member().await;
    let mut device = Authenticator::at(&idp.at(""));
    "old.example".clone_into(&mut device.rp_id);
    let page = enrolment(&idp, &member).await;
    device.make(&member, &page, "電話").await.sees("パスキーを追加しました");
    for (origin, expected) in [
        (here.as_str(), true),
        ("https://login.brand.example", true),
        ("https://www.old.example", true),
        ("https://brand.example", false),
        ("https://evil.old.example", false),
        ("https://login.brand.example.evil.example", false),
    ] {
        origin.clone_into(&mut device.origin);
        assert_eq!(signs_in(&idp, &device).await, expected, "{origin}");
    }
}

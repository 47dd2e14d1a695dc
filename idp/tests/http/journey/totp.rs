//! Authenticator apps: F088 to F095, F114, F115, F117; attacks 24 to 26.

use crate::support::people::LOGIN;
use crate::support::{HANAKO, ICHIRO, PASSWORD, Seen, TestIdp, Visitor, claims, minato};
use idp::credentials::totp::App;

/// The app of somebody who typed the key that the page shows.
pub fn app(page: &Seen) -> App {
    let key = page.html.split("class=\"key\" lang=\"en\">").nth(1).expect("a key");
    let key: String = key.split('<').next().unwrap_or_default().split_whitespace().collect();
    let (mut bits, mut held, mut secret) = (0u32, 0, Vec::new());
    for letter in key.bytes() {
        let value = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".iter().position(|b| *b == letter);
        bits = bits << 5 | u32::try_from(value.expect("Base32")).expect("small");
        held += 5;
        if held >= 8 {
            held -= 8;
            secret.push((bits >> held & 0xff) as u8);
        }
    }
    App::new(&secret, "", "").expect("160 bits")
}

pub async fn ask(idp: &TestIdp, when: &str) {
    let policy = idp.file("idp.toml").replace("when = \"own\"", &format!("when = \"{when}\""));
    idp.publish("idp.toml", &policy).await;
}

/// A member who sets up an app on the own page.
pub async fn with_app(idp: &TestIdp) -> (Visitor, App) {
    let member = idp.member().await;
    let page = member.open(&idp.at("minato/account/app")).await;
    let page = member.submit(&page, &LOGIN).await;
    let app = app(&page);
    let typed = [("code", app.code(idp.now())), ("name", "スマートフォン".to_owned())];
    let typed = typed.each_ref().map(|(name, value)| (*name, value.as_str()));
    let done = member.submit(&page, &typed).await;
    done.sees("認証アプリを追加しました").sees("スマートフォン");
    // The next code is another.
    idp.advance(30);
    (member, app)
}

/// From the login page to the one that asks the code.
pub async fn to_code(idp: &TestIdp, visitor: &Visitor) -> Seen {
    let page = visitor.open(&idp.at("minato/login")).await;
    let page = visitor.submit(&page, &LOGIN).await;
    page.sees("name=\"code\"").sees("one-time-code");
    page
}

pub async fn code(visitor: &Visitor, page: &Seen, code: &str) -> Seen {
    visitor.submit_without_following(page, &[("code", code)]).await
}

pub fn is_in(answer: &Seen) -> bool {
    answer.url.contains("/minato/signin")
}

/// F088 to F095: set up by a key, asked at each login from then on, right once, told by mail.
#[tokio::test(flavor = "multi_thread")]
async fn an_app_is_asked_at_every_login() {
    minato()
        .on_each_engine(async |idp| {
            ask(idp, "own").await;
            let (member, app) = with_app(idp).await;
            let mails = idp.mails("hanako@example.jp").await;
            let told = mails.last().expect("a mail");
            assert!(told.subject.contains("認証アプリが登録されました"), "{}", told.subject);
            // The session in which it was set up has it, and goes on.
            let client = idp.client("app", "").await;
            let silent = client.code(&member, &[("prompt", "none")]).await;
            let tokens = client.redeem(&silent, &[], None).await.good();
            assert_eq!(
                claims(tokens.member("id_token"))["amr"],
                serde_json::json!(["mfa", "otp", "pwd"])
            );

            let visitor = idp.visitor();
            let page = to_code(idp, &visitor).await;
            // The password alone opens nothing.
            assert!(
                visitor
                    .location(&client.authorize(&[("prompt", "none")]))
                    .await
                    .contains("login_required")
            );
            visitor.submit(&page, &[("code", "12345")]).await.sees("6桁の数字を");
            let wrong = visitor.submit(&page, &[("code", "000000")]).await;
            wrong.sees("確認コードが正しくありません").sees("あと");
            let now = app.code(idp.now());
            let spaced = format!("{} {}", &now[..3], &now[3..]);
            assert!(is_in(&code(&visitor, &page, &spaced).await));

            // Attack 25: the same code, and one of before, are no use to who looked over a shoulder.
            let thief = idp.visitor();
            let page = to_code(idp, &thief).await;
            assert!(!is_in(&code(&thief, &page, &now).await));
            assert!(!is_in(&code(&thief, &page, &app.code(idp.now() - 30)).await));
            assert!(!is_in(&code(&thief, &page, &app.code(idp.now() - 90)).await));
            assert!(is_in(&code(&thief, &page, &app.code(idp.now() + 30)).await), "a fast clock");
        })
        .await;
}

/// Attack 25: of many who have the same code at the same time one gets in.
#[tokio::test(flavor = "multi_thread")]
async fn of_many_at_once_one_gets_in() {
    minato()
        .on_each_engine(async |idp| {
            ask(idp, "own").await;
            let (_, app) = with_app(idp).await;
            let mut pages = Vec::new();
            for _ in 0..5 {
                let visitor = idp.visitor();
                let page = to_code(idp, &visitor).await;
                pages.push((visitor, page));
            }
            let now = app.code(idp.now());
            let tries = pages.iter().map(|(visitor, page)| code(visitor, page, &now));
            let mut inside = 0;
            let mut tries: Vec<_> = tries.map(Box::pin).collect();
            let (a, b, c, d, e) = {
                let mut next = || tries.pop().expect("five");
                (next(), next(), next(), next(), next())
            };
            let (a, b, c, d, e) = tokio::join!(a, b, c, d, e);
            for answer in [a, b, c, d, e] {
                inside += usize::from(is_in(&answer));
            }
            assert_eq!(inside, 1);
        })
        .await;
}

/// Attack 24: a code is not guessed.
#[tokio::test(flavor = "multi_thread")]
async fn so_many_wrong_codes_and_no_more() {
    let idp = minato().on_sqlite().await;
    ask(&idp, "own").await;
    let (_, app) = with_app(&idp).await;
    for _ in 0..10 {
        // Another browser, another journey: the counter is the account's.
        let visitor = idp.visitor();
        let page = to_code(&idp, &visitor).await;
        assert!(!is_in(&code(&visitor, &page, "000000").await));
    }
    let visitor = idp.visitor();
    let page = visitor.open(&idp.at("minato/login")).await;
    let page = visitor.submit(&page, &LOGIN).await;
    page.sees("しばらく入力できません");
    idp.advance(3601);
    let page = to_code(&idp, &visitor).await;
    assert!(is_in(&code(&visitor, &page, &app.code(idp.now())).await));
}

/// Where everybody must have one, it is set up at the next login; who has one cannot put another
/// beside it with the password alone, and the last one stays.
#[tokio::test(flavor = "multi_thread")]
async fn where_everybody_must_have_one() {
    minato()
        .on_each_engine(async |idp| {
            let member = idp.member().await;
            ask(idp, "always").await;
            let visitor = idp.visitor();
            let page = visitor.open(&idp.at("minato/login")).await;
            // F075: a passkey or an app, and back to the choice.
            let choice = visitor.submit(&page, &LOGIN).await;
            choice.sees("value=\"passkey-enrol\"").sees("value=\"totp-enrol\"");
            let page = visitor.submit(&choice, &[("choice", "passkey-enrol")]).await;
            page.sees("data-act=\"make\"").sees("value=\"back\"");
            let choice = visitor.choose(&page, "back").await;
            let page = visitor.submit(&choice, &[("choice", "totp-enrol")]).await;
            page.sees("認証アプリの設定").sees("<svg").sees("name=\"name\"");
            let again = visitor.open(&page.url).await;
            let app = app(&again);
            // F093: nothing counts before a code was right.
            let wrong = [("code", "000000"), ("name", "電話")];
            let page = visitor.submit(&again, &wrong).await;
            page.sees("認証コードが異なります").sees("value=\"電話\"");
            let now = app.code(idp.now());
            let typed = [("code", now.as_str()), ("name", "電話")];
            assert!(is_in(&visitor.submit_without_following(&page, &typed).await));

            idp.advance(30);
            let thief = idp.visitor();
            let page = to_code(idp, &thief).await;
            let mut forged = page.clone();
            forged.html = forged.html.replace("step=totp\"", "step=totp-enrol\"");
            thief.submit(&forged, &typed).await.does_not_see("name=\"name\"").sees("name=\"code\"");
            assert!(is_in(&code(&thief, &page, &app.code(idp.now())).await));

            let own = member.open(&idp.at("minato/account")).await;
            own.sees("電話").sees("最後の一つは削除できません").does_not_see("account/app/");
        })
        .await;
}

/// Attack 26, F115, F117: several apps, each with its name; one is removed by its owner, after both proofs.
#[tokio::test(flavor = "multi_thread")]
async fn apps_are_added_and_removed() {
    minato()
        .on_each_engine(async |idp| {
            ask(idp, "own").await;
            let (member, first) = with_app(idp).await;
            let page = member.open(&idp.at("minato/account/app")).await;
            let page = member.submit(&page, &LOGIN).await;
            page.sees("name=\"code\"").does_not_see("name=\"name\"");
            let page = member.submit(&page, &[("code", &first.code(idp.now()))]).await;
            let second = app(&page);
            let now = second.code(idp.now());
            member
                .submit(&page, &[("code", now.as_str()), ("name", "会社の電話")])
                .await
                .sees("会社の電話");
            idp.advance(30);
            // Either opens.
            for app in [&first, &second] {
                let visitor = idp.visitor();
                let page = to_code(idp, &visitor).await;
                assert!(is_in(&code(&visitor, &page, &app.code(idp.now())).await));
            }
            idp.advance(30);
            let own = member.open(&idp.at("minato/account")).await;
            let link =
                own.html.split("href=\"/").find(|rest| rest.starts_with("minato/account/app/"));
            let link = link.and_then(|rest| rest.split('"').next()).expect("a way to remove it");
            member.open(&idp.at(link)).await.sees("「スマートフォン」を削除しますか");
            let page = member.open(&idp.at(&format!("{link}/remove"))).await;
            let page = member.submit(&page, &LOGIN).await;
            let done = member.submit(&page, &[("code", &second.code(idp.now()))]).await;
            done.sees("認証アプリを削除しました").sees("会社の電話").does_not_see("スマートフォン");
            let mails = idp.mails("hanako@example.jp").await;
            assert!(mails.last().expect("a mail").subject.contains("削除されました"));
            idp.advance(30);
            let visitor = idp.visitor();
            let page = to_code(idp, &visitor).await;
            assert!(!is_in(&code(&visitor, &page, &first.code(idp.now())).await));
            assert!(is_in(&code(&visitor, &page, &second.code(idp.now())).await));
        })
        .await;
}

/// Another's app is no use, nor can another's be removed.
#[tokio::test(flavor = "multi_thread")]
async fn an_app_is_of_one_account() {
    let idp = minato().on_sqlite().await;
    ask(&idp, "own").await;
    let (member, app) = with_app(&idp).await;
    let ichiro = idp.visitor();
    idp.register(&ichiro, ("ichiro@example.jp", "ichiro77", ICHIRO)).await;
    let own = member.open(&idp.at("minato/account")).await;
    let link = own.html.split("href=\"/").find(|rest| rest.starts_with("minato/account/app/"));
    let link = link.and_then(|rest| rest.split('"').next()).expect("a way to remove it");
    assert_eq!(ichiro.open(&idp.at(link)).await.status, 404);
    let his = [("user_id", "ichiro77"), ("password", PASSWORD)];
    let page = ichiro.open(&idp.at(&format!("{link}/remove"))).await;
    ichiro.submit(&page, &his).await.does_not_see("削除しました");
    member.open(&idp.at("minato/account")).await.sees("スマートフォン");
    let visitor = idp.visitor();
    let page = to_code(&idp, &visitor).await;
    assert!(is_in(&code(&visitor, &page, &app.code(idp.now())).await));
}

/// C-07: a recovery is no way around the app, and a change asks it, too.
#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_asks_the_app_too() {
    minato()
        .on_each_engine(async |idp| {
            ask(idp, "own").await;
            let (member, app) = with_app(idp).await;
            idp.advance(8 * 24 * 3600);
            let visitor = idp.visitor();
            let page = visitor.open(&idp.at("minato/recover")).await;
            let page = idp.prove_mailbox(&visitor, &page, "hanako@example.jp").await;
            let page = visitor.submit(&page, HANAKO).await;
            let new = "みずうみ の ほとり で 昼寝 29";
            let new = [("password", new), ("password_again", new)];
            let page = visitor.submit(&page, &new).await;
            page.sees("name=\"code\"");
            // Nothing has changed yet.
            let other = idp.visitor();
            to_code(idp, &other).await;
            let done = visitor.submit(&page, &[("code", &app.code(idp.now()))]).await;
            done.sees("パスワードを変更しました");
            idp.advance(30);
            let page = member.open(&idp.at("minato/account/password")).await;
            // She was signed out by the recovery.
            page.sees("name=\"password\"");
        })
        .await;
}

/// Whoever knew the password may have set up an app a short while ago: it is not asked of the owner
/// who recovers, and is gone afterwards; so is a passkey.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_thief_added_does_not_keep_the_owner_out() {
    minato()
        .on_each_engine(async |idp| {
            ask(idp, "own").await;
            with_app(idp).await;
            give_passkey(idp).await;
            let visitor = idp.visitor();
            let page = visitor.open(&idp.at("minato/recover")).await;
            let page = idp.prove_mailbox(&visitor, &page, "hanako@example.jp").await;
            let page = visitor.submit(&page, HANAKO).await;
            let new = "みずうみ の ほとり で 昼寝 29";
            let new = [("password", new), ("password_again", new)];
            visitor.submit(&page, &new).await.sees("パスワードを変更しました");
            let own = visitor.open(&idp.at("minato/account")).await;
            own.does_not_see("スマートフォン").does_not_see("花子の鍵");
            let mails = idp.mails("hanako@example.jp").await;
            let told = |what: &str| mails.iter().any(|mail| mail.subject.contains(what));
            assert!(told("認証アプリが削除されました") && told("パスキーが削除されました"));
        })
        .await;
}

/// A passkey of 花子's that no device has: for what depends on her having one.
async fn give_passkey(idp: &TestIdp) {
    let now = idp.now();
    idp.execute(&format!(
        "INSERT INTO passkeys (insurer_id, credential_id, account_id, name, passkey, created_at,
                               used_at)
         SELECT 'minato', 'AAAA', account_id, '花子の鍵', '{{}}', {now}, {now} FROM accounts
         WHERE user_id = 'hanako79'"
    ))
    .await;
}

/// Who has a passkey, too, goes on with the password's way once it is begun: to the code, and to new
/// terms; never to the password again.
#[tokio::test(flavor = "multi_thread")]
async fn a_way_that_was_begun_goes_on() {
    minato()
        .on_each_engine(async |idp| {
            ask(idp, "own").await;
            let (member, app) = with_app(idp).await;
            give_passkey(idp).await;
            let page = member.open(&idp.at("minato/account/password")).await;
            page.sees("data-passkey");
            let page = member.submit(&page, &LOGIN).await;
            let page = member.submit(&page, &[("code", &app.code(idp.now()))]).await;
            page.sees("name=\"password_again\"");

            let newer = idp.file("terms/portal-2026-04-01.toml");
            let newer = newer.replace("2026-04-01", "2026-05-01");
            idp.publish("terms/portal-2026-05-01.toml", &newer).await;
            idp.execute("DELETE FROM totp_devices").await;
            let visitor = idp.visitor();
            let page = visitor.open(&idp.at("minato/login")).await;
            let page = visitor.submit(&page, &LOGIN).await;
            page.sees("agree_portal").does_not_see("name=\"password\"");
        })
        .await;
}

/// Who has a passkey and no app is not offered to set one up with the password alone, also where
/// everybody must have a second factor.
#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_is_not_gone_around_by_a_new_app() {
    let idp = minato().on_sqlite().await;
    idp.member().await;
    give_passkey(&idp).await;
    ask(&idp, "always").await;
    let thief = idp.visitor();
    let page = thief.open(&idp.at("minato/login")).await;
    let page = thief.submit(&page, &LOGIN).await;
    page.does_not_see("<svg").does_not_see("class=\"key\"").sees("data-passkey");
}

/// A login that is asked for in the middle of a session asks the code, too.
#[tokio::test(flavor = "multi_thread")]
async fn a_fresh_login_within_a_session_asks_the_code() {
    let idp = minato().on_sqlite().await;
    ask(&idp, "own").await;
    let (member, app) = with_app(&idp).await;
    let client = idp.client("app", "consent_obtained = true\n").await;
    for prompt in ["login", "login select_account"] {
        let page = member.open(&client.authorize(&[("prompt", prompt)])).await;
        let page = match page.html.contains("value=\"this\"") {
            true => member.submit(&page, &[("decision", "this")]).await,
            false => page,
        };
        let page = member.submit(&page, &LOGIN).await;
        page.sees("name=\"code\"");
        idp.advance(30);
        let to = member.submit_and_stay(&page, &[("code", &app.code(idp.now()))]).await;
        assert!(to.contains("code=") || to.contains("/journey/"), "{prompt}: {to}");
    }
}

/// Nor does patience guess one.
#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_wrong_codes_in_a_month_are_enough() {
    let idp = minato().on_sqlite().await;
    ask(&idp, "own").await;
    let (_, app) = with_app(&idp).await;
    let visitor = idp.visitor();
    for _ in 0..10 {
        let page = to_code(&idp, &visitor).await;
        for _ in 0..10 {
            code(&visitor, &page, "000000").await;
        }
        idp.advance(3601);
    }
    let page = visitor.open(&idp.at("minato/login")).await;
    visitor.submit(&page, &LOGIN).await.sees("しばらく入力できません");
    idp.advance(30 * 24 * 3600);
    let page = to_code(&idp, &visitor).await;
    assert!(is_in(&code(&visitor, &page, &app.code(idp.now())).await));
}

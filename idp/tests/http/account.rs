//! `/{insurer}/account`: a member's own page, and what they change there.

use crate::support::people::LOGIN;
use crate::support::{
    HANAKO, ICHIRO, PASSWORD, REFRESHES, Seen, StatusCode, TestIdp, Visitor, minato,
};

const NEW: &str = "みずうみ の ほとり で 昼寝 29";

fn new(password: &str) -> [(&str, &str); 2] {
    [("password", password), ("password_again", password)]
}

/// From the own page to the first step of a change.
async fn begun(idp: &TestIdp, visitor: &Visitor, what: &str) -> Seen {
    let page = visitor.open(&idp.at(&format!("minato/account/{what}"))).await;
    page.sees("value=\"hanako79\"").sees("もう一度パスワード").does_not_see("minato/register");
    page
}

/// F102, F104: the page shows what is registered, the name as the roster has it, and where they are
/// signed in; for nobody it asks to sign in, and comes back.
#[tokio::test(flavor = "multi_thread")]
async fn it_shows_what_is_registered() {
    let idp = minato().on_sqlite().await;
    let member = idp.member().await;
    let own = member.open(&idp.at("minato/account")).await;
    own.sees("港　花子").sees("hanako79").sees("hanako@example.jp").sees("この機器");
    // F105: password, apps and passkeys on one page, with their days.
    own.sees("に決めたもの").sees("認証アプリ").sees("パスキー");
    own.does_not_see("account/sessions");
    let visitor = idp.visitor();
    let login = visitor.open(&idp.at("minato/account")).await;
    let back = visitor.submit(&login, &LOGIN).await;
    assert!(back.url.ends_with("/minato/account"), "{}", back.url);
    back.sees("ほかの機器").sees("account/sessions");
}

/// F032, F106, F107, attack 9: the password changes after the old one was typed again, whatever the session
/// proved before. What the old one opened elsewhere is shut, this browser goes on under a new secret;
/// the owner is told.
#[tokio::test(flavor = "multi_thread")]
async fn the_password_is_changed() {
    minato()
        .on_each_engine(async |idp| {
            let client = idp.client("app", REFRESHES).await;
            let (here, other) = (idp.member().await, idp.visitor());
            idp.sign_in(&other).await;
            let scope = [("scope", "openid offline_access")];
            let offline = client.redeem(&client.code(&other, &scope).await, &[], None).await.good();

            let page = begun(idp, &here, "password").await;
            // No step can be left out, however young the session is.
            let mut forged = page.clone();
            forged.html = forged.html.replace("step=password\"", "step=password-replace\"");
            here.submit(&forged, &new(NEW)).await.sees("name=\"user_id\"");
            let wrong = [("user_id", "hanako79"), ("password", "ちがう ことば です ね ね ね")];
            let page = here.submit(&page, &wrong).await;
            page.sees("ログインできませんでした");
            let page = here.submit(&page, &LOGIN).await;
            let same = here.submit(&page, &new(PASSWORD)).await;
            same.sees("別のものを");
            let done = here.submit(&same, &new(NEW)).await;
            assert!(done.url.contains("/minato/account?changed=password"), "{}", done.url);
            done.sees("role=\"status\"").sees("hanako79");

            let silent = [("prompt", "none")];
            assert!(here.location(&client.authorize(&silent)).await.contains("code="));
            assert!(other.location(&client.authorize(&silent)).await.contains("login_required"));
            client.refresh(offline.member("refresh_token"), &[]).await.refused("invalid_grant");
            let page = other.open(&idp.at("minato/login")).await;
            other.submit(&page, &LOGIN).await.sees("ログインできませんでした");
            let mails = idp.mails("hanako@example.jp").await;
            let told = mails.last().expect("a mail");
            assert!(told.subject.contains("パスワードが変更されました"), "{}", told.subject);
        })
        .await;
}

/// Somebody else's password changes nothing, and nobody else's account.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_the_owners() {
    let idp = minato().on_sqlite().await;
    let hanako = idp.member().await;
    let ichiro = idp.visitor();
    idp.register(&ichiro, ("ichiro@example.jp", "ichiro77", ICHIRO)).await;
    let page = begun(&idp, &hanako, "password").await;
    let his = [("user_id", "ichiro77"), ("password", PASSWORD)];
    let refused = hanako.submit(&page, &his).await;
    refused.sees("ログインできませんでした");
    // The journey is this browser's: another, signed in or not, finds nothing of it.
    ichiro.open(&page.url).await.does_not_see("name=\"password\"");
    // Signed out meanwhile: the password still is the proof, and nobody is signed in by surprise.
    let out = hanako.open(&idp.at("minato/logout")).await;
    hanako.submit(&out, &[]).await;
    let page = hanako.submit(&page, &LOGIN).await;
    let done = hanako.submit(&page, &new(NEW)).await;
    done.sees("name=\"user_id\"").does_not_see("港　花子");
}

/// F113: the address changes when the new one was proved by a mail that may be opened anywhere; the old
/// one hears of it and signs nobody in any more.
#[tokio::test(flavor = "multi_thread")]
async fn the_address_is_changed() {
    minato()
        .on_each_engine(async |idp| {
            let member = idp.member().await;
            let page = begun(idp, &member, "address").await;
            let page = member.submit(&page, &LOGIN).await;
            page.sees("新しいメールアドレス");
            member.submit(&page, &[("email", "umi@example.jp")]).await.sees("umi@example.jp");
            // On the phone, where nobody is signed in.
            let phone = idp.visitor();
            let link = phone.open(&idp.link("umi@example.jp").await).await;
            link.sees("umi@example.jp").sees("このアドレスに変更します");
            phone.submit(&link, &[]).await.sees("name=\"user_id\"");
            member.open(&idp.at("minato/account")).await.sees("umi@example.jp");
            let told = idp.mails("hanako@example.jp").await;
            let told = told.last().expect("a mail");
            assert!(told.subject.contains("メールアドレスが変更されました"), "{}", told.subject);
            assert!(!told.text.contains("umi@"));
            let sign_in = async |login: &str| {
                let visitor = idp.visitor();
                let page = visitor.open(&idp.at("minato/login")).await;
                let fields = [("user_id", login), ("password", PASSWORD)];
                visitor.submit_without_following(&page, &fields).await.url
            };
            assert!(sign_in("umi@example.jp").await.contains("/minato/signin"));
            assert!(!sign_in("hanako@example.jp").await.contains("/minato/signin"));
        })
        .await;
}

/// Notices go to a second address, too, which may be shared; it signs nobody in and gets no codes. What a
/// thief put there goes with a recovery.
#[tokio::test(flavor = "multi_thread")]
async fn notices_go_to_a_second_address() {
    minato()
        .on_each_engine(async |idp| {
            let member = idp.member().await;
            let ichiro = idp.visitor();
            idp.register(&ichiro, ("ichiro@example.jp", "ichiro77", ICHIRO)).await;
            let add = async |visitor: &Visitor, address: &str, login: &[(&str, &str)]| {
                let page = visitor.open(&idp.at("minato/account/notice-address")).await;
                let page = visitor.submit(&page, login).await;
                page.sees("お知らせが届くアドレスの登録");
                visitor.submit(&page, &[("email", address)]).await;
                let page = visitor.open(&idp.link(address).await).await;
                page.sees("このアドレスにも");
                visitor.submit(&page, &[]).await
            };
            add(&member, "family@example.jp", &LOGIN)
                .await
                .sees("お知らせが届くアドレスを登録しました");
            let told = idp.mails("hanako@example.jp").await;
            assert!(told.last().expect("a mail").text.contains("もう一つのメールアドレス"));
            let his = [("user_id", "ichiro77"), ("password", PASSWORD)];
            add(&ichiro, "family@example.jp", &his).await.sees("family@example.jp");

            let page = begun(idp, &member, "password").await;
            let page = member.submit(&page, &LOGIN).await;
            member.submit(&page, &new(NEW)).await;
            for address in ["hanako@example.jp", "family@example.jp"] {
                let mails = idp.mails(address).await;
                let told = mails.last().expect("a mail");
                assert!(told.subject.contains("パスワード"), "{address}: {}", told.subject);
            }
            // Also when the address itself becomes another.
            let page = member.open(&idp.at("minato/account/address")).await;
            let page = member.submit(&page, &[("user_id", "hanako79"), ("password", NEW)]).await;
            member.submit(&page, &[("email", "umi@example.jp")]).await;
            let link = member.open(&idp.link("umi@example.jp").await).await;
            member.submit(&link, &[]).await;
            let mails = idp.mails("family@example.jp").await;
            let told = mails.last().expect("a mail");
            assert!(told.subject.contains("メールアドレスが変更されました"), "{}", told.subject);
            let visitor = idp.visitor();
            let page = visitor.open(&idp.at("minato/login")).await;
            let typed = [("user_id", "family@example.jp"), ("password", NEW)];
            visitor.submit(&page, &typed).await.sees("ログインできませんでした");

            let login = [("user_id", "hanako79"), ("password", NEW)];
            let page = member.open(&idp.at("minato/account/notice-address/remove")).await;
            let gone = member.submit(&page, &login).await;
            gone.sees("お知らせが届くアドレスを削除しました").does_not_see("family@example.jp");

            add(&member, "thief@example.jp", &login).await.sees("thief@example.jp");
            let owner = idp.visitor();
            let page = owner.open(&idp.at("minato/recover")).await;
            owner.submit(&page, &[("email", "umi@example.jp")]).await;
            let page = owner.open(&idp.link("umi@example.jp").await).await;
            let page = owner.submit(&page, &[]).await;
            let page = owner.submit(&page, HANAKO).await;
            owner.submit(&page, &new("やま の 上 から 見る 湖 と 空 31")).await;
            owner.open(&idp.at("minato/account")).await.does_not_see("thief@example.jp");
        })
        .await;
}

/// Where a login was stands beside it, by the operator's own table: on the own page, in the history and in
/// the mail about a new device.
#[tokio::test(flavor = "multi_thread")]
async fn places_are_named() {
    let table = tempfile::NamedTempFile::new().expect("a file");
    let rows = "network,ja,en\n203.0.113.0/24,神奈川県,Kanagawa\n";
    std::fs::write(table.path(), rows).expect("written");
    let path = table.path().to_owned();
    let idp = minato()
        .settings(move |settings| {
            settings.places_file.clone_from(&path);
            settings.proxy.trusted = vec!["127.0.0.1".to_owned()];
        })
        .on_sqlite()
        .await;
    let file = idp.file("idp.toml").replace("ask = \"off\"", "ask = \"notice\"");
    idp.publish("idp.toml", &file).await;
    let member = idp.member().await;
    member.open(&idp.at("minato/account")).await.does_not_see("神奈川県");
    let away = idp.visitor().at_address("203.0.113.9");
    let page = away.open(&idp.at("minato/login")).await;
    away.submit_and_stay(&page, &LOGIN).await;
    member.open(&idp.at("minato/account")).await.sees("場所: 神奈川県");
    member.open(&idp.at("minato/account/history")).await.sees("場所: 神奈川県");
    let mails = idp.mails("hanako@example.jp").await;
    assert!(mails.last().expect("a mail").text.contains("場所：神奈川県"));
}

/// F065, attack 23: the page does not tell that somebody has the address; its mail does.
#[tokio::test(flavor = "multi_thread")]
async fn anothers_address_is_not_taken() {
    let idp = minato().on_sqlite().await;
    let ichiro = idp.visitor();
    idp.register(&ichiro, ("ichiro@example.jp", "ichiro77", ICHIRO)).await;
    let member = idp.member().await;
    let page = begun(&idp, &member, "address").await;
    let page = member.submit(&page, &LOGIN).await;
    let sent = member.submit(&page, &[("email", "ICHIRO@example.jp")]).await;
    sent.sees("ICHIRO@example.jp").does_not_see("-error\"");
    let mails = idp.mails("ICHIRO@example.jp").await;
    assert!(mails.iter().all(|mail| !mail.text.contains("/link/")));
    member.open(&idp.at("minato/account")).await.sees("hanako@example.jp");
    // Somebody took it between the mail and the click.
    let page = begun(&idp, &member, "address").await;
    let page = member.submit(&page, &LOGIN).await;
    member.submit(&page, &[("email", "umi@example.jp")]).await;
    let link = idp.link("umi@example.jp").await;
    idp.execute(
        "UPDATE addresses SET address = 'umi@example.jp', address_match = 'umi@example.jp'
                 WHERE address_match = 'ichiro@example.jp'",
    )
    .await;
    let page = member.open(&link).await;
    member.submit(&page, &[]).await.sees("メールアドレスを変更できませんでした");
    member.open(&idp.at("minato/account")).await.sees("hanako@example.jp");
}

/// A member reads what they agreed to in the words of then, also when the insurer has others by now.
#[tokio::test(flavor = "multi_thread")]
async fn agreements_are_shown_as_they_were() {
    minato()
        .on_each_engine(async |idp| {
            let member = idp.member().await;
            let list = member.open(&idp.at("minato/account/agreed")).await;
            list.sees("個人情報の取扱い");
            let at = idp.at("minato/account/agreed/portal/2026-04-01");
            member.open(&at).await.sees("加入者ページ利用規約").sees("document-open");
            // The same version with other words, published a day later, is another text.
            idp.advance(24 * 3600);
            let file = "terms/portal-2026-04-01.toml";
            let other = idp.file(file).replacen("\nja = \"\"\"", "\nja = \"\"\"べつの文章。", 1);
            assert!(other.contains("べつの文章"));
            idp.publish(file, &other).await;
            let member = idp.visitor();
            let page = member.open(&idp.at("minato/account")).await;
            member.submit(&page, &LOGIN).await;
            member.open(&at).await.does_not_see("べつの文章").sees("document-open");
            idp.visitor().open(&idp.at("minato/terms")).await.sees("べつの文章");
            let other = idp.at("minato/account/agreed/portal/1999-01-01");
            assert_eq!(member.open(&other).await.status, StatusCode::NOT_FOUND);
            idp.visitor().open(&at).await.sees("name=\"password\"");
        })
        .await;
}

/// F100: the language of pages and mail is the account's, in whatever browser, and partners hear of it.
#[tokio::test(flavor = "multi_thread")]
async fn the_language_is_the_accounts() {
    minato()
        .on_each_engine(async |idp| {
            let member = idp.member().await;
            let own = member.open(&idp.at("minato/account")).await;
            own.sees("日本語").sees("英語にする");
            let english = member.submit(&own, &[]).await;
            english.sees("has been changed").sees("lang=\"en\"");
            let unknown = member.submit(&own, &[("language", "xx")]).await;
            assert_eq!(unknown.status, StatusCode::BAD_REQUEST);

            // A browser that asks for nothing else shows it after the login; mails are in it, too.
            let other = idp.visitor();
            let page = other.open(&idp.at("minato/login")).await;
            page.sees("lang=\"ja\"");
            other.submit_and_stay(&page, &LOGIN).await;
            other.open(&idp.at("minato/account")).await.sees("lang=\"en\"");
            let page = other.open(&idp.at("minato/account/password")).await;
            let page = other.submit(&page, &LOGIN).await;
            other.submit(&page, &new(NEW)).await;
            let mails = idp.mails("hanako@example.jp").await;
            let told = mails.last().expect("a mail");
            assert!(told.subject.contains("password"), "{}", told.subject);
            // One that was chosen in a browser stays there.
            let third = idp.visitor();
            third.open(&idp.at("minato/display?lang=ja&back=/minato/login")).await;
            let page = third.open(&idp.at("minato/login")).await;
            let typed = [("user_id", "hanako79"), ("password", NEW)];
            third.submit_and_stay(&page, &typed).await;
            third.open(&idp.at("minato/account")).await.sees("lang=\"ja\"");
        })
        .await;
}

/// Signing out everywhere else ends the other browsers' sessions and leaves this one.
#[tokio::test(flavor = "multi_thread")]
async fn other_devices_are_signed_out() {
    minato()
        .on_each_engine(async |idp| {
            let client = idp.client("app", "").await;
            let (here, other) = (idp.member().await, idp.visitor());
            idp.sign_in(&other).await;
            let own = here.open(&idp.at("minato/account")).await;
            let done = here.submit(&own, &[]).await;
            done.sees("ログアウトしました").does_not_see("account/sessions");
            let silent = [("prompt", "none")];
            assert!(here.location(&client.authorize(&silent)).await.contains("code="));
            assert!(other.location(&client.authorize(&silent)).await.contains("login_required"));
        })
        .await;
}

/// Attack 26: what was begun with the old password ends with it: a recovery throws out who is in the middle of
/// a change, too.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_old_password_began_is_over() {
    minato()
        .on_each_engine(async |idp| {
            idp.member().await;
            let thief = idp.visitor();
            idp.sign_in(&thief).await;
            let password = begun(idp, &thief, "password").await;
            let password = thief.submit(&password, &LOGIN).await;
            password.sees("name=\"password_again\"");
            let address = begun(idp, &thief, "address").await;
            let address = thief.submit(&address, &LOGIN).await;
            thief.submit(&address, &[("email", "thief@example.jp")]).await;
            let link = idp.link("thief@example.jp").await;
            let app = begun(idp, &thief, "app").await;
            let app = thief.submit(&app, &LOGIN).await;
            app.sees("class=\"key\"");

            let owner = idp.visitor();
            let page = owner.open(&idp.at("minato/recover")).await;
            let page = idp.prove_mailbox(&owner, &page, "hanako@example.jp").await;
            let page = owner.submit(&page, HANAKO).await;
            owner.submit(&page, &new(NEW)).await.sees("パスワードを変更しました");

            let theirs = "どろぼう の ことば で あける 31";
            thief.submit(&password, &new(theirs)).await.does_not_see("変更しました");
            let page = thief.open(&link).await;
            thief.submit(&page, &[]).await;
            owner.open(&idp.at("minato/account")).await.sees("hanako@example.jp");
            let sign_in = async |password: &str| {
                let visitor = idp.visitor();
                let page = visitor.open(&idp.at("minato/login")).await;
                let fields = [("user_id", "hanako79"), ("password", password)];
                visitor.submit_without_following(&page, &fields).await.url
            };
            assert!(!sign_in(theirs).await.contains("/minato/signin"));
            assert!(sign_in(NEW).await.contains("/minato/signin"));
        })
        .await;
}

/// A recovery that is begun in the middle of a change does not say that the change was made.
#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_is_not_the_change() {
    let idp = minato().on_sqlite().await;
    let member = idp.member().await;
    let page = begun(&idp, &member, "address").await;
    let recover = page.html.split("href=\"/").find(|rest| rest.contains("recover?from="));
    let recover = recover.and_then(|rest| rest.split('"').next()).expect("it is offered");
    let page = member.open(&idp.at(recover)).await;
    let page = idp.prove_mailbox(&member, &page, "hanako@example.jp").await;
    let page = member.submit(&page, HANAKO).await;
    let done = member.submit(&page, &new(NEW)).await;
    assert!(done.url.ends_with("/minato/account"), "{}", done.url);
    done.does_not_see("変更しました");
}

/// F101: another user ID signs in, the old one does not; another's is not taken, the address may be.
#[tokio::test(flavor = "multi_thread")]
async fn the_user_id_is_changed() {
    minato()
        .on_each_engine(async |idp| {
            let member = idp.member().await;
            idp.register(&idp.visitor(), ("ichiro@example.jp", "ichiro55", ICHIRO)).await;
            let page = begun(idp, &member, "user-id").await;
            let page = member.submit(&page, &LOGIN).await;
            page.sees("新しいユーザーID");
            for (bad, why) in [
                ("", "入力してください"),
                ("kurz", "文字"),
                ("ICHIRO55", "使われて"),
                ("hanako79", "今お使い"),
                ("ichiro@example.jp", "使え"),
            ] {
                member.submit(&page, &[("user_id", bad)]).await.sees("user_id-error").sees(why);
            }
            let own = member.submit(&page, &[("user_id", "Minato-2026")]).await;
            own.sees("ユーザーIDを変更しました").sees("minato-2026");
            let told = idp.mails("hanako@example.jp").await;
            let told = told.last().expect("a mail");
            assert!(told.subject.contains("ユーザーIDが変更されました"), "{}", told.subject);
            assert!(!told.text.contains("minato-2026"));
            for (user_id, goes_in) in [("hanako79", false), ("minato-2026", true)] {
                let visitor = idp.visitor();
                let page = visitor.open(&idp.at("minato/login")).await;
                let typed = [("user_id", user_id), ("password", PASSWORD)];
                let to = visitor.submit_without_following(&page, &typed).await.url;
                assert_eq!(to.contains("/minato/signin"), goes_in, "{user_id}");
            }
        })
        .await;
}

/// What is kept is taken along, by its owner only.
#[tokio::test(flavor = "multi_thread")]
async fn own_data_is_taken_along() {
    minato()
        .on_each_engine(async |idp| {
            let member = idp.member().await;
            let json = member.open(&idp.at("minato/account/data/json")).await;
            assert!(json.header("content-disposition").contains("account.json"));
            assert_eq!(json.header("cache-control"), "no-store");
            let data: serde_json::Value = serde_json::from_str(&json.html).expect("JSON");
            assert_eq!(data["account"]["user_id"], "hanako79");
            assert_eq!(data["account"]["name"], "港　花子");
            assert_eq!(data["agreements"].as_array().map(Vec::len), Some(2));
            assert_eq!(data["history"][0]["what"], "signed-in");
            assert!(!json.html.contains("argon2id$"), "no secret is among it");
            let csv = member.open(&idp.at("minato/account/data/csv")).await;
            assert!(csv.html.contains("account,user_id,hanako79"), "{}", csv.html);
            let nobody = idp.visitor().open(&idp.at("minato/account/data/json")).await;
            nobody.sees("name=\"password\"").does_not_see("hanako79");
            let other = member.open(&idp.at("minato/account/data/xml")).await;
            assert_eq!(other.status, StatusCode::NOT_FOUND);
        })
        .await;
}

/// An account that is closed signs nobody in, its tokens end, and its person can register anew.
#[tokio::test(flavor = "multi_thread")]
async fn the_account_is_closed() {
    minato()
        .on_each_engine(async |idp| {
            let client = idp.client("app", REFRESHES).await;
            let member = idp.member().await;
            let scope = [("scope", "openid offline_access")];
            let tokens = client.redeem(&client.code(&member, &scope).await, &[], None).await.good();
            let ask = member.open(&idp.at("minato/account/close")).await;
            ask.sees("アカウントを閉じますか").sees("健康保険組合に残ります");
            // Opening an address closes nothing: the password is asked first.
            let page = member.open(&idp.at("minato/account/close?go")).await;
            page.sees("name=\"password\"");
            let closed = member.submit(&page, &LOGIN).await;
            closed.sees("アカウントを閉じました");
            member.open(&idp.at("minato/account")).await.sees("name=\"password\"");
            client.refresh(tokens.member("refresh_token"), &[]).await.refused("invalid_grant");
            let visitor = idp.visitor();
            let page = visitor.open(&idp.at("minato/login")).await;
            visitor.submit(&page, &LOGIN).await.sees("ログインできませんでした");
            let mails = idp.mails("hanako@example.jp").await;
            assert!(mails.last().expect("a mail").subject.contains("アカウントを閉じました"));
            // With the same card and address, under another user ID.
            let again = ("hanako@example.jp", "hanako80", HANAKO);
            idp.register(&idp.visitor(), again).await.sees("hanako80");
        })
        .await;
}

/// Where browsers look for it on a host: the insurer is the one at which the browser has been.
#[tokio::test(flavor = "multi_thread")]
async fn the_host_leads_to_the_own_page() {
    let idp = minato().and("aozora").on_sqlite().await;
    let member = idp.member().await;
    let to = member.location(&idp.at(".well-known/change-password")).await;
    assert_eq!(to, "/minato/account/password");
    let told = member.open(&idp.at(".well-known/passkey-endpoints")).await;
    let told: serde_json::Value = serde_json::from_str(&told.html).expect("JSON");
    for (name, page) in [("enroll", "/minato/account/passkey"), ("manage", "/minato/account")] {
        let url = told[name].as_str().expect("an address");
        assert_eq!(member.location(url).await, page);
    }
    let nobody = idp.visitor().open(&idp.at(".well-known/change-password")).await;
    assert_eq!(nobody.status, StatusCode::NOT_FOUND);
    let planted = idp.visitor();
    planted.plant(&idp.at("minato/login"), "idp-nowhere", "x");
    let none = planted.open(&idp.at(".well-known/change-password")).await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
}

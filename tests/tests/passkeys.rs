//! Passkeys in Chromium with a device that it plays: made, used, copied, replayed, removed (F083,
//! F084, F087, F114, F117; attacks 12, 27).

use tests::browser::Browser;
use tests::relying::{Relying, claims, parameters};
use tests::visitor::{HANAKO, PASSWORD, Visitor};
use tests::world::{Options, Program, World};

const PASSWORD_BUTTON: &str = "main form:not(.cancel, .passkey) button[type=submit]";
const PASSKEY_BUTTON: &str = "form.passkey:not([hidden]) button[type=submit]";
/// Only where one is made: the page of the password before it has the other button.
const MAKE_BUTTON: &str = "form.passkey[data-act=make]:not([hidden]) button[type=submit]";

/// Two browsers at once on a busy machine make each wait for its passkeys.
static ONE_AT_A_TIME: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

async fn log_in_by_password(browser: &Browser) {
    browser.finds("#password").await.fill("user_id", "hanako79").await;
    browser.fill("password", PASSWORD).await.click(PASSWORD_BUTTON).await;
}

/// Keeps what the page posts, for whoever would like to post it again.
const SPY: &str = "const real = HTMLFormElement.prototype.submit;
    HTMLFormElement.prototype.submit = function () {
      sessionStorage.setItem('spied', JSON.stringify(
        [this.elements.state.value, this.elements.credential.value]));
      real.call(this);
    };";
const REPLAY: &str = "const [state, credential] = JSON.parse(sessionStorage.getItem('spied'));
    const form = document.querySelector('form.passkey');
    form.elements.state.value = STATE;
    form.elements.credential.value = credential;
    HTMLFormElement.prototype.submit.call(form);";

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_signs_in_and_a_copy_does_not() {
    let _alone = ONE_AT_A_TIME.lock().await;
    let options = Options { insurers: vec!["minato", "aozora"], ..Options::default() };
    World::on_each_engine(options, async |world| {
        let browser = Browser::start(&format!("passkeys-{}", world.engine)).await;
        let made = ("hanako@example.jp", "hanako79", HANAKO);
        Visitor::new().register(world, "minato", made).await.sees("hanako79");
        let own = format!("{}/minato/account", world.idp_url);
        let sign_in = format!("{}/minato/signin", world.portal_url);

        // Made on the own page, after the password was typed again; told by mail.
        let device = browser.with_device().await;
        browser.open(&own).await;
        log_in_by_password(&browser).await;
        browser
            .finds("a[href$='/account/passkey']")
            .await
            .click("a[href$='/account/passkey']")
            .await;
        log_in_by_password(&browser).await;
        browser.finds(MAKE_BUTTON).await.shoot("70-make").await;
        browser.fill("name", "スマートフォン").await.click(MAKE_BUTTON).await;
        browser.finds("[role=status]").await.sees("スマートフォン").await.shoot("71-own").await;
        assert_eq!(device.passkeys().await.len(), 1);
        let mails = world.mailbox.wait_for("hanako@example.jp", 3).await;
        assert!(mails[2].subject.contains("パスキーが登録されました"), "{}", mails[2].subject);

        // Used: without user ID, password or code, and that is two factors.
        // Here by the field of the user ID: the browser offers it, and the owner agrees.
        browser.forget().await.open(&sign_in).await.finds(".user").await.sees("港").await;
        let client = Relying::register(world, "gym", "consent_obtained = true\n");
        // That session is one for every service.
        browser.open(&client.authorize(&[("prompt", "none")])).await;
        assert!(browser.url().await.contains("code="), "{}", browser.url().await);
        // And by the button.
        device.attended(false).await;
        browser.forget().await.open(&client.authorize(&[])).await;
        browser.finds(PASSKEY_BUTTON).await.shoot("72-login").await.run(SPY).await;
        device.attended(true).await;
        browser.click_or_gone(PASSKEY_BUTTON).await;
        browser.leaves("/minato/journey/").await;
        let answer = parameters(&browser.url().await);
        let code = answer["code"].as_str().expect("a code");
        let tokens = client.redeem(code, &[], None).await.good();
        assert_eq!(claims(tokens.member("id_token"))["amr"], serde_json::json!(["mfa", "pop"]));

        // What was posted once is no use again: the challenge is another journey's.
        device.attended(false).await;
        for state in ["state", "form.elements.state.value"] {
            browser.forget().await.open(&client.authorize(&[])).await.finds(PASSKEY_BUTTON).await;
            browser.run(&REPLAY.replace("STATE", state)).await;
            browser
                .finds("[role=alert]:not([hidden])")
                .await
                .sees("パスキーでログインできませんでした")
                .await;
        }

        // Attack 12: another insurer has the same host, so the browser offers the key there; it opens
        // nothing, and goes on working where it belongs.
        let folder = world.folder.join("insurers/aozora");
        let file = folder.join("idp.toml");
        let text = std::fs::read_to_string(&file).expect("idp.toml");
        std::fs::write(&file, text + "\n[passkeys]\noffer = true\n").expect("written");
        world.ran(Program::Idp, &["insurer", "apply", &folder.display().to_string()]);
        // Started anew: then the test need not wait until the running program has looked.
        world.kill(Program::Idp);
        world.launch(Program::Idp).await;
        let elsewhere = format!("{}/aozora/signin", world.portal_url);
        browser.forget().await.open(&elsewhere).await.finds(PASSKEY_BUTTON).await;
        device.attended(true).await;
        browser.click_or_gone(PASSKEY_BUTTON).await;
        device.attended(false).await;
        browser
            .finds("[role=alert]:not([hidden])")
            .await
            .sees("パスキーでログインできませんでした")
            .await;
        assert_eq!(device.passkeys().await.len(), 1, "it is somebody's: its keeper keeps it");
        // Not while the page of the neighbour waits for it: it would be asked there first.
        browser.open("about:blank").await;
        device.attended(true).await;
        browser.open(&sign_in).await.finds(".user").await.sees("港").await;

        // A copy whose counter is behind signs nobody in, and from then on neither does the key.
        let passkey = device.passkeys().await.remove(0);
        let counter = passkey["signCount"].as_u64().expect("a counter");
        for at in [0, counter + 50] {
            device.attended(false).await;
            device.put_back(&passkey, at).await;
            browser.forget().await.open(&client.authorize(&[])).await.finds(PASSKEY_BUTTON).await;
            device.attended(true).await;
            browser.click_or_gone(PASSKEY_BUTTON).await;
            device.attended(false).await;
            browser
                .finds("[role=alert]:not([hidden])")
                .await
                .sees("パスキーでログインできませんでした")
                .await;
        }
        log_in_by_password(&browser).await;
        browser
            .leaves("/minato/journey/")
            .await
            .open(&own)
            .await
            .sees("使えなくなっています")
            .await;

        // Removed by its owner.
        browser
            .click("a[href*='/account/passkey/']")
            .await
            .sees("「スマートフォン」を削除しますか")
            .await;
        browser.click("main a.button-primary").await;
        log_in_by_password(&browser).await;
        browser.finds("[role=status]").await.sees("パスキーを削除しました").await;
        // Its keeper was told, and offers it no more.
        device.loses_all().await;
        // So is the keeper of one that is shown and is nobody's.
        device.put_back(&passkey, counter + 90).await;
        browser.forget().await.open(&client.authorize(&[])).await.finds(PASSKEY_BUTTON).await;
        device.attended(true).await;
        browser.click_or_gone(PASSKEY_BUTTON).await;
        device.attended(false).await;
        browser.finds("[role=alert]:not([hidden])").await;
        device.loses_all().await;
        browser.close().await;
    })
    .await;
}

/// 浜辺 純一 of nagisa.
const JUNICHI: &[(&str, &str)] = &[
    ("symbol", "007"),
    ("number", "0001234"),
    ("branch", "00"),
    ("name_kana", "ハマベ ジュンイチ"),
    ("birth_year", "1971"),
    ("birth_month", "2"),
    ("birth_day", "19"),
    ("sex", "male"),
];

/// Asked for after a login by password, put off, taken; then the password is given up, and the last
/// passkey stays. Two have no name in common (F084).
#[tokio::test(flavor = "multi_thread")]
async fn a_member_comes_to_a_passkey_and_lives_with_it_alone() {
    let _alone = ONE_AT_A_TIME.lock().await;
    let options =
        Options { insurers: vec!["nagisa"], asks_new_devices: true, ..Options::default() };
    World::on_each_engine(options, async |world| {
        let browser = Browser::start(&format!("passkey-only-{}", world.engine)).await;
        let made = ("junichi@example.jp", "hanako79", JUNICHI);
        Visitor::new().register(world, "nagisa", made).await.sees("hanako79");
        let device = browser.with_device().await;
        let own = format!("{}/nagisa/account", world.idp_url);
        let client = Relying::register_at(world, "nagisa", "gym", "consent_obtained = true\n");

        // In a browser that the account has never seen, after the mailed code: in words, with a way to
        // put it off.
        device.attended(false).await;
        let mut mails = 2;
        let by_code = async |mails: &mut usize| {
            browser.open(&client.authorize(&[])).await;
            log_in_by_password(&browser).await;
            browser.finds("#code").await;
            *mails += 1;
            let all = world.mailbox.wait_for("junichi@example.jp", *mails).await;
            let digits =
                |word: &&str| word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_digit());
            let code = all[*mails - 1].text.split_whitespace().find(digits).expect("a code");
            browser.fill("code", code).await.click(PASSWORD_BUTTON).await;
            // And the mail that tells of the new device.
            *mails += 1;
        };
        by_code(&mut mails).await;
        browser.finds("button[value=later]").await.sees("パスワードなしで").await;
        browser.shoot("74-offer").await.click("button[value=later]").await;
        browser.leaves("/nagisa/journey/").await;
        assert!(browser.url().await.contains("code="));
        // Not again so soon.
        browser.open(&client.authorize(&[("prompt", "login")])).await;
        log_in_by_password(&browser).await;
        browser.leaves("/nagisa/journey/").await;
        // In another browser it is, and taken: one press.
        browser.forget().await;
        by_code(&mut mails).await;
        browser
            .finds("button[value=passkey-enrol]")
            .await
            .click("button[value=passkey-enrol]")
            .await;
        browser.finds(PASSKEY_BUTTON).await.shoot("75-make").await;
        assert_eq!(browser.value("name").await, "Chrome / Linux");
        device.attended(true).await;
        browser.click_or_gone(PASSKEY_BUTTON).await.leaves("/nagisa/journey/").await;
        assert_eq!(device.passkeys().await.len(), 1);

        // Another must have another name.
        device.attended(false).await;
        browser.open(&own).await.click("a[href$='/account/passkey']").await;
        log_in_by_password(&browser).await;
        browser.finds(MAKE_BUTTON).await;
        browser.run("document.querySelector('form.passkey').submit()").await;
        browser.finds("#name-error").await.sees("同じ名前").await;

        // The password is given up, by who shows that the passkey works.
        browser.open(&own).await.click("a[href$='/account/password/remove']").await;
        browser.sees("パスワードを使わないようにしますか").await.shoot("76-ask").await;
        browser.click("main a.button-primary").await;
        log_in_by_password(&browser).await;
        assert!(browser.loses("#password").await);
        browser.finds(PASSKEY_BUTTON).await;
        device.attended(true).await;
        browser.click_or_gone(PASSKEY_BUTTON).await.finds("[role=status]").await;
        browser.sees("パスワードを使わないようにしました").await;
        browser.sees("最後の一つは削除できません").await.shoot("77-own").await;
        device.attended(false).await;
        browser.forget().await.open(&client.authorize(&[])).await;
        log_in_by_password(&browser).await;
        browser.finds("[role=alert]:not([hidden])").await.sees("ログインできませんでした").await;
        device.attended(true).await;
        browser.click_or_gone(PASSKEY_BUTTON).await.leaves("/nagisa/journey/").await;
        assert!(browser.url().await.contains("code="));
        browser.close().await;
    })
    .await;
}

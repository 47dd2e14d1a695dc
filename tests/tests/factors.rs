//! Second factors and new devices as a member meets them, in Chromium with real mail: a code by mail
//! (F097), recovery codes, another app in the place of a lost one, lockdown and back.

use tests::browser::Browser;
use tests::visitor::{HANAKO, PASSWORD, Visitor};
use tests::world::{Options, World};

const BUTTON: &str = "main form:not(.cancel, .passkey) button[type=submit]";

async fn log_in(browser: &Browser, password: &str) {
    browser.finds("#password").await.fill("user_id", "hanako79").await;
    browser.fill("password", password).await.click(BUTTON).await;
}

/// The word of a mail that begins so, or is so many digits.
fn word(text: &str, is: impl Fn(&str) -> bool) -> String {
    text.split_whitespace().find(|word| is(word)).expect("a word of the mail").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_device_a_thief_and_the_way_back() {
    let options =
        Options { insurers: vec!["minato"], asks_new_devices: true, ..Options::default() };
    World::on_each_engine(options, async |world| {
        let made = ("hanako@example.jp", "hanako79", HANAKO);
        Visitor::new().register(world, "minato", made).await.sees("hanako79");
        let browser = Browser::start(&format!("factors-{}", world.engine)).await;
        let sign_in = format!("{}/minato/signin", world.portal_url);
        let own = format!("{}/minato/account", world.idp_url);

        // Another browser than that of the registration: the code is on its way when it is asked.
        browser.open(&sign_in).await;
        log_in(&browser, PASSWORD).await;
        browser.finds("#code").await.sees("h…@example.jp").await.shoot("80-code").await;
        browser.fill("code", "12").await.click(BUTTON).await;
        browser.finds("#code-error").await.shoot("81-code-wrong").await;
        let mails = world.mailbox.wait_for("hanako@example.jp", 3).await;
        let code = word(&mails[2].text, |word| word.len() == 6 && word.parse::<u32>().is_ok());
        browser.fill("code", &code).await.click(BUTTON).await;
        browser.finds(".user").await.sees("港").await;
        let mails = world.mailbox.wait_for("hanako@example.jp", 4).await;
        assert!(mails[3].subject.contains("新しい機器"), "{}", mails[3].subject);
        let not_me = word(&mails[3].text, |word| word.contains("/not-me/"));

        // Known from now on, with what it is called.
        browser.open(&own).await.sees("Chrome / Linux").await.shoot("82-own").await;
        browser.click("a[href$='/account/history']").await;
        browser.finds(".rows").await.sees("はじめての機器").await.shoot("83-history").await;

        // The owner reads the mail: it was not them.
        browser.open(&not_me).await.sees("利用を止める").await.shoot("84-not-me").await;
        browser.click(BUTTON).await;
        browser.finds("a[href$='/recover']").await.shoot("85-locked").await;
        browser.open(&own).await;
        log_in(&browser, PASSWORD).await;
        browser.finds("[role=alert]").await.sees("ログインできませんでした").await;

        // And gets back in.
        browser.click("a[href*='/recover?']").await.finds("#email").await;
        browser.fill("email", "hanako@example.jp").await.click(BUTTON).await;
        let mails = world.mailbox.wait_for("hanako@example.jp", 5).await;
        browser.open(&word(&mails[4].text, |word| word.contains("/link/"))).await;
        browser.click(BUTTON).await.finds("#symbol").await;
        for (field, value) in HANAKO {
            browser.fill(field, value).await;
        }
        browser.click(BUTTON).await.finds("#password_again").await;
        let new = "みずうみ の ほとり で 昼寝 29";
        browser.fill("password", new).await.fill("password_again", new).await.click(BUTTON).await;
        browser.finds("a[href$='/account/history']").await;

        // Codes for the day when the phone is gone.
        browser.click("a[href$='/account/codes']").await;
        log_in(&browser, new).await;
        browser.finds(".codes").await.shoot("86-codes").await;
        assert_eq!(browser.texts(".codes li").await.len(), 10);
        browser.click("#kept").await.click(BUTTON).await;
        browser.finds("[role=status]").await.sees("あと10個").await;
        browser.close().await;
    })
    .await;
}

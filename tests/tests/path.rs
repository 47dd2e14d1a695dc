//! The whole path in a real browser, on each engine: a member registers, logs in once, reads the
//! medical fees; a partner site logs her in silently; logging out ends everything. On the way
//! the programs are killed and nothing acknowledged is lost.

use tests::browser::Browser;
use tests::relying::Relying;
use tests::visitor::{HANAKO, PASSWORD};
use tests::world::{Options, Program, World};

#[tokio::test(flavor = "multi_thread")]
async fn a_member_registers_logs_in_once_and_reads_the_medical_fees() {
    let options = Options { insurers: vec!["minato", "aozora"], ..Options::default() };
    World::on_each_engine(options, async |world| {
        world.launch_partner().await;
        let browser = Browser::start(world.engine).await;
        register(world, &browser).await;
        read(world, &browser).await;
        own(world, &browser).await;
        agreements(world, &browser).await;
        partner(world, &browser).await;
        second_theme(world, &browser).await;
        browser.close().await;
    })
    .await;
}

async fn register(world: &mut World, browser: &Browser) {
    let home = format!("{}/minato/", world.portal_url);
    let help = format!("{}/minato/help", world.idp_url);
    browser.open(&help).await.sees("0120-000-101").await.shoot("00-help").await;
    browser.open(&home).await.sees("みなと健康保険組合").await.shoot("01-welcome").await;
    browser.click("main a[href$='/register']").await.sees("メールアドレス").await;
    browser.shoot("02-mailbox").await;
    browser.fill("email", "hanako.@example.jp").await.click("main button[type=submit]").await;
    browser.sees("メールアドレス").await.shoot("03-mailbox-wrong").await;
    browser.fill("email", "hanako@example.jp").await.click("main button[type=submit]").await;
    browser.sees("hanako@example.jp").await.shoot("04-mailbox-sent").await;

    // `kill -9` of idp: the mail that was acknowledged still comes, its link still works.
    world.kill(Program::Idp);
    world.launch(Program::Idp).await;
    let mails = world.mailbox.wait_for("hanako@example.jp", 1).await;
    assert_eq!(mails[0].from, "no-reply@minato.example");
    assert!(mails[0].subject.contains("みなと健康保険組合"), "{}", mails[0].subject);
    browser.open(mails[0].link().expect("a link")).await.shoot("05-mailbox-open").await;
    browser.click("main button[type=submit]").await.sees("記号").await.shoot("06-card").await;

    // F294: symbol and number apart. F039: the birth date as year, month and day.
    browser.fill("symbol", "9999").await;
    for (field, value) in HANAKO.iter().skip(1) {
        browser.fill(field, value).await;
    }
    browser.click("main button[type=submit]").await.sees("記号").await;
    browser.shoot("07-card-failed").await;
    for (field, value) in HANAKO {
        browser.fill(field, value).await;
    }
    browser.click("main button[type=submit]").await.sees("利用規約").await.shoot("08-terms").await;
    // F062: without agreeing nothing goes on. F283: each document has a box of its own.
    browser.click("main button[type=submit]").await.shoot("09-terms-wrong").await;
    browser.click("#agree_portal").await.click("#agree_privacy").await;
    browser.click("main button[type=submit]").await.sees("パスワード").await;
    browser.shoot("10-password").await;
    browser.fill("user_id", "hanako79").await.fill("password", "short").await;
    browser.fill("password_again", "other").await.click("main button[type=submit]").await;
    browser.sees("15").await.shoot("11-password-wrong").await;
    browser.fill("password", PASSWORD).await.fill("password_again", PASSWORD).await;
    // F051: registration is complete. F016: a mail says so, without the password.
    browser.click("main button[type=submit]").await.sees("hanako79").await.shoot("12-done").await;
    let mails = world.mailbox.wait_for("hanako@example.jp", 2).await;
    assert!(mails[1].text.contains("hanako79") && !mails[1].text.contains(PASSWORD));

    // `kill -9` of idp after the account was acknowledged: it is there.
    world.kill(Program::Idp);
    world.launch(Program::Idp).await;
}

/// F099: the menu leads to the own page. What a member does there, and about a lost password.
async fn own(world: &mut World, browser: &Browser) {
    let button = "main form:not(.cancel) button[type=submit]";
    browser.open(&format!("{}/minato/", world.portal_url)).await;
    browser.click("nav a[href$='/account']").await.sees("hanako79").await;
    browser.shoot("50-own").await.click("a[href$='/account/password']").await;
    browser.sees("もう一度パスワード").await.shoot("51-again").await;
    browser.fill("password", PASSWORD).await.click(button).await.sees("新しいパスワード").await;
    browser.shoot("52-new-password").await;
    browser.open(&format!("{}/minato/recover", world.idp_url)).await.shoot("53-recover").await;
    browser.fill("email", "hanako@example.jp").await.click(button).await;
    browser.sees("メールが届かないとき").await;
    let mails = world.mailbox.wait_for("hanako@example.jp", 3).await;
    browser.open(mails[2].link().expect("a link")).await.shoot("54-recover-open").await;
    browser.click(button).await.sees("記号").await.shoot("55-recover-card").await;
    for (field, value) in HANAKO {
        browser.fill(field, value).await;
    }
    browser.click(button).await.sees("新しいパスワード").await;
    let new = "みずうみ の ほとり で 昼寝 29";
    for field in ["password", "password_again"] {
        browser.fill(field, new).await;
    }
    browser.click(button).await.sees("パスワードを変更しました").await.shoot("56-recovered").await;
    let mails = world.mailbox.wait_for("hanako@example.jp", 4).await;
    assert!(mails[3].subject.contains("パスワードが変更されました"), "{}", mails[3].subject);
    // Everybody was signed out, the portal too, and she is in again.
    browser.click("main a.button-primary").await.sees("港").await;
}

/// Chooses 花子 in the filter by name, as she would.
const PICK_HANAKO: &str = "const list = document.getElementById('person'); \
     list.value = [...list.options].find(option => option.text.includes('花子')).value";

async fn read(world: &mut World, browser: &Browser) {
    // F015: who has registered is a link away from home, and types nothing again.
    browser.click("main a.button-primary").await.sees("港").await;
    browser.click("a[href$='/signout']").await.sees("ログアウトしますか").await;
    browser.click("form[action$='/signout'] button").await.sees("ログアウトしました").await;
    // F056: the portal leads to the login page.
    browser.open(&format!("{}/minato/", world.portal_url)).await;
    browser.click("main a[href$='/signin']").await.sees("ログイン").await.shoot("13-login").await;
    browser.fill("user_id", "hanako79").await.fill("password", "まちがい の パスワード です").await;
    browser.click("main button[type=submit]").await.shoot("14-login-wrong").await;
    browser.fill("user_id", "hanako79").await.fill("password", PASSWORD).await;
    // F080: a login ends on the portal's home page. F022: it greets by name.
    browser.click("main button[type=submit]").await.sees("港").await.shoot("15-home").await;

    // `kill -9` of portal: the session that was acknowledged goes on.
    world.kill(Program::Portal);
    world.launch(Program::Portal).await;
    let fees = format!("{}/minato/p/medical-fees", world.portal_url);
    browser.open(&fees).await.sees("医療費").await.shoot("16-fees").await;
    // F135: one patient's rows of one month. F128: with their sum. The vectors of F130.
    browser.open(&format!("{fees}/month?month=202503")).await;
    browser.run(PICK_HANAKO).await;
    browser.click("form.filter button").await;
    browser.sees("27,120").await.sees("18,984").await.sees("4,416").await.sees("3,720").await;
    browser.shoot("17-fees-month").await;
    browser.open(&format!("{fees}/year?year=2025")).await.sees("2025").await;
    browser.shoot("18-fees-year").await;
    browser.open(&format!("{fees}/past")).await.sees("2022").await.shoot("19-fees-past").await;

    // `kill -9` of every plugin runner: the next request works.
    let runners = world.runners();
    assert!(!runners.is_empty(), "plugins run in processes of their own");
    for runner in runners {
        let killed = std::process::Command::new("kill").args(["-9", &runner.to_string()]).status();
        assert!(killed.is_ok_and(|status| status.success()));
    }
    browser.open(&format!("{fees}/month?month=202503")).await.sees("202").await;
    browser.open(&format!("{}/minato/household", world.portal_url)).await;
    browser.sees("さくら").await.shoot("20-household").await;
    browser.open(&format!("{}/minato/views", world.portal_url)).await.shoot("20-views").await;
    browser.open(&format!("{}/minato/p/notices", world.portal_url)).await;
    browser.shoot("21-not-offered").await;
    browser.open(&format!("{}/minato/nowhere", world.portal_url)).await.shoot("22-not-found").await;
}

/// What a member allows partners and devices, and takes back.
async fn agreements(world: &World, browser: &Browser) {
    let callback = format!("{}/nowhere", world.partner_url());
    let toml = format!(
        "name = {{ ja = \"しおなり 歩数手帳\", en = \"Shionari Steps\" }}\nconsent_obtained = false\n\
         redirect_uris = [\"{callback}\"]\nclient_uri = \"https://steps.example/\"\n\
         policy_uri = \"https://steps.example/policy\"\ntos_uri = \"https://steps.example/terms\"\n\
         frontchannel_logout_uri = \"{}/\"\n\
         grant_types = [\"authorization_code\", \"refresh_token\"]\n",
        world.partner_url()
    );
    let steps = Relying::register(world, "steps", &toml);
    let asks = |more: &[(&str, &str)]| {
        let mut all = vec![
            ("redirect_uri", callback.as_str()),
            ("scope", "openid profile email offline_access"),
        ];
        all.extend(more);
        steps.authorize(&all)
    };
    browser.open(&asks(&[])).await.sees("しおなり 歩数手帳").await.shoot("40-consent").await;
    browser.click("button[value=allow]").await.sees("partner").await;
    assert!(browser.url().await.contains("code="));
    browser.open(&asks(&[("prompt", "select_account")])).await.shoot("41-account").await;
    browser.click("button[value=this]").await.sees("partner").await;
    // The form sends itself.
    browser.open(&asks(&[("response_mode", "form_post")])).await.sees("partner").await;
    browser.open(&format!("{}/minato/views", world.portal_url)).await;
    browser
        .click("a[href$='/consents']")
        .await
        .sees("しおなり 歩数手帳")
        .await
        .shoot("42-consents")
        .await;

    let kind = "urn:ietf:params:oauth:grant-type:device_code";
    let tv = Relying::register(
        world,
        "tv",
        &format!(
            "token_endpoint_auth_method = \"none\"\ngrant_types = [\"{kind}\"]\n\
             name = {{ ja = \"けんこうテレビ\", en = \"Health TV\" }}\n"
        ),
    );
    let fields = [("client_id", "tv"), ("scope", "openid email")];
    let device = tv.post("device_authorization", &fields, None).await.good();
    browser.open(&tv.at("device")).await.shoot("43-device").await;
    browser.fill("user_code", "BBBB-BBBB").await.click("main button[type=submit]").await;
    browser.sees("文字に誤りがあり").await.shoot("44-device-wrong").await;
    browser.fill("user_code", device.member("user_code")).await;
    browser.click("main button[type=submit]").await.sees("けんこうテレビ").await;
    browser.shoot("45-device-confirm").await;
    browser
        .click("button[value=allow]")
        .await
        .sees("許可しました")
        .await
        .shoot("46-device-done")
        .await;

    browser.open(&steps.at("consents")).await;
    browser
        .click("main form button")
        .await
        .sees("けんこうテレビ")
        .await
        .shoot("47-withdrawn")
        .await;
}

/// A relying party that nobody here wrote logs the same member in without asking.
async fn partner(world: &World, browser: &Browser) {
    let partner = world.partner_url();
    browser.open(&format!("{partner}/login?silent")).await.sees("hanako@example.jp").await;
    let text = browser.text().await;
    assert!(text.contains("email_verified") && text.contains("\"sub\""), "{text}");
    assert!(!text.contains("0005678"), "a partner never learns the card: {text}");

    // F022: and has a way to sign out, which asks once (F081) and ends the provider's session, too.
    browser.open(&format!("{}/minato/", world.portal_url)).await;
    browser.click("a[href$='/signout']").await.sees("ログアウトしますか").await;
    browser.click("form[action$='/signout'] button").await.sees("ログアウトしました").await;
    browser.shoot("23-signed-out").await;
    browser.open(&format!("{partner}/login?silent")).await.sees("login_required").await;
    // F018: a link from elsewhere leads to the login page when nobody is signed in.
    browser
        .open(&format!("{}/minato/p/medical-fees", world.portal_url))
        .await
        .sees("パスワード")
        .await;
}

/// The second insurer: another theme, other plugins.
async fn second_theme(world: &World, browser: &Browser) {
    let visitor = tests::visitor::Visitor::new();
    // F040: aozora asks the sex, too.
    let done = ("ken@example.jp", "ken-aozora", tests::visitor::KEN);
    visitor.register(world, "aozora", done).await.sees("ken-aozora");
    browser.open(&format!("{}/aozora/", world.portal_url)).await.shoot("30-aozora-welcome").await;
    browser
        .open(&format!("{}/aozora/signin", world.portal_url))
        .await
        .shoot("31-aozora-login")
        .await;
    // F287: the mail address is as good as the user ID.
    browser.fill("user_id", "ken@example.jp").await.fill("password", PASSWORD).await;
    browser
        .click("main button[type=submit]")
        .await
        .sees("青空")
        .await
        .shoot("32-aozora-home")
        .await;
    // F241: the list of notices, then one of them.
    browser.open(&format!("{}/aozora/p/notices", world.portal_url)).await.shoot("33-notices").await;
    browser.click("main li a").await.shoot("34-notice").await;
    browser
        .open(&format!("{}/aozora/display?lang=en&back=/aozora/p/medical-fees", world.portal_url))
        .await;
    browser.sees("Medical fees").await.shoot("35-english").await;
}

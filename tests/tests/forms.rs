//! Each form of the product in a browser, as hands treat it: reloaded, in another language and
//! size half-way, pressed twice, gone back to, sent from a second tab, and after its cookies are
//! gone.

use std::time::Duration;
use tests::browser::Browser;
use tests::relying::Relying;
use tests::visitor::{HANAKO, ICHIRO, PASSWORD, Visitor};
use tests::world::{Options, World};
use totp_rs::{Builder, Secret};

/// What 花子 changes her password to.
const ANOTHER: &str = "みずうみ の ほとり で 昼寝 29";

/// The form of a page; the way back to a client that waits is another.
const FORM: &str = "main form:not(.cancel)";

/// A form, what is typed into it, and what stands on the page that follows.
struct Asked<'a> {
    name: &'a str,
    fields: &'a [(&'a str, &'a str)],
    /// Boxes and buttons to press, by selector.
    presses: &'a [&'a str],
    /// What the button is, when the form has several.
    button: &'a str,
    next: &'a str,
}

impl Default for Asked<'_> {
    fn default() -> Self {
        Self { name: "", fields: &[], presses: &[], button: "button[type=submit]", next: "" }
    }
}

impl Asked<'_> {
    fn button(&self) -> String {
        format!("{FORM} {}", self.button)
    }

    async fn fill(&self, browser: &Browser) {
        for (field, value) in self.fields {
            browser.fill(field, value).await;
        }
        for press in self.presses {
            browser.click(press).await;
        }
    }

    /// Does to a form what hands do, and is on the next page afterwards.
    async fn survives(&self, browser: &Browser) {
        let (name, button) = (self.name, self.button());
        browser.finds(&button).await.reload().await.finds(&button).await;
        // Language and size change half-way: what was typed stays, but for passwords.
        if let Some((field, value)) = self.fields.first() {
            browser.fill(field, value).await;
            for part in ["size=l", "lang=en", "lang=ja"] {
                browser.click(&format!("a[href*='{part}']")).await.finds(&button).await;
            }
            let kept = if field.contains("password") { "" } else { *value };
            assert_eq!(browser.value(field).await, kept, "{name}: {field} after two languages");
            assert!(browser.has("html.size-l[lang=ja]").await, "{name}");
        }
        quiet(browser, name).await;

        // The same form in two tabs; in the first it is pressed twice.
        let first = browser.another_tab().await;
        browser.finds(&button).await;
        self.fill(browser).await;
        let second = browser.tab().await;
        browser.go_to(&first).await;
        self.fill(browser).await;
        browser.double_click(&button).await.finds(self.next).await;
        quiet(browser, name).await;

        // Back asks nothing of the browser that it does not have (no ERR_CACHE_MISS), and the page
        // that is then shown leads on.
        let there = browser.url().await;
        browser.back().await.finds("h1").await;
        assert!(!browser.text().await.contains("ERR_"), "{name}: {}", browser.text().await);
        browser.open(&there).await.finds(self.next).await;
        quiet(browser, name).await;

        // The second tab is late: it leads to what is asked now, and does nothing twice.
        browser.go_to(&second).await.click(&button).await.finds("h1").await;
        assert!(browser.status().await < 400, "{name}: {}", browser.url().await);
        browser.finds("main a, main button").await;
        browser.complaints().await;
        browser.close_tab(&first).await;
        assert!(browser.has(self.next).await, "{name}");
    }

    /// Without its cookies a form says so, and how to go on.
    async fn needs_cookies(&self, browser: &Browser) {
        browser.finds(&self.button()).await;
        self.fill(browser).await;
        browser.forget().await.click(&self.button()).await.sees("Cookie").await;
        assert_eq!(browser.status().await, 428, "{}", self.name);
        browser.complaints().await;
    }
}

async fn quiet(browser: &Browser, name: &str) {
    let complaints = browser.complaints().await;
    assert!(complaints.is_empty(), "{name}: {complaints:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_form_survives_what_hands_do() {
    let options = Options { insurers: vec!["minato"], ..Options::default() };
    let world = World::on_sqlite(options).await;
    let browser = Browser::start("forms").await;
    registration(&world, &browser).await;
    signing_in(&world, &browser).await;
    signed_in(&world, &browser).await;
    browser.close().await;
}

/// Opens the mailed link that holds. Several mails were asked for within a second: the last of them
/// may be under way, and one that was overtaken leads back to the page that says so.
async fn open_newest_link(world: &World, browser: &Browser) {
    let opened = async {
        loop {
            for mail in world.mailbox.wait_for("hanako@example.jp", 2).await.iter().rev() {
                browser.open(mail.link().expect("a link")).await.finds("h1").await;
                if browser.has("form[action*='/link/']").await {
                    return;
                }
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), opened).await.expect("a link that holds");
}

async fn registration(world: &World, browser: &Browser) {
    let mailbox = Asked {
        name: "mailbox",
        fields: &[("email", "hanako@example.jp")],
        next: "form[action*='step=mailbox']:not(:has(#email))",
        ..Asked::default()
    };
    let register = format!("{}/minato/register", world.idp_url);
    browser.open(&register).await;
    mailbox.needs_cookies(browser).await;
    browser.open(&register).await;
    mailbox.survives(browser).await;
    let again = Asked { name: "send again", next: "[role=status]", ..Asked::default() };
    again.survives(browser).await;

    open_newest_link(world, browser).await;
    Asked { name: "link", next: "#symbol", ..Asked::default() }.survives(browser).await;
    let card = Asked { name: "card", fields: HANAKO, next: "#agree_portal", ..Asked::default() };
    card.survives(browser).await;
    let terms = Asked {
        name: "terms",
        presses: &["#agree_portal", "#agree_privacy"],
        next: "#password_again",
        ..Asked::default()
    };
    terms.survives(browser).await;
    let password = Asked {
        name: "password",
        fields: &[("user_id", "hanako79"), ("password", PASSWORD), ("password_again", PASSWORD)],
        next: "main a.button-primary",
        ..Asked::default()
    };
    password.survives(browser).await;
}

async fn signing_in(world: &World, browser: &Browser) {
    let login = Asked {
        name: "login",
        fields: &[("user_id", "hanako79"), ("password", PASSWORD)],
        next: "a[href$='/signout']",
        ..Asked::default()
    };
    let sign_in = format!("{}/minato/signin", world.portal_url);
    browser.forget().await.open(&sign_in).await;
    login.needs_cookies(browser).await;
    browser.open(&sign_in).await;
    login.survives(browser).await;
}

/// An authenticator app is set up from the key that the page shows, and asked at the next login.
async fn authenticator(world: &World, browser: &Browser) {
    browser.open(&format!("{}/minato/account/app", world.idp_url)).await.finds("#password").await;
    browser.fill("user_id", "hanako79").await.fill("password", ANOTHER).await;
    browser.click(&format!("{FORM} button[type=submit]")).await.finds(".qr svg").await;
    browser.shoot("60-app").await.click("details.plain-details summary").await;
    let key: String = browser.texts(".key").await.concat().split_whitespace().collect();
    let secret = Secret::try_from_base32(&key).expect("Base32");
    let app = Builder::new().with_secret(secret).with_account_name("x");
    let app = app.with_issuer(None::<String>).build().expect("an app");
    let now = || u64::try_from(tests::relying::now()).expect("after 1970");
    let code = app.generate(now()).to_string();
    let set_up = Asked {
        name: "authenticator app",
        fields: &[("name", "スマートフォン"), ("code", &code)],
        next: "[role=status]",
        ..Asked::default()
    };
    set_up.survives(browser).await;
    browser.shoot("61-own").await;
    browser.forget().await.open(&format!("{}/minato/signin", world.portal_url)).await;
    browser.fill("user_id", "hanako79").await.fill("password", ANOTHER).await;
    browser.click(&format!("{FORM} button[type=submit]")).await.finds("#code").await;
    browser.fill("code", "000000").await.click(&format!("{FORM} button[type=submit]")).await;
    browser.finds("[role=alert]").await.shoot("62-code-wrong").await;
    // The code of the next half minute: the one of this was used to set the app up.
    let next = app.generate(now() + 30).to_string();
    let code =
        Asked { name: "code", fields: &[("code", &next)], next: ".user", ..Asked::default() };
    code.fill(browser).await;
    browser.click(&code.button()).await.finds(code.next).await;
}

async fn signed_in(world: &World, browser: &Browser) {
    let client = Relying::register(world, "gym", "scopes = [\"openid\", \"email\"]\n");
    // The answer goes to the client, which does not run: what it shows is the browser's own page.
    browser.open(&client.authorize(&[("scope", "openid email"), ("prompt", "consent")])).await;
    browser.finds(FORM).await.reload().await.finds(FORM).await;
    browser.click("a[href*='lang=en']").await.click("a[href*='lang=ja']").await.finds(FORM).await;
    quiet(browser, "consent").await;
    browser.forget().await.click(&format!("{FORM} button[type=submit]")).await.sees("Cookie").await;
    browser.complaints().await;

    browser.open(&format!("{}/minato/signin", world.portal_url)).await.finds("#password").await;
    browser.fill("user_id", "hanako79").await.fill("password", PASSWORD).await;
    browser.click(&format!("{FORM} button[type=submit]")).await.finds(".user").await;
    browser.open(&format!("{}/minato/account/password", world.idp_url)).await;
    let again = Asked {
        name: "password again",
        fields: &[("user_id", "hanako79"), ("password", PASSWORD)],
        next: "#password_again",
        ..Asked::default()
    };
    again.survives(browser).await;
    let changed = Asked {
        name: "another password",
        presses: &[],
        fields: &[("password", ANOTHER), ("password_again", ANOTHER)],
        next: "[role=status]",
        ..Asked::default()
    };
    changed.survives(browser).await;
    authenticator(world, browser).await;
    browser.open(&format!("{}/minato/device", world.idp_url)).await;
    let device = Asked {
        name: "device",
        fields: &[("user_code", "BCDF-GHJK")],
        next: "#user_code-error, [role=alert]",
        ..Asked::default()
    };
    device.survives(browser).await;
    let kind = "urn:ietf:params:oauth:grant-type:device_code";
    let public = format!("token_endpoint_auth_method = \"none\"\ngrant_types = [\"{kind}\"]\n");
    let tv = Relying::register(world, "tv", &public);
    let fields = [("client_id", "tv"), ("scope", "openid email")];
    let begun = tv.post("device_authorization", &fields, None).await.good();
    browser.open(&tv.at("device")).await;
    let code = Asked {
        name: "device code",
        fields: &[("user_code", begun.member("user_code"))],
        next: "button[value=allow]",
        ..Asked::default()
    };
    code.survives(browser).await;
    let decision = Asked {
        name: "device decision",
        button: "button[value=allow]",
        next: ".notice-success",
        ..Asked::default()
    };
    decision.survives(browser).await;
    browser.open(&tv.at("consents")).await;
    let withdrawal = Asked { name: "withdrawal", next: ".notice-success", ..Asked::default() };
    withdrawal.survives(browser).await;

    // The dependant chooses who sees his records.
    let made = ("ichiro@example.jp", "ichiro77", ICHIRO);
    Visitor::new().register(world, "minato", made).await.sees("ichiro77");
    browser.forget().await.open(&format!("{}/minato/signin", world.portal_url)).await;
    browser.fill("user_id", "ichiro77").await.fill("password", PASSWORD).await;
    browser.click(&format!("{FORM} button[type=submit]")).await.finds(".user").await;
    browser.open(&format!("{}/minato/household", world.portal_url)).await;
    let household = Asked {
        name: "household",
        presses: &["input[name=hidden][value=hide]"],
        next: "[role=status]",
        ..Asked::default()
    };
    household.survives(browser).await;

    browser.open(&format!("{}/minato/logout", world.idp_url)).await;
    let logout = Asked { name: "logout", next: "main:not(:has(form))", ..Asked::default() };
    logout.survives(browser).await;
}

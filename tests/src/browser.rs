//! Chromium, driven by WebDriver. Screenshots of every page at 360 and 1280 px are kept.

use crate::world::bin;
use base64::Engine as _;
use fantoccini::wd::{TimeoutConfiguration, WebDriverCompatibleCommand, WindowHandle};
use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::{Value, json};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A browser window of its own.
pub struct Browser {
    client: Client,
    driver: Child,
    shots: std::path::PathBuf,
}

/// A device with passkeys, as Chromium plays it.
pub struct Device<'b> {
    browser: &'b Browser,
    id: String,
}

impl Device<'_> {
    /// The passkeys that it keeps.
    pub async fn passkeys(&self) -> Vec<Value> {
        let of = json!({"authenticatorId": self.id});
        let kept = self.browser.client.issue_cmd(Cdp("WebAuthn.getCredentials", of)).await;
        kept.expect("asked")["credentials"].as_array().cloned().unwrap_or_default()
    }

    /// Waits until it keeps none.
    pub async fn loses_all(&self) {
        for _ in 0..200 {
            if self.passkeys().await.is_empty() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the device still keeps {:?}", self.passkeys().await);
    }

    /// Whether its owner is there to agree; without, requests wait.
    pub async fn attended(&self, enabled: bool) {
        let of = json!({"authenticatorId": self.id, "enabled": enabled});
        let set = Cdp("WebAuthn.setAutomaticPresenceSimulation", of);
        self.browser.client.issue_cmd(set).await.expect("set");
    }

    /// Puts back a passkey as it was at a counter: what somebody with a copy of it has.
    pub async fn put_back(&self, passkey: &Value, counter: u64) {
        let client = &self.browser.client;
        let of = json!({"authenticatorId": self.id, "credentialId": passkey["credentialId"]});
        // It may have been forgotten before.
        client.issue_cmd(Cdp("WebAuthn.removeCredential", of)).await.ok();
        let mut passkey = passkey.clone();
        passkey["signCount"] = counter.into();
        let of = json!({"authenticatorId": self.id, "credential": passkey});
        client.issue_cmd(Cdp("WebAuthn.addCredential", of)).await.expect("added");
    }
}

/// What the console has said since it was last asked (chromedriver's `se/log`).
#[derive(Debug)]
struct Log;

impl WebDriverCompatibleCommand for Log {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/se/log", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (reqwest::Method, Option<String>) {
        (reqwest::Method::POST, Some(json!({"type": "browser"}).to_string()))
    }
}

/// A command of Chromium's own protocol through WebDriver.
#[derive(Debug)]
struct Cdp(&'static str, Value);

impl WebDriverCompatibleCommand for Cdp {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (reqwest::Method, Option<String>) {
        let body = json!({"cmd": self.0, "params": self.1});
        (reqwest::Method::POST, Some(body.to_string()))
    }
}

impl Browser {
    /// Starts a driver and a window. `name` is the folder of its screenshots.
    pub async fn start(name: &str) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        drop(listener);
        let driver = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver is installed: run `cargo xtask test`");
        let options = json!({"goog:chromeOptions": {"args": [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--disable-dev-shm-usage", "--window-size=1280,900", "--lang=ja", "--accept-lang=ja", "--force-prefers-reduced-motion",
        ]}, "goog:loggingPrefs": {"browser": "ALL"}});
        let url = format!("http://localhost:{port}");
        let connect = async {
            loop {
                let mut builder = ClientBuilder::rustls().expect("rustls");
                let wanted = options.as_object().expect("an object").clone();
                if let Ok(client) = builder.capabilities(wanted).connect(&url).await {
                    return client;
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        let client =
            tokio::time::timeout(Duration::from_secs(60), connect).await.expect("Chromium starts");
        let waits = TimeoutConfiguration::new(None, None, Some(Duration::from_secs(10)));
        client.update_timeouts(waits).await.expect("timeouts");
        let shots = bin().parent().expect("target").join("screenshots").join(name);
        std::fs::create_dir_all(&shots).expect("writable");
        Self { client, driver, shots }
    }

    /// Opens an address.
    pub async fn open(&self, url: &str) -> &Self {
        self.client.goto(url).await.expect("the page opens");
        self
    }

    /// Loads the page again.
    pub async fn reload(&self) -> &Self {
        self.client.refresh().await.expect("the page loads again");
        self
    }

    /// Goes back by one page.
    pub async fn back(&self) -> &Self {
        self.client.back().await.expect("there is a page before");
        self
    }

    /// The value of a field.
    pub async fn value(&self, field: &str) -> String {
        let script = "return document.getElementById(arguments[0])?.value ?? ''";
        let value = self.client.execute(script, vec![field.into()]).await.expect("read");
        value.as_str().unwrap_or_default().to_owned()
    }

    /// The texts of everything that a CSS selector names.
    pub async fn texts(&self, selector: &str) -> Vec<String> {
        let script = "return [...document.querySelectorAll(arguments[0])].map(e => e.textContent)";
        let texts = self.client.execute(script, vec![selector.into()]).await.expect("read");
        let texts = texts.as_array().cloned().unwrap_or_default();
        texts.iter().filter_map(|text| text.as_str().map(str::to_owned)).collect()
    }

    /// Runs a script in the page.
    pub async fn run(&self, script: &str) -> Value {
        self.client.execute(script, vec![]).await.expect("the script runs")
    }

    /// Gives the browser a device that keeps passkeys and whose owner always agrees.
    pub async fn with_device(&self) -> Device<'_> {
        let on = json!({"enableUI": false});
        self.client.issue_cmd(Cdp("WebAuthn.enable", on)).await.expect("WebAuthn");
        let options = json!({"options": {
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": true,
            "hasUserVerification": true, "isUserVerified": true,
            "automaticPresenceSimulation": true,
        }});
        let added = self.client.issue_cmd(Cdp("WebAuthn.addVirtualAuthenticator", options)).await;
        let id = added.expect("a device")["authenticatorId"].as_str().expect("an id").to_owned();
        Device { browser: self, id }
    }

    /// Clicks twice, as fast as a hand that takes a link for an icon.
    pub async fn double_click(&self, selector: &str) -> &Self {
        let script = "const b = document.querySelector(arguments[0]); b.click(); b.click();";
        self.client.execute(script, vec![selector.into()]).await.expect("clicked");
        self
    }

    /// Opens another tab with the page of this one, and returns the handle of this one.
    pub async fn another_tab(&self) -> WindowHandle {
        let (first, url) = (self.client.window().await.expect("a tab"), self.url().await);
        let second = self.client.new_window(true).await.expect("another tab").handle;
        self.go_to(&second).await.open(&url).await;
        first
    }

    /// The tab that is open, to come back to.
    pub async fn tab(&self) -> WindowHandle {
        self.client.window().await.expect("a tab")
    }

    /// Goes to a tab.
    pub async fn go_to(&self, tab: &WindowHandle) -> &Self {
        self.client.switch_to_window(tab.clone()).await.expect("the tab is open");
        self
    }

    /// Closes this tab and goes to another.
    pub async fn close_tab(&self, then: &WindowHandle) -> &Self {
        self.client.close_window().await.expect("closed");
        self.go_to(then).await
    }

    /// Waits until a CSS selector names something.
    pub async fn finds(&self, selector: &str) -> &Self {
        let found = async {
            while !self.has(selector).await {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        if tokio::time::timeout(Duration::from_secs(10), found).await.is_err() {
            panic!("nothing is {selector} at {}: {}", self.url().await, self.text().await);
        }
        self
    }

    /// Waits until the address has a part no more.
    pub async fn leaves(&self, part: &str) -> &Self {
        let left = async {
            while self.url().await.contains(part) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        if tokio::time::timeout(Duration::from_secs(10), left).await.is_err() {
            panic!("still at {}: {}", self.url().await, self.text().await);
        }
        self
    }

    /// Types into a field.
    pub async fn fill(&self, field: &str, value: &str) -> &Self {
        let element = self.client.find(Locator::Id(field)).await;
        let element = element.unwrap_or_else(|_| panic!("no field {field}"));
        element.clear().await.ok();
        element.send_keys(value).await.expect("typed");
        self
    }

    /// Types into a field as it is: a file field takes a path.
    pub async fn type_into(&self, field: &str, text: &str) -> &Self {
        let element = self.client.find(Locator::Id(field)).await;
        let element = element.unwrap_or_else(|_| panic!("no field {field}"));
        element.send_keys(text).await.expect("typed");
        self
    }

    /// Clicks what a CSS selector names.
    pub async fn click(&self, selector: &str) -> &Self {
        let element = self.client.find(Locator::Css(selector)).await;
        let element = element.unwrap_or_else(|_| panic!("nothing is {selector}"));
        element.click().await.unwrap_or_else(|error| panic!("{selector}: {error}"));
        self
    }

    /// Clicks what a CSS selector names, unless the page has gone on by itself meanwhile: a passkey that is
    /// offered in a field is taken without a click.
    pub async fn click_or_gone(&self, selector: &str) -> &Self {
        if let Ok(element) = self.client.find(Locator::Css(selector)).await {
            element.click().await.ok();
        }
        self
    }

    /// Fails unless the page shows a text within a few seconds.
    pub async fn sees(&self, text: &str) -> &Self {
        let shown = async {
            loop {
                let body = match self.client.find(Locator::Css("body")).await {
                    Ok(body) => body.text().await.unwrap_or_default(),
                    Err(_) => String::new(),
                };
                if body.contains(text) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        if tokio::time::timeout(Duration::from_secs(10), shown).await.is_err() {
            let source = self.client.source().await.unwrap_or_default();
            panic!("{} does not show {text:?}:\n{source}", self.url().await);
        }
        self
    }

    /// What the console says of the page: scripts that failed, files that are missing, reports of
    /// the content security policy.
    pub async fn complaints(&self) -> Vec<String> {
        let log = self.client.issue_cmd(Log).await.expect("chromedriver keeps a log");
        let lines = log.as_array().into_iter().flatten();
        let bad = lines.filter(|line| line["level"] == "SEVERE" || line["level"] == "WARNING");
        bad.map(|line| line["message"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// The status with which the page was answered.
    pub async fn status(&self) -> u64 {
        let script = "return performance.getEntriesByType('navigation')[0].responseStatus";
        self.client.execute(script, vec![]).await.expect("measured").as_u64().unwrap_or(0)
    }

    /// Where the links of the page lead, absolute.
    pub async fn links(&self) -> Vec<String> {
        let script = "return [...document.querySelectorAll('a[href]')].map(link => link.href)";
        let links = self.client.execute(script, vec![]).await.expect("read");
        let links = links.as_array().cloned().unwrap_or_default();
        links.iter().filter_map(|link| link.as_str().map(str::to_owned)).collect()
    }

    /// Whether a CSS selector names something on the page as it is now.
    pub async fn has(&self, selector: &str) -> bool {
        let script = "return document.querySelector(arguments[0]) !== null";
        let found = self.client.execute(script, vec![selector.into()]).await;
        found.is_ok_and(|found| found == true)
    }

    /// Waits a few seconds until a CSS selector names nothing any more.
    pub async fn loses(&self, selector: &str) -> bool {
        let gone = async {
            while self.has(selector).await {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), gone).await.is_ok()
    }

    /// Forgets all cookies of every address.
    pub async fn forget(&self) -> &Self {
        self.client
            .issue_cmd(Cdp("Network.clearBrowserCookies", json!({})))
            .await
            .expect("forgotten");
        self
    }

    /// The address of the page.
    pub async fn url(&self) -> String {
        self.client.current_url().await.map(|url| url.to_string()).unwrap_or_default()
    }

    /// The text of the page.
    pub async fn text(&self) -> String {
        let body = self.client.find(Locator::Css("body")).await.expect("a body");
        body.text().await.expect("text")
    }

    /// Keeps the page as a picture at 360 and 1280 px, and fails when it scrolls sideways at 360, or when
    /// axe-core finds a fault of accessibility in it at either width.
    pub async fn shoot(&self, name: &str) -> &Self {
        for width in [1280, 360] {
            let size = json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500});
            self.client
                .issue_cmd(Cdp("Emulation.setDeviceMetricsOverride", size))
                .await
                .expect("resized");
            let script = "return [document.documentElement.scrollWidth, document.documentElement.scrollHeight]";
            let measured = self.client.execute(script, vec![]).await.expect("measured");
            let (wide, high) =
                (measured[0].as_i64().unwrap_or(0), measured[1].as_i64().unwrap_or(0));
            assert!(wide <= width, "{name} is {wide} px wide at {width}");
            let size = json!({"width": width, "height": high.max(600), "deviceScaleFactor": 1, "mobile": width < 500});
            self.client
                .issue_cmd(Cdp("Emulation.setDeviceMetricsOverride", size))
                .await
                .expect("resized");
            let faults = self.faults().await;
            assert!(faults.is_empty(), "{name}: {}", faults.join("\n"));
            let shot = json!({"format": "png"});
            let shot =
                self.client.issue_cmd(Cdp("Page.captureScreenshot", shot)).await.expect("shot");
            self.keep(&shot, &format!("{name}-{width}.png"));
        }
        let none = json!({});
        self.client
            .issue_cmd(Cdp("Emulation.clearDeviceMetricsOverride", none))
            .await
            .expect("reset");
        self
    }

    /// Keeps what is seen as a picture; axe-core finds nothing in it.
    pub async fn shoot_as_it_is(&self, name: &str) -> &Self {
        let faults = self.faults().await;
        assert!(faults.is_empty(), "{name}: {}", faults.join("\n"));
        let shot = Cdp("Page.captureScreenshot", json!({"format": "png"}));
        let shot = self.client.issue_cmd(shot).await.expect("shot");
        self.keep(&shot, &format!("{name}.png"));
        self
    }

    /// As a phone of 360 px, or as a desk again.
    pub async fn phone(&self, is: bool) -> &Self {
        let size = json!({"width": 360, "height": 740, "deviceScaleFactor": 1, "mobile": true});
        let set = match is {
            true => Cdp("Emulation.setDeviceMetricsOverride", size),
            false => Cdp("Emulation.clearDeviceMetricsOverride", json!({})),
        };
        self.client.issue_cmd(set).await.expect("resized");
        self
    }

    /// As a device whose owner has chosen a dark screen, or a bright one again.
    pub async fn dark(&self, is: bool) -> &Self {
        let value = if is { "dark" } else { "light" };
        let media = json!({"features": [{"name": "prefers-color-scheme", "value": value}]});
        self.client.issue_cmd(Cdp("Emulation.setEmulatedMedia", media)).await.expect("dark");
        self
    }

    /// Keeps the page as a picture at 360 px and says what is wrong with it: what axe-core finds, and what is
    /// beside the screen, also with a text twice as large (WCAG 2.2, 1.4.4 and 1.4.10).
    pub async fn look_at(&self, name: &str) -> Vec<String> {
        let size = json!({"width": 360, "height": 900, "deviceScaleFactor": 1, "mobile": true});
        let set = Cdp("Emulation.setDeviceMetricsOverride", size);
        self.client.issue_cmd(set).await.expect("resized");
        let mut faults = self.faults().await;
        let shot = json!({"format": "png", "captureBeyondViewport": true});
        let shot = self.client.issue_cmd(Cdp("Page.captureScreenshot", shot)).await.expect("shot");
        self.keep(&shot, &format!("{name}-360.png"));
        for size in ["100%", "200%"] {
            let script = "document.documentElement.style.fontSize = arguments[0];
                const out = [...document.querySelectorAll('main *')].find(
                  (one) => one.getBoundingClientRect().right > 361);
                return [document.documentElement.scrollWidth, out ? out.outerHTML.slice(0, 200) : ''];";
            let found = self.client.execute(script, vec![size.into()]).await.expect("measured");
            if found[0].as_i64() > Some(360) {
                faults.push(format!("at {size} of the text: {found}"));
            }
        }
        faults.into_iter().map(|fault| format!("{name}: {fault}")).collect()
    }

    fn keep(&self, shot: &Value, file: &str) {
        let data = shot["data"].as_str().unwrap_or_default();
        let png = base64::engine::general_purpose::STANDARD.decode(data).expect("base64");
        std::fs::write(self.shots.join(file), png).expect("written");
    }

    /// What axe-core finds in the page as it is shown: WCAG 2.2 AA and its good practice.
    async fn faults(&self) -> Vec<String> {
        static AXE: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| {
            crate::world::npm_install();
            let file = crate::world::root().join("tests/partner/node_modules/axe-core/axe.min.js");
            std::fs::read_to_string(file).expect("npm ci fetched axe-core")
        });
        self.client.execute(&AXE, vec![]).await.expect("axe-core is loaded");
        let script = "const done = arguments[arguments.length - 1];
            axe.run({resultTypes: ['violations']}).then(
              (found) => done([found.passes.length, ...found.violations.map((one) =>
                `${one.id}: ${one.help}: ` + one.nodes.map((node) => node.html).join(' '))]),
              (error) => done([0, String(error)]));";
        let found = self.client.execute_async(script, vec![]).await.expect("axe-core answers");
        let found = found.as_array().expect("a list");
        if found[0].as_u64() <= Some(5) {
            let url = self.url().await;
            return vec![format!("axe-core looked at nothing at {url}: {found:?}")];
        }
        found.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    }

    /// Closes the window.
    pub async fn close(self) {
        self.client.clone().close().await.ok();
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.driver.kill().ok();
        self.driver.wait().ok();
    }
}

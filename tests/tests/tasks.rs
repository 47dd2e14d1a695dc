//! What members come for, on a phone: how many pages, taps and characters each task takes from home, and the
//! server's time for it (debug build, both programs on this machine). The table is printed and kept beside the
//! pictures. The tasks are those at the end of the requirements for the portal, as far as they are built.

use std::fmt::Write as _;
use tests::browser::Browser;
use tests::visitor::{HANAKO, ICHIRO, PASSWORD, Visitor};
use tests::world::{Options, World};

/// A hand that counts.
struct Hand<'b> {
    browser: &'b Browser,
    taps: u32,
    pages: u32,
    typed: usize,
    server_ms: f64,
}

impl<'b> Hand<'b> {
    async fn at(browser: &'b Browser, url: &str) -> Self {
        browser.open(url).await;
        Self { browser, taps: 0, pages: 0, typed: 0, server_ms: 0.0 }
    }

    /// Presses what leads to another page, which shows a text.
    async fn goes(&mut self, selector: &str, sees: &str) {
        self.browser.click(selector).await.sees(sees).await;
        self.taps += 1;
        self.pages += 1;
        let script = "const n = performance.getEntriesByType('navigation')[0];
            return n.responseStart - n.requestStart";
        self.server_ms += self.browser.run(script).await.as_f64().unwrap_or(0.0);
    }

    /// Presses what stays on the page.
    async fn taps(&mut self, selector: &str) {
        self.browser.click(selector).await;
        self.taps += 1;
    }

    async fn types(&mut self, field: &str, text: &str) {
        self.browser.fill(field, text).await;
        self.typed += text.chars().count();
    }

    /// A line of the table; fails when it took more taps than it may.
    fn done(self, table: &mut String, task: &str, most: u32) {
        let Self { taps, pages, typed, server_ms, .. } = self;
        assert!(taps <= most, "{task}: {taps} taps, {most} at most");
        writeln!(table, "| {task} | {pages} | {taps} | {typed} | {server_ms:.0} |")
            .expect("a text");
    }
}

/// F126, F127, F132, F141, F147: from home to what one came for.
#[tokio::test(flavor = "multi_thread")]
async fn what_members_come_for_is_near() {
    let options = Options { insurers: vec!["minato"], ..Options::default() };
    let world = &World::on_sqlite(options).await;
    for made in
        [("hanako@example.jp", "hanako79", HANAKO), ("ichiro@example.jp", "ichiro77", ICHIRO)]
    {
        Visitor::new().register(world, "minato", made).await.sees(made.1);
    }
    let mut table = String::from(
        "| task, from home | pages | taps | characters | server ms |\n|---|---|---|---|---|\n",
    );
    let browser = Browser::start("tasks").await;
    browser.phone(true).await;
    let at = |path: &str| format!("{}/minato/{path}", world.portal_url);
    let home = at("");

    let mut hand = Hand::at(&browser, &home).await;
    hand.goes("main a[href$='/minato/signin']", "パスワード").await;
    hand.types("user_id", "hanako79").await;
    hand.types("password", PASSWORD).await;
    hand.goes("main form button[type=submit]", "最新の自己負担額").await;
    hand.done(&mut table, "sign in with a password", 2);

    let hand = Hand::at(&browser, &home).await;
    browser.sees("10,158").await;
    hand.done(&mut table, "what did I pay in the newest month", 0);
    let mut hand = Hand::at(&browser, &home).await;
    hand.goes(".card-links a[href$='year?year=2025']", "11,742").await;
    hand.done(&mut table, "what did I pay in March 2025", 2);
    let mut hand = Hand::at(&browser, &home).await;
    hand.goes(".card-links a[href$='year?year=2025']", "月ごとの自己負担額").await;
    hand.goes("main a[href$='month?month=202503']", "2025年）3月").await;
    hand.done(&mut table, "where was that, and who paid the rest", 2);
    let mut hand = Hand::at(&browser, &home).await;
    hand.goes(".card-links a[href$='year?year=2025']", "月ごとの自己負担額").await;
    hand.taps("main a[href*='paper?year=2025']").await;
    hand.done(&mut table, "the year as PDF", 3);
    let mut hand = Hand::at(&browser, &home).await;
    hand.goes(".services a[href$='/p/tax-deduction']", "年を選んでください").await;
    hand.goes("main a[href$='year?year=2025']", "支払った医療費の合計").await;
    hand.taps("main a[href$='/xml?year=2025']").await;
    hand.done(&mut table, "the file for the tax return", 4);
    let mut hand = Hand::at(&browser, &home).await;
    hand.goes(".card-link[href*='/p/benefits']", "15,500").await;
    hand.done(&mut table, "what was paid back", 1);
    let mut hand = Hand::at(&browser, &home).await;
    hand.goes(".card-link[href*='/p/prescriptions']", "ジェネリック").await;
    hand.done(&mut table, "what generics would save", 1);
    let mut hand = Hand::at(&browser, &home).await;
    hand.goes(".services a[href$='/minato/search']", "さがす").await;
    hand.types("q", "ホカゲ").await;
    hand.goes("main form button[type=submit]", "ホカゲ錠20mg").await;
    hand.goes("main a[href$='/p/prescriptions?month=202411']", "491").await;
    hand.done(&mut table, "when did I get that medicine", 3);
    let mut hand = Hand::at(&browser, &home).await;
    hand.taps(".menu-button").await;
    hand.goes("#menu a[href$='/minato/views']", "記録を見た人").await;
    hand.done(&mut table, "who has seen my records", 2);
    let mut hand = Hand::at(&browser, &home).await;
    hand.taps(".menu-button").await;
    hand.goes("#menu .tool-xl", "最新の自己負担額").await;
    assert!(browser.has("html.size-xl").await);
    hand.done(&mut table, "larger letters", 2);

    browser.forget().await;
    browser.open(&at("signin")).await.finds("#user_id").await;
    browser.fill("user_id", "ichiro77").await.fill("password", PASSWORD).await;
    browser.click("main form button[type=submit]").await.sees("最新の自己負担額").await;
    let mut hand = Hand::at(&browser, &home).await;
    hand.goes(".services a[href$='/p/medical-fees']", "いちばん新しい月").await;
    hand.goes("main a[href$='/p/medical-fees/keep']", "見せたくない明細").await;
    browser.shoot_as_it_is("keep").await;
    hand.goes("main a[href*='/keep/one']", "ご家族の画面で").await;
    browser.shoot_as_it_is("keep-one").await;
    hand.taps("main label[for$='how-row']").await;
    hand.goes("main form button[type=submit]", "ご家族への表示を変更しました").await;
    hand.done(&mut table, "keep an entry from the family", 5);

    // What a page weighs when nothing of it was loaded before: 60 KB as a browser takes it.
    let mut weights = String::from("| page, all of it | KB compressed |\n|---|---|\n");
    for path in [
        "",
        "p/medical-fees/month?month=202503",
        "p/medical-fees/year?year=2025",
        "p/tax-deduction/year?year=2025",
        "p/prescriptions?month=202411",
    ] {
        browser.open(&at(path)).await;
        let script = "return [...performance.getEntriesByType('navigation'),
            ...performance.getEntriesByType('resource')].reduce((n, e) => n + e.encodedBodySize, 0)";
        let bytes = browser.run(script).await.as_f64().expect("a number");
        assert!(bytes > 5_000.0 && bytes <= 60.0 * 1024.0, "{path}: {bytes} bytes");
        writeln!(weights, "| /{path} | {:.1} |", bytes / 1024.0).expect("a text");
    }
    let table = format!("{table}\n{weights}");
    println!("{table}");
    let kept = tests::world::bin().parent().expect("target").join("screenshots/tasks/tasks.md");
    std::fs::write(kept, &table).expect("written");
    browser.close().await;
}

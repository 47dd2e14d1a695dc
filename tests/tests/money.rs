//! Benefits, medicines and tax files beside the fees: what leads where, who sees what, and what goes on paper.

use serde_json::json;
use tests::browser::Browser;
use tests::paper::extracted;
use tests::visitor::{HANAKO, ICHIRO, PASSWORD, Visitor};
use tests::world::{Options, World};

async fn bytes(visitor: &Visitor, url: &str) -> Vec<u8> {
    let request = reqwest::Client::new().get(url).header("cookie", visitor.cookies(url));
    let answer = request.send().await.expect("an answer");
    answer.bytes().await.expect("read").to_vec()
}

/// F126, F136 to F150, with the files of the demo.
#[tokio::test(flavor = "multi_thread")]
async fn a_family_finds_what_it_paid_and_what_it_got_back() {
    let options = Options { insurers: vec!["minato"], ..Options::default() };
    World::on_each_engine(options, async |world| {
        let register = async |email: &str, id: &str, card: &[(&str, &str)]| {
            let visitor = Visitor::new();
            visitor.register(world, "minato", (email, id, card)).await.sees(id);
            visitor.sign_in(world, "minato", id).await;
            visitor
        };
        let hanako = register("hanako@example.jp", "hanako79", HANAKO).await;
        let ichiro = register("ichiro@example.jp", "ichiro77", ICHIRO).await;
        let at = |path: &str| format!("{}/minato/p/{path}", world.portal_url);
        let home = hanako.open(&format!("{}/minato/", world.portal_url)).await;
        home.sees("最新の給付金").sees("15,500").sees("お薬の支払額");
        // On a phone's home screen it is the insurer's.
        let manifest = hanako.open(&format!("{}/minato/app.webmanifest", world.portal_url)).await;
        assert_eq!(manifest.header("content-type"), "application/manifest+json");
        let said: serde_json::Value = serde_json::from_str(&manifest.html).expect("JSON");
        assert_eq!(
            (&said["name"], &said["theme_color"], &said["start_url"]),
            (&json!("みなと健康保険組合"), &json!("#0a3d4a"), &json!("/minato/"))
        );
        let icon =
            format!("{}{}", world.portal_url, said["icons"][0]["src"].as_str().expect("one"));
        assert_eq!(hanako.open(&icon).await.header("content-type"), "image/svg+xml");

        // F137, F138, F140: the month of the seed, of both of them, and of one.
        let page = hanako.open(&at("benefits?month=202503")).await;
        page.sees("インフルエンザ予防接種補助金").sees("6,000").sees("港　一郎").sees("－");
        hanako.open(&at("benefits?month=202503&kind=x")).await.sees("この条件に合う");
        // F139: by year, and all years.
        hanako.open(&at("benefits/year?year=2023")).await.sees("家族療養費付加金").sees("5,200");
        hanako.open(&at("benefits/past")).await.sees("benefits?month=202412").sees("20,000");
        // F137: the notice, in the insurer's and the insured person's name.
        let text = extracted(&bytes(&hanako, &at("benefits/paper?month=202503")).await);
        for part in ["給付金支給決定通知書", "花子 様", "6,000", "みなと健康保険組合", "審査請求"]
        {
            assert!(text.contains(part), "{part}:\n{text}");
        }
        // A benefit leads to its care, and the care to its benefit.
        let page = hanako.open(&at("benefits?month=202609")).await;
        page.sees("/minato/p/medical-fees/month?month=202606");
        let page = hanako.open(&at("medical-fees/month?month=202606")).await;
        page.sees("一部負担還元金").sees("12,400").sees("/minato/p/benefits?month=202609");
        // It is paid to her: he is told so, and sees none of it anywhere.
        ichiro.open(&at("benefits")).await.sees("被保険者の方のページ").does_not_see("3,100");
        let page = ichiro.open(&at("medical-fees/month?month=202606")).await;
        page.does_not_see("家族療養費付加金").does_not_see("3,100");
        let paper = ichiro.open(&at("benefits/paper?month=202609")).await;
        assert_eq!(paper.status, 404);

        // F141 to F146: the sample of the seed, to the yen.
        let page = hanako.open(&at("prescriptions?month=202411")).await;
        page.sees("ホカミン錠20mg").sees("491").sees("帆影内科クリニック").sees("複数あります");
        page.sees("希望するときのシールを、組合の窓口で配っています。");
        let me =
            page.html.split("<option lang=\"ja\" value=\"").nth(1).expect("a choice of people");
        let me = me.split('"').next().expect("an id");
        let page = hanako.open(&at(&format!("prescriptions?month=202411&person={me}"))).await;
        page.sees("1,429").sees("789").sees("640").does_not_see("イソベ貼付剤");
        hanako.open(&at("prescriptions/year?year=2026")).await.sees("ナギサシロップ");
        hanako.open(&at("prescriptions/past")).await.sees("prescriptions?month=202606");
        ichiro
            .open(&at("prescriptions?month=202411"))
            .await
            .sees("イソベ貼付剤")
            .does_not_see("ホカゲ錠");

        // F147 to F150: a year for the tax office.
        let years = hanako.open(&at("tax-deduction")).await;
        years.sees("tax-deduction/year?year=2025");
        let page = hanako.open(&at("tax-deduction/year?year=2025")).await;
        page.sees("支払った医療費の合計").sees("電子署名のない見本").sees("国税庁または税務署");
        let xml = hanako.open(&at("tax-deduction/xml?year=2025")).await;
        assert_eq!(
            xml.header("content-disposition"),
            "attachment; filename=\"TEG700-2025-unsigned.xml\""
        );
        xml.sees("<TEG700 xmlns=\"http://xml.e-tax.nta.go.jp/XSD/kyotsu\"")
            .sees("<WBD00020>港　一郎</WBD00020>");
        let own = ichiro.open(&at("tax-deduction/xml?year=2025")).await;
        own.sees("港　一郎").does_not_see("港　花子");
        let form = hanako.open(&at("tax-deduction/form?year=2026")).await;
        form.sees("左のうち補填される金額").sees("医薬品購入");
        assert_eq!(hanako.open(&at("tax-deduction/year?year=1999")).await.status, 404);
    })
    .await;
}

/// F021: every page says when the member was here before. F023: the menu leads to what they registered and to what
/// the insurer offers, and to nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn the_frame_of_every_page_knows_the_member() {
    let options = Options { insurers: vec!["minato"], ..Options::default() };
    let world = &World::on_sqlite(options).await;
    Visitor::member(world, "minato", "hanako79", HANAKO).await;
    let again = Visitor::new();
    again.sign_in(world, "minato", "hanako79").await;
    for path in ["", "inbox", "views", "p/medical-fees", "p/nowhere"] {
        let page = again.open(&format!("{}/minato/{path}", world.portal_url)).await;
        page.sees("前回のログイン：").sees("/minato/account\"").sees("/minato/p/benefits\"");
        page.does_not_see("/minato/p/notices").does_not_see("/minato/p/help");
    }
}

/// As she sees it, at a phone's width and a desk's, and how far the tax file is from home.
#[tokio::test(flavor = "multi_thread")]
async fn the_tax_file_is_four_taps_from_home() {
    let options = Options { insurers: vec!["minato"], ..Options::default() };
    let world = &World::on_sqlite(options).await;
    let made = ("hanako@example.jp", "hanako79", HANAKO);
    Visitor::new().register(world, "minato", made).await.sees("hanako79");
    let browser = Browser::start("money").await;
    browser.open(&format!("{}/minato/signin", world.portal_url)).await.finds("#user_id").await;
    browser.fill("user_id", "hanako79").await.fill("password", PASSWORD).await;
    browser.click("main form button[type=submit]").await.sees("お薬の支払額").await;
    browser.shoot("01-home").await.dark(true).await.shoot("01-home-dark").await;
    browser.open(&format!("{}/minato/p/medical-fees/year?year=2025", world.portal_url)).await;
    browser.shoot("01-year-dark").await.dark(false).await;
    browser.open(&format!("{}/minato/", world.portal_url)).await.phone(true).await;
    browser.click(".menu-button").await.finds("#menu:popover-open .menu a").await;
    browser.shoot_as_it_is("01-menu").await.phone(false).await.reload().await;
    // One: the menu. Two: the year. Three: the file.
    browser.click("nav a[href$='/p/tax-deduction']").await.sees("年を選んでください").await;
    browser.shoot("02-years").await.click("main a[href$='year?year=2025']").await;
    browser.sees("支払った医療費の合計").await.shoot("03-year").await;
    assert!(browser.has("main a[href$='/xml?year=2025']").await);
    for (path, sees, name) in [
        ("benefits?month=202609", "一部負担還元金", "04-benefits"),
        ("benefits/past", "令和6年", "05-benefits-past"),
        ("medical-fees/month?month=202606", "12,400", "06-fees"),
        ("prescriptions?month=202411", "ホカミン錠20mg", "07-medicines"),
        ("prescriptions/year?year=2026", "ナギサシロップ", "08-medicines-year"),
    ] {
        let url = format!("{}/minato/p/{path}", world.portal_url);
        browser.open(&url).await.sees(sees).await.shoot(name).await;
    }
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    browser.close().await;
}

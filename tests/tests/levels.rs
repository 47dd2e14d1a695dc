//! Medical data asks for the insurer's level: a step-up in the middle of reading, and back to the same
//! page (attack 30).

use tests::visitor::{Seen, Visitor};
use tests::world::{Options, World};

/// 北野 翔太 of hokushin.
const SHOTA: &[(&str, &str)] = &[
    ("symbol", "12-456"),
    ("number", "00123"),
    ("branch", "00"),
    ("birth_year", "1988"),
    ("birth_month", "12"),
    ("birth_day", "3"),
];

async fn code(world: &World, mails: usize) -> String {
    let mails = world.mailbox.wait_for("shota@example.jp", mails).await;
    let text = &mails.last().expect("a mail").text;
    let word = text
        .split_whitespace()
        .find(|word| word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_digit()));
    word.expect("a code").to_owned()
}

fn fees(world: &World) -> String {
    format!("{}/hokushin/p/medical-fees?month=2026-05", world.portal_url)
}

fn is_asked(page: &Seen) -> bool {
    page.url.contains("/hokushin/journey/")
}

#[tokio::test(flavor = "multi_thread")]
async fn medical_data_asks_for_more_and_leads_back() {
    let options = Options { insurers: vec!["hokushin"], ..Options::default() };
    World::on_each_engine(options, async |world| {
        let visitor = Visitor::new();
        let made = ("shota@example.jp", "shota1988", SHOTA);
        visitor.register(world, "hokushin", made).await.sees("shota1988");
        let home = visitor.sign_in(world, "hokushin", "shota1988").await;
        // The card shows nothing yet, and says why.
        home.sees("北野").sees("もう一度ご本人の確認が必要です").sees("for=medical");
        // What is no medical data is read as before.
        let notices = format!("{}/hokushin/p/notices", world.portal_url);
        assert!(!is_asked(&visitor.open(&notices).await));

        // In the middle of reading: the second factor alone is asked, then the page comes back.
        let page = visitor.open(&fees(world)).await;
        assert!(is_asked(&page), "{}", page.url);
        page.does_not_see("name=\"password\"").sees("確認コードをメールで送る");
        // Attack 30: without the proof nothing is shown, whatever the address says.
        let at = |query: &str| format!("{}/hokushin/signin?{query}", world.portal_url);
        let to = "to=%2Fhokushin%2Fp%2Fmedical-fees";
        for lowered in [to.to_owned(), format!("{to}&for=none"), format!("{to}&for=pii")] {
            assert!(is_asked(&visitor.open(&at(&lowered)).await), "{lowered}");
        }
        let page = visitor.open(&fees(world)).await;
        let page = visitor.submit(&page, &[("send", "again")]).await;
        let back = visitor.submit(&page, &[("code", &code(world, 3).await)]).await;
        assert_eq!(back.url, fees(world));
        back.sees("医療費");
        // From now on it is read without being asked, on the home page, too.
        assert_eq!(visitor.open(&fees(world)).await.url, fees(world));
        let home = format!("{}/hokushin/", world.portal_url);
        visitor.open(&home).await.does_not_see("for=medical");
        // Whoever is known well enough for medical data is for personal data, whatever it is called.
        assert!(!is_asked(&visitor.open(&notices).await));

        // Single sign-on and another browser mint no higher level than was proved there.
        let other = Visitor::new();
        other.sign_in(world, "hokushin", "shota1988").await.sees("for=medical");
        assert!(is_asked(&other.open(&fees(world)).await));
    })
    .await;
}

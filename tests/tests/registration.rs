//! Registration and login as members know them from the systems before this one: who may
//! register, what the mail says, which names are taken, when terms are asked for again.

use tests::visitor::{Card, HANAKO, ICHIRO, PASSWORD, Visitor};
use tests::world::{Options, Program, World};

fn only(insurer: &'static str) -> Options {
    Options { insurers: vec![insurer], ..Options::default() }
}

/// 紅林 誠 of kaede.
const MAKOTO: Card = &[
    ("symbol", "楓"),
    ("number", "0012345"),
    ("name_kana", "クレバヤシ マコト"),
    ("birth_year", "1985"),
    ("birth_month", "7"),
    ("birth_day", "14"),
];

/// 紅林 美咲, his dependant.
const MISAKI: Card = &[
    ("symbol", "楓"),
    ("number", "0012345"),
    ("name_kana", "クレバヤシ ミサキ"),
    ("birth_year", "1987"),
    ("birth_month", "2"),
    ("birth_day", "8"),
];

const AGREED: [(&str, &str); 2] = [("agree_portal", "yes"), ("agree_privacy", "yes")];

fn chosen<'a>(user_id: &'a str, password: &'a str) -> [(&'a str, &'a str); 3] {
    [("user_id", user_id), ("password", password), ("password_again", password)]
}

/// F033: where only insured persons register, a dependant's right card opens nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_dependant_registers_only_where_the_insurer_lets_them() {
    let world = World::on_sqlite(only("kaede")).await;
    let wife = Visitor::new();
    let page = wife.to_card(&world, "kaede", "misaki@example.jp").await;
    let page = wife.submit(&page, MISAKI).await;
    page.sees("name=\"symbol\"").does_not_see("agree_");
    let husband = Visitor::new();
    let page = husband.to_card(&world, "kaede", "makoto@example.jp").await;
    let page = husband.submit(&page, MAKOTO).await;
    let page = husband.submit(&page, &AGREED).await;
    // F078: a password is not the user ID, whatever its case.
    let same = chosen("kurebayashi-makoto", "Kurebayashi-Makoto");
    husband.submit(&page, &same).await.sees("ユーザーIDと同じものは使えません");
}

/// F004, F006, F262: insurer, one link, its limit, what to do with a stray mail. F007, F036: the
/// page names sender, limit and spam folder.
#[tokio::test(flavor = "multi_thread")]
async fn mail_and_page_say_what_to_do() {
    let world = World::on_sqlite(only("minato")).await;
    let visitor = Visitor::new();
    let page = visitor.open(&format!("{}/minato/register", world.idp_url)).await;
    let page = visitor.submit(&page, &[("email", "hanako@example.jp")]).await;
    page.sees("no-reply@minato.example").sees("迷惑メール").sees("3時間以内");
    let mails = world.mailbox.wait_for("hanako@example.jp", 1).await;
    let mail = &mails[0];
    assert_eq!(mail.from, "no-reply@minato.example");
    let first = mail.text.trim_start().lines().next().unwrap_or_default();
    assert!(first.contains("みなと健康保険組合"), "{first}");
    let links = mail.text.split_whitespace().filter(|word| word.contains("/link/"));
    assert_eq!(links.count(), 1, "{}", mail.text);
    // F068: who reads only the text part misses nothing.
    for part in [&mail.text, &mail.html] {
        for said in ["3時間以内", "最初から", "削除してください", "返信"] {
            assert!(part.contains(said), "{said}: {part}");
        }
    }
}

/// F263: each field of the card is needed. Attack 19: what a browser claims proves nothing.
#[tokio::test(flavor = "multi_thread")]
async fn an_empty_card_names_its_fields_and_claims_prove_nothing() {
    let world = World::on_sqlite(only("minato")).await;
    let visitor = Visitor::new();
    let page = visitor.to_card(&world, "minato", "hanako@example.jp").await;
    let claims = [("person_id", "1"), ("verified", "true"), ("evidence", "roster")];
    let answer = visitor.submit(&page, &claims).await;
    for field in ["symbol", "number", "branch", "name_kana", "birth_date"] {
        answer.sees(&format!("href=\"#{field}\""));
    }
    answer.sees("name=\"symbol\"").does_not_see("agree_");
}

/// F071 to F074: 8 to 13 letters and digits with - _ . and, in one's own address, @; capitals are
/// as good as small letters.
#[tokio::test(flavor = "multi_thread")]
async fn user_ids_follow_the_insurers_rules() {
    let world = World::on_sqlite(only("minato")).await;
    let visitor = Visitor::new();
    let page = visitor.to_card(&world, "minato", "hanako@example.jp").await;
    let page = visitor.submit(&page, HANAKO).await;
    let page = visitor.submit(&page, &AGREED).await;
    for bad in [
        "hanako7",
        "hanako79-79797",
        "hanako 79",
        "hanako79!",
        "hanako<79",
        "hanako&79",
        "hanako\"79",
        "hanako/79",
        "はなこはなこはなこ",
    ] {
        let answer = visitor.submit(&page, &chosen(bad, PASSWORD)).await;
        answer.sees("id=\"user_id-error\"");
    }
    visitor.submit(&page, &chosen("Ha-Na_k.o79", PASSWORD)).await.sees("ha-na_k.o79");
    visitor.sign_in(&world, "minato", "HA-NA_K.O79").await.sees("港");

    let other = Visitor::new();
    let done = other.register(&world, "minato", ("ic@ab.jp", "ic@ab.jp", ICHIRO)).await;
    done.sees("ご登録ありがとうございます");

    // F059: a password manager knows the fields, and the person may say no to it.
    let login = Visitor::new().open(&format!("{}/minato/login", world.idp_url)).await;
    login.sees("autocomplete=\"username webauthn\"").sees("autocomplete=\"current-password\"");
    // F056: and there is a way back to the portal.
    login.sees(&format!("href=\"{}/minato/\"", world.portal_url));
}

/// F119: a new version of a document is agreed to at the next login, before the portal is reached;
/// what was agreed to before is not asked again. F062: nothing goes on without it.
#[tokio::test(flavor = "multi_thread")]
async fn new_terms_are_asked_for_at_the_next_login() {
    let mut world = World::on_sqlite(only("minato")).await;
    let done = ("hanako@example.jp", "hanako79", HANAKO);
    Visitor::new().register(&world, "minato", done).await.sees("hanako79");
    let folder = world.folder.join("insurers/minato");
    let old = folder.join("terms/privacy-2026-04-01.toml");
    let text = std::fs::read_to_string(old).expect("the document");
    let new = text.replace("2026-04-01", "2026-10-01");
    std::fs::write(folder.join("terms/privacy-2026-10-01.toml"), new).expect("written");
    world.ran(Program::Idp, &["insurer", "apply", &folder.display().to_string()]);
    // Started anew: then the test need not wait until the running program has looked.
    world.kill(Program::Idp);
    world.launch(Program::Idp).await;

    let visitor = Visitor::new();
    let page = visitor.sign_in(&world, "minato", "hanako79").await;
    page.sees("agree_privacy").does_not_see("agree_portal");
    let page = visitor.submit(&page, &[]).await;
    page.sees("agree_privacy");
    visitor.submit(&page, &[("agree_privacy", "yes")]).await.sees("港");
    Visitor::new().sign_in(&world, "minato", "hanako79").await.sees("港");
}

//! Codes by mail and browsers that an account has never seen: F097, F098, F118; attacks 22, 24 to 26.

use crate::support::people::LOGIN;
use crate::support::{HANAKO, ICHIRO, PASSWORD, Seen, TestIdp, Visitor, claims, minato};

const NEW: &str = "みずうみ の ほとり で 昼寝 29";

async fn ask(idp: &TestIdp, what: &str) {
    let policy = idp.file("idp.toml").replace("ask = \"off\"", &format!("ask = \"{what}\""));
    idp.publish("idp.toml", &policy).await;
}

/// The last code that was mailed to 花子.
async fn mailed(idp: &TestIdp) -> String {
    let mails = idp.mails("hanako@example.jp").await;
    let mut texts = mails.iter().rev().map(|mail| &mail.text);
    let code = texts.find_map(|text| {
        text.split_whitespace()
            .find(|word| word.len() == 6 && word.bytes().all(|b| b.is_ascii_digit()))
    });
    code.expect("a mail with a code").to_owned()
}

async fn to_code(idp: &TestIdp, visitor: &Visitor) -> Seen {
    let page = visitor.open(&idp.at("minato/login")).await;
    let page = visitor.submit(&page, &LOGIN).await;
    page.sees("name=\"code\"").sees("h…@example.jp").does_not_see("hanako@example.jp");
    page
}

async fn typed(visitor: &Visitor, page: &Seen, code: &str) -> Seen {
    visitor.submit_without_following(page, &[("code", code)]).await
}

fn is_in(answer: &Seen) -> bool {
    answer.url.contains("/minato/signin")
}

async fn subjects(idp: &TestIdp) -> Vec<String> {
    idp.mails("hanako@example.jp").await.iter().map(|mail| mail.subject.clone()).collect()
}

/// The right password from a browser that was never seen asks a mailed code, once.
#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_browser_asks_a_code_once() {
    minato()
        .on_each_engine(async |idp| {
            ask(idp, "code").await;
            let own = idp.member().await;
            // Where 花子 registered, nothing more is asked, and nothing is told.
            own.open(&idp.at("minato/logout")).await;
            idp.sign_in(&own).await;
            assert!(!subjects(idp).await.iter().any(|subject| subject.contains("新しい機器")));

            let other = idp.visitor();
            let page = to_code(idp, &other).await;
            let client = idp.client("app", "").await;
            let silent = other.location(&client.authorize(&[("prompt", "none")])).await;
            assert!(silent.contains("login_required"), "the password alone opens nothing");
            // F098
            let mails = idp.mails("hanako@example.jp").await;
            assert!(mails.last().expect("a mail").text.contains("ほかの人が知っているおそれ"));
            other.submit(&page, &[("code", "12345")]).await.sees("6桁の数字を");
            let code = mailed(idp).await;
            let wrong = if code == "000000" { "000001" } else { "000000" };
            other.submit(&page, &[("code", wrong)]).await.sees("確認コードが正しくありません");
            assert!(is_in(&typed(&other, &page, &code).await));
            assert!(subjects(idp).await.last().expect("a mail").contains("新しい機器"));
            let tokens = client.code(&other, &[("prompt", "none")]).await;
            let tokens = client.redeem(&tokens, &[], None).await.good();
            let amr = &claims(tokens.member("id_token"))["amr"];
            assert_eq!(*amr, serde_json::json!(["mfa", "otp", "pwd"]));

            // From now on it is known.
            let before = subjects(idp).await.len();
            other.open(&idp.at("minato/logout")).await;
            idp.sign_in(&other).await;
            assert_eq!(subjects(idp).await.len(), before);
        })
        .await;
}

/// Who recovers the password while a client waits has shown more than a login would: nothing more is
/// asked there, and it is counted as the recovery that it was.
#[tokio::test(flavor = "multi_thread")]
async fn where_a_client_waits_a_recovery_makes_the_browser_known() {
    minato()
        .on_each_engine(async |idp| {
            ask(idp, "code").await;
            idp.member().await;
            let client = idp.client("app", "").await;
            let visitor = idp.visitor();
            let login = visitor.open(&client.authorize(&[])).await;
            let recover = login.html.split("href=\"/").find(|rest| rest.contains("recover?from="));
            let recover = recover.and_then(|rest| rest.split('"').next()).expect("it is offered");
            let page = visitor.open(&idp.at(recover)).await;
            let page = idp.prove_mailbox(&visitor, &page, "hanako@example.jp").await;
            let page = visitor.submit(&page, HANAKO).await;
            let new = [("password", NEW), ("password_again", NEW)];
            assert!(visitor.submit_and_stay(&page, &new).await.contains("code="));
            visitor.open(&idp.at("minato/logout")).await;
            let page = visitor.open(&idp.at("minato/login")).await;
            let typed = [("user_id", "hanako79"), ("password", NEW)];
            assert!(is_in(&visitor.submit_without_following(&page, &typed).await));
            idp.app.tally.write(&idp.app.tools.db).await.expect("written");
            let done = "SELECT CAST(COALESCE(SUM(count), 0) AS BIGINT) AS n FROM journey_counts
                        WHERE what LIKE 'done%' AND goal LIKE ";
            assert_eq!(idp.number(&format!("{done}'recover%'")).await, 1);
            assert_eq!(idp.number(&format!("{done}'step-up'")).await, 0);
        })
        .await;
}

/// Attack 22: a browser's secret that was copied before an account's first login there opens nothing
/// of it afterwards; who was known there stays so.
#[tokio::test(flavor = "multi_thread")]
async fn a_copied_browser_is_not_known() {
    minato()
        .on_each_engine(async |idp| {
            ask(idp, "code").await;
            let shared = idp.visitor();
            idp.register(&shared, ("ichiro@example.jp", "ichiro55", ICHIRO)).await;
            shared.open(&idp.at("minato/logout")).await;
            let copied = shared.copied();
            idp.member().await;
            let page = to_code(idp, &shared).await;
            assert!(is_in(&typed(&shared, &page, &mailed(idp).await).await));
            shared.open(&idp.at("minato/logout")).await;

            to_code(idp, &copied).await;
            for known in [&LOGIN[..], &[("user_id", "ichiro55"), ("password", PASSWORD)]] {
                let page = shared.open(&idp.at("minato/login")).await;
                assert!(is_in(&shared.submit_without_following(&page, known).await));
                shared.open(&idp.at("minato/logout")).await;
            }
        })
        .await;
}

/// Attack 25: a code is good once, in its own journey, until the next one and for ten minutes.
#[tokio::test(flavor = "multi_thread")]
async fn a_code_dies() {
    minato()
        .on_each_engine(async |idp| {
            ask(idp, "code").await;
            idp.member().await;
            let first = idp.visitor();
            let page = to_code(idp, &first).await;
            let old = mailed(idp).await;
            // F097: another is sent when asked, after a wait.
            first.submit(&page, &[("send", "again")]).await.sees("送ったばかりです");
            idp.advance(61);
            first.submit(&page, &[("send", "again")]).await.sees("name=\"code\"");
            let new = mailed(idp).await;
            if old != new {
                assert!(!is_in(&typed(&first, &page, &old).await), "of the older mail");
            }
            // Of another journey of the same person.
            let second = idp.visitor();
            let other = to_code(idp, &second).await;
            let others = mailed(idp).await;
            if others != new {
                assert!(!is_in(&typed(&second, &other, &new).await), "of another journey");
            }
            assert!(is_in(&typed(&first, &page, &new).await));
            // The row is gone with it: the same form leads nowhere.
            assert!(!is_in(&typed(&first, &page, &new).await));
            idp.advance(601);
            assert!(!is_in(&typed(&second, &other, &others).await), "too late");
        })
        .await;
}

/// Attack 24: a code is not guessed, in however many journeys.
#[tokio::test(flavor = "multi_thread")]
async fn codes_are_not_guessed() {
    let idp = minato().on_sqlite().await;
    ask(&idp, "code").await;
    idp.member().await;
    for _ in 0..5 {
        let visitor = idp.visitor();
        let page = to_code(&idp, &visitor).await;
        let code = mailed(&idp).await;
        let wrong = if code == "000000" { "000001" } else { "000000" };
        for _ in 0..2 {
            assert!(!is_in(&typed(&visitor, &page, wrong).await));
        }
    }
    let visitor = idp.visitor();
    let page = visitor.open(&idp.at("minato/login")).await;
    visitor.submit(&page, &LOGIN).await.sees("しばらく").does_not_see("name=\"code\"");
}

/// Only told, or neither asked nor told.
#[tokio::test(flavor = "multi_thread")]
async fn a_notice_or_nothing() {
    let idp = minato().on_sqlite().await;
    ask(&idp, "notice").await;
    idp.member().await;
    idp.sign_in(&idp.visitor()).await;
    let told = subjects(&idp).await;
    assert!(told.last().expect("a mail").contains("新しい機器"));
    let policy = idp.file("idp.toml").replace("ask = \"notice\"", "ask = \"off\"");
    idp.publish("idp.toml", &policy).await;
    idp.sign_in(&idp.visitor()).await;
    assert_eq!(subjects(&idp).await, told);
}

/// F118: where a second factor must be, who has no app gets a code at every login; a browser can be
/// remembered, but only for logins.
#[tokio::test(flavor = "multi_thread")]
async fn a_second_factor_by_mail() {
    let levels = "[[protocol.levels]]\nacr = \"one\"\nproofs = [\"password\"]\n\
                  [[protocol.levels]]\nacr = \"two\"\nproofs = [\"password\", \"code-by-mail\"]\n";
    minato()
        .protocol(levels)
        .on_each_engine(async |idp| {
            let member = idp.member().await;
            let policy = idp.file("idp.toml");
            let always = "when = \"always\"\nmail = true\nremember_days = 30";
            idp.publish("idp.toml", &policy.replace("when = \"own\"", always)).await;
            member.open(&idp.at("minato/logout")).await;
            let page = to_code(idp, &member).await;
            page.sees("name=\"remember\"").sees("30日間");
            let answer = [("code", &*mailed(idp).await), ("remember", "yes")];
            assert!(is_in(&member.submit_without_following(&page, &answer).await));
            member.open(&idp.at("minato/logout")).await;
            idp.sign_in(&member).await;

            // A step-up asks it all the same, and so does a change.
            let client = idp.client("app", "").await;
            let page = member.open(&client.authorize(&[("acr_values", "two")])).await;
            page.sees("確認コードをメールで送る");
            let page = member.submit(&page, &[("send", "again")]).await;
            let back = typed(&member, &page, &mailed(idp).await).await;
            assert!(back.url.contains("code="), "{}", back.url);
            let page = member.open(&idp.at("minato/account/password")).await;
            member.submit(&page, &LOGIN).await.sees("name=\"code\"");

            // Elsewhere, and after the days, it is asked at the login.
            to_code(idp, &idp.visitor()).await;
            idp.advance(31 * 24 * 3600);
            to_code(idp, &member).await;
        })
        .await;
}

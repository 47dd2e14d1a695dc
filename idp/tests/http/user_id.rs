//! `/{insurer}/user-id`: F111, F112; attack 23.

use crate::support::{Seen, StatusCode, TestIdp, minato};

const BORN: [(&str, &str); 3] =
    [("birth_year", "昭和54"), ("birth_month", "8"), ("birth_day", "22")];

async fn ask(idp: &TestIdp, email: &str, born: &[(&str, &str)]) -> Seen {
    let visitor = idp.visitor();
    let page = visitor.open(&idp.at("minato/user-id")).await;
    let fields = [&[("email", email)], born].concat();
    visitor.submit(&page, &fields).await
}

/// The page is the same whoever asks; the mail tells the owner, and nobody else.
#[tokio::test(flavor = "multi_thread")]
async fn the_mail_tells_and_the_page_does_not() {
    minato()
        .on_each_engine(async |idp| {
            idp.member().await;
            let right = ask(idp, "hanako@example.jp", &BORN).await;
            right.sees("メールをお送りしました").does_not_see("hanako79");
            let told = idp.mails("hanako@example.jp").await;
            let told = told.last().expect("a mail");
            assert!(told.text.contains("hanako79") && told.subject.contains("あなたのユーザーID"));
            let other = [("birth_year", "1979"), ("birth_month", "8"), ("birth_day", "23")];
            for (email, born) in [("hanako@example.jp", &other), ("nobody@example.jp", &BORN)] {
                let wrong = ask(idp, email, born).await;
                let plain = |page: &Seen| {
                    let lines = page.html.lines().filter(|line| !line.contains("csrf"));
                    lines.collect::<Vec<_>>().join("\n")
                };
                assert_eq!(plain(&wrong), plain(&right));
                let mails = idp.mails(email).await;
                let mail = mails.last().expect("a mail");
                assert!(mail.subject.contains("見つかりません"), "{}", mail.subject);
                assert!(!mail.text.contains("hanako79"));
            }
        })
        .await;
}

/// Mistakes are named and nothing is lost; one address gets five mails an hour, one browser asks
/// twenty times a day.
#[tokio::test(flavor = "multi_thread")]
async fn mistakes_and_limits() {
    let idp = minato().on_sqlite().await;
    idp.member().await;
    let wrong = ask(&idp, "hanako", &[("birth_year", "1979"), ("birth_month", "13")]).await;
    wrong.sees("id=\"email-error\"").sees("id=\"birth-error\"").sees("value=\"1979\"");
    let before = idp.mails("hanako@example.jp").await.len();
    for _ in 0..7 {
        ask(&idp, "hanako@example.jp", &BORN).await.sees("メールをお送りしました");
    }
    let mails = idp.mails("hanako@example.jp").await.len() - before;
    assert!(mails <= 5, "{mails}");
    let visitor = idp.visitor();
    let page = visitor.open(&idp.at("minato/user-id")).await;
    let mut last = StatusCode::OK;
    for n in 0..21 {
        let email = format!("a{n}@example.jp");
        let fields = [&[("email", email.as_str())], &BORN[..]].concat();
        last = visitor.submit(&page, &fields).await.status;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
}

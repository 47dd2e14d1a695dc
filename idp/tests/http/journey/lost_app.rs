//! Who has lost the phone gets in again, and who only knows the password does not: recovery codes, and
//! another app in the place of the lost one. F120's decision (C-07); attacks 24 to 26.

use super::totp::{app, ask, code, is_in, to_code, with_app};
use crate::support::people::LOGIN;
use crate::support::{HANAKO, ICHIRO, Seen, TestIdp, Visitor, minato};

/// The codes that a page shows.
fn shown(page: &Seen) -> Vec<String> {
    let parts = page.html.split("<li class=\"key\">").skip(1);
    parts.filter_map(|part| part.split('<').next()).map(str::to_owned).collect()
}

/// A member with an app who has written codes down.
async fn with_codes(idp: &TestIdp) -> (Visitor, idp::credentials::totp::App, Vec<String>) {
    let (member, app) = with_app(idp).await;
    let page = member.open(&idp.at("minato/account/codes")).await;
    let page = member.submit(&page, &LOGIN).await;
    let page = member.submit(&page, &[("code", &app.code(idp.now()))]).await;
    idp.advance(30);
    let codes = shown(&page);
    assert_eq!(codes.len(), 10);
    // The same when the page is loaded again, and nothing counts before they were written down.
    assert_eq!(shown(&member.open(&page.url).await), codes);
    let again = member.submit(&page, &[]).await;
    again.sees("書き留めてから");
    let done = member.submit(&again, &[("kept", "yes")]).await;
    done.sees("予備のコードを使えるようにしました").sees("あと10個");
    (member, app, codes)
}

/// From the page of the app's code to that of a written code, and there.
async fn by_code(idp: &TestIdp, visitor: &Visitor, written: &str) -> Seen {
    let page = to_code(idp, visitor).await;
    page.sees("書き留めた予備のコード");
    let page = visitor.choose(&page, "recovery-code").await;
    page.sees("予備のコードの入力");
    visitor.submit_without_following(&page, &[("code", written)]).await
}

/// A written code opens once, in whatever form it is typed; its owner hears of each.
#[tokio::test(flavor = "multi_thread")]
async fn a_written_code_opens_once() {
    minato()
        .on_each_engine(async |idp| {
            ask(idp, "own").await;
            let (_, _, codes) = with_codes(idp).await;
            let visitor = idp.visitor();
            assert!(is_in(
                &by_code(idp, &visitor, &codes[0].to_lowercase().replace('-', " ")).await
            ));
            let mails = idp.mails("hanako@example.jp").await;
            let told = mails.last().expect("a mail");
            assert!(told.subject.contains("予備のコードが使われました"), "{}", told.subject);
            assert!(told.text.contains("あと9個"), "{}", told.text);

            // Attack 25: twice, or twice at once.
            assert!(!is_in(&by_code(idp, &idp.visitor(), &codes[0]).await));
            let (a, b) = (idp.visitor(), idp.visitor());
            let (a, b) = tokio::join!(by_code(idp, &a, &codes[1]), by_code(idp, &b, &codes[1]));
            assert_eq!(usize::from(is_in(&a)) + usize::from(is_in(&b)), 1);
            assert!(!is_in(&by_code(idp, &idp.visitor(), "BCDF-BCDF-BCDF-BCDF").await));
            // Back to the app.
            let visitor = idp.visitor();
            let page = to_code(idp, &visitor).await;
            let page = visitor.choose(&page, "recovery-code").await;
            let page = visitor.choose(&page, "back").await;
            page.sees("認証アプリに表示");
        })
        .await;
}

/// With a written code the owner removes the lost app; new codes end the old ones.
#[tokio::test(flavor = "multi_thread")]
async fn a_written_code_stands_for_the_lost_app() {
    let idp = minato().on_sqlite().await;
    ask(&idp, "own").await;
    let (member, _, codes) = with_codes(&idp).await;
    let own = member.open(&idp.at("minato/account")).await;
    let remove = own.html.split("href=\"/minato/account/app/").nth(1).expect("a link");
    let remove = format!("minato/account/app/{}/remove", remove.split('"').next().expect("an id"));
    let page = member.open(&idp.at(&remove)).await;
    let page = member.submit(&page, &LOGIN).await;
    let page = member.choose(&page, "recovery-code").await;
    member.submit(&page, &[("code", &codes[2])]).await.sees("認証アプリを削除しました");
    // New ones need the password only now; then the old ones are void.
    let page = member.open(&idp.at("minato/account/codes")).await;
    let page = member.submit(&page, &LOGIN).await;
    assert_ne!(shown(&page), codes);
    member.submit(&page, &[("kept", "yes")]).await.sees("あと10個");
    assert_eq!(idp.number("SELECT COUNT(*) AS n FROM recovery_codes").await, 10);
}

/// From the page of the app's code to the one that asks the card, by password and mail.
async fn to_card(idp: &TestIdp, visitor: &Visitor) -> Seen {
    let page = to_code(idp, visitor).await;
    let link = page.html.split("href=\"/minato/recover?what=app").nth(1).expect("it is offered");
    let link = link.split('"').next().expect("a link").replace("&amp;", "&");
    let page = visitor.open(&idp.at(&format!("minato/recover?what=app{link}"))).await;
    page.does_not_see("name=\"code\"");
    let page = visitor.submit(&page, &LOGIN).await;
    page.sees("認証アプリの再設定");
    idp.prove_mailbox(visitor, &page, "hanako@example.jp").await
}

/// Password, mailbox and card: another app takes the place of all, whoever was in is out, and who
/// waited waits on.
#[tokio::test(flavor = "multi_thread")]
async fn another_app_takes_the_place_of_the_lost_one() {
    minato()
        .on_each_engine(async |idp| {
            ask(idp, "own").await;
            let (member, lost) = with_app(idp).await;
            let visitor = idp.visitor();
            let page = to_card(idp, &visitor).await;
            let page = visitor.submit(&page, HANAKO).await;
            let new = app(&page);
            let typed = [("code", new.code(idp.now())), ("name", "新しい電話".to_owned())];
            let typed = typed.each_ref().map(|(name, value)| (*name, value.as_str()));
            visitor.submit(&page, &typed).await.sees("認証アプリを設定し直しました");
            let own = visitor.open(&idp.at("minato/account")).await;
            own.sees("新しい電話").does_not_see("スマートフォン");
            member.open(&idp.at("minato/account")).await.sees("name=\"password\"");
            idp.advance(30);
            let later = idp.visitor();
            let page = to_code(idp, &later).await;
            assert!(!is_in(&code(&later, &page, &lost.code(idp.now())).await));
            assert!(is_in(&code(&later, &page, &new.code(idp.now())).await));
            let mails = idp.mails("hanako@example.jp").await;
            let subjects: Vec<&str> = mails.iter().map(|mail| mail.subject.as_str()).collect();
            for part in ["認証アプリが削除されました", "認証アプリが登録されました"]
            {
                assert!(subjects.iter().any(|subject| subject.contains(part)), "{subjects:?}");
            }
        })
        .await;
}

/// Attack 26: neither the password and somebody else's mailbox, nor another's card, nor no password.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_replaces_it() {
    let idp = minato().on_sqlite().await;
    ask(&idp, "own").await;
    with_app(&idp).await;
    let other = idp.visitor();
    idp.register(&other, ("ichiro@example.jp", "ichiro55", ICHIRO)).await;
    // The thief knows the password and has an account and a mailbox of their own.
    let thief = idp.visitor();
    let page = thief.open(&idp.at("minato/recover?what=app")).await;
    let page = thief.submit(&page, &LOGIN).await;
    let sent = thief.submit(&page, &[("email", "ichiro@example.jp")]).await;
    sent.sees("ichiro@example.jp");
    let mails = idp.mails("ichiro@example.jp").await;
    assert!(!mails.last().expect("a mail").text.contains("/link/"));
    // Without the password nothing is asked but that.
    let page = other.open(&idp.at("minato/recover?what=app")).await;
    page.sees("name=\"password\"").does_not_see("name=\"email\"");
    // Somebody else's card.
    let visitor = idp.visitor();
    let page = to_card(&idp, &visitor).await;
    visitor.submit(&page, ICHIRO).await.does_not_see("name=\"code\"");
    // Where there is no such journey there is no such page.
    idp.without("journeys/lost_app.toml").await;
    let none = idp.visitor().open(&idp.at("minato/recover?what=app")).await;
    assert_eq!(none.status, crate::support::StatusCode::NOT_FOUND);
}

/// Wrong codes close the app's page for an hour, and no other way: who has written codes down gets in.
#[tokio::test(flavor = "multi_thread")]
async fn wrong_codes_close_no_other_way() {
    let idp = minato().on_sqlite().await;
    ask(&idp, "own").await;
    let (_, app, codes) = with_codes(&idp).await;
    let visitor = idp.visitor();
    let page = to_code(&idp, &visitor).await;
    for _ in 0..10 {
        code(&visitor, &page, "000000").await;
    }
    let closed = visitor.open(&page.url).await;
    closed.sees("受け付けていません").sees("書き留めた予備のコード").does_not_see("name=\"code\"");
    assert!(!is_in(&code(&visitor, &page, &app.code(idp.now())).await));
    let page = visitor.submit(&closed, &[("choice", "recovery-code")]).await;
    let answer = visitor.submit_without_following(&page, &[("code", &codes[0])]).await;
    assert!(is_in(&answer), "{}", answer.url);
}

/// The owner's recovery forgets what somebody else typed wrong.
#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_forgets_wrong_codes() {
    let idp = minato().on_sqlite().await;
    ask(&idp, "own").await;
    with_app(&idp).await;
    let thief = idp.visitor();
    let page = to_code(&idp, &thief).await;
    for _ in 0..10 {
        code(&thief, &page, "000000").await;
    }
    let visitor = idp.visitor();
    let page = visitor.open(&idp.at("minato/recover?what=app")).await;
    let page = visitor.submit(&page, &LOGIN).await;
    let page = idp.prove_mailbox(&visitor, &page, "hanako@example.jp").await;
    let page = visitor.submit(&page, HANAKO).await;
    let new = app(&page);
    let typed = [("code", new.code(idp.now())), ("name", "新しい電話".to_owned())];
    let typed = typed.each_ref().map(|(name, value)| (*name, value.as_str()));
    visitor.submit(&page, &typed).await.sees("認証アプリを設定し直しました");
    idp.advance(30);
    let again = idp.visitor();
    let page = to_code(&idp, &again).await;
    assert!(is_in(&code(&again, &page, &new.code(idp.now())).await));
}

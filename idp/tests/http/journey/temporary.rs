//! A password that somebody else gave opens the account for one thing: to choose another.

use crate::support::people::LOGIN;
use crate::support::{PASSWORD, Seen, TestIdp, Visitor, minato};

const NEW: &str = "another four words for hanako";

/// 花子's password is one that the help desk gave, from now on for a day.
async fn given(idp: &TestIdp) -> Visitor {
    let member = idp.member().await;
    let until = idp.now() + 86_400;
    idp.execute(&format!("UPDATE passwords SET temporary_until = {until}")).await;
    idp.execute("DELETE FROM sessions").await;
    member
}

async fn with(visitor: &Visitor, idp: &TestIdp, password: &str) -> Seen {
    let page = visitor.open(&idp.at("minato/login")).await;
    let typed = [("user_id", "hanako79"), ("password", password)];
    visitor.submit_without_following(&page, &typed).await
}

fn is_in(answer: &Seen) -> bool {
    answer.url.contains("/minato/signin")
}

/// Nothing but another password is asked, and until it is chosen nobody is signed in.
#[tokio::test(flavor = "multi_thread")]
async fn it_is_replaced_before_anything_else() {
    minato()
        .on_each_engine(async |idp| {
            let member = given(idp).await;
            let client = idp.client("app", "").await;
            let page = member.open(&idp.at("minato/login")).await;
            let page = member.submit(&page, &LOGIN).await;
            page.sees("name=\"password_again\"");
            let silent = client.answer(&member, &[("prompt", "none")]).await;
            assert_eq!(silent["error"], "login_required");
            let same = [("password", PASSWORD), ("password_again", PASSWORD)];
            let again = member.submit(&page, &same).await;
            again.sees("name=\"password_again\"");
            let chosen = [("password", NEW), ("password_again", NEW)];
            assert!(is_in(&member.submit_without_following(&again, &chosen).await));
            let mails = idp.mails("hanako@example.jp").await;
            assert!(mails.last().expect("a mail").subject.contains("パスワード"));
            // The one that was given opens nothing any more; hers asks nothing more.
            assert!(!is_in(&with(&member, idp, PASSWORD).await));
            idp.execute("DELETE FROM sessions").await;
            assert!(is_in(&with(&member, idp, NEW).await));
        })
        .await;
}

/// It is no password any more when its time is over, and the page is that of a wrong one.
#[tokio::test(flavor = "multi_thread")]
async fn it_ends() {
    minato()
        .on_each_engine(async |idp| {
            let member = given(idp).await;
            idp.advance(86_400);
            let page = member.open(&idp.at("minato/login")).await;
            let page = member.submit(&page, &LOGIN).await;
            page.sees("name=\"user_id\"").does_not_see("name=\"password_again\"");
        })
        .await;
}

/// Attacks 13 and 28: it recovers nothing and changes nothing, though whoever gave it knows the card, too; and what
/// was begun before is dropped with it.
#[tokio::test(flavor = "multi_thread")]
async fn it_opens_no_other_door() {
    minato()
        .on_each_engine(async |idp| {
            let member = given(idp).await;
            for what in ["recover?what=address", "recover?what=app"] {
                let page = member.open(&idp.at(&format!("minato/{what}"))).await;
                page.sees("name=\"password\"");
                let page = member.submit(&page, &LOGIN).await;
                page.sees("name=\"password\"").does_not_see("name=\"symbol\"");
                page.does_not_see("name=\"email\"");
            }
            let begun = "INSERT INTO address_changes (insurer_id, account_id, address, due_at, asked_at) \
                         SELECT insurer_id, account_id, 'thief@example.jp', 9999999999, 0 FROM accounts WHERE user_id = 'hanako79'";
            assert_eq!(idp.execute(begun).await, 1);
            let page = member.open(&idp.at("minato/login")).await;
            let page = member.submit(&page, &LOGIN).await;
            let chosen = [("password", NEW), ("password_again", NEW)];
            assert!(is_in(&member.submit_without_following(&page, &chosen).await));
            assert_eq!(idp.number("SELECT COUNT(*) AS n FROM address_changes").await, 0);
        })
        .await;
}

/// Attack 16: of two who know it one chooses; the other's page is worth nothing.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_know_it_one_chooses() {
    minato()
        .on_each_engine(async |idp| {
            let member = given(idp).await;
            let first = member.open(&idp.at("minato/login")).await;
            let first = member.submit(&first, &LOGIN).await;
            let second = member.open(&idp.at("minato/login")).await;
            let second = member.submit(&second, &LOGIN).await;
            let chosen = [("password", NEW), ("password_again", NEW)];
            assert!(is_in(&member.submit_without_following(&first, &chosen).await));
            let theirs = "a third set of words for it";
            let chosen = [("password", theirs), ("password_again", theirs)];
            member.submit_without_following(&second, &chosen).await;
            idp.execute("DELETE FROM sessions").await;
            assert!(!is_in(&with(&member, idp, theirs).await));
            assert!(is_in(&with(&member, idp, NEW).await));
        })
        .await;
}

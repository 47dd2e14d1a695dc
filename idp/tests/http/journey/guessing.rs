//! Attack 24: passwords cannot be guessed for long, not even all at once.

use crate::support::people::LOGIN;
use crate::support::{StatusCode, minato, unique};
use idp::credentials::password::Cost;

/// What is typed by 50 browsers at once is counted ten times at the most, and then nobody gets in
/// until the window is over.
#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_guesses_at_once_ten_count() {
    minato()
        .on_each_engine(async |idp| {
            idp.member().await;
            let late = idp.visitor();
            let login = late.open(&idp.at("minato/login")).await;
            let mut guesses = tokio::task::JoinSet::new();
            for n in 0..50 {
                let visitor = idp.visitor();
                let page = visitor.open(&idp.at("minato/login")).await;
                guesses.spawn(async move {
                    let password = format!("wrong password {n}");
                    let typed = [("user_id", "hanako79"), ("password", &*password)];
                    visitor.submit(&page, &typed).await.status
                });
            }
            let answers = guesses.join_all().await;
            let refused = StatusCode::TOO_MANY_REQUESTS;
            assert_eq!(answers.iter().filter(|status| **status != refused).count(), 10);
            let sql = "SELECT MAX(count) AS n FROM attempts WHERE bucket LIKE 'login:%'";
            assert_eq!(idp.number(sql).await, 10);
            assert_eq!(late.submit(&login, &LOGIN).await.status, refused);
            idp.advance(15 * 60 - 1);
            assert_eq!(late.submit(&login, &LOGIN).await.status, refused);
            idp.advance(1);
            late.submit_and_stay(&login, &LOGIN).await;
        })
        .await;
}

/// Held-out 1: among wrong passwords that are tried at once the right one is known by nothing, once
/// the limit is used up; and before, it costs no try.
#[tokio::test(flavor = "multi_thread")]
async fn a_right_password_among_many_counts_only_below_the_limit() {
    minato()
        .on_each_engine(async |idp| {
            idp.member().await;
            for _ in 0..12 {
                let visitor = idp.visitor();
                let page = visitor.open(&idp.at("minato/login")).await;
                visitor.submit_and_stay(&page, &LOGIN).await;
            }
            assert_eq!(
                idp.number("SELECT COUNT(*) AS n FROM attempts WHERE bucket LIKE 'login:%'").await,
                0
            );
            let mut guesses = tokio::task::JoinSet::new();
            for n in 0..46 {
                let visitor = idp.visitor();
                let page = visitor.open(&idp.at("minato/login")).await;
                guesses.spawn(async move {
                    let wrong = format!("wrong password {n}");
                    let password = if n == 23 { LOGIN[1].1 } else { &*wrong };
                    let typed = [LOGIN[0], ("password", password)];
                    let answer = visitor.submit_without_following(&page, &typed).await;
                    assert_eq!(answer.status, StatusCode::SEE_OTHER);
                    let own = answer.url.contains("/journey/");
                    (own, visitor.open(&page.url).await.status)
                });
            }
            let answers = guesses.join_all().await;
            let inside = answers.iter().filter(|(own, _)| !own).count();
            let wrong = answers.iter().filter(|(own, status)| *own && *status == StatusCode::OK);
            assert!(inside <= 1);
            assert_eq!(wrong.count(), 10, "as many as the limit allows, whatever came between");
        })
        .await;
}

/// Held-out 9: more logins at once than can be hashed are told so, with what was typed kept and a
/// browser that comes back by itself.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_asks_to_come_back() {
    let small = |settings: &mut idp::settings::Settings| {
        settings.hashing.workers = 1;
        settings.hashing.queue = 1;
    };
    let idp = minato().settings(small).cost(Cost::REAL).on_sqlite().await;
    let mut logins = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let visitor = idp.visitor();
        let page = visitor.open(&idp.at("minato/login")).await;
        logins.spawn(async move {
            let user_id = unique();
            let typed = [("user_id", user_id.as_str()), ("password", "wrong")];
            let answer = visitor.submit_without_following(&page, &typed).await;
            (visitor, page, user_id, answer)
        });
    }
    let answers = logins.join_all().await;
    let mut busy = 0;
    for (visitor, page, user_id, answer) in answers {
        if answer.status != StatusCode::SERVICE_UNAVAILABLE {
            assert_eq!(answer.status, StatusCode::SEE_OTHER);
            continue;
        }
        busy += 1;
        assert_eq!(answer.header("retry-after"), "5");
        let (seconds, back) = answer.header("refresh").split_once("; url=").expect("both");
        assert_eq!(seconds, "5");
        assert!(page.url.ends_with(back), "{} {back}", page.url);
        visitor.open(&page.url).await.sees(&format!("value=\"{user_id}\"")).does_not_see("wrong");
    }
    assert!(busy > 0, "one worker and one place in the queue are not enough for twenty");
}

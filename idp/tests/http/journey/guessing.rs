//! Attack 24: passwords cannot be guessed for long, not even all at once.

use crate::support::people::LOGIN;
use crate::support::{StatusCode, minato};

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

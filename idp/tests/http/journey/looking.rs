//! What is written when somebody looks, and when somebody signs in.

use crate::support::people::LOGIN;
use crate::support::{TestIdp, minato};
use std::collections::BTreeMap;

/// The tables that have more or fewer rows than before.
async fn changes(idp: &TestIdp, before: &BTreeMap<String, i64>) -> Vec<(String, i64)> {
    let mut after = idp.rows().await;
    for (table, rows) in before {
        *after.entry(table.clone()).or_default() -= rows;
    }
    after.into_iter().filter(|(_, more)| *more != 0).collect()
}

/// Programs and passers-by open these pages all day.
#[tokio::test(flavor = "multi_thread")]
async fn looking_writes_nothing() {
    minato()
        .on_each_engine(async |idp| {
            let client = idp.client("app", "consent_obtained = false\n").await;
            let visitor = idp.member().await;
            let before = idp.rows().await;
            for _ in 0..3 {
                let nobody = idp.visitor();
                nobody.open(&idp.at("minato/login")).await.sees("name=\"password\"");
                nobody.open(&idp.at("minato/register")).await.sees("name=\"email\"");
                nobody.open(&client.authorize(&[])).await.sees("name=\"password\"");
                visitor.open(&client.authorize(&[])).await.sees("name=\"decision\"");
            }
            assert_eq!(changes(idp, &before).await, []);
        })
        .await;
}

/// A password alone: a session, a line in the history, once the browser that is known from then on, and neither a journey nor a counter.
#[tokio::test(flavor = "multi_thread")]
async fn a_login_writes_one_session() {
    minato()
        .on_each_engine(async |idp| {
            idp.member().await;
            let before = idp.rows().await;
            let visitor = idp.visitor();
            let page = visitor.open(&idp.at("minato/login")).await;
            let home = visitor.submit_and_stay(&page, &LOGIN).await;
            assert_eq!(home, "http://localhost:8401/minato/signin");
            let rows = |table: &str, more| (table.to_owned(), more);
            let new = [rows("browsers", 1), rows("events", 1), rows("sessions", 1)];
            assert_eq!(changes(idp, &before).await, new);
            // From a browser that is known, the session alone, here in the place of the one before,
            // and a line in its owner's history.
            idp.sign_in(&visitor).await;
            let new = [rows("browsers", 1), rows("events", 2), rows("sessions", 1)];
            assert_eq!(changes(idp, &before).await, new);
        })
        .await;
}

//! A journey ends once, in the browser that has it. Attacks 16 and 22.

use crate::support::people::LOGIN;
use crate::support::{Seen, StatusCode, TestIdp, Visitor, minato, wins};

/// A login page that a client waits for, and the same browser twice.
async fn two_tabs(idp: &TestIdp) -> (Visitor, Visitor, Seen) {
    let client = idp.client("app", "").await;
    idp.member().await;
    let visitor = idp.visitor();
    let page = visitor.open(&client.authorize(&[])).await;
    let copy = visitor.copied();
    (visitor, copy, page)
}

async fn rows(idp: &TestIdp, table: &str) -> i64 {
    idp.rows().await.get(table).copied().unwrap_or(0)
}

/// The same answer with the old cookie gives no second session and no second code.
#[tokio::test(flavor = "multi_thread")]
async fn a_replayed_answer_gives_nothing() {
    minato()
        .on_each_engine(async |idp| {
            let (visitor, copy, page) = two_tabs(idp).await;
            assert!(visitor.submit_and_stay(&page, &LOGIN).await.contains("code="));
            let (sessions, grants) = (rows(idp, "sessions").await, rows(idp, "grants").await);
            let again = copy.submit_without_following(&page, &LOGIN).await;
            assert!(!again.url.contains("code="), "{}", again.url);
            assert_eq!(rows(idp, "sessions").await, sessions);
            assert_eq!(rows(idp, "grants").await, grants);
        })
        .await;
}

/// Two windows at once: one session, one code.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_answers_at_once_one_ends_it() {
    minato()
        .on_each_engine(async |idp| {
            let (visitor, copy, page) = two_tabs(idp).await;
            let sessions = rows(idp, "sessions").await;
            let (a, b) = tokio::join!(
                visitor.submit_without_following(&page, &LOGIN),
                copy.submit_without_following(&page, &LOGIN)
            );
            assert_eq!(wins([a, b].map(|seen| seen.url.contains("code="))), 1);
            assert_eq!(rows(idp, "sessions").await, sessions + 1);
        })
        .await;
}

/// A sealed journey opens under its own id and at its own insurer alone.
#[tokio::test(flavor = "multi_thread")]
async fn a_planted_journey_opens_nothing() {
    let idp = minato().and("aozora").on_sqlite().await;
    let attacker = idp.visitor();
    let page = attacker.open(&idp.at("minato/login")).await;
    let cookies = attacker.cookies(&page.url);
    let journeys = cookies.split("; ").filter_map(|pair| pair.strip_prefix("journey-"));
    let (id, sealed) = journeys.last().and_then(|pair| pair.split_once('=')).expect("a journey");
    let open = async |id: &str, insurer: &str| {
        let victim = idp.visitor();
        let url = idp.at(&format!("{insurer}/journey/{id}"));
        victim.plant(&url, &format!("journey-{id}"), sealed);
        victim.open(&url).await
    };
    open(id, "minato").await.sees("name=\"password\"");
    open("another", "minato").await.does_not_see("name=\"password\"");
    open(id, "aozora").await.does_not_see("name=\"password\"");
    // And what is planted has no form token of the victim's: nothing can be sent with it.
    let planted = open(id, "minato").await;
    let answer = idp.visitor().submit(&planted, &LOGIN).await;
    assert_eq!(answer.status, StatusCode::PRECONDITION_REQUIRED);
}

/// A journey ends with its time.
#[tokio::test(flavor = "multi_thread")]
async fn a_late_answer_begins_again() {
    let idp = minato().on_sqlite().await;
    idp.member().await;
    let visitor = idp.visitor();
    let page = visitor.open(&idp.at("minato/login")).await;
    idp.advance(3600);
    let answer = visitor.submit_without_following(&page, &LOGIN).await;
    assert_eq!((answer.status, &*answer.url), (StatusCode::OK, ""));
    answer.does_not_see("name=\"password\"").sees("/minato/login");
}

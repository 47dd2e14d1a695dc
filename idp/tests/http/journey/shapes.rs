//! Registration as an insurer's files shape it: alternatives, conditions, what may wait.

use crate::support::people::{AGREED, LOGIN, chosen};
use crate::support::{HANAKO, ICHIRO, Setup, StatusCode, minato};

/// The card first; then the mailbox or the terms, as the person likes; a second address if they
/// like; dependants prove one in any case.
const SHAPED: &str = r#"
goal = "register"
title = { ja = "カードで登録", en = "By card" }
expires_hours = 24
sequence = [
  { step = "roster", fields = ["symbol", "number", "branch", "name_kana", "birth_date"] },
  { any_of = [{ step = "mailbox" }, { step = "terms", id = "agree" }] },
  { optional = [{ step = "mailbox", id = "spare" }] },
  { when = "dependant", sequence = [{ step = "mailbox", id = "family" }] },
  { step = "terms" },
  { step = "password" },
]
"#;

fn shaped() -> Setup {
    minato().file("journeys/register.toml", SHAPED)
}

/// The mailbox first, the spare one later, nothing that is for dependants.
#[tokio::test(flavor = "multi_thread")]
async fn an_insured_person_takes_the_first_way() {
    shaped()
        .on_each_engine(async |idp| {
            let visitor = idp.visitor();
            let page = visitor.open(&idp.at("minato/register")).await;
            let page = visitor.submit(&page, HANAKO).await;
            page.sees("value=\"mailbox\"").sees("value=\"agree\"").does_not_see("value=\"later\"");
            let page = visitor.submit(&page, &[("choice", "mailbox")]).await;
            let page = idp.prove_mailbox(&visitor, &page, "hanako@example.jp").await;
            page.sees("value=\"spare\"").sees("value=\"later\"");
            let page = visitor.submit(&page, &[("choice", "later")]).await;
            let page = visitor.submit(&page, &AGREED).await;
            let done = visitor.submit(&page, &chosen("hanako79")).await;
            done.sees("hanako79").sees("hanako@example.jp");
            idp.sign_in(&visitor).await;
        })
        .await;
}

/// The terms first, the spare address now, and a third for dependants: then no terms any more.
#[tokio::test(flavor = "multi_thread")]
async fn a_dependant_takes_the_other_way() {
    shaped()
        .on_each_engine(async |idp| {
            let visitor = idp.visitor();
            let page = visitor.open(&idp.at("minato/register")).await;
            let page = visitor.submit(&page, ICHIRO).await;
            let page = visitor.submit(&page, &[("choice", "agree")]).await;
            let page = visitor.submit(&page, &AGREED).await;
            let page = visitor.submit(&page, &[("choice", "spare")]).await;
            let page = idp.prove_mailbox(&visitor, &page, "spare@example.jp").await;
            let page = idp.prove_mailbox(&visitor, &page, "ichiro@example.jp").await;
            page.sees("name=\"password_again\"");
            visitor.submit(&page, &chosen("ichiro77")).await.sees("ichiro@example.jp");
            let page = visitor.open(&idp.at("minato/login")).await;
            visitor.submit_and_stay(&page, &[("user_id", "ichiro77"), LOGIN[1]]).await;
        })
        .await;
}

/// A choice that nobody offered is none: the page comes again.
#[tokio::test(flavor = "multi_thread")]
async fn only_what_is_offered_can_be_chosen() {
    let idp = shaped().on_sqlite().await;
    let visitor = idp.visitor();
    let page = visitor.open(&idp.at("minato/register")).await;
    let page = visitor.submit(&page, HANAKO).await;
    for wrong in ["password", "spare", "later", "nonsense", ""] {
        let again = visitor.submit(&page, &[("choice", wrong)]).await;
        again.sees("value=\"mailbox\"").sees("value=\"agree\"");
    }
}

/// Two files: the person chooses between their titles, and each leads to its own first step.
#[tokio::test(flavor = "multi_thread")]
async fn two_ways_to_register_are_a_choice() {
    let idp = minato().file("journeys/card.toml", SHAPED).on_sqlite().await;
    let visitor = idp.visitor();
    let page = visitor.open(&idp.at("minato/register")).await;
    page.sees("カードで登録").sees("/minato/register/card").sees("/minato/register/register");
    visitor.open(&idp.at("minato/register/card")).await.sees("name=\"symbol\"");
    visitor.open(&idp.at("minato/register/register")).await.sees("name=\"email\"");
    let none = visitor.open(&idp.at("minato/register/login")).await;
    assert_eq!(none.status, StatusCode::NOT_FOUND, "no way to register");
}

//! The mailed link, attack 17: once, in its time.

use crate::support::minato;

/// After the time that the mail names it opens nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_late_link_opens_nothing() {
    let idp = minato().on_sqlite().await;
    let visitor = idp.visitor();
    let page = visitor.open(&idp.at("minato/register")).await;
    visitor.submit(&page, &[("email", "hanako@example.jp")]).await;
    let link = idp.link("hanako@example.jp").await;
    let button = visitor.open(&link).await;
    idp.advance(180 * 60);
    visitor.open(&link).await.does_not_see("method=\"post\"");
    visitor.submit(&button, &[]).await.does_not_see("name=\"symbol\"");
}

/// Two presses at once, of two browsers: one goes on.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_presses_at_once_one_goes_on() {
    minato()
        .on_each_engine(async |idp| {
            let visitor = idp.visitor();
            let page = visitor.open(&idp.at("minato/register")).await;
            visitor.submit(&page, &[("email", "hanako@example.jp")]).await;
            let link = idp.link("hanako@example.jp").await;
            let (a, b) = (idp.visitor(), idp.visitor());
            let (at_a, at_b) = (a.open(&link).await, b.open(&link).await);
            let (a, b) = tokio::join!(a.submit(&at_a, &[]), b.submit(&at_b, &[]));
            let on = [a, b].map(|page| page.html.contains("name=\"symbol\""));
            assert_eq!(crate::support::wins(on), 1);
        })
        .await;
}

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

/// The button is clicked twice: the browser drops the first answer, with its cookie, and shows the second.
/// Another browser, or the same one a minute later, has no such second click.
#[tokio::test(flavor = "multi_thread")]
async fn a_double_click_goes_on() {
    minato()
        .on_each_engine(async |idp| {
            let visitor = idp.visitor();
            let page = visitor.open(&idp.at("minato/register")).await;
            visitor.submit(&page, &[("email", "hanako@example.jp")]).await;
            let link = idp.link("hanako@example.jp").await;
            // Where it began, and on a phone that opens the mail.
            let phone = idp.visitor();
            let at = phone.open(&link).await;
            let (twice, late) = (phone.copied(), phone.copied());
            phone.submit(&at, &[]).await.sees("name=\"symbol\"");
            twice.submit(&at, &[]).await.sees("name=\"symbol\"");
            // Whichever answer arrives last: both hold the journey, because they are one browser.
            let there = twice.open(&link).await.url;
            phone.open(&there).await.sees("name=\"symbol\"");
            twice.open(&there).await.sees("name=\"symbol\"");
            // Where it began, it has moved on.
            visitor.open(&there).await.does_not_see("name=\"symbol\"");
            let stranger = idp.visitor();
            let theirs = stranger.open(&idp.at("minato/register")).await;
            let mut aimed = theirs.clone();
            let (action, _) = theirs.form().expect("a form");
            aimed.html = aimed.html.replace(&action, link.rsplit_once("8400").expect("a path").1);
            stranger.submit(&aimed, &[]).await.does_not_see("name=\"symbol\"");
            idp.advance(61);
            late.submit(&at, &[]).await.does_not_see("name=\"symbol\"");
        })
        .await;
}

//! F057: staying signed in, where the insurer allows it, in a browser whose owner wants it.

use super::super::support::people::LOGIN;
use super::super::support::{TestIdp, Visitor, minato};

const DAY: i64 = 24 * 3600;

async fn change(idp: &TestIdp, from: &str, to: &str) {
    let file = idp.file("idp.toml");
    assert!(file.contains(from), "{file}");
    idp.publish("idp.toml", &file.replace(from, to)).await;
}

async fn signed_in(idp: &TestIdp, fields: &[(&str, &str)]) -> Visitor {
    let visitor = idp.visitor();
    let page = visitor.open(&idp.at("minato/login")).await;
    visitor.submit_and_stay(&page, &[&LOGIN[..], fields].concat()).await;
    visitor
}

async fn is_in(idp: &TestIdp, visitor: &Visitor) -> bool {
    visitor.open(&idp.at("minato/account")).await.html.contains("hanako@example.jp")
}

/// It outlives idle time and a closed browser, ends at its day, and is signed out like any other; not
/// where the insurer does not allow it (any more).
#[tokio::test(flavor = "multi_thread")]
async fn who_wants_to_stays_signed_in() {
    minato()
        .on_each_engine(async |idp| {
            idp.member().await;
            let page = idp.visitor().open(&idp.at("minato/login")).await;
            page.does_not_see("name=\"stay\" type=\"checkbox\"");
            // F057: the two ways to recovery.
            page.sees("minato/recover").sees("minato/user-id");
            let forged = signed_in(idp, &[("stay", "yes")]).await;
            change(idp, "absolute_hours = 24", "absolute_hours = 24\nstay_days = 14").await;
            let page = idp.visitor().open(&idp.at("minato/login")).await;
            page.sees("name=\"stay\" type=\"checkbox\"").sees("14日間");

            let usual = signed_in(idp, &[]).await;
            let stays = signed_in(idp, &[("stay", "yes")]).await;
            assert!(is_in(idp, &usual).await && is_in(idp, &stays).await);
            idp.advance(13 * DAY);
            assert!(!is_in(idp, &usual).await && !is_in(idp, &forged).await);
            assert!(is_in(idp, &stays).await);
            let own = stays.open(&idp.at("minato/account")).await;
            own.does_not_see("account/session/");
            idp.advance(DAY);
            assert!(!is_in(idp, &stays).await, "two weeks are over");

            // One that goes on after a fresh proof goes on to stay, from then on.
            let stays = signed_in(idp, &[("stay", "yes")]).await;
            idp.advance(10 * DAY);
            let page = stays.open(&idp.at("minato/account/user-id")).await;
            page.does_not_see("name=\"stay\" type=\"checkbox\"");
            let page = stays.submit(&page, &LOGIN).await;
            stays.submit(&page, &[("user_id", "hanako80")]).await.sees("hanako80");
            idp.advance(10 * DAY);
            assert!(is_in(idp, &stays).await);

            // Not allowed any more: those that stay end at their day, new ones do not begin.
            change(idp, "stay_days = 14", "stay_days = 0").await;
            let login = [("user_id", "hanako80"), ("stay", "yes")];
            let now = signed_in(idp, &login).await;
            assert!(is_in(idp, &now).await);
            idp.advance(DAY);
            assert!(!is_in(idp, &now).await);
        })
        .await;
}

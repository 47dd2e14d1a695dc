//! Where people give up is counted by month, and nobody is in it.

use crate::support::people::LOGIN;
use crate::support::{PASSWORD, minato};

#[tokio::test(flavor = "multi_thread")]
async fn what_becomes_of_journeys_is_counted() {
    minato()
        .on_each_engine(async |idp| {
            idp.member().await;
            let visitor = idp.visitor();
            let page = visitor.open(&idp.at("minato/login")).await;
            visitor.submit(&page, &[("user_id", "hanako79"), ("password", "wrong one")]).await;
            visitor.submit(&page, &[("user_id", ""), ("password", "")]).await;
            idp.advance(40);
            visitor.submit_and_stay(&page, &LOGIN).await;
            idp.visitor().open(&idp.at("minato/login")).await;
            idp.app.tally.write(&idp.app.tools.db).await.expect("written");
            let count = async |step: &str, what: &str| {
                idp.number(&format!(
                    "SELECT CAST(COALESCE(SUM(count), 0) AS BIGINT) AS n FROM journey_counts
                     WHERE goal = 'sign-in' AND step = '{step}' AND what = '{what}'"
                ))
                .await
            };
            // The member's own login is among them.
            assert_eq!(count("", "begun").await, 3);
            assert_eq!((count("", "done-15").await, count("", "done-60").await), (1, 1));
            assert_eq!(count("password", "right").await, 2);
            assert_eq!(count("password", "wrong").await, 1);
            assert_eq!(count("password", "invalid").await, 1);
            let registered = "SELECT COUNT(*) AS n FROM journey_counts
                              WHERE goal = 'register:register' AND what = 'right'";
            assert_eq!(idp.number(registered).await, 4, "mailbox, card, documents, password");
            let metrics = idp.visitor().open(&idp.at("metrics")).await.html;
            for line in [
                "idp_journeys_total{goal=\"sign-in\",step=\"password\",what=\"wrong\"} 1",
                "idp_journeys_total{goal=\"register\",step=\"\",what=\"begun\"} 1",
            ] {
                assert!(metrics.contains(line), "{metrics}");
            }
            assert!(!metrics.contains("minato"), "no insurer: {metrics}");
            // Written once: what is counted next is added.
            idp.sign_in(&visitor).await;
            idp.app.tally.write(&idp.app.tools.db).await.expect("written");
            assert_eq!(count("password", "right").await, 3);
            for word in ["hanako", "港", PASSWORD] {
                let found = "SELECT COUNT(*) AS n FROM journey_counts
                             WHERE goal || step || what LIKE ";
                assert_eq!(idp.number(&format!("{found}'%{word}%'")).await, 0);
            }
        })
        .await;
}

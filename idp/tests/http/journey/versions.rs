//! Published versions: under journeys that run, and such as cannot be read.

use crate::support::{HANAKO, StatusCode, Visitor, minato};

/// Attack 21: a journey keeps the version that it began with.
#[tokio::test(flavor = "multi_thread")]
async fn a_running_journey_keeps_its_version() {
    minato()
        .on_each_engine(async |idp| {
            let visitor = idp.visitor();
            let page = idp.to_card(&visitor, "hanako@example.jp").await;
            let fewer = "{ step = \"mailbox\", link_minutes = 180 }, { step = \"password\" }";
            let new = format!(
                "goal = \"register\"\ntitle = {{ ja = \"登録\" }}\nexpires_hours = 24\n\
                 sequence = [{fewer}]\n"
            );
            idp.publish("journeys/register.toml", &new).await;
            visitor.open(&page.url).await.sees("name=\"symbol\"");
            visitor.submit(&page, HANAKO).await.sees("agree_portal");
            let other = idp.visitor();
            let after = idp.to_card(&other, "other@example.jp").await;
            after.sees("name=\"password_again\"");
        })
        .await;
}

/// A version that cannot be read stops its own insurer at the most: a running program keeps the
/// last good one, and one that starts anew serves the others.
#[tokio::test(flavor = "multi_thread")]
async fn an_unreadable_version_stops_nobody_else() {
    minato()
        .and("aozora")
        .on_each_engine(async |idp| {
            for sql in [
                "INSERT INTO insurer_versions (insurer_id, version, definition, applied_at)
                 VALUES ('aozora', 2, '{\"brand\":', 0)",
                "UPDATE insurers SET version = 2 WHERE insurer_id = 'aozora'",
            ] {
                assert_eq!(idp.execute(sql).await, 1);
            }
            idp.refresh().await;
            let status = async |visitor: Visitor, insurer: &str| {
                visitor.open(&idp.at(&format!("{insurer}/login"))).await.status
            };
            for insurer in ["minato", "aozora"] {
                assert_eq!(status(idp.visitor(), insurer).await, StatusCode::OK, "{insurer}");
            }
            let anew = Visitor::over(idp.second_node().await);
            assert_eq!(status(anew.clone(), "minato").await, StatusCode::OK);
            assert_eq!(status(anew, "aozora").await, StatusCode::NOT_FOUND);
        })
        .await;
}

//! Front-Channel Logout §3: the page loads the addresses of the session's clients.

use crate::support::{REDIRECT, minato};

#[tokio::test(flavor = "multi_thread")]
async fn the_page_has_a_frame_for_each_client() {
    let idp = minato().on_sqlite().await;
    let front = "http://localhost:2";
    let framed = format!(
        "redirect_uris = [\"{REDIRECT}\", \"{front}/cb\"]\n\
         frontchannel_logout_uri = \"{front}/out\"\n"
    );
    let client = idp.client("framed", &framed).await;
    let visitor = idp.member().await;
    let page = visitor.open(&client.at("logout")).await;
    visitor.submit(&page, &[]).await.does_not_see("<iframe");
    idp.sign_in(&visitor).await;
    let code = client.code(&visitor, &[]).await;
    client.redeem(&code, &[], None).await.good();
    let page = visitor.open(&client.at("logout")).await;
    visitor.submit(&page, &[]).await.sees("<iframe").sees("/out?iss=").sees("sid=");
}

//! `acr_values` and the `acr` claim: levels of login.

use crate::support::minato;

/// OpenID Connect Core §5.5.1.1; attack 30: an essential level that nobody can reach is an error, a
/// voluntary one is not.
#[tokio::test(flavor = "multi_thread")]
async fn only_an_essential_level_is_an_error() {
    let idp = minato().on_sqlite().await;
    let client = idp.client("app", "").await;
    let visitor = idp.member().await;
    let gold = r#"{"id_token":{"acr":{"essential":true,"value":"gold"}}}"#;
    let refused = client.answer(&visitor, &[("claims", gold)]).await;
    assert_eq!(refused["error"], "unmet_authentication_requirements");
    assert!(client.answer(&visitor, &[("acr_values", "gold")]).await["code"].is_string());
}

//! Registration is complete: what to remember, and the way on.

use crate::app::App;
use crate::journeys::begin::sign_in_for;
use crate::session;
use crate::store::accounts;
use crate::visit::Visit;
use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use std::sync::Arc;
use web::{Error, Page};

/// Registration is complete (F015, F051).
#[derive(Serialize)]
pub struct Done {
    pub title: String,
    pub user_id: String,
    /// The address to which mails go, when one was proved.
    pub email: Option<String>,
    pub home_url: String,
}

impl Page for Done {
    const TEMPLATE: &'static str = "idp/done.html";
    fn samples() -> Vec<Self> {
        let sample = |email: Option<&str>| Self {
            title: "登録が終わりました".into(),
            user_id: "hanako79".into(),
            email: email.map(str::to_owned),
            home_url: "https://portal.example/minato/signin".into(),
        };
        vec![sample(Some("hanako@example.jp")), sample(None)]
    }
}

/// `GET /{insurer}/registered`: for whoever is signed in, as often as it is opened.
pub async fn show(State(app): State<Arc<App>>, visit: Visit) -> Result<Response, Error> {
    let Some(session) = session::find(&app.tools.db, &visit).await? else {
        return sign_in_for(&visit, "registered");
    };
    let mut conn = app.tools.db.read().await?;
    let account = accounts::by_id(&mut conn, visit.realm.id(), &session.account_id).await?;
    let account = account.ok_or(Error::NOT_FOUND)?;
    visit.look.page(&Done {
        title: visit.look.t("done-title", &[]),
        user_id: account.user_id.unwrap_or_default(),
        email: account.email,
        home_url: visit.realm.definition.policy.home.for_members().to_owned(),
    })
}

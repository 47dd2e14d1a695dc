//! Every URL of the portal.

use crate::app::App;
use crate::pages::{
    access_record, api, back_channel, home, home_screen, household, inbox, plugin_files,
    plugin_form, plugin_page, search, signin, staff,
};
use crate::staff::StaffVisit;
use crate::visit::{HOME_SCREEN, Visit};
use axum::Router;
use axum::extract::{DefaultBodyLimit, RawQuery, State};
use axum::response::Response;
use axum::routing::{any, get, post};
use std::sync::Arc;

/// Bytes of a logout token's form: anybody can send one.
const MAX_TOKEN: usize = 64 * 1024;

/// The routes, without what surrounds them.
pub fn routes(app: Arc<App>) -> Router {
    let files = most_of_a_form(&app);
    Router::new()
        .route("/{insurer}", get(to_home))
        .route("/{insurer}/", get(home::show))
        .route("/{insurer}/signin", get(signin::signin))
        .route("/{insurer}/callback", get(signin::callback))
        .route("/{insurer}/signout", get(signin::ask_signout).post(signin::signout))
        .route(
            "/{insurer}/backchannel-logout",
            post(back_channel::logout).layer(DefaultBodyLimit::max(MAX_TOKEN)),
        )
        .route(&format!("/{{insurer}}/{}", HOME_SCREEN), get(home_screen::show))
        .route("/{insurer}/household", get(household::show).post(household::submit))
        .route("/{insurer}/inbox", get(inbox::show).post(inbox::submit))
        .route("/{insurer}/search", get(search::show))
        .route("/{insurer}/views", get(access_record::show))
        .route(
            "/{insurer}/p/{plugin}",
            get(plugin_page::root).post(plugin_form::root).layer(DefaultBodyLimit::max(files)),
        )
        .route("/{insurer}/p/{plugin}/blob/{id}", get(plugin_files::show))
        .route(
            "/{insurer}/p/{plugin}/{*path}",
            get(plugin_page::below).post(plugin_form::below).layer(DefaultBodyLimit::max(files)),
        )
        .route("/{insurer}/api", get(api::list))
        .route("/{insurer}/api/{plugin}", get(api::root).post(api::send_root))
        .route("/{insurer}/api/{plugin}/{*path}", get(api::below).post(api::send_below))
        .merge(staff_routes(&app))
        .route("/{insurer}/display", get(display))
        .route("/{insurer}/{*rest}", any(nothing))
        .with_state(app)
}

/// Bytes of a form with files; forms without are read no further than they ever were.
fn most_of_a_form(app: &App) -> usize {
    app.settings.plugins.upload_mb.saturating_mul(4 * 1024 * 1024)
}

/// The pages of who works for the insurer.
fn staff_routes(app: &App) -> Router<Arc<App>> {
    // With what surrounds a file in a form; and what is too long is read to its end, so that the page can
    // say so.
    let most = app.settings.staff_file_mb.saturating_mul(4 * 1024 * 1024);
    let files = "/{insurer}/staff/files/{plugin}/{importer}";
    let file = format!("{files}/{{file}}");
    Router::new()
        .route("/{insurer}/staff", get(staff::home::show))
        .route("/{insurer}/staff/signin", get(staff::signin::signin))
        .route("/{insurer}/staff/callback", get(staff::signin::callback))
        .route(
            "/{insurer}/staff/signout",
            get(staff::signin::ask_signout).post(staff::signin::signout),
        )
        .route(
            "/{insurer}/staff/backchannel-logout",
            post(staff::signin::logout).layer(DefaultBodyLimit::max(MAX_TOKEN)),
        )
        .route("/{insurer}/staff/files", get(staff::files::show))
        .route(
            files,
            get(staff::files::of_plugin)
                .post(staff::files::bring)
                .layer(DefaultBodyLimit::max(most)),
        )
        .route(&file, get(staff::file::show))
        .route(&format!("{file}/faults"), get(staff::file::faults))
        .route(&format!("{file}/publish"), post(staff::file::publish))
        .route(&format!("{file}/discard"), post(staff::file::discard))
        .route(
            "/{insurer}/staff/p/{plugin}",
            get(staff::plugin::root)
                .post(staff::plugin_form::root)
                .layer(DefaultBodyLimit::max(most_of_a_form(app))),
        )
        .route("/{insurer}/staff/p/{plugin}/blob/{id}", get(staff::plugin::blob))
        .route(
            "/{insurer}/staff/p/{plugin}/{*path}",
            get(staff::plugin::below)
                .post(staff::plugin_form::below)
                .layer(DefaultBodyLimit::max(most_of_a_form(app))),
        )
        .route("/{insurer}/staff/record", get(staff::record::show))
        .route("/{insurer}/staff/{*rest}", any(no_staff_page))
}

/// What is nothing there, with the menu of who is signed in.
async fn no_staff_page(visit: StaffVisit) -> Response {
    visit.not_found()
}

async fn to_home(visit: Visit) -> Response {
    web::look::see_other(&visit.path(""))
}

/// What is nothing, with the menu of who is signed in.
async fn nothing(visit: Visit) -> Response {
    visit.not_found()
}

/// `GET /{insurer}/display?lang=…&size=…&back=…`
async fn display(State(app): State<Arc<App>>, RawQuery(query): RawQuery, _: Visit) -> Response {
    web::look::display(query.as_deref().unwrap_or(""), app.settings.secure())
}

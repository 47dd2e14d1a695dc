//! Every page of both programs and of the plugins in every sample, as Chromium shows it at 360 px: nothing for axe-core to find,
//! nothing cut off or beside the screen, also with a text twice as large. The pictures are kept.

#[path = "../../idp/tests/every/mod.rs"]
mod idp_pages;
#[path = "../../portal/tests/every/mod.rs"]
mod portal_pages;

use axum::Router;
use axum::extract::State;
use axum::http::{Uri, header};
use axum::response::{Html, IntoResponse, Response};
use std::path::PathBuf;
use std::sync::Arc;
use tests::browser::Browser;
use tests::world::{own_plugins, root};
use web::Pages;
use web::pages::Owner;
use web::testing::{Drawer, Drawn};

struct Gallery {
    pages: Arc<Pages>,
    drawn: Vec<Drawn>,
}

/// `/N` is a sample, everything else a file of a theme.
async fn answer(State(gallery): State<Arc<Gallery>>, uri: Uri) -> Response {
    let n = uri.path().trim_start_matches('/').parse::<usize>().ok();
    match n.and_then(|n| gallery.drawn.get(n)) {
        // Without their script they stay where they are.
        Some(drawn) if ["/send-", "/next-"].iter().any(|script| drawn.html.contains(script)) => {
            let policy = [(header::CONTENT_SECURITY_POLICY, "script-src 'none'")];
            (policy, Html(drawn.html.clone())).into_response()
        }
        Some(drawn) => Html(drawn.html.clone()).into_response(),
        None => gallery.pages.assets.answer(uri.path()),
    }
}

async fn served(gallery: Arc<Gallery>) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("bound").port();
    let router = Router::new().fallback(answer).with_state(gallery);
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://localhost:{port}")
}

/// Another theme has other colours, not other words: one language and one sample of each page there, and
/// none of the plugins', which are made of the same parts.
fn is_shown(drawn: &Drawn) -> bool {
    let own = ["idp/", "portal/"].iter().any(|program| drawn.template.starts_with(program));
    drawn.theme == "base" || (own && drawn.lang == "ja" && drawn.n == 0)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_can_be_read_by_everybody() {
    let folders = own_plugins();
    let id = |folder: &PathBuf| folder.file_name().expect("a name").to_string_lossy().into_owned();
    let plugins = folders.iter().map(|folder| Owner::from_folder(&id(folder), folder));
    let owners = [idp::app::owner(), portal::in_force::owner()].into_iter().chain(plugins);
    let owners: Vec<Owner> = owners.collect();
    let pages = Arc::new(Pages::load(&root().join("themes"), &owners).expect("the themes"));
    let mut drawer = Drawer::new(&pages);
    idp_pages::pages(&mut drawer);
    portal_pages::pages(&mut drawer);
    for folder in &folders {
        portal_pages::of_plugin(&mut drawer, &id(folder), folder);
    }
    let drawn: Vec<Drawn> = drawer.drawn.into_iter().filter(is_shown).collect();
    assert!(drawn.len() > 150, "{}", drawn.len());
    let gallery = Arc::new(Gallery { pages, drawn });
    let url = served(gallery.clone()).await;
    let halves = [0, 1].map(|half| {
        let (gallery, url) = (gallery.clone(), url.clone());
        tokio::spawn(async move {
            let browser = Browser::start(&format!("gallery-{half}")).await;
            let mut faults = Vec::new();
            for (n, drawn) in gallery.drawn.iter().enumerate().filter(|(n, _)| n % 2 == half) {
                let page = drawn.template.replace('/', "-").replace(".html", "");
                browser.open(&format!("{url}/{n}")).await;
                let name = format!("{page}-{}-{}-{}", drawn.theme, drawn.lang, drawn.n);
                faults.extend(browser.look_at(&name).await);
            }
            browser.close().await;
            faults
        })
    });
    let mut faults = Vec::new();
    for half in halves {
        faults.extend(half.await.expect("looked at"));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

//! The partner sites of `partners/`, each by another library, against the provider: what
//! `docs/partners.md` shows is what runs here.

use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tests::relying::signed_in;
use tests::visitor::{PASSWORD, Visitor};
use tests::world::{Options, World, bin, root};

/// Which sites are tried: all by `cargo xtask partners`, two by every test run.
#[expect(clippy::disallowed_methods, reason = "`cargo xtask partners` says which sites")]
fn wanted() -> Vec<String> {
    let named = std::env::var("MUSUBI_PARTNERS").unwrap_or_else(|_| "node rust".into());
    named.split_whitespace().map(str::to_owned).collect()
}

/// A running site; ends when it is dropped.
struct Site(Child);

impl Drop for Site {
    fn drop(&mut self) {
        // Asked to stop, not killed: Apache has children.
        let id = self.0.id().to_string();
        Command::new("kill").args(["-TERM", &id]).status().ok();
        self.0.wait().ok();
    }
}

/// What the site's libraries are fetched into and built in: kept between runs.
fn build_folder(name: &str) -> std::path::PathBuf {
    match name {
        // Apache serves as another user, who must be able to read it.
        "apache" => std::env::temp_dir().join("musubi-partner-apache"),
        _ => bin().parent().expect("target").join("partners").join(name),
    }
}

async fn start(world: &World, name: &str) -> Site {
    let folder = root().join("partners").join(name);
    let build = build_folder(name);
    std::fs::create_dir_all(&build).expect("writable");
    let log = std::fs::File::create(world.folder.join(format!("{name}.log"))).expect("writable");
    let mut command = if name == "rust" {
        // Built with the workspace.
        Command::new(bin().join("partner-example"))
    } else {
        let install = folder.join("install");
        let done = Command::new(&install).env("BUILD", &build).status();
        assert!(done.is_ok_and(|done| done.success()), "{}", install.display());
        Command::new(folder.join("run"))
    };
    let child = command
        .env("BUILD", &build)
        .env("ISSUER", format!("{}/minato", world.idp_url))
        .env("CLIENT_ID", "partner")
        .env("CLIENT_SECRET", "q".repeat(40))
        .env("PORT", world.partner_port.to_string())
        .stdin(Stdio::null())
        .stdout(log.try_clone().expect("a handle"))
        .stderr(log)
        .spawn()
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    let site = Site(child);
    let url = world.partner_url();
    let ready = async {
        while !reqwest::get(&url).await.is_ok_and(|answer| answer.status().is_success()) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    if tokio::time::timeout(Duration::from_secs(60), ready).await.is_err() {
        let log = std::fs::read_to_string(world.folder.join(format!("{name}.log")));
        panic!("{name} does not start:\n{}", log.unwrap_or_default());
    }
    site
}

#[tokio::test(flavor = "multi_thread")]
async fn each_library_signs_a_member_in_and_out() {
    let options = Options { insurers: vec!["minato"], ..Options::default() };
    World::on_each_engine(options, async |world| {
        let mut first = Some(signed_in(world).await);
        for name in wanted() {
            let _site = start(world, &name).await;
            let base = world.partner_url();
            let at = |path: &str| format!("{base}{path}");
            let visitor = Visitor::new();
            visitor.open(&at("/")).await.sees("partner");
            let silent = visitor.open(&at("/login?prompt=none")).await;
            assert!(silent.status.is_client_error(), "{name}: {}", silent.status);
            silent.sees("login_required");

            let page = visitor.open(&at("/login")).await;
            page.sees("name=\"password\"");
            let fields = [("user_id", "hanako79"), ("password", PASSWORD)];
            let me = visitor.submit(&page, &fields).await;
            assert!(me.url.starts_with(&at("/me")), "{name}: {}", me.url);
            me.sees("hanako@example.jp");
            let again = visitor.open(&at("/login?prompt=none")).await;
            again.sees("hanako@example.jp");

            let out = visitor.open(&at("/logout")).await;
            assert_eq!(out.url.trim_end_matches('/'), base, "{name}");
            visitor.open(&at("/login?prompt=none")).await.sees("login_required");
            // Single sign-on: who is signed in already is not asked again.
            if let Some(visitor) = first.take() {
                visitor.open(&at("/login")).await.sees("hanako@example.jp");
            }
        }
    })
    .await;
}

/// The page shows the very files that ran above.
#[test]
fn the_page_shows_the_examples_unchanged() {
    let page = std::fs::read_to_string(root().join("docs/partners.md")).expect("the page");
    let mut shown = 0;
    for part in page.split("<!-- file: ").skip(1) {
        let (name, rest) = part.split_once(" -->\n").expect("a name");
        let rest = rest.trim_start_matches('\n');
        let (fence, body) = rest.split_once('\n').expect("a fence");
        assert!(fence.starts_with("```"), "{name}: {fence}");
        let (code, _) = body.split_once("\n```").expect("the end of the fence");
        let file = std::fs::read_to_string(root().join(name)).unwrap_or_default();
        assert_eq!(code.trim_end(), file.trim_end(), "docs/partners.md differs from {name}");
        shown += 1;
    }
    assert!(shown >= 6, "only {shown} files are shown");
}

//! Packages, from a repository that the portal never saw to its members, by the real programs: packed,
//! signed by two, installed, upgraded and rolled back under load, called back.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tests::in_c::{in_c, in_c_that};
use tests::visitor::{HANAKO, ICHIRO, KEN, Visitor};
use tests::world::{Options, Program, World, bin, copy, root};

const ID: &str = "own-lines";

/// Memory that is never given back, from blocks of its own: nothing that the portal frees may be the
/// plugin's, nor the other way round.
const ALLOCATOR: &str = r#"
struct Arena;
static AT: std::sync::Mutex<(usize, usize)> = std::sync::Mutex::new((0, 0));
unsafe impl std::alloc::GlobalAlloc for Arena {
    unsafe fn alloc(&self, layout: std::alloc::Layout) -> *mut u8 {
        let mut at = AT.lock().unwrap();
        let begin = at.0.next_multiple_of(layout.align());
        if at.0 == 0 || begin + layout.size() > at.1 {
            let size = layout.size().max(1 << 20) + layout.align();
            let block = unsafe { std::alloc::System.alloc(std::alloc::Layout::from_size_align_unchecked(size, 16)) };
            let begin = (block as usize).next_multiple_of(layout.align());
            *at = (begin + layout.size(), block as usize + size);
            return begin as *mut u8;
        }
        at.0 = begin + layout.size();
        begin as *mut u8
    }
    unsafe fn dealloc(&self, _: *mut u8, _: std::alloc::Layout) {}
}
#[global_allocator]
static ARENA: Arena = Arena;
"#;

/// A version of a plugin: its folder and its library.
struct Built {
    folder: PathBuf,
    library: PathBuf,
}

fn portal(args: &[&str]) -> Output {
    Command::new(bin().join("portal"))
        .args(args)
        .env("MUSUBI_PORTAL_THEMES", root().join("themes"))
        .output()
        .expect("built")
}

fn edit(file: &Path, from: &str, to: &str) {
    let text = std::fs::read_to_string(file).expect("there");
    assert!(text.contains(from), "{} has no {from}", file.display());
    std::fs::write(file, text.replace(from, to)).expect("written");
}

fn built(folder: &Path, version: &str) -> Built {
    let output = Command::new(env!("CARGO"))
        .args(["build", "--release", "--offline"])
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let kept = folder.with_file_name(format!("v{version}")).join(ID);
    for part in ["plugin.toml", "tables.toml"] {
        std::fs::create_dir_all(&kept).expect("made");
        std::fs::copy(folder.join(part), kept.join(part)).expect("copied");
    }
    for part in ["queries", "statements", "templates", "messages", "samples"] {
        tests::world::copy(&folder.join(part), &kept.join(part));
    }
    let library = kept.with_file_name("libown_lines.so");
    std::fs::copy(folder.join("target/release/libown_lines.so"), &library).expect("copied");
    Built { folder: kept, library }
}

/// A plugin in a repository of its own, with a profile and an allocator of its own, in two versions: the
/// second keeps one thing more with each line.
fn in_own_repository(temporary: &Path) -> (Built, Built) {
    let sdk = root().join("plugins/sdk");
    let into = temporary.display().to_string();
    let sdk = sdk.display().to_string();
    let made = portal(&["plugin", "new", ID, "--into", &into, "--sdk", &sdk]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let folder = temporary.join(ID);
    let mut code = std::fs::read_to_string(folder.join("src/lib.rs")).expect("there");
    code.push_str(ALLOCATOR);
    std::fs::write(folder.join("src/lib.rs"), code).expect("written");
    let profile =
        "[profile.release]\nopt-level = \"z\"\ncodegen-units = 1\n\n# A repository of its own.\n";
    edit(&folder.join("Cargo.toml"), "# A repository of its own.\n", profile);
    let first = built(&folder, "0.1.0");
    edit(&folder.join("plugin.toml"), "version = \"0.1.0\"", "version = \"0.2.0\"");
    edit(
        &folder.join("tables.toml"),
        "at = { type = \"instant\" }",
        "at = { type = \"instant\" }\nmark = { type = \"text\", optional = true }",
    );
    edit(
        &folder.join("statements/add.sql"),
        "(text, at) VALUES ($text, NOW())",
        "(text, at, mark) VALUES ($text, NOW(), $mark)",
    );
    edit(
        &folder.join("src/lib.rs"),
        "json!({\"text\": text})",
        "json!({\"text\": text, \"mark\": \"second\"})",
    );
    edit(
        &folder.join("src/lib.rs"),
        "    pub at: i64,",
        "    pub at: i64,\n    pub mark: Option<String>,",
    );
    edit(&folder.join("queries/list.sql"), "SELECT text, at", "SELECT text, at, mark");
    edit(
        &folder.join("templates/list.html"),
        "{{ line.text }}",
        "{{ line.text }} ({{ line.mark or \"first\" }})",
    );
    edit(&folder.join("templates/list.html"), "<h1>", "<h1>2: ");
    let samples = std::fs::read_to_string(folder.join("samples/list.json")).expect("there");
    let samples = samples.replace("\"text\":", "\"mark\": null, \"text\":");
    std::fs::write(folder.join("samples/list.json"), samples).expect("written");
    (first, built(&folder, "0.2.0"))
}

/// A publisher and an operator, and what the operator's portal trusts.
struct Desk<'a> {
    world: &'a World,
}

impl Desk<'_> {
    fn at(&self, name: &str) -> String {
        self.world.folder.join(name).display().to_string()
    }

    fn key(&self, name: &str) -> String {
        let said = self.world.ran(Program::Portal, &["plugin", "key", &self.at(name)]);
        said.trim().trim_start_matches("key = \"").trim_end_matches('"').to_owned()
    }

    fn trust(&self, publisher: &str, operator: &str, ids: &str, revoked: &str) {
        let text = format!(
            "revoked = [{revoked}]\n[publisher.soft]\nkey = \"{publisher}\"\nplugins = [{ids}]\n\
             [operator.desk]\nkey = \"{operator}\"\n"
        );
        std::fs::write(self.at("trust.toml"), text).expect("written");
    }

    /// Packs and returns the package's file and hash.
    fn pack(&self, built: &Built, name: &str) -> (String, String) {
        let (folder, library) =
            (built.folder.display().to_string(), built.library.display().to_string());
        let (key, out) = (self.at("publisher.pem"), self.at(name));
        let said = self.world.ran(
            Program::Portal,
            &["plugin", "pack", &folder, "--library", &library, "--key", &key, "--out", &out],
        );
        let hash = said.trim().rsplit(' ').next().expect("a hash").to_owned();
        (out, hash)
    }

    fn sign(&self, package: &str) {
        self.world
            .ran(Program::Portal, &["plugin", "sign", package, "--key", &self.at("operator.pem")]);
    }

    fn refuses(&self, args: &[&str], said: &str) {
        let output = self.world.run(Program::Portal, args);
        let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert!(!output.status.success() && text.contains(said), "{args:?}: {said}\n{text}");
    }

    fn plugin(&self, args: &[&str]) -> String {
        self.world.ran(Program::Portal, &[&["plugin"], args].concat())
    }
}

/// Looks until a page is as it shall be; changes arrive within seconds, on every node.
async fn until(visitor: &Visitor, url: &str, good: impl Fn(u16, &str) -> bool) -> Duration {
    let began = Instant::now();
    loop {
        let page = visitor.open(url).await;
        if good(page.status.as_u16(), &page.html) {
            return began.elapsed();
        }
        assert!(
            began.elapsed() < Duration::from_secs(20),
            "{url} stays: {} {}",
            page.status,
            page.html
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Has the insurer offer a plugin.
fn switch_on(world: &World, slug: &str, id: &str) {
    let folder = world.folder.join("insurers").join(slug);
    let file = folder.join("portal.toml");
    let text = std::fs::read_to_string(&file).expect("there");
    let on = format!("[[plugin]]\nid = \"{id}\"\n\n[staff]\n");
    std::fs::write(&file, text.replacen("[staff]\n", &on, 1)).expect("written");
    world.ran(Program::Portal, &["insurer", "apply", &folder.display().to_string()]);
}

/// Readers and a writer that never stop, and what failed of what they asked.
struct Load {
    stop: Arc<AtomicBool>,
    asked: Arc<AtomicUsize>,
    /// Lines that were said to be written.
    written: Arc<AtomicUsize>,
    tasks: Vec<tokio::task::JoinHandle<Vec<String>>>,
}

impl Load {
    fn begin(visitor: &Visitor, url: &str) -> Self {
        let (stop, asked) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let written = Arc::new(AtomicUsize::new(0));
        let one = |n: usize| {
            let (visitor, url) = (visitor.copied(), url.to_owned());
            let (stop, asked, written) = (stop.clone(), asked.clone(), written.clone());
            tokio::spawn(async move {
                let mut failed = Vec::new();
                while !stop.load(Ordering::Relaxed) {
                    let mut page = visitor.open(&url).await;
                    let has_form = page.html.contains("name=\"text\"");
                    if n == 0 && page.status == 200 && has_form {
                        let line = format!("line {}", asked.load(Ordering::Relaxed));
                        page = visitor.submit(&page, &[("text", &line)]).await;
                        written.fetch_add(usize::from(page.status == 200), Ordering::Relaxed);
                    }
                    asked.fetch_add(1, Ordering::Relaxed);
                    if page.status != 200 {
                        failed.push(format!("{}: {}", page.status, page.html));
                    }
                }
                failed
            })
        };
        let tasks = (0..3).map(one).collect();
        Self { stop, asked, written, tasks }
    }

    /// Waits until so many more were asked.
    async fn goes_on(&self, more: usize) {
        let goal = self.asked.load(Ordering::Relaxed) + more;
        let began = Instant::now();
        while self.asked.load(Ordering::Relaxed) < goal {
            assert!(began.elapsed() < Duration::from_secs(30), "nothing is answered any more");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// How many lines were written.
    async fn ends_without_a_failure(self) -> usize {
        self.stop.store(true, Ordering::Relaxed);
        for task in self.tasks {
            assert_eq!(task.await.expect("it ran"), Vec::<String>::new());
        }
        self.written.load(Ordering::Relaxed)
    }
}

/// Claims 2, 9 and 10 of the plugin platform. Attack 32: what was called back or removed is used nowhere.
#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_of_strangers_is_taken_upgraded_under_load_and_rolled_back() {
    let temporary = tempfile::tempdir().expect("a temporary folder");
    let (first, second) = in_own_repository(temporary.path());
    let options = Options { insurers: vec!["minato"], ..Options::default() };
    World::on_each_engine(options, async |world| {
        let desk = Desk { world };
        let (publisher, operator) = (desk.key("publisher.pem"), desk.key("operator.pem"));
        let (one, hash) = desk.pack(&first, "one.mpk");
        let (two, _) = desk.pack(&second, "two.mpk");

        // Nobody is trusted by nature, and each lack has its code.
        desk.refuses(&["plugin", "install", &one], "trust.toml: is not there");
        desk.trust(&operator, &operator, "\"other\"", "");
        desk.refuses(&["plugin", "install", &one], "PUBLISHER");
        desk.trust(&publisher, &operator, "\"other\"", "");
        desk.refuses(&["plugin", "install", &one], "SCOPE");
        desk.trust(&publisher, &operator, &format!("\"{ID}\""), "");
        desk.refuses(&["plugin", "install", &one], "OPERATOR");
        desk.refuses(&["plugin", "sign", &one, "--key", &desk.at("trust.toml")], "trust.toml");
        desk.sign(&one);
        desk.sign(&two);
        assert!(desk.plugin(&["verify", &one]).contains("would be taken"));
        let mut bytes = std::fs::read(&one).expect("there");
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(desk.at("bad.mpk"), bytes).expect("written");
        let output = world.run(Program::Portal, &["plugin", "install", &desk.at("bad.mpk")]);
        assert!(!output.status.success());
        desk.refuses(&["plugin", "upgrade", &one], "plugin install");
        desk.refuses(&["plugin", "rollback", ID], "no package of");

        // Installed and switched on while the portal runs.
        let visitor = Visitor::new();
        visitor
            .register(world, "minato", ("hanako79@example.jp", "hanako79", HANAKO))
            .await
            .sees("hanako79");
        visitor.sign_in(world, "minato", "hanako79").await;
        let url = format!("{}/minato/p/{ID}", world.portal_url);
        assert_eq!(visitor.open(&url).await.status, 404);
        assert!(desk.plugin(&["install", &one]).contains("answers from now on"));
        switch_on(world, "minato", ID);
        let took = until(&visitor, &url, |status, _| status == 200).await;
        eprintln!(
            "{}: installed and switched on, seen after {} ms",
            world.engine,
            took.as_millis()
        );
        visitor.submit(&visitor.open(&url).await, &[("text", "before")]).await.sees("before");
        desk.refuses(&["plugin", "install", &two], "plugin upgrade");
        assert!(desk.plugin(&["install", &one]).contains("signatures are taken over"));

        // Up and back while members read and write: nothing fails, and nothing that was written is lost.
        let load = Load::begin(&visitor, &url);
        load.goes_on(20).await;
        desk.plugin(&["upgrade", &two]);
        until(&visitor, &url, |_, html| html.contains("<h1>2: ")).await;
        load.goes_on(20).await;
        visitor
            .submit(&visitor.open(&url).await, &[("text", "between")])
            .await
            .sees("between (second)");
        desk.plugin(&["rollback", ID]);
        until(&visitor, &url, |_, html| html.contains("<h1>own-lines")).await;
        load.goes_on(20).await;
        let written = load.ends_without_a_failure().await;
        let page = visitor.open(&url).await;
        assert!(written > 5, "{written}");
        assert_eq!(page.html.matches("<li class=\"row\">").count(), written + 2);
        page.sees("before").sees("between").does_not_see("(second)");
        desk.refuses(&["plugin", "rollback", ID], "nothing to go back to");
        desk.plugin(&["rollback", ID, "--to", "0.2.0"]);
        until(&visitor, &url, |_, html| html.contains("between (second)")).await;

        // It is there after a start, too, and on another node.
        world.kill(Program::Portal);
        world.launch(Program::Portal).await;
        visitor.open(&url).await.sees("before (first)");
        if world.engine == "postgres" {
            let line = format!("\"plugin\":\"{ID}\",\"version\":\"0.2.0\"");
            let loaded = |world: &World| world.log(Program::Portal).matches(&line).count();
            let before = loaded(world);
            let _another = world.launch_another_portal();
            let began = Instant::now();
            while loaded(world) == before {
                assert!(
                    began.elapsed() < Duration::from_secs(20),
                    "{}",
                    world.log(Program::Portal)
                );
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }

        // A trust file that is being written, or that nobody can read, ends nothing.
        let trust = std::fs::read_to_string(desk_trust(world)).expect("there");
        std::fs::write(desk_trust(world), "revoked = [\"no hash\"]\n").expect("written");
        logs(world, "the trust file cannot be used").await;
        visitor.open(&url).await.sees("before (first)");
        std::fs::write(desk_trust(world), trust).expect("written");

        // Called back while it runs: it ends, though nobody touched the database.
        let desk = Desk { world };
        desk.plugin(&["rollback", ID]);
        until(&visitor, &url, |_, html| html.contains("<h1>own-lines")).await;
        desk.trust(&publisher, &operator, &format!("\"{ID}\""), &format!("\"{hash}\""));
        until(&visitor, &url, |status, _| status == 404).await;
        desk.refuses(&["plugin", "install", &one], "REVOKED");
        desk.trust(&publisher, &operator, &format!("\"{ID}\""), "");
        until(&visitor, &url, |status, _| status == 200).await;

        // Out of use, its data stays until somebody says otherwise.
        desk.refuses(&["plugin", "reset", ID, "--yes"], "is in use");
        assert!(desk.plugin(&["remove", ID]).contains("minato still has it on"));
        until(&visitor, &url, |status, _| status == 404).await;
        desk.plugin(&["install", &one]);
        until(&visitor, &url, |_, html| html.contains("before")).await;
        desk.plugin(&["remove", ID]);
        until(&visitor, &url, |status, _| status == 404).await;
        desk.refuses(&["plugin", "reset", ID], "--yes");
        desk.plugin(&["reset", ID, "--yes"]);
        desk.refuses(&["plugin", "reset", ID, "--yes"], "holds nothing");
        desk.plugin(&["install", &one]);
        until(&visitor, &url, |status, _| status == 200).await;
        visitor.open(&url).await.does_not_see("before");
    })
    .await;
}

/// Claims 1 to 3: the same package in the portal's own process; in C, by the header alone, also by the first one. Who
/// can write to the database does not decide what runs.
#[tokio::test(flavor = "multi_thread")]
async fn a_package_in_c_is_taken_in_process_and_none_is_swapped() {
    let temporary = tempfile::tempdir().expect("a temporary folder");
    // Claim 3: the first is built with the header as it was when the interface was first offered.
    let frozen = root().join("tests/fixtures/host-api-1");
    let first = in_c_that(temporary.path(), "1.0.0", "", &frozen);
    let second = in_c(temporary.path(), "2.0.0");
    let [first, second] = [first, second].map(|(folder, library)| Built { folder, library });
    let options = Options { insurers: vec!["minato"], in_process: true, ..Options::default() };
    World::on_each_engine(options, async |world| {
        let desk = Desk { world };
        let (publisher, operator) = (desk.key("publisher.pem"), desk.key("operator.pem"));
        desk.trust(&publisher, &operator, "\"in-c\"", "");
        let (one, hash) = desk.pack(&first, "one.mpk");
        let (two, other) = desk.pack(&second, "two.mpk");
        desk.sign(&one);
        desk.plugin(&["install", &one]);
        switch_on(world, "minato", "in-c");
        let visitor = Visitor::new();
        let hanako = ("hanako79@example.jp", "hanako79", HANAKO);
        visitor.register(world, "minato", hanako).await.sees("hanako79");
        visitor.sign_in(world, "minato", "hanako79").await;
        let url = format!("{}/minato/p/in-c", world.portal_url);
        until(&visitor, &url, |_, html| html.contains("version 1.0.0")).await;

        // Another package's bytes under its name, and under a name that is said to answer: neither runs,
        // and what ran goes on.
        let db = db::Db::open(&world.portal_database()).await.expect("opens");
        let packed = std::fs::read(&two).expect("there");
        let run = async |sql: &'static str, values: &[db::Value]| {
            let mut tx = db.begin().await.expect("a transaction");
            assert_eq!(tx.execute(sql, values).await.expect("runs"), 1, "{sql}");
            tx.commit().await.expect("kept");
        };
        let insert = "INSERT INTO plugin_packages (plugin, hash, version, package, installed_at)
                      VALUES ('in-c', $1, '2.0.0', $2, 0)";
        run(insert, db::params![other.as_str(), packed.clone()]).await;
        let point = "UPDATE plugins_in_force SET hash = $1";
        run(point, db::params![other.as_str()]).await;
        logs(world, "OPERATOR").await;
        visitor.open(&url).await.sees("version 1.0.0");
        let signed = {
            desk.sign(&two);
            std::fs::read(&two).expect("there")
        };
        run("UPDATE plugin_packages SET package = $1 WHERE version = '1.0.0'", db::params![signed])
            .await;
        run(point, db::params![hash.as_str()]).await;
        db.close().await;
        world.kill(Program::Portal);
        world.launch(Program::Portal).await;
        logs(world, "another package lies under its name").await;
        assert_eq!(visitor.open(&url).await.status, 404);

        // Installing again mends it.
        let desk = Desk { world };
        desk.plugin(&["remove", "in-c"]);
        desk.plugin(&["install", &one]);
        until(&visitor, &url, |_, html| html.contains("version 1.0.0")).await;
        let load = Load::begin(&visitor, &url);
        load.goes_on(20).await;
        desk.plugin(&["upgrade", &two]);
        until(&visitor, &url, |_, html| html.contains("version 2.0.0")).await;
        load.goes_on(20).await;
        desk.plugin(&["rollback", "in-c"]);
        until(&visitor, &url, |_, html| html.contains("version 1.0.0")).await;
        load.ends_without_a_failure().await;
    })
    .await;
}

/// What ends the process of a page that is asked for by a member, and not by an author's check.
const DIES: &str = "for (size_t i = 0; i + 7 < request.len; i++) \
                    if (!memcmp(request.ptr + i, \"/p/in-c\", 7)) abort();";

/// Another insurer with minato's people, under a name of its own.
fn beside_minato(world: &World, slug: &str) {
    let folder = world.folder.join("insurers").join(slug);
    copy(&world.folder.join("insurers/minato"), &folder);
    let mut all = vec![folder.clone()];
    while let Some(some) = all.pop() {
        for entry in std::fs::read_dir(some).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                all.push(path);
            } else if path.extension().is_some_and(|end| end == "toml") {
                let text = std::fs::read_to_string(&path).expect("TOML");
                let text = text.replace("slug = \"minato\"", &format!("slug = \"{slug}\""));
                let text = text.replace("URL}/minato", &format!("URL}}/{slug}"));
                std::fs::write(&path, text).expect("written");
            }
        }
    }
    let at = |below: &str| folder.join(below).display().to_string();
    let dir = folder.display().to_string();
    world.ran(Program::Idp, &["insurer", "apply", &dir]);
    let (csv, layout) = (at("files/roster.csv"), at("roster.toml"));
    world.ran(Program::Idp, &["roster", "import", &csv, "--insurer", slug, "--layout", &layout]);
    world.ran(Program::Portal, &["insurer", "apply", &dir]);
}

/// Claim 6: a version that dies at three insurers is taken back within a minute, for all; the one before answers
/// again, and what died comes back by an operator only.
#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_dies_at_several_insurers_is_taken_back() {
    let temporary = tempfile::tempdir().expect("a temporary folder");
    let built = |version: &str, before: &str| {
        let header = root().join("plugins/sdk");
        let (folder, library) = in_c_that(temporary.path(), version, before, &header);
        Built { folder, library }
    };
    let (good, bad, worse) = (built("1.0.0", ""), built("2.0.0", DIES), built("3.0.0", DIES));
    let options = Options { insurers: vec!["minato"], ..Options::default() };
    World::on_each_engine(options, async |world: &mut World| {
        let slugs = ["minato", "minatob", "minatoc"];
        for slug in &slugs[1..] {
            beside_minato(world, slug);
        }
        let desk = Desk { world };
        let (publisher, operator) = (desk.key("publisher.pem"), desk.key("operator.pem"));
        desk.trust(&publisher, &operator, "\"in-c\"", "");
        let ((one, _), (two, _)) = (desk.pack(&good, "one.mpk"), desk.pack(&bad, "two.mpk"));
        let (three, _) = desk.pack(&worse, "three.mpk");
        for package in [&one, &two, &three] {
            desk.sign(package);
        }
        desk.plugin(&["install", &one]);
        let mut visitors = Vec::new();
        for slug in slugs {
            switch_on(world, slug, "in-c");
            for (id, card) in [("hanako79", HANAKO), ("ichiro77", ICHIRO)] {
                visitors.push((slug, Visitor::member(world, slug, id, card).await));
            }
        }
        let portal_url = world.portal_url.clone();
        let url = |slug: &str| format!("{portal_url}/{slug}/p/in-c");
        for (slug, visitor) in &visitors {
            until(visitor, &url(slug), |_, html| html.contains("version 1.0.0")).await;
        }
        desk.plugin(&["upgrade", &two]);
        let (_, first) = &visitors[0];
        until(first, &url("minato"), |status, _| status == 503).await;
        let began = Instant::now();
        let dies = async |at: &str| {
            for _ in 0..3 {
                for (slug, visitor) in visitors.iter().filter(|(slug, _)| *slug == at) {
                    visitor.open(&url(slug)).await;
                }
            }
        };
        for slug in slugs {
            dies(slug).await;
        }
        for (slug, visitor) in &visitors {
            until(visitor, &url(slug), |_, html| html.contains("version 1.0.0")).await;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "{:?}", began.elapsed());
        logs(world, "plugin taken back").await;
        // The next one dies, too: it does not go back to the one that died before.
        desk.plugin(&["upgrade", &three]);
        until(first, &url("minato"), |status, _| status == 503).await;
        for slug in slugs {
            dies(slug).await;
        }
        for (slug, visitor) in &visitors {
            until(visitor, &url(slug), |_, html| html.contains("version 1.0.0")).await;
        }
        // After a start it is still so.
        world.kill(Program::Portal);
        world.launch(Program::Portal).await;
        until(first, &url("minato"), |_, html| html.contains("version 1.0.0")).await;
    })
    .await;
}

/// At an author's desk a library runs that nobody listed, what changes is there at once, what is broken
/// leaves what ran, and every page says where one is.
#[tokio::test(flavor = "multi_thread")]
async fn at_an_authors_desk_what_changes_is_there_at_once() {
    let on = ("MUSUBI_PORTAL_PLUGINS__DEVELOPMENT", "true".to_owned());
    let options = Options { insurers: vec!["aozora"], settings: vec![on], ..Options::default() };
    let mut world = World::on_sqlite(options).await;
    world.kill(Program::Portal);
    std::fs::write(world.folder.join("allowed.sha256"), "").expect("written");
    world.launch(Program::Portal).await;
    let visitor = Visitor::new();
    let ken = ("ken56@example.jp", "ken56789", KEN);
    visitor.register(&world, "aozora", ken).await.sees("ken56789");
    visitor.sign_in(&world, "aozora", "ken56789").await;
    let bar = "署名のないプラグインが動いています";
    visitor.open(&format!("{}/aozora/", world.portal_url)).await.sees(bar);
    let url = format!("{}/aozora/p/notices", world.portal_url);
    visitor.open(&url).await.sees(bar).does_not_see("新しい見出し");
    let folder = world.folder.join("plugins/notices");
    let template = std::fs::read_dir(folder.join("templates")).expect("there").flatten();
    let template = template.map(|entry| entry.path()).find(|path| path.ends_with("list.html"));
    let template = template.expect("a page");
    let text = std::fs::read_to_string(&template).expect("there");
    std::fs::write(&template, text.replace("<h1", "<p>新しい見出し</p><h1")).expect("written");
    until(&visitor, &url, |_, html| html.contains("新しい見出し")).await;
    std::fs::write(&template, text.replace("<h1", "<script>1</script><h1")).expect("written");
    logs(&world, "plugin refused").await;
    visitor.open(&url).await.sees("新しい見出し");
    std::fs::write(&template, text).expect("written");
    until(&visitor, &url, |_, html| !html.contains("新しい見出し")).await;
}

fn desk_trust(world: &World) -> PathBuf {
    world.folder.join("trust.toml")
}

/// Waits for a line in the portal's log.
async fn logs(world: &World, word: &str) {
    let began = Instant::now();
    while !world.log(Program::Portal).contains(word) {
        assert!(
            began.elapsed() < Duration::from_secs(20),
            "{word}: {}",
            world.log(Program::Portal)
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

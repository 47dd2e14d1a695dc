//! What an author reads of `portal plugin check`: thirty typical mistakes and the message of each.

use std::path::Path;
use std::process::Command;
use tests::in_c::in_c;
use tests::world::{bin, copy, root};

/// Changes of `plugins/notices`: a file, what stands there, what is written instead, and what is said.
/// An empty text to be found is the whole file; what is written as `GONE` removes it.
const MISTAKES: &[(&str, &str, &str, &str)] = &[
    ("plugin.toml", "musubi-plugin/1", "musubi-plugin/2", "schema \"musubi-plugin/2\" is unknown"),
    (
        "plugin.toml",
        "id = \"notices\"\nversion",
        "id = \"notice\"\nversion",
        "not the folder's name",
    ),
    ("plugin.toml", "host_api = 1", "host_api = 3", "host_api 3: this portal offers 1"),
    ("plugin.toml", "[[card]]", "[[cards]]", "unknown field `cards`"),
    (
        "plugin.toml",
        "handler = \"list\"",
        "handler = \"lists\"",
        "handler \"lists\" is not in the library",
    ),
    ("plugin.toml", "handler = \"newest\"", "handler = \"oldest\"", "name it under cards:"),
    (
        "plugin.toml",
        "version = \"0.1.0\"",
        "version = \"0.2.0\"",
        "was built with another plugin.toml",
    ),
    (
        "plugin.toml",
        "data = \"none\"\nanswers = \"hits\"",
        "data = \"secret\"\nanswers = \"hits\"",
        "unknown variant `secret`",
    ),
    (
        "plugin.toml",
        "data = \"none\"\n\n[menu]",
        "data = \"none\"\nqueries = [\"news\"]\n\n[menu]",
        "add queries/news.sql",
    ),
    ("plugin.toml", "table = \"items\"", "table = \"news\"", "\"news\" is no table of tables.toml"),
    ("plugin.toml", "body = { max", "text = { max", "column text is no column of table items"),
    (
        "plugin.toml",
        "body = { max = 4000 }",
        "published_on = { kana = true }",
        "kana and max are for text",
    ),
    ("plugin.toml", "mode = \"snapshot\"", "mode = \"all\"", "unknown variant `all`"),
    (
        "plugin.toml",
        "label = \"notices-menu\"",
        "label = \"notices-menus\"",
        "there is no text notices-menus",
    ),
    (
        "tables.toml",
        "type = \"day\"",
        "type = \"date\"",
        "tables.toml: line 10: unknown variant `date`",
    ),
    (
        "tables.toml",
        "class = \"none\"",
        "class = \"pii\"",
        "route / has data = \"none\", but may use queries/",
    ),
    (
        "tables.toml",
        "[table.items.columns]",
        "[table.items.columns]\ninsurer_id = { type = \"text\" }",
        "the host adds it itself",
    ),
    (
        "tables.toml",
        "title = { type = \"text\" }",
        "title = { type = \"word\" }",
        "a word lists its values",
    ),
    (
        "tables.toml",
        "title = { type = \"text\" }",
        "Title = { type = \"text\" }",
        "use a-z, 0-9 and _",
    ),
    (
        "queries/list.sql",
        "published_on, title",
        "published_at, title",
        "queries/list.sql: line 2: published_at is no column",
    ),
    (
        "queries/list.sql",
        "FROM items",
        "FROM notices_items",
        "notices_items is no table of tables.toml, which has items",
    ),
    (
        "queries/list.sql",
        "published_on <= TODAY()",
        "insurer_id = 'minato'",
        "insurer_id: the host adds it; remove it",
    ),
    (
        "queries/list.sql",
        "published_on <= TODAY()",
        "published_on <= 'tomorrow'",
        "'tomorrow' is no day",
    ),
    (
        "queries/list.sql",
        "published_on <= TODAY()",
        "title = 5",
        "int stands where text is expected",
    ),
    ("queries/list.sql", "SELECT line AS id", "SELECT COUNT(*) AS id", "differs within a group"),
    (
        "queries/list.sql",
        "SELECT line AS id",
        "SELECT SUM(title) AS id",
        "SUM and AVG need a number, not text",
    ),
    (
        "queries/list.sql",
        "published_on <= TODAY()",
        "$since IS NULL",
        "$since: its type cannot be told",
    ),
    (
        "queries/detail.sql",
        "SELECT published_on, title, body, url",
        "SELECT *",
        "name the columns that you read",
    ),
    ("queries/detail.sql", "WHERE line", "WHERE title LIKE '%' AND line", "write CONTAINS"),
    ("queries/detail.sql", "", "DELETE FROM items", "queries only read"),
    ("templates/list.html", "{% endblock main %}", "", "list.html"),
    (
        "templates/list.html",
        "page.notices",
        "page.notice",
        "templates/list.html: line 8: page.notice is not in samples/list.json",
    ),
    (
        "templates/list.html",
        "<h1>",
        "<h1 onclick=\"x()\">",
        "templates/list.html: line 7: onclick=",
    ),
    ("templates/list.html", "<h1>", "<script>x()</script><h1>", "<script>: a page is content"),
    ("templates/list.html", "notices-title", "notices-titel", "notices-titel"),
    ("templates/list.html", "| date", "| dates", "dates"),
    ("samples/list.json", "", "GONE", "samples/list.json: a list of states of the page"),
    ("samples/list.json", "", "[]", "write at least one state"),
    ("samples/detail.json", "\"title\"", "\"titel\"", "samples/detail.json, state 1"),
    (
        "messages/en.ftl",
        "notices-title",
        "notices-heading",
        "messages/en.ftl: notices-title is missing",
    ),
    ("messages/en.ftl", "notices-title", "layout-menu", "layout-menu does not begin with notices-"),
];

/// The same of `plugins/example`: forms, statements, jobs, notifications, documents.
const OF_EXAMPLE: &[(&str, &str, &str, &str)] = &[
    (
        "plugin.toml",
        "path = \"/new\"\nhandler = \"add\"",
        "path = \"/add\"\nhandler = \"add\"",
        "path \"/add\" is no [[route]]",
    ),
    (
        "plugin.toml",
        "handler = \"add\"\ndata = \"pii\"",
        "handler = \"add\"\ndata = \"medical\"",
        "action add: has data = \"medical\", and its page \"pii\"",
    ),
    (
        "plugin.toml",
        "handler = \"change\"\ndata = \"pii\"",
        "handler = \"change\"\ndata = \"none\"",
        "which is pii",
    ),
    ("plugin.toml", "statements = [\"add\"]", "statements = [\"adds\"]", "add statements/adds.sql"),
    ("plugin.toml", "handler = \"remove\"", "handler = \"removes\"", "name it under actions:"),
    (
        "plugin.toml",
        "handler = \"month\"\ndata = \"pii\"\nqueries",
        "handler = \"months\"\ndata = \"pii\"\nqueries",
        "name it under jobs:",
    ),
    (
        "plugin.toml",
        "name = \"steps\"\ntype = \"int\"",
        "name = \"csrf\"\ntype = \"int\"",
        "the host has a field of this name",
    ),
    ("plugin.toml", "type = \"hidden\"", "type = \"secret\"", "unknown variant `secret`"),
    (
        "plugin.toml",
        "words = [\"good\", \"fair\", \"bad\"]\noptional = true\n\n[[action.field]]\nname = \"note\"",
        "optional = true\n\n[[action.field]]\nname = \"note\"",
        "a word lists its values",
    ),
    ("plugin.toml", "at = \"09:00\"", "at = \"9\"", "write the hour in Japan"),
    ("plugin.toml", "day = 1", "day = 31", "every month has the days 1 to 28"),
    (
        "plugin.toml",
        "path = \"/?month=$month\"",
        "path = \"/?month=$moon\"",
        "$moon is not in [notification.params]",
    ),
    ("plugin.toml", "month = \"month\"", "month = \"text\"", "unknown variant `text`"),
    ("plugin.toml", "handler = \"goal\"", "handler = \"goals\"", "goals"),
    ("plugin.toml", "id = \"added\"", "id = \"on x added\"", "write a-z, 0-9 and -"),
    ("plugin.toml", "event = \"added\"", "event = \"removed\"", "there is no event removed"),
    (
        "plugin.toml",
        "handler = \"goal\"\ndata = \"pii\"",
        "handler = \"goal\"\ndata = \"none\"",
        "listens added: write data = \"pii\"",
    ),
    (
        "plugin.toml",
        "data = \"pii\"\nqueries = [\"walked\", \"goals\"]\nstatements = []",
        "data = \"medical\"\nqueries = [\"walked\", \"goals\"]\nstatements = [\"add\"]",
        "is told medical data by other plugins",
    ),
    ("plugin.toml", "queries = [\"walked\", ", "queries = [\"walk\", ", "add queries/walk.sql"),
    (
        "plugin.toml",
        "path = \"/goal\"\nstaff = true",
        "path = \"/goals\"\nstaff = true",
        "no [[staff]]",
    ),
    (
        "plugin.toml",
        "queries = []\nstatements = [\"goal\"]",
        "queries = []",
        "of staff: name its queries",
    ),
    (
        "plugin.toml",
        "name = \"month\"\ntype = \"month\"",
        "name = \"month\"\ntype = \"person\"",
        "take hidden or choice",
    ),
    // Of staff: whose rows are read is known, and every text is there.
    (
        "queries/ranking.sql",
        "SELECT person, SUM(steps) AS steps FROM days WHERE MONTH(day) = $month\nGROUP BY person",
        "SELECT steps FROM days WHERE MONTH(day) = $month",
        "does not say whose",
    ),
    (
        "queries/ranking.sql",
        "SELECT person, SUM(steps) AS steps",
        "SELECT SUM(steps) AS steps",
        "does not say whose",
    ),
    ("plugin.toml", "handler = \"ranking\"", "handler = \"rank\"", "rank"),
    (
        "plugin.toml",
        "menu = \"example-staff-menu\"",
        "menu = \"example-staff\"",
        "there is no text example-staff",
    ),
    ("plugin.toml", "id = \"added\"", "id = \"added\"\npath = \"/\"", "unknown field `path`"),
    ("plugin.toml", "answers = \"pdf\"", "answers = \"xlsx\"", "unknown variant `xlsx`"),
    // What Rust names is there, too.
    (
        "src/actions.rs",
        "\"example-day-future\"",
        "\"example-day-later\"",
        "there is no text example-day-later, which src/ names",
    ),
    (
        "tables.toml",
        "key = [\"day\"]",
        "key = [\"note\"]",
        "note is optional; a key always has a value",
    ),
    (
        "tables.toml",
        "note = { type = \"text\"",
        "note = { class = \"medical\", type = \"text\"",
        "which is medical",
    ),
    ("statements/add.sql", "$version)", "$version, 1)", "7 values for 6 columns"),
    (
        "statements/add.sql",
        "INSERT INTO days (day, steps",
        "INSERT INTO days (person, steps",
        "the host writes it itself",
    ),
    ("statements/change.sql", "SET steps = $steps", "SET steps = 'many'", "text stands where int"),
    (
        "statements/change.sql",
        "UPDATE days",
        "SELECT day FROM days; UPDATE days",
        "put it into queries/",
    ),
    ("statements/remove.sql", "WHERE day = $day", "WHERE insurer_id = $day", "the host adds it"),
    ("messages/ja.ftl", "example-add-submit = 記録する\n", "", "example-add-submit is missing"),
    (
        "messages/en.ftl",
        "example-month-title",
        "example-months-title",
        "there is no text example-month-title",
    ),
    ("templates/new.html", "page.forms.add", "page.forms.adds", "new.html:8"),
];

fn check(folder: &Path, library: &Path) -> (bool, String) {
    let output = Command::new(bin().join("portal"))
        .args(["plugin", "check"])
        .arg(folder)
        .arg("--library")
        .arg(library)
        .env("MUSUBI_PORTAL_THEMES", root().join("themes"))
        .env("MUSUBI_PORTAL_DATABASE", "sqlite:/nowhere/at/all.sqlite")
        .output()
        .expect("built");
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&text).into_owned())
}

#[test]
fn each_mistake_is_told_with_its_place_and_what_to_write() {
    assert!(MISTAKES.len() >= 30);
    told("notices", MISTAKES);
}

#[test]
fn each_mistake_in_a_form_a_job_or_a_statement_is_told() {
    told("example", OF_EXAMPLE);
}

fn told(id: &str, mistakes: &[(&str, &str, &str, &str)]) {
    let temporary = tempfile::tempdir().expect("a temporary folder");
    let library = bin().join(format!("lib{id}.so"));
    for (n, (file, from, to, said)) in mistakes.iter().enumerate() {
        let folder = temporary.path().join(n.to_string()).join(id);
        copy(&root().join("plugins").join(id), &folder);
        let path = folder.join(file);
        let text = std::fs::read_to_string(&path).expect("there");
        assert!(text.contains(from), "{file} has no {from}");
        let changed = if from.is_empty() { (*to).to_owned() } else { text.replace(from, to) };
        match *to {
            "GONE" => std::fs::remove_file(&path).expect("removed"),
            _ => std::fs::write(&path, changed).expect("written"),
        }
        let (good, text) = check(&folder, &library);
        assert!(!good && text.contains(said), "{file}: {to}: {said}\n{text}");
    }
}

/// It finds nothing in the plugins of the product, and leaves nothing behind.
#[test]
fn what_is_right_is_said_to_be_right() {
    for (id, library) in [
        ("notices", "libnotices.so"),
        ("example", "libexample.so"),
        ("help", "libhelp.so"),
        ("medical-fees", "libmedical_fees.so"),
        ("benefits", "libbenefits.so"),
        ("prescriptions", "libprescriptions.so"),
        ("tax-deduction", "libtax_deduction.so"),
    ] {
        let (good, text) = check(&root().join("plugins").join(id), &bin().join(library));
        assert!(good && text.contains("nothing to mend"), "{text}");
    }
    let (good, text) = check(&root().join("plugins/notices"), Path::new("/nowhere.so"));
    assert!(!good && text.contains("is not there; build it"), "{text}");
    let (good, text) = check(&root().join("docs"), Path::new("/nowhere.so"));
    assert!(!good && text.contains("plugin.toml: No such file"), "{text}");
}

fn cargo(folder: &Path, args: &[&str]) {
    let output = Command::new(env!("CARGO"))
        .args(args)
        .arg("--offline")
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .env("CARGO_PROFILE_RELEASE_LTO", "fat")
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// From nothing to a plugin in a repository of its own, with a profile of its own, that is right.
#[test]
fn a_new_plugin_is_right_at_once() {
    let temporary = tempfile::tempdir().expect("a temporary folder");
    let new = |id: &str, sdk: &Path| {
        let output = Command::new(bin().join("portal"))
            .args(["plugin", "new", id, "--into"])
            .arg(temporary.path())
            .arg("--sdk")
            .arg(sdk)
            .output()
            .expect("built");
        let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        (output.status.success(), text)
    };
    let sdk = root().join("plugins/sdk");
    let (good, text) = new("my-lines", &sdk);
    assert!(good && text.contains("portal plugin check"), "{text}");
    for (id, sdk, said) in [
        ("my-lines", sdk.as_path(), "is there already"),
        ("My", sdk.as_path(), "use a-z"),
        ("portal", sdk.as_path(), "the host's"),
        ("other", Path::new("/nowhere"), "/nowhere"),
        ("other", temporary.path(), "is not the folder of the SDK"),
    ] {
        let (good, text) = new(id, sdk);
        assert!(!good && text.contains(said), "{id}: {text}");
    }
    let folder = temporary.path().join("my-lines");
    cargo(&folder, &["test"]);
    cargo(&folder, &["build", "--release"]);
    let (good, text) = check(&folder, &folder.join("target/release/libmy_lines.so"));
    assert!(good && text.contains("my-lines 0.1.0: nothing to mend"), "{text}");
}

#[test]
fn a_plugin_in_c_by_the_header_alone_is_right() {
    let temporary = tempfile::tempdir().expect("a temporary folder");
    let (folder, library) = in_c(temporary.path(), "1.0.0");
    let (good, text) = check(&folder, &library);
    assert!(good && text.contains("in-c 1.0.0: nothing to mend"), "{text}");
}

//! `portal plugin test`: plugins tried with data, and what it finds in one that is wrong.

use std::path::Path;
use std::process::Command;
use tests::in_c::in_c_that;
use tests::world::{bin, copy, root};

fn tried(folder: &Path, library: &Path, more: &[&str]) -> (bool, String) {
    let output = Command::new(bin().join("portal"))
        .args(["plugin", "test"])
        .arg(folder)
        .arg("--library")
        .arg(library)
        .args(more)
        .env("MUSUBI_PORTAL_THEMES", root().join("themes"))
        .env("MUSUBI_PORTAL_DATABASE", "sqlite:/nowhere/at/all.sqlite")
        .output()
        .expect("built");
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&text).into_owned())
}

/// Two insurers and four families: nobody sees what is another's, on any page, card, staff page, or after any job.
#[test]
fn the_plugins_of_the_product_keep_what_is_whose_apart() {
    for (id, library) in [
        ("notices", "libnotices.so"),
        ("example", "libexample.so"),
        ("help", "libhelp.so"),
        ("medical-fees", "libmedical_fees.so"),
        ("benefits", "libbenefits.so"),
        ("prescriptions", "libprescriptions.so"),
        ("tax-deduction", "libtax_deduction.so"),
    ] {
        let (good, text) = tried(&root().join("plugins").join(id), &bin().join(library), &[]);
        println!("{text}");
        assert!(good && text.contains("nothing to mend"), "{text}");
    }
}

/// A library that keeps something between two calls of one insurer shows it to the next member; another insurer has
/// a process of its own.
#[test]
fn what_a_library_keeps_from_one_call_to_the_next_is_found() {
    let temporary = tempfile::tempdir().expect("a temporary folder");
    let before = r#"
    static char kept[8];
    const char *name = 0;
    for (size_t at = 0; at + 7 <= request.len && !name; at++)
      if (!memcmp(request.ptr + at, "\"of-", 4)) name = (const char *)request.ptr + at + 1;
    if (!kept[0] && name) memcpy(kept, name, 6);
    char answer[96] = "{\"show\":{\"template\":\"list.html\",\"data\":{\"word\":\"";
    strcat(strcat(answer, kept), "\"}}}");
    reply(ctx, (const uint8_t *)answer, strlen(answer));
    return MUSUBI_OK;
"#;
    let header = root().join("plugins/sdk");
    let (folder, library) = in_c_that(temporary.path(), "1.0.0", before, &header);
    let (good, text) = tried(&folder, &library, &[]);
    assert!(!good, "{text}");
    assert!(text.contains("/, asked by a member of family a2: shows what is of a1"), "{text}");
    assert!(text.contains("/, asked by a member of family b2: shows what is of b1"), "{text}");
    assert!(!text.contains("family b1:") && !text.contains("family a1:"), "{text}");
}

#[test]
fn what_only_data_shows_is_told_with_its_place() {
    let temporary = tempfile::tempdir().expect("a temporary folder");
    for (n, (file, from, to, said)) in [
        (
            "templates/list.html",
            "/courses\"",
            "/cours\"",
            "/cours: a link leads there, and no [[route]]",
        ),
        ("templates/list.html", "{{ page.month }}\">", "{{ page.mouth }}\">", "list.html"),
        ("messages/en.ftl", "example-paper-note", "example-paper-noted", "example-paper-note"),
    ]
    .into_iter()
    .enumerate()
    {
        let folder = temporary.path().join(n.to_string()).join("example");
        copy(&root().join("plugins/example"), &folder);
        let path = folder.join(file);
        let text = std::fs::read_to_string(&path).expect("there");
        assert!(text.contains(from), "{file} has no {from}");
        std::fs::write(&path, text.replace(from, to)).expect("written");
        let (good, text) = tried(&folder, &bin().join("libexample.so"), &[]);
        assert!(!good && text.contains(said), "{file}: {to}: {said}\n{text}");
    }
    let (good, text) = tried(&root().join("plugins/help"), Path::new("/nowhere.so"), &[]);
    assert!(!good && text.contains("/nowhere.so"), "{text}");
    // What the insurer has to say, and says wrongly.
    let said = temporary.path().join("settings.toml");
    std::fs::write(&said, "[[questions]]\nquestion = { ja = \"何ですか\" }\n").expect("written");
    let (library, said) = (bin().join("libhelp.so"), said.display().to_string());
    let (good, text) = tried(&root().join("plugins/help"), &library, &["--settings", &said]);
    assert!(!good && text.contains("answer"), "{text}");
}

//! Packages that are whole and trusted, and every other kind.

use super::archive::Package;
use super::contents::Contents;
use super::refusal::{Refusal, Role};
use super::signature::Signature;
use super::trust::Trust;
use flate2::Compression;
use flate2::write::GzEncoder;
use secret::hash::base64url;
use secret::sign::SigningKey;
use std::collections::BTreeMap;

struct Keys {
    publisher: SigningKey,
    operator: SigningKey,
}

fn keys() -> Keys {
    let key = || SigningKey::generate().0;
    Keys { publisher: key(), operator: key() }
}

fn package(keys: &Keys) -> Package {
    let file = |path: &str, text: &str| (path.to_owned(), text.as_bytes().to_vec());
    let files = BTreeMap::from([file("plugin.toml", "a"), file("libfees.so", "b")]);
    let contents = Contents::of("fees", "1.2.0", &files);
    let sign = |text: &str| Signature::make(&keys.publisher, Role::Publisher, text);
    let mut package = Package::new(contents, files, sign);
    package.countersign(|text| Signature::make(&keys.operator, Role::Operator, text));
    package
}

fn trust(keys: &Keys, more: &str, revoked: &str) -> Trust {
    let (publisher, operator) =
        (base64url(keys.publisher.public()), base64url(keys.operator.public()));
    let text = format!(
        "revoked = [{revoked}]\n[publisher.soft]\nkey = \"{publisher}\"\n{more}\n[operator.desk]\nkey = \
         \"{operator}\"\n"
    );
    toml::from_str(&text).unwrap()
}

const FEES: &str = "plugins = [\"fees\"]";

#[test]
fn what_is_signed_by_both_and_trusted_runs() {
    let keys = keys();
    let package = package(&keys);
    let bytes = package.write().unwrap();
    assert_eq!(bytes, package.write().unwrap(), "the same bytes each time");
    let read = Package::read(&bytes).unwrap();
    assert_eq!((read.contents.id.as_str(), read.files.len()), ("fees", 2));
    assert_eq!(read.hash(), package.hash());
    let trust = trust(&keys, FEES, "");
    assert_eq!(trust.runs(&read.origin()), Ok("soft"));
    assert_eq!(trust.takes(&read.origin(), "2026-04-01"), Ok("soft"));
}

/// Claim 10 of the plugin platform: each has a code of its own.
#[test]
fn whom_nobody_trusts_is_refused() {
    let keys = keys();
    let origin = package(&keys).origin();
    let code = |trust: &Trust| trust.runs(&origin).unwrap_err();
    assert!(matches!(code(&Trust::default()), Refusal::Publisher(_)));
    assert!(matches!(code(&trust(&self::keys(), FEES, "")), Refusal::Publisher(_)));
    assert!(matches!(code(&trust(&keys, "plugins = [\"fee\"]", "")), Refusal::Scope { .. }));
    let (publisher, operator) = (keys.publisher.public(), keys.operator.public());
    for key in [&origin.hash, &base64url(publisher), &base64url(operator)] {
        let revoked = trust(&keys, FEES, &format!("\"{key}\""));
        assert_eq!(code(&revoked), Refusal::Revoked(key.clone()));
        assert!(matches!(revoked.takes(&origin, "2026-04-01"), Err(Refusal::Revoked(_))));
    }
    for (lines, revoked) in [
        ("until = \"2028-3-31\"", ""),
        ("until = \"31.03.2028\"", ""),
        ("", "\"5D1C\""),
        ("", "\"fees-1.2.0\""),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("trust.toml");
        let key = base64url(keys.publisher.public());
        let text =
            format!("revoked = [{revoked}]\n[publisher.soft]\nkey = \"{key}\"\n{FEES}\n{lines}\n");
        std::fs::write(&file, text).unwrap();
        assert!(Trust::read(&file).is_err(), "{lines} {revoked}");
    }
    let until = trust(&keys, &format!("{FEES}\nuntil = \"2026-03-31\""), "");
    assert!(until.takes(&origin, "2026-03-31").is_ok());
    assert!(matches!(until.takes(&origin, "2026-04-01"), Err(Refusal::Expired { .. })));
    assert_eq!(until.runs(&origin), Ok("soft"), "what runs goes on");
    // The publisher's signature is no operator's, nor is nobody's one.
    let other = Keys { operator: SigningKey::generate().0, ..keys };
    assert_eq!(trust(&other, FEES, "").runs(&origin), Err(Refusal::Operator));
    let mut alone = origin;
    alone.operator_key = None;
    assert_eq!(trust(&other, FEES, "").runs(&alone), Err(Refusal::Operator));
}

/// Paths and bytes, one after the other.
type Entries = Vec<(String, Vec<u8>)>;

/// The entries of a package.
fn entries(package: &Package) -> Entries {
    let bytes = package.write().unwrap();
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(bytes.as_slice()));
    let entries = archive.entries().unwrap().map(|entry| {
        let mut entry = entry.unwrap();
        let mut read = Vec::new();
        std::io::Read::read_to_end(&mut entry, &mut read).unwrap();
        (String::from_utf8(entry.path_bytes().into_owned()).unwrap(), read)
    });
    entries.collect()
}

fn written(entries: &[(String, Vec<u8>)], kind: tar::EntryType) -> Vec<u8> {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (path, bytes) in entries {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_entry_type(if path.ends_with(".so") { kind } else { tar::EntryType::Regular });
        // As a hostile archive has it: no library looks at the path first.
        header.as_mut_bytes()[..path.len()].copy_from_slice(path.as_bytes());
        header.set_cksum();
        archive.append(&header, bytes.as_slice()).unwrap();
    }
    archive.into_inner().unwrap().finish().unwrap()
}

#[test]
fn what_was_changed_after_it_was_signed_is_refused() {
    let keys = keys();
    let all = entries(&package(&keys));
    let regular = tar::EntryType::Regular;
    assert!(Package::read(&written(&all, regular)).is_ok());
    let changed = |change: &dyn Fn(&mut Entries)| {
        let mut entries = all.clone();
        change(&mut entries);
        Package::read(&written(&entries, regular)).unwrap_err()
    };
    let at = |entries: &[(String, Vec<u8>)], path: &str| {
        entries.iter().position(|(name, _)| name == path).unwrap()
    };
    let library = "files/libfees.so";
    let add = |path: &str| {
        let path = path.to_owned();
        move |entries: &mut Entries| entries.push((path.clone(), b"c".to_vec()))
    };
    fn one(code: &str) -> impl Fn(Refusal) {
        move |why| assert!(why.to_string().starts_with(code), "{why}")
    }
    one("HASH")(changed(&|entries| {
        let library = at(entries, library);
        entries[library].1.push(b'x');
    }));
    one("MISSING_FILE")(changed(&|entries| _ = entries.remove(at(entries, library))));
    for path in
        ["files/queries/all.sql", "files/../../etc/passwd", "files//etc/passwd", "other", "/x"]
    {
        one("EXTRA_FILE")(changed(&add(path)));
    }
    one("ARCHIVE")(changed(&add(library)));
    one("ARCHIVE")(changed(&add("package.toml")));
    one("ARCHIVE")(changed(&|entries| _ = entries.remove(0)));
    one("SIGNATURE")(changed(&|entries| {
        let text = String::from_utf8(entries[0].1.clone()).unwrap();
        entries[0].1 = text.replace("1.2.0", "1.3.0").into_bytes();
    }));
    // Both walls are looked at: nobody's word, and the publisher's own in the operator's place.
    let signed = String::from_utf8(all[1].1.clone()).unwrap();
    let (publisher, operator) = signed.split_once("[operator]").unwrap();
    let own = publisher.split_once("[publisher]").unwrap().1;
    let mut letters = operator.to_owned();
    let at = letters.rfind(|c: char| c.is_ascii_alphanumeric()).unwrap() - 5;
    letters.replace_range(at..at + 1, if &letters[at..at + 1] == "A" { "B" } else { "A" });
    for forged in [own, &letters] {
        one("SIGNATURE: the signature of its operator")(changed(&|entries| {
            entries[1].1 = format!("{publisher}[operator]{forged}").into_bytes();
        }));
    }
    // The signatures of another package, by the same people.
    let other = {
        let files = ["plugin.toml", "libfees.so"].map(|path| (path.to_owned(), b"z".to_vec()));
        let files = BTreeMap::from(files);
        let contents = Contents::of("fees", "1.2.0", &files);
        Package::new(contents, files, |text| {
            Signature::make(&keys.publisher, Role::Publisher, text)
        })
    };
    one("SIGNATURE")(changed(&|entries| entries[1].1 = self::entries(&other)[1].1.clone()));
    for kind in [tar::EntryType::Symlink, tar::EntryType::Link, tar::EntryType::Directory] {
        one("ARCHIVE")(Package::read(&written(&all, kind)).unwrap_err());
    }
    let whole = written(&all, regular);
    for cut in [0, 10, whole.len() / 2] {
        one("")(Package::read(&whole[..cut]).unwrap_err());
    }
}

/// A few bytes that unpack to more than a package may hold.
#[test]
fn a_package_that_swells_is_refused() {
    let keys = keys();
    let mut all = entries(&package(&keys));
    all.push(("files/README.md".to_owned(), vec![0; 300 << 20]));
    let bytes = written(&all, tar::EntryType::Regular);
    assert!(bytes.len() < 2 << 20);
    assert!(matches!(Package::read(&bytes), Err(Refusal::Archive(_))));
}

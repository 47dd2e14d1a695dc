//! What a release wrote is carried over by the migrations after it, on both engines; and from
//! v0.1.0 on the statements of a release run on the schema of its successors.

#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use db::{Db, Value};
use idp::app::{App, migrations};
use idp::credentials::password::Cost;
use idp::ids::{AccountId, InsurerId};
use idp::need::{Agreement, Kind, Known, Next, next};
use idp::settings::Settings;
use idp::store::evidence::Holder;
use idp::store::{accounts, agreements, evidence, grants, passwords, sessions};
use idp::tokens::Refresh;
use secret::hash;
use serde_json::Value as Json;
use std::path::{Path, PathBuf};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations/fixtures")
}

fn fixture(release: &str) -> Json {
    let file = fixtures().join(release).join("idp.json");
    let text = std::fs::read_to_string(&file).expect("the fixture is there");
    serde_json::from_str(&text).expect("JSON")
}

/// A database as the release left it: its schema, its rows.
async fn as_it_was(url: &str, fixture: &Json) -> Db {
    let db = Db::open(url).await.unwrap();
    let schema = fixture["schema"].as_i64().unwrap();
    let then: Vec<_> =
        migrations().unwrap().into_iter().filter(|file| file.version <= schema).collect();
    db.migrate("migrations", &then).await.unwrap();
    let mut tx = db.begin().await.unwrap();
    // What migrations put there themselves.
    tx.execute("DELETE FROM client_changes", &[]).await.unwrap();
    // A person before what refers to one.
    let tables = fixture["tables"].as_object().unwrap();
    let mut names: Vec<&String> = tables.keys().collect();
    names.sort_by_key(|name| (*name != "people", (*name).clone()));
    for table in names {
        for row in tables[table].as_array().unwrap() {
            let row = row.as_object().unwrap();
            // A null is left out: its type is not known here, and it is the default.
            let row: Vec<(&String, &Json)> = row.iter().filter(|(_, v)| !v.is_null()).collect();
            let columns: Vec<&str> = row.iter().map(|(name, _)| name.as_str()).collect();
            let places: Vec<String> = (1..=row.len()).map(|n| format!("${n}")).collect();
            let sql = format!(
                "INSERT INTO {table} ({}) VALUES ({})",
                columns.join(", "),
                places.join(", ")
            );
            let values: Vec<Value> = row.iter().map(|(_, v)| value(v)).collect();
            tx.execute(db::AssertSqlSafe(sql), &values).await.unwrap_or_else(|error| {
                panic!("{table}: {error}");
            });
        }
    }
    tx.commit().await.unwrap();
    db
}

fn value(json: &Json) -> Value {
    match json {
        Json::String(text) => text.as_str().into(),
        Json::Bool(yes) => (*yes).into(),
        Json::Number(number) => number.as_i64().unwrap().into(),
        Json::Object(bytes) => bytes_of(bytes["hex"].as_str().unwrap()).into(),
        other => panic!("{other}"),
    }
}

fn bytes_of(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_of_d970020_goes_on_as_if_nothing_had_happened() {
    let fixture = fixture("d970020");
    for url in db::testing::fresh_urls().await {
        as_it_was(&url, &fixture).await.close().await;
        let folder = tempfile::tempdir().unwrap();
        let key_file = folder.path().join("idp.key");
        std::fs::write(&key_file, bytes_of(fixture["key"].as_str().unwrap())).unwrap();
        let (public_url, _) = fixture["issuer"].as_str().unwrap().rsplit_once('/').unwrap();
        let settings = Settings {
            database: url,
            key_file,
            public_url: public_url.to_owned(),
            themes: Path::new(env!("CARGO_MANIFEST_DIR")).join("../themes"),
            ..Settings::default()
        };
        let app = App::open(settings, Cost::CHEAP).await.unwrap_or_else(|e| panic!("{}", e.text()));
        check(&app, &fixture).await;
        app.tools.db.close().await;
    }
}

async fn check(app: &App, fixture: &Json) {
    let minato = InsurerId::new("minato");
    let mut conn = app.tools.db.read().await.unwrap();
    // The account, by user ID and by address, with its person and its password.
    let account = accounts::by_login(&mut conn, &minato, "hanako79").await.unwrap().unwrap();
    let by_mail = accounts::by_login(&mut conn, &minato, "hanako@example.jp").await.unwrap();
    assert_eq!(by_mail.as_ref(), Some(&account));
    let known = accounts::with_person(&mut conn, &minato, &account.account_id).await.unwrap();
    assert_eq!(known.unwrap().1.unwrap().name, "港　花子");
    let password = passwords::active(&mut conn, &minato, &account.account_id).await.unwrap();
    assert!(password.unwrap().hash.starts_with("$argon2id$"));
    // What lasts of the evidence, and nothing of an authenticator.
    let holder = Holder::Account(&account.account_id);
    let proved = evidence::list(&mut conn, &minato, holder).await.unwrap();
    let mut kinds: Vec<Kind> = proved.iter().map(|one| one.kind).collect();
    kinds.sort();
    assert_eq!(kinds, [Kind::Mailbox, Kind::Roster]);
    assert!(proved.iter().all(|one| one.at > 0));
    let agreed = agreements::list(&mut conn, &minato, holder).await.unwrap();
    let realm = app.realm("minato").await.unwrap_or_else(|e| panic!("{}", e.text())).unwrap();
    let mut in_force: Vec<Agreement> = realm.definition.documents();
    in_force.retain(|document| !agreed.contains(document));
    assert_eq!(in_force, [], "nobody is asked again to agree");
    // The browser's session, at the level that it had.
    let cookie = fixture["cookies"]["idp-minato"].as_str().unwrap();
    let session = sessions::by_secret(&mut conn, &minato, &hash::sha256(cookie)).await.unwrap();
    let session = session.unwrap();
    assert_eq!(session.account_id, AccountId::new(&*account.account_id));
    let acr = realm.acr(&session.evidence, session.auth_time);
    assert_eq!(acr.as_deref(), Some("urn:musubi:identity"));
    let signed_in = Known::from_evidence(&session.evidence, session.auth_time);
    assert_eq!(next(&realm.sign_in, &Known { agreed: &agreed, ..signed_in }), Next::Done);
    // The partner's refresh token, and the keys that made it.
    let lives = realm.lives(session.auth_time);
    let token = Refresh::read(&realm, fixture["refresh_token"].as_str().unwrap()).unwrap();
    let grant = grants::by_id(&mut conn, &minato, &token.grant_id, lives).await.unwrap();
    assert_eq!(grant.unwrap().0.account_id, account.account_id);
    // The definition of that time is still planned.
    assert_eq!(realm.definition.fault(), None);
}

/// Expand first: what a release runs must run on the schema of the releases after it, because both
/// are at work while nodes are exchanged (migrations/README.md).
#[tokio::test]
async fn the_statements_of_every_release_still_run() {
    let mut releases = 0;
    for entry in std::fs::read_dir(fixtures()).unwrap().flatten() {
        let Ok(text) = std::fs::read_to_string(entry.path().join("idp.sql")) else { continue };
        releases += 1;
        let release = entry.file_name().to_string_lossy().into_owned();
        let fixture = fixture(&release);
        for url in db::testing::fresh_urls().await {
            let db = as_it_was(&url, &fixture).await;
            db.migrate("migrations", &migrations().unwrap()).await.unwrap();
            let mut conn = db.read().await.unwrap();
            for sql in text.split(";\n").map(str::trim).filter(|sql| !sql.is_empty()) {
                let prepared = conn.prepare(db::AssertSqlSafe(sql.to_owned())).await;
                assert!(prepared.is_ok(), "{release}: {sql}: {:?}", prepared.err());
            }
            drop(conn);
            db.close().await;
        }
    }
    assert!(releases > 0, "v0.1.0 left its statements");
}

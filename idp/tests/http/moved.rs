//! Members who move in from another system sign in with the password that they have, and its hash is made
//! anew.

use crate::support::people::AGREED;
use crate::support::{TestIdp, minato};
use idp::ids::InsurerId;
use idp::people::moved::{Report, import};

const PASSWORD: &str = "しおかぜ と かもめ 17";
const BCRYPT: &str = "$2b$04$NX.LP1ZGUKEzjNr6EYLtrOG0rOvqJSbUWZVFVZkzSMpE7KWH4RxOq";
const ARGON2I: &str = "$argon2i$v=19$m=64,t=1,p=1$FxzLSRMmuhg9ySS+184WOw\
                       $9/t64XkH+gd19pH324LZFCN8Sbjnt757oN1XmgXU5rg";

async fn bring(idp: &TestIdp, rows: &[String], dry_run: bool) -> Report {
    let file = format!("user_id,email,person_key,password_hash\n{}\n", rows.join("\n"));
    let (db, insurer) = (&idp.app.tools.db, InsurerId::new("minato"));
    let report = import(db, &insurer, file.as_bytes(), dry_run, idp.now()).await;
    report.unwrap_or_else(|why| panic!("{}", why.text()))
}

async fn signs_in(idp: &TestIdp, user_id: &str, password: &str) -> bool {
    let visitor = idp.visitor();
    let page = visitor.open(&idp.at("minato/login")).await;
    let typed = [("user_id", user_id), ("password", password)];
    let page = visitor.submit(&page, &typed).await;
    // The insurer's documents are new to them.
    if page.html.contains("agree_portal") {
        visitor.submit(&page, &AGREED).await;
    }
    visitor.open(&idp.at("minato/account")).await.html.contains(&format!("<dd>{user_id}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn members_bring_their_passwords() {
    minato()
        .on_each_engine(async |idp| {
            let rows = [
                format!("Jiro2020,jiro@example.jp,,{BCRYPT}"),
                format!("saburo-30,,,\"{ARGON2I}\""),
                // The own address is the user ID.
                format!("own@example.jp,own@example.jp,,{BCRYPT}"),
            ];
            assert_eq!(bring(idp, &rows, true).await.new, 3);
            assert_eq!(idp.number("SELECT COUNT(*) AS n FROM accounts").await, 0);
            let report = bring(idp, &rows, false).await;
            assert_eq!((report.new, report.there, report.problems.len()), (3, 0, 0));
            // The same file again is no change.
            let report = bring(idp, &rows, false).await;
            assert_eq!((report.new, report.there, report.problems.len()), (0, 3, 0));

            assert!(!signs_in(idp, "jiro2020", "another password").await);
            let foreign = "SELECT COUNT(*) AS n FROM passwords WHERE hash NOT LIKE '$argon2id$%'";
            assert_eq!(idp.number(foreign).await, 3);
            assert!(signs_in(idp, "jiro2020", PASSWORD).await);
            assert_eq!(idp.number(foreign).await, 2);
            assert!(signs_in(idp, "saburo-30", PASSWORD).await);
            assert!(signs_in(idp, "own@example.jp", PASSWORD).await);
            assert_eq!(idp.number(foreign).await, 0);
            assert!(signs_in(idp, "jiro2020", PASSWORD).await);
        })
        .await;
}

/// Every fault is told with its line, and nothing is written.
#[tokio::test(flavor = "multi_thread")]
async fn faults_are_all_told_and_nothing_is_written() {
    let idp = minato().on_sqlite().await;
    idp.member().await;
    let before = idp.rows().await;
    let rows = [
        format!("good-one,,,{BCRYPT}"),
        format!("HANAKO79,,,{BCRYPT}"),
        format!("other-one,hanako@example.jp,,{BCRYPT}"),
        format!("GOOD-ONE,,,{BCRYPT}"),
        format!("no-person,,nobody-has-this,{BCRYPT}"),
        format!("no-mail,here,,{BCRYPT}"),
        "plain,,,hunter2".to_owned(),
        "huge,,,$2b$31$NX.LP1ZGUKEzjNr6EYLtrOG0rOvqJSbUWZVFVZkzSMpE7KWH4RxOq".to_owned(),
        "short,,".to_owned(),
    ];
    let report = bring(&idp, &rows, false).await;
    let lines: Vec<u64> = report.problems.iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [3, 4, 5, 6, 7, 8, 9, 10], "{report}");
    let told = report.to_string();
    assert!(!told.contains("hunter2") && told.contains("nothing was written"), "{told}");
    assert_eq!(idp.rows().await, before);
}

/// Who moves in comes from browsers that nobody knows: a code is asked there, as of everybody.
#[tokio::test(flavor = "multi_thread")]
async fn who_moves_in_is_asked_a_code_first() {
    let idp = minato().on_sqlite().await;
    let policy = idp.file("idp.toml").replace("ask = \"off\"", "ask = \"code\"");
    idp.publish("idp.toml", &policy).await;
    bring(&idp, &[format!("jiro2020,jiro@example.jp,,{BCRYPT}")], false).await;
    let visitor = idp.visitor();
    let page = visitor.open(&idp.at("minato/login")).await;
    let page = visitor.submit(&page, &[("user_id", "jiro2020"), ("password", PASSWORD)]).await;
    // The journey of this insurer has the documents beside the password.
    let page = visitor.submit(&page, &AGREED).await;
    page.sees("name=\"code\"");
}

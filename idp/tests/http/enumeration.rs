//! Attack 23: no form tells whether somebody is there. For who is and for who is not, before the limit and
//! after: status, headers, length of the page, mails, statements and hashes are the same.

use crate::support::people::LOGIN;
use crate::support::{HANAKO, ICHIRO, Seen, TestIdp, Visitor, minato};

/// Everything that a stranger could tell two answers by.
#[derive(Debug, PartialEq, Eq)]
struct Told {
    status: u16,
    headers: Vec<String>,
    length: usize,
    mails: i64,
    statements: Vec<String>,
    hashes: u64,
}

/// What an answer tells that a form gets.
async fn told(idp: &TestIdp, visitor: &Visitor, page: &Seen, typed: &[(&str, &str)]) -> Told {
    const MAILS: &str = "SELECT COUNT(*) AS n FROM outbox";
    let (mails, hashes) = (idp.number(MAILS).await, idp.app.tools.hasher.asked());
    idp.statements();
    let answer = visitor.submit(page, typed).await;
    let mut headers: Vec<String> = answer.headers.keys().map(|name| name.to_string()).collect();
    headers.sort();
    Told {
        status: answer.status.as_u16(),
        headers,
        length: answer.html.len(),
        mails: idp.number(MAILS).await - mails,
        statements: idp.statements(),
        hashes: idp.app.tools.hasher.asked() - hashes,
    }
}

/// Fails with the first thing that differs.
#[track_caller]
fn same(form: &str, known: &Told, unknown: &Told) {
    for (at, (one, other)) in known.statements.iter().zip(&unknown.statements).enumerate() {
        assert_eq!(one, other, "{form}: statement {at}");
    }
    assert_eq!(known, unknown, "{form}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_login_does_not_tell() {
    minato()
        .on_each_engine(async |idp| {
            idp.member().await;
            // Somebody registered, and nobody, by user ID and by address.
            for (known, unknown) in
                [("hanako79", "hanako80"), ("hanako@example.jp", "hanahi@example.jp")]
            {
                let (a, b) = (idp.visitor(), idp.visitor());
                let at_login =
                    (a.open(&idp.at("minato/login")).await, b.open(&idp.at("minato/login")).await);
                let mut hashes = Vec::new();
                // Until after the limit, and after the wait; at the same time, which pages show.
                for n in 0..8 {
                    if n == 7 {
                        idp.advance(2);
                    }
                    let wrong = ("password", "wrong password");
                    let one = told(idp, &a, &at_login.0, &[("user_id", known), wrong]).await;
                    let other = told(idp, &b, &at_login.1, &[("user_id", unknown), wrong]).await;
                    same(&format!("login by {known}, try {n}"), &one, &other);
                    hashes.push(one.hashes);
                }
                assert_eq!(hashes, [1, 1, 1, 1, 1, 0, 0, 1]);
                idp.advance(24 * 3600 + 1);
            }
        })
        .await;
}

/// Recovery, registration and the forgotten user ID: the mail tells, and goes out either way.
#[tokio::test(flavor = "multi_thread")]
async fn forms_that_mail_do_not_tell() {
    minato()
        .on_each_engine(async |idp| {
            idp.member().await;
            // The mail of the registration is no part of it.
            idp.advance(24 * 3600 + 1);
            for path in ["minato/recover", "minato/register"] {
                let mut all = Vec::new();
                for address in ["hanako@example.jp", "hanahi@example.jp"] {
                    let mut list = Vec::new();
                    for _ in 0..7 {
                        let visitor = idp.visitor();
                        let page = visitor.open(&idp.at(path)).await;
                        list.push(told(idp, &visitor, &page, &[("email", address)]).await);
                    }
                    all.push(list);
                }
                for (n, (one, other)) in all[0].iter().zip(&all[1]).enumerate() {
                    same(&format!("{path}, try {n}"), one, other);
                }
                assert_eq!((all[0][0].mails, all[0][6].mails), (1, 0), "{path}");
                idp.advance(24 * 3600 + 1);
            }
            let born = [("birth_year", "1979"), ("birth_month", "8"), ("birth_day", "22")];
            let mut all = Vec::new();
            for address in ["hanako@example.jp", "hanahi@example.jp"] {
                let visitor = idp.visitor();
                let page = visitor.open(&idp.at("minato/user-id")).await;
                let mut list = Vec::new();
                for _ in 0..7 {
                    let typed = [&[("email", address)][..], &born[..]].concat();
                    list.push(told(idp, &visitor, &page, &typed).await);
                }
                all.push(list);
            }
            for (n, (one, other)) in all[0].iter().zip(&all[1]).enumerate() {
                same(&format!("user ID, try {n}"), one, other);
            }
        })
        .await;
}

/// A card of somebody who is registered, and one that nobody has; at a registration and at a recovery.
#[tokio::test(flavor = "multi_thread")]
async fn the_card_does_not_tell() {
    minato()
        .on_each_engine(async |idp| {
            idp.member().await;
            let mut nobody = HANAKO.to_vec();
            nobody[1].1 = "5679";
            let mut all = Vec::new();
            for (n, card) in [HANAKO, &nobody].into_iter().enumerate() {
                let visitor = idp.visitor();
                let page = idp.to_card(&visitor, &format!("somebody{n}@example.jp")).await;
                let mut list = Vec::new();
                for _ in 0..6 {
                    list.push(told(idp, &visitor, &page, card).await);
                }
                all.push(list);
            }
            for (n, (one, other)) in all[0].iter().zip(&all[1]).enumerate() {
                // What was right but not theirs is given back to the household: no stranger's limit,
                // and the page is the same.
                assert_eq!((one.status, one.length), (other.status, other.length), "try {n}");
                assert_eq!((one.mails, &one.headers), (other.mails, &other.headers), "try {n}");
            }
            // At a recovery of 一郎's account the owner's neighbour and nobody are wrong alike.
            let other = idp.visitor();
            idp.register(&other, ("ichiro@example.jp", "ichiro55", ICHIRO)).await;
            let mut all = Vec::new();
            for card in [HANAKO, &nobody] {
                let visitor = idp.visitor();
                let page = visitor.open(&idp.at("minato/recover")).await;
                let page = idp.prove_mailbox(&visitor, &page, "ichiro@example.jp").await;
                all.push(told(idp, &visitor, &page, card).await);
            }
            assert_eq!((all[0].status, all[0].length), (all[1].status, all[1].length));
        })
        .await;
}

/// A code that is right for somebody else, and one that is right for nobody.
#[tokio::test(flavor = "multi_thread")]
async fn codes_do_not_tell() {
    let idp = minato().on_sqlite().await;
    let policy = idp.file("idp.toml").replace("ask = \"off\"", "ask = \"code\"");
    idp.publish("idp.toml", &policy).await;
    idp.member().await;
    let mut all = Vec::new();
    for code in ["000000", "999999"] {
        let visitor = idp.visitor();
        let page = visitor.open(&idp.at("minato/login")).await;
        let page = visitor.submit(&page, &LOGIN).await;
        all.push(told(&idp, &visitor, &page, &[("code", code)]).await);
    }
    same("code by mail", &all[0], &all[1]);
}

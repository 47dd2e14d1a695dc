//! What a new password must not be: one that became known, or one of the last; on every path where one is
//! chosen.

use crate::support::people::{AGREED, LOGIN, chosen};
use crate::support::{HANAKO, ICHIRO, PASSWORD, Seen, TestIdp, Visitor, minato};

const NEW: [&str; 3] = [
    "みずうみ の ほとり で 昼寝 29",
    "やまびこ と おにぎり の 夕べ 31",
    "ゆきどけ の みち で 口笛 73",
];

fn new(password: &str) -> [(&str, &str); 2] {
    [("password", password), ("password_again", password)]
}

/// The page where the owner changes the password, whose password now is.
async fn changing(idp: &TestIdp, member: &Visitor, now: &str) -> Seen {
    let page = member.open(&idp.at("minato/account/password")).await;
    member.submit(&page, &[LOGIN[0], ("password", now)]).await
}

/// The page of a recovery where the new password is chosen.
async fn recovering(idp: &TestIdp, visitor: &Visitor) -> Seen {
    let page = visitor.open(&idp.at("minato/recover")).await;
    let page = idp.prove_mailbox(visitor, &page, "hanako@example.jp").await;
    visitor.submit(&page, HANAKO).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_became_known_cannot_be_chosen() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("known");
    let mut lines = [NEW[0], "another one"].map(|known| secret::hash::sha1_hex(known) + ":3");
    lines.sort();
    std::fs::write(&file, lines.join("\n")).expect("written");
    let with_list = move |settings: &mut idp::settings::Settings| {
        settings.breached_passwords_file = file.clone();
    };
    let idp = minato().settings(with_list).on_sqlite().await;
    let known = "ほかのサービスから漏れた";
    let member = idp.member().await;
    let page = changing(&idp, &member, PASSWORD).await;
    member.submit(&page, &new(NEW[0])).await.sees(known);
    let visitor = idp.visitor();
    let page = recovering(&idp, &visitor).await;
    visitor.submit(&page, &new(NEW[0])).await.sees(known);
    let visitor = idp.visitor();
    let page = idp.to_card(&visitor, "ichiro@example.jp").await;
    let page = visitor.submit(&page, ICHIRO).await;
    let page = visitor.submit(&page, &AGREED).await;
    let mut typed = chosen("ichiro55");
    (typed[1].1, typed[2].1) = (NEW[0], NEW[0]);
    // Everything that is wrong is told at once, and the user ID stays.
    let again = visitor.submit(&page, &typed).await;
    again.sees(known).sees("value=\"ichiro55\"").does_not_see(NEW[0]);
    visitor.submit(&again, &chosen("ichiro55")).await.sees("ichiro55");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_ones_cannot_be_chosen_again() {
    minato()
        .on_each_engine(async |idp| {
            let policy = idp.file("idp.toml").replace("max = 64", "max = 64\nhistory = 1");
            idp.publish("idp.toml", &policy).await;
            let member = idp.member().await;
            for (now, then) in [(PASSWORD, NEW[0]), (NEW[0], NEW[1])] {
                idp.advance(1);
                let page = changing(idp, &member, now).await;
                member.submit(&page, &new(then)).await.sees("パスワードを変更しました");
            }
            let page = changing(idp, &member, NEW[1]).await;
            for used in [NEW[1], NEW[0]] {
                member.submit(&page, &new(used)).await.sees("最近まで使っていた");
            }
            // Beyond those it can.
            member.submit(&page, &new(PASSWORD)).await.sees("パスワードを変更しました");
        })
        .await;
}

//! Who has lost the password gets in again, and nobody else: F028, F031, F110; attack 16.

use crate::support::people::{AGREED, LOGIN, chosen};
use crate::support::{
    HANAKO, ICHIRO, PASSWORD, REFRESHES, Seen, StatusCode, TestIdp, Visitor, minato,
};

const NEW: &str = "みずうみ の ほとり で 昼寝 29";

fn new(password: &str) -> [(&str, &str); 2] {
    [("password", password), ("password_again", password)]
}

/// The same page with its form aimed at another step.
fn aimed(page: &Seen, at: &str, step: &str) -> Seen {
    let mut page = page.clone();
    page.html = page.html.replace(&format!("step={at}"), &format!("step={step}"));
    page
}

/// From the login page to the one that asks the card, by the mail to an address.
async fn to_card(idp: &TestIdp, visitor: &Visitor, email: &str) -> Seen {
    let page = visitor.open(&idp.at("minato/recover")).await;
    page.sees("パスワードの再設定");
    idp.prove_mailbox(visitor, &page, email).await
}

/// A mailed link, then the card; the new password holds, and what the old one opened is shut:
/// other browsers, refresh tokens, offline ones too (attack 9). The owner is told. The link is no use
/// twice.
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_password_is_replaced() {
    minato()
        .on_each_engine(async |idp| {
            let client = idp.client("app", REFRESHES).await;
            let other = idp.member().await;
            let scope = [("scope", "openid offline_access")];
            let offline = client.redeem(&client.code(&other, &scope).await, &[], None).await.good();

            let visitor = idp.visitor();
            let login = visitor.open(&client.authorize(&[])).await;
            let recover = login.html.split("href=\"/").find(|rest| rest.contains("recover?from="));
            let recover = recover.and_then(|rest| rest.split('"').next()).expect("it is offered");
            let page = visitor.open(&idp.at(recover)).await;
            let page = idp.prove_mailbox(&visitor, &page, "hanako@example.jp").await;
            page.sees("name=\"symbol\"");
            let link = idp.link("hanako@example.jp").await;
            let page = visitor.submit(&page, HANAKO).await;
            // Who forgot the password may have forgotten the user ID.
            page.sees("value=\"hanako79\"").does_not_see("user_id-error");
            let short = visitor.submit(&page, &new("kurz")).await;
            short.sees("password-error").does_not_see("kurz");
            // F079: the one in use is no new one.
            let same = visitor.submit(&short, &new(PASSWORD)).await;
            same.sees("別のものを");
            // Who waited at the login waits on: the recovery ends there.
            let to = visitor.submit_and_stay(&short, &new(NEW)).await;
            assert!(to.contains("code="), "{to}");

            let silent = [("prompt", "none")];
            assert!(other.location(&client.authorize(&silent)).await.contains("login_required"));
            client.refresh(offline.member("refresh_token"), &[]).await.refused("invalid_grant");
            let old = idp.visitor();
            let page = old.open(&idp.at("minato/login")).await;
            old.submit(&page, &LOGIN).await.sees("ログインできませんでした");
            let page = old.open(&idp.at("minato/login")).await;
            let typed = [("user_id", "hanako79"), ("password", NEW)];
            assert!(old.submit_and_stay(&page, &typed).await.contains("/minato/signin"));

            let mails = idp.mails("hanako@example.jp").await;
            let told = mails.last().expect("a mail");
            assert!(told.subject.contains("パスワードが変更されました"), "{}", told.subject);
            assert!(!told.text.contains(NEW) && !told.text.contains("hanako79"));
            let again = visitor.open(&link).await;
            again.does_not_see("name=\"symbol\"").does_not_see("name=\"password\"");
        })
        .await;
}

/// A recovery for which nobody waits ends on a page that says so, and leads home.
#[tokio::test(flavor = "multi_thread")]
async fn it_ends_on_a_page() {
    let idp = minato().on_sqlite().await;
    idp.member().await;
    let visitor = idp.visitor();
    let page = to_card(&idp, &visitor, "hanako@example.jp").await;
    let page = visitor.submit(&page, HANAKO).await;
    let done = visitor.submit(&page, &new(NEW)).await;
    done.sees("パスワードを変更しました").sees("minato/signin");
    assert!(done.url.ends_with("/minato/recovered"));
    visitor.open(&done.url).await.sees("パスワードを変更しました");
}

/// Attack 23: the pages are the same for an address that nobody has; only its mail says so, and
/// that leads into no account.
#[tokio::test(flavor = "multi_thread")]
async fn the_page_does_not_tell_who_is_registered() {
    minato()
        .on_each_engine(async |idp| {
            idp.member().await;
            let page_for = async |email: &str| {
                let visitor = idp.visitor();
                let page = visitor.open(&idp.at("minato/recover")).await;
                let sent = visitor.submit(&page, &[("email", email)]).await;
                let id = sent.url.rsplit('/').next().unwrap_or_default().to_owned();
                let csrf = sent.html.split("name=\"csrf\" value=\"").nth(1).unwrap_or_default();
                let csrf = csrf.split('"').next().unwrap_or_default().to_owned();
                sent.html.replace(email, "").replace(&id, "").replace(&csrf, "")
            };
            let known = page_for("hanako@example.jp").await;
            let unknown = page_for("nobody@example.jp").await;
            assert_eq!(known, unknown);
            let mails = idp.mails("nobody@example.jp").await;
            assert_eq!(mails.len(), 1);
            assert!(mails[0].subject.contains("登録されていません"), "{}", mails[0].subject);
            assert!(!mails[0].text.contains("/link/"));
        })
        .await;
}

/// The mailbox alone, or with another's card, gives nobody's account away; a card of nobody's
/// account is not taken on the way.
#[tokio::test(flavor = "multi_thread")]
async fn the_mailbox_alone_opens_nothing() {
    minato()
        .on_each_engine(async |idp| {
            idp.member().await;
            let visitor = idp.visitor();
            let page = to_card(idp, &visitor, "hanako@example.jp").await;
            // No step can be left out.
            let forged =
                visitor.submit(&aimed(&page, "roster", "password-replace"), &new(NEW)).await;
            forged.sees("name=\"symbol\"");
            let page = visitor.submit(&forged, ICHIRO).await;
            page.sees("本人と確認できません").does_not_see("name=\"password\"");

            // An account without a person has no card to show.
            let created =
                "INSERT INTO accounts (insurer_id, account_id, state, user_id, created_at)
                           VALUES ('minato', 'pilot', 'active', 'pilot-01', 0)";
            idp.execute(created).await;
            idp.execute(
                "INSERT INTO addresses (insurer_id, account_id, role, address, address_match)
                 VALUES ('minato', 'pilot', 'login', 'pilot@example.jp', 'pilot@example.jp')",
            )
            .await;
            let pilot = idp.visitor();
            let page = to_card(idp, &pilot, "pilot@example.jp").await;
            let page = pilot.submit(&page, ICHIRO).await;
            page.sees("本人と確認できません").does_not_see("name=\"password\"");
            // What 花子 had is still hers.
            let page = visitor.open(&idp.at("minato/login")).await;
            assert!(visitor.submit_and_stay(&page, &LOGIN).await.contains("/minato/signin"));
        })
        .await;
}

/// Attack 16: each recovery needs the mail of its own: a link proves the mailbox for the journey
/// that sent it, whichever browser opens it, and for no other.
#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_needs_its_own_mail() {
    let idp = minato().on_sqlite().await;
    idp.member().await;
    let (attacker, owner) = (idp.visitor(), idp.visitor());
    let page = attacker.open(&idp.at("minato/recover")).await;
    let waiting = attacker.submit(&page, &[("email", "hanako@example.jp")]).await;
    let page = owner.open(&idp.at("minato/recover")).await;
    let page = idp.prove_mailbox(&owner, &page, "hanako@example.jp").await;
    page.sees("name=\"symbol\"");
    attacker.open(&waiting.url).await.does_not_see("name=\"symbol\"");
    let forged = attacker.submit(&aimed(&waiting, "mailbox", "roster"), HANAKO).await;
    forged.does_not_see("name=\"password\"");

    // The owner opens the attacker's link by mistake: the attacker's browser is left behind.
    let first = idp.mails("hanako@example.jp").await;
    let recovery = first.iter().filter(|mail| mail.subject.contains("再設定"));
    let words = recovery.flat_map(|mail| mail.text.split_whitespace());
    let links: Vec<&str> = words.filter(|word| word.contains("/link/")).collect();
    assert_eq!(links.len(), 2);
    let page = owner.open(links[0]).await;
    let page = owner.submit(&page, &[]).await;
    attacker.open(&waiting.url).await.does_not_see("name=\"symbol\"");
    let page = owner.submit(&page, HANAKO).await;
    owner.submit(&page, &new(NEW)).await.sees("パスワードを変更しました");
}

/// A registration's link proves nothing for a recovery, and the other way round.
#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_is_no_registration() {
    let idp = minato().on_sqlite().await;
    let visitor = idp.visitor();
    // Nobody is registered yet: nothing to recover, and registering goes on as before.
    let page = visitor.open(&idp.at("minato/recover")).await;
    visitor.submit(&page, &[("email", "hanako@example.jp")]).await;
    let page = visitor.open(&idp.at("minato/register")).await;
    let page = idp.prove_mailbox(&visitor, &page, "hanako@example.jp").await;
    let page = visitor.submit(&page, HANAKO).await;
    let page = visitor.submit(&page, &AGREED).await;
    visitor.submit(&page, &chosen("hanako79")).await.sees("hanako79");
}

/// Where the insurer has no recovery nothing offers one, and those who left cannot come in by it.
#[tokio::test(flavor = "multi_thread")]
async fn only_where_the_insurer_has_one() {
    let idp = minato().on_sqlite().await;
    idp.member().await;
    let visitor = idp.visitor();
    let page = to_card(&idp, &visitor, "hanako@example.jp").await;
    let page = visitor.submit(&page, HANAKO).await;
    // Closed meanwhile.
    idp.execute("UPDATE accounts SET state = 'closed'").await;
    visitor.submit(&page, &new(NEW)).await.does_not_see("変更しました");
    idp.execute("UPDATE accounts SET state = 'active'").await;
    let page = visitor.open(&idp.at("minato/login")).await;
    let typed = [("user_id", "hanako79"), ("password", PASSWORD)];
    assert!(visitor.submit_and_stay(&page, &typed).await.contains("/minato/signin"));

    idp.without("journeys/recover.toml").await;
    let visitor = idp.visitor();
    let login = visitor.open(&idp.at("minato/login")).await;
    login.does_not_see("/minato/recover").sees("お電話ください");
    assert_eq!(visitor.open(&idp.at("minato/recover")).await.status, StatusCode::NOT_FOUND);
}

//! Who cannot read the mail of their account any more gets another address in some days, and the owner of
//! the old mailbox can say no meanwhile (attacks 24, 26).

use super::totp::with_app;
use crate::support::people::LOGIN;
use crate::support::{HANAKO, ICHIRO, PASSWORD, Seen, StatusCode, TestIdp, Visitor, minato};
use idp::jobs::addresses;
use tests::authenticator::Authenticator;

const DAY: i64 = 24 * 3600;
const NEW: &str = "new@mail.example";

const ANOTHER: &str = "みなと の 灯台 と しろい 船 21";

/// With the password and the card to the page of the new address.
async fn to_address(idp: &TestIdp, visitor: &Visitor, password: &str) -> Seen {
    let page = visitor.open(&idp.at("minato/recover?what=address")).await;
    let page = visitor.submit(&page, &[("user_id", "hanako79"), ("password", password)]).await;
    page.sees("記号");
    visitor.submit(&page, HANAKO).await
}

/// Asks for another address, and proves that its mail is read.
async fn asks(idp: &TestIdp, password: &str) -> Seen {
    let visitor = idp.visitor();
    let page = to_address(idp, &visitor, password).await;
    page.sees("新しいメールアドレスの確認").does_not_see("recover?what=address\"");
    visitor.submit(&page, &[("email", NEW)]).await;
    let page = visitor.open(&idp.link(NEW).await).await;
    page.sees(NEW).sees("新しいアドレスとして申し込みます");
    let done = visitor.submit(&page, &[]).await;
    // It opens nothing, not even here.
    visitor.open(&idp.at("minato/account")).await.sees("name=\"password\"");
    done
}

async fn later(idp: &TestIdp, seconds: i64) {
    idp.advance(seconds);
    addresses::once(&idp.app).await.unwrap_or_else(|why| panic!("{}", why.text()));
}

async fn signs_in(idp: &TestIdp, login: &str) -> bool {
    let visitor = idp.visitor();
    let page = visitor.open(&idp.at("minato/login")).await;
    let typed = [("user_id", login), ("password", PASSWORD)];
    visitor.submit_and_stay(&page, &typed).await.contains("/minato/signin")
}

/// Holds after three days and not before; both addresses are told, and it is written down.
#[tokio::test(flavor = "multi_thread")]
async fn another_address_holds_in_some_days() {
    minato()
        .on_each_engine(async |idp| {
            let member = idp.member().await;
            asks(idp, PASSWORD).await.sees("3日後に新しいメールアドレスに変わります");
            let told = idp.mails("hanako@example.jp").await;
            let told = told.last().expect("a mail");
            assert!(told.subject.contains("変更の申し込みがありました"), "{}", told.subject);
            assert!(told.text.contains("/minato/not-me/"), "{}", told.text);
            member.open(&idp.at("minato/account")).await.sees("hanako@example.jp").sees(NEW);
            member
                .open(&idp.at("minato/account/history"))
                .await
                .sees("使えなくなったメールアドレスの変更を申し込みました");

            later(idp, 3 * DAY - 60).await;
            assert!(!signs_in(idp, NEW).await);
            assert!(signs_in(idp, "hanako@example.jp").await);
            later(idp, 60).await;
            assert!(signs_in(idp, NEW).await);
            assert!(!signs_in(idp, "hanako@example.jp").await);
            let new = idp.mails(NEW).await;
            assert!(
                new.last().expect("a mail").subject.contains("このメールアドレスに変わりました")
            );
            let old = idp.mails("hanako@example.jp").await;
            assert!(old.last().expect("a mail").subject.contains("メールアドレスが変更されました"));
            // Once: a second look finds nothing.
            later(idp, 60).await;
            assert_eq!(idp.mails(NEW).await.len(), new.len());
        })
        .await;
}

/// The owner of the old mailbox shuts the account by its mail, or says no on the own page, or shows
/// that the mail is read; an account that ends leaves nothing waiting.
#[tokio::test(flavor = "multi_thread")]
async fn its_owner_can_say_no() {
    minato()
        .on_each_engine(async |idp| {
            let member = idp.member().await;
            let waiting = "SELECT COUNT(*) AS n FROM address_changes";
            asks(idp, PASSWORD).await;
            assert_eq!(idp.number(waiting).await, 1);
            let own = member.open(&idp.at("minato/account")).await;
            own.sees("account/address/keep");
            member.submit(&own, &[]).await.sees("申し込みを取り消しました");
            assert_eq!(idp.number(waiting).await, 0);

            // Whose mail it is: a new password by the old mailbox.
            asks(idp, PASSWORD).await;
            let visitor = idp.visitor();
            let page = visitor.open(&idp.at("minato/recover")).await;
            page.sees("recover?what=address");
            visitor.submit(&page, &[("email", "hanako@example.jp")]).await;
            let page = visitor.open(&idp.link("hanako@example.jp").await).await;
            let page = visitor.submit(&page, &[]).await;
            let page = visitor.submit(&page, HANAKO).await;
            let typed = [("password", ANOTHER), ("password_again", ANOTHER)];
            visitor.submit(&page, &typed).await;
            assert_eq!(idp.number(waiting).await, 0);

            asks(idp, ANOTHER).await.sees("3日後");
            let mails = idp.mails("hanako@example.jp").await;
            let text = &mails.last().expect("a mail").text;
            let link = text.split_whitespace().find(|word| word.contains("/not-me/"));
            let page = visitor.open(link.expect("a link")).await;
            visitor.submit(&page, &[]).await.sees("利用を止めました");
            assert_eq!(idp.number(waiting).await, 0);
            later(idp, 4 * DAY).await;
            assert!(!signs_in(idp, NEW).await);
        })
        .await;
}

/// Neither the password nor the card alone, nor without the app of who has one; and nobody's address
/// becomes another's.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_less_asks_for_it() {
    let idp = minato().on_sqlite().await;
    let waiting = "SELECT COUNT(*) AS n FROM address_changes";
    idp.member().await;
    let thief = idp.visitor();
    let page = thief.open(&idp.at("minato/recover?what=address")).await;
    page.sees("name=\"password\"").does_not_see("data-passkey");
    let wrong = [("user_id", "hanako79"), ("password", "ちがう パスワード です よ ね")];
    thief.submit(&page, &wrong).await.sees("name=\"password\"");
    let card = thief.submit(&page, &LOGIN).await;
    thief.submit(&card, ICHIRO).await.does_not_see("name=\"email\"").sees("記号");
    for step in ["mailbox", "mailbox-replace"] {
        let mut forged = card.clone();
        forged.html = forged.html.replace("step=roster\"", &format!("step={step}\""));
        thief.submit(&forged, &[("email", NEW)]).await.does_not_see(NEW);
    }
    assert_eq!(idp.mails(NEW).await.len(), 0);

    // Another member's address: the same page, another mail, and nothing waits.
    let ichiro = idp.visitor();
    idp.register(&ichiro, ("ichiro@example.jp", "ichiro77", ICHIRO)).await;
    let page = to_address(&idp, &thief, PASSWORD).await;
    let sent = thief.submit(&page, &[("email", "ichiro@example.jp")]).await;
    sent.sees("メールをご確認ください");
    let mails = idp.mails("ichiro@example.jp").await;
    assert!(mails.last().expect("a mail").subject.contains("登録済みです"));
    assert_eq!(idp.number(waiting).await, 0);

    // Somebody takes it while it waits: the one before stays.
    asks(&idp, PASSWORD).await;
    idp.execute(&format!(
        "UPDATE addresses SET address = '{NEW}', address_match = '{NEW}'
         WHERE address = 'ichiro@example.jp'"
    ))
    .await;
    later(&idp, 4 * DAY).await;
    assert!(signs_in(&idp, "hanako@example.jp").await);
    assert_eq!(idp.number(waiting).await, 0);

    // An insurer without such a journey has no such page.
    idp.without("journeys/lost_mailbox.toml").await;
    let page = thief.open(&idp.at("minato/recover?what=address")).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
}

/// Who has an app shows it, too, once it is older than a thief's could be.
#[tokio::test(flavor = "multi_thread")]
async fn the_app_is_asked_too() {
    let idp = minato().on_sqlite().await;
    let (_, app) = with_app(&idp).await;
    idp.advance(8 * DAY);
    let visitor = idp.visitor();
    let page = to_address(&idp, &visitor, PASSWORD).await;
    visitor.submit(&page, &[("email", NEW)]).await;
    let page = visitor.open(&idp.link(NEW).await).await;
    let page = visitor.submit(&page, &[]).await;
    page.sees("name=\"code\"");
    let code = app.code(idp.now());
    visitor.submit(&page, &[("code", &code)]).await.sees("3日後");
}

/// Who has a passkey shows it: password and card are not enough for a mailbox, which would open the rest.
#[tokio::test(flavor = "multi_thread")]
async fn the_passkey_is_asked_too() {
    minato()
        .on_each_engine(async |idp| {
            let member = idp.member().await;
            let mut device = Authenticator::at(&idp.at(""));
            let page = member.open(&idp.at("minato/account/passkey")).await;
            let page = member.submit(&page, &LOGIN).await;
            device.make(&member, &page, "電話").await.sees("パスキーを追加しました");
            let thief = idp.visitor();
            let page = to_address(idp, &thief, PASSWORD).await;
            thief.submit(&page, &[("email", NEW)]).await;
            let page = thief.open(&idp.link(NEW).await).await;
            let page = thief.submit(&page, &[]).await;
            page.sees("パスキーでログイン").does_not_see("3日後");
            let stranger = Authenticator::at(&idp.at(""));
            stranger.sign_in(&thief, &page).await;
            let waiting = "SELECT COUNT(*) AS n FROM address_changes";
            assert_eq!(idp.number(waiting).await, 0);
            let page = thief.open(&page.url).await;
            let led = device.sign_in(&thief, &page).await;
            assert!(led.url.contains("recovered?what=address"), "{}", led.url);
            assert_eq!(idp.number(waiting).await, 1);
        })
        .await;
}

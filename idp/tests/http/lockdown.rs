//! An account is shut by its owner, from a mail or on the own page, until it is recovered.

use crate::support::people::LOGIN;
use crate::support::{DEVICE_CODE, HANAKO, PASSWORD, REFRESHES, Relying, TestIdp, Visitor, minato};
use tests::authenticator::Authenticator;

const THEIRS: &str = "やまびこ と おにぎり の 夕べ 31";
const NEW: &str = "みずうみ の ほとり で 昼寝 29";

/// The link of the last mail to an address whose subject has this part.
async fn link(idp: &TestIdp, to: &str, subject: &str) -> String {
    let mails = idp.mails(to).await;
    let mail = mails.iter().rev().find(|mail| mail.subject.contains(subject)).expect("a mail");
    let mut words = mail.text.split_whitespace();
    words.find(|word| word.contains("/not-me/")).expect("a link").to_owned()
}

async fn log_in(idp: &TestIdp, visitor: &Visitor, password: &str) -> bool {
    let page = visitor.open(&idp.at("minato/login")).await;
    let typed = [("user_id", "hanako79"), ("password", password)];
    visitor.submit_without_following(&page, &typed).await.url.contains("/minato/signin")
}

async fn recover(idp: &TestIdp, visitor: &Visitor, email: &str) {
    let page = visitor.open(&idp.at("minato/recover")).await;
    let page = idp.prove_mailbox(visitor, &page, email).await;
    let page = visitor.submit(&page, HANAKO).await;
    let new = [("password", NEW), ("password_again", NEW)];
    visitor.submit(&page, &new).await.sees("パスワードを変更しました");
}

/// The thief's tokens and devices: nothing of it may be left.
struct Thief {
    visitor: Visitor,
    client: Relying,
    offline: String,
}

async fn thief(idp: &TestIdp) -> Thief {
    let client = idp.client("app", REFRESHES).await;
    let visitor = idp.visitor();
    assert!(log_in(idp, &visitor, PASSWORD).await);
    let code = client.code(&visitor, &[("scope", "openid offline_access")]).await;
    let tokens = client.redeem(&code, &[], None).await.good();
    let offline = tokens.member("refresh_token").to_owned();
    Thief { visitor, client, offline }
}

/// The mail about a new device leads to a page that shuts the account when its button is pressed, not
/// before: sessions, grants, allowed devices and the password end. A recovery opens it again.
#[tokio::test(flavor = "multi_thread")]
async fn a_mail_shuts_the_account() {
    minato()
        .on_each_engine(async |idp| {
            let policy = idp.file("idp.toml").replace("ask = \"off\"", "ask = \"notice\"");
            idp.publish("idp.toml", &policy).await;
            let owner = idp.member().await;
            let thief = thief(idp).await;
            // A device that the thief has allowed and that has not asked yet.
            let toml = format!(
                "token_endpoint_auth_method = \"none\"\n\
                 grant_types = [\"{DEVICE_CODE}\", \"refresh_token\"]\n"
            );
            let tv = idp.client("tv", &toml).await;
            let ask = [("client_id", "tv"), ("scope", "openid")];
            let begun = tv.post("device_authorization", &ask, None).await.good();
            let allow = thief.visitor.open(begun.member("verification_uri_complete")).await;
            thief.visitor.submit(&allow, &[("decision", "allow")]).await;

            let link = link(idp, "hanako@example.jp", "新しい機器").await;
            let page = owner.open(&link).await;
            page.sees("利用を止める");
            thief.client.refresh(&thief.offline, &[]).await.good();
            // A mail scanner has no form; a page of somebody else has no token.
            let done = owner.submit(&page, &[]).await;
            done.sees("利用を止めました").sees("/minato/recover");
            let silent = thief.client.authorize(&[("prompt", "none")]);
            assert!(thief.visitor.location(&silent).await.contains("login_required"));
            thief.client.refresh(&thief.offline, &[]).await.refused("invalid_grant");
            let fields = [
                ("grant_type", DEVICE_CODE),
                ("device_code", begun.member("device_code")),
                ("client_id", "tv"),
            ];
            tv.post("token", &fields, None).await.refused("access_denied");
            assert!(!log_in(idp, &idp.visitor(), PASSWORD).await);

            idp.advance(60);
            recover(idp, &owner, "hanako@example.jp").await;
            assert!(log_in(idp, &idp.visitor(), NEW).await);
            // What the mail told is dealt with: whoever finds it later shuts nothing.
            idp.visitor().open(&link).await.sees("このリンクは使えません");
            let history = owner.open(&idp.at("minato/account/history")).await;
            history
                .sees("利用を止めました")
                .sees("利用を再開しました")
                .sees("パスワードを再設定しました");
        })
        .await;
}

/// The mail to the address before puts it back: the recovery goes by mail.
#[tokio::test(flavor = "multi_thread")]
async fn a_moved_address_is_put_back() {
    minato()
        .on_each_engine(async |idp| {
            idp.member().await;
            idp.advance(60);
            let thief = idp.visitor();
            idp.sign_in(&thief).await;
            let page = thief.open(&idp.at("minato/account/address")).await;
            let page = thief.submit(&page, &LOGIN).await;
            thief.submit(&page, &[("email", "thief@example.jp")]).await;
            let page = thief.open(&idp.link("thief@example.jp").await).await;
            thief.submit(&page, &[]).await;
            // The thief hides behind another password, whose mail goes to the thief.
            idp.advance(60);
            let page = thief.open(&idp.at("minato/account/password")).await;
            let page = thief.submit(&page, &LOGIN).await;
            let theirs = [("password", THEIRS), ("password_again", THEIRS)];
            thief.submit(&page, &theirs).await.sees("パスワードを変更しました");
            // And behind a second address: the mail about it puts the first one of theirs nowhere.
            let page = thief.open(&idp.at("minato/account/address")).await;
            let page = thief.submit(&page, &[LOGIN[0], ("password", THEIRS)]).await;
            thief.submit(&page, &[("email", "thief2@example.jp")]).await;
            let page = thief.open(&idp.link("thief2@example.jp").await).await;
            thief.submit(&page, &[]).await;

            let owner = idp.visitor();
            let own = link(idp, "hanako@example.jp", "メールアドレスが変更").await;
            let page = owner.open(&own).await;
            owner.submit(&page, &[]).await.sees("利用を止めました");
            let theirs = link(idp, "thief@example.jp", "メールアドレスが変更").await;
            let page = thief.open(&theirs).await;
            thief.submit(&page, &[]).await;
            recover(idp, &owner, "hanako@example.jp").await;
            owner.open(&idp.at("minato/account")).await.sees("hanako@example.jp");
        })
        .await;
}

/// Links are of one insurer, seven days and one account; anything else opens nothing.
#[tokio::test(flavor = "multi_thread")]
async fn other_links_shut_nothing() {
    let idp = minato().and("aozora").on_sqlite().await;
    let policy = idp.file("idp.toml").replace("ask = \"off\"", "ask = \"notice\"");
    idp.publish("idp.toml", &policy).await;
    idp.member().await;
    let other = idp.visitor();
    assert!(log_in(&idp, &other, PASSWORD).await);
    let link = link(&idp, "hanako@example.jp", "新しい機器").await;
    let visitor = idp.visitor();
    let elsewhere = link.replace("/minato/", "/aozora/");
    visitor.open(&elsewhere).await.sees("このリンクは使えません");
    visitor.open(&format!("{link}x")).await.sees("このリンクは使えません");
    let page = visitor.open(&link).await;
    // Another site's form brings no token of ours.
    let mut forged = page.clone();
    forged.html = forged.html.replace(&csrf(&page.html), "x");
    visitor.submit(&forged, &[]).await.does_not_see("利用を止めました");
    assert!(log_in(&idp, &idp.visitor(), PASSWORD).await);
    idp.advance(8 * 24 * 3600);
    visitor.submit(&page, &[]).await.sees("このリンクは使えません");
}

/// The button on the own page; a registration of somebody else goes on meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn the_own_page_shuts_it_too() {
    let idp = minato().on_sqlite().await;
    let owner = idp.member().await;
    let other = idp.visitor();
    idp.sign_in(&other).await;
    // A login that is under way ends with the password.
    let waiting = idp.visitor();
    let login = waiting.open(&idp.at("minato/login")).await;
    let page = owner.open(&idp.at("minato/account/lock")).await;
    owner.submit(&page, &[]).await.sees("利用を止めました");
    owner.open(&idp.at("minato/account")).await.sees("name=\"password\"");
    other.open(&idp.at("minato/account")).await.sees("name=\"password\"");
    waiting.submit(&login, &LOGIN).await.sees("ログインできませんでした");
    idp.visitor().open(&idp.at("minato/account/lock")).await.sees("name=\"password\"");
    recover(&idp, &owner, "hanako@example.jp").await;
    assert!(log_in(&idp, &other, NEW).await);
}

/// F104: each browser by what it says it is, and one signs the others out.
#[tokio::test(flavor = "multi_thread")]
async fn one_browser_signs_another_out() {
    minato()
        .on_each_engine(async |idp| {
            let owner = idp.member().await;
            let other = idp.visitor();
            idp.sign_in(&other).await;
            let own = owner.open(&idp.at("minato/account")).await;
            let end = own.html.split("action=\"/minato/account/session/").nth(1).expect("another");
            let sid = end.split('"').next().expect("an id");
            // Somebody else's page cannot.
            let stranger = idp.visitor();
            let card = crate::support::ICHIRO;
            idp.register(&stranger, ("ichiro@example.jp", "ichiro55", card)).await;
            let theirs = stranger.open(&idp.at("minato/account/lock")).await;
            let mut aimed = theirs.clone();
            aimed.html = aimed.html.replace("account/lock", &format!("account/session/{sid}"));
            stranger.submit(&aimed, &[]).await;
            other.open(&idp.at("minato/account")).await.sees("hanako79");
            let mut aimed = own.clone();
            aimed.html = theirs.html.replace("account/lock", &format!("account/session/{sid}"));
            aimed.html = aimed.html.replace(&csrf(&theirs.html), &csrf(&own.html));
            owner.submit(&aimed, &[]).await.sees("選んだ機器からログアウトしました");
            other.open(&idp.at("minato/account")).await.sees("name=\"password\"");
            owner.open(&idp.at("minato/account")).await.sees("hanako79");
        })
        .await;
}

/// The token of a page's forms.
fn csrf(html: &str) -> String {
    let after = html.split("name=\"csrf\" value=\"").nth(1).expect("a form");
    after.split('"').next().expect("a value").to_owned()
}

/// What a thief added in the week before the lock goes with the recovery, however long that takes, and does
/// not stand in its way.
#[tokio::test(flavor = "multi_thread")]
async fn a_late_recovery_removes_what_the_thief_added() {
    minato()
        .on_each_engine(async |idp| {
            let owner = idp.member().await;
            let thief = idp.visitor();
            idp.sign_in(&thief).await;
            let mut device = Authenticator::at(&idp.at(""));
            let page = thief.open(&idp.at("minato/account/passkey")).await;
            let page = thief.submit(&page, &LOGIN).await;
            device.make(&thief, &page, "theirs").await.sees("パスキーを追加しました");
            let page = owner.open(&idp.at("minato/account/lock")).await;
            owner.submit(&page, &[]).await.sees("利用を止めました");
            // Locked, the passkey opens nothing either.
            let visitor = idp.visitor();
            let page = visitor.open(&idp.at("minato/login")).await;
            device.sign_in(&visitor, &page).await;
            visitor.open(&idp.at("minato/account")).await.does_not_see("hanako79");
            idp.advance(30 * 24 * 3600);
            recover(idp, &owner, "hanako@example.jp").await;
            assert_eq!(idp.number("SELECT COUNT(*) AS n FROM passkeys").await, 0);
        })
        .await;
}

/// The mail about an address comes too late for an account that is closed: it takes the address back from
/// nobody.
#[tokio::test(flavor = "multi_thread")]
async fn a_closed_account_takes_no_address_back() {
    let idp = minato().on_sqlite().await;
    let owner = idp.member().await;
    let page = owner.open(&idp.at("minato/account/address")).await;
    let page = owner.submit(&page, &LOGIN).await;
    owner.submit(&page, &[("email", "umi@example.jp")]).await;
    let page = owner.open(&idp.link("umi@example.jp").await).await;
    owner.submit(&page, &[]).await;
    let old = link(&idp, "hanako@example.jp", "メールアドレスが変更").await;
    let page = owner.open(&idp.at("minato/account/close?go")).await;
    owner.submit(&page, &LOGIN).await.sees("アカウントを閉じました");
    owner.open(&old).await.sees("このリンクは使えません");
    let again = ("hanako@example.jp", "hanako80", HANAKO);
    idp.register(&idp.visitor(), again).await.sees("hanako80");
}

/// Partners of the session in which a password was changed are told when that session ends.
#[tokio::test(flavor = "multi_thread")]
async fn the_session_that_goes_on_is_told_of_when_it_ends() {
    minato()
        .on_each_engine(async |idp| {
            let told = "backchannel_logout_uri = \"https://localhost:1/logout\"\n";
            let client = idp.client("app", told).await;
            let owner = idp.member().await;
            client.redeem(&client.code(&owner, &[]).await, &[], None).await.good();
            let page = owner.open(&idp.at("minato/account/password")).await;
            let page = owner.submit(&page, &LOGIN).await;
            let new = [("password", NEW), ("password_again", NEW)];
            owner.submit(&page, &new).await.sees("パスワードを変更しました");
            let waiting = "SELECT COUNT(*) AS n FROM logouts";
            assert_eq!(idp.number(waiting).await, 0);
            let page = owner.open(&idp.at("minato/account/lock")).await;
            owner.submit(&page, &[]).await.sees("利用を止めました");
            assert_eq!(idp.number(waiting).await, 1);
        })
        .await;
}

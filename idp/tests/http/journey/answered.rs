//! What becomes of a posted form: a redirect, always; the page behind it says the rest.

use crate::support::people::{AGREED, LOGIN, chosen};
use crate::support::{HANAKO, ICHIRO, Seen, StatusCode, TestIdp, Visitor, minato};

/// Posts, and expects a redirect to a page of the provider; returns that page.
async fn posted(visitor: &Visitor, page: &Seen, fields: &[(&str, &str)]) -> Seen {
    let at_once = visitor.submit_without_following(page, fields).await;
    assert_eq!(at_once.status, StatusCode::SEE_OTHER, "{fields:?}");
    let base = url::Url::parse(&page.url).expect("absolute");
    visitor.open(base.join(&at_once.url).expect("joins").as_str()).await
}

/// Finding 5: reloading asks nothing twice, also with mistakes and at the end.
#[tokio::test(flavor = "multi_thread")]
async fn every_answer_is_a_redirect() {
    let idp = minato().on_sqlite().await;
    let visitor = idp.visitor();
    let page = visitor.open(&idp.at("minato/register")).await;
    let page = posted(&visitor, &page, &[("email", "hanako")]).await;
    page.sees("value=\"hanako\"").sees("id=\"email-error\"").sees("aria-invalid=\"true\"");
    visitor.open(&page.url).await.sees("value=\"hanako\"").sees("id=\"email-error\"");
    let page = posted(&visitor, &page, &[("email", "hanako@example.jp")]).await;
    page.sees("hanako@example.jp").does_not_see("role=\"status\"");
    posted(&visitor, &page, &[]).await.sees("role=\"status\"");

    let page = visitor.open(&idp.link("hanako@example.jp").await).await;
    page.sees("hanako@example.jp");
    let page = visitor.submit(&page, &[]).await;
    // S15: whoever opened somebody else's link sees it before the card is typed.
    page.sees("hanako@example.jp").does_not_see("-error\"");
    let mut wrong = HANAKO.to_vec();
    wrong.push(("birth_month", "13"));
    let page = posted(&visitor, &page, &wrong).await;
    page.sees("id=\"birth-error\"").sees("href=\"#birth_date\"").sees("value=\"１２３４\"");
    let english = visitor.open(&format!("{}?x", page.url)).await;
    assert!(english.html.contains("id=\"birth-error\""));
    wrong.pop();
    wrong.push(("birth_day", "1"));
    let page = posted(&visitor, &page, &wrong).await;
    page.sees("role=\"alert\" tabindex=\"-1\" autofocus").does_not_see("id=\"birth-error\"");
    let page = posted(&visitor, &page, HANAKO).await;
    let page = posted(&visitor, &page, &AGREED[..1]).await;
    page.sees("id=\"agree_privacy-error\"").sees("value=\"yes\" checked");
    let page = posted(&visitor, &page, &AGREED).await;
    let short = [("user_id", "hanako79"), ("password", "kurz"), ("password_again", "kurz")];
    let page = posted(&visitor, &page, &short).await;
    page.sees("value=\"hanako79\"").does_not_see("kurz").sees("id=\"password-error\"");
    let page = posted(&visitor, &page, &chosen("hanako79")).await;
    page.sees("hanako79").sees("hanako@example.jp");
    assert!(page.url.ends_with("/minato/registered"));
    visitor.open(&page.url).await.sees("hanako79");
}

/// Finding 16: a domain that looks misspelt is asked about once; who posts it again means it.
#[tokio::test(flavor = "multi_thread")]
async fn a_misspelt_domain_is_asked_about() {
    let idp = minato().on_sqlite().await;
    let visitor = idp.visitor();
    let page = visitor.open(&idp.at("minato/register")).await;
    let page = posted(&visitor, &page, &[("email", "hanako@gmial.com")]).await;
    page.sees("「gmail.com」の誤り").sees("value=\"hanako@gmial.com\"").sees("id=\"email-error\"");
    let page = posted(&visitor, &page, &[("email", "hanako@yaho.co.jp")]).await;
    page.sees("「yahoo.co.jp」の誤り");
    assert!(idp.mails("hanako@gmial.com").await.is_empty());
    let page = posted(&visitor, &page, &[("email", "hanako@yaho.co.jp")]).await;
    page.sees("hanako@yaho.co.jp").does_not_see("-error\"");
    assert_eq!(idp.mails("hanako@yaho.co.jp").await.len(), 1);
}

/// Finding 14: a taken user ID is told with everything else that is wrong.
#[tokio::test(flavor = "multi_thread")]
async fn a_taken_user_id_is_told_at_once() {
    let idp = minato().on_sqlite().await;
    idp.member().await;
    let visitor = idp.visitor();
    let page = idp.to_card(&visitor, "ichiro@example.jp").await;
    let page = visitor.submit(&page, ICHIRO).await;
    let page = visitor.submit(&page, &AGREED).await;
    let short = [("user_id", "hanako79"), ("password", "kurz"), ("password_again", "kurz")];
    let page = posted(&visitor, &page, &short).await;
    page.sees("id=\"user_id-error\"").sees("id=\"password-error\"");
    let page = posted(&visitor, &page, &chosen("hanako79")).await;
    page.sees("id=\"user_id-error\"").does_not_see("id=\"password-error\"");
}

/// Finding 16: the examples are those of the society's cards, and who cannot register is told
/// before anything is asked.
#[tokio::test(flavor = "multi_thread")]
async fn a_society_says_what_its_cards_look_like_and_who_may_register() {
    let idp = minato().on_sqlite().await;
    let own = "relations = [\"insured\"]\n\
               card_example = { symbol = \"港-12\", number = \"901\", branch = \"00\" }";
    let policy = idp.file("idp.toml").replace("relations = [\"insured\", \"dependant\"]", own);
    idp.publish("idp.toml", &policy).await;
    let visitor = idp.visitor();
    visitor.open(&idp.at("minato/register")).await.sees("被扶養者（ご家族）の方は登録できません");
    let page = idp.to_card(&visitor, "ichiro@example.jp").await;
    page.sees("例：港-12").sees("例：901").does_not_see("1234");
    let page = visitor.submit(&page, ICHIRO).await;
    page.sees("被扶養者（ご家族）の方：");
}

/// Finding 3: each page is called what it asks.
#[tokio::test(flavor = "multi_thread")]
async fn each_page_has_its_own_title() {
    let idp = minato().on_sqlite().await;
    let visitor = idp.visitor();
    let mut titles = Vec::new();
    let mut note = |page: &Seen| {
        let title = page.html.split("<title>").nth(1).and_then(|rest| rest.split('<').next());
        titles.push(title.unwrap_or_default().to_owned());
    };
    let page = visitor.open(&idp.at("minato/register")).await;
    note(&page);
    note(&visitor.submit(&page, &[("email", "hanako@example.jp")]).await);
    let page = visitor.open(&idp.link("hanako@example.jp").await).await;
    let page = visitor.submit(&page, &[]).await;
    note(&page);
    let page = visitor.submit(&page, HANAKO).await;
    note(&page);
    let page = visitor.submit(&page, &AGREED).await;
    note(&page);
    note(&visitor.submit(&page, &chosen("hanako79")).await);
    titles.sort();
    titles.dedup();
    assert_eq!(titles.len(), 6, "{titles:?}");
}

async fn policy(visitor: &Visitor, url: &str) -> String {
    visitor.header(url, "content-security-policy").await
}

/// Finding 1: a page whose last post leads to the portal lets the browser go there, also the pages
/// behind every "log in" of the provider itself.
#[tokio::test(flavor = "multi_thread")]
async fn a_login_of_the_providers_own_leads_to_the_portal() {
    let idp = minato().on_sqlite().await;
    idp.member().await;
    for path in ["minato/login", "minato/consents", "minato/registered", "minato/device"] {
        let visitor = idp.visitor();
        let page = visitor.open(&idp.at(path)).await;
        let policy = policy(&visitor, &page.url).await;
        assert!(policy.contains("form-action 'self' http://localhost:8401"), "{path}: {policy}");
        let to = visitor.submit_and_stay(&page, &LOGIN).await;
        match path {
            "minato/login" => assert_eq!(to, "http://localhost:8401/minato/signin"),
            path => assert!(to.starts_with(&format!("/{path}")), "{to}"),
        }
    }
}

/// Finding 11: who has registered is signed in.
#[tokio::test(flavor = "multi_thread")]
async fn registering_signs_in() {
    minato()
        .on_each_engine(async |idp| {
            let client = idp.client("app", "consent_obtained = true\n").await;
            let visitor = idp.visitor();
            let done = idp.register(&visitor, ("hanako@example.jp", "hanako79", HANAKO)).await;
            done.sees("http://localhost:8401/minato/signin");
            let silent = client.answer(&visitor, &[("prompt", "none")]).await;
            assert!(silent["code"].is_string(), "{silent}");
            let other = idp.visitor().open(&idp.at("minato/registered")).await;
            other.does_not_see("hanako79").sees("name=\"password\"");
        })
        .await;
}

/// Suite 8: whoever a client sent here can give up; the client is told, once.
#[tokio::test(flavor = "multi_thread")]
async fn giving_up_tells_the_client() {
    minato()
        .on_each_engine(async |idp| {
            let client = idp.client("app", "").await;
            let own = idp.visitor().open(&idp.at("minato/login")).await;
            own.does_not_see("step=cancel");
            for prompt in ["login", "create"] {
                let visitor = idp.visitor();
                let page = visitor.open(&client.authorize(&[("prompt", prompt)])).await;
                let to = give_up(&visitor, &page).await;
                let told = crate::support::parameters(&to);
                assert_eq!(told["error"], "access_denied");
                assert_eq!(told["state"], "s t+&=%");
                assert!(to.starts_with(crate::support::REDIRECT), "{to}");
            }
            // In the middle, when it is a row already.
            let visitor = idp.visitor();
            let page = visitor.open(&client.authorize(&[("prompt", "create")])).await;
            let page = idp.prove_mailbox(&visitor, &page, "hanako@example.jp").await;
            let to = give_up(&visitor, &page).await;
            assert_eq!(crate::support::parameters(&to)["error"], "access_denied");
            visitor.open(&page.url).await.does_not_see("name=\"symbol\"");
        })
        .await;
}

async fn give_up(visitor: &Visitor, page: &Seen) -> String {
    let (_, form) = page.html.split_once("class=\"cancel\"").expect("a way back");
    let only = Seen { html: format!("<main><form {form}"), ..page.clone() };
    visitor.submit_and_stay(&only, &[]).await
}

/// Suite 8: a person who is sent here wrongly reads what to tell the service, and is not offered
/// what does not help.
#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_request_says_which_parameter_and_why() {
    let idp = minato().on_sqlite().await;
    let client = idp.client("app", "").await;
    for (changes, why) in [
        (("redirect_uri", "https://evil.example/"), "redirect_uri is not registered"),
        (("client_id", "nobody"), "client_id is unknown"),
        (("request_uri", "urn:ietf:params:oauth:request_uri:x"), "request_uri is unknown"),
    ] {
        let page = idp.visitor().open(&client.authorize(&[changes])).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST);
        page.sees(why).does_not_see("class=\"actions\"");
        let main = page.html.split_once("<main").expect("a page").1;
        assert!(!main.contains("evil.example"), "{main}");
    }
}

/// Finding 15: an empty field is missing, not wrong, and costs no try.
#[tokio::test(flavor = "multi_thread")]
async fn an_empty_login_is_told_what_is_missing() {
    let idp = minato().on_sqlite().await;
    idp.member().await;
    let visitor = idp.visitor();
    let page = visitor.open(&idp.at("minato/login")).await;
    let page = visitor.submit(&page, &[("user_id", "hanako79"), ("password", "")]).await;
    page.sees("id=\"password-error\"").does_not_see("id=\"user_id-error\"");
    assert_eq!(
        idp.number("SELECT COUNT(*) AS n FROM attempts WHERE bucket LIKE 'login:%'").await,
        0
    );
    // Finding 14: as a Japanese keyboard gives it.
    let page = visitor.submit(&page, &[("user_id", "ＨＡＮＡＫＯ７９"), LOGIN[1]]).await;
    assert!(page.url.ends_with("/minato/signin"), "{}", page.url);
}

/// Finding 15: a lock says until when, and offers nothing that would only count again.
#[tokio::test(flavor = "multi_thread")]
async fn a_lock_says_until_when() {
    let idp: TestIdp = minato().on_sqlite().await;
    idp.member().await;
    let visitor = idp.visitor();
    let mut page = visitor.open(&idp.at("minato/login")).await;
    for _ in 0..11 {
        let login = visitor.open(&idp.at("minato/login")).await;
        page = visitor.submit(&login, &[LOGIN[0], ("password", "wrong")]).await;
    }
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    page.sees("時").sees("分まで").does_not_see("class=\"actions\"").does_not_see("button button-");
}

/// Finding 8: the mail is a bookmark: pressed again, its link leads to where the person is.
#[tokio::test(flavor = "multi_thread")]
async fn a_used_link_leads_to_its_journey() {
    let idp = minato().on_sqlite().await;
    let visitor = idp.visitor();
    idp.to_card(&visitor, "hanako@example.jp").await.sees("name=\"symbol\"");
    let link = idp.link("hanako@example.jp").await;
    visitor.open(&link).await.sees("name=\"symbol\"");
    // Elsewhere it is used up.
    idp.visitor().open(&link).await.does_not_see("name=\"symbol\"").does_not_see("<form");
}

/// Finding 9: who has switched cookies off is told so, on every way in.
#[tokio::test(flavor = "multi_thread")]
async fn without_cookies_the_page_says_so() {
    let idp = minato().on_sqlite().await;
    let client = idp.client("app", "").await;
    for url in [idp.at("minato/login"), idp.at("minato/register"), client.authorize(&[])] {
        let to = idp.visitor().open_and_stay(&url).await.url;
        let page = idp.visitor().open(&idp.at(to.trim_start_matches('/'))).await;
        assert_eq!(page.status, StatusCode::PRECONDITION_REQUIRED, "{url}");
        page.sees("Cookie");
    }
    let visitor = idp.visitor();
    let page = visitor.open(&idp.at("minato/login")).await;
    let page = idp.visitor().submit(&page, &LOGIN).await;
    page.sees("Cookie");
    // With cookies, but not this form's: too old.
    let other = idp.visitor();
    other.open(&idp.at("minato/login")).await;
    let old = visitor.open(&idp.at("minato/login")).await;
    let answer = other.submit(&old, &LOGIN).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
}

/// Finding 7: an address of nobody shows nobody's name, logo and phone number.
#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_address_is_nobodys() {
    let idp = minato().on_sqlite().await;
    for path in ["", "nobody/login", "favicon.ico", "x/y/z"] {
        let page = idp.visitor().open(&idp.at(path)).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
        let header = page.html.split("<main").next().expect("a head");
        assert!(!header.contains("みなと") && !page.html.contains("tel:"), "{path}");
        page.does_not_see("class=\"actions\"").sees("href=\"/display?");
    }
    // A wrong page of an insurer is the insurer's.
    idp.visitor().open(&idp.at("minato/x")).await.sees("tel:");
    let english = idp.visitor();
    let page = english.open(&idp.at("display?lang=en&back=/x")).await;
    page.sees("lang=\"en\"");
}

/// The documents are there for everybody, before anybody signs in, and linked on every page.
#[tokio::test(flavor = "multi_thread")]
async fn the_documents_are_public() {
    let idp = minato().on_sqlite().await;
    let visitor = idp.visitor();
    let page = visitor.open(&idp.at("minato/login")).await;
    page.sees("href=\"/minato/terms\"").sees("href=\"/minato/privacy\"");
    let terms = visitor.open(&idp.at("minato/terms")).await;
    let privacy = visitor.open(&idp.at("minato/privacy")).await;
    terms.sees("id=\"portal-title\"").does_not_see("id=\"privacy-title\"");
    privacy.sees("id=\"privacy-title\"").does_not_see("id=\"portal-title\"");
    let newer = idp.file("terms/privacy-2026-04-01.toml").replace("2026-04-01", "2027-04-01");
    idp.publish("terms/privacy-2027-04-01.toml", &newer).await;
    visitor
        .open(&idp.at("minato/privacy"))
        .await
        .sees("2027年4月1日")
        .does_not_see("2026年4月1日版");
}

/// Help is there before anybody signs in, linked on every page, with the society's own sender and
/// telephone.
#[tokio::test(flavor = "multi_thread")]
async fn help_is_public() {
    let idp = minato().on_sqlite().await;
    let visitor = idp.visitor();
    visitor.open(&idp.at("minato/login")).await.sees("href=\"/minato/help\"");
    let help = visitor.open(&idp.at("minato/help")).await;
    help.sees("id=\"first\"").sees("no-reply@minato.example").sees("0120-000-101");
}

/// Finding 17: a person is called by name, not by what they sign in with.
#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_called_by_name() {
    let idp = minato().on_sqlite().await;
    let visitor = idp.member().await;
    let client = idp.client("app", "").await;
    let consent = visitor.open(&client.authorize(&[("prompt", "consent")])).await;
    let account = visitor.open(&client.authorize(&[("prompt", "select_account")])).await;
    let logout = visitor.open(&idp.at("minato/logout")).await;
    for page in [consent, account, logout] {
        page.sees("港　花子").does_not_see("hanako79");
    }
}

/// Finding 6: language and text size that a client names are taken over, unless this browser chose.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_hands_language_and_size_on() {
    let idp = minato().on_sqlite().await;
    let client = idp.client("app", "").await;
    let url = client.authorize(&[("ui_locales", "en"), ("text_size", "xl")]);
    let visitor = idp.visitor();
    let page = visitor.open(&url).await;
    page.sees("<html lang=\"en\"").sees("class=\"size-xl\"");
    let own = idp.visitor();
    own.open(&idp.at("display?lang=ja&size=l&back=/minato/login")).await;
    own.open(&url).await.sees("<html lang=\"ja\"").sees("class=\"size-l\"");
    idp.visitor().open(&client.authorize(&[("text_size", "huge\"")])).await.sees("size-m");
}

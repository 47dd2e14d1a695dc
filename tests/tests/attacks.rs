//! Attacks of `docs/attacks.md`, tried on the running product over HTTP.

use base64::Engine as _;
use reqwest::{StatusCode, redirect};
use tests::visitor::{HANAKO, ICHIRO, PASSWORD, Visitor};
use tests::world::{Options, Program, World};

fn minato() -> Options {
    Options { insurers: vec!["minato", "aozora"], ..Options::default() }
}

async fn registered(world: &World) -> Visitor {
    let visitor = Visitor::new();
    let done = visitor.register(world, "minato", ("hanako@example.jp", "hanako79", HANAKO)).await;
    done.sees("hanako79");
    visitor
}

/// Attacks 16, 17 and 22: a link works once, for its journey, and only by POST (F037).
#[tokio::test(flavor = "multi_thread")]
async fn a_used_voided_or_foreign_link_opens_nothing() {
    World::on_each_engine(minato(), async |world| {
        let visitor = Visitor::new();
        let start = visitor.open(&format!("{}/minato/register", world.idp_url)).await;
        let sent = visitor.submit(&start, &[("email", "a@example.jp")]).await;
        let first = world.mailbox.wait_for("a@example.jp", 1).await[0].link().unwrap().to_owned();
        // F261: asking again voids the first link.
        visitor.submit(&sent, &[]).await;
        let second = world.mailbox.wait_for("a@example.jp", 2).await[1].link().unwrap().to_owned();
        // In the browser that asked it leads back to where that stands: to the mail.
        visitor.open(&first).await.sees("リンク").does_not_see("name=\"symbol\"");
        Visitor::new().open(&first).await.sees("リンク").does_not_see("method=\"post\"");
        // A scanner's GET uses nothing up.
        for _ in 0..3 {
            Visitor::new().open(&second).await;
        }
        let elsewhere = Visitor::new();
        let page = elsewhere.open(&second).await;
        elsewhere.submit(&page, &[]).await.sees("記号");
        // The browser that began it is left behind, whoever it was.
        let journey = sent.url.clone();
        visitor.open(&journey).await.does_not_see("name=\"symbol\"");
        // A second click of the same browser goes on; of any other it opens nothing.
        elsewhere.submit(&page, &[]).await.sees("name=\"symbol\"");
        let third = Visitor::new();
        third.open(&second).await.does_not_see("method=\"post\"");
        // The token of one insurer is nothing to another.
        let foreign = second.replace("/minato/", "/aozora/");
        Visitor::new().open(&foreign).await.does_not_see("method=\"post\"");
    })
    .await;
}

/// Attacks 17 and 28: two addresses at once for one journey; only one of them is asked, so a link
/// can never prove the other.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_addresses_at_once_one_gets_a_link() {
    World::on_each_engine(minato(), async |world| {
        for round in 0..3 {
            let visitor = Visitor::new();
            let page = visitor.open(&format!("{}/minato/register", world.idp_url)).await;
            let (a, b) = (format!("a{round}@example.jp"), format!("b{round}@example.jp"));
            let (ask_a, ask_b) = ([("email", a.as_str())], [("email", b.as_str())]);
            tokio::join!(visitor.submit(&page, &ask_a), visitor.submit(&page, &ask_b));
            // A later mail has arrived, so earlier ones have, too.
            let last = Visitor::new();
            let page = last.open(&format!("{}/minato/register", world.idp_url)).await;
            let email = format!("last{round}@example.jp");
            last.submit(&page, &[("email", &email)]).await;
            world.mailbox.wait_for(&email, 1).await;
            let mails = world.mailbox.all();
            // When one was quite over before the other began, the second asked for the first
            // address again: two mails, but never to two addresses.
            let to = |address: &str| mails.iter().any(|mail| mail.to == address);
            assert!(to(&a) != to(&b), "round {round}");
        }
    })
    .await;
}

/// Attack 23: a user ID is never somebody else's address, and asking tells nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_address_cannot_be_a_user_id() {
    let world = World::on_sqlite(minato()).await;
    let visitor = Visitor::new();
    let page = visitor.to_card(&world, "minato", "me@example.jp").await;
    let page = visitor.submit(&page, HANAKO).await;
    let page = visitor.submit(&page, &[("agree_portal", "yes"), ("agree_privacy", "yes")]).await;
    let chosen = [("user_id", "taro@ab.jp"), ("password", PASSWORD), ("password_again", PASSWORD)];
    visitor.submit(&page, &chosen).await.sees("name=\"user_id\"").sees("aria-invalid");
}

/// Attack 23: the answer is the same whether an address (F035) or a user ID (F058) exists.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_tells_whether_an_account_exists() {
    let world = World::on_sqlite(minato()).await;
    registered(&world).await;
    let ask = async |email: &str| {
        let visitor = Visitor::new();
        let page = visitor.open(&format!("{}/minato/register", world.idp_url)).await;
        let sent = visitor.submit(&page, &[("email", email)]).await;
        (sent.status, neutral(&sent.html).replace(email, "X"))
    };
    assert_eq!(ask("hanako@example.jp").await, ask("nobody@example.jp").await);
    // F267: one account per address. The mail tells, to the one who can read it.
    let mails = world.mailbox.wait_for("hanako@example.jp", 3).await;
    assert!(!mails[2].text.contains("/link/"), "no link to register again");

    let sign_in = async |user_id: &str| {
        let visitor = Visitor::new();
        let page = visitor.open(&format!("{}/minato/signin", world.portal_url)).await;
        let fields = [("user_id", user_id), ("password", "wrong wrong wrong")];
        let answer = visitor.submit(&page, &fields).await;
        (answer.status, neutral(&answer.html).replace(user_id, "X"))
    };
    assert_eq!(sign_in("hanako79").await, sign_in("nobody99").await);

    // A registered card and an unknown one: the same page.
    let card = async |email: &str, card: &[(&str, &str)]| {
        let visitor = Visitor::new();
        let page = visitor.to_card(&world, "minato", email).await;
        let answer = visitor.submit(&page, card).await;
        let html = neutral(&answer.html).replace("5678", "N").replace("5679", "N");
        let html = html.replace(email, "X");
        (answer.status, html)
    };
    let mut unknown = HANAKO.to_vec();
    unknown[1].1 = "5679";
    assert_eq!(card("b@example.jp", HANAKO).await, card("c@example.jp", &unknown).await);
}

/// What differs by request: ids, tokens.
fn neutral(html: &str) -> String {
    let mut out = String::new();
    for line in html.lines() {
        let ids = ["/journey/", "csrf", "back=", "recover?from=", "name=\"state\""];
        if !ids.iter().any(|id| line.contains(id)) {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

/// Attack 24: card fields cannot be guessed for long, in one journey or in many.
#[tokio::test(flavor = "multi_thread")]
async fn guessing_card_fields_ends_soon() {
    let world = World::on_sqlite(minato()).await;
    let mut wrong = HANAKO.to_vec();
    wrong[6].1 = "23";
    for journey in 0..2 {
        let visitor = Visitor::new();
        let email = format!("guess{journey}@example.jp");
        let mut page = visitor.to_card(&world, "minato", &email).await;
        for _ in 0..5 {
            page = visitor.submit(&page, &wrong).await;
        }
        page.does_not_see("name=\"symbol\"");
    }
    // Ten wrong tries on this card today: even the right fields do not pass now.
    let visitor = Visitor::new();
    let page = visitor.to_card(&world, "minato", "late@example.jp").await;
    visitor.submit(&page, HANAKO).await.does_not_see("agree_portal");
    // Somebody else's card is not locked out with it… the household shares the number, so it is.
    let other = Visitor::new();
    let page = other.to_card(&world, "minato", "other@example.jp").await;
    other.submit(&page, ICHIRO).await.does_not_see("agree_portal");
}

/// Attack 24: passwords cannot be guessed for long; a right one does not reset the counter.
#[tokio::test(flavor = "multi_thread")]
async fn guessing_passwords_ends_soon() {
    let world = World::on_sqlite(minato()).await;
    registered(&world).await;
    let visitor = Visitor::new();
    let login = format!("{}/minato/login", world.idp_url);
    for n in 0..10 {
        let page = visitor.open(&login).await;
        // User ID and address lead to one account: they share its counter.
        let login = if n % 2 == 0 { "hanako79" } else { "hanako@example.jp" };
        let password = format!("wrong password {n}");
        visitor.submit(&page, &[("user_id", login), ("password", &password)]).await;
    }
    let page = visitor.open(&login).await;
    let answer = visitor.submit(&page, &[("user_id", "HANAKO79"), ("password", PASSWORD)]).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
}

/// Attack 15: a later step first, the same step twice, a body without a token.
#[tokio::test(flavor = "multi_thread")]
async fn steps_cannot_be_skipped() {
    let world = World::on_sqlite(minato()).await;
    let visitor = Visitor::new();
    let page = visitor.open(&format!("{}/minato/register", world.idp_url)).await;
    for step in ["roster", "terms", "password", "nonsense"] {
        let mut skipped = page.clone();
        skipped.html = page.html.replace("step=mailbox", &format!("step={step}"));
        let fields =
            [("user_id", "hanako79"), ("password", PASSWORD), ("password_again", PASSWORD)];
        visitor.submit(&skipped, &fields).await.sees("name=\"email\"");
    }
    let mut forged = page.clone();
    forged.html = page.html.replace("name=\"csrf\"", "name=\"other\"");
    let answer = visitor.submit(&forged, &[("email", "a@example.jp")]).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    // Another browser does not have the journey's secret.
    Visitor::new().open(&page.url).await.does_not_see("name=\"email\"");
}

/// One account per person (F266), also when two registrations race to the end.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_registrations_of_one_person_one_wins() {
    World::on_each_engine(minato(), async |world| {
        let at_password = async |email: &str| {
            let visitor = Visitor::new();
            let page = visitor.to_card(world, "minato", email).await;
            let page = visitor.submit(&page, HANAKO).await;
            let agreed = [("agree_portal", "yes"), ("agree_privacy", "yes")];
            let page = visitor.submit(&page, &agreed).await;
            (visitor, page)
        };
        let (a, page_a) = at_password("one@example.jp").await;
        let (b, page_b) = at_password("two@example.jp").await;
        let chosen = |id: &'static str| {
            [("user_id", id), ("password", PASSWORD), ("password_again", PASSWORD)]
        };
        let (first, second) = (chosen("hanako-a"), chosen("hanako-b"));
        let (one, two) = tokio::join!(a.submit(&page_a, &first), b.submit(&page_b, &second));
        let done = [&one, &two].iter().filter(|page| page.html.contains("hanako-")).count();
        assert_eq!(done, 1, "{}\n{}", one.html, two.html);
    })
    .await;
}

/// Attacks 7, 8, 10, 12: codes at the token endpoint.
#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_good_once_for_its_client_its_insurer_and_its_verifier() {
    World::on_each_engine(minato(), async |world| {
        let visitor = registered(world).await;
        visitor.sign_in(world, "minato", "hanako79").await.sees("港");
        let code = async || code(world, &visitor).await;
        let good = [("verifier", VERIFIER)];
        let (status, body) = redeem(world, "minato", "partner", &code().await, &good).await;
        assert_eq!(status, StatusCode::OK, "{body}");

        let used = code().await;
        let (_, tokens) = redeem(world, "minato", "partner", &used, &good).await;
        assert_eq!(userinfo(world, "minato", &tokens).await, StatusCode::OK);
        assert_eq!(userinfo(world, "aozora", &tokens).await, StatusCode::UNAUTHORIZED);
        let (status, body) = redeem(world, "minato", "partner", &used, &good).await;
        assert_eq!(
            (status, body["error"].as_str()),
            (StatusCode::BAD_REQUEST, Some("invalid_grant"))
        );
        // The replay revoked what the code had issued.
        assert_eq!(userinfo(world, "minato", &tokens).await, StatusCode::UNAUTHORIZED);

        for (insurer, client, verifier) in [
            ("minato", "partner", "x".repeat(43)),
            ("minato", "partner", String::new()),
            ("minato", "portal", VERIFIER.to_owned()),
            ("aozora", "portal", VERIFIER.to_owned()),
        ] {
            let code = code().await;
            let (status, body) =
                redeem(world, insurer, client, &code, &[("verifier", &verifier)]).await;
            assert_ne!(status, StatusCode::OK, "{insurer} {client} {verifier}: {body}");
            // …and the code is spent.
            if insurer == "minato" {
                let (status, _) = redeem(world, "minato", "partner", &code, &good).await;
                assert_eq!(status, StatusCode::BAD_REQUEST);
            }
        }
        // Whoever else gets hold of a used code ends nothing with it.
        let used = code().await;
        let (_, tokens) = redeem(world, "minato", "partner", &used, &good).await;
        let (status, _) = redeem(world, "minato", "portal", &used, &good).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert_eq!(userinfo(world, "minato", &tokens).await, StatusCode::OK);

        let raced = code().await;
        let (a, b) = tokio::join!(
            redeem(world, "minato", "partner", &raced, &good),
            redeem(world, "minato", "partner", &raced, &good)
        );
        assert_eq!([a.0, b.0].iter().filter(|status| status.is_success()).count(), 1);
    })
    .await;
}

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A fresh code for the partner. The partner itself does not run: its address stays unanswered.
async fn code(world: &World, visitor: &Visitor) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("client_id", "partner")
        .append_pair("redirect_uri", &format!("{}/callback", world.partner_url()))
        .append_pair("response_type", "code")
        .append_pair("scope", "openid email")
        .append_pair("code_challenge", CHALLENGE)
        .append_pair("code_challenge_method", "S256")
        .append_pair("prompt", "none")
        .finish();
    let location = visitor.location(&format!("{}/minato/authorize?{query}", world.idp_url)).await;
    let url = url::Url::parse(&location).expect("absolute");
    let code = url.query_pairs().find(|(name, _)| name == "code");
    code.map(|(_, code)| code.into_owned()).unwrap_or_else(|| panic!("no code in {location}"))
}

async fn redeem(
    world: &World,
    insurer: &str,
    client: &str,
    code: &str,
    with: &[(&str, &str)],
) -> (StatusCode, serde_json::Value) {
    let secret = if client == "portal" { "p" } else { "q" }.repeat(40);
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("{client}:{secret}"));
    let body = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", "authorization_code")
        .append_pair("code", code)
        .append_pair("redirect_uri", &format!("{}/callback", world.partner_url()))
        .append_pair("code_verifier", with[0].1)
        .finish();
    let answer = reqwest::Client::new()
        .post(format!("{}/{insurer}/token", world.idp_url))
        .header("authorization", format!("Basic {basic}"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body)
        .send()
        .await
        .expect("answered");
    let status = answer.status();
    let text = answer.text().await.expect("a body");
    (status, serde_json::from_str(&text).unwrap_or(serde_json::Value::String(text)))
}

async fn userinfo(world: &World, insurer: &str, tokens: &serde_json::Value) -> StatusCode {
    let token = tokens["access_token"].as_str().unwrap_or_default();
    let url = format!("{}/{insurer}/userinfo", world.idp_url);
    let request =
        reqwest::Client::new().get(url).header("authorization", format!("Bearer {token}"));
    request.send().await.expect("answered").status()
}

/// Attack 6: nothing is made from a request header.
#[tokio::test(flavor = "multi_thread")]
async fn forged_host_headers_change_nothing() {
    let world = World::on_sqlite(minato()).await;
    let client = reqwest::Client::builder().redirect(redirect::Policy::none()).build().unwrap();
    let url = format!("{}/minato/.well-known/openid-configuration", world.idp_url);
    let text = client
        .get(url)
        .header("host", "evil.tld")
        .header("x-forwarded-host", "evil.tld")
        .header("forwarded", "host=evil.tld")
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(!text.contains("evil") && text.contains(&world.idp_url), "{text}");
    assert!(!world.log(Program::Idp).contains("hanako"), "logs hold no personal data");
}

/// Attacks 2 and 37: an answer of the provider counts only in the browser that asked.
#[tokio::test(flavor = "multi_thread")]
async fn login_csrf_at_the_portal_fails() {
    let world = World::on_sqlite(minato()).await;
    let visitor = registered(&world).await;
    visitor.sign_in(&world, "minato", "hanako79").await.sees("港");
    let attacker = visitor.location(&format!("{}/minato/signin", world.portal_url)).await;
    assert!(attacker.contains("/minato/"), "already signed in: {attacker}");
    let fresh = Visitor::new();
    let callback = format!("{}/minato/callback?code=abc&state=def", world.portal_url);
    let answer = fresh.open(&callback).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    // `to` never leaves the portal.
    let away = format!("{}/minato/signin?to=//evil.tld/", world.portal_url);
    assert!(!visitor.location(&away).await.contains("evil"));
}

/// BREACH: what another site asks for has the length that it has, at both programs; what is asked from here is small.
#[tokio::test(flavor = "multi_thread")]
async fn another_site_learns_no_length() {
    let options = Options { insurers: vec!["minato"], ..Options::default() };
    let world = World::on_sqlite(options).await;
    let of = async |url: &str, site: Option<&str>, takes: &str| {
        let request = reqwest::Client::new().get(url).header("accept-encoding", takes);
        let request =
            site.into_iter().fold(request, |asked, site| asked.header("sec-fetch-site", site));
        let answer = request.send().await.expect("answered");
        let encoded = answer.headers().get("content-encoding").is_some();
        (answer.status().as_u16(), encoded, answer.bytes().await.expect("read").len())
    };
    for page in [format!("{}/minato/", world.portal_url), format!("{}/minato/help", world.idp_url)]
    {
        let (status, encoded, small) = of(&page, Some("same-origin"), "gzip, deflate, br").await;
        assert_eq!((status, encoded), (200, true), "{page}");
        for site in [Some("cross-site"), Some("same-site"), None] {
            let (status, encoded, long) = of(&page, site, "gzip, deflate, br").await;
            assert_eq!((status, encoded), (200, false), "{page} {site:?}");
            assert!(long > small * 2, "{page}: {small} of {long}");
        }
        // Whoever takes nothing at all gets the page all the same.
        assert_eq!(of(&page, Some("none"), "identity;q=0").await.0, 200, "{page}");
    }
}

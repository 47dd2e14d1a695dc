//! The insurer's own app: pages and forms as JSON, by access tokens of the provider.

use serde_json::{Value, json};
use tests::relying::Relying;
use tests::visitor::{HANAKO, ICHIRO, Visitor};
use tests::world::{Options, Program, World};

/// What the portal answers to an app: status, the challenge of the token, JSON.
async fn asked(request: reqwest::RequestBuilder, token: &str) -> (u16, String, Value) {
    let answer = request.bearer_auth(token).send().await.expect("answered");
    let challenge = answer.headers().get("www-authenticate");
    let challenge = challenge.map_or("", |value| value.to_str().expect("text")).to_owned();
    let status = answer.status().as_u16();
    let text = answer.text().await.expect("a body");
    (status, challenge, serde_json::from_str(&text).unwrap_or_else(|_| panic!("no JSON: {text}")))
}

async fn get(url: &str, token: &str) -> (u16, String, Value) {
    asked(reqwest::Client::new().get(url), token).await
}

async fn post(url: &str, token: &str, body: &Value) -> (u16, String, Value) {
    asked(reqwest::Client::new().post(url).body(body.to_string()), token).await
}

/// The app as a client: what it may ask for, and where its tokens are good.
fn app(world: &World, id: &str, more: &str) -> Relying {
    let scopes =
        "scopes = [\"openid\", \"profile\", \"membership\", \"portal\", \"portal.medical\"]";
    let resources = format!("resources = [\"{0}/minato/api\", \"{0}/other\"]", world.portal_url);
    Relying::register(world, id, &format!("{scopes}\n{resources}\n{more}\n"))
}

async fn token(client: &Relying, member: &Visitor, scope: &str, resource: &str) -> String {
    let code = client.code(member, &[("scope", scope), ("resource", resource)]).await;
    client.redeem(&code, &[], None).await.good().member("access_token").to_owned()
}

const ALL: &str = "openid profile membership portal portal.medical";

/// Attacks 11 and 12: a token is good for whose it is, for its resource, its scopes and its class; a session is none
/// here, and a token opens no page.
#[tokio::test(flavor = "multi_thread")]
async fn an_app_reads_and_sends_what_its_token_is_for() {
    let options = Options { insurers: vec!["minato", "aozora"], ..Options::default() };
    World::on_each_engine(options, async |world| {
        let hanako = Visitor::member(world, "minato", "hanako79", HANAKO).await;
        let api = format!("{}/minato/api", world.portal_url);
        let own = app(world, "own-app", "first_party = true");
        let all = token(&own, &hanako, ALL, &api).await;
        let (status, _, listed) = get(&api, &all).await;
        assert_eq!(status, 200);
        let plugins = listed["plugins"].as_array().expect("a list");
        let ids: Vec<&str> = plugins.iter().filter_map(|plugin| plugin["id"].as_str()).collect();
        let on = ["medical-fees", "benefits", "tax-deduction", "prescriptions", "example"];
        assert_eq!(ids, on);
        assert_eq!(plugins[4]["forms"][0]["fields"][1], "steps");

        // The same data as the page's template gets, of the same persons; also medical data, noted as a look.
        let (status, _, fees) = get(&format!("{api}/medical-fees"), &all).await;
        assert_eq!(status, 200, "{fees}");
        assert!(fees["base"] == "/minato/p/medical-fees", "{fees}");
        hanako.open(&format!("{}/minato/p/example", world.portal_url)).await.sees("未読");
        let (_, _, courses) = get(&format!("{api}/example/courses"), &all).await;
        assert_eq!(courses["courses"][0]["name"], "灯台まわり");

        // What was opened in the app is read in the browser, too.
        let page = format!("{}/minato/p/example", world.portal_url);
        hanako.open(&page).await.does_not_see("未読");
        // A form: its faults by field, once however often it is sent, and seen on the page.
        let new = format!("{api}/example/new");
        let form = |steps: Value, once: &str| json!({"form": "add", "once": once, "fields": {"day": "2026-04-01", "steps": steps}});
        let (status, _, wrong) = post(&new, &all, &form(json!("たくさん"), "once-0001")).await;
        assert_eq!((status, &wrong["faults"][0]["field"]), (422, &json!("steps")));
        for _ in 0..2 {
            let (status, _, done) = post(&new, &all, &form(json!(7200), "once-0001")).await;
            assert_eq!((status, &done["said"]), (200, &json!("記録しました。")), "{done}");
        }
        let (status, _, there) = post(&new, &all, &form(json!(7200), "once-0002")).await;
        assert_eq!((status, &there["faults"][0]["field"]), (422, &json!("day")), "{there}");
        let (_, _, list) = get(&format!("{api}/example?month=202604"), &all).await;
        assert_eq!(list["days"][0]["steps"], 7200);
        for body in [json!({}), json!({"form": "add", "once": "short", "fields": {}}), json!({"form": "add", "once": "once-0003", "fields": {"person": "x"}}), json!({"form": "add", "once": "once-0003", "fields": {"day": []}})] {
            assert_eq!(post(&new, &all, &body).await.0, 400, "{body}");
        }
        // What is not declared for the app is not there: neither page, form, plugin nor insurer.
        let hidden = json!({"form": "plan", "once": "once-0004", "fields": {}});
        assert_eq!(post(&format!("{api}/example/plan"), &all, &hidden).await.0, 404);
        for path in ["/example/edit?day=2026-04-01", "/example/nothing", "/help", "/nothing", "/medical-fees/month"] {
            assert_eq!(get(&format!("{api}{path}"), &all).await.0, 404, "{path}");
        }
        assert_eq!(get(&format!("{}/aozora/api", world.portal_url), &all).await.0, 404);

        // Other scopes, another resource, a stranger's or no token.
        let narrow = token(&own, &hanako, "openid membership portal", &api).await;
        let (status, says, _) = get(&format!("{api}/medical-fees"), &narrow).await;
        assert_eq!(status, 403);
        assert!(says.contains("insufficient_scope") && says.contains("portal.medical"), "{says}");
        assert_eq!(get(&format!("{api}/example"), &narrow).await.0, 200);
        let none = token(&own, &hanako, "openid membership", &api).await;
        assert_eq!(get(&format!("{api}/example"), &none).await.0, 403);
        let anonymous = token(&own, &hanako, "openid portal", &api).await;
        let other = token(&own, &hanako, ALL, &format!("{}/other", world.portal_url)).await;
        for bad in [anonymous.as_str(), &other, "nonsense", &all[..all.len() - 1]] {
            let (status, says, _) = get(&format!("{api}/example"), bad).await;
            assert_eq!(status, 401, "{bad}");
            assert!(says.contains("invalid_token"), "{says}");
        }
        // A partner that may learn cards has a token for this resource: it opens nothing, nobody's household.
        let partner = app(world, "card-partner", "card = true\nconsent_obtained = true");
        let theirs = token(&partner, &hanako, ALL, &api).await;
        assert_eq!(get(&format!("{api}/medical-fees"), &theirs).await.0, 401);
        let plain = reqwest::Client::new().get(format!("{api}/example"));
        let cookies = hanako.cookies(&format!("{}/minato/", world.portal_url));
        let answer = plain.header("cookie", cookies).send().await.expect("answered");
        assert_eq!(answer.status(), 401, "a session in the browser is no token");
        let page = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build();
        let page = page.expect("a client").get(format!("{}/minato/p/example", world.portal_url));
        assert_eq!(page.bearer_auth(&all).send().await.expect("answered").status(), 303);

        // Somebody else's token sees their own days.
        let ichiro = Visitor::member(world, "minato", "ichiro77", ICHIRO).await;
        let his = token(&own, &ichiro, ALL, &api).await;
        let (_, _, list) = get(&format!("{api}/example?month=202604"), &his).await;
        assert_eq!(list["days"], json!([]));

        // Revoked, it is over in a moment.
        own.post("revoke", &[("token", &his)], None).await.good();
        let over = async {
            while get(&format!("{api}/example"), &his).await.0 != 401 {
                tokio::time::sleep(std::time::Duration::from_millis(300)).await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(30), over).await.expect("over");

        // RFC 9470: what is lacking is told, so that the app can ask the provider for it.
        let file = world.folder.join("insurers/minato/portal.toml");
        let text = std::fs::read_to_string(&file).expect("portal.toml");
        let levels = "[levels]\nmedical = { acr = \"urn:musubi:two-factors\", max_age_minutes = 60 }\n\n[mail]";
        std::fs::write(&file, text.replace("[mail]", levels)).expect("written");
        world.ran(Program::Portal, &["insurer", "apply", &world.folder.join("insurers/minato").display().to_string()]);
        let asks = async {
            loop {
                let (status, says, _) = get(&format!("{api}/medical-fees"), &all).await;
                if status == 401 {
                    break says;
                }
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        };
        let says = tokio::time::timeout(std::time::Duration::from_secs(10), asks).await.expect("asks");
        for word in ["insufficient_user_authentication", "acr_values=\"urn:musubi:two-factors\"", "max_age=\"3600\""] {
            assert!(says.contains(word), "{says}");
        }
        assert_eq!(get(&format!("{api}/example"), &all).await.0, 200);
    })
    .await;
}

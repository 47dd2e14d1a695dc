//! Attacks 15, 16 and 24: what was proved in one session or by one person reaches no other.

use crate::support::people::{AGREED, LOGIN, chosen};
use crate::support::{
    HANAKO, ICHIRO, PASSWORD, Relying, Seen, TestIdp, Visitor, minato, parameters,
};

const ASKS: &str = "consent_obtained = false\n";
const HIS_LOGIN: [(&str, &str); 2] = [("user_id", "ichiro77"), ("password", PASSWORD)];

/// 花子 with the page that asks her consent, and 一郎 with an account.
async fn asked(idp: &TestIdp) -> (Relying, Visitor, Seen) {
    let client = idp.client("fitness", ASKS).await;
    let visitor = idp.member().await;
    let ichiro = ("ichiro@example.jp", "ichiro77", ICHIRO);
    idp.register(&idp.visitor(), ichiro).await.sees("ichiro77");
    let page = visitor.open(&client.authorize(&[])).await;
    page.sees("name=\"decision\"");
    (client, visitor, page)
}

async fn sign_out(idp: &TestIdp, visitor: &Visitor) {
    let page = visitor.open(&idp.at("minato/logout")).await;
    visitor.submit(&page, &[]).await;
}

/// Whoever signs in after her in this browser gets neither her page nor a code by her answer.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_reaches_no_session_of_somebody_else() {
    minato()
        .on_each_engine(async |idp| {
            let (client, visitor, page) = asked(idp).await;
            sign_out(idp, &visitor).await;
            let login = visitor.open(&idp.at("minato/login")).await;
            visitor.submit_and_stay(&login, &HIS_LOGIN).await;
            let to = visitor.submit_and_stay(&page, &[("decision", "allow")]).await;
            assert!(!to.contains("code="), "{to}");
            assert_eq!(idp.number("SELECT COUNT(*) AS n FROM consents").await, 0);
            // He is asked for himself.
            let silent = client.answer(&visitor, &[("prompt", "none")]).await;
            assert_eq!(silent["error"], "consent_required");
        })
        .await;
}

/// Nor does it stand after a sign-out, or reach a later session of her own without a login.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_ends_with_its_session() {
    minato()
        .on_each_engine(async |idp| {
            let (client, visitor, page) = asked(idp).await;
            sign_out(idp, &visitor).await;
            let to = visitor.submit_and_stay(&page, &[("decision", "allow")]).await;
            assert!(!to.contains("code="), "{to}");
            let login = visitor.open(&idp.at(to.trim_start_matches('/'))).await;
            login.sees("name=\"password\"").does_not_see("name=\"decision\"");
            assert_eq!(idp.number("SELECT COUNT(*) AS n FROM consents").await, 0);
            assert_eq!(
                client.answer(&visitor, &[("prompt", "none")]).await["error"],
                "login_required"
            );
        })
        .await;
}

/// A login that grew old while she was deciding is made fresh by her password and nobody else's.
#[tokio::test(flavor = "multi_thread")]
async fn a_step_up_takes_only_the_persons_own_password() {
    minato()
        .on_each_engine(async |idp| {
            let (client, visitor, _) = asked(idp).await;
            let page = visitor.open(&client.authorize(&[("max_age", "600")])).await;
            page.does_not_see("name=\"password\"");
            idp.advance(601);
            let page = visitor.submit(&page, &[("decision", "allow")]).await;
            page.sees("name=\"password\"");
            let refused = visitor.submit(&page, &HIS_LOGIN).await;
            refused.sees("name=\"password\"");
            // A yes before the fresh login is no yes.
            let page = visitor.submit(&refused, &LOGIN).await;
            let to = visitor.submit_and_stay(&page, &[("decision", "allow")]).await;
            assert!(parameters(&to)["code"].is_string(), "{to}");
        })
        .await;
}

/// A login that a client asks for anew may be somebody else's: then it is his session, and hers ends.
#[tokio::test(flavor = "multi_thread")]
async fn a_fresh_login_is_of_who_signs_in() {
    minato()
        .on_each_engine(async |idp| {
            let (_, visitor, _) = asked(idp).await;
            let app = idp.client("app", "").await;
            let subject = async |asks: (&str, &str), login: &[(&str, &str)]| {
                let page = visitor.open(&app.authorize(&[asks])).await;
                let to = visitor.submit_and_stay(&page, login).await;
                let code = parameters(&to)["code"].as_str().expect("a code").to_owned();
                let tokens = app.redeem(&code, &[], None).await.good();
                tests::relying::claims(tokens.member("id_token"))["sub"].clone()
            };
            let sessions = "SELECT COUNT(*) AS n FROM sessions";
            let hers = subject(("max_age", "0"), &LOGIN).await;
            let before = idp.number(sessions).await;
            let his = subject(("prompt", "login"), &HIS_LOGIN).await;
            assert_ne!(hers, his);
            assert_eq!(idp.number(sessions).await, before, "hers ended");
            assert_eq!(subject(("max_age", "0"), &HIS_LOGIN).await, his);
        })
        .await;
}

/// A decision shows no presence: it makes no session last longer.
#[tokio::test(flavor = "multi_thread")]
async fn going_on_lengthens_no_session() {
    minato()
        .on_each_engine(async |idp| {
            let client = idp.client("fitness", ASKS).await;
            let visitor = idp.member().await;
            // Seen twice an hour, for it must not be idle.
            let half_hours = async |count: usize| {
                for _ in 0..count {
                    idp.advance(1800);
                    client.answer(&visitor, &[("prompt", "none")]).await;
                    let recent = format!(
                        "SELECT COUNT(*) AS n FROM sessions WHERE seen_at >= {}",
                        idp.now() - 60
                    );
                    tests::until("the session is seen", async || {
                        (idp.number(&recent).await == 1).then_some(())
                    })
                    .await;
                }
            };
            half_hours(47).await;
            let page = visitor.open(&client.authorize(&[])).await;
            let to = visitor.submit_and_stay(&page, &[("decision", "allow")]).await;
            assert!(to.contains("code="), "{to}");
            idp.advance(1799);
            let silent = async || client.answer(&visitor, &[("prompt", "none")]).await;
            assert!(silent().await["code"].is_string());
            idp.advance(1);
            assert_eq!(silent().await["error"], "login_required");
        })
        .await;
}

/// How many tries are left is each person's own: it does not tell that others try this card.
#[tokio::test(flavor = "multi_thread")]
async fn what_others_tried_is_not_told() {
    minato()
        .on_each_engine(async |idp| {
            let wrong: Vec<(&str, &str)> = (HANAKO.iter())
                .map(|(name, value)| (*name, if *name == "birth_day" { "1" } else { *value }))
                .collect();
            let try_once = async |email: &str| {
                let visitor = idp.visitor();
                let page = idp.to_card(&visitor, email).await;
                visitor.submit(&page, &wrong).await
            };
            let told = |page: &Seen| {
                page.sees("name=\"symbol\"");
                page.html.lines().filter(|line| line.contains('回')).map(str::to_owned).collect()
            };
            let first: Vec<String> = told(&try_once("one@example.jp").await);
            let second: Vec<String> = told(&try_once("two@example.jp").await);
            assert!(!first.is_empty());
            assert_eq!(first, second);
            let visitor = idp.visitor();
            let page = idp.to_card(&visitor, "hanako@example.jp").await;
            let page = visitor.submit(&page, HANAKO).await;
            let page = visitor.submit(&page, &AGREED).await;
            visitor.submit(&page, &chosen("hanako79")).await.sees("hanako79");
        })
        .await;
}

/// P1-5, P1-6: the card as people type it: no hyphen on the keypad, the branch behind the number,
/// a name in another spelling.
#[tokio::test]
async fn a_card_is_taken_as_people_type_it() {
    minato()
        .on_each_engine(async |idp| {
            idp.roster(&["K1,12-456,0007777,00,本人,大野 薫,オオノ カヲル,19600105,男,20000401,"])
                .await;
            let born =
                [("birth_year", "1960"), ("birth_month", "1"), ("birth_day", "5"), ("sex", "male")];
            for (n, (symbol, number, branch, name)) in [
                ("12456", "7777", "00", "おおの かおる"),
                ("12-456", "0007777-00", "", "オーノ　カヲル"),
                ("１２ー４５６", "7777", "0", "ｵｵﾉ ｶｵﾙ"),
            ]
            .into_iter()
            .enumerate()
            {
                let visitor = idp.visitor();
                let page = idp.to_card(&visitor, &format!("k{n}@example.jp")).await;
                let mut fields = born.to_vec();
                fields.extend([("symbol", symbol), ("number", number), ("branch", branch)]);
                fields.push(("name_kana", name));
                visitor.submit(&page, &fields).await.sees("agree_portal");
            }
        })
        .await;
}

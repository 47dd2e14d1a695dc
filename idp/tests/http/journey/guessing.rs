//! Attack 24: passwords cannot be guessed for long, not even all at once.

use crate::support::people::{AGREED, LOGIN, chosen};
use crate::support::{HANAKO, ICHIRO, PASSWORD, StatusCode, minato, unique};
use idp::credentials::password::{Cost, Hasher};

/// What is typed by 50 browsers at once is counted five times at the most; then each try waits twice as
/// long as the one before, and the page says until when and comes back by itself.
#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_guesses_at_once_five_count() {
    minato()
        .on_each_engine(async |idp| {
            idp.member().await;
            let late = idp.visitor();
            let login = late.open(&idp.at("minato/login")).await;
            let mut guesses = tokio::task::JoinSet::new();
            for n in 0..50 {
                let visitor = idp.visitor();
                let page = visitor.open(&idp.at("minato/login")).await;
                guesses.spawn(async move {
                    let password = format!("wrong password {n}");
                    let typed = [("user_id", "hanako79"), ("password", &*password)];
                    visitor.submit(&page, &typed).await.status
                });
            }
            let answers = guesses.join_all().await;
            let refused = StatusCode::TOO_MANY_REQUESTS;
            assert_eq!(answers.iter().filter(|status| **status != refused).count(), 5);
            let sql = "SELECT MAX(count) AS n FROM attempts WHERE bucket LIKE 'login:%'";
            assert_eq!(idp.number(sql).await, 5);
            let locked = late.submit(&login, &LOGIN).await;
            assert_eq!(locked.status, refused);
            assert_eq!((locked.header("retry-after"), locked.header("refresh")), ("2", "3"));
            idp.advance(2);
            // Another wrong one waits twice as long, up to a quarter of an hour.
            let mut waits = Vec::new();
            for _ in 0..12 {
                let visitor = idp.visitor();
                let page = visitor.open(&idp.at("minato/login")).await;
                let wrong = [("user_id", "hanako79"), ("password", "wrong password")];
                assert_eq!(visitor.submit(&page, &wrong).await.status, StatusCode::OK);
                let wait = visitor.submit(&page, &wrong).await;
                waits.push(wait.header("retry-after").parse::<i64>().expect("seconds"));
                idp.advance(waits[waits.len() - 1] - 1);
                assert_eq!(visitor.submit(&page, &LOGIN).await.status, refused);
                idp.advance(1);
            }
            assert_eq!(waits, [4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900, 900]);
            idp.sign_in(&idp.visitor()).await;
            // A right password resets nothing (attack 24).
            assert_eq!(idp.number(sql).await, 17);
        })
        .await;
}

/// Whoever tries elsewhere keeps nobody out of a browser that the account knows, nor somebody else.
#[tokio::test(flavor = "multi_thread")]
async fn guesses_elsewhere_keep_no_owner_out() {
    minato()
        .on_each_engine(async |idp| {
            let owner = idp.member().await;
            let thief = idp.visitor();
            let page = thief.open(&idp.at("minato/login")).await;
            let wrong = [("user_id", "hanako79"), ("password", "wrong password")];
            for _ in 0..6 {
                thief.submit(&page, &wrong).await;
            }
            assert_eq!(thief.submit(&page, &LOGIN).await.status, StatusCode::TOO_MANY_REQUESTS);
            idp.sign_in(&owner).await;
            // The cookie of one account is no key to another.
            idp.register(&thief, ("ichiro@example.jp", "ichiro55", ICHIRO)).await;
            let page = thief.open(&idp.at("minato/login")).await;
            assert_eq!(thief.submit(&page, &LOGIN).await.status, StatusCode::TOO_MANY_REQUESTS);
            // And at home, too, it ends some time.
            let page = owner.open(&idp.at("minato/login")).await;
            for _ in 0..10 {
                assert_eq!(owner.submit(&page, &wrong).await.status, StatusCode::OK);
            }
            assert_eq!(owner.submit(&page, &LOGIN).await.status, StatusCode::TOO_MANY_REQUESTS);
        })
        .await;
}

/// One address goes through no hundred accounts, nor its network through four hundred; the insurer's own
/// is spared up to a thousand (F276), and so are browsers that are known.
#[tokio::test(flavor = "multi_thread")]
async fn one_address_tries_so_many_and_no_more() {
    let proxied = |settings: &mut idp::settings::Settings| {
        settings.proxy.trusted = vec!["127.0.0.1".into()];
    };
    minato()
        .settings(proxied)
        .on_each_engine(async |idp| {
            let policy = idp.file("idp.toml");
            let spared = "[throttle]\nspared = [\"198.51.100.0/24\"]\n[protocol]";
            idp.publish("idp.toml", &policy.replace("[protocol]", spared)).await;
            let owner = idp.visitor().at_address("203.0.113.7");
            idp.register(&owner, ("hanako@example.jp", "hanako79", HANAKO)).await;
            // Tries of before, as many as fit.
            let until = idp.now() + 900;
            let tried = |bucket: &str, count: i64| {
                format!(
                    "INSERT INTO attempts (insurer_id, bucket, count, until)
                     VALUES ('minato', '{bucket}', {count}, {until})"
                )
            };
            idp.execute(&tried("network:203.0.113.7", 99)).await;
            idp.execute(&tried("network:203.0.113.0/24", 398)).await;
            let refused = StatusCode::TOO_MANY_REQUESTS;
            let wrong = [("user_id", "nobody-99"), ("password", "wrong password")];
            let answer = async |address: &str, typed: &[(&str, &str)]| {
                let visitor = idp.visitor().at_address(address);
                let page = visitor.open(&idp.at("minato/login")).await;
                visitor.submit_without_following(&page, typed).await;
                visitor.open(&page.url).await.status
            };
            assert_eq!(answer("203.0.113.7", &wrong).await, StatusCode::OK, "the hundredth");
            assert_eq!(answer("203.0.113.7", &LOGIN).await, refused);
            // A neighbour, and then none.
            assert_eq!(answer("203.0.113.8", &wrong).await, StatusCode::OK);
            assert_eq!(answer("203.0.113.9", &wrong).await, refused);
            assert_eq!(answer("203.0.114.9", &wrong).await, StatusCode::OK);
            // What is right is not counted, and who is known is not asked.
            idp.sign_in(&owner).await;
            idp.execute(&tried("network:198.51.100.1", 100)).await;
            assert_eq!(answer("198.51.100.1", &wrong).await, StatusCode::OK);
            let many = "UPDATE attempts SET count = 1000 WHERE bucket = 'network:198.51.100.1'";
            idp.execute(many).await;
            assert_eq!(answer("198.51.100.1", &wrong).await, refused);
        })
        .await;
}

/// Held-out 1: among wrong passwords that are tried at once the right one is known by nothing, once
/// the limit is used up; and before, it costs no try.
#[tokio::test(flavor = "multi_thread")]
async fn a_right_password_among_many_counts_only_below_the_limit() {
    minato()
        .on_each_engine(async |idp| {
            idp.member().await;
            for _ in 0..12 {
                let visitor = idp.visitor();
                let page = visitor.open(&idp.at("minato/login")).await;
                visitor.submit_and_stay(&page, &LOGIN).await;
            }
            assert_eq!(
                idp.number("SELECT COUNT(*) AS n FROM attempts WHERE bucket LIKE 'login:%'").await,
                0
            );
            let mut guesses = tokio::task::JoinSet::new();
            for n in 0..46 {
                let visitor = idp.visitor();
                let page = visitor.open(&idp.at("minato/login")).await;
                guesses.spawn(async move {
                    let wrong = format!("wrong password {n}");
                    let password = if n == 23 { LOGIN[1].1 } else { &*wrong };
                    let typed = [LOGIN[0], ("password", password)];
                    let answer = visitor.submit_without_following(&page, &typed).await;
                    assert_eq!(answer.status, StatusCode::SEE_OTHER);
                    let own = answer.url.contains("/journey/");
                    (own, visitor.open(&page.url).await.status)
                });
            }
            let answers = guesses.join_all().await;
            let inside = answers.iter().filter(|(own, _)| !own).count();
            let wrong = answers.iter().filter(|(own, status)| *own && *status == StatusCode::OK);
            assert!(inside <= 1);
            assert_eq!(wrong.count(), 5, "as many as the limit allows, whatever came between");
        })
        .await;
}

/// Held-out 9: more logins at once than can be hashed are told so, with what was typed kept and a
/// browser that comes back by itself.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_asks_to_come_back() {
    let small = |settings: &mut idp::settings::Settings| {
        settings.hashing.workers = 1;
        settings.hashing.queue = 1;
    };
    let idp = minato().settings(small).cost(Cost::REAL).on_sqlite().await;
    let mut logins = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let visitor = idp.visitor();
        let page = visitor.open(&idp.at("minato/login")).await;
        logins.spawn(async move {
            let user_id = unique();
            let typed = [("user_id", user_id.as_str()), ("password", "wrong")];
            let answer = visitor.submit_without_following(&page, &typed).await;
            (visitor, page, user_id, answer)
        });
    }
    let answers = logins.join_all().await;
    let mut busy = 0;
    for (visitor, page, user_id, answer) in answers {
        if answer.status != StatusCode::SERVICE_UNAVAILABLE {
            assert_eq!(answer.status, StatusCode::SEE_OTHER);
            continue;
        }
        busy += 1;
        assert_eq!(answer.header("retry-after"), "5");
        let (seconds, back) = answer.header("refresh").split_once("; url=").expect("both");
        assert_eq!(seconds, "5");
        assert!(page.url.ends_with(back), "{} {back}", page.url);
        visitor.open(&page.url).await.sees(&format!("value=\"{user_id}\"")).does_not_see("wrong");
    }
    assert!(busy > 0, "one worker and one place in the queue are not enough for twenty");
}

/// S6: one journey is no way through many logins.
#[tokio::test(flavor = "multi_thread")]
async fn a_journey_has_so_many_tries() {
    minato()
        .on_each_engine(async |idp| {
            idp.member().await;
            let visitor = idp.visitor();
            let page = visitor.open(&idp.at("minato/login")).await;
            let refused = StatusCode::TOO_MANY_REQUESTS;
            for n in 1..=20 {
                let user_id = format!("nobody{n:04}");
                let typed = [("user_id", user_id.as_str()), ("password", "wrong password")];
                assert_eq!(visitor.submit(&page, &typed).await.status, StatusCode::OK, "{n}");
            }
            assert_eq!(visitor.submit(&page, &LOGIN).await.status, refused);
            assert_eq!(visitor.open(&page.url).await.status, refused);
            // Another journey is nobody's who was locked out.
            idp.sign_in(&idp.visitor()).await;
        })
        .await;
}

/// S6: who types the right card of somebody who is registered, or may not register, uses up none
/// of the tries of the household.
#[tokio::test(flavor = "multi_thread")]
async fn a_right_card_locks_nobody_out() {
    minato()
        .on_each_engine(async |idp| {
            idp.member().await;
            for n in 0..12 {
                let visitor = idp.visitor();
                let page = idp.to_card(&visitor, &format!("again{n}@example.jp")).await;
                let page = visitor.submit(&page, HANAKO).await;
                page.sees("notice-error").does_not_see("agree_portal");
            }
            let visitor = idp.visitor();
            let page = idp.to_card(&visitor, "ichiro@example.jp").await;
            visitor.submit(&page, ICHIRO).await.sees("agree_portal");
        })
        .await;
}

/// Held-out 8: of two who register one person at once, the one who came too late is told so.
#[tokio::test(flavor = "multi_thread")]
async fn who_came_too_late_is_told_so() {
    minato()
        .on_each_engine(async |idp| {
            let mut pages = Vec::new();
            for n in 0..2 {
                let visitor = idp.visitor();
                let page = idp.to_card(&visitor, &format!("race{n}@example.jp")).await;
                let page = visitor.submit(&page, HANAKO).await;
                let page = visitor.submit(&page, &AGREED).await;
                pages.push((visitor, page));
            }
            let mut answers = Vec::new();
            for (n, (visitor, page)) in pages.iter().enumerate() {
                let user_id = format!("hanako-r{n}");
                answers.push(visitor.submit(page, &chosen(&user_id)).await);
            }
            answers[0].sees("hanako-r0");
            assert_eq!(answers[1].status, StatusCode::CONFLICT);
            answers[1].sees("別の画面で完了しました").sees("/minato/login");
        })
        .await;
}

/// A login that is right is hashed anew when the cost of hashes has changed; a wrong one is not.
#[tokio::test(flavor = "multi_thread")]
async fn an_old_hash_is_made_anew_at_a_login() {
    minato()
        .on_each_engine(async |idp| {
            idp.member().await;
            let cost = Cost { memory_kib: 16, passes: 2, lanes: 1 };
            let old = Hasher::start(1, 1, cost).hash(PASSWORD).await.expect("hashed");
            idp.execute(&format!("UPDATE passwords SET hash = '{old}'")).await;
            let kept = "SELECT COUNT(*) AS n FROM passwords WHERE hash LIKE '%m=16,t=2%'";
            let visitor = idp.visitor();
            let page = visitor.open(&idp.at("minato/login")).await;
            let wrong = [("user_id", "hanako79"), ("password", "ちがう ことば です ね ね ね")];
            let page = visitor.submit(&page, &wrong).await;
            assert_eq!(idp.number(kept).await, 1);
            let to = visitor.submit_and_stay(&page, &LOGIN).await;
            assert!(to.contains("/minato/signin"), "{to}");
            assert_eq!(idp.number(kept).await, 0);
            // And it is the same password.
            let again = idp.visitor();
            let page = again.open(&idp.at("minato/login")).await;
            assert!(again.submit_and_stay(&page, &LOGIN).await.contains("/minato/signin"));
        })
        .await;
}

//! The stores whose callers come with the next flows, and what must hold under races; both engines.

use idp::app::migrations;
use idp::ids::{AccountId, InsurerId, JourneyId, Sid};
use idp::jobs::purge;
use idp::need::{Act, Evidence, Kind, StepId};
use idp::store::EXPIRED;
use idp::store::accounts::{self, Account, State};
use idp::store::addresses::{self, Role};
use idp::store::attempts::{self, Bucket, Limit};
use idp::store::clients::{self, Origin};
use idp::store::evidence::{self, Holder};
use idp::store::journeys::{self, Stored};
use idp::store::logouts::{self, Waiting};
use idp::store::passwords;
use idp::store::signing_keys;

fn minato() -> InsurerId {
    InsurerId::new("minato")
}

fn account(id: &str, user_id: &str, email: &str) -> Account {
    Account {
        account_id: AccountId::new(id),
        state: State::Active,
        person_id: None,
        user_id: Some(user_id.to_owned()),
        email: Some(email.to_owned()),
        created_at: 1,
        language: None,
    }
}

#[tokio::test]
async fn user_ids_addresses_and_passwords_can_be_replaced() {
    db::testing::each_engine(&migrations().unwrap(), async |db| {
        let (minato, hanako, taro) = (minato(), AccountId::new("a"), AccountId::new("b"));
        let mut tx = db.begin().await.unwrap();
        for one in [account("a", "hanako79", "h@a.jp"), account("b", "taro1970", "t@a.jp")] {
            assert!(accounts::insert(&mut tx, &minato, &one).await.unwrap());
        }
        // What somebody has is not given twice; the transaction goes on.
        assert!(!accounts::rename(&mut tx, &minato, &hanako, "taro1970").await.unwrap());
        assert!(accounts::rename(&mut tx, &minato, &hanako, "hanako80").await.unwrap());
        let put = |address: &'static str| (address, Some(5));
        let (address, at) = put("T@A.jp");
        assert!(
            !addresses::put(&mut tx, &minato, &hanako, Role::Login, address, at).await.unwrap()
        );
        let (address, at) = put("new@a.jp");
        assert!(addresses::put(&mut tx, &minato, &hanako, Role::Login, address, at).await.unwrap());
        let found = accounts::by_login(&mut tx, &minato, "NEW@a.jp").await.unwrap().unwrap();
        assert_eq!((&found.account_id, found.user_id.as_deref()), (&hanako, Some("hanako80")));
        for (n, hash) in ["one", "two", "three"].into_iter().enumerate() {
            let at = i64::try_from(n).unwrap();
            passwords::replace(&mut tx, &minato, &hanako, hash, at).await.unwrap();
        }
        let active = passwords::active(&mut tx, &minato, &hanako).await.unwrap().unwrap();
        assert_eq!(active.hash, "three");
        let last = passwords::history(&mut tx, &minato, &hanako, 2).await.unwrap();
        assert_eq!(last, ["three", "two"], "none of these may be chosen again");
        // Closed for good: nobody signs in, and nothing is given to somebody else.
        assert!(accounts::move_on(&mut tx, &minato, &taro, State::Closed).await.unwrap());
        assert!(!accounts::move_on(&mut tx, &minato, &taro, State::Active).await.unwrap());
        assert!(accounts::by_login(&mut tx, &minato, "taro1970").await.unwrap().is_none());
        assert!(accounts::is_taken(&mut tx, &minato, "taro1970").await.unwrap());
        tx.commit().await.unwrap();
    })
    .await;
}

/// Attack 24: of many tries at once just as many pass as the limit says.
#[tokio::test]
async fn keys_of_one_second_keep_their_order() {
    db::testing::each_engine(&migrations().unwrap(), async |db| {
        let mut tx = db.begin().await.unwrap();
        for sealed in [b"one", b"two", b"six"] {
            let (algorithm, sealed) = ("ES256".to_owned(), sealed.to_vec());
            let key =
                signing_keys::Stored { algorithm, sealed, active_from: 100, retires_at: None };
            signing_keys::insert(&mut tx, &minato(), &key, 100).await.unwrap();
        }
        let found = signing_keys::list(&mut tx, &minato(), 100).await.unwrap();
        let order: Vec<_> = found.iter().map(|key| key.sealed.as_slice()).collect();
        assert_eq!(order, [b"six", b"two", b"one"], "the newest signs");
        tx.commit().await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_holds_however_many_try_at_once() {
    db::testing::each_engine(&migrations().unwrap(), async |db| {
        let limit = Limit::new(10, 60);
        let tries = (0..100).map(|_| {
            let db = db.clone();
            tokio::spawn(async move {
                let mut tx = db.begin().await.unwrap();
                let bucket = Bucket::nobody("x");
                let taken = attempts::take(&mut tx, &minato(), &bucket, limit, 100).await.unwrap();
                tx.commit().await.unwrap();
                taken.is_some()
            })
        });
        let mut passed = 0;
        for one in tries.collect::<Vec<_>>() {
            passed += usize::from(one.await.unwrap());
        }
        assert_eq!(passed, 10);
        let mut tx = db.begin().await.unwrap();
        let bucket = Bucket::nobody("x");
        let left = attempts::left(&mut tx, &minato(), &bucket, limit, 100).await.unwrap();
        assert_eq!(left, 0);
        attempts::give_back(&mut tx, &minato(), &bucket).await.unwrap();
        let left = attempts::left(&mut tx, &minato(), &bucket, limit, 100).await.unwrap();
        assert_eq!(left, 1, "that one was right");
        // The window ends, and the count begins anew.
        let later = attempts::take(&mut tx, &minato(), &bucket, limit, 160).await.unwrap();
        assert_eq!(later, Some(9));
        attempts::give_back(&mut tx, &minato(), &bucket).await.unwrap();
        let row = tx.one("SELECT count FROM attempts", &[]).await.unwrap();
        assert!(row.is_none(), "a right answer leaves nothing behind");
    })
    .await;
}

/// S3: what was read before somebody else's change is not written over it, and what has gone does
/// not come back.
#[tokio::test]
async fn a_client_that_changed_meanwhile_is_not_replaced() {
    db::testing::each_engine(&migrations().unwrap(), async |db| {
        let minato = minato();
        let client = |scopes: &[&str]| oidc::Client {
            client_id: "app".into(),
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            ..oidc::Client::default()
        };
        let first = client(&["openid", "email"]);
        let mut tx = db.begin().await.unwrap();
        let new = clients::insert(&mut tx, &minato, &first, Origin::Dynamic, None, 1).await;
        assert!(new.unwrap());
        let again = clients::insert(&mut tx, &minato, &first, Origin::Dynamic, None, 1).await;
        assert!(!again.unwrap());
        tx.commit().await.unwrap();
        let mut conn = db.read().await.unwrap();
        let stale = clients::by_id(&mut conn, &minato, "app").await.unwrap().unwrap();
        drop(conn);
        let mut tx = db.begin().await.unwrap();
        let narrow = client(&["openid"]);
        assert!(clients::replace(&mut tx, &stale, &narrow, 1).await.unwrap());
        tx.commit().await.unwrap();
        let mut tx = db.begin().await.unwrap();
        assert!(!clients::replace(&mut tx, &stale, &first, 1).await.unwrap(), "restricted");
        let fresh = clients::by_id(&mut tx, &minato, "app").await.unwrap().unwrap();
        assert_eq!(fresh.client.scopes, ["openid"]);
        assert!(clients::delete(&mut tx, &minato, "app").await.unwrap());
        assert!(!clients::replace(&mut tx, &fresh, &first, 1).await.unwrap(), "removed");
        assert!(clients::by_id(&mut tx, &minato, "app").await.unwrap().is_none());
    })
    .await;
}

/// Held-out 9: the purge takes what has expired, in small batches, and finds it by an index: the
/// engine itself says so.
/// S9: a client with many sessions to be told of does not stand before the others.
#[tokio::test]
async fn every_client_hears_of_logouts() {
    db::testing::each_engine(&migrations().unwrap(), async |db| {
        let mut tx = db.begin().await.unwrap();
        for n in 0..301 {
            let client_id = if n < 300 { "busy" } else { "other" };
            let waiting = Waiting {
                logout_id: format!("{n}"),
                insurer_id: minato(),
                client_id: client_id.to_owned(),
                account_id: AccountId::new("a"),
                sid: Sid::new(format!("s{n}")),
                due_at: n,
                tries: 0,
            };
            logouts::insert(&mut tx, &waiting).await.unwrap();
        }
        tx.commit().await.unwrap();
        let due = logouts::due(&mut db.read().await.unwrap(), 1000, 4).await.unwrap();
        let of = |client: &str| due.iter().filter(|one| one.client_id == client).count();
        assert_eq!((of("busy"), of("other")), (4, 1));
    })
    .await;
}

#[tokio::test]
async fn the_purge_costs_nothing_per_living_row() {
    db::testing::each_engine(&migrations().unwrap(), async |db| {
        let mut tx = db.begin().await.unwrap();
        for n in 0..1000 {
            let (id, expires_at) = (format!("j{n}"), if n < 500 { 100 } else { 1_000_000 });
            let row = Stored { secret_hash: vec![1], sealed: vec![2], revision: 0, expires_at };
            let id = JourneyId::new(id);
            assert!(journeys::insert(&mut tx, &minato(), &id, &row, 0).await.unwrap());
            let evidence = Evidence {
                step: StepId("mailbox".into()),
                kind: Kind::Mailbox,
                act: Act::Verify,
                credential: None,
                means: "link".into(),
                at: 0,
                until: None,
            };
            let holder = Holder::Journey(&id);
            evidence::insert(&mut tx, &minato(), holder, &evidence).await.unwrap();
        }
        tx.commit().await.unwrap();
        purge::once(&db, 200).await.unwrap();
        let mut conn = db.read().await.unwrap();
        for table in ["journeys", "evidence"] {
            let sql = format!("SELECT COUNT(*) AS n FROM {table}");
            let row = conn.one(db::AssertSqlSafe(sql), &[]).await.unwrap().unwrap();
            assert_eq!(row.int("n").unwrap(), 500, "{table}");
        }
    })
    .await;
    let db = db::Db::open(&db::testing::fresh_sqlite()).await.unwrap();
    db.migrate("migrations", &migrations().unwrap()).await.unwrap();
    let mut conn = db.read().await.unwrap();
    for expired in EXPIRED {
        let sql = format!("EXPLAIN QUERY PLAN {}", expired.sql);
        let plan = conn.all(db::AssertSqlSafe(sql), db::params![1_i64, 1_i64]).await.unwrap();
        for step in plan {
            let detail = step.text("detail").unwrap();
            let scans = detail.starts_with("SCAN") && !detail.contains("INDEX");
            let small = detail.contains("registration_tokens") || detail.ends_with(" rosters");
            assert!(!scans || small, "{}: {detail}", expired.sql);
        }
    }
}

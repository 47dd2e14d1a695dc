//! A plugin's job, by the real portal and library: done once, on two nodes, and what it tells is in the
//! inbox once, of whom it is about.

use tests::until;
use tests::visitor::{HANAKO, KEN, Visitor};
use tests::world::{Options, Program, World};

/// Last month in Japan, as the day in its middle.
fn last_month() -> String {
    let now = web::clock::Clock::system().now();
    let days: i64 = web::clock::today(now)[8..].parse().expect("a day");
    let last = web::clock::today(now - days * 86_400);
    format!("{}-15", &last[..7])
}

async fn walker(world: &World, slug: &str, id: &str, card: &[(&str, &str)]) -> Visitor {
    let visitor = Visitor::new();
    let email = format!("{id}@example.jp");
    visitor.register(world, slug, (&email, id, card)).await.sees(id);
    visitor.sign_in(world, slug, id).await;
    let page = visitor.open(&format!("{}/{slug}/p/example/new", world.portal_url)).await;
    let day = last_month();
    visitor.submit(&page, &[("day", &day), ("steps", "7200")]).await.sees("記録しました");
    visitor
}

/// What happened in a plugin is heard once, and told once: on two nodes, and again after one died.
#[tokio::test(flavor = "multi_thread")]
async fn what_happened_is_heard_once_and_in_its_order() {
    let options = Options { insurers: vec!["minato", "aozora"], ..Options::default() };
    World::on_each_engine(options, async |world| {
        let db = db::Db::open(&world.portal_database()).await.expect("opens");
        let postgres = world.portal_database().starts_with("postgres");
        let _another = postgres.then(|| world.launch_another_portal());
        let hanako = walker(world, "minato", "hanako79", HANAKO).await;
        let ken = walker(world, "aozora", "ken-aozora", KEN).await;
        let heard = async |insurer: &str, seq: i64| {
            until("it is heard", async || {
                let sql =
                    "SELECT seq FROM plugin_listeners WHERE insurer_id = $1 AND listener = 'example'";
                let row = db.read().await.ok()?.one(sql, db::params![insurer]).await.ok()??;
                (row.int("seq").ok()? == seq).then_some(())
            })
            .await;
        };
        let times = || world.log(Program::Portal).matches("goal: heard of a day").count();
        heard("minato", 1).await;
        heard("aozora", 1).await;
        let inbox = format!("{}/minato/inbox", world.portal_url);
        hanako.open(&inbox).await.does_not_see("目標に届きました");
        // A day that is refused has not happened.
        let new = format!("{}/minato/p/example/new", world.portal_url);
        let page = hanako.open(&new).await;
        hanako.submit(&page, &[("day", &last_month()), ("steps", "9")]).await;
        let next = format!("{}14", &last_month()[..8]);
        let page = hanako.open(&new).await;
        let sent = [("day", next.as_str()), ("steps", "195000")];
        hanako.submit(&page, &sent).await.sees("記録しました");
        hanako.submit(&page, &sent).await;
        heard("minato", 2).await;
        assert_eq!(times(), 3);
        until("she is told", async || {
            hanako.open(&inbox).await.html.contains("目標に届きました").then_some(())
        })
        .await;
        ken.open(&format!("{}/aozora/inbox", world.portal_url)).await.does_not_see("目標");
        // The node died before it could say that it had heard: what it wrote is not written again.
        let mut tx = db.begin().await.expect("begins");
        tx.execute("UPDATE plugin_listeners SET seq = 0", &[]).await.expect("set back");
        tx.execute("UPDATE jobs SET due_at = 0", &[]).await.expect("due");
        tx.commit().await.expect("committed");
        heard("minato", 2).await;
        heard("aozora", 1).await;
        assert!(times() > 3, "it was asked again");
        let page = hanako.open(&inbox).await;
        assert_eq!(page.html.matches("目標に届きました").count(), 1);
        db.close().await;
    })
    .await;
}

/// How often the handler of the job was asked.
fn asked(world: &World) -> usize {
    world.log(Program::Portal).matches("month: 1 told").count()
}

async fn done(world: &World, db: &db::Db, round: i64) {
    until("the job is done", async || {
        let sql = "SELECT round FROM jobs WHERE insurer_id = 'minato' AND job = 'month'";
        let row = db.read().await.ok()?.one(sql, &[]).await.ok()??;
        (row.int("round").ok()? == round).then_some(())
    })
    .await;
    assert!(!world.log(Program::Portal).contains("a job failed"));
}

/// Attack 38: what is done once is done once on two nodes, and after one died.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_done_once_and_tells_each_member_once() {
    let options = Options { insurers: vec!["minato", "aozora"], ..Options::default() };
    World::on_each_engine(options, async |world| {
        let db = db::Db::open(&world.portal_database()).await.expect("opens");
        let postgres = world.portal_database().starts_with("postgres");
        let _another = postgres.then(|| world.launch_another_portal());
        let hanako = walker(world, "minato", "hanako79", HANAKO).await;
        let ken = walker(world, "aozora", "ken-aozora", KEN).await;
        let home = format!("{}/minato/", world.portal_url);
        hanako.open(&home).await.sees("/minato/inbox").does_not_see("まだ読んでいない");
        let run = ["jobs", "run", "example", "month", "--insurer", "minato"];
        until("the job is planned", async || {
            world.run(Program::Portal, &run).status.success().then_some(())
        })
        .await;
        done(world, &db, 1).await;
        assert_eq!(asked(world), 1, "by one node");

        until("it is in her inbox", async || {
            let page = hanako.open(&home).await;
            page.html.contains("まだ読んでいないお知らせが、受信箱に1件").then_some(())
        })
        .await;
        let inbox = format!("{}/minato/inbox", world.portal_url);
        let page = hanako.open(&inbox).await;
        page.sees("の歩数がそろいました").sees("新着").does_not_see("7,200").does_not_see("…");
        let month = last_month().replace('-', "")[..6].to_owned();
        page.sees(&format!("/minato/p/example?month={month}"));
        hanako.open(&inbox).await.sees("そろいました").does_not_see("新着");
        hanako.open(&home).await.does_not_see("まだ読んでいない");
        // By mail, too: that there is something and where, and nothing of how far she walked.
        let mails = world.mailbox.wait_for("hanako79@example.jp", 3).await;
        let mail = mails.last().expect("a mail");
        assert_eq!(mail.subject, "【みなと健康保険組合】新しいお知らせがあります");
        assert_eq!(
            (mail.from.as_str(), mail.link()),
            ("no-reply@minato.example", Some(inbox.as_str()))
        );
        for part in [&mail.text, &mail.html] {
            assert!(part.contains("の歩数がそろいました"), "{part}");
            assert!(
                !part.contains("7,200") && !part.contains("7200") && !part.contains('…'),
                "{part}"
            );
        }
        // The other insurer's member was not told.
        let his = format!("{}/aozora/inbox", world.portal_url);
        let page = ken.open(&his).await;
        page.does_not_see("そろいました").sees("ken-aozora@example.jp");
        // He wants no mail, and gets none: the inbox has it.
        ken.submit(&page, &[("mail", "off")]).await.sees("メールではお知らせしません");
        world.ran(Program::Portal, &["jobs", "run", "example", "month", "--insurer", "aozora"]);
        until("his is there", async || {
            ken.open(&his).await.html.contains("そろいました").then_some(())
        })
        .await;
        until("no mail waits", async || {
            let sql = "SELECT COUNT(*) AS n FROM notifications WHERE mail_due_at IS NOT NULL";
            let row = db.read().await.ok()?.one(sql, &[]).await.ok()??;
            (row.int("n").ok()? == 0).then_some(())
        })
        .await;
        let to_ken = |mail: &&demo::smtp::Mail| mail.to == "ken-aozora@example.jp";
        assert_eq!(world.mailbox.all().iter().filter(to_ken).count(), 2);
        let page = ken.open(&his).await;
        ken.submit(&page, &[("mail", "on")]).await.sees("へメールでお知らせします");

        // Another time it is done again, and nobody is told the same twice.
        world.ran(Program::Portal, &run);
        done(world, &db, 2).await;
        assert_eq!(asked(world), 3, "hers twice, and his");
        let page = hanako.open(&inbox).await;
        assert_eq!(page.html.matches("そろいました").count(), 1);
        // The node died before it could say that it was done: the steps are not done again.
        let mut tx = db.begin().await.expect("begins");
        let back = "UPDATE jobs SET round = 1, due_at = 0 WHERE insurer_id = 'minato'";
        tx.execute(back, &[]).await.expect("set back");
        tx.commit().await.expect("committed");
        done(world, &db, 2).await;
        assert_eq!(asked(world), 3, "what was done is remembered");
        world.ran(Program::Portal, &["jobs"]);
        db.close().await;
    })
    .await;
}

/// What plugins want done stands on the home page, the most urgent first, until it is done.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_to_be_done_is_on_the_home_page_until_it_is_done() {
    let options = Options { insurers: vec!["minato"], ..Options::default() };
    World::on_each_engine(options, async |world| {
        let visitor = Visitor::new();
        let email = "hanako79@example.jp";
        visitor.register(world, "minato", (email, "hanako79", HANAKO)).await.sees("hanako79");
        let home = visitor.sign_in(world, "minato", "hanako79").await;
        home.does_not_see("お手続き");
        let today = web::clock::today(web::clock::Clock::system().now());
        let month: String = today.chars().filter(char::is_ascii_digit).take(6).collect();
        // The society sets a goal: no row of the month is there yet.
        let file = world.portal_database();
        let db = match world.engine {
            "sqlite" => {
                let file = file.split('?').next().expect("a path");
                db::Db::open(&format!("{file}.plugins/example.sqlite")).await.expect("opens")
            }
            _ => db::Db::open(&file).await.expect("opens"),
        };
        let table = if world.engine == "sqlite" { "goals" } else { "plugin_example.goals" };
        let sql = format!(
            "INSERT INTO {table} (insurer_id, import_id, line, month, steps) VALUES ('minato', 0, 0, \
             '{month}', 150000)"
        );
        let mut tx = db.begin().await.expect("a transaction");
        if world.engine == "postgres" {
            let insurer = "SELECT set_config('musubi.insurer', 'minato', true) AS s";
            tx.one(insurer, &[]).await.expect("set");
        }
        tx.execute(db::AssertSqlSafe(sql), &[]).await.expect("written");
        tx.commit().await.expect("kept");
        db.close().await;
        let home = visitor.open(&format!("{}/minato/", world.portal_url)).await;
        home.sees("お手続き").sees("の歩数を記録する").sees("/minato/p/example/new");
        let page = visitor.open(&format!("{}/minato/p/example/new", world.portal_url)).await;
        visitor.submit(&page, &[("day", &today), ("steps", "7200")]).await.sees("記録しました");
        let home = visitor.open(&format!("{}/minato/", world.portal_url)).await;
        home.does_not_see("お手続き");
    })
    .await;
}

//! Who works for an insurer: let in by the operator, two factors, files from the first fault to what members
//! see, and who did what; with the real programs, mail and browser.

use tests::authenticator::Authenticator;
use tests::browser::Browser;
use tests::until;
use tests::visitor::{HANAKO, KEN, Seen, Visitor};
use tests::world::{Options, Program, World};

const OWN: &str = "みずうみ の ほとり で 昼寝 29";
const TARO: &str = "taro@minato.example";
const JIRO: &str = "jiro@minato.example";

fn options() -> Options {
    Options { insurers: vec!["minato", "aozora"], ..Options::default() }
}

/// Runs `idp staff`, and returns the last line.
fn staff(world: &World, what: &str, more: &[&str]) -> String {
    let said =
        world.ran(Program::Idp, &[&["staff", what, "--insurer", "minato-staff"], more].concat());
    said.lines().last().unwrap_or_default().to_owned()
}

/// What the last of so many mailed codes is, of six digits.
async fn code(world: &World, to: &str, nth: usize) -> String {
    let is_code = |word: &&str| word.len() == 6 && word.parse::<u32>().is_ok();
    until("the code is there", async || {
        let all = world.mailbox.all();
        let codes = all.iter().filter(|mail| mail.to == to && mail.subject.contains("確認コード"));
        let codes: Vec<_> = codes.collect();
        let mail = codes.last().filter(|_| codes.len() >= nth)?;
        mail.text.split_whitespace().find(is_code).map(str::to_owned)
    })
    .await
}

/// From the temporary password to the first staff page.
async fn first_login(
    world: &World,
    email: &str,
    password: &str,
    nth: usize,
) -> (Visitor, Authenticator) {
    let visitor = Visitor::new();
    let page = visitor.open(&at(world, "")).await;
    let page = visitor.submit(&page, &[("user_id", email), ("password", password)]).await;
    let code = code(world, email, nth).await;
    let page = visitor.submit(&page, &[("code", &code)]).await;
    page.sees("passkey-enrol").sees("totp-enrol");
    let page = visitor.submit(&page, &[("choice", "passkey-enrol")]).await;
    let mut device = Authenticator::at(&world.idp_url);
    let page = device.make(&visitor, &page, "職場のPC").await;
    page.sees("name=\"password_again\"");
    let page = visitor.submit(&page, &[("password", OWN), ("password_again", OWN)]).await;
    page.sees("職員ページ");
    (visitor, device)
}

fn at(world: &World, below: &str) -> String {
    format!("{}/minato/staff{below}", world.portal_url)
}

/// Sends a file as the form of a page does.
async fn bring(visitor: &Visitor, page: &Seen, name: &str, bytes: &[u8]) -> Seen {
    visitor.submit_files(page, &[], &[("file", name, bytes)]).await
}

/// The form of a page whose button leads there.
fn aimed(page: &Seen, at: &str) -> Seen {
    let forms = page.html.split("<form").filter(|form| form.contains(&format!("{at}\"")));
    let form = forms.last().unwrap_or_else(|| panic!("no form leads to {at}: {}", page.html));
    let mut aimed = page.clone();
    aimed.html = format!("<form{form}");
    aimed
}

/// The form that throws a file away, made to publish it.
fn pressed(page: &Seen) -> Seen {
    let mut forged = aimed(page, "/discard");
    forged.html = forged.html.replace("/discard", "/publish");
    forged
}

/// As if the looks before were an hour old: the same look is told once an hour.
async fn forget_looks(db: &db::Db) {
    let mut tx = db.begin().await.expect("begins");
    tx.execute("DELETE FROM views", &[]).await.expect("forgotten");
    tx.commit().await.expect("committed");
}

/// minato's file of medical fees, with one yen too much in the third line, and as it should be with one row
/// more than before.
fn files(world: &World) -> (Vec<u8>, Vec<u8>) {
    let file = world.folder.join("insurers/minato/files/medical-fees.csv");
    let good = std::fs::read(&file).expect("the file");
    let mut lines: Vec<Vec<u8>> = good.split(|b| *b == b'\n').map(<[u8]>::to_vec).collect();
    let mut cells: Vec<Vec<u8>> = lines[2].split(|b| *b == b',').map(<[u8]>::to_vec).collect();
    cells[8] = b"no-number-here".to_vec();
    let last = lines.iter().rposition(|line| !line.is_empty()).expect("rows");
    let more = [lines[..=last].join(&b"\n"[..]), lines[last].clone()].join(&b"\n"[..]);
    lines[2] = cells.join(&b","[..]);
    (lines.join(&b"\n"[..]), more)
}

/// Attacks 12 and 31: let in, a file with a fault, mended, published by another, seen by a member, and all of it written down.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_from_its_fault_to_what_members_see() {
    World::on_each_engine(options(), async |world| {
        let clerk = ["--email", TARO, "--name", "港　太郎", "--role", "minato:clerk"];
        let taro_password = staff(world, "add", &clerk);
        let lead = ["--email", JIRO, "--name", "港　次郎", "--role", "minato:lead"];
        let jiro_password = staff(world, "add", &lead);
        let mails = world.mailbox.wait_for(TARO, 1).await;
        assert!(mails[0].text.contains(&at(world, "")), "{}", mails[0].text);
        assert!(!mails[0].text.contains(&taro_password), "the password goes another way");
        let (taro, _) = first_login(world, TARO, &taro_password, 1).await;
        let (jiro, _) = first_login(world, JIRO, &jiro_password, 1).await;
        // The record is for who may read it.
        taro.open(&at(world, "")).await.sees("給付担当").does_not_see("/staff/record");
        taro.open(&at(world, "/record")).await.sees("この操作の担当ではありません");

        let (wrong, more) = files(world);
        let page = taro.open(&at(world, "/files/medical-fees/medical-fees")).await;
        page.sees("公開中の内容").sees("Windows-31J");
        bring(&taro, &page, "", b"").await.sees("ファイルを選んでください");
        let seen = bring(&taro, &page, "C:\\files\\fees.csv", &wrong).await;
        seen.sees("誤りのある行が1行").sees("3行目").sees("医療費総額").sees("数ではありません");
        seen.sees("fees.csv")
            .does_not_see("C:")
            .does_not_see("no-number-here")
            .does_not_see("/publish\"");
        let faults = taro.open(&format!("{}/faults", seen.url)).await;
        faults.sees("3,医療費総額,数ではありません");
        // Pressed all the same by who may publish, it does not count.
        let his = jiro.open(&seen.url).await;
        his.does_not_see("/publish\"");
        jiro.submit(&pressed(&his), &[]).await.sees("誤りのある行が1行");
        taro.submit(&aimed(&seen, "/discard"), &[]).await.sees("取りやめ");
        let db = db::Db::open(&world.portal_database()).await.expect("opens");
        let bytes = "SELECT COUNT(*) AS n FROM staff_files WHERE sealed IS NOT NULL";
        let count = async |sql: &'static str| {
            let row = db.read().await.expect("reads").one(sql, &[]).await.expect("asked");
            row.expect("a row").int("n").expect("a number")
        };
        assert_eq!(count(bytes).await, 0, "what was thrown away is gone");

        // Mended, it is right; whoever brought it does not publish it, neither by the page nor by hand.
        let seen = bring(&taro, &page, "fees.csv", &more).await;
        seen.sees("誤りはありません").sees("別の担当者が行います").does_not_see("/publish\"");
        assert_eq!(count(bytes).await, 1);
        taro.submit(&pressed(&seen), &[]).await.sees("この操作の担当ではありません");
        // Nor does the lead who brings one.
        let his = jiro.open(&at(world, "/files/medical-fees/medical-fees")).await;
        let his = bring(&jiro, &his, "his.csv", &more).await;
        jiro.submit(&pressed(&his), &[]).await.sees("別の担当者が公開します");

        let hanako = Visitor::new();
        let made = ("hanako79@example.jp", "hanako79", HANAKO);
        hanako.register(world, "minato", made).await.sees("hanako79");
        hanako.sign_in(world, "minato", "hanako79").await;
        // A member's session opens no staff page.
        let page = hanako.open(&at(world, "/files/medical-fees/medical-fees")).await;
        assert!(page.url.starts_with(&format!("{}/minato-staff/", world.idp_url)), "{}", page.url);
        assert_eq!(
            count("SELECT COUNT(*) AS n FROM staff_files WHERE state = 'published'").await,
            0
        );

        jiro.open(&at(world, "")).await.sees("公開を待っているファイル").sees("fees.csv");
        let page = jiro.open(&seen.url).await;
        page.sees("公開する");
        let publish = aimed(&page, "/publish");
        // Pressed twice at once it counts once.
        let (one, two) = tokio::join!(jiro.submit(&publish, &[]), jiro.submit(&publish, &[]));
        assert!(one.html.contains("公開しました") || two.html.contains("公開しました"));
        jiro.open(&seen.url).await.sees("公開しました").sees("港　次郎");
        jiro.submit(&publish, &[]).await.sees("公開しました");
        assert_eq!(
            count(bytes).await,
            1,
            "of what counts only the rows are kept; his own still waits"
        );

        // Attack 12: the same realm serves another insurer. A session of here is none there, nor is a role.
        let other = format!("{}/aozora/staff", world.portal_url);
        assert_eq!(jiro.open(&other).await.status, 404, "it has no staff pages yet");
        share_with_aozora(world);
        let name = |insurer: &str| format!("staff-{insurer}");
        let own = jiro.cookies(&other);
        let own = own.split("; ").find_map(|pair| pair.strip_prefix("staff-minato=")).expect("in");
        let thief = Visitor::new();
        thief.plant(&other, &name("aozora"), own);
        until("it has staff pages", async || {
            let page = thief.open(&other).await;
            page.html.contains("name=\"password\"").then_some(())
        })
        .await;
        jiro.open(&other).await.sees("担当になっていません");

        // A plugin's staff page counts the rows of this insurer's members, and is for a role that works with it.
        let day = [("day", "2026-04-01"), ("steps", "7200")];
        let new = format!("{}/minato/p/example/new", world.portal_url);
        let page = hanako.open(&new).await;
        hanako.submit(&page, &day).await.sees("記録しました");
        let ken = Visitor::new();
        let made = ("ken@example.jp", "ken-aozora", KEN);
        ken.register(world, "aozora", made).await.sees("ken-aozora");
        ken.sign_in(world, "aozora", "ken-aozora").await;
        let page = ken.open(&format!("{}/aozora/p/example/new", world.portal_url)).await;
        ken.submit(&page, &day).await.sees("記録しました");
        let steps = jiro.open(&at(world, "/p/example")).await;
        steps.sees("歩数の集計").sees("7,200").sees("1人").does_not_see("14,400");
        let sheet = jiro.open(&at(world, "/p/example/sheet")).await;
        sheet.sees("2026-04,1,7200");
        // A form of a staff page: mistakes, the goal for everybody, who may not, and a forged one.
        let goal = at(world, "/p/example/goal");
        let page = jiro.open(&goal).await;
        jiro.submit(&page, &[("month", "2026-04"), ("steps", "1")]).await.sees("1000以上の数");
        let set = [("month", "2026年4月"), ("steps", "7000")];
        jiro.submit(&page, &set).await.sees("目標を決めました").sees("7,000");
        let inbox = format!("{}/minato/inbox", world.portal_url);
        let next = [("day", "2026-04-03"), ("steps", "100")];
        let new = hanako.open(&format!("{}/minato/p/example/new", world.portal_url)).await;
        hanako.submit(&new, &next).await.sees("記録しました");
        until("she is told", async || {
            hanako.open(&inbox).await.html.contains("目標に届きました").then_some(())
        })
        .await;
        let mut forged = jiro.open(&goal).await;
        let token = forged.form().expect("a form").1["csrf"].clone();
        forged.html = forged.html.replace(&token, &"x".repeat(token.len()));
        jiro.submit(&forged, &[("month", "2026-04"), ("steps", "9999")]).await;
        let mut theirs = jiro.open(&goal).await;
        theirs.html = theirs.html.replace("/staff/p/example/goal", "/p/example/goal");
        hanako.submit(&theirs, &[("month", "2026-04"), ("steps", "9999")]).await;
        jiro.open(&goal).await.sees("7,000").does_not_see("9,999");
        // After lunch: what was typed comes back.
        let mut tx = db.begin().await.expect("begins");
        let away = "UPDATE staff_sessions SET seen_at = seen_at - 1200";
        tx.execute(away, &[]).await.expect("away");
        tx.commit().await.expect("committed");
        let page = jiro.submit(&page, &[("month", "2026-05"), ("steps", "4321")]).await;
        page.sees("前に入力していた内容").sees("4321").does_not_see("目標を決めました");
        let taro = &taro;
        assert!(
            taro.open(&at(world, "")).await.html.contains("給付担当"),
            "the provider knows him"
        );

        // Who is counted is not seen; who stands in a row is told, and nobody else.
        let looked = "みなと健康保険組合（給付責任者）";
        let views = format!("{}/minato/views", world.portal_url);
        hanako.open(&views).await.does_not_see(looked);
        let ranking = jiro.open(&at(world, "/p/example/ranking?month=202604")).await;
        // Whose it is the provider told when she signed in.
        ranking.sees("1位").sees("7,300").sees("港　花子");
        hanako.open(&views).await.sees(looked).sees("歩数の記録");
        // Somebody calls: by the card it is found who that is, and she is told; a card of nobody finds nothing.
        let find = jiro.open(&at(world, "/p/example/one")).await;
        find.sees("記号・番号・枝番を、空白で区切って").does_not_see("港　花子");
        jiro.submit(&find, &[("card", "1234 5678")]).await.sees("読めません").sees("1234 5678");
        let none = jiro.submit(&find, &[("card", "1234 9999999 00")]).await;
        none.sees("この人の記録は、まだありません").does_not_see("港　花子");
        forget_looks(&db).await;
        let found = jiro.submit(&find, &[("card", "１２３４　5678　00")]).await;
        found.sees("港　花子").sees("1234 0005678 00").sees("7,300");
        assert!(!found.url.contains("5678"), "no card in an address: {}", found.url);
        hanako.open(&views).await.sees(looked);
        // For the insurer's own programs, with the cards, in their encoding.
        let sheet = jiro.open_and_stay(&at(world, "/p/example/ranking/sheet?month=202604")).await;
        sheet.sees("1234,0005678,00,").sees(",7300");
        let record = jiro.open(&at(world, "/record")).await;
        record.sees("/one find").does_not_see("5678");
        taro.open(&at(world, "/p/example/one")).await.sees("この操作の担当ではありません");
        // A member's file is as a page of the plugin: for whoever has its role, written down by a number and
        // not by the name that she gave it, and she is told.
        let new = format!("{}/minato/p/example/new", world.portal_url);
        let page = hanako.open(&new).await;
        let fields = [("day", "2026-04-05"), ("steps", "1"), ("note", "")];
        let photo = [("photo", "港花子の検査.jpg", &tests::photo()[..])];
        hanako.submit_files(&page, &fields, &photo).await.sees("記録しました");
        let list =
            hanako.open(&format!("{}/minato/p/example?month=202604", world.portal_url)).await;
        let id = list.html.split("/p/example/blob/").nth(1).expect("a file").split('"').next();
        let file = at(world, &format!("/p/example/blob/{}", id.expect("an id")));
        let seen_by = |html: &str| html.matches(looked).count();
        forget_looks(&db).await;
        taro.open(&file).await.sees("この操作の担当ではありません");
        assert_eq!(Visitor::new().open_and_stay(&file).await.status, 303);
        assert_eq!(
            hanako.open_and_stay(&file).await.status,
            303,
            "a member's session is none here"
        );
        let elsewhere = file.replace("/minato/staff/", "/aozora/p/").replace("/p/p/", "/p/");
        assert_eq!(ken.open(&elsewhere).await.status, 404);
        assert_eq!(seen_by(&hanako.open(&views).await.html), 0);
        let request = reqwest::Client::new().get(&file).header("cookie", jiro.cookies(&file));
        let answer = request.send().await.expect("answered");
        assert_eq!(answer.headers()["content-type"], "image/jpeg");
        assert_eq!(seen_by(&hanako.open(&views).await.html), 1);
        let record = jiro.open(&at(world, "/record")).await;
        record.sees(&format!("/blob {}", &id.expect("an id")[..8])).does_not_see("検査");
        ken.open(&format!("{}/aozora/views", world.portal_url)).await.does_not_see("給付責任者");
        taro.open(&at(world, "/p/example")).await.sees("この操作の担当ではありません");
        taro.open(&at(world, "")).await.does_not_see("/p/example");
        for nothing in ["/p/example/new", "/p/help", "/p/nothing"] {
            assert_eq!(jiro.open(&at(world, nothing)).await.status, 404, "{nothing}");
        }
        // Nor is a staff page one of the members'.
        let url = format!("{}/minato/p/example/sheet", world.portal_url);
        assert_eq!(hanako.open(&url).await.status, 404);

        let page = jiro.open(&at(world, "/record")).await;
        page.sees("ページを見ました").sees("歩数の記録").sees("/sheet");
        for said in ["ファイルを取りやめました", "誤りの一覧を保存しました"]
        {
            page.sees(said);
        }
        for once in ["公開の操作をしました", "ファイルが公開されました"] {
            assert_eq!(page.html.matches(once).count(), 1, "{once}");
        }
        page.sees("港　太郎").sees("fees.csv").does_not_see(TARO);
        let verify = ["staff", "verify", "--insurer", "minato"];
        let said = world.ran(Program::Portal, &verify);
        assert!(said.contains("whole"), "{said}");
        // What the log had once must still be there.
        let mark = said.trim().rsplit(' ').next().expect("a mark").to_owned();
        let rows: i64 = count("SELECT MAX(seq) AS n FROM staff_record").await;
        let rows = rows.to_string();
        world.ran(Program::Portal, &[&verify[..], &["--seq", &rows, "--mark", &mark]].concat());
        let forged = [&verify[..], &["--seq", "1", "--mark", &mark]].concat();
        assert!(!world.run(Program::Portal, &forged).status.success());
        // A row that somebody changed, or took out, is noticed.
        let mut tx = db.begin().await.expect("begins");
        tx.execute("UPDATE staff_record SET name = '港　花子' WHERE seq = 4", &[])
            .await
            .expect("changed");
        tx.commit().await.expect("committed");
        let said = world.run(Program::Portal, &["staff", "verify", "--insurer", "minato"]);
        let text = String::from_utf8_lossy(&said.stdout).into_owned();
        assert!(!said.status.success() && text.contains("row 4"), "{text}");
        let mut tx = db.begin().await.expect("begins");
        tx.execute("UPDATE staff_record SET name = '港　太郎' WHERE seq = 4", &[])
            .await
            .expect("changed");
        tx.execute("DELETE FROM staff_record WHERE seq = 6", &[]).await.expect("taken out");
        tx.commit().await.expect("committed");
        let said = world.run(Program::Portal, &["staff", "verify", "--insurer", "minato"]);
        let text = String::from_utf8_lossy(&said.stdout).into_owned();
        assert!(!said.status.success() && text.contains("row"), "{text}");
        // Whose role may look and send nothing: from the next request on, also with the page of before.
        let held = jiro.open(&goal).await;
        let folder = world.folder.join("insurers/minato");
        let file = folder.join("portal.toml");
        let allowed = std::fs::read_to_string(&file).expect("portal.toml");
        let apply = |text: &str| {
            std::fs::write(&file, text).expect("written");
            world.ran(Program::Portal, &["insurer", "apply", &folder.display().to_string()]);
        };
        apply(&allowed.replace("\"forms\", ", ""));
        until("there is no form", async || {
            let page = jiro.open(&goal).await;
            (page.html.contains("7,000") && !page.html.contains("goal-month")).then_some(())
        })
        .await;
        jiro.submit(&held, &set).await.sees("この操作の担当ではありません");
        db.close().await;
    })
    .await;
}

/// Attacks 18, 26, 31 and 32: who has only the temporary password, or only the mail, is not in; who was let go is out at once; new roles
/// ask a new sign-in; who lost everything begins anew.
#[tokio::test(flavor = "multi_thread")]
async fn who_is_let_in_and_who_is_not() {
    World::on_each_engine(options(), async |world| {
        let clerk = ["--email", TARO, "--name", "港　太郎", "--role", "minato:clerk"];
        let password = staff(world, "add", &clerk);
        // A thief of the password stands before the code.
        let thief = Visitor::new();
        let page = thief.open(&at(world, "")).await;
        let typed = [("user_id", TARO), ("password", password.as_str())];
        let page = thief.submit(&page, &typed).await;
        page.sees("name=\"code\"").does_not_see("enrol").does_not_see("password_again");
        // Nobody registers or recovers there, and there is no user ID to ask for.
        for below in ["register", "recover", "user-id", "account/close"] {
            let url = format!("{}/minato-staff/{below}", world.idp_url);
            assert_eq!(Visitor::new().open(&url).await.status, 404, "{below}");
        }
        // A member of the insurer is nobody there.
        let hanako = Visitor::new();
        let made = ("hanako79@example.jp", "hanako79", HANAKO);
        hanako.register(world, "minato", made).await.sees("hanako79");
        let page = hanako.open(&at(world, "")).await;
        let typed = [("user_id", "hanako79"), ("password", tests::visitor::PASSWORD)];
        hanako.submit(&page, &typed).await.sees("ログインできませんでした");

        // The thief's mailed code counts, too: the newest is hers who has the mail.
        let (taro, device) = first_login(world, TARO, &password, 2).await;
        taro.open(&at(world, "/files")).await.sees("医療費");
        // Two factors each time: the password alone does not do.
        let page = Visitor::new();
        let login = page.open(&at(world, "")).await;
        let next = page.submit(&login, &[("user_id", TARO), ("password", OWN)]).await;
        assert!(!next.url.contains("/minato/staff"), "{}", next.url);
        let again = Visitor::new();
        let login = again.open(&at(world, "")).await;
        let to = device.sign_in(&again, &login).await;
        again.open(&to.url).await.sees("職員ページ");

        // Other roles: out, and back in with them.
        staff(
            world,
            "roles",
            &["--email", TARO, "--role", "minato:lead", "--role", "minato:unknown"],
        );
        until("he is out", async || {
            let page = taro.open(&at(world, "/files")).await;
            page.url.starts_with(&world.idp_url).then_some(())
        })
        .await;
        let login = taro.open(&at(world, "/record")).await;
        let to = device.sign_in(&taro, &login).await;
        // And back to where he wanted to go.
        taro.open(&to.url).await.sees("誰が何をしたか");
        assert!(staff_list(world).contains("minato:lead"));
        // No role here: no page here.
        staff(world, "roles", &["--email", TARO, "--role", "aozora:lead"]);
        until("he is out", async || {
            let page = taro.open(&at(world, "")).await;
            page.url.starts_with(&world.idp_url).then_some(())
        })
        .await;
        let login = taro.open(&at(world, "")).await;
        let to = device.sign_in(&taro, &login).await;
        taro.open(&to.url).await.sees("担当になっていません");

        // Begun anew: key and password of before are void.
        staff(world, "roles", &["--email", TARO, "--role", "minato:clerk"]);
        let password = staff(world, "reset", &["--email", TARO]);
        let login = taro.open(&at(world, "")).await;
        let to = device.sign_in(&taro, &login).await;
        assert!(!to.url.contains("/minato/staff"), "{}", to.url);
        let old = Visitor::new();
        let login = old.open(&at(world, "")).await;
        old.submit(&login, &[("user_id", TARO), ("password", OWN)])
            .await
            .sees("ログインできませんでした");
        assert!(staff_list(world).contains("has not signed in yet"));
        let codes =
            |mail: &&demo::smtp::Mail| mail.to == TARO && mail.subject.contains("確認コード");
        let sent = world.mailbox.all().iter().filter(codes).count();
        let (taro, _) = first_login(world, TARO, &password, sent + 1).await;
        taro.open(&at(world, "")).await.sees("給付担当");

        // Let go: out at once, and not in again.
        staff(world, "remove", &["--email", TARO]);
        until("he is out", async || {
            let page = taro.open(&at(world, "")).await;
            page.url.starts_with(&world.idp_url).then_some(())
        })
        .await;
        assert!(staff_list(world).contains("removed"));
        let wrong = ["staff", "add", "--insurer", "minato", "--email", TARO, "--name", "x"];
        let said = world.run(Program::Idp, &wrong);
        let text = String::from_utf8_lossy(&said.stderr).into_owned();
        assert!(!said.status.success() && text.contains("accounts of members"), "{text}");
    })
    .await;
}

fn staff_list(world: &World) -> String {
    world.ran(Program::Idp, &["staff", "list", "--insurer", "minato-staff"])
}

/// Attacks 35 and 37: a file that no page of ours sent, that is too long, or that is none; an answer of another
/// door.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_file_of_a_form_of_ours() {
    let mut options = options();
    options.settings.push(("MUSUBI_PORTAL_STAFF_FILE_MB", "1".to_owned()));
    let world = &World::on_sqlite(options).await;
    let lead = ["--email", JIRO, "--name", "港　次郎", "--role", "minato:lead"];
    let password = staff(world, "add", &lead);
    let (jiro, _) = first_login(world, JIRO, &password, 1).await;
    let page = jiro.open(&at(world, "/files/medical-fees/medical-fees")).await;
    let long = vec![b'x'; 1024 * 1024 + 1];
    bring(&jiro, &page, "long.csv", &long).await.sees("1MBを超えています");
    bring(&jiro, &page, "empty.csv", b"").await.sees("ファイルが空です");
    let seen = bring(&jiro, &page, "<b>x</b>.csv", b"a,b\r\n1,2\r\n").await;
    seen.sees("確認できませんでした").sees("1行目にありません").does_not_see("<b>x</b>");
    // A file without its header begins with a member's row: nothing of it is told, or kept.
    let rows = "1234,0005678,00,港　花子,R8.03,7200\r\n";
    let seen = bring(&jiro, &page, "rows.csv", rows.as_bytes()).await;
    seen.sees("確認できませんでした").does_not_see("0005678").does_not_see("7200");
    let db = db::Db::open(&world.portal_database()).await.expect("opens");
    let kept = "SELECT COUNT(*) AS n FROM staff_files WHERE report LIKE '%0005678%'";
    let row = db.read().await.expect("reads").one(kept, &[]).await.expect("asked").expect("a row");
    assert_eq!(row.int("n").expect("a number"), 0);
    db.close().await;
    // All of a long file is wrong: so many are told, the others counted.
    let file =
        std::fs::read(world.folder.join("insurers/minato/files/medical-fees.csv")).expect("it");
    let end = file.iter().position(|byte| *byte == b'\n').expect("a header") + 1;
    let wrong = [&file[..end], "x\r\n".repeat(30_000).as_bytes()].concat();
    let seen = bring(&jiro, &page, "wrong.csv", &wrong).await;
    seen.sees("30,000行").sees("はじめの50行");
    let faults = jiro.open(&format!("{}/faults", seen.url)).await;
    assert_eq!(faults.html.lines().count(), 1_001);
    // Without the token of this browser nothing is read.
    let mut forged = page.clone();
    let token = page.form().expect("a form").1["csrf"].clone();
    forged.html = page.html.replace(&token, &"x".repeat(43));
    bring(&jiro, &forged, "forged.csv", b"a,b\r\n").await.does_not_see("forged.csv");
    jiro.open(&at(world, "/files/medical-fees/medical-fees")).await.does_not_see("forged.csv");
    // Nor is it when nobody is signed in.
    bring(&Visitor::new(), &page, "nobody.csv", b"a,b\r\n").await;
    jiro.open(&at(world, "/files/medical-fees/medical-fees")).await.does_not_see("nobody.csv");
    // Plugins that take no files have no such page, nor has what is no plugin.
    for plugin in
        ["example/other", "example", "help/help", "nothing/nothing", "example/medical-fees"]
    {
        assert_eq!(
            jiro.open(&at(world, &format!("/files/{plugin}"))).await.status,
            404,
            "{plugin}"
        );
    }
    // A plugin takes two kinds of files: each has its page, and a file of one is none of the other.
    let page = jiro.open(&at(world, "/files")).await;
    page.sees("歩数の記録（歩くコース）").sees("歩数の記録（歩数計の記録）");
    let page = jiro.open(&at(world, "/files/example/courses")).await;
    page.sees("距離、コース名、場所").does_not_see("歩数、");
    let file = "コース名,場所,距離\r\n港めぐり,潮鳴市,1.2\r\n坂道,潮鳴市,遠い\r\n";
    let wrong = bring(&jiro, &page, "courses.csv", file.as_bytes()).await;
    wrong.sees("誤りのある行が1行").sees("3行目").sees("距離").does_not_see("遠い");
    let other = wrong.url.replace("/courses/", "/counted/");
    assert_eq!(jiro.open(&other).await.status, 404);
    let page = jiro.open(&at(world, "/files/example/counted")).await;
    page.does_not_see("courses.csv").sees("XMLファイル").sees("@記号");
    let file = "<歩数計>\n<月 年月=\"202604\">\n<人 記号=\"1234\" 番号=\"0005678\" 枝番=\"00\"><歩数>多い</歩数></人></月></歩数計>";
    let wrong = bring(&jiro, &page, "counted.xml", file.as_bytes()).await;
    wrong.sees("誤りのある行が1行").sees("3行目").sees("歩数").does_not_see("多い");
    let bomb = "<!DOCTYPE 歩数計 [<!ENTITY a \"x\">]>\n<歩数計>&a;</歩数計>";
    bring(&jiro, &page, "bomb.xml", bomb.as_bytes()).await.sees("DOCTYPEは使えません");
    // Login CSRF: an answer that this browser did not ask for, and one that a member's sign-in asked for.
    let callback = at(world, "/callback?code=x&state=y.z");
    assert_eq!(Visitor::new().open(&callback).await.status, 400);
    let member = Visitor::new();
    let to = member.location(&format!("{}/minato/signin", world.portal_url)).await;
    let asked = url::Url::parse(&to).expect("an address");
    let state =
        asked.query_pairs().find(|(name, _)| name == "state").expect("a state").1.into_owned();
    let callback = at(world, &format!("/callback?code=x&state={state}"));
    assert_eq!(member.open(&callback).await.status, 400);
    // Also when the browser's secret is carried over: what began at one door does not end at the other.
    let own = member.cookies(&callback);
    let own = own.split("; ").find_map(|pair| pair.strip_prefix("signin-minato=")).expect("begun");
    member.plant(&callback, "staff_signin-minato", own);
    assert_eq!(member.open(&callback).await.status, 400);
}

/// As they see it: a phone's width and a desk's, with a keyboard, and nothing that axe-core finds.
#[tokio::test(flavor = "multi_thread")]
async fn in_a_browser() {
    let world = &World::on_sqlite(options()).await;
    let both = ["--role", "minato:lead", "--role", "minato:clerk"];
    let lead = [&["--email", JIRO, "--name", "港　次郎"], &both[..]].concat();
    let password = staff(world, "add", &lead);
    let clerk = ["--email", TARO, "--name", "港　太郎", "--role", "minato:clerk"];
    let taro_password = staff(world, "add", &clerk);
    let (taro, _) = first_login(world, TARO, &taro_password, 1).await;
    let (wrong, more) = files(world);
    let page = taro.open(&at(world, "/files/medical-fees/medical-fees")).await;
    bring(&taro, &page, "医療費_202603.csv", &more).await.sees("誤りはありません");

    const BUTTON: &str = "main form:not(.cancel, .passkey) button[type=submit]";
    let browser = Browser::start("staff").await;
    let device = browser.with_device().await;
    browser.open(&at(world, "")).await.sees("ログイン").await.shoot("01-login").await;
    browser.fill("user_id", JIRO).await.fill("password", &password).await.click(BUTTON).await;
    browser.finds("#code").await;
    let code = code(world, JIRO, 1).await;
    browser.fill("code", &code).await.click(BUTTON).await.finds("[value=totp-enrol]").await;
    browser.shoot("02-factor").await.click("[value=passkey-enrol]").await.finds("#name").await;
    browser
        .shoot("03-passkey")
        .await
        .click(".passkey button[type=submit]")
        .await
        .finds("#password_again")
        .await;
    browser.shoot("04-password").await;
    browser.fill("password", OWN).await.fill("password_again", OWN).await.click(BUTTON).await;
    browser.sees("公開を待っているファイル").await.shoot("05-home").await;
    browser.click("nav a[href$='/staff/files']").await.sees("医療費").await.shoot("06-files").await;
    browser.click("main ul.rows a").await.finds("#file").await.shoot("07-upload").await;
    browser.click(BUTTON).await.finds(".error-summary").await.shoot("08-no-file").await;
    let file = world.folder.join("誤り.csv");
    std::fs::write(&file, &wrong).expect("written");
    browser.type_into("file", &file.display().to_string()).await.click(BUTTON).await;
    browser.sees("誤りのある行が1行").await.shoot("09-wrong").await;
    browser.click("main form button[type=submit]").await.sees("取りやめ").await;
    browser.shoot("10-discarded").await.click("main ul.rows li:nth-child(2) a").await;
    browser.sees("誤りはありません").await.shoot("11-right").await;
    browser.click("main form[action$='/publish'] button").await.sees("公開しました").await;
    browser.shoot("12-published").await.click("nav a[href$='/staff/record']").await;
    browser.sees("ファイルが公開されました").await.shoot("13-record").await;
    browser
        .click("nav a[href$='/staff/p/example']")
        .await
        .sees("まだ誰も")
        .await
        .shoot("18-plugin")
        .await;
    browser.click("main a[href$='/goal']").await.finds("#goal-month").await;
    browser.click("main form button[type=submit]").await.finds(".error-summary").await;
    browser.shoot("19-goal-wrong").await;
    browser.run("document.getElementById('goal-month').value = '2026-04'").await;
    browser.fill("goal-steps", "150000").await.click("main form button[type=submit]").await;
    browser.sees("目標を決めました").await.shoot("20-goal").await;
    browser.click("nav a[href$='/staff/record']").await.sees("ページを見ました").await;
    browser
        .click(".languages a")
        .await
        .sees("A file was published")
        .await
        .shoot("14-record-en")
        .await;
    browser.open(&at(world, "/files/medical-fees/medical-fees")).await.shoot("15-upload-en").await;
    browser.open(&at(world, "/signout")).await.shoot("16-signout").await.click(BUTTON).await;
    browser.sees("You have signed out").await.shoot("17-out").await;
    // The passkey would sign her in again by itself.
    device.attended(false).await;
    browser.open(&at(world, "/record")).await.finds("#password").await;
    let complaints = browser.complaints().await;
    let expected = |line: &&String| !line.contains("400 (Bad Request)");
    assert_eq!(complaints.iter().filter(expected).count(), 0, "{complaints:?}");
    browser.close().await;
}

/// minato's realm of staff serves aozora, too: by a client of its own.
fn share_with_aozora(world: &World) {
    let minato = world.folder.join("insurers/minato/staff");
    let client = std::fs::read_to_string(minato.join("clients/portal.toml")).expect("a client");
    let client = client.replace("\"portal\"", "\"portal-aozora\"").replace("/minato/", "/aozora/");
    std::fs::write(minato.join("clients/portal-aozora.toml"), client).expect("written");
    world.ran(Program::Idp, &["insurer", "apply", &minato.display().to_string()]);
    let aozora = world.folder.join("insurers/aozora");
    let minato = world.folder.join("insurers/minato/portal.toml");
    let staff = std::fs::read_to_string(minato).expect("portal.toml");
    let staff = staff.split_once("[staff]").expect("staff").1;
    let staff = staff.replace("client_id = \"portal\"", "client_id = \"portal-aozora\"");
    let file = aozora.join("portal.toml");
    let text = std::fs::read_to_string(&file).expect("portal.toml");
    std::fs::write(&file, format!("{text}\n[staff]{staff}")).expect("written");
    world.ran(Program::Portal, &["insurer", "apply", &aozora.display().to_string()]);
}

/// Attack 38: a node dies while it publishes. Another goes on; it counts once and is written down once. And a
/// session ends by itself.
#[tokio::test(flavor = "multi_thread")]
async fn a_node_dies_while_it_publishes() {
    World::on_each_engine(options(), async |world| {
        let lead = ["--email", JIRO, "--name", "港　次郎", "--role", "minato:lead"];
        let jiro_password = staff(world, "add", &lead);
        let (jiro, _) = first_login(world, JIRO, &jiro_password, 1).await;
        let clerk = ["--email", TARO, "--name", "港　太郎", "--role", "minato:clerk"];
        let taro_password = staff(world, "add", &clerk);
        let (taro, _) = first_login(world, TARO, &taro_password, 1).await;
        let (_, more) = files(world);
        let page = taro.open(&at(world, "/files/medical-fees/medical-fees")).await;
        let seen = bring(&taro, &page, "fees.csv", &more).await;
        seen.sees("誤りはありません");
        let db = db::Db::open(&world.portal_database()).await.expect("opens");
        let state = async || {
            let sql = "SELECT state FROM staff_files";
            let row = db.read().await.ok()?.one(sql, &[]).await.ok()??;
            row.text("state").ok()
        };
        let publish = aimed(&jiro.open(&seen.url).await, "/publish");
        let (jiro_too, url) = (jiro.clone(), seen.url.clone());
        let pressing = tokio::spawn(async move { jiro_too.submit_and_stay(&publish, &[]).await });
        until("it is asked", async || (state().await? != "right").then_some(())).await;
        world.kill(Program::Portal);
        pressing.await.ok();
        // The claim of the dead node is over.
        let mut tx = db.begin().await.expect("begins");
        tx.execute("UPDATE staff_files SET claimed_at = 0", &[]).await.expect("over");
        tx.commit().await.expect("committed");
        world.launch(Program::Portal).await;
        until("it counts", async || (state().await? == "published").then_some(())).await;
        jiro.open(&url).await.sees("公開しました").sees("港　次郎");
        let record = jiro.open(&at(world, "/record")).await;
        assert_eq!(record.html.matches("ファイルが公開されました").count(), 1);
        assert_eq!(record.html.matches("公開の操作をしました").count(), 1);
        world.ran(Program::Portal, &["staff", "verify", "--insurer", "minato"]);

        // Twenty minutes away from the desk, or ten hours at it.
        for ends in ["seen_at = seen_at - 1200", "expires_at = expires_at - 36000"] {
            jiro.open(&at(world, "/record")).await.sees("誰が何をしたか");
            let sql = format!("UPDATE staff_sessions SET {ends}");
            let mut tx = db.begin().await.expect("begins");
            tx.execute(db::AssertSqlSafe(sql), &[]).await.expect("ended");
            tx.commit().await.expect("committed");
            let to = jiro.location(&at(world, "/record")).await;
            assert!(to.contains("/staff/signin"), "{ends}: {to}");
            // The provider still knows her here; elsewhere it would ask.
            jiro.open(&at(world, "")).await.sees("給付責任者");
        }
        // A node died when its rows counted already: the page keeps what was found when it was checked.
        let file =
            world.folder.join("insurers/minato/files/medical-fees.csv").display().to_string();
        let before = std::fs::read(&file).expect("the file");
        let page = taro.open(&at(world, "/files/medical-fees/medical-fees")).await;
        let seen = bring(&taro, &page, "before.csv", &before).await;
        seen.sees("なくなる行：1");
        let import = ["import", &file, "--insurer", "minato", "--plugin", "medical-fees"];
        world.ran(Program::Portal, &import);
        let page = jiro.open(&seen.url).await;
        jiro.submit(&aimed(&page, "/publish"), &[])
            .await
            .sees("公開しました")
            .sees("なくなる行：1");
        // A wish that nobody could fulfil in time is void, and that is written down; the file is right as it was.
        let page = taro.open(&at(world, "/files/medical-fees/medical-fees")).await;
        let seen = bring(&taro, &page, "late.csv", &more).await;
        seen.sees("誤りはありません");
        let old = "UPDATE staff_files SET state = 'publishing', asked_at = 0, claimed_at = 0,
                   ended_by = 'x', ended_by_name = '港　次郎' WHERE file_name = 'late.csv'";
        let mut tx = db.begin().await.expect("begins");
        tx.execute(old, &[]).await.expect("old");
        tx.commit().await.expect("committed");
        until("it is void", async || {
            let record = jiro.open(&at(world, "/record")).await;
            record.html.contains("公開できないままになりました").then_some(())
        })
        .await;
        jiro.open(&seen.url).await.sees("/publish\"").sees("誤りはありません");
        let gone = world.run(Program::Portal, &["staff", "verify", "--insurer", "mintao"]);
        assert!(!gone.status.success());
        db.close().await;
    })
    .await;
}

//! Forms of plugins, by the real portal and the real library: what is sent is written once and by nobody
//! else, whatever was typed comes back, and what another site or plugin sends is refused.

use tests::browser::Browser;
use tests::visitor::{HANAKO, ICHIRO, KEN, PASSWORD, Seen, Visitor};
use tests::world::{Options, World};

fn at(world: &World, slug: &str, path: &str) -> String {
    format!("{}/{slug}/p/example{path}", world.portal_url)
}

/// The page as it came, aimed at its second form.
fn second_form(page: &Seen) -> Seen {
    let mut page = page.clone();
    let at = page.html.find("method=\"post\"").expect("a form");
    page.html.replace_range(at..at + 13, "method=\"once\"");
    page
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_member_sends_is_written_once_and_only_theirs() {
    let options = Options { insurers: vec!["minato", "aozora"], ..Options::default() };
    World::on_each_engine(options, async |world| {
        let hanako = Visitor::member(world, "minato", "hanako79", HANAKO).await;
        let new = at(world, "minato", "/new");
        let page = hanako.open(&new).await;
        page.sees("value=\"20").sees("※必須").sees("歩数");

        // Mistakes come back beside their fields, with what was typed.
        let typed = [("day", "令和8年"), ("steps", "たくさん"), ("note", "<b>川</b>ぞい")];
        let wrong = hanako.submit(&page, &typed).await;
        assert_eq!((wrong.status.as_u16(), wrong.url.as_str()), (400, new.as_str()));
        wrong
            .sees("入力内容に誤りがあります（2か所）")
            .sees("href=\"#add-steps\"")
            .sees("日付が正しくありません")
            .sees("value=\"たくさん\"")
            .sees("&lt;b&gt;川&lt;/b&gt;ぞい")
            .sees("<title>入力エラー：");
        let tomorrow = hanako.submit(&wrong, &[("day", "2090-01-01"), ("steps", "1")]).await;
        tomorrow.sees("今日までの日付").sees("value=\"2090-01-01\"");

        // Full-width digits and an era are understood; the same form again goes where it went.
        let good = [("day", "R8.4.1"), ("steps", "７，２００"), ("note", "川\nぞい")];
        let april = at(world, "minato", "?month=202604");
        let done = hanako.submit(&tomorrow, &good).await;
        done.sees("記録しました");
        let again = hanako.submit(&tomorrow, &good).await;
        assert_eq!((again.status.as_u16(), &again.url), (200, &done.url));
        let list = hanako.open(&april).await;
        assert_eq!(list.html.matches("/edit?day=2026-04-01").count(), 1);
        list.sees("7,200").sees("ぞい");
        // Back, and something else: that is another form.
        let other = [("day", "2026-04-02"), ("steps", "10")];
        hanako.submit(&tomorrow, &other).await.sees("記録しました");
        // A day that is there already is refused by the database, and nothing is lost.
        let taken = hanako.submit(&hanako.open(&new).await, &good).await;
        taken.sees("もう記録されています").sees("value=\"７，２００\"");

        // Two tabs: the second is told that the first was faster.
        let edit = at(world, "minato", "/edit?day=2026-04-01");
        let (one, two) = (hanako.open(&edit).await, hanako.open(&edit).await);
        one.sees("value=\"7200\"");
        hanako.submit(&one, &[("steps", "8000")]).await.sees("変更しました");
        let late = hanako.submit(&two, &[("steps", "9")]).await;
        late.sees("ほかの画面で").sees("value=\"9\"");
        hanako.open(&april).await.sees("8,000");

        // Nobody else's: neither the husband, who is in the same household, nor another insurer's.
        let ichiro = Visitor::member(world, "minato", "ichiro77", ICHIRO).await;
        assert_eq!(ichiro.open(&edit).await.status, 404);
        ichiro.open(&april).await.does_not_see("8,000");
        let his = ichiro.open(&new).await;
        ichiro.submit(&his, &[("day", "2026-04-01"), ("steps", "5")]).await.sees("記録しました");
        let his = ichiro.open(&edit).await;
        ichiro.submit(&second_form(&his), &[]).await.sees("消しました");
        assert_eq!(ichiro.open(&edit).await.status, 404);
        hanako.open(&april).await.sees("8,000");
        let ken = Visitor::member(world, "aozora", "ken-aozora", KEN).await;
        assert_eq!(ken.open(&at(world, "aozora", "/edit?day=2026-04-01")).await.status, 404);
    })
    .await;
}

/// Attack 37 on a plugin's form: no token, the site's own token, another browser's, another site.
#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_the_page_did_not_make_is_refused() {
    let options = Options { insurers: vec!["minato"], ..Options::default() };
    let world = World::on_sqlite(options).await;
    let hanako = Visitor::member(&world, "minato", "hanako79", HANAKO).await;
    let new = at(&world, "minato", "/new");
    let page = hanako.open(&new).await;
    let (_, fields) = page.form().expect("a form");
    let household = hanako.open(&format!("{}/minato/signout", world.portal_url)).await;
    let (_, site) = household.form().expect("a form");
    assert_ne!(fields["csrf"], site["csrf"], "a plugin's token is good for its own forms only");
    let good = [("day", "2026-04-01"), ("steps", "1")];
    for token in ["", &site["csrf"], "x"] {
        let sent: Vec<(&str, &str)> = good.iter().copied().chain([("csrf", token)]).collect();
        assert_eq!(hanako.submit(&page, &sent).await.status, 403, "{token}");
    }
    // And a plugin's token is good for no page of the portal.
    let forged = hanako.submit(&household, &[("csrf", &fields["csrf"])]).await;
    assert_eq!(forged.status, 403);
    // A form that was drawn for one member is not another's, who has signed in in the same browser.
    hanako.open(&format!("{}/minato/signout", world.portal_url)).await;
    let out = hanako.open(&format!("{}/minato/signout", world.portal_url)).await;
    hanako.submit(&out, &[]).await;
    let made = ("ichiro@example.jp", "ichiro77", ICHIRO);
    Visitor::new().register(&world, "minato", made).await.sees("ichiro77");
    hanako.sign_in(&world, "minato", "ichiro77").await.sees("一郎");
    assert_eq!(hanako.submit(&page, &good).await.status, 403);
    let page = hanako.open(&new).await;
    for unknown in ["", "change", "nothing"] {
        assert_eq!(hanako.submit(&page, &[("act", unknown)]).await.status, 404, "{unknown}");
    }
    // What the manifest does not declare is no field.
    let more = [("day", "2026-04-01"), ("steps", "1"), ("person", "x"), ("insurer_id", "aozora")];
    hanako.submit(&page, &more).await.sees("記録しました");
    // A page without forms takes none.
    let mut list = hanako.open(&at(&world, "minato", "")).await;
    list.html = page.html.clone();
    assert_eq!(hanako.submit(&list, &good).await.status, 404);
}

/// "Session ended in the middle": what was typed waits for whoever typed it, and for nobody else.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_survives_the_end_of_the_session() {
    let options = Options { insurers: vec!["minato"], ..Options::default() };
    World::on_each_engine(options, async |world| {
        let hanako = Visitor::member(world, "minato", "hanako79", HANAKO).await;
        let new = at(world, "minato", "/new");
        let page = hanako.open(&new).await;
        let db = db::Db::open(&world.portal_database()).await.expect("opens");
        let mut tx = db.begin().await.expect("begins");
        let ended = "UPDATE sessions SET seen_at = seen_at - 7200";
        tx.execute(ended, &[]).await.expect("ended");
        tx.commit().await.expect("committed");
        let typed = [("day", "2026-04-01"), ("steps", "4321"), ("note", "秘密のメモ")];
        // She is still signed in at the provider: so it leads back at once.
        let back = hanako.submit(&page, &typed).await;
        assert_eq!(back.url, new);
        back.sees("前に入力していた内容").sees("value=\"4321\"").sees("秘密のメモ");
        let kept = "SELECT sealed FROM form_drafts";
        let row = db.read().await.expect("reads").one(kept, &[]).await.expect("asked");
        let sealed = row.expect("kept").bytes("sealed").expect("bytes");
        assert!(!String::from_utf8_lossy(&sealed).contains("秘密"), "it lies sealed");
        // It is of this page: another's form is as it was, and what says which row is meant is the page's.
        hanako.open(&format!("{new}?x=1")).await.does_not_see("4321");
        // Another member of the same insurer does not see it.
        let ichiro = Visitor::member(world, "minato", "ichiro77", ICHIRO).await;
        ichiro.open(&new).await.does_not_see("4321");
        // Sent, it is forgotten.
        let wrong = hanako.submit(&back, &[("steps", "")]).await;
        wrong.sees("入力してください").does_not_see("前に入力していた");
        hanako.submit(&wrong, &typed).await.sees("記録しました");
        hanako.open(&new).await.does_not_see("4321").does_not_see("前に入力していた");
        assert!(db.read().await.expect("reads").one(kept, &[]).await.expect("asked").is_none());
        db.close().await;
    })
    .await;
}

/// A form in steps: none is skipped, none is lost, it is gone on with on another device, and sent once.
#[tokio::test(flavor = "multi_thread")]
async fn a_form_in_steps_is_gone_on_with_anywhere() {
    let options = Options { insurers: vec!["minato"], ..Options::default() };
    World::on_each_engine(options, async |world| {
        let hanako = Visitor::member(world, "minato", "hanako79", HANAKO).await;
        let plan = at(world, "minato", "/plan");
        let first = hanako.open(&plan).await;
        first
            .sees("3ページ中 1ページ目")
            .sees("コースと日付")
            .does_not_see("家族と")
            .does_not_see("前に戻る");
        // What is wrong in a step holds up the next.
        let wrong = hanako.submit(&first, &[("course", "灯台まわり"), ("day", "x")]).await;
        assert_eq!(wrong.status, 400);
        wrong.sees("3ページ中 1ページ目").sees("value=\"x\"");
        let chosen = [("course", "灯台まわり"), ("day", "2090-04-01")];
        let second = hanako.submit(&wrong, &chosen).await;
        second.sees("3ページ中 2ページ目").sees("家族と").does_not_see("name=\"course\"");
        // On the telephone it goes on where she left it; for others it has not begun.
        let phone = Visitor::new();
        phone.sign_in(world, "minato", "hanako79").await;
        let there = phone.open(&plan).await;
        there.sees("3ページ中 2ページ目");
        Visitor::member(world, "minato", "ichiro77", ICHIRO)
            .await
            .open(&plan)
            .await
            .sees("3ページ中 1ページ目");
        // Back and forth nothing is lost, also what was typed when she went back.
        let typed = [("together", "yes"), ("note", "お弁当"), ("form.go", "back")];
        let back = phone.submit(&there, &typed).await;
        back.sees("3ページ中 1ページ目").sees("value=\"2090-04-01\"");
        let again = phone.submit(&back, &[("day", "2090-04-02"), ("course", "川ぞい往復")]).await;
        again.sees("お弁当").sees("checked");
        // A picture comes along.
        let photo = [("photo", "地図.jpg", &tests::photo()[..])];
        let fields = [("together", "yes"), ("note", "お弁当")];
        let review = phone.submit_files(&again, &fields, &photo).await;
        review.sees("3ページ中 3ページ目").sees("入力した内容の確認").sees("川ぞい往復 5.0 km");
        review.sees("2090年4月2日").sees("はい").sees("地図.jpg").sees("お弁当");
        // From there to a step, and back again by its buttons.
        let changed = phone.submit(&review, &[("form.go", "2")]).await;
        changed.sees("3ページ中 2ページ目").sees("地図.jpg");
        let typed = [("note", "おにぎり")];
        let review = phone.submit_files(&changed, &typed, &[]).await;
        review.sees("おにぎり").sees("地図.jpg").sees("いいえ");
        // Who leaves a step out is led to it; nothing is written.
        let skipped = phone.submit(&review, &[("day", "")]).await;
        assert_eq!(skipped.status, 400);
        skipped.sees("3ページ中 1ページ目").sees("入力してください");
        let review = phone.submit(&phone.submit(&skipped, &chosen).await, &typed).await;
        review.sees("3ページ中 3ページ目").sees("2090年4月1日").sees("おにぎり");
        // The handler's own "no" leads to the step of its field.
        let gone = phone.submit(&review, &[("course", "ない道")]).await;
        gone.sees("3ページ中 1ページ目").sees("なくなりました");
        let review = phone.submit(&phone.submit(&gone, &chosen).await, &typed).await;
        // Looked over on two devices, and pressed on both, it is written once, and what was kept is forgotten.
        let there = hanako.open(&plan).await;
        there.sees("3ページ中 3ページ目");
        let (one, two) = tokio::join!(phone.submit(&review, &[]), hanako.submit(&there, &[]));
        one.sees("計画を登録しました");
        two.sees("計画を登録しました");
        let page = hanako.open(&plan).await;
        page.sees("3ページ中 1ページ目").does_not_see("おにぎり");
        assert_eq!(page.html.matches("row-text\" lang=\"ja\">灯台まわり").count(), 1);
        // On the page that was looked over before it was sent, something is changed: that is another plan, and
        // none of both is lost.
        let changed = hanako.submit(&there, &[("form.go", "2")]).await;
        changed.sees("3ページ中 2ページ目").sees("おにぎり");
        let review = hanako.submit_files(&changed, &[("note", "もう一度")], &[]).await;
        review.sees("もう一度");
        hanako.submit(&review, &[]).await.sees("計画を登録しました");
        let page = hanako.open(&plan).await;
        page.sees("3ページ中 1ページ目");
        assert_eq!(page.html.matches("row-text\" lang=\"ja\">灯台まわり").count(), 2);
        // A jump ahead that no page offers stays where it is.
        let ahead = hanako.submit(&page, &[("course", "灯台まわり"), ("form.go", "3")]).await;
        ahead.sees("3ページ中 1ページ目");
        // Thrown away, it begins anew.
        let away = hanako.submit(&ahead, &[("day", "2090-05-01"), ("form.go", "away")]).await;
        away.sees("3ページ中 1ページ目").does_not_see("2090-05-01");
        // What was chosen is no longer offered: it is not sent unseen.
        let half = hanako.submit(&away, &[("course", "ない道"), ("day", "2090-06-01")]).await;
        let review = hanako.submit_files(&half, &[], &[]).await;
        review.sees("（入力なし）").does_not_see("value=\"ない道\"");
        hanako.submit(&review, &[]).await.sees("選んでください").sees("3ページ中 1ページ目");
        let away = hanako.submit(&hanako.open(&plan).await, &[("form.go", "away")]).await;
        // In the middle the session ends: both steps are there when she comes back.
        let half = hanako.submit(&away, &[("course", "灯台まわり"), ("day", "2090-06-01")]).await;
        let db = db::Db::open(&world.portal_database()).await.expect("opens");
        let mut tx = db.begin().await.expect("begins");
        tx.execute("UPDATE sessions SET seen_at = seen_at - 7200", &[]).await.expect("ended");
        tx.commit().await.expect("committed");
        let back = hanako.submit_files(&half, &[("note", "あとで")], &[]).await;
        back.sees("3ページ中 2ページ目").sees("あとで");
        let review = hanako.submit_files(&back, &[("note", "あとで")], &[]).await;
        review.sees("2090年6月1日").sees("あとで");
        // Two weeks later, as its manifest says, it is forgotten, and not after two hours.
        let until = "SELECT expires_at FROM form_drafts";
        let row = db.read().await.expect("reads").one(until, &[]).await.expect("asked");
        let left = row.expect("kept").int("expires_at").expect("a time")
            - web::clock::Clock::system().now();
        assert!((13 * 86_400..=14 * 86_400).contains(&left), "{left}");
        db.close().await;
    })
    .await;
}

/// What people do with forms in a browser: leave something out, press twice, go back, have two tabs open,
/// and come back after lunch.
#[tokio::test(flavor = "multi_thread")]
async fn a_form_in_a_browser() {
    let options = Options { insurers: vec!["minato"], ..Options::default() };
    let world = World::on_sqlite(options).await;
    let made = ("hanako79@example.jp", "hanako79", HANAKO);
    Visitor::new().register(&world, "minato", made).await.sees("hanako79");
    let browser = Browser::start("plugin-forms").await;
    browser.open(&format!("{}/minato/signin", world.portal_url)).await;
    browser.fill("user_id", "hanako79").await.fill("password", PASSWORD).await;
    browser.click("main form:not(.cancel) button[type=submit]").await.sees("港").await;
    browser.click("nav a[href$='/p/example']").await.sees("まだありません").await;
    browser.shoot("01-empty").await.click("main a.button-primary").await.sees("体の調子").await;
    browser.shoot("02-new").await;
    let send = "main form button[type=submit]";

    // F062: the mistakes stand above, and each leads to its field.
    browser
        .click(send)
        .await
        .sees("入力内容に誤りがあります（1か所）")
        .await
        .shoot("03-wrong")
        .await;
    assert!(
        browser.run("return document.title").await.as_str().is_some_and(|t| t.starts_with("入力"))
    );
    browser.click(".error-summary a").await;
    assert_eq!(browser.run("return document.activeElement.id").await, "add-steps");
    // A phone's date picker, a choice, and two presses of the button.
    browser.run("document.getElementById('add-day').value = '2026-04-01'").await;
    browser.fill("add-steps", "7200").await.click("label[for=add-how-good]").await;
    browser.fill("add-note", "川ぞいを歩きました。").await.double_click(send).await;
    browser.sees("記録しました").await.shoot("04-added").await;
    let april = format!("{}/minato/p/example?month=202604", world.portal_url);
    browser.open(&april).await.sees("7,200").await.shoot("05-list").await;
    assert_eq!(browser.texts("ul.rows li").await.len(), 1);

    // Two tabs: what the first changed the second does not write over.
    browser.click("ul.rows a").await.sees("2026年4月1日の歩数").await.shoot("06-edit").await;
    let first = browser.another_tab().await;
    browser.fill("change-steps", "8000").await.click(send).await.sees("変更しました").await;
    browser.close_tab(&first).await.fill("change-steps", "9").await.click(send).await;
    browser.sees("ほかの画面で").await.shoot("07-meanwhile").await;
    assert_eq!(browser.value("change-steps").await, "9", "what she typed is still there");

    // Back, and sent once more as it was: it is there once.
    browser.open(&format!("{}/minato/p/example/new", world.portal_url)).await;
    browser.run("document.getElementById('add-day').value = '2026-04-02'").await;
    browser.fill("add-steps", "100").await.click(send).await.sees("記録しました").await;
    browser.back().await.sees("体の調子").await.click(send).await.leaves("/new").await;
    browser.open(&april).await.sees("8,000").await;
    assert_eq!(browser.texts("ul.rows li").await.len(), 2);

    // After lunch the session has ended: what was typed comes back when she is in again.
    browser.open(&format!("{}/minato/p/example/new", world.portal_url)).await;
    let db = db::Db::open(&world.portal_database()).await.expect("opens");
    let mut tx = db.begin().await.expect("begins");
    tx.execute("UPDATE sessions SET seen_at = seen_at - 7200", &[]).await.expect("ended");
    tx.commit().await.expect("committed");
    db.close().await;
    browser.run("document.getElementById('add-day').value = '2026-04-03'").await;
    browser.fill("add-steps", "4321").await.click(send).await.sees("前に入力していた").await;
    assert_eq!(browser.value("add-steps").await, "4321");
    browser.shoot("08-kept").await.click(send).await.sees("記録しました").await;
    // Taken away by a button that says so.
    browser.open(&april).await.click("ul.rows a[href$='2026-04-03']").await.sees("消す").await;
    browser.click("main form:last-of-type button[type=submit]").await.sees("消しました").await;
    browser.open(&april).await;
    assert_eq!(browser.texts("ul.rows li").await.len(), 2);
    // Step by step, the last of which shows all.
    browser.open(&format!("{}/minato/p/example/plan", world.portal_url)).await;
    browser.sees("3ページ中 1ページ目").await.shoot("20-step").await;
    browser.run("document.getElementById('plan-day').value = '2090-04-01'").await;
    browser
        .click(send)
        .await
        .sees("3ページ中 2ページ目")
        .await
        .click("label[for=plan-together]")
        .await;
    browser.fill("plan-note", "お弁当を持って").await.shoot("21-second").await;
    browser.click(send).await.sees("3ページ中 3ページ目").await.shoot("22-review").await;
    browser.click("main form button[value='2']").await.sees("3ページ中 2ページ目").await;
    browser
        .click(send)
        .await
        .sees("3ページ中 3ページ目")
        .await
        .click("main form button.button-primary")
        .await;
    browser.sees("計画を登録しました").await.shoot("23-planned").await;
    let complaints = browser.complaints().await;
    let expected = |line: &&String| !line.contains("400 (Bad Request)");
    assert_eq!(complaints.iter().filter(expected).count(), 0, "{complaints:?}");
    browser.close().await;
}

/// Attack 30: what costs most if it is not the member asks again whether it is, at the form itself.
#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_asks_again_is_not_taken_on_an_old_login() {
    let options = Options { insurers: vec!["minato"], ..Options::default() };
    World::on_each_engine(options, async |world| {
        let hanako = Visitor::member(world, "minato", "hanako79", HANAKO).await;
        let day = [("day", "2026-04-01"), ("steps", "7200")];
        let page = hanako.open(&at(world, "minato", "/new")).await;
        hanako.submit(&page, &day).await.sees("記録しました");
        let edit = hanako.open(&at(world, "minato", "/edit?day=2026-04-01")).await;
        let db = db::Db::open(&world.portal_database()).await.expect("opens");
        let mut tx = db.begin().await.expect("a transaction");
        let old = "UPDATE sessions SET auth_time = auth_time - 301";
        assert_eq!(tx.execute(old, &[]).await.expect("changed"), 1);
        tx.commit().await.expect("kept");
        db.close().await;
        // The other form of the page asks for nothing.
        hanako.submit(&edit, &[("steps", "8000")]).await.sees("変更しました");
        let remove = second_form(&edit);
        let to = hanako.submit_and_stay(&remove, &[]).await;
        assert!(to.contains("/signin?") && to.contains("for=again"), "{to}");
        let provider = hanako.location(&format!("{}{to}", world.portal_url)).await;
        assert!(provider.contains("max_age=300"), "{provider}");
        hanako.open(&at(world, "minato", "?month=202604")).await.sees("8,000");
        // They show that it is them, come back to the page, and press once more.
        let back = hanako.open(&format!("{}{to}", world.portal_url)).await;
        assert!(back.url.contains("/edit?day=2026-04-01"), "{}", back.url);
        hanako.submit(&second_form(&back), &[]).await.sees("消しました");
        hanako.open(&at(world, "minato", "?month=202604")).await.does_not_see("8,000");
    })
    .await;
}

//! Forms of plugins, by the real portal and the real library: what is sent is written once and by nobody
//! else, whatever was typed comes back, and what another site or plugin sends is refused.

use tests::visitor::{HANAKO, ICHIRO, KEN, Seen, Visitor};
use tests::world::{Options, World};

fn at(world: &World, slug: &str, path: &str) -> String {
    format!("{}/{slug}/p/example{path}", world.portal_url)
}

async fn member(world: &World, slug: &str, id: &str, card: &[(&str, &str)]) -> Visitor {
    let visitor = Visitor::new();
    let email = format!("{id}@example.jp");
    visitor.register(world, slug, (&email, id, card)).await.sees(id);
    visitor.sign_in(world, slug, id).await;
    visitor
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
        let hanako = member(world, "minato", "hanako79", HANAKO).await;
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
        let ichiro = member(world, "minato", "ichiro77", ICHIRO).await;
        assert_eq!(ichiro.open(&edit).await.status, 404);
        ichiro.open(&april).await.does_not_see("8,000");
        let his = ichiro.open(&new).await;
        ichiro.submit(&his, &[("day", "2026-04-01"), ("steps", "5")]).await.sees("記録しました");
        let his = ichiro.open(&edit).await;
        ichiro.submit(&second_form(&his), &[]).await.sees("消しました");
        assert_eq!(ichiro.open(&edit).await.status, 404);
        hanako.open(&april).await.sees("8,000");
        let ken = member(world, "aozora", "ken-aozora", KEN).await;
        assert_eq!(ken.open(&at(world, "aozora", "/edit?day=2026-04-01")).await.status, 404);
    })
    .await;
}

/// Attacks 36 and 37 on a plugin's form: no token, the site's own token, another browser's, another site.
#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_the_page_did_not_make_is_refused() {
    let options = Options { insurers: vec!["minato"], ..Options::default() };
    let world = World::on_sqlite(options).await;
    let hanako = member(&world, "minato", "hanako79", HANAKO).await;
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
        let hanako = member(world, "minato", "hanako79", HANAKO).await;
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
        // Another member of the same insurer does not see it.
        let ichiro = member(world, "minato", "ichiro77", ICHIRO).await;
        ichiro.open(&new).await.does_not_see("4321");
        // Sent, it is forgotten.
        hanako.submit(&back, &typed).await.sees("記録しました");
        hanako.open(&new).await.does_not_see("4321").does_not_see("前に入力していた");
        assert!(db.read().await.expect("reads").one(kept, &[]).await.expect("asked").is_none());
        db.close().await;
    })
    .await;
}

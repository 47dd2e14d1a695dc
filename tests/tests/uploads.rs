//! Files that members send with a form, by the real portal: kept without what the camera wrote into them,
//! nobody else's, and refused with what to do.

use std::path::{Path, PathBuf};
use tests::browser::Browser;
use tests::photo;
use tests::visitor::{HANAKO, ICHIRO, KEN, PASSWORD, Seen, Visitor};
use tests::world::{Options, World};

fn at(world: &World, slug: &str, path: &str) -> String {
    format!("{}/{slug}/p/example{path}", world.portal_url)
}

/// The address of a file on a page.
fn file(world: &World, page: &Seen) -> String {
    let at = page.html.find("/blob/").unwrap_or_else(|| panic!("no file: {}", page.html));
    let start = page.html[..at].rfind('"').expect("an attribute") + 1;
    let end = at + page.html[at..].find('"').expect("its end");
    format!("{}{}", world.portal_url, &page.html[start..end])
}

async fn fetched(visitor: &Visitor, url: &str) -> (u16, http::HeaderMap, Vec<u8>) {
    let request = reqwest::Client::new().get(url).header("cookie", visitor.cookies(url));
    let answer = request.send().await.expect("answered");
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    (status, headers, answer.bytes().await.expect("bytes").to_vec())
}

fn holds(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|part| part == word)
}

/// Attacks 12 and 35.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_kept_without_its_place_and_is_nobody_elses() {
    let small = ("MUSUBI_PORTAL_PLUGINS__UPLOAD_MB", "1".to_owned());
    let options =
        Options { insurers: vec!["minato", "aozora"], settings: vec![small], ..Options::default() };
    World::on_each_engine(options, async |world| {
        let hanako = Visitor::member(world, "minato", "hanako79", HANAKO).await;
        let new = at(world, "minato", "/new");
        let page = hanako.open(&new).await;
        page.sees("enctype=\"multipart/form-data\"").sees("type=\"file\"");

        // What is not taken says what to do, and nothing else is lost.
        let day = [("day", "2026-04-01"), ("steps", "7200"), ("note", "川ぞい")];
        let long = vec![b'x'; 1_100_000];
        let pdf = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n\
            2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R>>endobj\n\
            trailer<</Root 1 0 R>>\n";
        for (name, bytes, said) in [
            ("photo.jpg", &b"<html><script>alert(1)</script>"[..], "このファイルの形式は受け付けていません"),
            ("photo.jpg", &b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"[..], "HEIC"),
            ("photo.jpg", &b"\xff\xd8\xff\xe0nothing"[..], "読み取れませんでした"),
            ("a.pdf", &pdf[..], "PDFです"),
            ("a.jpg", &long[..], "1MBまで"),
            ("a.jpg", &b""[..], "中身のないファイル"),
        ] {
            let wrong = hanako.submit_files(&page, &day, &[("photo", name, bytes)]).await;
            assert_eq!(wrong.status, 400, "{name} {said}");
            wrong.sees(said).sees("value=\"7200\"").sees("川ぞい").sees("href=\"#add-photo\"");
        }

        // A mistake elsewhere: the file is there already, and sent once more by nobody.
        let wrong = [("day", "2026-04-01"), ("steps", "たくさん"), ("note", "")];
        let back = hanako.submit_files(&page, &wrong, &[("photo", "../IMG 1.JPG", &photo())]).await;
        back.sees("IMG 1.jpg").sees("このファイルを外す");
        let held = file(world, &back);
        assert_eq!(fetched(&hanako, &held).await.0, 200, "its sender sees it at once");
        let done = hanako.submit(&back, &day).await;
        done.sees("記録しました");
        let april = hanako.open(&at(world, "minato", "?month=202604")).await;
        assert_eq!(file(world, &april), held);
        let (status, headers, bytes) = fetched(&hanako, &held).await;
        assert_eq!((status, &headers["content-type"]), (200, &"image/jpeg".parse().expect("ASCII")));
        for (name, part) in [
            ("content-security-policy", "sandbox"),
            ("x-content-type-options", "nosniff"),
            ("content-disposition", "inline; filename=\"file.jpg\""),
            ("cache-control", "no-store"),
        ] {
            assert!(headers[name].to_str().expect("ASCII").contains(part), "{name}: {headers:?}");
        }
        assert!(bytes.starts_with(b"\xff\xd8\xff") && !holds(&bytes, b"139.7671"));

        // Twice pressed with the same file is once.
        let page = hanako.open(&new).await;
        let second = [("day", "2026-04-02"), ("steps", "1"), ("note", "")];
        let one = hanako.submit_files(&page, &second, &[("photo", "b.jpg", &photo())]).await;
        let two = hanako.submit_files(&page, &second, &[("photo", "b.jpg", &photo())]).await;
        assert_eq!((one.status.as_u16(), two.status.as_u16(), &one.url), (200, 200, &two.url));

        // Taken away, and another in its place.
        let edit = at(world, "minato", "/edit?day=2026-04-02");
        let page = hanako.open(&edit).await;
        let id = file(world, &page).rsplit('/').next().expect("an id").to_owned();
        let without = format!("photo.without.{id}");
        hanako.submit(&page, &[(&without, "yes"), ("steps", "1")]).await.sees("変更しました");
        hanako.open(&edit).await.does_not_see("/blob/");

        // Nobody else's: not her husband's, not another society's, not a stranger's; and no form makes it so.
        let ichiro = Visitor::member(world, "minato", "ichiro77", ICHIRO).await;
        let ken = Visitor::member(world, "aozora", "ken56789", KEN).await;
        assert_eq!(ichiro.open(&held).await.status, 404);
        assert_eq!(ken.open(&held.replace("/minato/", "/aozora/")).await.status, 404);
        assert_ne!(fetched(&Visitor::new(), &held).await.2, bytes);
        let stolen = held.rsplit('/').next().expect("an id");
        let his = ichiro.open(&new).await;
        let fields = [("day", "2026-04-03"), ("steps", "1"), ("note", ""), ("photo", stolen)];
        ichiro.submit(&his, &fields).await.sees("記録しました");
        ichiro.open(&at(world, "minato", "?month=202604")).await.does_not_see("/blob/");
        // His own is hers to see, as his rows are (the insured person's household), once a row names it.
        let page = ichiro.open(&new).await;
        let wrong = [("day", "2026-04-09"), ("steps", "x"), ("note", "")];
        let back = ichiro.submit_files(&page, &wrong, &[("photo", "his.jpg", &photo())]).await;
        let his_file = file(world, &back);
        assert_eq!(hanako.open(&his_file).await.status, 404, "it is held for him alone");
        let day = [("day", "2026-04-09"), ("steps", "9"), ("note", "")];
        ichiro.submit(&back, &day).await.sees("記録しました");
        assert_eq!(fetched(&hanako, &his_file).await.0, 200);
        // A page of ours on which no form takes a file reads none.
        let mut list = hanako.open(&edit).await;
        list.url = at(world, "minato", "");
        let refused = hanako.submit_files(&list, &[], &[("photo", "a.jpg", &photo())]).await;
        assert_eq!(refused.status, 415);
        // What lies in the database is sealed.
        let db = db::Db::open(&world.portal_database()).await.expect("opens");
        if world.engine == "sqlite" {
            let stored = std::fs::read(world_file(world)).expect("the plugin's file");
            assert!(!holds(&stored, b"JFIF"));
        }
        db.close().await;
    })
    .await;
}

/// The plugin's own file beside the portal's.
fn world_file(world: &World) -> PathBuf {
    let url = world.portal_database();
    let file = url.trim_start_matches("sqlite:").split('?').next().expect("a path").to_owned();
    Path::new(&format!("{file}.plugins/example.sqlite")).to_owned()
}

/// On a phone's width: chosen, sent with a mistake, still there, sent.
#[tokio::test(flavor = "multi_thread")]
async fn a_photo_is_sent_from_a_phone() {
    let world = World::on_sqlite(Options { insurers: vec!["minato"], ..Options::default() }).await;
    let setup = Visitor::new();
    let hanako = ("hanako79@example.jp", "hanako79", HANAKO);
    setup.register(&world, "minato", hanako).await.sees("hanako79");
    let shot = world.folder.join("IMG_0001.jpg");
    std::fs::write(&shot, photo()).expect("written");
    let browser = Browser::start("uploads").await;
    browser.open(&format!("{}/minato/signin", world.portal_url)).await;
    browser.fill("user_id", "hanako79").await.fill("password", PASSWORD).await;
    browser.click("main button[type=submit]").await.sees("港　花子").await;
    browser.open(&at(&world, "minato", "/new")).await;
    browser.fill("add-steps", "多い").await;
    browser.type_into("add-photo", &shot.display().to_string()).await;
    browser.shoot("form-with-a-file").await;
    browser.click("main form button[type=submit]").await.sees("数字で入力してください").await;
    browser.sees("IMG_0001.jpg").await;
    browser.shoot("the-file-is-still-there").await;
    browser.fill("add-steps", "7200").await;
    browser.click("main form button[type=submit]").await.sees("記録しました").await;
    browser.click("a.row-photo").await;
    assert!(browser.url().await.contains("/blob/"), "{}", browser.url().await);
    browser.close().await;
}

//! Documents of plugins, by the real portal and libraries: a PDF in the insurer's name, of the member's
//! rows and nobody else's.

use std::io::Write;
use std::process::{Command, Stdio};
use tests::visitor::{HANAKO, ICHIRO, Seen, Visitor};
use tests::world::{Options, World};

/// What poppler reads of a PDF.
fn extracted(bytes: &[u8]) -> String {
    let mut child = Command::new("pdftotext")
        .args(["-layout", "-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("pdftotext is installed: apt-get install poppler-utils");
    child.stdin.take().expect("piped").write_all(bytes).expect("written");
    let output = child.wait_with_output().expect("read");
    String::from_utf8(output.stdout).expect("UTF-8")
}

async fn file(visitor: &Visitor, url: &str) -> (Vec<u8>, String) {
    let answer = reqwest::Client::new()
        .get(url)
        .header("cookie", visitor.cookies(url))
        .send()
        .await
        .expect("an answer");
    let header = |name: &str| answer.headers()[name].to_str().expect("ASCII").to_owned();
    assert_eq!(header("content-type"), "application/pdf");
    assert_eq!(header("cache-control"), "no-store");
    assert_eq!(header("x-content-type-options"), "nosniff");
    let name = header("content-disposition");
    (answer.bytes().await.expect("read").to_vec(), name)
}

/// F132: the list of a month and of a year as PDF.
#[tokio::test(flavor = "multi_thread")]
async fn a_month_is_a_file_of_the_members_rows() {
    let options = Options { insurers: vec!["minato"], ..Options::default() };
    World::on_each_engine(options, async |world| {
        let register = async |email: &str, id: &str, card: &[(&str, &str)]| {
            let visitor = Visitor::new();
            visitor.register(world, "minato", (email, id, card)).await.sees(id);
            visitor.sign_in(world, "minato", id).await;
            visitor
        };
        let hanako = register("hanako@example.jp", "hanako79", HANAKO).await;
        let ichiro = register("ichiro@example.jp", "ichiro77", ICHIRO).await;
        let at = |path: &str| format!("{}/minato/p/{path}", world.portal_url);
        let month: Seen = hanako.open(&at("medical-fees/month?month=202503")).await;
        month.sees("/minato/p/medical-fees/paper?month=202503").sees("12,960");
        let (bytes, name) = file(&hanako, &at("medical-fees/paper?month=202503")).await;
        assert_eq!(name, "attachment; filename=\"medical-fees-202503.pdf\"");
        assert!(bytes.len() < 100_000, "{}", bytes.len());
        let text = extracted(&bytes);
        for part in ["令和7年（2025年）3月の医療費", "花子 様", "12,960", "みなと健康保険組合"]
        {
            assert!(text.contains(part), "{part}:\n{text}");
        }
        assert!(!text.contains('…'), "a message is missing: {text}");
        // A year, with the household's rows as on the page; and the dependant's own.
        let (bytes, _) = file(&hanako, &at("medical-fees/paper?year=2025")).await;
        let text = extracted(&bytes);
        assert!(text.contains("港 一郎") || text.contains("一郎"), "{text}");
        let (bytes, _) = file(&ichiro, &at("medical-fees/paper?year=2025")).await;
        let text = extracted(&bytes);
        assert!(text.contains("一郎") && !text.contains("花子"), "{text}");
        // Who looked at whose rows is recorded, as for a page.
        let views = format!("{}/minato/views", world.portal_url);
        ichiro.open(&views).await.sees("<strong>港　花子</strong>");
        // What is not there, and who is not signed in.
        assert_eq!(hanako.open(&at("medical-fees/paper?month=199901")).await.status, 404);
        let nobody = Visitor::new();
        nobody.open(&at("medical-fees/paper?month=202503")).await.sees("name=\"user_id\"");

        let new = hanako.open(&at("example/new")).await;
        let noted = [("day", "2026-04-01"), ("steps", "7200"), ("how", "good"), ("note", "川ぞい")];
        hanako.submit(&new, &noted).await.sees("記録しました");
        let (bytes, _) = file(&hanako, &at("example/paper?month=202604")).await;
        let text = extracted(&bytes);
        assert!(
            text.contains("7,200") && text.contains("川ぞい") && text.contains("よい"),
            "{text}"
        );
        assert_eq!(ichiro.open(&at("example/paper?month=202604")).await.status, 404);
        let sheet = hanako.open(&at("example/sheet?month=202604")).await;
        assert_eq!(sheet.header("content-type"), "text/csv; charset=utf-8");
        assert_eq!(
            sheet.header("content-disposition"),
            "attachment; filename=\"steps-202604.csv\""
        );
        let expected = "\u{feff}日付,体の調子,メモ,歩数\r\n2026-04-01,よい,川ぞい,7200\r\n";
        assert_eq!(sheet.html, expected);
        assert_eq!(ichiro.open(&at("example/sheet?month=202604")).await.status, 404);
    })
    .await;
}

//! Notices for some members only, and for a while only.

use tests::visitor::{HANAKO, ICHIRO, Visitor};
use tests::world::{Options, Program, World};

/// 髙橋 恵, a dependant.
const MEGUMI: &[(&str, &str)] = &[
    ("symbol", "1234"),
    ("number", "0005691"),
    ("branch", "01"),
    ("name_kana", "タカハシ メグミ"),
    ("birth_year", "1984"),
    ("birth_month", "6"),
    ("birth_day", "2"),
];

/// What a member has opened is read on their other devices, too, also after the next file; for others it is not.
async fn read_once_on_every_device(world: &World, (file, layout): (&str, &str)) {
    let list = format!("{}/minato/p/notices", world.portal_url);
    let unread = async |visitor: &Visitor| visitor.open(&list).await.html.matches("未読").count();
    let megumi = Visitor::member(world, "minato", "megumi84", MEGUMI).await;
    assert_eq!(unread(&megumi).await, 2);
    let url = |page: &str| {
        let link = page.split("/notices/detail?id=").nth(1).expect("one");
        format!("{list}/detail?id={}", link.split('"').next().expect("an id"))
    };
    let first = url(&megumi.open(&list).await.html);
    // Looked at twice it is noted once.
    megumi.open(&first).await.sees("みっつめ");
    megumi.open(&first).await.sees("みっつめ");
    assert_eq!(unread(&megumi).await, 1);
    // The search finds it, and nothing that is for others or not for now.
    let search = |q: &str| format!("{}/minato/search?q={q}", world.portal_url);
    megumi.open(&list).await.sees("/minato/search");
    megumi.open(&search("みっつ")).await.sees("健診").sees("/notices/detail?id=");
    for hidden in ["ふたつめ", "よっつめ", "いつつめ"] {
        megumi.open(&search(hidden)).await.sees("見つかりませんでした").does_not_see("detail?id=");
    }
    megumi.open(&search("%25")).await.sees("「%」は見つかりませんでした");
    megumi.open(&search("%3Cb%3E")).await.does_not_see("<b>").sees("見つかりませんでした");
    let signin = Visitor::new().open_and_stay(&search("x")).await;
    assert_eq!(signin.status, 303);
    assert_eq!(megumi.open(&format!("{list}/search?q=x")).await.status, 404, "it is no page");
    // Her own notes, and not her husband's.
    let new = format!("{}/minato/p/example/new", world.portal_url);
    let form = [("day", "2026-04-01"), ("steps", "1"), ("note", "灯台まで")];
    megumi.submit(&megumi.open(&new).await, &form).await.sees("記録しました");
    megumi.open(&search("灯台")).await.sees("灯台まで").sees("/example/edit?day=2026-04-01");
    // The next file has other lines before it.
    let text = std::fs::read_to_string(file).expect("the file");
    let (head, rows) = text.split_once('\n').expect("a header");
    let next = world.folder.join("next.csv");
    std::fs::write(&next, format!("{head}\n2026-03-01,前,前,,\n{rows}")).expect("written");
    let next = next.display().to_string();
    let args = ["import", &next, "--insurer", "minato", "--plugin", "notices", "--layout", layout];
    world.ran(Program::Portal, &args);
    assert_eq!(unread(&megumi).await, 2, "one is read, two are not");
    let phone = Visitor::new();
    phone.sign_in(world, "minato", "megumi84").await;
    assert_eq!(unread(&phone).await, 2);
    let ichiro = Visitor::new();
    ichiro.sign_in(world, "minato", "ichiro77").await;
    ichiro.open(&search("灯台")).await.does_not_see("灯台まで");
    // He opened what was for him, under other numbers.
    assert_eq!(unread(&ichiro).await, 1);
}

/// F024: the newest notices with their dates, and all of them.
#[tokio::test(flavor = "multi_thread")]
async fn a_notice_is_shown_to_whom_it_is_for_and_while_it_is() {
    let options = Options { insurers: vec!["minato"], ..Options::default() };
    World::on_each_engine(options, async |world| {
        let folder = world.folder.join("insurers/minato");
        let portal = folder.join("portal.toml");
        let text = std::fs::read_to_string(&portal).expect("portal.toml");
        let text = format!("{text}\n[[plugin]]\nid = \"notices\"\n");
        std::fs::write(&portal, text).expect("written");
        world.ran(Program::Portal, &["insurer", "apply", &folder.display().to_string()]);
        let write = |name: &str, text: &str| {
            let file = world.folder.join(name);
            std::fs::write(&file, text).expect("written");
            file.display().to_string()
        };
        let file = write(
            "notices.csv",
            "掲載日,件名,本文,終了日,対象\n\
             2026-04-01,全員へ,ひとつめ,,\n\
             2026-04-02,集い,ふたつめ,2090-03-31,被保険者\n\
             R8.4.3,健診,みっつめ,,被扶養者\n\
             2020-01-01,終わり,よっつめ,2020-12-31,全員\n\
             2090-01-01,まだ,いつつめ,,全員\n",
        );
        let layout = write(
            "notices.toml",
            "encoding = \"utf-8\"\nmode = \"snapshot\"\n[columns]\npublished_on = \"掲載日\"\n\
             title = \"件名\"\nbody = \"本文\"\nuntil = \"終了日\"\naudience = \"対象\"\n",
        );
        let args =
            ["import", &file, "--insurer", "minato", "--plugin", "notices", "--layout", &layout];
        world.ran(Program::Portal, &args);
        let list = format!("{}/minato/p/notices", world.portal_url);
        for (card, id, sees, not) in
            [(HANAKO, "hanako79", "集い", "健診"), (ICHIRO, "ichiro77", "健診", "集い")]
        {
            let visitor = Visitor::new();
            visitor.register(world, "minato", (&format!("{id}@example.jp"), id, card)).await;
            visitor.sign_in(world, "minato", id).await;
            let on = async {
                while visitor.open(&list).await.status == 404 {
                    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                }
            };
            tokio::time::timeout(std::time::Duration::from_secs(10), on).await.expect("on");
            let page = visitor.open(&list).await;
            page.sees("全員へ").sees("2026年4月1日").sees(sees);
            for hidden in [not, "終わり", "まだ"] {
                page.does_not_see(hidden);
            }
            // Nor by its address.
            let shown = (2..=6).map(|line| format!("{list}/detail?id={line}"));
            let mut seen = 0;
            for url in shown {
                let page = visitor.open(&url).await;
                page.does_not_see(not);
                seen += usize::from(page.status.is_success());
            }
            assert_eq!(seen, 2);
        }
        read_once_on_every_device(world, (&file, &layout)).await;
        // An unknown audience is told to the operator by its line.
        let wrong = write("wrong.csv", "掲載日,件名,本文,終了日,対象\n2026-04-01,x,y,,だれか\n");
        let args =
            ["import", &wrong, "--insurer", "minato", "--plugin", "notices", "--layout", &layout];
        let output = world.run(Program::Portal, &args);
        let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert!(!output.status.success() && text.contains("被保険者"), "{text}");
    })
    .await;
}

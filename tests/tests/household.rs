//! Who sees whose rows (F136): policy, the dependant's own choice, two insurers kept apart.

use tests::visitor::{HANAKO, ICHIRO, KEN, Visitor};
use tests::world::{Options, Program, World};

/// F055: insured person and dependant have accounts of their own. F133: a calendar year's list.
/// Attack 12: nothing of one insurer is seen at another.
#[tokio::test(flavor = "multi_thread")]
async fn household_rows_only_by_policy_and_the_dependants_choice() {
    let options = Options { insurers: vec!["minato", "aozora"], ..Options::default() };
    World::on_each_engine(options, async |world| {
        let register = async |slug: &str, email: &str, id: &str, card: &[(&str, &str)]| {
            let visitor = Visitor::new();
            visitor.register(world, slug, (email, id, card)).await.sees(id);
            visitor.sign_in(world, slug, id).await;
            visitor
        };
        let hanako = register("minato", "hanako@example.jp", "hanako79", HANAKO).await;
        let ichiro = register("minato", "ichiro@example.jp", "ichiro77", ICHIRO).await;
        let ken = register("aozora", "ken@example.jp", "ken-aozora", KEN).await;
        let fees =
            |slug: &str| format!("{}/{slug}/p/medical-fees/year?year=2025", world.portal_url);

        hanako
            .open(&fees("minato"))
            .await
            .sees("港　花子</span>")
            .sees("港　一郎</span>")
            .sees("港　さくら</span>");
        ichiro.open(&fees("minato")).await.sees("港　一郎</span>").does_not_see("花子</span>");
        // He reads that she looked; she cannot read what he looked at.
        let views = |slug: &str| format!("{}/{slug}/views", world.portal_url);
        ichiro.open(&views("minato")).await.sees("<strong>港　花子</strong>");
        hanako.open(&views("minato")).await.does_not_see("<strong>");
        let page = hanako.open(&fees("minato")).await;
        let before = page.html.split(">港　一郎</option>").next().expect("in the filter");
        let his = before.rsplit("value=\"").next().and_then(|rest| rest.split('"').next());
        let his = his.expect("his id").to_owned();
        let asked = format!("{}&person={his}", fees("minato"));
        hanako.open(&asked).await.sees("港　一郎</span>").does_not_see("港　花子</span>");
        // He hides his rows; she no longer sees them, he still does.
        let page = ichiro.open(&format!("{}/minato/household", world.portal_url)).await;
        ichiro.submit(&page, &[("hidden", "hide")]).await;
        hanako
            .open(&fees("minato"))
            .await
            .sees("港　花子</span>")
            .does_not_see("一郎</span>")
            .sees("港　さくら</span>");
        ichiro.open(&fees("minato")).await.sees("港　一郎</span>");
        // Asking for a hidden person by the id that was his shows nothing of him.
        let asked = format!("{}&person={his}", fees("minato"));
        hanako.open(&asked).await.does_not_see("<td role=\"cell\" class=\"fees-where\">");

        // The other insurer's members, and his own session there, are worlds apart.
        ken.open(&fees("aozora")).await.sees("青空　健</span>").does_not_see("港");
        ken.open(&fees("minato")).await.sees("name=\"user_id\"");
        hanako.open(&fees("aozora")).await.does_not_see("青空　健");
    })
    .await;
}

/// P0-6: who has left reads what is theirs and changes nothing; after the days of the policy it is
/// closed. An address that is nothing keeps the menu.
#[tokio::test(flavor = "multi_thread")]
async fn who_has_left_reads_and_then_no_more() {
    let options = Options { insurers: vec!["minato"], ..Options::default() };
    World::on_each_engine(options, async |world| {
        let visitor = Visitor::new();
        visitor.register(world, "minato", ("ichiro@example.jp", "ichiro77", ICHIRO)).await;
        let at = |path: &str| format!("{}/minato/{path}", world.portal_url);
        visitor.sign_in(world, "minato", "ichiro77").await;
        let page = visitor.open(&at("household")).await;
        visitor.submit(&page, &[("hidden", "hide")]).await.sees("nav");
        for nothing in ["nowhere", "p/medical-fees/nowhere"] {
            let page = visitor.open(&at(nothing)).await;
            assert_eq!(page.status, 404);
            page.sees("/minato/p/medical-fees").sees("signout");
        }

        let columns = "symbol,number,branch,relation,name,name_kana,birth_date,sex,acquired_on,\
                       lost_on,person_key";
        let mut layout = "encoding = \"utf-8\"\nmode = \"delta\"\n[columns]\n".to_owned();
        for column in columns.split(',') {
            layout.push_str(&format!("{column} = \"{column}\"\n"));
        }
        let row =
            "1234,0005678,01,夫,港 一郎,ミナト イチロウ,19771130,男,20211001,20230401,00100274";
        let (file, shape) = (world.folder.join("left.csv"), world.folder.join("left.toml"));
        std::fs::write(&file, format!("{columns}\n{row}\n")).expect("written");
        std::fs::write(&shape, layout).expect("written");
        let (file, shape) = (file.display().to_string(), shape.display().to_string());
        let args = ["roster", "import", &file, "--insurer", "minato", "--layout", &shape];
        world.ran(Program::Idp, &args);

        let later = Visitor::new();
        later.sign_in(world, "minato", "ichiro77").await.sees("港");
        later.open(&at("p/medical-fees/year?year=2025")).await.sees("港　一郎</span>");
        let page = later.open(&at("household")).await;
        let refused = later.submit(&page, &[("hidden", "show")]).await;
        assert_eq!(refused.status, 403);
        refused.sees("見ることだけができます");

        let folder = world.folder.join("insurers/minato");
        let portal = folder.join("portal.toml");
        let text = std::fs::read_to_string(&portal).expect("portal.toml");
        later.open(&at("")).await.sees("/minato/household").sees("/minato/views");
        let text = text.replace("\"unless-hidden\"", "\"never\"");
        std::fs::write(&portal, &text).expect("written");
        world.ran(Program::Portal, &["insurer", "apply", &folder.display().to_string()]);
        // Where nobody is shown to anybody there is nothing to choose.
        let alone = async {
            while later.open(&at("")).await.html.contains("/minato/household") {
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(10), alone).await.expect("alone");
        later.open(&at("")).await.sees("/minato/views");

        std::fs::write(&portal, format!("[after_loss]\ndays = 30\n\n{text}")).expect("written");
        world.ran(Program::Portal, &["insurer", "apply", &folder.display().to_string()]);
        let closed = async {
            while later.open(&at("p/medical-fees")).await.status != 403 {
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(10), closed).await.expect("closed");
        later.open(&at("p/medical-fees")).await.sees("ご利用を終了しました").sees("signout");
        for path in ["household", "views", ""] {
            later.open(&at(path)).await.sees("ご利用を終了しました").does_not_see("円");
        }
    })
    .await;
}

/// What a dependant hides leaves no trace: home, pages, sums, papers and the files for the tax office are to the
/// letter what they would be if the row had never been in the insurer's file. (What queries answer is in
/// `portal/tests/queries.rs`, over the whole language.)
#[tokio::test(flavor = "multi_thread")]
async fn a_hidden_row_leaves_no_trace() {
    let options = Options { insurers: vec!["minato"], ..Options::default() };
    World::on_each_engine(options, async |world| {
        let hanako = Visitor::member(world, "minato", "hanako79", HANAKO).await;
        let ichiro = Visitor::member(world, "minato", "ichiro77", ICHIRO).await;
        let at = |path: &str| format!("{}/minato/{path}", world.portal_url);
        let read = async |visitor: &Visitor| {
            let mut pages = Vec::new();
            let year = visitor.open(&at("p/tax-deduction/year?year=2025")).await.html;
            let files = year.split("/p/tax-deduction/csv?year=2025&amp;person=").skip(1);
            let files = files.filter_map(|rest| rest.split('"').next());
            let files = files.map(|id| format!("p/tax-deduction/csv?year=2025&person={id}"));
            let files: Vec<String> = files.collect();
            assert!(!files.is_empty(), "each has a file");
            let fixed = [
                "",
                "search?q=%E7%9A%AE%E8%86%9A%E7%A7%91",
                "p/medical-fees",
                "p/medical-fees/month?month=202504",
                "p/medical-fees/month?month=202505",
                "p/medical-fees/year?year=2025",
                "p/medical-fees/past",
                "p/tax-deduction/year?year=2025",
                "p/tax-deduction/xml?year=2025",
                "p/prescriptions",
                "p/prescriptions?month=202411",
                "p/prescriptions/past",
                "p/tax-deduction/form?year=2025",
            ];
            for path in fixed.map(str::to_owned).into_iter().chain(files) {
                let page = visitor.open(&at(&path)).await;
                assert_eq!(page.status, 200, "{path}");
                // What is made for each page anew.
                let token = page.html.split("name=\"csrf\" value=\"").nth(1);
                let token = token.and_then(|rest| rest.split('"').next()).unwrap_or("-");
                pages.push((path, page.html.replace(token, "")));
            }
            for path in ["p/medical-fees/paper?month=202504", "p/medical-fees/paper?year=2025"] {
                let request = reqwest::Client::new().get(at(path));
                let answer = request.header("cookie", visitor.cookies(&at(path))).send().await;
                let paper = answer.expect("an answer").bytes().await.expect("read");
                pages.push((path.to_owned(), tests::paper::extracted(&paper)));
            }
            pages
        };
        let keep = async |month: &str, place: usize, how: &str| {
            let list = ichiro.open(&at(&format!("p/medical-fees/keep?month={month}"))).await;
            list.sees(&format!("keep/one?month={month}"))
                .does_not_see("みさき坂こどもクリニック")
                .does_not_see("帆影");
            let one = at(&format!("p/medical-fees/keep/one?month={month}&at={place}"));
            let page = ichiro.open(&one).await;
            ichiro.submit(&page, &[("how", how)]).await.sees("ご家族への表示を変更しました");
        };
        let before = read(&hanako).await;
        let his = read(&ichiro).await;
        hanako.open(&at("p/medical-fees/month?month=202504")).await.sees("灯台通り皮膚科");
        let found = hanako.open(&at("search?q=%E7%9A%AE%E8%86%9A%E7%A7%91")).await;
        found.sees("month?month=202504").sees("港　一郎");
        // It is theirs who may be seen: she has nobody to hide from, and cannot look at his choice.
        for path in ["keep", "keep?month=202504", "keep/one?month=202504&at=0"] {
            let page = hanako.open(&at(&format!("p/medical-fees/{path}"))).await;
            assert_eq!(page.status, 404);
        }

        keep("202504", 0, "row").await;
        let hidden = read(&hanako).await;
        assert_ne!(before, hidden);
        assert_eq!(read(&ichiro).await, his, "he himself sees what he saw");
        keep("202504", 0, "show").await;
        assert_eq!(read(&hanako).await, before, "shown again it is there again");
        keep("202504", 0, "name").await;
        hanako
            .open(&at("p/medical-fees/month?month=202504"))
            .await
            .sees("2,127")
            .does_not_see("灯台通り皮膚科");
        keep("202504", 0, "show").await;

        // The same for the medicines of a place.
        let medicines = at("p/prescriptions?month=202411");
        let both = hanako.open(&medicines).await;
        both.sees("イソベ貼付剤").sees("ホカゲ錠");
        let page = ichiro.open(&at("p/prescriptions/keep")).await;
        let hide = [("facility", "=みさき坂整形外科"), ("how", "hide")];
        ichiro.submit(&page, &hide).await.sees("ご家族に見せていない医療機関");
        hanako.open(&medicines).await.does_not_see("イソベ貼付剤").sees("ホカゲ錠");
        ichiro.open(&medicines).await.sees("イソベ貼付剤");
        assert_eq!(hanako.open(&at("p/prescriptions/keep")).await.status, 404);
        let page = ichiro.open(&at("p/prescriptions/keep")).await;
        ichiro.submit(&page, &[hide[0], ("how", "show")]).await.sees("決定する");
        let again = hanako.open(&medicines).await;
        again.sees("イソベ貼付剤");

        let file = world.folder.join("insurers/minato/files/medical-fees.csv");
        let rows = std::fs::read(&file).expect("the file");
        let starts = |line: &&[u8]| line.starts_with(b"1234,0005678,01,");
        let in_month = |line: &&[u8]| line.windows(8).any(|part| part == b",202504,");
        let lines = rows.split(|byte| *byte == b'\n');
        let first = lines.clone().find(|line| starts(line) && in_month(line)).expect("his row");
        let less: Vec<&[u8]> = lines.filter(|line| *line != first).collect();
        std::fs::write(&file, less.join(&b'\n')).expect("written");
        let layout = world.folder.join("insurers/minato/medical-fees.toml");
        let (file, layout) = (file.display().to_string(), layout.display().to_string());
        let args = ["import", &file, "--insurer", "minato", "--plugin", "medical-fees"];
        world.ran(Program::Portal, &[&args[..], &["--layout", &layout]].concat());
        for ((path, hidden), (_, never)) in hidden.iter().zip(read(&hanako).await) {
            assert_eq!(*hidden, never, "{path}");
        }
    })
    .await;
}

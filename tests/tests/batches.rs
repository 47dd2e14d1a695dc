//! Insurers' files for plugins as they really are: batches that add up, late and negative rows, words
//! of the insurer's own, amounts that do not add up, the same file twice.

use tests::visitor::{HANAKO, Visitor};
use tests::world::{Options, Program, World};

const HEAD: &str = "記号,番号,枝番,診療年月,医療機関,区分,日数,総額,保険者,公費,自己,備考\n";

/// Writes a file and its layout, and returns the arguments that import it.
fn file(world: &World, name: &str, rows: &[&str], more: &str) -> Vec<String> {
    let layout = format!(
        "encoding = \"utf-8\"\nmode = \"batches\"\n{more}[columns]\nsymbol = \"記号\"\nnumber = \
         \"番号\"\nbranch = \"枝番\"\nmonth = \"診療年月\"\nfacility = \"医療機関\"\nkind = \"区分\"\n\
         days = \"日数\"\ntotal = \"総額\"\ninsurer_paid = \"保険者\"\npublic_paid = \"公費\"\nown_paid = \
         \"自己\"\nnote = \"備考\"\n"
    );
    let (csv, toml) = (world.folder.join(name), world.folder.join(format!("{name}.toml")));
    std::fs::write(&csv, format!("{HEAD}{}\n", rows.join("\n"))).expect("written");
    std::fs::write(&toml, layout).expect("written");
    let (csv, toml) = (csv.display().to_string(), toml.display().to_string());
    ["import", &csv, "--insurer", "minato", "--plugin", "medical-fees", "--layout", &toml]
        .map(str::to_owned)
        .to_vec()
}

/// Imports it as a batch; what was said and whether it went well.
fn import(world: &World, args: &[String], more: &[&str]) -> (bool, String) {
    let mut args: Vec<&str> = args.iter().map(String::as_str).collect();
    args.extend(more);
    let output = world.run(Program::Portal, &args);
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

/// P0-2, P1-8, P1-9 of the review of the trade. Attack 33: a file with a fault changes nothing.
#[tokio::test(flavor = "multi_thread")]
async fn files_come_by_batch_with_late_and_negative_rows() {
    let options = Options { insurers: vec!["minato"], ..Options::default() };
    World::on_each_engine(options, async |world| {
        let visitor = Visitor::new();
        visitor.register(world, "minato", ("hanako@example.jp", "hanako79", HANAKO)).await;
        visitor.sign_in(world, "minato", "hanako79").await.sees("港");
        let month = |m: &str| format!("{}/minato/p/medical-fees/month?month={m}", world.portal_url);

        let card = "1234,0005678,00";
        let april = [
            format!("{card},203004,港の見える医院,医科入院,3,90000,63000,0,27000,"),
            format!("{card},203004,岬薬局,院外処方,1,1000,700,0,300,初回"),
        ];
        let april: Vec<&str> = april.iter().map(String::as_str).collect();
        let args = file(world, "april.csv", &april, "");
        let (good, said) = import(world, &args, &[]);
        assert!(!good && said.contains("--batch"), "{said}");
        let (good, said) = import(world, &args, &["--batch", "2030-06", "--dry-run"]);
        assert!(good && said.contains("2行: 追加2") && said.contains("確認だけ"), "{said}");
        visitor.open(&month("203004")).await.does_not_see("岬薬局");
        let (good, said) = import(world, &args, &["--batch", "2030-06"]);
        assert!(good && said.contains("2行: 追加2 変更0 変更なし0 終了0"), "{said}");
        // Kinds stand in the insurer's words; those that nobody knows are shown, too.
        let page = visitor.open(&month("203004")).await;
        page.sees("港の見える医院").sees("医科入院").sees("院外処方").sees("27,300");
        let (good, said) = import(world, &args, &["--batch", "2030-06"]);
        assert!(good && said.contains("変更なし2"), "{said}");

        // A late claim of the same month and a correction come a month later: nothing is lost.
        let may = [
            format!("{card},203004,岬薬局,調剤,1,2000,1400,0,600,"),
            format!("{card},203004,港の見える医院,医科入院,,▲90000,▲63000,0,▲27000,過誤"),
        ];
        let may: Vec<&str> = may.iter().map(String::as_str).collect();
        let args = file(world, "may.csv", &may, "");
        let (good, said) = import(world, &args, &["--batch", "2030-07"]);
        assert!(good && said.contains("追加2 変更0 変更なし0 終了0"), "{said}");
        visitor
            .open(&month("203004"))
            .await
            .sees("院外処方")
            .sees("-27,000")
            .sees("過誤")
            .sees(">900<");

        // The batch comes again, corrected: it takes the place of the first, and of nothing else.
        let again = [april[0].replace("27000", "26000").replace("63000", "64000")];
        let again: Vec<&str> = again.iter().map(String::as_str).collect();
        let args = file(world, "again.csv", &again, "");
        let (good, said) = import(world, &args, &["--batch", "2030-06"]);
        assert!(good && said.contains("追加0 変更1 変更なし0 終了1"), "{said}");
        let page = visitor.open(&month("203004")).await;
        page.does_not_see("院外処方").sees("26,000").sees("過誤");

        // What does not add up is told and taken; a fault that cannot be read changes nothing.
        let odd = [format!("{card},203005,医院,通院,1,1001,700,0,300,")];
        let odd: Vec<&str> = odd.iter().map(String::as_str).collect();
        let (good, said) = import(world, &file(world, "odd.csv", &odd, ""), &["--batch", "odd"]);
        assert!(good && said.contains("注意: 2行目 総額"), "{said}");
        let bad = [
            format!("{card},203006,よい行,通院,1,1000,700,0,300,"),
            format!("{card},2030-99,医院,通院,1,1000,700,0,300,"),
            format!("{card},203006,医院,通院,1,千円,700,0,300,"),
        ];
        let bad: Vec<&str> = bad.iter().map(String::as_str).collect();
        let (good, said) = import(world, &file(world, "bad.csv", &bad, ""), &["--batch", "bad"]);
        assert!(!good && said.contains("3行目 診療年月") && said.contains("4行目 総額"), "{said}");
        assert!(said.contains("3行のうち2行"), "{said}");
        visitor.open(&month("203006")).await.does_not_see("よい行");

        // The insurer's own words are the layout's.
        let words = "words.kind.pharmacy = [\"院外処方\"]\n";
        let own = [format!("{card},203007,岬薬局,院外処方,2,1000,700,0,300,")];
        let own: Vec<&str> = own.iter().map(String::as_str).collect();
        let (good, said) = import(world, &file(world, "own.csv", &own, words), &["--batch", "own"]);
        assert!(good, "{said}");
        visitor.open(&month("203007")).await.sees("院外処方").sees("2回");

        let none = file(world, "none.csv", &[], "");
        let (good, said) = import(world, &none, &["--batch", "2030-06"]);
        assert!(!good && said.contains("行がありません"), "{said}");
        visitor.open(&month("203004")).await.sees("26,000");
    })
    .await;
}

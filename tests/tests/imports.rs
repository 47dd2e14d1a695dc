//! Insurers' files: a broken one changes nothing and reports every row once; the same one twice
//! changes nothing.

use tests::visitor::{HANAKO, Visitor};
use tests::world::{Options, Program, World};

fn options() -> Options {
    Options { insurers: vec!["minato"], ..Options::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_roster_changes_nothing_and_reports_every_row_once() {
    World::on_each_engine(options(), async |world| {
        let folder = world.folder.join("insurers/minato");
        let layout = folder.join("roster.toml").display().to_string();
        let import = |file: &str, more: &[&str]| {
            let mut args =
                vec!["roster", "import", file, "--insurer", "minato", "--layout", &layout];
            args.extend(more);
            let output = world.run(Program::Idp, &args);
            let text = String::from_utf8_lossy(&output.stdout).into_owned()
                + &String::from_utf8_lossy(&output.stderr);
            (output.status.success(), text)
        };
        let good = folder.join("files/roster.csv").display().to_string();
        let (ok, text) = import(&good, &[]);
        assert!(ok && text.contains("追加0 変更0") && text.contains("終了0"), "{text}");

        // 10,000 wrong rows: each line once, nothing written.
        let bytes = std::fs::read(&good).expect("the roster");
        let end = bytes.windows(2).position(|pair| pair == b"\r\n").expect("a header") + 2;
        let width = bytes[..end].iter().filter(|b| **b == b',').count();
        let mut wrong = bytes[..end].to_vec();
        for n in 0..10_000 {
            wrong.extend(format!("{n}{}\r\n", ",".repeat(width)).bytes());
        }
        let file = world.folder.join("wrong.csv");
        std::fs::write(&file, &wrong).expect("written");
        let (ok, text) = import(&file.display().to_string(), &[]);
        assert!(!ok);
        assert_eq!(text.lines().filter(|line| line.contains("行目")).count(), 10_000);
        assert!(text.contains("2行目") && text.contains("10001行目"), "lines are named");

        // The wrong encoding, a missing column, an almost empty snapshot.
        let utf8 = String::from_utf8_lossy(&bytes).into_owned();
        std::fs::write(&file, utf8).expect("written");
        assert!(!import(&file.display().to_string(), &[]).0);
        std::fs::write(&file, b"a,b\r\n1,2\r\n").expect("written");
        let (ok, text) = import(&file.display().to_string(), &[]);
        assert!(!ok && text.contains("見出し"), "{text}");
        let second = bytes[end..].windows(2).position(|pair| pair == b"\r\n").expect("a row") + 2;
        std::fs::write(&file, &bytes[..end + second]).expect("written");
        let (ok, text) = import(&file.display().to_string(), &[]);
        assert!(!ok && text.contains("--allow-large-change"), "{text}");
        let (ok, text) = import(&good, &["--dry-run"]);
        assert!(ok && text.contains("追加0 変更0") && text.contains("終了0"), "unchanged: {text}");
    })
    .await;
}

/// A plugin takes two kinds of files: the command wants to know which, and neither replaces the other's rows.
#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_takes_files_of_two_kinds() {
    World::on_each_engine(options(), async |world| {
        let import = |kind: &[&str]| {
            let file = world.folder.join("insurers/minato/files/example-courses.csv");
            let file = file.display().to_string();
            let args = ["import", &file, "--insurer", "minato", "--plugin", "example"];
            let output = world.run(Program::Portal, &[&args[..], kind].concat());
            let text = [output.stdout, output.stderr].concat();
            (output.status.success(), String::from_utf8_lossy(&text).into_owned())
        };
        let (ok, text) = import(&[]);
        assert!(!ok && text.contains("--importer with one of courses, counted"), "{text}");
        let (ok, text) = import(&["--importer", "other"]);
        assert!(
            !ok && text.contains("no importer \"other\"; there are courses, counted"),
            "{text}"
        );
        // The layout is the insurer's for this kind.
        let (ok, text) = import(&["--importer", "courses"]);
        assert!(ok && text.contains("追加0 変更0"), "{text}");
        let (ok, text) = import(&["--importer", "counted"]);
        assert!(!ok && text.contains("歩数計/月/人: この要素が"), "{text}");
        let hanako = Visitor::new();
        let made = ("hanako79@example.jp", "hanako79", HANAKO);
        hanako.register(world, "minato", made).await.sees("hanako79");
        hanako.sign_in(world, "minato", "hanako79").await;
        let page = format!("{}/minato/p/example", world.portal_url);
        hanako.open(&format!("{page}?month=202604")).await.sees("142,300歩");
        hanako.open(&format!("{page}/courses")).await.sees("灯台まわり").sees("2.4キロ");
        // A layout for what the plugin does not take is a mistake of the operator's.
        let file = world.folder.join("insurers/minato/portal.toml");
        let text = std::fs::read_to_string(&file).expect("portal.toml");
        std::fs::write(&file, text.replace("{ courses =", "{ course =")).expect("written");
        let folder = world.folder.join("insurers/minato").display().to_string();
        let output = world.run(Program::Portal, &["insurer", "apply", &folder]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains("no importer \"course\""), "{said}");
    })
    .await;
}

/// F130: total = insurer + public + own, or the row is refused where the insurer wants it so.
#[tokio::test(flavor = "multi_thread")]
async fn a_breach_of_f130_is_a_row_error() {
    World::on_each_engine(options(), async |world| {
        let folder = world.folder.join("insurers/minato");
        let layout = folder.join("medical-fees.toml").display().to_string();
        let import = |file: &str| {
            let args = [
                "import",
                file,
                "--insurer",
                "minato",
                "--plugin",
                "medical-fees",
                "--layout",
                &layout,
            ];
            let output = world.run(Program::Portal, &args);
            (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
        };
        let good = folder.join("files/medical-fees.csv");
        let (ok, text) = import(&good.display().to_string());
        assert!(ok && text.contains("追加0 変更0"), "the same file twice: {text}");
        // The ninth column is the total: one yen too much in the third line. No byte of a
        // Windows-31J letter is a comma or a line break.
        let bytes = std::fs::read(&good).expect("the file");
        let mut lines: Vec<Vec<u8>> = bytes.split(|b| *b == b'\n').map(<[u8]>::to_vec).collect();
        let mut cells: Vec<Vec<u8>> = lines[2].split(|b| *b == b',').map(<[u8]>::to_vec).collect();
        let total: i64 = String::from_utf8_lossy(&cells[8]).parse().expect("a number");
        cells[8] = (total + 1).to_string().into_bytes();
        lines[2] = cells.join(&b","[..]);
        let file = world.folder.join("fees.csv");
        std::fs::write(&file, lines.join(&b"\n"[..])).expect("written");
        let portal = folder.join("portal.toml");
        let settings = std::fs::read_to_string(&portal).expect("portal.toml");
        let strict =
            settings.replacen("[plugin.settings]", "[plugin.settings]\nsum_check = \"refuse\"", 1);
        std::fs::write(&portal, strict).expect("written");
        world.ran(Program::Portal, &["insurer", "apply", &folder.display().to_string()]);
        let (ok, text) = import(&file.display().to_string());
        assert!(!ok && text.contains("3行目") && text.contains("[sum]"), "{text}");
        assert!(!text.contains(&(total + 1).to_string()), "the amount is not repeated: {text}");

        // Whoever mends a row is told all that is wrong with it; it is one faulty row.
        cells[4] = b"2022-13".to_vec();
        cells[8] = b"x".to_vec();
        cells[11] = b"y".to_vec();
        lines[2] = cells.join(&b","[..]);
        std::fs::write(&file, lines.join(&b"\n"[..])).expect("written");
        let (ok, text) = import(&file.display().to_string());
        let told = |column: &str| {
            let lines =
                text.lines().filter(|line| line.starts_with("3行目") && line.contains(column));
            lines.count()
        };
        assert!(!ok, "{text}");
        assert_eq!(["診療年月", "医療費総額", "自己負担額"].map(told), [1, 1, 1], "{text}");
        assert!(text.contains("1行"), "{text}");
    })
    .await;
}

//! The households that the demo makes: each insurer takes their files, and one of them finds their three years.

use std::process::Command;
use tests::visitor::Visitor;
use tests::world::{Options, Program, World, bin, root};

#[tokio::test(flavor = "multi_thread")]
async fn every_insurer_takes_the_households_that_are_made() {
    let insurers = vec!["minato", "aozora", "kaede", "hokushin", "nagisa"];
    let world =
        &World::on_sqlite(Options { insurers: insurers.clone(), ..Options::default() }).await;
    for slug in insurers {
        let folder = world.folder.join("households").join(slug);
        let made = Command::new(bin().join("demo"))
            .args(["households", &folder.display().to_string(), "--seed", slug, "--count", "25"])
            .status();
        assert!(made.expect("it runs").success());
        let at = |name: &str| folder.join(name).display().to_string();
        let (csv, layout) = (at("roster.csv"), at("roster.toml"));
        let args = ["roster", "import", &csv, "--insurer", slug, "--layout", &layout];
        world.ran(Program::Idp, &args);
        let settings = root().join("demo/insurers").join(slug).join("portal.toml");
        let settings = std::fs::read_to_string(settings).expect("portal.toml");
        for plugin in ["medical-fees", "benefits", "prescriptions"] {
            if settings.contains(&format!("id = \"{plugin}\"")) {
                let (csv, layout) = (at(&format!("{plugin}.csv")), at(&format!("{plugin}.toml")));
                let args = ["import", &csv, "--insurer", slug, "--plugin", plugin];
                let args = [&args[..], &["--layout", &layout, "--batch", "households"]].concat();
                world.ran(Program::Portal, &args);
            }
        }
    }
    // The first household that is made, and one of the insurer's own: neither lost anything.
    let roster = world.folder.join("households/minato/roster.csv");
    let roster = std::fs::read_to_string(roster).expect("the roster");
    let first: Vec<&str> = roster.lines().nth(1).expect("a person").split(',').collect();
    let (year, month, day) = (&first[6][..4], &first[6][4..6], &first[6][6..]);
    let card = [
        ("symbol", first[0]),
        ("number", first[1]),
        ("branch", first[2]),
        ("name_kana", first[5]),
        ("birth_year", year),
        ("birth_month", month),
        ("birth_day", day),
    ];
    let visitor = Visitor::member(world, "minato", "made0001", &card).await;
    let at = |path: &str| format!("{}/minato/{path}", world.portal_url);
    visitor.open(&at("")).await.sees("最新の自己負担額").sees("year?year=2024");
    visitor.open(&at("p/medical-fees/past")).await.sees("month?month=2024");
    let hanako = Visitor::member(world, "minato", "hanako79", tests::visitor::HANAKO).await;
    hanako.open(&at("p/medical-fees/month?month=202503")).await.sees("11,742");
}

//! Who sees whose rows (F136): policy, the dependant's own choice, two insurers kept apart.

use tests::visitor::{HANAKO, ICHIRO, KEN, Visitor};
use tests::world::{Options, World};

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

        hanako.open(&fees("minato")).await.sees("ハナコ").sees("イチロウ").sees("サクラ");
        ichiro.open(&fees("minato")).await.sees("イチロウ").does_not_see("ハナコ");
        // He reads that she looked; she cannot read what he looked at.
        let views = |slug: &str| format!("{}/{slug}/views", world.portal_url);
        ichiro.open(&views("minato")).await.sees("<strong>港　花子</strong>");
        hanako.open(&views("minato")).await.does_not_see("<strong>");
        // He hides his rows; she no longer sees them, he still does.
        let page = ichiro.open(&format!("{}/minato/household", world.portal_url)).await;
        ichiro.submit(&page, &[("hidden", "hide")]).await;
        hanako.open(&fees("minato")).await.sees("ハナコ").does_not_see("イチロウ").sees("サクラ");
        ichiro.open(&fees("minato")).await.sees("イチロウ");
        // Asking for a hidden person by name shows nothing of him.
        let asked = format!("{}&patient=ミナト　イチロウ", fees("minato"));
        hanako.open(&asked).await.does_not_see("<td role=\"cell\" class=\"fees-where\">");

        // The other insurer's members, and his own session there, are worlds apart.
        ken.open(&fees("aozora")).await.sees("ケン").does_not_see("ミナト");
        ken.open(&fees("minato")).await.sees("name=\"user_id\"");
        hanako.open(&fees("aozora")).await.does_not_see("ケン");
    })
    .await;
}

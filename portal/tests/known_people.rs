//! Who is who among the names in plugins' data, on both engines: by any name a person is found with all of them, and
//! nobody else is.

use handover::card::Card;
use portal::member::{Member, Person};
use portal::plugins::data::people::{People, PersonKeys};
use portal::store::known_people;
use secret::Sealer;

fn card(number: &str) -> Card {
    Card { symbol: "1234".into(), number: number.into(), branch: "00".into() }
}

fn person(id: &str, number: &str, lost_on: Option<&str>) -> Person {
    Person {
        person: id.to_owned(),
        name: format!("名 {id}"),
        relation: "insured".to_owned(),
        card: card(number),
        lost_on: lost_on.map(str::to_owned),
    }
}

#[tokio::test]
async fn a_person_is_found_by_any_of_their_names() {
    let migrations = portal::app::migrations().expect("migrations");
    db::testing::each_engine(&migrations, async |db| {
        let keys = PersonKeys::open(&db).await.expect("keys");
        let sealer = Sealer::from_key(&[7; 32]).expect("a key");
        let member = Member {
            sub: "s".to_owned(),
            name: "名 hanako".to_owned(),
            insured: true,
            cards: vec![
                person("hanako", "0001", Some("2026-01-01")),
                person("hanako", "0002", None),
            ],
            household: vec![person("ichiro", "0003", None)],
            account_changed_at: None,
        };
        let mut tx = db.begin().await.expect("begins");
        for known in keys.known("minato", &member) {
            known_people::note(&mut tx, &sealer, "minato", &known, 10).await.expect("noted");
        }
        let of_card = |number: &str| keys.of_card("minato", &card(number).key());
        let hanako = keys.of_person("minato", "hanako");
        let (old, new, his) = (of_card("1"), of_card("2"), of_card("3"));
        let names = [hanako.as_str(), &old, &new, &his];
        let known = People::everybody_known(&mut tx, "minato", names).await.expect("asked");
        for name in [&hanako, &old, &new] {
            let only = known.only(name);
            let [seen] = only.all() else { panic!("one") };
            assert_eq!(seen.id, hanako, "under her own name she is written");
            assert!(seen.keys.contains(&old) && seen.keys.contains(&new));
            assert!(!seen.keys.contains(&his));
        }
        assert_eq!(known.only(&his).all()[0].id, keys.of_person("minato", "ichiro"));
        // Nobody knows them: they are who they are.
        let other = of_card("4");
        let unknown = People::everybody_known(&mut tx, "minato", [other.as_str()]).await;
        assert_eq!(unknown.expect("asked").only(&other).all()[0].id, other);
        // At another insurer it is another person.
        let elsewhere = People::everybody_known(&mut tx, "aozora", [old.as_str()]).await;
        assert!(!elsewhere.expect("asked").only(&old).all()[0].keys.contains(&new));

        let names: Vec<String> = [&hanako, &old, &other].map(Clone::clone).into();
        let called =
            known_people::called(&mut tx, &sealer, "minato", &names, &[]).await.expect("asked");
        let shown = |name: &String| {
            let called = called.get(name)?;
            Some((called.name.clone(), called.card.clone()?[1].clone()))
        };
        let name = "名 hanako".to_owned();
        assert_eq!(shown(&hanako), Some((name.clone(), "0002".to_owned())), "the card of today");
        assert_eq!(shown(&old), Some((name, "0001".to_owned())));
        assert_eq!(shown(&other), None);
        // Of whom the page was given nothing an address names nobody.
        let asked = [new.clone(), his.clone()];
        let names = std::slice::from_ref(&hanako);
        let called = known_people::called(&mut tx, &sealer, "minato", names, &asked).await;
        let called = called.expect("asked");
        assert!(called.contains_key(&new) && !called.contains_key(&his));
        // Her own row was forgotten before her cards': she is who she was.
        let sql = "DELETE FROM known_people WHERE name = $1";
        tx.execute(sql, db::params![&hanako]).await.expect("forgotten");
        let known = People::everybody_known(&mut tx, "minato", [new.as_str()]).await;
        let only = known.expect("asked").only(&new);
        assert_eq!(only.all()[0].id, hanako);
        assert!(only.all()[0].keys.contains(&new));
    })
    .await;
}

//! Households of an insurer and three years of their care, made from a seed: the same seed makes the same people.
//! Nobody of them exists. Their cards (symbol 900, numbers 9000001 and up) are none of the insurers' own.

use fastrand::Rng;
use std::path::Path;

/// The first and the last month of care.
const FIRST: Month = Month(2023 * 12 + 9);
const LAST: Month = Month(2026 * 12 + 8);

/// Months since the year 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Month(i32);

impl Month {
    fn year(self) -> i32 {
        self.0.div_euclid(12)
    }

    /// 1 to 12
    fn number(self) -> i32 {
        self.0.rem_euclid(12) + 1
    }

    /// `202503`
    fn text(self) -> String {
        format!("{:04}{:02}", self.year(), self.number())
    }
}

const FAMILIES: [(&str, &str); 20] = [
    ("浅瀬", "アサセ"),
    ("石垣", "イシガキ"),
    ("海老沢", "エビサワ"),
    ("小笠原", "オガサワラ"),
    ("霞", "カスミ"),
    ("霧島", "キリシマ"),
    ("栗原", "クリハラ"),
    ("五十嵐", "イガラシ"),
    ("潮見", "シオミ"),
    ("白浜", "シラハマ"),
    ("杉森", "スギモリ"),
    ("瀬戸", "セト"),
    ("高波", "タカナミ"),
    ("月岡", "ツキオカ"),
    ("鳥居", "トリイ"),
    ("長谷", "ハセ"),
    ("氷川", "ヒカワ"),
    ("星野", "ホシノ"),
    ("水城", "ミズキ"),
    ("矢萩", "ヤハギ"),
];
const MEN: [(&str, &str); 14] = [
    ("明", "アキラ"),
    ("一馬", "カズマ"),
    ("健太", "ケンタ"),
    ("浩二", "コウジ"),
    ("聡", "サトシ"),
    ("翔", "ショウ"),
    ("大輔", "ダイスケ"),
    ("拓海", "タクミ"),
    ("哲也", "テツヤ"),
    ("直人", "ナオト"),
    ("陽斗", "ハルト"),
    ("弘", "ヒロシ"),
    ("誠司", "セイジ"),
    ("律", "リツ"),
];
const WOMEN: [(&str, &str); 14] = [
    ("葵", "アオイ"),
    ("明美", "アケミ"),
    ("絵里", "エリ"),
    ("香織", "カオリ"),
    ("久美子", "クミコ"),
    ("桜子", "サクラコ"),
    ("詩織", "シオリ"),
    ("智子", "トモコ"),
    ("七海", "ナナミ"),
    ("晴香", "ハルカ"),
    ("真由美", "マユミ"),
    ("美咲", "ミサキ"),
    ("由紀", "ユキ"),
    ("凛", "リン"),
];
const CLINICS: [&str; 8] = [
    "波止場内科クリニック",
    "坂の上整形外科",
    "よつば皮膚科",
    "あけぼの耳鼻咽喉科",
    "なないろ眼科",
    "こもれびメンタルクリニック",
    "すずらんレディースクリニック",
    "東口循環器内科",
];
const CHILDRENS: [&str; 2] = ["ひまわりこどもクリニック", "わかば小児科"];
const DENTISTS: [&str; 3] = ["三日月歯科", "並木通り歯科医院", "ほほえみ歯科"];
const PHARMACIES: [&str; 4] = ["波止場薬局", "すみれ調剤薬局", "駅前なかよし薬局", "坂の上薬局"];
const HOSPITALS: [&str; 2] = ["市立みはらし総合病院", "青葉台中央病院"];
const THERAPISTS: [&str; 2] = ["やすらぎ接骨院", "たけのこ鍼灸院"];

/// Name, yen for a unit, and the generic with its price.
type Medicine = (&'static str, &'static str, Option<(&'static str, &'static str)>);

const MEDICINES: [Medicine; 8] = [
    ("アサナギ錠5mg", "24.6", Some(("アサナミン錠5mg", "10.1"))),
    ("ウミネコ錠10mg", "58.3", Some(("ウミネール錠10mg", "19.7"))),
    ("カモメ点鼻液50μg", "812.4", Some(("カモメン点鼻液50μg", "402.9"))),
    ("コハルカプセル20mg", "31.2", Some(("コハリンカプセル20mg", "12.4"))),
    ("サザナミ軟膏0.1%", "9.8", None),
    ("ツユクサ錠200mg", "10.1", None),
    ("ハマユウ吸入用", "2310.5", None),
    ("ミナモ点眼液0.3%", "88.7", Some(("ミナミン点眼液0.3%", "41.5"))),
];

/// Somebody who has a card.
struct Person {
    card: [String; 3],
    relation: &'static str,
    name: String,
    kana: String,
    born: Month,
    day: u32,
    woman: bool,
    /// Goes to a doctor each month.
    chronic: Option<usize>,
}

impl Person {
    fn age(&self, at: Month) -> i32 {
        (at.0 - self.born.0).div_euclid(12)
    }

    /// What they pay of 100 yen.
    fn ratio(&self, at: Month) -> i64 {
        if !(6..70).contains(&self.age(at)) { 20 } else { 30 }
    }
}

/// Writes the files: `roster`, `medical-fees`, `benefits` and `prescriptions`, each as `.csv` and its layout `.toml`.
///
/// # Errors
/// When a file cannot be written.
pub fn write(folder: &Path, seed: &str, count: u32) -> std::io::Result<()> {
    let number =
        seed.bytes().fold(0x6d75_7375_u64, |n, byte| n.wrapping_mul(131) + u64::from(byte));
    let mut rng = Rng::with_seed(number);
    let people: Vec<Person> = (0..count).flat_map(|n| household(n, &mut rng)).collect();
    std::fs::create_dir_all(folder)?;
    roster(folder, &people)?;
    let mut fees = file(
        folder,
        "medical-fees",
        "batches",
        &[
            "month",
            "facility",
            "kind",
            "days",
            "total",
            "insurer_paid",
            "public_paid",
            "own_paid",
            "note",
        ],
    )?;
    let mut benefits = file(
        folder,
        "benefits",
        "batches",
        &["paid_month", "kind", "care_month", "days", "amount"],
    )?;
    let mut medicines = file(
        folder,
        "prescriptions",
        "batches",
        &["month", "facility", "name", "price", "amount", "ratio", "generic_name", "generic_price"],
    )?;
    for month in (FIRST.0..=LAST.0).map(Month) {
        for person in &people {
            let cares = cares(person, month, &mut rng);
            let mut own = 0;
            for care in &cares {
                own += care.own;
                line(&mut fees, person, care.row(month))?;
                for _ in 0..care.medicines {
                    let drug = MEDICINES[person
                        .chronic
                        .filter(|_| rng.bool())
                        .unwrap_or_else(|| rng.usize(0..8))
                        % 8];
                    line(&mut medicines, person, medicine(person, month, care, drug, &mut rng))?;
                }
            }
            for row in paid_back(&cares, own, month) {
                line(&mut benefits, person, row)?;
            }
        }
    }
    for mut file in [fees, benefits, medicines] {
        file.flush()?;
    }
    Ok(())
}

fn household(n: u32, rng: &mut Rng) -> Vec<Person> {
    let (family, family_kana) = FAMILIES[rng.usize(0..FAMILIES.len())];
    let mut people: Vec<Person> = Vec::new();
    let mut add = |relation, years: i32, woman: bool, rng: &mut Rng| {
        let (name, kana) = if woman { WOMEN[rng.usize(0..14)] } else { MEN[rng.usize(0..14)] };
        let chronic = rng.i32(0..100) < if years > 45 { 45 } else { 12 };
        people.push(Person {
            card: ["900".into(), format!("{}", 9_000_001 + n), format!("{:02}", people.len())],
            relation,
            name: format!("{family}　{name}"),
            kana: format!("{family_kana} {kana}"),
            born: Month(LAST.0 - years * 12 - rng.i32(0..12)),
            day: rng.u32(1..=28),
            woman,
            chronic: chronic.then(|| rng.usize(0..8)),
        });
    };
    let (years, woman) = (rng.i32(22..66), rng.i32(0..100) < 40);
    add("本人", years, woman, rng);
    if rng.i32(0..100) < 55 {
        add(if woman { "夫" } else { "妻" }, (years + rng.i32(-6..5)).max(20), !woman, rng);
    }
    for nth in 0..rng.usize(0..4) {
        let age = years - 24 - rng.i32(0..10);
        if (0..23).contains(&age) {
            let girl = rng.bool();
            let relation = match (nth, girl) {
                (0, true) => "長女",
                (0, false) => "長男",
                (1, true) => "二女",
                (1, false) => "二男",
                (_, true) => "三女",
                (_, false) => "三男",
            };
            add(relation, age, girl, rng);
        }
    }
    people
}

/// A stay or visits at one place in a month.
struct Care {
    place: Option<&'static str>,
    kind: &'static str,
    days: i64,
    total: i64,
    insurer: i64,
    public: i64,
    own: i64,
    note: &'static str,
    medicines: u32,
}

impl Care {
    fn new(
        person: &Person,
        at: Month,
        kind: &'static str,
        place: &'static str,
        days: i64,
        total: i64,
        rng: &mut Rng,
    ) -> Self {
        let share = total * person.ratio(at) / 100;
        // Towns pay for children but for a small part.
        let own = if person.age(at) < 15 { share.min(300) } else { share };
        let named = rng.i32(0..100) < 97;
        Self {
            place: named.then_some(place),
            kind,
            days,
            total,
            insurer: total - share,
            public: share - own,
            own,
            note: if share > own { "公費" } else { "" },
            medicines: 0,
        }
    }

    fn row(&self, month: Month) -> Vec<String> {
        let sums = [self.total, self.insurer, self.public, self.own];
        let mut row = vec![
            month.text(),
            self.place.unwrap_or("").into(),
            self.kind.into(),
            self.days.to_string(),
        ];
        row.extend(sums.map(|sum| sum.to_string()));
        row.push(self.note.into());
        row
    }
}

/// What a person has in a month: more in winter and spring, more with the years.
fn cares(person: &Person, at: Month, rng: &mut Rng) -> Vec<Care> {
    let age = person.age(at);
    if age < 0 {
        return Vec::new();
    }
    let season = if matches!(at.number(), 12 | 1..=4) { 12 } else { 0 };
    let often = if age < 10 { 45 } else { 14 + age / 3 } + season;
    let mut cares = Vec::new();
    let sum = |rng: &mut Rng, from: i64, to: i64| rng.i64(from / 10..to / 10) * 10;
    if person.chronic.is_some() || rng.i32(0..100) < often {
        let place = match (person.chronic, age) {
            (_, ..10) => CHILDRENS[rng.usize(0..2)],
            (Some(n), _) => CLINICS[n],
            _ => CLINICS[rng.usize(0..8)],
        };
        let (days, total) = (rng.i64(1..4), sum(rng, 2_900, 14_000));
        let mut care = Care::new(person, at, "通院", place, days, total, rng);
        if rng.i32(0..100) < 75 {
            care.medicines = rng.u32(1..4);
            let total = sum(rng, 1_800, 12_500);
            cares.push(Care::new(person, at, "薬局", PHARMACIES[rng.usize(0..4)], 1, total, rng));
        }
        cares.insert(0, care);
    }
    if rng.i32(0..100) < 9 {
        let (days, total) = (rng.i64(1..5), sum(rng, 3_200, 22_000));
        cares.push(Care::new(person, at, "歯科", DENTISTS[rng.usize(0..3)], days, total, rng));
    }
    if age > 30 && rng.i32(0..100) < 3 {
        let (days, total) = (rng.i64(2..10), sum(rng, 3_000, 15_000));
        cares.push(Care::new(person, at, "柔整", THERAPISTS[rng.usize(0..2)], days, total, rng));
    }
    if rng.i32(0..1_000) < 3 + age / 12 {
        let (days, total) = (rng.i64(2..15), sum(rng, 180_000, 1_400_000));
        cares.push(Care::new(person, at, "入院", HOSPITALS[rng.usize(0..2)], days, total, rng));
    }
    cares
}

/// What comes back three months later: of each claim what is above 25,000 yen, in whole hundreds from 1,000 on, and
/// of it by law what is above the limit of a month.
fn paid_back(cares: &[Care], own: i64, month: Month) -> Vec<Vec<String>> {
    let total: i64 = cares.iter().map(|care| care.total).sum();
    let limit = 80_100 + (total - 267_000).max(0) / 100;
    let paid = Month(month.0 + 3);
    if own <= 25_000 || paid > LAST {
        return Vec::new();
    }
    let row = |kind: &str, amount: i64| {
        vec![paid.text(), kind.to_owned(), month.text(), String::new(), amount.to_string()]
    };
    let of_claims = cares.iter().map(|care| (care.own - 25_000) / 100 * 100);
    let all: i64 = of_claims.filter(|back| *back >= 1_000).sum();
    let above = (own - limit).max(0);
    let rest = all - above;
    let mut rows = Vec::new();
    rows.extend((above > 0).then(|| row("高額療養費", above)));
    rows.extend((rest > 0).then(|| row("一部負担還元金", rest)));
    rows
}

fn medicine(
    person: &Person,
    month: Month,
    care: &Care,
    (name, price, generic): Medicine,
    rng: &mut Rng,
) -> Vec<String> {
    let amount = [7, 14, 28, 30, 60][rng.usize(0..5)];
    let (other, other_price) = generic.unwrap_or_default();
    let texts =
        [name, price, &amount.to_string(), &person.ratio(month).to_string(), other, other_price]
            .map(str::to_owned);
    [month.text(), care.place.unwrap_or("").to_owned()].into_iter().chain(texts).collect()
}

const CARD: [&str; 3] = ["symbol", "number", "branch"];

/// A file with its layout: the headers are our own names.
fn file(
    folder: &Path,
    name: &str,
    mode: &str,
    columns: &[&str],
) -> std::io::Result<csv::Writer<std::fs::File>> {
    let columns: Vec<&str> = CARD.iter().chain(columns).copied().collect();
    let mut layout = format!("encoding = \"utf-8\"\nmode = \"{mode}\"\n\n[columns]\n");
    for column in &columns {
        layout.push_str(&format!("{column} = \"{column}\"\n"));
    }
    std::fs::write(folder.join(format!("{name}.toml")), layout)?;
    let mut file = csv::Writer::from_path(folder.join(format!("{name}.csv")))?;
    file.write_record(&columns)?;
    Ok(file)
}

fn line(
    file: &mut csv::Writer<std::fs::File>,
    person: &Person,
    row: Vec<String>,
) -> std::io::Result<()> {
    Ok(file.write_record(person.card.iter().chain(&row))?)
}

fn roster(folder: &Path, people: &[Person]) -> std::io::Result<()> {
    let columns = [
        "relation",
        "name",
        "name_kana",
        "birth_date",
        "sex",
        "acquired_on",
        "lost_on",
        "person_key",
    ];
    let mut roster = file(folder, "roster", "delta", &columns)?;
    for person in people {
        let born = format!("{}{:02}", person.born.text(), person.day);
        let since = Month(person.born.0.max(2019 * 12 + 3));
        let since = if since == person.born { born.clone() } else { format!("{}01", since.text()) };
        let sex = if person.woman { "女" } else { "男" };
        let key = format!("X{}{}", person.card[1], person.card[2]);
        let texts = [person.relation, &person.name, &person.kana, &born, sex, &since, "", &key];
        line(&mut roster, person, texts.map(str::to_owned).into())?;
    }
    roster.flush()
}

#[cfg(test)]
mod tests {
    use super::write;

    /// 200 households and three years, the same each time; every row adds up.
    #[test]
    fn a_seed_makes_the_same_people_and_sums_that_add_up() {
        let folder = std::env::temp_dir().join(format!("households-{}", std::process::id()));
        let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
        write(&folder, "minato", 200).unwrap();
        let (roster, fees) = (read("roster.csv"), read("medical-fees.csv"));
        write(&folder, "minato", 200).unwrap();
        assert!(roster == read("roster.csv") && fees == read("medical-fees.csv"));
        write(&folder, "aozora", 200).unwrap();
        assert!(fees != read("medical-fees.csv"));
        std::fs::remove_dir_all(&folder).unwrap();
        let (mut months, mut rows) = (std::collections::BTreeSet::new(), 0);
        for line in fees.lines().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            let sums: Vec<i64> = cells[7..11].iter().map(|cell| cell.parse().unwrap()).collect();
            assert_eq!(sums[0], sums[1] + sums[2] + sums[3], "{line}");
            months.insert(cells[3].to_owned());
            rows += 1;
        }
        assert_eq!(months.len(), 36);
        assert!(rows > 8_000 && roster.lines().count() > 400, "{rows}, {}", roster.lines().count());
    }
}

//! `roster`: the fields of the insurance card name one person of the insurer's roster.

use super::cards::Cards;
use super::verdict::{At, Limits, Place, Prepared, Verdict};
use super::{Boxed, Step, crowd};
use crate::definition::policy::CardExample;
use crate::need::{Field, Relation, Settings};
use crate::store::attempts::{Bucket, Limit};
use crate::store::people::Member;
use crate::store::{accounts, people};
use db::Tx;
use handover::card::Card;
use handover::{card, date, kana};
use serde::Serialize;
use web::clock::today;
use web::look::Screen;
use web::{Error, Form, Page, Posted};

const DAY: i64 = 24 * 3600;

/// Wrong tries on one card's number in a day, over all journeys: there are only some 36,000
/// birth dates to guess (attack 24).
const PER_CARD: Limit = Limit::new(10, DAY).hidden();

const FORM: [&str; 8] =
    ["symbol", "number", "branch", "name_kana", "birth_year", "birth_month", "birth_day", "sex"];

/// Asks the card's fields in the insurer's order.
#[derive(Serialize)]
pub struct Roster {
    pub title: String,
    pub step: Place,
    pub form: Form,
    pub fields: Vec<&'static str>,
    pub example: CardExample,
    /// Dependants cannot register.
    pub insured_only: bool,
    /// The last try named nobody. The page gives all causes and does not tell which it was.
    pub failed: bool,
    pub attempts_left: i64,
    pub login_url: String,
    /// For which address this is, when one was proved: who opened somebody else's link sees it.
    pub address: Option<String>,
    /// For an account that there is already.
    pub recovers: bool,
}

impl Page for Roster {
    const TEMPLATE: &'static str = "idp/roster.html";
    /// F278: where symbol and number can be read. F265, F297: the page of a card that named nobody
    /// tells who has registered to log in, and everybody else whom to ask.
    fn samples() -> Vec<Self> {
        let all = ["symbol", "number", "branch", "name_kana", "birth_date", "sex"];
        let sample = |fields: &[&'static str], failed, wrong: bool| {
            let mut form = Form::new("/minato/journey/x?step=roster", &FORM);
            if wrong {
                for field in ["symbol", "name_kana", "birth_date", "sex"] {
                    form.mistake(field, "入力してください。".into());
                }
            }
            Self {
                title: "本人確認".into(),
                step: Place { n: 2, of: 4 },
                form,
                fields: fields.to_vec(),
                example: CardExample::default(),
                insured_only: failed,
                failed,
                attempts_left: 3,
                login_url: "/minato/login".into(),
                address: failed.then(|| "hanako@example.jp".into()),
                recovers: wrong,
            }
        };
        vec![sample(&all, false, false), sample(&all, false, true), sample(&all[1..5], true, false)]
    }
}

/// The inputs, and `birth_date`, which stands for three of them in messages.
fn form_fields() -> Vec<&'static str> {
    FORM.iter().copied().chain(["birth_date"]).collect()
}

fn asked<'a>(at: &'a At<'_>) -> (&'a [Field], i64) {
    match &at.step.settings {
        Settings::Roster { fields, attempts } => (fields, *attempts),
        _ => (&[], 0),
    }
}

pub(super) struct Verify;

impl Step for Verify {
    fn show<'a>(&'a self, at: &'a At<'a>) -> Boxed<'a, Screen> {
        Box::pin(async move {
            let registration = &at.definition.policy.registration;
            at.screen(&Roster {
                title: at.title.clone(),
                step: at.place,
                form: at.form(&form_fields()),
                fields: asked(at).0.iter().map(|field| field.name()).collect(),
                example: registration.card_example.clone(),
                insured_only: at.registers && registration.insured_only(),
                failed: at.failed(),
                attempts_left: at.left,
                login_url: at.visit.path("login"),
                address: at
                    .instance
                    .learned
                    .address
                    .clone()
                    .filter(|_| at.registers || at.recovers),
                recovers: at.recovers,
            })
        })
    }

    /// Against the browser, and once a card was typed against the card.
    fn limits(&self, at: &At<'_>, answer: Option<(&Posted, &Prepared)>) -> Limits {
        let (_, attempts) = asked(at);
        let per_browser = Limit::new(attempts, DAY).told();
        // The journey's own, too: its earlier proofs are not had again by forgetting a cookie.
        let mut limits = vec![
            (Bucket::browser("roster", &at.browser), per_browser),
            (Bucket::journey("roster", &at.instance.id), per_browser),
        ];
        if let Some((posted, _)) = answer {
            let counted = Cards::of(posted).counted();
            limits.extend(counted.iter().map(|card| (Bucket::card(card), PER_CARD)));
            limits.extend(crowd::limits(at.visit));
        }
        limits
    }

    fn submit<'a>(
        &'a self,
        at: &'a mut At<'_>,
        posted: &'a Posted,
        _: Prepared,
        tx: &'a mut Tx,
    ) -> Boxed<'a, Verdict> {
        Box::pin(async move {
            let mut form = Form::new("", &form_fields()).typed(posted);
            let (fields, _) = asked(at);
            let Some(typed) = Typed::read(fields, posted, &mut form, at) else {
                return Ok(Verdict::Invalid(form));
            };
            match found(at, fields, &typed, tx).await? {
                Found::NotTheirs => Ok(Verdict::NotTheirs(form)),
                Found::Member(member, relation) => {
                    at.instance.learned.person = Some(member);
                    at.instance.learned.relation = Some(relation);
                    Ok(Verdict::Proved(vec![at.evidence("card")]))
                }
                Found::Nobody => Ok(Verdict::Wrong(form)),
            }
        })
    }
}

/// Whom the fields name.
enum Found {
    Member(crate::ids::PersonId, Relation),
    /// Somebody who may not go on here: another account has them, or such members register nowhere.
    NotTheirs,
    Nobody,
}

/// The one person whom the fields name, when it is somebody who may go on: at registration and for an
/// account without a person somebody without an account, else the person of the account. The same
/// statements run whichever it is: time does not tell whether the card was right.
async fn found(at: &At<'_>, fields: &[Field], typed: &Typed, tx: &mut Tx) -> Result<Found, Error> {
    let insurer = at.visit.realm.id();
    let counted = typed.cards.counted();
    let (bare, split) = (&counted[0], counted.last().unwrap_or(&counted[0]));
    let like = people::like_household(tx, insurer, bare, split).await?;
    let (card, members) = typed.cards.meant(&like);
    let today = today(at.visit.now);
    let mut named = members.into_iter().filter(|member| typed.names(fields, card, member, &today));
    let member = match (named.next(), named.next()) {
        (Some(one), None) => Some(one),
        _ => None,
    };
    let person = member.map_or("", |member| member.person_id.as_str());
    let taken = accounts::by_person(tx, insurer, person).await?;
    let own = at.instance.learned.account.as_ref();
    let is_free = match own {
        Some(own) => {
            accounts::by_id(tx, insurer, own).await?.is_some_and(|own| own.person_id.is_none())
        }
        None => true,
    };
    let Some(member) = member else { return Ok(Found::Nobody) };
    let relation = if member.insured { Relation::Insured } else { Relation::Dependant };
    let may = match &taken {
        Some(taken) => own == Some(&taken.account_id),
        // A card that nobody has gives nobody's account back.
        None if at.recovers => false,
        None => is_free && at.definition.policy.registration.relations.contains(&relation),
    };
    Ok(match may {
        true => Found::Member(member.person_id.clone(), relation),
        false => Found::NotTheirs,
    })
}

/// What was typed, in match form.
struct Typed {
    cards: Cards,
    kana: Option<String>,
    birth_date: Option<String>,
    sex: Option<&'static str>,
}

impl Typed {
    /// Reads the asked fields; mistakes that a person can see go into the form.
    fn read(fields: &[Field], posted: &Posted, form: &mut Form, at: &At<'_>) -> Option<Self> {
        let t = |key: &str| at.t(key);
        let asked = |field: Field| fields.contains(&field);
        let cards = Cards::of(posted);
        let mut typed = Typed { cards, kana: None, birth_date: None, sex: None };
        for field in [Field::Symbol, Field::Number, Field::Branch] {
            let elsewhere = field == Field::Branch && typed.cards.split.is_some();
            if asked(field) && posted.value(field.name()).is_empty() && !elsewhere {
                form.mistake(field.name(), t("error-required"));
            }
        }
        if asked(Field::NameKana) {
            typed.kana = kana::match_form(posted.value("name_kana"));
            match (&typed.kana, posted.value("name_kana")) {
                (_, "") => form.mistake("name_kana", t("error-required")),
                (None, _) => form.mistake("name_kana", t("error-kana")),
                _ => {}
            }
        }
        if asked(Field::BirthDate) {
            let day = date::year(posted.value("birth_year")).and_then(|year| {
                let [month, day] = ["birth_month", "birth_day"].map(|name| posted.value(name));
                date::day(&format!("{year}/{month}/{day}"))
            });
            typed.birth_date = day.map(|day| day.to_string());
            if day.is_none() {
                form.mistake("birth_date", t("error-birth-date"));
                // One line in the summary; beside the inputs it stands at the first of the three.
                form.errors.insert("birth_year".into(), Some(t("error-birth-date")));
            }
        }
        if asked(Field::Sex) {
            typed.sex = match posted.value("sex") {
                "male" => Some("male"),
                "female" => Some("female"),
                _ => None,
            };
            if typed.sex.is_none() {
                form.mistake("sex", t("error-choose"));
            }
        }
        (!form.is_wrong()).then_some(typed)
    }

    /// Whether these fields name this member, today.
    fn names(&self, fields: &[Field], card: &Card, member: &Member, today: &str) -> bool {
        member.is_current(today)
            && fields.iter().all(|field| match field {
                // The household was looked up by both.
                Field::Symbol | Field::Number => true,
                Field::Branch => card::match_form(&card.branch) == card::match_form(&member.branch),
                // What was stored may be the form of an earlier version.
                Field::NameKana => self.kana == kana::match_form(&member.kana_match),
                Field::BirthDate => self.birth_date.as_deref() == Some(&member.birth_date),
                Field::Sex => self.sex == Some(member.sex.as_str()),
            })
    }
}

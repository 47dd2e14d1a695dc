//! Proof `roster`: the fields of the insurance card name one person of the insurer's roster.

use super::{Place, Verdict};
use crate::definition::{Field, Relation};
use crate::journeys::Next;
use crate::journeys::page::Running;
use crate::store::people::Member;
use crate::store::{accounts, attempts, journeys, people};
use axum::http::StatusCode;
use axum::response::Response;
use db::Conn;
use handover::card::Card;
use handover::{card, date, kana};
use serde::Serialize;
use web::{Error, Form, Page, Posted};

/// Wrong tries on one card's number in a day, over all journeys: there are only some 36,000
/// birth dates to guess (attack 24).
const WRONG_PER_CARD: i64 = 10;

const FORM: [&str; 8] =
    ["symbol", "number", "branch", "name_kana", "birth_year", "birth_month", "birth_day", "sex"];

/// Asks the card's fields in the insurer's order.
#[derive(Serialize)]
pub struct Roster {
    pub title: String,
    pub step: Place,
    pub form: Form,
    pub fields: Vec<&'static str>,
    /// The last try named nobody. The page gives all causes and does not tell which it was.
    pub failed: bool,
    pub attempts_left: i64,
    pub login_url: String,
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
                title: "新規登録".into(),
                step: Place { n: 2, of: 4 },
                form,
                fields: fields.to_vec(),
                failed,
                attempts_left: 3,
                login_url: "/minato/login".into(),
            }
        };
        vec![sample(&all, false, false), sample(&all, false, true), sample(&all[1..5], true, false)]
    }
}

pub(super) fn show(
    running: &Running,
    step: &Next,
    fields: &[Field],
    attempts: i64,
) -> Result<Response, Error> {
    if running.journey.wrong >= attempts {
        return locked(running);
    }
    let form = Form::new(running.action(step), &form_fields());
    draw(running, step, fields, form, (false, attempts - running.journey.wrong))
}

/// The inputs, and `birth_date`, which stands for three of them in messages.
fn form_fields() -> Vec<&'static str> {
    FORM.iter().copied().chain(["birth_date"]).collect()
}

fn draw(
    running: &Running,
    step: &Next,
    fields: &[Field],
    form: Form,
    (failed, attempts_left): (bool, i64),
) -> Result<Response, Error> {
    running.visit.look.page(&Roster {
        title: running.title(),
        step: step.into(),
        form,
        fields: fields.iter().map(|field| field.name()).collect(),
        failed,
        attempts_left,
        login_url: running.visit.path("login"),
    })
}

fn locked(running: &Running) -> Result<Response, Error> {
    let actions = running.visit.beginnings();
    running.visit.look.told(StatusCode::OK, "journey-locked", "warn", actions)
}

pub(super) async fn verify(
    running: &mut Running,
    step: &Next<'_>,
    (fields, attempts): (&[Field], i64),
    posted: &Posted,
    conn: &mut Conn,
) -> Result<Verdict, Error> {
    if running.journey.wrong >= attempts {
        return Ok(Verdict::Shown(locked(running)?));
    }
    let mut form = Form::new(running.action(step), &form_fields()).typed(posted);
    let typed = Typed::read(fields, posted, &mut form, running);
    let Some(typed) = typed else {
        let left = attempts - running.journey.wrong;
        return Ok(Verdict::Shown(draw(running, step, fields, form, (false, left))?));
    };
    let insurer = running.visit.realm.id().to_owned();
    let household = typed.card.household();
    let bucket = format!("card:{household}");
    let guessed = attempts::so_far(conn, &insurer, &bucket, running.now).await?;
    if guessed >= WRONG_PER_CARD {
        // The same for right and wrong fields: too many tries on this card today.
        return Ok(Verdict::Shown(locked(running)?));
    }
    let members = people::household(conn, &insurer, &household).await?;
    let today = running.app.today();
    let mut found = members.iter().filter(|member| typed.names(fields, member, &today));
    let person = match (found.next(), found.next()) {
        (Some(one), None) => Some(one.person_id.clone()),
        _ => None,
    };
    // The account is looked for in every case: time does not tell whether the card was right.
    let asked = person.as_deref().unwrap_or("");
    let taken = accounts::by_person(conn, &insurer, asked).await?.is_some();
    let allowed = members.iter().find(|m| Some(&m.person_id) == person.as_ref()).is_some_and(|m| {
        let relation = if m.insured { Relation::Insured } else { Relation::Dependant };
        running.definition.policy.registration.relations.contains(&relation)
    });
    if let Some(person) = person
        && allowed
        && !taken
    {
        running.journey.state.person_id = Some(person);
        return Ok(Verdict::Proved { means: "card".into() });
    }
    attempts::count(conn, &insurer, &bucket, 24 * 3600, running.now).await?;
    let wrong = journeys::count_wrong(conn, &insurer, &running.journey.journey_id).await?;
    if wrong >= attempts {
        return Ok(Verdict::Shown(locked(running)?));
    }
    Ok(Verdict::Shown(draw(running, step, fields, form, (true, attempts - wrong))?))
}

/// What was typed, in match form.
struct Typed {
    card: Card,
    kana: Option<String>,
    birth_date: Option<String>,
    sex: Option<&'static str>,
}

impl Typed {
    /// Reads the asked fields; mistakes that a person can see go into the form.
    fn read(fields: &[Field], posted: &Posted, form: &mut Form, running: &Running) -> Option<Self> {
        let t = |key: &str| running.visit.look.t(key, &[]);
        let asked = |field: Field| fields.contains(&field);
        let mut typed = Typed {
            card: Card {
                symbol: posted.value("symbol").to_owned(),
                number: posted.value("number").to_owned(),
                branch: posted.value("branch").to_owned(),
            },
            kana: None,
            birth_date: None,
            sex: None,
        };
        for field in [Field::Symbol, Field::Number, Field::Branch] {
            if asked(field) && posted.value(field.name()).is_empty() {
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
    fn names(&self, fields: &[Field], member: &Member, today: &str) -> bool {
        let current = member.lost_on.as_deref().is_none_or(|lost| lost > today);
        current
            && fields.iter().all(|field| match field {
                // The household was looked up by both.
                Field::Symbol | Field::Number => true,
                Field::Branch => {
                    card::match_form(&self.card.branch) == card::match_form(&member.branch)
                }
                Field::NameKana => self.kana.as_deref() == Some(&member.kana_match),
                Field::BirthDate => self.birth_date.as_deref() == Some(&member.birth_date),
                Field::Sex => self.sex == Some(member.sex.as_str()),
            })
    }
}

//! What would not work in a definition, found by what its steps need and yield.

use super::Definition;
use super::journey::{GoalKind, Journey};
use super::policy::{Accounts, AskNewDevice, When};
use crate::need::inputs::{Fault, Place, Yields, yields};
use crate::need::kind::Input;
use crate::need::{Act, Evidence, Field, Kind, Known, Need, Next, Settings, Step, next};
use oidc::jose::algorithm::Algorithm;
use std::collections::BTreeSet;
use web::listen::Networks;
use webauthn_rs::prelude::Uuid;

/// Characters beyond which nothing is hashed: a longer password could never sign in.
const LONGEST_PASSWORD: usize = 256;

impl Definition {
    /// Why it cannot be published, in words for the operator.
    pub fn fault(&self) -> Option<String> {
        let found = self.brand.fault().or_else(|| self.accounts_fault());
        let found = found.or_else(|| self.policy_fault());
        let found = found.or_else(|| self.journey_fault().err());
        found.or_else(|| self.document_fault()).or_else(|| self.roster_fault())
    }

    /// Members register; who works for the insurer is let in by the operator, and always shows two
    /// factors.
    fn accounts_fault(&self) -> Option<String> {
        let policy = &self.policy;
        let nobody = policy.registration.relations.is_empty();
        if policy.accounts == Accounts::Members {
            return nobody.then(|| {
                "idp.toml: registration.relations is missing: who may register".to_owned()
            });
        }
        let factor = policy.second_factor;
        if factor.when != When::Always || factor.mail || factor.remember_days > 0 {
            return Some(
                "idp.toml: accounts = \"staff\" needs [second_factor] when = \"always\", without mail \
                 and without remember_days"
                    .to_owned(),
            );
        }
        // The portal forgets them after 20 minutes; it must not be told at once that they are still there.
        let session = &policy.session;
        if session.idle_minutes > 15 || session.absolute_hours > 24 || session.stay_days > 0 {
            return Some(
                "idp.toml: accounts = \"staff\" needs session.idle_minutes of 15 or less, \
                 absolute_hours of 24 or less, and no stay_days"
                    .to_owned(),
            );
        }
        // Whoever was told the temporary password and does not read the mail is not in.
        if policy.new_device.ask != AskNewDevice::Code {
            return Some(
                "idp.toml: accounts = \"staff\" needs [new_device] ask = \"code\"".to_owned(),
            );
        }
        if !nobody {
            return Some(
                "idp.toml: accounts = \"staff\": leave registration out, nobody registers"
                    .to_owned(),
            );
        }
        let other = |journey: &&Journey| journey.goal != GoalKind::SignIn;
        let (name, _) = self.journeys.iter().find(|(_, journey)| other(journey))?;
        Some(format!(
            "journeys/{name}.toml: accounts = \"staff\" has one journey, goal = \"sign-in\": `idp \
             staff add` and `idp staff reset` do the rest"
        ))
    }

    /// A card is not guessed: its number with something of the person, in a few tries.
    fn roster_fault(&self) -> Option<String> {
        let weak = |step: &&Step| match &step.settings {
            Settings::Roster { fields, attempts } => {
                let has = |field| fields.contains(&field);
                let person = has(Field::NameKana) || has(Field::BirthDate);
                !has(Field::Number) || !person || !(1..=20).contains(attempts)
            }
            _ => false,
        };
        let guessed = |journey: &Journey| {
            let need = self.need_of(journey).ok();
            need.is_some_and(|need| need.steps().iter().any(&weak))
        };
        let (name, _) = self.journeys.iter().find(|(_, journey)| guessed(journey))?;
        Some(format!(
            "journeys/{name}.toml: step roster: fields need number with name_kana or birth_date, \
             and attempts must be 1 to 20"
        ))
    }

    /// A journey that asks for agreement has something to agree to.
    fn document_fault(&self) -> Option<String> {
        let asks = |journey: &Journey| {
            let need = self.need_of(journey).ok();
            need.is_some_and(|need| need.steps().iter().any(|step| step.kind == Kind::Terms))
        };
        let none = self.terms.is_empty();
        let (name, _) = self.journeys.iter().find(|(_, journey)| none && asks(journey))?;
        Some(format!(
            "journeys/{name}.toml: step terms: there is no document in terms/: write one, or leave \
             the step out"
        ))
    }

    fn policy_fault(&self) -> Option<String> {
        let policy = &self.policy;
        if policy.password.min < 8 || policy.password.max < policy.password.min {
            return Some("idp.toml: password.min must be 8 or more".to_owned());
        }
        // C-02, NIST SP 800-63B-4 §3.1.1.2: a password that opens alone is longer.
        if policy.password.min < 15 && policy.second_factor.when != When::Always {
            return Some(
                "idp.toml: password.min must be 15 or more where logins do not always ask a second \
                 factor ([second_factor] when = \"always\": 8 or more)"
                    .to_owned(),
            );
        }
        if policy.password.history > 24 {
            return Some(
                "idp.toml: password.history must be 24 or less: each costs a hash".to_owned(),
            );
        }
        if policy.password.max > LONGEST_PASSWORD {
            return Some(format!("idp.toml: password.max must be {LONGEST_PASSWORD} or less"));
        }
        if policy.user_id.min < 1 || policy.user_id.max > 64 {
            return Some("idp.toml: user_id must have 1 to 64 characters".to_owned());
        }
        // NIST SP 800-63B-4 §2.1.3: after 30 days at the latest somebody signs in again.
        if policy.session.stay_days > 30 {
            return Some("idp.toml: session.stay_days must be 30 or less".to_owned());
        }
        if !(1..=30).contains(&policy.recovery.address_days) {
            return Some("idp.toml: recovery.address_days must be 1 to 30".to_owned());
        }
        let is_aaguid =
            |text: &String| Uuid::parse_str(text).is_ok_and(|id| id.to_string() == *text);
        if let Some(wrong) = policy.passkeys.only.iter().find(|text| !is_aaguid(text)) {
            return Some(format!(
                "idp.toml: passkeys.only: {wrong} is no AAGUID; write it in small letters, such as \
                 ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4"
            ));
        }
        if let Err(why) = Networks::read(&policy.throttle.spared, "throttle.spared") {
            return Some(format!("idp.toml: {why}"));
        }
        if policy.protocol.fapi && policy.protocol.implicit {
            return Some("idp.toml: fapi and implicit exclude each other".to_owned());
        }
        let weak = |algorithm: &&Algorithm| !Algorithm::FAPI.contains(*algorithm);
        if policy.protocol.fapi && policy.protocol.resource_signing_algs.values().any(|a| weak(&a))
        {
            return Some("idp.toml: resource_signing_algs: FAPI 2.0 has no RS256".to_owned());
        }
        for (id, client) in &self.clients {
            if let Some(why) = policy.protocol.client_fault(client) {
                return Some(format!("clients/{id}.toml: {why}"));
            }
        }
        let levels = &policy.protocol.levels;
        let names: Vec<&str> = levels.iter().map(|level| level.acr.as_str()).collect();
        if names.iter().any(|name| name.contains(' ') || name.is_empty()) {
            return Some("idp.toml: an acr is one word".to_owned());
        }
        for level in levels {
            let need = self.need_of_level(level);
            let fault = need.and_then(|need| {
                let known = BTreeSet::from([Input::Account, Input::Person]);
                yields(&need, Place::Login, &known).map_err(said)?;
                if unguarded(&need, &[]).is_some() {
                    return Err("a level asks for what is there: no act = \"enrol\"".to_owned());
                }
                // A session has evidence and nothing else to answer with.
                let all = all_proved(&need);
                match next(&need, &Known::from_evidence(&all, 0)) {
                    Next::Done => Ok(()),
                    _ => Err("no login could reach it: leave out when".to_owned()),
                }
            });
            if let Err(why) = fault {
                return Some(format!("idp.toml: level {}: {why}", level.acr));
            }
        }
        let wanted = policy.protocol.membership_acr.as_deref();
        if wanted.is_some_and(|wanted| !names.contains(&wanted)) {
            return Some(format!("idp.toml: membership_acr must be one of {names:?}"));
        }
        None
    }

    /// Every journey can be finished, a registration leaves something to sign in with, and every
    /// login reaches the lowest level.
    fn journey_fault(&self) -> Result<(), String> {
        let mut lasting: Option<Yields> = None;
        let mut logins = Vec::new();
        let mut recovered = BTreeSet::new();
        for (name, journey) in &self.journeys {
            let say = |why: String| format!("journeys/{name}.toml: {why}");
            if journey.expires_hours < 1 {
                return Err(say("expires_hours must be 1 or more".to_owned()));
            }
            let need = self.need_of(journey).map_err(say)?;
            let place = match journey.goal {
                GoalKind::Register => Place::Registration,
                GoalKind::SignIn => Place::Login,
                GoalKind::Recover => Place::Recovery,
            };
            let all = yields(&need, place, &BTreeSet::new()).map_err(|fault| say(said(fault)))?;
            if let Some(kind) = unguarded(&need, &[]) {
                return Err(say(format!(
                    "step {0} with act = \"enrol\" would let whoever knows the password alone add \
                     one: put it into an any_of beside {0}, or use [second_factor]",
                    kind.as_str()
                )));
            }
            match journey.goal {
                GoalKind::Register => {
                    if !all.inputs.contains(&Input::Login) {
                        return Err(say("no first factor: nobody could sign in with the new \
                                        account (add a step with act = \"enrol\")"
                            .to_owned()));
                    }
                    lasting = Some(match lasting {
                        None => all,
                        Some(so_far) => so_far.common(&all),
                    });
                }
                GoalKind::SignIn => {
                    if !all.inputs.contains(&Input::Account) {
                        return Err(say("nothing in it says whose account it is".to_owned()));
                    }
                    logins.push((name, all));
                }
                GoalKind::Recover => {
                    let replaced = self.is_strong(&all).map_err(say)?;
                    if !recovered.insert(replaced) {
                        return Err(say(format!(
                            "another journey replaces {}, too: make it one (alternatives: any_of)",
                            replaced.as_str()
                        )));
                    }
                }
            }
        }
        let registered = match lasting {
            Some(registered) => registered,
            None if self.policy.accounts == Accounts::Staff => Yields::default(),
            None => return Err("journeys: none has goal = \"register\"".to_owned()),
        };
        let [(name, login)] = &logins[..] else {
            return Err(
                "journeys: exactly one must have goal = \"sign-in\" (alternatives: any_of)"
                    .to_owned(),
            );
        };
        self.reaches_lowest(login, &registered)
            .map_err(|why| format!("journeys/{name}.toml: {why}"))
    }

    /// A recovery is no weaker than the login that it mends: whoever took over one thing of a person
    /// (the mailbox, the card) must not get the account by it (NIST SP 800-63B-4 §4.2).
    fn is_strong(&self, all: &Yields) -> Result<Kind, String> {
        let replaced: Vec<Kind> =
            all.proved.iter().filter(|(_, act)| *act == Act::Replace).map(|(k, _)| *k).collect();
        let [what] = replaced[..] else {
            return Err("nothing in it replaces what was lost, or it replaces several: one of \
                        password, totp and mailbox with act = \"replace\""
                .to_owned());
        };
        let others = all.proved.iter().filter(|(kind, act)| {
            *act == Act::Verify && kind.is_proof() && !replaced.contains(kind)
        });
        let others: Vec<&str> = others.map(|(kind, _)| kind.as_str()).collect();
        // One that reads mail at the old address changes it without waiting.
        if what == Kind::Mailbox && all.proved.contains(&(Kind::Mailbox, Act::Verify)) {
            return Err("a lost mailbox cannot be read: leave out act = \"verify\"".to_owned());
        }
        match others.len() {
            0 | 1 => Err(format!(
                "a recovery must prove two things on every path, such as mailbox and roster, or it \
                 is weaker than the login; it proves {}",
                others.first().copied().unwrap_or("nothing")
            )),
            // The password and what the mail and the card show are what two recoveries in a row would
            // take: then neither factor would be worth more than those.
            _ if what != Kind::Password && !others.contains(&Kind::Password.as_str()) => {
                Err(format!(
                    "a lost {} is replaced by who knows the password: add step = \"password\", act = \
                     \"verify\"",
                    what.as_str()
                ))
            }
            _ => Ok(what),
        }
    }

    fn reaches_lowest(&self, login: &Yields, registered: &Yields) -> Result<(), String> {
        let Some(lowest) = self.policy.protocol.levels.first() else { return Ok(()) };
        let need = self.need_of_level(lowest)?;
        let mut proved = login.evidence(0);
        proved.extend(registered.evidence(0).into_iter().filter(|one| one.kind.lasts()));
        if next(&need, &Known::from_evidence(&proved, 0)) == Next::Done {
            return Ok(());
        }
        Err(format!("who signs in this way does not reach the lowest level, {}", lowest.acr))
    }
}

/// A second factor that is enrolled where the one that the account may have is not asked instead.
fn unguarded(need: &Need, asked_instead: &[Kind]) -> Option<Kind> {
    match need {
        Need::Step(Step {
            kind: kind @ (Kind::Totp | Kind::Passkey | Kind::RecoveryCode),
            act: Act::Enrol,
            ..
        }) => (!asked_instead.contains(kind)).then_some(*kind),
        Need::Step(_) => None,
        Need::Any(ways) => {
            let verified = ways.iter().filter_map(|way| match way {
                Need::Step(step) if step.act == Act::Verify => Some(step.kind),
                _ => None,
            });
            let verified: Vec<Kind> = verified.collect();
            ways.iter().find_map(|way| unguarded(way, &verified))
        }
        Need::All(needs) => needs.iter().find_map(|need| unguarded(need, &[])),
        Need::When(_, need) | Need::Optional(need) => unguarded(need, &[]),
    }
}

/// Evidence of somebody who did every step of a need just now.
fn all_proved(need: &Need) -> Vec<Evidence> {
    let proved = |step: &Step| Evidence {
        step: step.id.clone(),
        kind: step.kind,
        act: step.act,
        credential: None,
        means: String::new(),
        at: 0,
        until: None,
    };
    need.steps().into_iter().map(proved).collect()
}

fn said(fault: Fault) -> String {
    match fault {
        Fault::NoStep(kind, act) => {
            format!("{} has no act {:?}", kind.as_str(), act.as_str())
        }
        Fault::Missing(step, input) => {
            format!("step {} needs {} before it", step.0, input_words(input))
        }
        Fault::NotAtLogin(step) => {
            format!("step {} proves nothing about the account of a login: leave it out", step.0)
        }
        Fault::NotAtRecovery(step) => {
            format!("step {} cannot be asked of who has lost something: leave it out", step.0)
        }
        Fault::Twice(step) => format!("two steps are called {}: give one an id", step.0),
        Fault::Unknown(_) => "a when about the person comes before roster".to_owned(),
        Fault::Hollow => "an alternative of any_of may ask nothing at all".to_owned(),
        Fault::Empty => "an any_of has no alternatives".to_owned(),
    }
}

fn input_words(input: Input) -> &'static str {
    match input {
        Input::Address => "a proved mail address (mailbox)",
        Input::Person => "a person (roster)",
        Input::Account => "an account (password)",
        Input::Login => "a user ID and a first credential",
    }
}

#[cfg(test)]
mod tests {
    use crate::definition::Definition;
    use crate::definition::journey::Journey;
    use crate::definition::policy::Accounts;

    fn journey(goal: &str, sequence: &str) -> Journey {
        toml::from_str(&format!(
            "goal = {goal:?}\nexpires_hours = 1\nsequence = [{sequence}]\n[title]\nja = \"x\"\n"
        ))
        .unwrap()
    }

    fn definition(login: &str, register: &str, more: &str) -> Definition {
        let policy = format!(
            "[mail]\nfrom = \"a@b.example\"\n[user_id]\nmin = 8\nmax = 13\n[password]\nmin = 15\n\
             max = 64\n[session]\nidle_minutes = 60\nabsolute_hours = 24\n[registration]\n\
             relations = [\"insured\"]\n[home]\nurl = \"/\"\n{more}"
        );
        let mut brand = web::Brand::nobody();
        brand.insurer_number = "06130017".into();
        brand.slug = "minato".into();
        Definition {
            brand,
            policy: toml::from_str(&policy).unwrap(),
            journeys: [
                ("login".to_owned(), journey("sign-in", login)),
                ("register".to_owned(), journey("register", register)),
            ]
            .into(),
            terms: Vec::new(),
            clients: Default::default(),
        }
    }

    /// Attack 18, 20: where staff sign in nobody can register or recover, and one factor is not enough.
    #[test]
    fn staff_are_let_in_and_show_two_factors() {
        let staff = |more: &str, change: fn(&mut Definition)| {
            let mut definition = definition(LOGIN, REGISTER, more);
            definition.policy.accounts = Accounts::Staff;
            definition.policy.session.idle_minutes = 15;
            definition.policy.registration = Default::default();
            definition.journeys.remove("register");
            change(&mut definition);
            definition.fault()
        };
        let always = "[second_factor]\nwhen = \"always\"\n";
        assert_eq!(staff(always, |_| {}), None);
        for more in [
            "",
            "[second_factor]\nwhen = \"own\"\n",
            "[second_factor]\nwhen = \"always\"\nmail = true\n",
            "[second_factor]\nwhen = \"always\"\nremember_days = 30\n",
        ] {
            let why = staff(more, |_| {}).expect("one factor");
            assert!(why.contains("second_factor"), "{more}: {why}");
        }
        let notice = format!("{always}[new_device]\nask = \"notice\"\n");
        assert!(staff(&notice, |_| {}).is_some_and(|why| why.contains("new_device")));
        let long: [fn(&mut Definition); 3] = [
            |definition| definition.policy.session.idle_minutes = 16,
            |definition| definition.policy.session.absolute_hours = 25,
            |definition| definition.policy.session.stay_days = 1,
        ];
        for change in long {
            assert!(staff(always, change).is_some_and(|why| why.contains("session.idle_minutes")));
        }
        let registers = |definition: &mut Definition| {
            definition.journeys.insert("register".to_owned(), journey("register", REGISTER));
        };
        assert!(staff(always, registers).is_some_and(|why| why.contains("idp staff add")));
        let recovers = |definition: &mut Definition| {
            let sequence = "{ step = \"mailbox\" }, { step = \"roster\", fields = [\"number\", \
                            \"birth_date\"] }, { step = \"password\" }";
            definition.journeys.insert("recover".to_owned(), journey("recover", sequence));
        };
        assert!(staff(always, recovers).is_some_and(|why| why.contains("idp staff reset")));
        let relations = |definition: &mut Definition| {
            definition.policy.registration.relations = vec![crate::need::Relation::Insured];
        };
        assert!(staff(always, relations).is_some_and(|why| why.contains("nobody registers")));
        let mut members = definition(LOGIN, REGISTER, "");
        members.policy.registration.relations.clear();
        assert!(members.fault().is_some_and(|why| why.contains("registration.relations")));
    }

    /// Where passkeys are offered a level may still ask for password and app.
    #[test]
    fn two_factors_are_a_level_where_passkeys_are_offered() {
        let more = "[passkeys]\noffer = true\n[[protocol.levels]]\nacr = \"mfa\"\n\
                    proofs = [\"password\", \"totp\"]\n";
        let guarded = format!(
            "{LOGIN}, {{ any_of = [{{ step = \"totp\" }}, \
             {{ step = \"totp\", act = \"enrol\" }}] }}"
        );
        let definition = definition(&guarded, REGISTER, more);
        assert_eq!(definition.policy_fault(), None);
    }

    const LOGIN: &str = "{ step = \"password\" }";
    const REGISTER: &str = "{ step = \"mailbox\" }, { step = \"password\" }";

    #[test]
    fn what_works_passes_whatever_its_steps_are_called() {
        let roster = "{ step = \"roster\", fields = [\"number\"] }";
        for (login, register) in [
            (LOGIN, REGISTER),
            (LOGIN, "{ step = \"password\" }"),
            ("{ step = \"terms\" }, { step = \"password\" }", "{ step = \"password\" }"),
            (
                LOGIN,
                &format!(
                    "{{ any_of = [{{ step = \"mailbox\" }}, {roster}] }}, {{ step = \"password\" }}"
                ),
            ),
            (
                LOGIN,
                &format!(
                    "{roster}, {{ when = \"insured\", sequence = [{{ step = \"mailbox\" }}] }}, \
                     {{ optional = [{{ step = \"terms\" }}] }}, {{ step = \"password\" }}"
                ),
            ),
        ] {
            let found = definition(login, register, "").journey_fault();
            assert_eq!(found, Ok(()), "{login} {register}");
        }
    }

    /// Cards and passwords that could be guessed, or never typed.
    #[test]
    fn what_could_be_guessed_is_refused() {
        let register = |roster: &str| {
            definition(LOGIN, &format!("{{ step = \"roster\", {roster} }}, {REGISTER}"), "").fault()
        };
        assert_eq!(register("fields = [\"number\", \"birth_date\"]"), None);
        for weak in [
            "fields = [\"number\"]",
            "fields = [\"symbol\", \"number\", \"branch\", \"sex\"]",
            "fields = [\"birth_date\", \"name_kana\"]",
            "fields = [\"number\", \"birth_date\"], attempts = 1000",
            "fields = [\"number\", \"birth_date\"], attempts = 0",
        ] {
            assert!(register(weak).is_some_and(|why| why.contains("roster")), "{weak}");
        }
        let mut long = definition(LOGIN, REGISTER, "");
        long.policy.password.max = 1000;
        assert!(long.fault().is_some_and(|why| why.contains("password.max")));
        let asks = definition("{ step = \"password\" }, { step = \"terms\" }", REGISTER, "");
        assert!(asks.fault().is_some_and(|why| why.contains("terms/")));
    }

    /// A recovery needs two proofs beside what it replaces, on every path.
    #[test]
    fn a_recovery_is_no_weaker_than_the_login() {
        let card = "{ step = \"roster\", fields = [\"number\", \"birth_date\"] }";
        let mailbox = "{ step = \"mailbox\" }";
        let recovery = |sequence: &str| {
            let mut definition = definition(LOGIN, REGISTER, "");
            let recover = journey("recover", sequence);
            definition.journeys.insert("recover".to_owned(), recover);
            definition.journey_fault()
        };
        let password = "{ step = \"password\" }";
        assert_eq!(recovery(&format!("{mailbox}, {card}, {password}")), Ok(()));
        let app = "{ step = \"totp\", act = \"replace\" }";
        let know = "{ step = \"password\", act = \"verify\", id = \"know\" }";
        assert_eq!(recovery(&format!("{know}, {mailbox}, {card}, {app}")), Ok(()));
        let address = "{ step = \"mailbox\", act = \"replace\" }";
        assert_eq!(recovery(&format!("{know}, {card}, {address}")), Ok(()));
        let optional = format!("{{ optional = [{card}] }}");
        let either = format!("{{ any_of = [{card}, {{ sequence = [{card}] }}] }}");
        for (sequence, why) in [
            (format!("{mailbox}, {password}"), "proves mailbox"),
            (format!("{mailbox}, {optional}, {password}"), "proves mailbox"),
            (format!("{card}, {mailbox}, {password}"), "needs an account"),
            (format!("{mailbox}, {card}"), "nothing in it replaces"),
            (format!("{mailbox}, {either}, {password}"), "two steps"),
            (
                format!("{mailbox}, {card}, {{ step = \"password\", act = \"verify\" }}"),
                "nothing in it replaces",
            ),
            (format!("{mailbox}, {card}, {app}"), "who knows the password"),
            (format!("{know}, {mailbox}, {app}, {password}"), "several"),
            (format!("{know}, {app}"), "proves password"),
            (format!("{know}, {address}"), "proves password"),
            (format!("{card}, {address}"), "needs an account"),
            (format!("{address}, {know}, {card}"), "needs an account"),
            (format!("{know}, {card}, {mailbox}, {address}"), "lost mailbox"),
            (format!("{mailbox}, {card}, {{ step = \"terms\" }}, {password}"), "lost"),
            (
                format!("{{ step = \"mailbox\", max_age_minutes = 5 }}, {card}, {password}"),
                "max_age",
            ),
        ] {
            let found = recovery(&sequence).unwrap_err();
            assert!(found.contains(why), "{sequence}: {found}");
        }
    }

    #[test]
    fn what_would_not_work_is_named() {
        let roster = "{ step = \"roster\", fields = [\"number\"] }";
        for (login, register, why) in [
            ("{ step = \"terms\" }", REGISTER, "whose account"),
            ("{ step = \"mailbox\" }", REGISTER, "proves nothing"),
            (
                &format!("{LOGIN}, {{ optional = [{{ step = \"totp\", act = \"enrol\" }}] }}"),
                REGISTER,
                "would let whoever knows the password",
            ),
            (
                &format!("{LOGIN}, {{ step = \"passkey\", act = \"enrol\" }}"),
                REGISTER,
                "would let whoever knows the password",
            ),
            ("{ step = \"password\", act = \"enrol\" }", REGISTER, "proves nothing"),
            (&format!("{roster}, {LOGIN}"), REGISTER, "needs an account"),
            (LOGIN, "{ step = \"mailbox\" }", "no first factor"),
            (LOGIN, "{ optional = [{ step = \"password\" }] }", "no first factor"),
            (
                LOGIN,
                "{ any_of = [{ step = \"mailbox\" }, { step = \"password\" }] }",
                "no first factor",
            ),
            (LOGIN, "{ when = \"insured\", sequence = [] }, { step = \"password\" }", "roster"),
            (LOGIN, "{ step = \"mailbox\", act = \"enrol\" }", "no act"),
            (LOGIN, "{ step = \"mailbox\" }, { step = \"mailbox\" }", "two steps"),
            (LOGIN, "{ step = \"mailbox\", fields = [] }", "setting of roster"),
            (LOGIN, "{ step = \"consent\" }", "asked by requests"),
            (LOGIN, "{ any_of = [] }", "no alternatives"),
            (LOGIN, "{ any_of = [{ optional = [{ step = \"mailbox\" }] }] }", "nothing at all"),
            (LOGIN, "{ }", "one of them"),
            (&format!("{roster}, {roster}"), REGISTER, "two steps"),
        ] {
            let found = definition(login, register, "").journey_fault().unwrap_err();
            assert!(found.contains(why), "{register}: {found}");
        }
        let high = "[[protocol.levels]]\nacr = \"high\"\nproofs = [\"password\", \"roster\"]\n";
        let found = definition(LOGIN, REGISTER, high).journey_fault().unwrap_err();
        assert!(found.contains("lowest level"), "{found}");
        let with_roster = format!("{roster}, {{ step = \"password\" }}");
        assert_eq!(definition(LOGIN, &with_roster, high).journey_fault(), Ok(()));
        let terms = "[[protocol.levels]]\nacr = \"x\"\nproofs = [\"terms\"]\n";
        assert!(definition(LOGIN, REGISTER, terms).policy_fault().unwrap().contains("cannot ask"));
        for (asked, why) in [
            ("proofs = [\"mailbox\"]", "proves nothing"),
            (
                "sequence = [{ when = \"insured\", sequence = [{ step = \"password\" }] }]",
                "no login",
            ),
        ] {
            let level = format!("[[protocol.levels]]\nacr = \"x\"\n{asked}\n");
            let found = definition(LOGIN, REGISTER, &level).policy_fault();
            assert!(
                found.as_deref().is_some_and(|found| found.contains(why)),
                "{asked}: {found:?}"
            );
        }
    }
}

//! What a journey asks besides its own steps, now that it is known whose account it is: a second
//! factor, or a code in a browser that the account has never seen.

use super::goal::Goal;
use crate::definition::policy::{AskNewDevice, Policy, When};
use crate::need::{Act, Kind, Need, Settings};

/// What decides.
pub struct Factors<'a> {
    pub policy: &'a Policy,
    pub goal: &'a Goal,
    /// What the account can prove with.
    pub owns: &'a [Kind],
    /// It has had an app for longer than [`super::running::YOUNG_SECS`].
    pub has_old_app: bool,
    /// A passkey of the account may be shown.
    pub offers_passkey: bool,
    /// The account has signed in in this browser before.
    pub knows_browser: bool,
    /// And more than a week ago: a thief of the password alone would have been noticed.
    pub knows_browser_long: bool,
    /// And said that no second factor is to be asked there.
    pub remembers_browser: bool,
    /// It is time to ask there whether to make a passkey.
    pub asks_passkey: bool,
    /// The provider's address allows passkeys.
    pub can_have_passkeys: bool,
}

impl Factors<'_> {
    /// What is asked besides. A step-up asks a second factor as often as the login that it goes on
    /// with, a recovery when it is older than what a thief of the password could have put there.
    pub fn need(&self) -> Option<Need> {
        let signs_in = matches!(self.goal, Goal::SignIn(_));
        match self.second() {
            Some(_) if signs_in && self.remembers_browser => None,
            Some(second) => Some(second),
            None if signs_in => self.unknown_browser(),
            None => None,
        }
    }

    fn second(&self) -> Option<Need> {
        let policy = self.policy.second_factor;
        let recovers = matches!(self.goal, Goal::Recover(_) | Goal::ReplaceAddress(_));
        let has_app = match recovers {
            true => self.has_old_app,
            false => self.owns(Kind::Totp),
        };
        // A mailbox guards logins in new browsers: in its place whoever has a passkey shows it, or the
        // app, however logins are asked.
        if matches!(self.goal, Goal::ReplaceAddress(_)) && self.offers_passkey {
            let app = has_app.then(|| Need::verify(Kind::Totp));
            let ways = app.into_iter().chain(self.passkey()).chain(self.written_down());
            return Some(Need::Any(ways.collect()));
        }
        match policy.when {
            When::Never => None,
            _ if has_app => {
                let app = [Need::verify(Kind::Totp)];
                let others = self.passkey().into_iter().chain(self.written_down());
                Some(Need::Any(app.into_iter().chain(others).collect()))
            }
            When::Own => None,
            When::Always if recovers => None,
            // Who has a passkey shows it: another app beside it would be the thief's.
            When::Always if self.offers_passkey => {
                Some(Need::Any(self.passkey().into_iter().chain(self.written_down()).collect()))
            }
            When::Always if policy.mail && self.owns(Kind::CodeByMail) => {
                Some(Need::verify(Kind::CodeByMail))
            }
            When::Always => match self.goal {
                // Whoever knows the password alone, in a browser of theirs, sets up no factor.
                Goal::SignIn(_) => {
                    let first = self.unknown_browser().into_iter();
                    Some(Need::All(first.chain([self.enrolment()]).collect()))
                }
                _ => None,
            },
        }
    }

    /// What a member sets up who must have a second factor (F075).
    fn enrolment(&self) -> Need {
        let enrol = |kind| Need::step(kind, Act::Enrol, Settings::None);
        match self.policy.passkeys.offer && self.can_have_passkeys {
            true => Need::Any(vec![enrol(Kind::Passkey), enrol(Kind::Totp)]),
            false => enrol(Kind::Totp),
        }
    }

    /// The right password from nowhere: who reads the account's mail, or has one of its passkeys, is
    /// no thief of the password.
    fn unknown_browser(&self) -> Option<Need> {
        if self.knows_browser || !self.asks_code() {
            return None;
        }
        let code = [Need::verify(Kind::CodeByMail)];
        Some(Need::Any(code.into_iter().chain(self.passkey()).collect()))
    }

    /// Whether to make a passkey: asked at the end of a login of somebody who has none and who is no
    /// thief of the password alone, because the browser is known or a second factor was proved.
    pub fn passkey_offer(&self) -> Option<Need> {
        let policy = &self.policy.passkeys;
        let asks = policy.offer
            && policy.after_login
            && self.can_have_passkeys
            && self.asks_passkey
            && matches!(self.goal, Goal::SignIn(_))
            && self.owns(Kind::Password)
            && !self.owns(Kind::Passkey)
            && self.is_sure();
        let enrol = || Need::step(Kind::Passkey, Act::Enrol, Settings::None);
        asks.then(|| Need::Optional(Box::new(enrol())))
    }

    /// Whether more speaks for the owner than the password: everything that [`Factors::need`] asks was
    /// asked, or nothing had to be because the browser is known.
    fn is_sure(&self) -> bool {
        let second = self.second();
        match (second, self.remembers_browser) {
            (Some(_), false) => true,
            (Some(_), true) => false,
            (None, _) if self.unknown_browser().is_some() => true,
            // A browser became known by a code, or has been known for long.
            (None, _) => self.knows_browser && (self.asks_code() || self.knows_browser_long),
        }
    }

    /// Who has lost the app or the device may have written codes down.
    fn written_down(&self) -> Option<Need> {
        self.owns(Kind::RecoveryCode).then(|| Need::verify(Kind::RecoveryCode))
    }

    /// Whether a browser becomes known by a code only.
    fn asks_code(&self) -> bool {
        self.policy.new_device.ask == AskNewDevice::Code && self.owns(Kind::CodeByMail)
    }

    fn passkey(&self) -> Option<Need> {
        self.offers_passkey.then(|| Need::verify(Kind::Passkey))
    }

    fn owns(&self, kind: Kind) -> bool {
        self.owns.contains(&kind)
    }

    /// What the owner of the account proves before something of it is changed.
    pub fn owner(&self) -> Need {
        let policy = self.policy.second_factor;
        let second = match policy.when {
            When::Never => None,
            _ if self.owns(Kind::Totp) => {
                let app = [Need::verify(Kind::Totp)];
                Some(Need::Any(app.into_iter().chain(self.written_down()).collect()))
            }
            // As their login: the passkey, or a code that was written down in its place.
            When::Always if self.offers_passkey => match self.written_down() {
                Some(written) => Some(written),
                None => return Need::verify(Kind::Passkey),
            },
            When::Always if policy.mail && self.owns(Kind::CodeByMail) => {
                Some(Need::verify(Kind::CodeByMail))
            }
            _ => None,
        };
        let password = std::iter::once(Need::verify(Kind::Password)).chain(second);
        let password = Need::All(password.collect());
        match self.passkey() {
            Some(passkey) => Need::Any(vec![password, passkey]),
            None => password,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{AskNewDevice, Factors, When};
    use crate::definition::policy::Policy;
    use crate::journeys::goal::{Goal, Resume};
    use crate::need::{Act, Kind, Need};

    fn asked(change: impl Fn(&mut Policy), look: impl Fn(&mut Factors<'_>)) -> Vec<(Kind, Act)> {
        let text = include_str!("../../../demo/insurers/aozora/idp.toml");
        let text = text.replace("${PORTAL_URL}", "http://localhost");
        let mut policy: Policy = toml::from_str(&text).expect("a policy");
        change(&mut policy);
        let mut factors = Factors {
            policy: &policy,
            goal: &Goal::SignIn(Resume::Home),
            owns: &[Kind::Password, Kind::CodeByMail],
            has_old_app: false,
            offers_passkey: false,
            knows_browser: false,
            knows_browser_long: false,
            remembers_browser: false,
            asks_passkey: true,
            can_have_passkeys: true,
        };
        look(&mut factors);
        let need = factors.need();
        let steps = need.iter().flat_map(Need::steps).map(|step| (step.kind, step.act));
        steps.collect()
    }

    #[test]
    fn a_passkey_is_offered_to_who_is_no_thief_of_the_password() {
        let offered = |change: fn(&mut Factors<'_>), policy: fn(&mut Policy)| {
            let text = include_str!("../../../demo/insurers/aozora/idp.toml");
            let mut all: Policy =
                toml::from_str(&text.replace("${PORTAL_URL}", "http://localhost")).expect("one");
            (all.passkeys.offer, all.passkeys.after_login) = (true, true);
            policy(&mut all);
            let mut factors = Factors {
                policy: &all,
                goal: &Goal::SignIn(Resume::Home),
                owns: &[Kind::Password, Kind::CodeByMail],
                has_old_app: false,
                offers_passkey: false,
                knows_browser: true,
                knows_browser_long: false,
                remembers_browser: false,
                asks_passkey: true,
                can_have_passkeys: true,
            };
            change(&mut factors);
            factors.passkey_offer().is_some()
        };
        let usual: fn(&mut Policy) = |_| {};
        assert!(offered(|_| {}, usual));
        // In a new browser a code is asked first.
        assert!(offered(|f| f.knows_browser = false, usual));
        assert!(!offered(|f| f.knows_browser = false, |p| p.new_device.ask = AskNewDevice::Off));
        assert!(!offered(|f| (f.knows_browser, f.owns) = (false, &[Kind::Password]), usual));
        // Where no code made the browser known, it must have been known for long.
        let off: fn(&mut Policy) = |p| p.new_device.ask = AskNewDevice::Off;
        assert!(!offered(|_| {}, off));
        assert!(offered(|f| f.knows_browser_long = true, off));
        // Where the second factor was spared, it is not made up for by the password.
        let own: fn(&mut Policy) = |p| p.second_factor.when = When::Own;
        assert!(offered(|f| f.owns = APP, own));
        assert!(!offered(|f| (f.owns, f.remembers_browser) = (APP, true), own));
        assert!(!offered(|f| f.asks_passkey = false, usual));
        assert!(!offered(|f| f.can_have_passkeys = false, usual));
        assert!(!offered(|f| f.owns = &[Kind::Password, Kind::Passkey], usual));
        assert!(!offered(|_| {}, |p| p.passkeys.after_login = false));
    }

    const APP: &[Kind] = &[Kind::Password, Kind::Totp, Kind::CodeByMail];

    #[test]
    fn a_browser_that_the_account_has_never_seen_asks_a_code() {
        let code = [(Kind::CodeByMail, Act::Verify)];
        assert_eq!(asked(|_| {}, |_| {}), code);
        assert_eq!(asked(|_| {}, |f| f.knows_browser = true), []);
        assert_eq!(asked(|p| p.new_device.ask = AskNewDevice::Notice, |_| {}), []);
        // Without an address there is nowhere to send it.
        assert_eq!(asked(|_| {}, |f| f.owns = &[Kind::Password]), []);
        let with_key = asked(|_| {}, |f| f.offers_passkey = true);
        assert_eq!(with_key, [code[0], (Kind::Passkey, Act::Verify)]);
        // Who goes on with a session is in a browser of theirs.
        let goal = Goal::StepUp { sid: None, resume: Resume::Home };
        let step_up = |f: &mut Factors<'_>| f.goal = Box::leak(Box::new(goal.clone()));
        assert_eq!(asked(|_| {}, step_up), []);
    }

    #[test]
    fn a_second_factor_is_asked_once_and_a_remembered_browser_asks_none() {
        let own = |p: &mut Policy| p.second_factor.when = When::Own;
        let app = [(Kind::Totp, Act::Verify)];
        assert_eq!(asked(own, |f| f.owns = APP), app);
        let remembered = |f: &mut Factors<'_>| {
            (f.owns, f.knows_browser, f.remembers_browser) = (APP, true, true);
        };
        assert_eq!(asked(own, remembered), []);
        let goal = Goal::StepUp { sid: None, resume: Resume::Home };
        let step_up = |f: &mut Factors<'_>| {
            remembered(f);
            f.goal = Box::leak(Box::new(goal.clone()));
        };
        assert_eq!(asked(own, step_up), app);
        let always = |p: &mut Policy| p.second_factor.when = When::Always;
        let known = |f: &mut Factors<'_>| f.knows_browser = true;
        assert_eq!(asked(always, known), [(Kind::Totp, Act::Enrol)]);
        // Attack 26: the password alone sets up no factor.
        let code = (Kind::CodeByMail, Act::Verify);
        assert_eq!(asked(always, |_| {}), [code, (Kind::Totp, Act::Enrol)]);
        let either = |p: &mut Policy| {
            always(p);
            p.passkeys.offer = true;
        };
        let both = [(Kind::Passkey, Act::Enrol), (Kind::Totp, Act::Enrol)];
        assert_eq!(asked(either, known), both);
        let none = |f: &mut Factors<'_>| (f.knows_browser, f.can_have_passkeys) = (true, false);
        assert_eq!(asked(either, none), both[1..]);
        let mail = |p: &mut Policy| {
            always(p);
            p.second_factor.mail = true;
        };
        // F118: never without a second factor.
        assert_eq!(asked(mail, |f| f.knows_browser = true), [(Kind::CodeByMail, Act::Verify)]);
        assert_eq!(asked(mail, |f| f.owns = APP), app);
    }
}

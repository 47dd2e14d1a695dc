//! Pages are asked for as a browser would come to them: those of the manifest, and then what their links lead to.

use super::Tried;
use super::report::Report;
use super::rows::{Family, INSURERS, Insurer, Numbers, marked};
use crate::paper::words::{Writes, table, write};
use crate::paper::xml::xml;
use crate::plugins::ask::{Asker, Asking, Question};
use crate::plugins::border::host::CallFault;
use crate::plugins::data::class::DataClass;
use crate::plugins::data::people::People;
use crate::plugins::data::reach::Declared;
use crate::plugins::form::field::Action;
use crate::plugins::form::sampled;
use crate::plugins::package::manifest::Answers;
use sdk::paper::{Document, Part, Sheet};
use sdk::wire::FormState;
use sdk::{CardReply, PageReply};
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::{Duration, Instant};
use web::clock;
use web::messages::Messages;
use web::testing::drawn;

/// The most addresses that one person is followed to.
const ADDRESSES: usize = 200;
const LANGUAGES: [&str; 2] = ["ja", "en"];
/// In other themes `portal plugin check` draws the samples.
const THEME: &str = "base";

/// On whose behalf it is asked.
pub(super) struct Who {
    insurer: &'static str,
    /// For the report.
    called: String,
    staff: bool,
    insured: bool,
    people: People,
    /// The marks of rows that they may see.
    may_see: Vec<&'static str>,
}

impl Who {
    /// The insured person of a family, or somebody who depends on them.
    pub fn member(family: &Family, insured: bool) -> Self {
        let what = if insured { "a member" } else { "a dependant" };
        Self {
            insurer: family.insurer.slug,
            called: format!("{what} of family {}", family.mark),
            staff: false,
            insured,
            people: People::new(family.people.clone()),
            may_see: vec![family.mark, family.insurer.mark],
        }
    }

    /// A member without rows.
    pub fn nobody(insurer: &'static str) -> Self {
        let own = INSURERS.iter().filter(|one| one.slug == insurer).map(|one| one.mark);
        Self {
            insurer,
            called: "a member without rows".to_owned(),
            staff: false,
            insured: true,
            people: People::new(Vec::new()),
            may_see: own.collect(),
        }
    }

    pub fn staff(insurer: Insurer) -> Self {
        let all = match insurer.mark {
            "a0" => vec!["a0", "a1", "a2"],
            _ => vec!["b0", "b1", "b2"],
        };
        Self {
            insurer: insurer.slug,
            called: format!("staff of {}", insurer.slug),
            staff: true,
            insured: false,
            people: People::everybody(),
            may_see: all,
        }
    }
}

/// Follows a plugin's pages.
pub(super) struct Crawl<'c, 't> {
    pub tried: &'c Tried<'t>,
    pub numbers: &'c Numbers,
    /// The plugins that it uses are off.
    pub alone: bool,
    pub report: &'c mut Report,
}

impl Crawl<'_, '_> {
    /// Every page and card of a member.
    pub async fn member(&mut self, who: &Who) {
        let manifest = &self.tried.plugin.manifest;
        for card in &manifest.card {
            let at = format!("card {}", card.id);
            let deadline = Duration::from_millis(self.tried.card_ms);
            let Some(question) = self.question(who, card.declared(), "") else { continue };
            let began = Instant::now();
            let reply = question.card(deadline).await;
            self.report.answered(&at, began.elapsed());
            if let Some(reply) = self.taken(&at, who, reply) {
                self.card(&at, &reply);
            }
        }
        let starts = manifest.route.iter().map(|route| match route.answers {
            Answers::Hits => format!("{}?q=of-", route.path),
            _ => route.path.clone(),
        });
        self.follow(who, starts.collect()).await;
    }

    /// Every page for staff.
    pub async fn staff(&mut self, who: &Who) {
        let pages = &self.tried.plugin.manifest.staff;
        self.follow(who, pages.iter().map(|page| page.path.clone()).collect()).await;
    }

    async fn follow(&mut self, who: &Who, mut left: VecDeque<String>) {
        let mut known: BTreeSet<String> = left.iter().cloned().collect();
        let begun = known.clone();
        while let Some(address) = left.pop_front() {
            let Some(links) = self.page(who, &address).await else {
                if !begun.contains(&address) {
                    self.report
                        .wrong(format!("{address}: a link leads there, and nothing is there"));
                }
                continue;
            };
            for link in links {
                if known.len() < ADDRESSES && known.insert(link.clone()) {
                    left.push_back(link);
                }
            }
        }
    }

    /// Asks for a page, draws it, and returns where it leads to; `None` when nothing is there.
    async fn page(&mut self, who: &Who, address: &str) -> Option<Vec<String>> {
        let manifest = &self.tried.plugin.manifest;
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        let found = match who.staff {
            true => manifest.staff_page(path).map(|page| (page.declared(), page.answers)),
            false => manifest.route(path).map(|route| (route.declared(), route.answers)),
        };
        let Some((declared, answers)) = found else {
            // Files of members have addresses that the host answers.
            if !path.starts_with("/blob/") {
                let list = if who.staff { "[[staff]]" } else { "[[route]]" };
                self.report.wrong(format!("{path}: a link leads there, and no {list} has it"));
            }
            return Some(Vec::new());
        };
        let at = if who.staff { format!("staff {address}") } else { address.to_owned() };
        self.report.addresses.insert(at.clone());
        let Some(question) = self.question(who, declared, query) else { return Some(Vec::new()) };
        let began = Instant::now();
        let reply = question.page(Duration::from_millis(self.tried.page_ms)).await;
        self.report.answered(&at, began.elapsed());
        let Some(reply) = self.taken(&at, who, reply) else { return Some(Vec::new()) };
        let right = match &reply {
            PageReply::Show { .. } => Answers::Page,
            PageReply::Paper { .. } => Answers::Pdf,
            PageReply::Sheet { .. } => Answers::Csv,
            PageReply::Xml { .. } => Answers::Xml,
            PageReply::Hits { .. } => Answers::Hits,
            PageReply::NotFound => return None,
        };
        if right != answers {
            self.report.wrong(format!("{at}: answers with another kind than its route says"));
        }
        Some(match reply {
            PageReply::Show { template, data, forms, .. } => {
                self.show(who, (path, &at), &template, (data, &forms))
            }
            PageReply::Paper { document, .. } => {
                self.document(&at, &document);
                Vec::new()
            }
            PageReply::Sheet { sheet, .. } => {
                self.sheet(&at, &sheet);
                Vec::new()
            }
            PageReply::Xml { root, .. } => {
                if let Err(why) = xml(&root, None) {
                    self.report.wrong(format!("{at}: {why}"));
                }
                Vec::new()
            }
            PageReply::Hits { hits } => hits.into_iter().map(|hit| hit.path).collect(),
            PageReply::NotFound => Vec::new(),
        })
    }

    /// Draws a page in each language, and returns where it leads to.
    fn show(
        &mut self,
        who: &Who,
        (path, at): (&str, &str),
        template: &str,
        (data, states): (Value, &BTreeMap<String, FormState>),
    ) -> Vec<String> {
        let (manifest, pages) = (&self.tried.plugin.manifest, &self.tried.pages);
        let id = &manifest.plugin.id;
        let actions: Vec<&Action> = match who.staff {
            true => manifest.staff_actions(path).collect(),
            false => manifest.actions(path).collect(),
        };
        let mut links = Vec::new();
        for lang in LANGUAGES {
            let messages = pages.theme(THEME).messages(lang);
            let (forms, missing) = sampled::filled(id, &actions, (messages, &who.people), states);
            for key in missing {
                self.report
                    .wrong(format!("messages/{lang}.ftl: {key} is missing: a form shows it"));
            }
            let page = forms.beside(data.clone());
            match drawn(pages, THEME, (lang, true), &format!("{id}/{template}"), &page) {
                Ok(html) => {
                    self.report.drawn(at, html.len());
                    for key in
                        html.split('…').skip(1).filter(|part| part.starts_with(&format!("{id}-")))
                    {
                        self.report
                            .wrong(format!("messages/{lang}.ftl: {key} is missing: {at} shows it"));
                    }
                    links = self.links(who, &html);
                }
                Err(error) => {
                    let why = error.to_string();
                    let first = why.lines().next().unwrap_or_default();
                    let place = why.lines().find(|line| line.contains("-->"));
                    let place = place.unwrap_or_default().trim();
                    self.report.wrong(format!("{at}, {lang}: {first} {place}"));
                }
            }
        }
        links
    }

    /// The addresses below the plugin that a page names.
    fn links(&self, who: &Who, html: &str) -> Vec<String> {
        let below = if who.staff { "staff/p" } else { "p" };
        let base = format!("/{}/{below}/{}", who.insurer, self.tried.plugin.id());
        let named = html.split(" href=\"").skip(1).filter_map(|rest| rest.split('"').next());
        let own = named.filter_map(|link| link.strip_prefix(&base));
        let own = own.filter(|rest| rest.is_empty() || rest.starts_with(['/', '?']));
        let page = |rest: &str| rest.split('#').next().unwrap_or_default().replace("&amp;", "&");
        own.map(page)
            .map(|page| if page.starts_with('/') { page } else { format!("/{page}") })
            .collect()
    }

    fn document(&mut self, at: &str, document: &Document) {
        for lang in LANGUAGES {
            let why = self.saying(lang, |saying| write(document, saying).map(drop));
            self.report_words((at, lang), why);
        }
    }

    fn sheet(&mut self, at: &str, sheet: &Sheet) {
        for lang in LANGUAGES {
            let why = self.saying(lang, |saying| table(&sheet.table, saying).map(drop));
            self.report_words((at, lang), why);
        }
    }

    fn saying(
        &self,
        lang: &str,
        ask: impl FnOnce(&Saying) -> Result<(), String>,
    ) -> Result<(), String> {
        ask(&Saying(self.tried.pages.theme(THEME).messages(lang)))
    }

    fn report_words(&mut self, (at, lang): (&str, &str), why: Result<(), String>) {
        if let Err(why) = why {
            self.report.wrong(format!("{at}, {lang}: {why}"));
        }
    }

    /// What a card says is there in each language, and its pages are pages.
    fn card(&mut self, at: &str, reply: &CardReply) {
        let manifest = &self.tried.plugin.manifest;
        let titles = reply.tasks.iter().map(|task| &task.title);
        let named = std::iter::once(&reply.title).chain(&reply.unit).chain(&reply.text);
        let named: Vec<&String> = named.chain(titles).filter(|key| !key.is_empty()).collect();
        for lang in LANGUAGES {
            let messages = self.tried.pages.theme(THEME).messages(lang);
            let asked = |key: &str| {
                let params = reply.tasks.iter().find(|task| task.title == key);
                let params = params.iter().flat_map(|task| &task.params);
                let args: Vec<(&str, String)> =
                    params.map(|(name, text)| (name.as_str(), text.clone())).collect();
                messages.text(key, &args).is_some()
            };
            for key in named.iter().filter(|key| !asked(key)) {
                self.report.wrong(format!("messages/{lang}.ftl: {key} is missing: {at} shows it"));
            }
        }
        let paths = std::iter::once(&reply.path).chain(reply.tasks.iter().map(|task| &task.path));
        for path in paths.filter(|path| !path.is_empty()) {
            let path = path.split('?').next().unwrap_or_default();
            if manifest.route(path).is_none() {
                self.report.wrong(format!("{at}: leads to {path}, and no [[route]] has it"));
            }
        }
    }

    fn question(&mut self, who: &Who, declared: Declared<'_>, query: &str) -> Option<Question> {
        let tried = self.tried;
        let asker = Asker {
            insurer: who.insurer,
            member: "trial",
            lang: "ja",
            today: &clock::today(tried.now),
            now: tried.now,
            insured: who.insured,
            shown: !who.insured && !who.staff,
            staff: who.staff,
            people: who.people.clone(),
            who: who.staff.then_some(tried.db),
            cleared: DataClass::Medical,
            proved_again: true,
            signs: false,
        };
        asker
            .question(&Asking {
                plugin: tried.plugin,
                settings: tried.said,
                declared,
                again: false,
                shared: if self.alone { Vec::new() } else { tried.shared.clone() },
                query,
            })
            .ok()
    }

    /// What came, when it came, and whether it holds what is somebody else's.
    fn taken<R: Serialize>(
        &mut self,
        at: &str,
        who: &Who,
        reply: Result<R, CallFault>,
    ) -> Option<R> {
        let reply = match reply {
            Ok(reply) => reply,
            Err(fault) => {
                let why = match fault {
                    CallFault::Slow => "does not answer in time".to_owned(),
                    CallFault::Crashed => "its process died".to_owned(),
                    CallFault::Quarantined => "died too often and rests".to_owned(),
                    CallFault::Failed(why) => why,
                };
                self.report.wrong(format!("{at}, asked by {}: {why}", who.called));
                return None;
            }
        };
        let text = serde_json::to_string(&reply).unwrap_or_default();
        if let Some(whose) = self.foreign(who, &text) {
            self.report.wrong(format!(
                "{at}, asked by {}: shows what is of {whose}: the library keeps it from another call",
                who.called
            ));
        }
        Some(reply)
    }

    /// Whose rows a text shows that they may not see.
    fn foreign(&self, who: &Who, text: &str) -> Option<&'static str> {
        let marks = ["a0", "a1", "a2", "b0", "b1", "b2"];
        let others = || marks.into_iter().filter(|mark| !who.may_see.contains(mark));
        let marked = others().find(|mark| text.contains(&marked(mark)));
        marked.or_else(|| {
            // Nine digits as JSON has them, and as people read them: `123,456,789`.
            let tokens = text.split(|c: char| !c.is_ascii_digit() && c != ',');
            let numbers = tokens.flat_map(|token| {
                let whole = (token.len() == 11).then(|| token.replace(',', ""));
                whole.into_iter().chain(token.split(',').map(str::to_owned))
            });
            let numbers = numbers.filter_map(|number| number.parse::<i64>().ok());
            let mut whose = numbers.filter_map(|number| self.numbers.get(&number).copied());
            whose.find(|mark| !who.may_see.contains(mark))
        })
    }
}

/// Writes words as a language does, for who only wants to know whether they are there.
struct Saying<'m>(&'m Messages);

impl Writes for Saying<'_> {
    fn message(&self, key: &str, args: &[(&str, String)]) -> Option<String> {
        self.0.text(key, args)
    }

    fn person(&self, id: &str) -> String {
        id.to_owned()
    }

    fn card(&self, id: &str, _: Part) -> String {
        id.to_owned()
    }
}

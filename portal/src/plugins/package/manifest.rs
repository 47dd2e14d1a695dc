//! `plugin.toml`: what is not declared here does not exist. Read without running code.

use super::declared::{Event, Export, Job, Listens, Notification, Uses};
use super::{reserved, setting};
use crate::plugins::data::class::DataClass;
use crate::plugins::data::query::{Queries, Query};
use crate::plugins::data::reach::{Declared, Writes};
use crate::plugins::data::statement::Statements;
use crate::plugins::data::tables::{Kind, Tables};
use crate::plugins::form::field::Action;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use web::Text;
use web::config::toml_fault;

/// The manifest.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    pub schema: String,
    pub plugin: Head,
    #[serde(default)]
    pub route: Vec<Route>,
    #[serde(default)]
    pub action: Vec<Action>,
    /// Pages of who works for the insurer.
    #[serde(default)]
    pub staff: Vec<StaffPage>,
    #[serde(default)]
    pub card: Vec<Card>,
    pub menu: Option<Menu>,
    #[serde(default)]
    pub importer: Vec<Importer>,
    /// What an insurer can decide about it.
    #[serde(default)]
    pub setting: setting::Declared,
    #[serde(default)]
    pub job: Vec<Job>,
    #[serde(default)]
    pub notification: Vec<Notification>,
    /// What it says when it has happened.
    #[serde(default)]
    pub event: Vec<Event>,
    /// What of others it wants to hear.
    #[serde(default)]
    pub listens: Vec<Listens>,
    /// Its queries that other plugins may ask.
    #[serde(default)]
    pub export: Vec<Export>,
    /// Queries of others that it asks.
    #[serde(default)]
    pub uses: Vec<Uses>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    pub id: String,
    pub version: String,
    pub name: Text,
    /// The host's interface that the plugin was written for.
    pub host_api: u32,
}

/// A page.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    pub path: String,
    pub handler: String,
    pub data: DataClass,
    /// The queries that it may use; all that read when nothing is said.
    pub queries: Option<Vec<String>>,
    /// What it answers with.
    #[serde(default)]
    pub answers: Answers,
    /// The member must have shown within minutes that it is them.
    #[serde(default)]
    pub again: bool,
    /// Its template asks what the member has opened, or it says what they open.
    #[serde(default)]
    pub seen: bool,
    /// The insurer's own app gets its data as JSON, too.
    #[serde(default)]
    pub json: bool,
    /// Its XML is signed by the operator's command, or says that it is a specimen.
    #[serde(default)]
    pub signed: bool,
}

/// What a route answers with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answers {
    /// A template and its data.
    #[default]
    Page,
    /// A document, which becomes a file.
    Pdf,
    /// A table, which becomes one.
    Csv,
    /// Elements, which become one.
    Xml,
    /// What it found: the plugin's part of the search, and no page.
    Hits,
}

impl Route {
    /// What the manifest says about it.
    pub fn declared(&self) -> Declared<'_> {
        let queries = self.queries.as_deref();
        let writes = Writes::Nothing;
        Declared { handler: &self.handler, class: self.data, queries, writes }
    }
}

/// A page of who works for the insurer: its queries read the rows of all persons of the insurer.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StaffPage {
    pub path: String,
    pub handler: String,
    pub data: DataClass,
    /// The queries that it may use. They are always named.
    pub queries: Vec<String>,
    /// What it answers with.
    #[serde(default)]
    pub answers: Answers,
    /// The message of its entry in the menu, when it has one.
    pub menu: Option<String>,
}

impl StaffPage {
    /// What the manifest says about it.
    pub fn declared(&self) -> Declared<'_> {
        let queries = Some(self.queries.as_slice());
        let writes = Writes::Nothing;
        Declared { handler: &self.handler, class: self.data, queries, writes }
    }
}

/// A card of the home page.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    pub id: String,
    pub handler: String,
    pub data: DataClass,
    /// The queries that it may use; all that read when nothing is said.
    pub queries: Option<Vec<String>>,
}

impl Card {
    /// What the manifest says about it.
    pub fn declared(&self) -> Declared<'_> {
        let queries = self.queries.as_deref();
        let writes = Writes::Nothing;
        Declared { handler: &self.handler, class: self.data, queries, writes }
    }
}

/// The entry in the menu: a message of the plugin's.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Menu {
    pub label: String,
    /// The picture beside it, one of the portal's own.
    #[serde(default)]
    pub icon: Icon,
}

/// The pictures that a theme draws beside a plugin's name (`assets/icons.svg` of `base`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Icon {
    Yen,
    Refund,
    Pill,
    File,
    Bell,
    Steps,
    Heart,
    Family,
    Card,
    Letter,
    Calendar,
    Gift,
    Help,
    #[default]
    Page,
}

impl Icon {
    /// Its symbol.
    pub fn as_str(self) -> &'static str {
        match self {
            Icon::Yen => "yen",
            Icon::Refund => "refund",
            Icon::Pill => "pill",
            Icon::File => "file",
            Icon::Bell => "bell",
            Icon::Steps => "steps",
            Icon::Heart => "heart",
            Icon::Family => "family",
            Icon::Card => "card",
            Icon::Letter => "letter",
            Icon::Calendar => "calendar",
            Icon::Gift => "gift",
            Icon::Help => "help",
            Icon::Page => "page",
        }
    }
}

/// How an insurer's file becomes rows of a table: a column of the table is read from the column of
/// the file that the layout names so, as its type says.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Importer {
    pub id: String,
    /// The message that says what its files are; a plugin with one importer can do without.
    pub label: Option<String>,
    pub table: String,
    /// The handler that checks rows, when there is one.
    pub check: Option<String>,
    /// What a file replaces; a layout's `mode` must say the same.
    pub mode: Mode,
    /// What is to be said of a column beyond its type.
    #[serde(default)]
    pub columns: BTreeMap<String, FileColumn>,
}

/// What a file replaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// All rows of the insurer.
    Snapshot,
    /// The rows of the batches that it contains: a batch is what came together, a month's claims
    /// from one source.
    Batches,
}

impl Mode {
    /// The word in manifests and layouts.
    pub fn as_str(self) -> &'static str {
        match self {
            Mode::Snapshot => "snapshot",
            Mode::Batches => "batches",
        }
    }
}

/// How a column of the file is read.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FileColumn {
    /// The layout's name of it, when it is another than the table's.
    pub from: Option<String>,
    /// For `text`: must be kana, and becomes full-width kana.
    pub kana: bool,
    /// For `text`: longest in characters, 400 when nothing is said.
    pub max: Option<usize>,
    /// For `word`: words of files and ours. A layout can add some.
    pub words: BTreeMap<String, String>,
    /// For `word`: ours for any other.
    pub other: Option<String>,
}

impl FileColumn {
    fn check(&self, kind: &Kind) -> Result<(), String> {
        if (self.kana || self.max.is_some()) && *kind != Kind::Text {
            return Err(format!("is {}: kana and max are for text", kind.name()));
        }
        let ours = self.words.values().chain(&self.other);
        let Kind::Word(words) = kind else {
            return match ours.count() {
                0 => Ok(()),
                _ => Err(format!("is {}: words and other are for word", kind.name())),
            };
        };
        match ours.into_iter().find(|ours| !words.contains(ours)) {
            Some(ours) => Err(format!("becomes {ours:?}, which is none of its words {words:?}")),
            None => Ok(()),
        }
    }
}

/// The interface that this portal offers.
pub const HOST_API: u32 = 1;

impl Manifest {
    /// Reads and checks a manifest for the plugin in folder `folder_name`.
    ///
    /// # Errors
    /// Why it is refused, in words for the plugin's author.
    pub fn parse(text: &str, folder_name: &str) -> Result<Self, String> {
        let manifest: Self = toml::from_str(text).map_err(|error| toml_fault(text, &error))?;
        if manifest.schema != "musubi-plugin/1" {
            return Err(format!("schema {:?} is unknown", manifest.schema));
        }
        let id = &manifest.plugin.id;
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if id.is_empty() || !id.chars().all(plain) {
            return Err(format!("id {id:?}: use a-z, 0-9 and -"));
        }
        if id != folder_name {
            return Err(format!("id {id:?} is not the folder's name {folder_name:?}"));
        }
        reserved::check(id)?;
        setting::declared(&manifest.setting)?;
        for job in &manifest.job {
            job.check().map_err(|why| format!("job {}: {why}", job.id))?;
        }
        let paths: BTreeSet<&str> =
            manifest.route.iter().map(|route| route.path.as_str()).collect();
        let staff: BTreeSet<&str> = manifest.staff.iter().map(|page| page.path.as_str()).collect();
        for (at, action) in manifest.action.iter().enumerate() {
            let said = |why: String| format!("action {}: {why}", action.id);
            action.check(if action.staff { &staff } else { &paths }).map_err(said)?;
            let page = match action.staff {
                true => manifest.staff_page(&action.path).map(|page| page.data),
                false => manifest.route(&action.path).map(|route| route.data),
            };
            let page = page.unwrap_or(action.data);
            if action.data > page {
                return Err(said(format!(
                    "has data = {:?}, and its page {:?}: what was typed is shown there",
                    action.data.as_str(),
                    page.as_str()
                )));
            }
            if manifest.action[..at].iter().any(|known| known.id == action.id) {
                return Err(said("stands twice".to_owned()));
            }
        }
        for (at, page) in manifest.staff.iter().enumerate() {
            let said = |why: &str| format!("staff {}: {why}", page.path);
            if !page.path.starts_with('/') {
                return Err(said("a path begins with /"));
            }
            if manifest.staff[..at].iter().any(|known| known.path == page.path) {
                return Err(said("stands twice"));
            }
            if page.answers == Answers::Hits {
                return Err(said("staff have no search: answers is page, pdf, csv or xml"));
            }
            if page.menu.is_some() && page.answers != Answers::Page {
                return Err(said("a file has no entry in the menu: leave menu out"));
            }
        }
        if manifest.route.iter().filter(|route| route.answers == Answers::Hits).count() > 1 {
            return Err("two routes answer with hits: a plugin searches once".to_owned());
        }
        let files = |route: &&Route| route.json && route.answers != Answers::Page;
        if let Some(route) = manifest.route.iter().find(files) {
            return Err(format!(
                "route {}: json is for pages: a file has its own form",
                route.path
            ));
        }
        if let Some(route) = manifest.route.iter().find(|r| r.signed && r.answers != Answers::Xml) {
            return Err(format!("route {}: signed is for answers = \"xml\"", route.path));
        }
        let searches = manifest.search();
        if let Some(search) = searches.filter(|route| route.json || route.seen || route.again) {
            let path = &search.path;
            return Err(format!("route {path}: it is no page: remove json, seen and again"));
        }
        let files = |path: &&str| *path == "/blob" || path.starts_with("/blob/");
        if let Some(path) = paths.iter().chain(&staff).copied().find(|path| files(path)) {
            return Err(format!(
                "path {path}: files of members have these addresses; take another"
            ));
        }
        for told in &manifest.notification {
            told.check(&paths).map_err(|why| format!("notification {}: {why}", told.id))?;
        }
        let ids = manifest.job.iter().map(|job| &job.id);
        // One alone never stands in an address that somebody reads.
        let several = manifest.importer.iter().filter(|_| manifest.importer.len() > 1);
        let ids = ids.chain(several.map(|importer| &importer.id));
        let ids = ids.chain(manifest.notification.iter().map(|told| &told.id));
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let mut ids = ids.chain(manifest.event.iter().map(|event| &event.id));
        if let Some(id) = ids.find(|id| id.is_empty() || !id.chars().all(plain)) {
            return Err(format!("id {id:?}: write a-z, 0-9 and -"));
        }
        for event in &manifest.event {
            if event.params.len() > 4 {
                return Err(format!("event {}: at most four params; export a query", event.id));
            }
        }
        for listens in manifest.listens.iter().filter(|listens| listens.plugin == *id) {
            let own = manifest.event.iter().find(|event| event.id == listens.event);
            let own = own.ok_or_else(|| format!("listens: there is no event {}", listens.event))?;
            if own.data > listens.data {
                let needed = own.data.as_str();
                return Err(format!("listens {}: write data = {needed:?}", own.id));
            }
        }
        let twice = |ids: Vec<&String>| {
            ids.iter()
                .enumerate()
                .find(|(at, id)| ids[..*at].contains(id))
                .map(|(_, id)| (*id).clone())
        };
        let imports = twice(manifest.importer.iter().map(|importer| &importer.id).collect());
        let jobs = twice(manifest.job.iter().map(|job| &job.id).collect());
        let told = twice(manifest.notification.iter().map(|told| &told.id).collect());
        let events = twice(manifest.event.iter().map(|event| &event.id).collect());
        let heard: Vec<String> = manifest.listens.iter().map(Listens::job).collect();
        let heard = twice(heard.iter().collect());
        if let Some(id) = imports.or(jobs).or(told).or(events).or(heard) {
            return Err(format!("{id} stands twice"));
        }
        if manifest.plugin.host_api != HOST_API {
            let asked = manifest.plugin.host_api;
            return Err(format!("host_api {asked}: this portal offers {HOST_API}"));
        }
        Ok(manifest)
    }

    /// Checks pages, cards and forms against the plugin's queries and statements.
    ///
    /// # Errors
    /// The entry that does not fit, the query, and what to write.
    pub fn check(&self, queries: &Queries, statements: &Statements) -> Result<(), String> {
        for export in &self.export {
            if !queries.contains_key(&export.query) {
                let query = &export.query;
                return Err(format!("plugin.toml: export {query}: add queries/{query}.sql"));
            }
        }
        // Whoever asks other plugins may be told all that its class allows.
        let asks = |class| if self.uses.is_empty() { DataClass::None } else { class };
        for listens in &self.listens {
            let checked = listens.declared().check(queries);
            let writes = || listens.declared().check_writes(queries, statements, listens.data);
            let checked = checked.and_then(|()| writes());
            checked.map_err(|why| {
                format!("plugin.toml: listens {} {}: {why}", listens.plugin, listens.event)
            })?;
        }
        for job in &self.job {
            let checked = job.declared().check(queries);
            let checked = checked
                .and_then(|()| job.declared().check_writes(queries, statements, asks(job.data)));
            checked.map_err(|why| format!("plugin.toml: job {} {why}", job.id))?;
        }
        for action in &self.action {
            let checked = action.declared().check(queries);
            let told = asks(action.data);
            let checked =
                checked.and_then(|()| action.declared().check_writes(queries, statements, told));
            checked.map_err(|why| format!("plugin.toml: action {} {why}", action.id))?;
            if action.staff {
                let used = action.queries.iter().flatten();
                says_whose(queries, used, &format!("action {}", action.id))?;
            }
        }
        for route in &self.route {
            let checked = route.declared().check(queries);
            checked.map_err(|why| format!("plugin.toml: route {} {why}", route.path))?;
        }
        for page in &self.staff {
            let checked = page.declared().check(queries);
            checked.map_err(|why| format!("plugin.toml: staff {} {why}", page.path))?;
            says_whose(queries, page.queries.iter(), &format!("staff {}", page.path))?;
        }
        for card in &self.card {
            let checked = card.declared().check(queries);
            checked.map_err(|why| format!("plugin.toml: card {} {why}", card.id))?;
        }
        Ok(())
    }

    /// The tables that importers fill.
    ///
    /// # Errors
    /// The importer that does not fit its table, and what to write.
    pub fn imported(&self, tables: &Tables) -> Result<BTreeSet<String>, String> {
        for importer in &self.importer {
            let at = |why: String| format!("plugin.toml: importer {}: {why}", importer.id);
            let table = tables
                .table
                .get(&importer.table)
                .ok_or_else(|| at(format!("{:?} is no table of tables.toml", importer.table)))?;
            if importer.id.starts_with("musubi") {
                return Err(at("names that begin with musubi are the host's".into()));
            }
            if importer.label.is_none() && self.importer.len() > 1 {
                return Err(at(
                    "there are several: write label, a text that says what its files are".into(),
                ));
            }
            if table.key.is_some() {
                return Err(at(format!("fills {}, which has a key: remove one", importer.table)));
            }
            for (name, column) in &importer.columns {
                let declared = table.columns.get(name).ok_or_else(|| {
                    at(format!("column {name} is no column of table {}", importer.table))
                })?;
                column.check(&declared.kind()).map_err(|why| at(format!("column {name} {why}")))?;
            }
            let unread = table.columns.iter().find(|(_, column)| {
                matches!(column.kind(), Kind::Instant | Kind::Blob | Kind::Json | Kind::Bool)
                    && !column.optional
            });
            if let Some((name, _)) = unread {
                return Err(at(format!("no file has a value for column {name}: make it optional")));
            }
        }
        let mut filled = BTreeSet::new();
        for importer in &self.importer {
            if !filled.insert(importer.table.clone()) {
                return Err(format!("plugin.toml: two importers fill table {}", importer.table));
            }
        }
        Ok(filled)
    }

    /// The importer of a name; of none, the first: what takes files now did so when it was the only one.
    pub fn importer(&self, id: &str) -> Option<&Importer> {
        self.importer.iter().find(|importer| id.is_empty() || importer.id == id)
    }

    /// The forms of the page at a path.
    pub fn actions(&self, path: &str) -> impl Iterator<Item = &Action> {
        self.action.iter().filter(move |action| action.path == path && !action.staff)
    }

    /// The forms of the staff page at a path.
    pub fn staff_actions(&self, path: &str) -> impl Iterator<Item = &Action> {
        self.action.iter().filter(move |action| action.path == path && action.staff)
    }

    /// The staff page of a path below the plugin.
    pub fn staff_page(&self, path: &str) -> Option<&StaffPage> {
        self.staff.iter().find(|page| page.path == path)
    }

    /// The route that searches.
    pub fn search(&self) -> Option<&Route> {
        self.route.iter().find(|route| route.answers == Answers::Hits)
    }

    /// The route of a path below the plugin.
    pub fn route(&self, path: &str) -> Option<&Route> {
        self.route.iter().find(|route| route.path == path)
    }
}

/// Members are told who looked: what staff read says whose it is.
fn says_whose<'q>(
    queries: &Queries,
    mut used: impl Iterator<Item = &'q String>,
    what: &str,
) -> Result<(), String> {
    let silent = used.find(|name| !queries.get(*name).is_none_or(Query::says_whose));
    silent.map_or(Ok(()), |name| {
        Err(format!(
            "plugin.toml: {what} uses queries/{name}.sql, which reads members' rows and does not say whose: \
             add person to its columns, or count (members are told who looked)"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::Manifest;

    /// Each picture that a plugin or the portal's own menu names is a symbol of the theme.
    #[test]
    fn every_icon_is_drawn() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../themes/base/assets/icons.svg");
        let drawn = std::fs::read_to_string(file).unwrap();
        let words =
            "yen refund pill file bell steps heart family card letter calendar gift help page";
        let icon = |word: &str| -> super::Icon {
            toml::from_str::<super::Menu>(&format!("label = \"x\"\nicon = \"{word}\""))
                .unwrap()
                .icon
        };
        let plugins = words.split(' ').inspect(|word| assert_eq!(icon(word).as_str(), *word));
        for word in plugins.chain(["home", "search", "eye", "person"]) {
            assert!(drawn.contains(&format!("<symbol id=\"{word}\"")), "{word}");
        }
    }

    #[test]
    fn a_wrong_manifest_says_what_is_wrong() {
        let text = |id: &str, api: u32| {
            format!(
                "schema = \"musubi-plugin/1\"\n[plugin]\nid = \"{id}\"\nversion = \"1\"\n\
                 name = {{ ja = \"x\" }}\nhost_api = {api}\n"
            )
        };
        assert!(Manifest::parse(&text("fees", 1), "fees").is_ok());
        for (text, folder, word) in [
            (text("fees", 1), "other", "folder"),
            (text("fees", 9), "fees", "host_api 9"),
            (text("Fees!", 1), "Fees!", "a-z"),
            (text("portal", 1), "portal", "the host's"),
            (format!("{}surprise = 1\n", text("fees", 1)), "fees", "surprise"),
        ] {
            let why = Manifest::parse(&text, folder).unwrap_err();
            assert!(why.contains(word), "{why}");
        }
    }

    /// Attack 31: the forms of staff are none of a member's page, though it has the same path.
    #[test]
    fn a_form_stands_on_the_page_that_it_names() {
        let page = |kind: &str| {
            format!("[[{kind}]]\npath = \"/\"\nhandler = \"h\"\ndata = \"none\"\nqueries = []\n")
        };
        let form = |id: &str, more: &str| {
            format!(
                "[[action]]\nid = \"{id}\"\npath = \"/\"\nhandler = \"h\"\ndata = \"none\"\n{more}"
            )
        };
        let text = format!(
            "schema = \"musubi-plugin/1\"\n[plugin]\nid = \"fees\"\nversion = \"1\"\n\
             name = {{ ja = \"x\" }}\nhost_api = 1\n{}{}{}{}",
            page("route"),
            page("staff"),
            form("own", ""),
            form("theirs", "staff = true\nqueries = []\nstatements = []\n"),
        );
        let manifest = Manifest::parse(&text, "fees").unwrap();
        let ids = |actions: Vec<&super::Action>| -> Vec<String> {
            actions.into_iter().map(|action| action.id.clone()).collect()
        };
        assert_eq!(ids(manifest.actions("/").collect()), ["own"]);
        assert_eq!(ids(manifest.staff_actions("/").collect()), ["theirs"]);
    }

    #[test]
    fn a_staff_page_names_its_queries_and_stands_once() {
        let staff = |lines: &str| {
            let text = format!(
                "schema = \"musubi-plugin/1\"\n[plugin]\nid = \"fees\"\nversion = \"1\"\n\
                 name = {{ ja = \"x\" }}\nhost_api = 1\n{lines}"
            );
            Manifest::parse(&text, "fees").map(|manifest| manifest.staff.len())
        };
        let page = "[[staff]]\npath = \"/\"\nhandler = \"h\"\ndata = \"none\"\n";
        let named = format!("{page}queries = []\n");
        assert_eq!(staff(&named), Ok(1));
        for (lines, word) in [
            (page.to_owned(), "queries"),
            (format!("{named}{named}"), "twice"),
            (named.replace("\"/\"", "\"x\""), "begins with /"),
            (named.replace("\"/\"", "\"/blob/x\""), "files of members"),
            (format!("{named}menu = \"fees-m\"\nanswers = \"csv\"\n"), "menu"),
        ] {
            let why = staff(&lines).unwrap_err();
            assert!(why.contains(word), "{why}");
        }
    }
}

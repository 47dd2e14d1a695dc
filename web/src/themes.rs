//! A theme says only what differs from its parent: tokens, logo, texts, template overrides. All
//! else it shares with its parent, so that an insurer's own theme costs little more than its
//! colours.

mod tokens;

use crate::assets::Assets;
use crate::messages::{LANGUAGES, Messages, MessagesFile};
use crate::pages::filters;
use crate::pages::foreign;
use crate::pages::owner::Owner;
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tera::Tera;
use tokens::{Contrast, Token, Tokens};

/// `theme.toml` as an author writes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    theme: Head,
    #[serde(default)]
    tokens: Tokens,
    /// Colours of a dark screen: for whoever has chosen one on their device.
    #[serde(default)]
    dark: Tokens,
    #[serde(default)]
    assets: BTreeMap<String, String>,
    /// Pairs of colours that are used together, checked for contrast.
    #[serde(default)]
    contrast: Vec<Contrast>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    id: String,
    name: crate::Text,
    parent: Option<String>,
}

/// A theme, ready to draw with.
#[derive(Clone)]
pub struct Theme {
    /// The parent's own when neither this theme overrides a template.
    pub(crate) tera: Arc<Tera>,
    /// By language; the parent's own where this theme has no text.
    messages: BTreeMap<&'static str, Arc<Messages>>,
    /// The parent's, then its own: a theme's `tokens.css` holds only what it says itself.
    pub css: Arc<[String]>,
    /// The scripts of every page: base's.
    pub js: Arc<[String]>,
    /// Those of single pages, by name: base's.
    pub scripts: Arc<BTreeMap<String, String>>,
    pub logo: Arc<str>,
    pub icon: Arc<str>,
    /// The pictures beside the entries of the menu, each a symbol of one file.
    pub icons: Arc<str>,
    /// What a device draws around the pages: the header's colour, `#rrggbb`.
    pub colour: Arc<str>,
}

/// Scripts that act for the person: only their own pages load them, and the policy of every other
/// page refuses them, whatever a plugin's template says.
const OF_SINGLE_PAGES: [&str; 4] = ["next", "passkey", "send", "signals"];

/// A theme that cannot be used; the text names it and says what to mend.
#[derive(Debug, Clone, thiserror::Error)]
#[error("theme {0}: {1}")]
pub struct ThemeError(String, String);

impl ThemeError {
    /// Whether it is about this theme: its id, or its folder when that cannot be read.
    pub fn is_of(&self, theme: &str) -> bool {
        self.0 == theme || Path::new(&self.0).file_name().is_some_and(|name| name == theme)
    }

    /// A theme that is there and not among those that could be loaded.
    pub(crate) fn unusable(theme: &str) -> Self {
        Self(theme.to_owned(), "theme.toml gives it another id".to_owned())
    }
}

impl Theme {
    /// Whether it, or a parent, draws a page of an owner in its own way.
    pub(crate) fn changes(&self, template: &str) -> bool {
        let own = format!("!/{template}");
        let mut names = self.tera.get_template_names();
        names.any(|name| name.ends_with(&own) && !name.starts_with("owner!"))
    }

    /// The texts in a language.
    pub fn messages(&self, lang: &str) -> &Arc<Messages> {
        self.messages.get(lang).or_else(|| self.messages.get("ja")).expect("ja always exists")
    }
}

/// Whether an insurer's theme is there, before the insurer is published.
///
/// # Errors
/// [`ThemeError`] with the themes that there are.
pub fn exists(folder: &Path, theme: &str) -> Result<(), ThemeError> {
    if folder.join(theme).join("theme.toml").is_file() {
        return Ok(());
    }
    let there = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let names: Vec<String> =
        there.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    let why = format!("does not exist in {}; there are: {}", folder.display(), names.join(", "));
    Err(ThemeError(theme.to_owned(), why))
}

/// The themes of a folder: those that can be used, and why the others cannot.
pub struct Found {
    pub themes: HashMap<String, Theme>,
    pub refused: Vec<ThemeError>,
    /// Templates of themes for pages of plugins that do not fit any more: the plugin's own are drawn.
    pub left_out: Vec<ThemeError>,
}

/// Loads every folder below `folder` that has a `theme.toml`, with the templates and messages of
/// `owners` underneath. A theme that cannot be used takes with it only those that build on it.
///
/// # Errors
/// When the folder cannot be read, or `base` or an owner cannot be used: nothing can be drawn.
pub fn load(folder: &Path, owners: &[Owner], assets: &mut Assets) -> Result<Found, ThemeError> {
    let mut refused = Vec::new();
    let mut files = Files::new();
    let entries = std::fs::read_dir(folder)
        .map_err(|error| ThemeError(folder.display().to_string(), error.to_string()))?;
    for path in entries.flatten().map(|entry| entry.path()) {
        let toml = path.join("theme.toml");
        if !toml.is_file() {
            continue;
        }
        match crate::config::insurer_file::<File>(&toml) {
            Ok(file) if file.theme.name.ja.is_empty() => {
                refused.push(ThemeError(file.theme.id, "name.ja is empty".into()));
            }
            Ok(file) => {
                files.insert(file.theme.id.clone(), (file, path));
            }
            Err(why) => refused.push(ThemeError(path.display().to_string(), why.to_string())),
        }
    }
    let base = |why: String| ThemeError("base".into(), why);
    let ground = Ground::read(owners).map_err(base)?;
    let (built, left_out) = (HashMap::new(), Vec::new());
    let mut loader = Loader { files: &files, ground, assets, built, left_out };
    if !files.contains_key("base") {
        let others: Vec<String> = refused.iter().map(ToString::to_string).collect();
        let why = format!("is missing in {}. {}", folder.display(), others.join("; "));
        return Err(base(why));
    }
    loader.build("base").map_err(base)?;
    for id in files.keys() {
        if let Err(why) = loader.build(id) {
            refused.push(ThemeError(id.clone(), why));
        }
    }
    let left_out = loader.left_out;
    let built = loader.built.into_iter();
    let themes = built.filter_map(|(id, built)| Some((id, built.ok()?.theme.clone()))).collect();
    Ok(Found { themes, refused, left_out })
}

type Files = BTreeMap<String, (File, PathBuf)>;

/// What lies under every theme: the owners' templates and texts.
struct Ground<'o> {
    owners: &'o [Owner],
    messages: BTreeMap<&'static str, Vec<Arc<MessagesFile>>>,
}

impl<'o> Ground<'o> {
    fn read(owners: &'o [Owner]) -> Result<Self, String> {
        let mut messages: BTreeMap<&'static str, Vec<Arc<MessagesFile>>> = BTreeMap::new();
        for (lang, _) in LANGUAGES {
            let files = messages.entry(lang).or_default();
            for owner in owners {
                if let Some(text) = owner.messages.get(lang) {
                    files.push(parse(format!("{}/{lang}.ftl", owner.id), text.clone())?);
                }
            }
        }
        Ok(Self { owners, messages })
    }
}

fn parse(name: String, text: String) -> Result<Arc<MessagesFile>, String> {
    MessagesFile::parse(name, text).map(Arc::new).map_err(|error| error.to_string())
}

/// A theme with what its children need while they are built.
struct Built<'f> {
    theme: Theme,
    file: &'f File,
    /// Its own overrides, as Tera names them.
    templates: Vec<(String, String)>,
    /// The owners' and all themes' up to this one.
    messages: BTreeMap<&'static str, Vec<Arc<MessagesFile>>>,
    parent: Option<Arc<Built<'f>>>,
}

impl<'f> Built<'f> {
    /// This theme, its parent, …, base.
    fn chain(&self) -> impl Iterator<Item = &Built<'f>> {
        std::iter::successors(Some(self), |built| built.parent.as_deref())
    }
}

struct Loader<'f, 'o> {
    files: &'f Files,
    ground: Ground<'o>,
    assets: &'f mut Assets,
    built: HashMap<String, Result<Arc<Built<'f>>, String>>,
    left_out: Vec<ThemeError>,
}

impl<'f> Loader<'f, '_> {
    /// Builds a theme after its ancestors, each once.
    fn build(&mut self, id: &str) -> Result<(), String> {
        let mut parent = None;
        for (file, path) in chain(self.files, id)?.into_iter().rev() {
            let id = &file.theme.id;
            let built = match self.built.get(id) {
                Some(built) => built.clone(),
                None => {
                    let built = self.one(file, path, parent).map(Arc::new);
                    self.built.insert(id.clone(), built.clone());
                    built
                }
            };
            parent = Some(built.map_err(|why| format!("{id} cannot be used: {why}"))?);
        }
        Ok(())
    }

    fn one(
        &mut self,
        file: &'f File,
        path: &Path,
        parent: Option<Arc<Built<'f>>>,
    ) -> Result<Built<'f>, String> {
        let id = &file.theme.id;
        let ancestors = || parent.iter().flat_map(|parent| parent.chain());
        let pairs = || file.contrast.iter().chain(ancestors().flat_map(|b| &b.file.contrast));
        let bright = |name: &str| {
            let inherited = || ancestors().find_map(|built| built.file.tokens.get(name));
            file.tokens.get(name).or_else(inherited)
        };
        let dark = |name: &str| {
            let inherited = || ancestors().find_map(|built| built.file.dark.get(name));
            file.dark.get(name).or_else(inherited).or_else(|| bright(name))
        };
        tokens::check_contrast(pairs(), bright)?;
        tokens::check_contrast(pairs(), dark).map_err(|why| format!("dark: {why}"))?;
        if let Some(parent) = &parent {
            let known =
                |name: &String| parent.chain().any(|built| built.file.tokens.contains_key(name));
            if let Some(name) = file.tokens.keys().chain(file.dark.keys()).find(|n| !known(n)) {
                return Err(format!("token {name}: no page uses it; the tokens are those of base"));
            }
        }
        let mut templates = self.overrides(id, path)?;
        let with = |templates: &[(String, String)]| {
            let ids = std::iter::once(id).chain(ancestors().map(|built| &built.file.theme.id));
            let inherited = ancestors().flat_map(|built| &built.templates);
            tera(ids, templates.iter().chain(inherited), self.ground.owners)
        };
        let tera = match &parent {
            Some(parent) if templates.is_empty() => parent.theme.tera.clone(),
            _ => Arc::new(match with(&templates) {
                Ok(tera) => tera,
                // A plugin may have changed under the theme: what does not fit its pages is left out.
                Err(why) => {
                    let foreign = |(name, _): &(String, String)| {
                        let mut owners =
                            self.ground.owners.iter().filter(|owner| owner.is_foreign());
                        owners.any(|owner| name.starts_with(&format!("{id}!/{}/", owner.id)))
                    };
                    let (theirs, mut kept): (Vec<_>, Vec<_>) =
                        templates.into_iter().partition(foreign);
                    if theirs.is_empty() {
                        return Err(why);
                    }
                    for one in theirs {
                        kept.push(one);
                        if let Err(why) = with(&kept) {
                            let (name, _) = kept.pop().unwrap_or_default();
                            let name = name.split_once('/').map_or("", |(_, name)| name);
                            let why = format!("templates/{name} is left out: {why}");
                            self.left_out.push(ThemeError(id.clone(), why));
                        }
                    }
                    templates = kept;
                    with(&templates)?
                }
            }),
        };
        let mut messages = match &parent {
            Some(parent) => parent.messages.clone(),
            None => self.ground.messages.clone(),
        };
        let mut texts = BTreeMap::new();
        for (lang, files) in &mut messages {
            let own = path.join("messages").join(format!("{lang}.ftl"));
            let own_text = match std::fs::read_to_string(&own) {
                Ok(text) => Some(text),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
                Err(error) => return Err(format!("{}: {error}", own.display())),
            };
            let text = match (own_text, &parent) {
                (None, Some(parent)) => parent.theme.messages(lang).clone(),
                (own_text, _) => {
                    if let Some(text) = own_text {
                        files.push(parse(own.display().to_string(), text)?);
                    }
                    Arc::new(Messages::new(lang, files).map_err(|error| error.to_string())?)
                }
            };
            texts.insert(*lang, text);
        }
        let mut theme = Theme {
            tera,
            messages: texts,
            css: parent.as_ref().map_or_else(Arc::default, |parent| parent.theme.css.clone()),
            js: parent.as_ref().map_or_else(Arc::default, |parent| parent.theme.js.clone()),
            scripts: parent
                .as_ref()
                .map_or_else(Arc::default, |parent| parent.theme.scripts.clone()),
            logo: parent.as_ref().map_or_else(Arc::default, |parent| parent.theme.logo.clone()),
            icon: parent.as_ref().map_or_else(Arc::default, |parent| parent.theme.icon.clone()),
            icons: parent.as_ref().map_or_else(Arc::default, |parent| parent.theme.icons.clone()),
            colour: match bright("color.header") {
                Some(Token::Text(text)) => text.as_str().into(),
                _ => "#ffffff".into(),
            },
        };
        self.add_assets(&mut theme, file, path)?;
        Ok(Built { theme, file, templates, messages, parent })
    }

    /// A theme's own templates. One theme serves both programs: overrides of the other's pages
    /// are not drawn here.
    fn overrides(&self, id: &str, path: &Path) -> Result<Vec<(String, String)>, String> {
        let folder = path.join("templates");
        let here = |name: &String| match name.split_once('/') {
            Some((owner, _)) => self.ground.owners.iter().any(|known| known.id == owner),
            None => true,
        };
        let names = walk(&folder, "")?.into_iter().filter(here);
        names
            .map(|name| {
                if id != "base" && self.ground.owners.iter().any(|owner| owner.locks(&name)) {
                    return Err(format!("templates/{name}: no theme may change this page"));
                }
                let text = std::fs::read_to_string(folder.join(&name));
                let mut text = text.map_err(|error| format!("{name}: {error}"))?;
                if id != "base" {
                    foreign::check(&text).map_err(|why| format!("templates/{name}: {why}"))?;
                    text = foreign::counted(&text);
                }
                Ok((format!("{id}!/{name}"), text))
            })
            .collect()
    }

    /// Adds the theme's own files and tokens to what it inherits.
    fn add_assets(&mut self, theme: &mut Theme, file: &File, path: &Path) -> Result<(), String> {
        let id = &file.theme.id;
        let (mut css, mut js, mut scripts) = (Vec::new(), Vec::new(), BTreeMap::new());
        for name in file_names(&path.join("assets"))? {
            let bytes = std::fs::read(path.join("assets").join(&name))
                .map_err(|error| format!("assets/{name}: {error}"))?;
            let url = self.assets.add(id, &name, bytes);
            let asset = format!("assets/{name}");
            if name.ends_with(".css") {
                css.push(url);
            } else if let Some(script) = name.strip_suffix(".js") {
                if id != "base" {
                    return Err(format!("{asset}: a theme has no code; leave scripts to base"));
                }
                match OF_SINGLE_PAGES.contains(&script) {
                    true => drop(scripts.insert(script.to_owned(), url)),
                    false => js.push(url),
                }
            } else if file.assets.get("logo") == Some(&asset) {
                theme.logo = url.into();
            } else if file.assets.get("icon") == Some(&asset) {
                theme.icon = url.into();
            } else if file.assets.get("icons") == Some(&asset) {
                theme.icons = url.into();
            }
        }
        let style = tokens::style(&file.tokens, &file.dark)?;
        if !style.is_empty() {
            css.push(self.assets.add(id, "tokens.css", style.into_bytes()));
        }
        if !scripts.is_empty() {
            theme.scripts = Arc::new(scripts);
        }
        for (inherited, own) in [(&mut theme.css, css), (&mut theme.js, js)] {
            if !own.is_empty() {
                *inherited = inherited.iter().cloned().chain(own).collect();
            }
        }
        Ok(())
    }
}

/// The theme, its parent, …, base.
fn chain<'f>(files: &'f Files, id: &str) -> Result<Vec<&'f (File, PathBuf)>, String> {
    let mut chain = Vec::new();
    let mut next = Some(id.to_owned());
    while let Some(id) = next {
        let found = files.get(&id).ok_or_else(|| format!("the theme {id} does not exist"))?;
        if chain.len() >= 3 {
            return Err("it has more than two ancestors or is its own".into());
        }
        next = found.0.theme.parent.clone();
        chain.push(found);
    }
    Ok(chain)
}

/// Templates: `theme!/name` for each theme of the chain, `owner!/owner/name` underneath.
fn tera<'t>(
    ids: impl Iterator<Item = &'t String>,
    overrides: impl Iterator<Item = &'t (String, String)>,
    owners: &[Owner],
) -> Result<Tera, String> {
    let mut tera = Tera::new();
    let prefixes = ids.map(|id| format!("{id}!/")).chain(["owner!/".to_owned()]);
    tera.set_fallback_prefixes(prefixes.collect::<Vec<_>>()).map_err(|error| error.to_string())?;
    tera.autoescape_on([".html"]);
    filters::register(&mut tera);
    foreign::register(&mut tera);
    let mut templates: Vec<(String, Cow<'_, str>)> =
        overrides.map(|(name, text)| (name.clone(), text.as_str().into())).collect();
    for owner in owners {
        for (name, text) in &owner.templates {
            templates.push((format!("owner!/{}/{name}", owner.id), owner.drawn(text)));
        }
    }
    tera.add_raw_templates(templates).map_err(|error| error.to_string())?;
    Ok(tera)
}

fn file_names(folder: &Path) -> Result<Vec<String>, String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(Vec::new()) };
    let mut names: Vec<String> = entries
        .flatten()
        .filter(|entry| entry.path().is_file())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    Ok(names)
}

/// All files below a folder, as `a/b.html`.
fn walk(folder: &Path, below: &str) -> Result<Vec<String>, String> {
    let Ok(entries) = std::fs::read_dir(folder.join(below)) else { return Ok(Vec::new()) };
    let mut names = Vec::new();
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let name = if below.is_empty() { name } else { format!("{below}/{name}") };
        if entry.path().is_dir() {
            names.extend(walk(folder, &name)?);
        } else {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::{Found, load};
    use crate::Pages;
    use crate::assets::Assets;
    use crate::pages::Owner;
    use std::path::PathBuf;
    use std::sync::Arc;

    /// A folder of themes that is gone when the test ends.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let folder = std::env::temp_dir().join(format!("{name}-{}", std::process::id()));
            std::fs::remove_dir_all(&folder).ok();
            let themes = Self(folder);
            let tokens = "[tokens]\n\"c.ink\" = \"#000000\"\n\"c.page\" = \"#ffffff\"\n";
            let contrast = "[[contrast]]\ntext = \"c.ink\"\non = \"c.page\"\nmin = 4.5\n";
            themes.write("base/theme.toml", &(head("base", "") + tokens + contrast));
            themes.write("base/templates/page.html", "<p>base</p>");
            themes.write("base/messages/ja.ftl", "name = 基本\n");
            themes.write("base/assets/logo.svg", "<svg/>");
            themes
        }

        fn write(&self, path: &str, text: &str) {
            let file = self.0.join(path);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        }

        fn load(&self) -> Found {
            load(&self.0, &[], &mut Assets::default()).unwrap()
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            std::fs::remove_dir_all(&self.0).ok();
        }
    }

    fn head(id: &str, parent: &str) -> String {
        let parent =
            if parent.is_empty() { String::new() } else { format!("parent = \"{parent}\"\n") };
        format!("[theme]\nid = \"{id}\"\nname = {{ ja = \"{id}\" }}\n{parent}")
    }

    #[test]
    fn themes_share_what_they_do_not_say() {
        let folder = Folder::new("musubi-themes-share");
        let blue = head("blue", "base") + "[tokens]\n\"c.ink\" = \"#0000aa\"\n";
        folder.write("blue/theme.toml", &blue);
        folder.write("green/theme.toml", &head("green", "base"));
        folder.write("other/theme.toml", &head("other", "base"));
        folder.write("other/templates/page.html", "<p>other</p>");
        folder.write("named/theme.toml", &head("named", "other"));
        folder.write("named/messages/ja.ftl", "name = 名\n");
        let found = folder.load();
        assert!(found.refused.is_empty(), "{:?}", found.refused);
        let theme = |id: &str| found.themes.get(id).unwrap();
        let (base, blue, green) = (theme("base"), theme("blue"), theme("green"));
        assert!(Arc::ptr_eq(&blue.tera, &green.tera) && Arc::ptr_eq(&blue.tera, &base.tera));
        assert!(Arc::ptr_eq(blue.messages("ja"), green.messages("ja")));
        assert!(Arc::ptr_eq(&green.css, &base.css) && Arc::ptr_eq(&blue.logo, &base.logo));
        assert_eq!(blue.css.len(), base.css.len() + 1);
        let (other, named) = (theme("other"), theme("named"));
        assert!(!Arc::ptr_eq(&other.tera, &base.tera) && Arc::ptr_eq(&named.tera, &other.tera));
        assert!(!Arc::ptr_eq(named.messages("ja"), other.messages("ja")));
        assert!(Arc::ptr_eq(named.messages("en"), base.messages("en")));
        let drawn = |id: &str| theme(id).tera.render("page.html", &tera::Context::new()).unwrap();
        assert_eq!([drawn("green"), drawn("named")], ["<p>base</p>", "<p>other</p>"]);
        let name = |id: &str| theme(id).messages("ja").text("name", &[]).unwrap();
        assert_eq!([name("other"), name("named")], ["基本", "名"]);
    }

    #[test]
    fn a_theme_that_cannot_be_used_stops_only_those_that_build_on_it() {
        let folder = Folder::new("musubi-themes-refused");
        folder.write(
            "pale/theme.toml",
            &(head("pale", "base") + "[tokens]\n\"c.ink\" = \"#eeeeee\"\n"),
        );
        folder.write("child/theme.toml", &head("child", "pale"));
        folder.write("orphan/theme.toml", &head("orphan", "nobody"));
        folder.write("ring/theme.toml", &head("ring", "ring"));
        folder.write("torn/theme.toml", "[theme");
        folder.write("fine/theme.toml", &head("fine", "base"));
        let found = folder.load();
        let mut ids: Vec<&str> = found.themes.keys().map(String::as_str).collect();
        ids.sort_unstable();
        assert_eq!(ids, ["base", "fine"]);
        let why: Vec<String> = found.refused.iter().map(ToString::to_string).collect();
        for (theme, word) in [
            ("pale", "contrast of c.ink on c.page"),
            ("child", "pale cannot be used"),
            ("orphan", "nobody does not exist"),
            ("ring", "ancestors"),
            ("torn", "theme.toml"),
        ] {
            assert!(why.iter().any(|line| line.contains(theme) && line.contains(word)), "{why:?}");
        }
    }

    /// Claim 16: a plugin changes under a theme. Its own page is drawn, also for themes that build on that one; whoever
    /// applies an insurer or checks the plugin is told.
    #[test]
    fn a_plugin_that_changes_under_a_theme_draws_its_own_page() {
        let folder = Folder::new("musubi-themes-changed");
        folder.write("base/templates/error.html", "");
        folder.write("acme/theme.toml", &head("acme", "base"));
        folder.write("acme/templates/fees/list.html", "{% extends \"owner!/fees/list.html\" %}{% block main %}acme {{ page.sum }}{% endblock main %}");
        folder.write("acme/templates/fees/more.html", "acme more");
        folder.write("child/theme.toml", &head("child", "acme"));
        let plugin = |list: &str| {
            folder.write("../musubi-fees/templates/list.html", list);
            folder.write("../musubi-fees/templates/more.html", "own more");
            Owner::from_folder("fees", &folder.0.join("../musubi-fees"))
        };
        let drawn = |list: &str, page: serde_json::Value, strict: bool| {
            let (mut pages, refused) = Pages::load_usable(&folder.0, &[plugin(list)]).unwrap();
            assert!(refused.is_empty(), "{refused:?}");
            pages.strict = strict;
            let draw = |theme: &str| pages.draw(theme, "ja", "fees/list.html", &(), &page).ok();
            let more = pages.draw("acme", "ja", "fees/more.html", &(), &page).ok();
            (draw("acme"), draw("child"), more, pages.left_out.len())
        };
        let text = |text: &str| Some(text.to_owned());
        let (one, page) =
            ("{% block main %}{{ page.sum }}{% endblock main %}", serde_json::json!({"sum": 7}));
        let more = text("acme more");
        assert_eq!(
            drawn(one, page.clone(), false),
            (text("acme 7"), text("acme 7"), more.clone(), 0)
        );
        // The next version calls it otherwise: whoever checks is told, members see the plugin's own.
        let (two, page) = (
            "{% block main %}{{ page.total }}{% endblock main %}",
            serde_json::json!({"total": 8}),
        );
        assert_eq!(drawn(two, page.clone(), false), (text("8"), text("8"), more.clone(), 0));
        assert_eq!(drawn(two, page.clone(), true), (None, None, more.clone(), 0));
        // The next has no such page any more in its chain: the theme goes on without that one.
        folder.write("acme/templates/fees/list.html", "{% extends \"owner!/fees/old.html\" %}");
        assert_eq!(drawn(two, page, false), (text("8"), text("8"), more, 1));
        let told = Pages::can_draw(&folder.0, &[plugin(two)], "acme").unwrap_err().to_string();
        assert!(told.contains("templates/fees/list.html is left out"), "{told}");
        std::fs::remove_dir_all(folder.0.join("../musubi-fees")).ok();
    }

    /// S4: a theme has looks, no code, and does not reword what a person decides on.
    #[test]
    fn a_theme_brings_no_script_and_no_decision() {
        let folder = Folder::new("musubi-themes-code");
        folder.write("acme/theme.toml", &head("acme", "base"));
        let owner = || {
            let mut owner = crate::pages::Owner::default();
            owner.id = "idp".into();
            owner.templates.push(("consent.html".into(), "<p>yours</p>".into()));
            vec![owner.locked(&["consent.html"])]
        };
        let refused = || {
            let Ok(found) = load(&folder.0, &owner(), &mut Assets::default()) else {
                panic!("base can be used")
            };
            found.refused.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(refused(), "");
        folder.write("acme/assets/evil.js", "document.forms[0].submit()");
        assert!(refused().contains("evil.js"), "{}", refused());
        std::fs::remove_file(folder.0.join("acme/assets/evil.js")).unwrap();
        folder.write("acme/templates/idp/consent.html", "<p>mine</p>");
        assert!(refused().contains("consent.html"), "{}", refused());
    }
}

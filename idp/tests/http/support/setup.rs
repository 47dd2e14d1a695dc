//! Which insurers a test has, what they allow, and the provider's settings.

use super::TestIdp;
use idp::credentials::password::Cost;
use idp::settings::Settings;
use std::path::{Path, PathBuf};

/// What differs from the demo's insurers.
#[derive(Default)]
pub struct Setup {
    pub insurers: Vec<&'static str>,
    /// Lines for `[protocol]` of every `idp.toml`.
    protocol: String,
    /// Files of the first insurer that are written over its own; an empty text removes one.
    files: Vec<(String, String)>,
    /// What a password hash costs; next to nothing unless a test is about that.
    cost: Option<Cost>,
    #[expect(clippy::type_complexity, reason = "a change of settings, once")]
    change: Option<Box<dyn Fn(&mut Settings)>>,
}

/// minato of the demo.
pub fn minato() -> Setup {
    Setup { insurers: vec!["minato"], ..Setup::default() }
}

/// The project's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

impl Setup {
    /// A second insurer of the demo.
    pub fn and(mut self, slug: &'static str) -> Self {
        self.insurers.push(slug);
        self
    }

    /// Lines for `[protocol]`.
    pub fn protocol(mut self, lines: &str) -> Self {
        self.protocol = lines.to_owned();
        self
    }

    /// A file of the first insurer's folder, such as `journeys/register.toml`.
    pub fn file(mut self, path: &str, text: impl Into<String>) -> Self {
        self.files.push((path.to_owned(), text.into()));
        self
    }

    /// What a password hash costs.
    pub fn cost(mut self, cost: Cost) -> Self {
        self.cost = Some(cost);
        self
    }

    pub(super) fn hash_cost(&self) -> Cost {
        self.cost.unwrap_or(Cost::CHEAP)
    }

    /// Other settings of the provider.
    pub fn settings(mut self, change: impl Fn(&mut Settings) + 'static) -> Self {
        self.change = Some(Box::new(change));
        self
    }

    /// Runs a test on SQLite and, when a server is named, on PostgreSQL.
    pub async fn on_each_engine(self, test: impl AsyncFn(&TestIdp)) {
        for database in db::testing::fresh_urls().await {
            test(&TestIdp::open(&self, database).await).await;
        }
    }

    /// On SQLite, for rules that no database changes.
    pub async fn on_sqlite(self) -> TestIdp {
        TestIdp::open(&self, db::testing::fresh_sqlite()).await
    }

    /// The settings over a database.
    pub(super) fn settings_for(&self, database: String) -> Settings {
        let mut settings = Settings {
            database,
            themes: root().join("themes"),
            key_file: super::keys::file(),
            ..Settings::default()
        };
        if let Some(change) = &self.change {
            change(&mut settings);
        }
        settings
    }

    /// Writes the folders of the insurers and returns them.
    pub(super) fn write(&self, folder: &Path) -> Vec<PathBuf> {
        let folders = self.insurers.iter().map(|slug| {
            let to = folder.join(slug);
            copy(&root().join("demo/insurers").join(slug), &to);
            let file = to.join("idp.toml");
            let text = std::fs::read_to_string(&file).expect("idp.toml");
            std::fs::write(
                &file,
                format!("{text}\n[new_device]\nask = \"off\"\n[protocol]\n{}\n", self.protocol),
            )
            .expect("written");
            to
        });
        let folders: Vec<PathBuf> = folders.collect();
        for (path, text) in &self.files {
            let file = folders[0].join(path);
            match text.is_empty() {
                true => std::fs::remove_file(file).expect("it was there"),
                false => std::fs::write(file, text).expect("written"),
            }
        }
        folders
    }
}

/// Copies a folder of the demo with the addresses and secrets that its files leave open.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("writable");
    for path in std::fs::read_dir(from).expect("readable").flatten().map(|entry| entry.path()) {
        let target = to.join(path.file_name().expect("has a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else if path.extension().is_some_and(|end| end == "toml") {
            let mut text = std::fs::read_to_string(&path).expect("readable");
            for (name, value) in [
                ("IDP_URL", "http://localhost:8400"),
                ("PORTAL_URL", "http://localhost:8401"),
                ("PARTNER_URL", "http://localhost:8402"),
                ("PORTAL_CLIENT_SECRET", &"p".repeat(40)),
                ("PARTNER_CLIENT_SECRET", &"q".repeat(40)),
            ] {
                text = text.replace(&format!("${{{name}}}"), value);
            }
            std::fs::write(target, text).expect("written");
        } else {
            std::fs::copy(path, target).expect("copied");
        }
    }
}

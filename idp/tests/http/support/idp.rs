//! A running provider without a listener: requests go straight into its router.

use super::setup::Setup;
use super::{Key, Relying, Value, Visitor, keys, unique};
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Uri;
use handover::{Encoding, Layout};
use idp::app::App;
use idp::clients::put::{Put, invite, put};
use idp::credentials::password::Cost;
use idp::definition::ClientFile;
use idp::definition::apply::apply;
use idp::definition::read::Folder;
use idp::ids::InsurerId;

use idp::people::roster;
use idp::store::clients::Origin;
use idp::store::outbox;
use serde_json::json;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use tests::carrier::{Carrier, Request, Response};
use tests::relying::client_file;
use tower::ServiceExt;
use web::clock::Clock;
use web::listen::Peer;
use web::mail::Mail;

/// The columns of [`TestIdp::roster`].
pub const ROSTER: [&str; 11] = [
    "person_key",
    "symbol",
    "number",
    "branch",
    "relation",
    "name",
    "name_kana",
    "birth_date",
    "sex",
    "acquired_on",
    "lost_on",
];

/// The provider, its mails and its insurers' folders.
pub struct TestIdp {
    pub app: Arc<App>,
    pub carrier: Carrier,
    /// Mails in the order in which they were found.
    mails: Mutex<Vec<Arc<Mail>>>,
    /// The statements that requests ran since they were last asked for.
    ran: Ran,
    folder: tempfile::TempDir,
    folders: Vec<PathBuf>,
}

impl TestIdp {
    pub(super) async fn open(setup: &Setup, database: String) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let settings = setup.settings_for(database);
        let app = App::open(settings, setup.hash_cost()).await.unwrap_or_else(|why| fail(&why));
        let mut app = Arc::into_inner(app).expect("nobody else has it yet");
        // It stands still, so that no test depends on how fast it runs.
        app.clock = Clock::fixed_at(app.now());
        let app = Arc::new(app);
        let folders = setup.write(folder.path());
        let ran = Ran::default();
        let carrier = carrier(&app, &ran);
        let idp = Self { app, carrier, mails: Mutex::default(), ran, folder, folders };
        for at in &idp.folders {
            idp.apply(at).await;
            idp.import(at).await;
        }
        for slug in &setup.insurers {
            let given = keys::give(&idp.app, &InsurerId::new(*slug)).await;
            given.unwrap_or_else(|why| fail(&why));
        }
        idp
    }

    /// Publishes a folder as `idp insurer apply` does, and takes it over.
    async fn apply(&self, folder: &Path) {
        let folder = Folder::read(folder).unwrap_or_else(|why| panic!("{why}"));
        let definition = folder.sealed(&self.app.sealer);
        apply(&self.app.tools.db, &definition, self.now()).await.expect("published");
        self.refresh().await;
    }

    /// Takes over what was published, as the program does each second.
    pub async fn refresh(&self) {
        self.app.refresh().await.unwrap_or_else(|why| fail(&why));
    }

    /// A program that has just started on the same database.
    pub async fn second_node(&self) -> Carrier {
        let settings = self.app.settings.clone();
        let app = App::open(settings, Cost::CHEAP).await.unwrap_or_else(|why| fail(&why));
        carrier(&app, &Ran::default())
    }

    /// Writes a file of the first insurer's folder and publishes it.
    pub async fn publish(&self, path: &str, text: &str) {
        std::fs::write(self.folders[0].join(path), text).expect("written");
        self.apply(&self.folders[0]).await;
    }

    /// Removes a file of the first insurer's folder and publishes the rest.
    pub async fn without(&self, path: &str) {
        std::fs::remove_file(self.folders[0].join(path)).expect("removed");
        self.apply(&self.folders[0]).await;
    }

    /// A file of the first insurer's folder.
    pub fn file(&self, path: &str) -> String {
        std::fs::read_to_string(self.folders[0].join(path)).expect("readable")
    }

    async fn import(&self, folder: &Path) {
        let layout = web::config::insurer_file(&folder.join("roster.toml")).expect("a layout");
        let reader = std::fs::File::open(folder.join("files/roster.csv")).expect("a roster");
        let slug = folder.file_name().expect("has a name").to_string_lossy();
        self.take(&slug, roster::Source { reader, layout: &layout }).await;
    }

    /// Rows in the order of [`ROSTER`] are added to minato's roster, or change it.
    pub async fn roster(&self, rows: &[&str]) {
        let layout = Layout {
            file: None,
            encoding: Encoding::Utf8,
            mode: "delta".into(),
            rows: None,
            columns: ROSTER.map(|name| (name.to_owned(), name.to_owned())).into(),
            words: BTreeMap::new(),
        };
        let text = format!("{}\n{}\n", ROSTER.join(","), rows.join("\n"));
        self.take("minato", roster::Source { reader: text.as_bytes(), layout: &layout }).await;
    }

    async fn take(&self, slug: &str, source: roster::Source<'_, impl std::io::Read>) {
        let (insurer, today) = (InsurerId::new(slug), web::clock::today(self.now()));
        let moment = roster::Moment { now: self.now(), today: &today };
        let options = roster::Options::default();
        let db = &self.app.tools.db;
        let report = roster::import(db, &insurer, source, options, moment, |_| {}).await;
        let report = report.unwrap_or_else(|why| panic!("{why}"));
        assert!(report.problems.is_empty(), "{report}");
    }

    /// The provider's clock.
    pub fn now(&self) -> i64 {
        self.app.now()
    }

    /// Moves the clock forward.
    pub fn advance(&self, seconds: i64) {
        self.app.clock.advance(seconds);
    }

    /// An address: `at("minato/login")`.
    pub fn at(&self, path: &str) -> String {
        format!("{}/{path}", self.app.settings.public_url)
    }

    /// A browser without cookies.
    pub fn visitor(&self) -> Visitor {
        Visitor::over(self.carrier.clone())
    }

    /// A client of minato with these lines of TOML, see [`client_file`].
    pub async fn client(&self, client_id: &str, toml: &str) -> Relying {
        let (text, secret) = client_file(client_id, toml);
        let file = self.folder.path().join(format!("{client_id}.toml"));
        std::fs::write(&file, text).expect("written");
        let read = ClientFile::read(&file).unwrap_or_else(|why| panic!("{why}"));
        let new = Put {
            insurer: &InsurerId::new("minato"),
            client: read.client,
            old: None,
            chosen_secret: read.client_secret.as_deref(),
            origin: Origin::Operator,
            registration_hash: None,
        };
        let mut tx = self.app.tools.db.begin().await.expect("a transaction");
        let written = put(&mut tx, &self.app.sealer, new, self.now()).await.expect("written");
        assert!(written.is_some(), "{client_id} is there already");
        tx.commit().await.expect("committed");
        self.app.clients.cache.forget();
        let issuer = self.at("minato");
        Relying { issuer, client_id: client_id.to_owned(), secret, carrier: self.carrier.clone() }
    }

    /// A token with which so many clients may register themselves.
    pub async fn invite(&self, uses: i64) -> String {
        let mut tx = self.app.tools.db.begin().await.expect("a transaction");
        let minato = InsurerId::new("minato");
        let token = invite(&mut tx, &minato, uses, self.now() + 3600).await.expect("written");
        tx.commit().await.expect("committed");
        token.0
    }

    /// A DPoP proof of this moment (RFC 9449 §4.2) with some claims replaced; null removes.
    pub fn proof(&self, key: &Key, method: &str, url: &str, changes: &Value) -> String {
        let mut claims = json!({"iat": self.now()});
        for (name, value) in changes.as_object().into_iter().flatten() {
            claims[name] = value.clone();
        }
        key.proof(method, url, &claims)
    }

    /// The claims with which a client authenticates itself (RFC 7523 §3).
    pub fn assertion(&self, client: &Relying) -> Value {
        let id = &client.client_id;
        json!({
            "iss": id, "sub": id, "aud": client.issuer, "jti": unique(),
            "exp": self.now() + 60, "iat": self.now(),
        })
    }

    /// The mails to an address, the oldest first.
    pub async fn mails(&self, to: &str) -> Vec<Arc<Mail>> {
        let db = &self.app.tools.db;
        let waiting = outbox::due(&mut db.read().await.expect("a connection"), self.now()).await;
        for waiting in waiting.expect("read") {
            let mail = self.app.tools.outbox.open(&waiting).unwrap_or_else(|why| fail(&why));
            let mut tx = db.begin().await.expect("a transaction");
            outbox::delete(&mut tx, &waiting.mail_id).await.expect("deleted");
            tx.commit().await.expect("committed");
            self.mails.lock().expect("not poisoned").push(Arc::new(mail));
        }
        let mails = self.mails.lock().expect("not poisoned");
        mails.iter().filter(|mail| mail.to == to).cloned().collect()
    }

    /// The link in the last mail to an address.
    pub async fn link(&self, to: &str) -> String {
        let mails = self.mails(to).await;
        let text = &mails.last().unwrap_or_else(|| panic!("no mail to {to}")).text;
        let link = text.split_whitespace().find(|word| word.starts_with("http"));
        link.unwrap_or_else(|| panic!("no link in {text}")).to_owned()
    }

    /// The statements that requests ran since this was last asked, in order.
    pub fn statements(&self) -> Vec<String> {
        std::mem::take(&mut *self.ran.lock().expect("not poisoned"))
    }

    /// How many rows each table has, without those that are empty.
    pub async fn rows(&self) -> BTreeMap<String, i64> {
        let mut conn = self.app.tools.db.read().await.expect("a connection");
        let tables = match self.engine() {
            "sqlite" => "SELECT name FROM sqlite_master WHERE type = 'table'",
            _ => {
                "SELECT table_name AS name FROM information_schema.tables
                  WHERE table_schema = current_schema()"
            }
        };
        let mut rows = BTreeMap::new();
        let tables = conn.all(tables, &[]).await.expect("tables");
        drop(conn);
        for table in tables {
            let table = table.text("name").expect("a name");
            let count = self.number(&format!("SELECT COUNT(*) AS n FROM {table}")).await;
            rows.insert(table, count);
        }
        rows.retain(|_, count| *count > 0);
        rows
    }

    /// The number `n` that a statement finds.
    pub async fn number(&self, sql: &str) -> i64 {
        let mut conn = self.app.tools.db.read().await.expect("a connection");
        let row = conn.one(db::AssertSqlSafe(sql.to_owned()), &[]).await.expect("run");
        row.expect("a row").int("n").expect("a number")
    }

    /// Runs a statement on the database, as nobody but a test may.
    pub async fn execute(&self, sql: &str) -> u64 {
        let mut tx = self.app.tools.db.begin().await.expect("a transaction");
        let changed = tx.execute(db::AssertSqlSafe(sql.to_owned()), &[]).await.expect("run");
        tx.commit().await.expect("committed");
        changed
    }

    /// `sqlite` or `postgres`.
    pub fn engine(&self) -> &'static str {
        if self.app.settings.database.starts_with("sqlite:") { "sqlite" } else { "postgres" }
    }
}

/// Each request runs as a task of its own, as behind a listener: two at once are a real race.
type Ran = Arc<Mutex<Vec<String>>>;

fn carrier(app: &Arc<App>, ran: &Ran) -> Carrier {
    let (router, ran) = (idp::serve::router(app), ran.clone());
    Carrier::within(&app.settings.public_url, move |request: Request| {
        let (router, ran) = (router.clone(), ran.clone());
        async move {
            let (mut parts, body) = request.into_parts();
            let path = parts.uri.path_and_query().expect("an absolute address").as_str();
            let peer = Peer::new(([127, 0, 0, 1], 1).into());
            parts.extensions.insert(ConnectInfo(peer));
            parts.uri = path.parse::<Uri>().expect("a path");
            let request = axum::http::Request::from_parts(parts, Body::from(body));
            let answered = tokio::spawn(db::ran(router.oneshot(request))).await;
            let (answered, statements) = answered.expect("no panic");
            ran.lock().expect("not poisoned").extend(statements);
            let (parts, body) = answered.unwrap_or_else(|never| match never {}).into_parts();
            let body = axum::body::to_bytes(body, usize::MAX).await.expect("a body");
            Response::from_parts(parts, String::from_utf8_lossy(&body).into_owned())
        }
    })
}

fn fail<T>(why: &web::Error) -> T {
    panic!("{}", why.text())
}

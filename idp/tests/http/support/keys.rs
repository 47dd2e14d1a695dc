//! Signing keys, made once for all tests of a run: RSA takes its time, and no test is about that.

use idp::app::App;
use idp::ids::InsurerId;
use idp::store::signing_keys::{self, Stored};
use secret::Sealer;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::OnceLock;
use tokio::sync::Mutex;

type Made = (Vec<Stored>, Vec<(String, Vec<u8>)>);

static MADE: Mutex<Option<HashMap<InsurerId, Made>>> = Mutex::const_new(None);

/// The key file of the run, which opens them all.
pub fn file() -> PathBuf {
    static FILE: OnceLock<PathBuf> = OnceLock::new();
    let made = FILE.get_or_init(|| {
        let folder = std::env::temp_dir().join("musubi-tests");
        std::fs::create_dir_all(&folder).expect("the temporary folder is writable");
        let file = folder.join(format!("http-{}.key", std::process::id()));
        Sealer::from_file(&file).expect("a new key");
        file
    });
    made.clone()
}

/// Gives an insurer its keys: those of the first test that needed some.
pub async fn give(app: &App, insurer: &InsurerId) -> Result<(), web::Error> {
    let mut made = MADE.lock().await;
    let made = made.get_or_insert_default();
    let Some((keys, secrets)) = made.get(insurer) else {
        app.realm(insurer).await?;
        let mut conn = app.tools.db.read().await?;
        let keys = signing_keys::list(&mut conn, insurer, app.now()).await?;
        let secrets = signing_keys::secrets(&mut conn, insurer).await?;
        made.insert(insurer.clone(), (keys, secrets));
        return Ok(());
    };
    let mut tx = app.tools.db.begin().await?;
    for key in keys {
        // Another test's clock may stand a little earlier.
        let key = Stored { active_from: 0, ..key.clone() };
        signing_keys::insert(&mut tx, insurer, &key, 0).await?;
    }
    for (purpose, sealed) in secrets {
        signing_keys::insert_secret(&mut tx, insurer, purpose, sealed).await?;
    }
    tx.commit().await?;
    Ok(())
}

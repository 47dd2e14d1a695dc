//! The reference pages of settings, made from the code.

use crate::run::{cargo, output, root, target};

/// Writes `docs/settings-{idp,portal}.md`, or only checks that they are up to date.
pub fn run(check: bool) -> Result<(), String> {
    cargo(&["build", "--quiet", "--bin", "idp", "--bin", "portal"])?;
    for program in ["idp", "portal"] {
        let text = output(&target().join("debug").join(program), &["settings"])?;
        let file = root().join("docs").join(format!("settings-{program}.md"));
        if check {
            let old = std::fs::read_to_string(&file).unwrap_or_default();
            if old != text {
                return Err(format!("{} is old: run `cargo xtask settings`", file.display()));
            }
        } else {
            std::fs::create_dir_all(root().join("docs")).map_err(|error| error.to_string())?;
            std::fs::write(&file, text).map_err(|error| error.to_string())?;
        }
    }
    Ok(())
}

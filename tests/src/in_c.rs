//! A plugin in C, by the header alone: a page with one word, its version.

use crate::world::root;
use std::path::{Path, PathBuf};
use std::process::Command;

const IN_C: &str = r#"
#include "musubi_plugin.h"
#include <stdlib.h>
#include <string.h>

static int32_t init(const musubi_host_v1 *host, void *ctx, musubi_sink error, void *error_ctx) {
  (void)host; (void)ctx; (void)error; (void)error_ctx;
  return MUSUBI_OK;
}

static int32_t call(uint64_t handle, uint32_t op, musubi_bytes request, musubi_sink reply, void *ctx) {
  (void)handle; (void)request;
  const char *said = "{\"error\":\"no handler of this op\"}";
  int32_t status = MUSUBI_E_NOT_DECLARED;
  if (op == MUSUBI_PAGE) {
    BEFORE
    said = "{\"show\":{\"template\":\"list.html\",\"data\":{\"word\":\"version VERSION\"}}}";
    status = MUSUBI_OK;
  }
  reply(ctx, (const uint8_t *)said, strlen(said));
  return status;
}

static const char manifest[] =
MANIFEST;

const musubi_descriptor_v1 *musubi_plugin_v1(void) {
  static musubi_descriptor_v1 descriptor;
  descriptor.struct_size = sizeof descriptor;
  descriptor.magic = MUSUBI_MAGIC;
  descriptor.abi_major = MUSUBI_ABI_MAJOR;
  descriptor.abi_minor = MUSUBI_ABI_MINOR;
  descriptor.panic_unwind = 1;
  descriptor.sdk_version = (musubi_bytes){(const uint8_t *)"c", 1};
  descriptor.manifest = (musubi_bytes){(const uint8_t *)manifest, sizeof manifest - 1};
  descriptor.init = init;
  descriptor.call = call;
  return &descriptor;
}
"#;

/// Writes and builds a version of the plugin `in-c`; its folder and its library.
///
/// # Panics
/// When there is no C compiler, or it has something to say.
pub fn in_c(into: &Path, version: &str) -> (PathBuf, PathBuf) {
    in_c_that(into, version, "", &root().join("plugins/sdk"))
}

/// The same; `before` is what it does before it answers a page, `header` the folder of the header.
///
/// # Panics
/// As [`in_c`].
pub fn in_c_that(into: &Path, version: &str, before: &str, header: &Path) -> (PathBuf, PathBuf) {
    let folder = into.join(version).join("in-c");
    let write = |name: &str, text: &str| {
        let file = folder.join(name);
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("made");
        std::fs::write(file, text).expect("written");
    };
    let manifest = format!(
        "schema = \"musubi-plugin/1\"\n[plugin]\nid = \"in-c\"\nversion = \"{version}\"\n\
         name = {{ ja = \"C\", en = \"C\" }}\nhost_api = 1\n[[route]]\npath = \"/\"\n\
         handler = \"list\"\ndata = \"none\"\n"
    );
    write("plugin.toml", &manifest);
    let template = "{% extends \"layout.html\" %}\n{% block title %}{{ t(key=\"in-c-title\") }}\
                    {% endblock title %}\n{% block main %}<h1>{{ page.word }}</h1>{% endblock main %}\n";
    write("templates/list.html", template);
    write("samples/list.json", "[{\"word\": \"C\"}]");
    write("messages/ja.ftl", "in-c-title = C\n");
    write("messages/en.ftl", "in-c-title = C\n");
    let lines = manifest.lines().map(|line| format!("{:?}\n", format!("{line}\n")));
    let quoted: String = lines.collect();
    write(
        "plugin.c",
        &IN_C.replace("MANIFEST", &quoted).replace("VERSION", version).replace("BEFORE", before),
    );
    let library = folder.with_file_name("libin_c.so");
    let built = Command::new("cc")
        .args(["-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror", "-I"])
        .arg(header)
        .arg("-o")
        .arg(&library)
        .arg(folder.join("plugin.c"))
        .output()
        .expect("a C compiler");
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    (folder, library)
}

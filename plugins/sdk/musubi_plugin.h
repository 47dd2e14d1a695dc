/* The border between the portal and a plugin: the source of truth, append-only within v1.
 *
 * A plugin is a shared library with one exported symbol, musubi_plugin_v1. Bytes cross the border
 * and nothing else: every result leaves by a sink that the receiver copies, so no memory is ever
 * freed by the other side. A plugin is synchronous: it holds no thread, socket, file or clock.
 * Bodies are UTF-8 JSON; unknown members must be ignored. The shapes of the replies, with an
 * example of each, are documented in src/wire.rs beside this file; the host refuses any other. */
#ifndef MUSUBI_PLUGIN_H
#define MUSUBI_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#define MUSUBI_MAGIC 0x4d555342u /* "MUSB" */
#define MUSUBI_ABI_MAJOR 1
#define MUSUBI_ABI_MINOR 1

/* Borrowed for the duration of the call. */
typedef struct {
  const uint8_t *ptr;
  size_t len;
} musubi_bytes;

/* Receives a result; copies it before it returns. Called at most once per call. */
typedef void (*musubi_sink)(void *ctx, const uint8_t *ptr, size_t len);

/* What the plugin is asked (op of musubi_descriptor_v1.call). */
enum {
  /* {"handler","lang","base","query":{},"actor":{},"persons":[{"id","name","own"}],"settings":{},
      "today","fresh"} -> PageReply */
  MUSUBI_PAGE = 1,
  MUSUBI_CARD = 2,  /* the same -> CardReply */
  MUSUBI_CHECK = 3, /* {"handler","settings":{},"rows":[{"line":2,…}]} -> CheckReply */
  /* since minor 1 */
  MUSUBI_ACTION = 4, /* as MUSUBI_PAGE, and "form":{}: the fields of the manifest -> ActionReply */
  MUSUBI_JOB = 5,    /* {"handler","settings":{},"today","fresh","cursor"} -> JobReply */
  MUSUBI_EVENT = 6   /* {"handler","settings":{},"today","fresh","event":{"id","person","params",
                        "at"}} -> JobReply */
};

/* What the plugin may ask (op of musubi_host_v1.call). */
enum {
  MUSUBI_QUERY = 1, /* {"name","params":{},"person"?,"plugin"?} -> {"rows":[{}]} : a named query of
                       the plugin, of all persons of the call or of one by id; with "plugin" one that
                       that plugin exports, and {"off":true,"rows":[]} when it is off here */
  MUSUBI_LOG = 2    /* {"level","message"} -> {} */
};

/* Results of both call functions. On anything but MUSUBI_OK the sink got {"error":"…"}. */
enum {
  MUSUBI_OK = 0,
  MUSUBI_E_NOT_DECLARED = 1, /* a handler or query that the manifest does not name */
  MUSUBI_E_HANDLE = 2,       /* the call that this handle belonged to has ended */
  MUSUBI_E_DEADLINE = 3,
  MUSUBI_E_REQUEST = 4,      /* the body is not what the op expects */
  MUSUBI_E_HOST = 5,         /* a host service failed: not the plugin's fault */
  MUSUBI_E_PANIC = 6,        /* the plugin panicked; the panic was caught */
  MUSUBI_E_PLUGIN = 7        /* the plugin says that it cannot answer */
};

/* New functions are appended; a plugin may use one only when its offset < struct_size. */
typedef struct {
  uint32_t struct_size;
  int32_t (*call)(void *host_ctx, uint64_t handle, uint32_t op, musubi_bytes request,
                  musubi_sink reply, void *reply_ctx);
} musubi_host_v1;

typedef struct {
  uint32_t struct_size;
  uint32_t magic;
  uint16_t abi_major;
  uint16_t abi_minor;
  uint8_t panic_unwind; /* 0: built with panic=abort, which the host refuses */
  musubi_bytes sdk_version;
  musubi_bytes manifest; /* plugin.toml as it was when the library was built */
  /* Called once. A non-zero result refuses the plugin; the sink gets the reason. */
  int32_t (*init)(const musubi_host_v1 *host, void *host_ctx, musubi_sink error, void *error_ctx);
  /* May be called from several threads at once. The handle dies when this returns. */
  int32_t (*call)(uint64_t handle, uint32_t op, musubi_bytes request, musubi_sink reply,
                  void *reply_ctx);
} musubi_descriptor_v1;

const musubi_descriptor_v1 *musubi_plugin_v1(void);

#endif

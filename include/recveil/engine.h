/*
 * The engine: one opaque object that holds the configuration, the keys, and what was published.
 *
 * Open it once, before or after fork; share it between all threads. What changes (popularity pool,
 * user sets, models, configuration) is an immutable snapshot: readers take no lock, and a publisher
 * builds the next snapshot while the old one is in use.
 */
#ifndef RECVEIL_ENGINE_H
#define RECVEIL_ENGINE_H

#include "recveil/base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct recveil_engine recveil_engine;

enum { RECVEIL_LOG_ERROR = 1, RECVEIL_LOG_WARNING = 2, RECVEIL_LOG_INFO = 3 };
/* One line without a newline. Never holds a user or item id. Must not call back into the engine's
   publish, reload, refresh or close functions. */
typedef void (*recveil_log_fn)(void *ctx, uint32_t level, const char *message);
/* Unix time in seconds. */
typedef uint64_t (*recveil_now_fn)(void *ctx);

/* What the host lends the engine. All fields may be 0. */
typedef struct recveil_engine_options {
  uint32_t struct_size;
  uint32_t flags; /* none yet: 0 */
  void *ctx;      /* first argument of the callbacks; never looked at */
  recveil_log_fn log;
  recveil_now_fn now;         /* NULL: the system's clock */
  void (*release)(void *ctx); /* called once, after the last use of ctx, also if opening fails */
} recveil_engine_options;
#define RECVEIL_ENGINE_OPTIONS_INIT \
  { sizeof(recveil_engine_options), 0, NULL, NULL, NULL, NULL }

/**
 * Open an engine from a configuration in YAML.
 *
 * @param yaml     n bytes of UTF-8; relative paths in it are relative to the working directory.
 * @param options  NULL for defaults.
 * @param out      the engine; close it with recveil_engine_close().
 * @return OK | E_ARGUMENT | E_CONFIG | E_IO (key file, state_dir) | E_UNSUPPORTED | E_NOMEM
 *
 * Owns no descriptor and no random state afterwards, so a server may open before it forks.
 * Thread: [thread-safe] [may-call-host]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_engine_open(const char *yaml, size_t n, const recveil_engine_options *options,
                    recveil_engine **out) RECVEIL_NOEXCEPT;

/**
 * The same from a file; relative paths in it are relative to the file's folder, and errors name it.
 * @param path  NUL-terminated.
 * Thread: [thread-safe] [may-call-host]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_engine_open_file(
    const char *path, const recveil_engine_options *options, recveil_engine **out) RECVEIL_NOEXCEPT;

/**
 * Start the background threads that the configuration enables; most enable none. Today there is
 * one kind: with metrics.listen an HTTP listener for Prometheus, which has threads and sockets of
 * its own until the engine is closed. No other function starts any. The threads block all signals.
 * Call it after forking, in one process: a child forked later inherits the listening socket, but no
 * thread that answers.
 * @return OK | E_ARGUMENT | E_STATE (started already) | E_IO (cannot listen there) | E_NOMEM
 * Thread: [thread-safe] [may-call-host]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_engine_start(recveil_engine *engine)
    RECVEIL_NOEXCEPT;

/**
 * Close an engine and wipe its keys. NULL does nothing. Takes up to 2 s if it was started with
 * metrics.listen.
 * Thread: [exclusive] [may-call-host]
 * Since: 0.1
 */
RECVEIL_API void recveil_engine_close(recveil_engine *engine) RECVEIL_NOEXCEPT;

/**
 * Replace the configuration. Either all of it takes effect or, on error, none. list_length and
 * ratio take effect with the next published popularity; keys, state_dir, metrics, serving.folds and
 * serving.mode from or to private cannot change (E_CONFIG).
 * @return OK | E_ARGUMENT | E_CONFIG | E_IO | E_NOMEM
 * Thread: [thread-safe] [may-call-host]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_engine_reload(recveil_engine *engine,
                                                                   const char *yaml,
                                                                   size_t n) RECVEIL_NOEXCEPT;
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_engine_reload_file(recveil_engine *engine, const char *path) RECVEIL_NOEXCEPT;

/**
 * Take over what another process published to the same state_dir. Call it every few seconds in each
 * worker. A damaged or foreign file changes nothing and is an error.
 * @param changed  1 if there was something newer, else 0; may be NULL.
 * @return OK | E_ARGUMENT | E_STATE (no state_dir configured) | E_IO | E_VERSION | E_NOMEM
 * Thread: [thread-safe] [may-call-host]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_engine_refresh(recveil_engine *engine, uint32_t *changed) RECVEIL_NOEXCEPT;

enum {
  RECVEIL_INFO_POOL_TOO_SMALL = 1, /* fewer than 2 * list_length items: hardly random */
  RECVEIL_INFO_POOL_STALE = 2,     /* older than serving.max_pool_age_seconds */
  RECVEIL_INFO_NO_POOL = 4,        /* no popularity published yet */
  RECVEIL_INFO_NO_MEMBERS = 8,     /* no member set published yet */
  RECVEIL_INFO_DRY_RUN = 16,
  RECVEIL_INFO_NO_FOLDS = 32 /* serving.mode is cross_fit or private, but no model is
                                published */
};
typedef struct recveil_engine_info {
  uint32_t struct_size;
  uint32_t flags;          /* RECVEIL_INFO_* */
  uint64_t n_config_loads; /* 1 after opening */
  uint64_t state_version;  /* rises with each publication of popularity or users; the same number in
                              every process of a state_dir */
  uint32_t epoch;          /* the epoch now */
  uint32_t list_length;
  uint64_t n_members; /* users in each set */
  uint64_t n_quarantined;
  uint64_t n_erased;
  uint64_t pool_version;        /* 0: none */
  uint64_t n_pool_items;        /* items in the pool */
  uint64_t n_pool_wanted;       /* ceil(list_length / ratio) */
  uint64_t model_version;       /* of the newest fold models; 0: none */
  uint64_t older_model_version; /* the one before, kept for page 2 of its lists; 0: none */
  uint64_t n_borrowed_bytes;    /* arrays of the host that those two versions keep borrowed */
  uint64_t n_own_bytes;         /* what the engine allocated for pools, user sets and models */
} recveil_engine_info;
#define RECVEIL_ENGINE_INFO_INIT \
  { sizeof(recveil_engine_info), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }

/**
 * The state of the engine.
 * @param out  struct_size set by the caller; at most that much is written.
 * Thread: [thread-safe] [no-alloc] [no-block] [fork-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_engine_get_info(recveil_engine *engine, recveil_engine_info *out) RECVEIL_NOEXCEPT;

/**
 * A recveil_user for an id that is not a number: SipHash-2-4 of the bytes under the id key, so it
 * is the same in every process with the same key file and says nothing about the id.
 * @param bytes  n bytes, at least one
 * @return OK | E_ARGUMENT
 * Thread: [thread-safe] [no-alloc] [no-block] [fork-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_user_from_bytes(
    recveil_engine *engine, const void *bytes, size_t n, recveil_user *out) RECVEIL_NOEXCEPT;

/**
 * recveil_user_from_bytes() for many ids that stand one after another.
 * @param offsets  n_ids + 1 offsets into bytes: id i is bytes[offsets[i] ... offsets[i + 1] - 1]
 * @param users    room for n_ids
 * @return OK | E_ARGUMENT (names the id that is empty)
 * Thread: [thread-safe] [no-alloc] [no-block] [fork-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_users_from_bytes(recveil_engine *engine, const void *bytes, const size_t *offsets,
                         size_t n_ids, recveil_user *users) RECVEIL_NOEXCEPT;

/**
 * Check a configuration without opening anything but the key file and the file of watched items
 * that it names.
 * @param name  what to call it in the error text, such as the file's name; NULL: "config".
 * @return OK | E_ARGUMENT | E_CONFIG | E_IO
 * Thread: [thread-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_config_check(const char *yaml, size_t n, const char *name) RECVEIL_NOEXCEPT;

/**
 * Make a new key file of 32 random bytes with mode 0600. An existing file is never overwritten.
 * @return OK | E_ARGUMENT | E_IO
 * Thread: [thread-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_key_generate(const char *path)
    RECVEIL_NOEXCEPT;

#ifdef __cplusplus
}
#endif
#endif

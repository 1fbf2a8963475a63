/*
 * Recveil: status codes, version, error text, and the words every other header uses.
 *
 * Conventions, once for all headers:
 * - Every function returns a recveil_status: RECVEIL_OK (0), or a negative RECVEIL_E_* with a text
 *   from recveil_last_error() on the same thread. On error the outputs are untouched, except that
 *   counts of items to show are 0 and recveil_decision.path is RECVEIL_PATH_REFUSE: a host that
 *   ignores the status shows nothing.
 * - Structs begin with struct_size: set it to sizeof the struct (the _INIT macros do). A larger
 *   struct from a newer client is accepted as long as the bytes this library does not know are 0.
 * - Who allocates frees. Inputs are borrowed for the call; outputs are the caller's arrays.
 * - Nothing throws, aborts, prints, reads the environment or installs a signal handler; only
 *   recveil_engine_start() and recveil_audit_run() start threads, if asked to. Only the callbacks
 *   that a host passes are called, on the thread that entered the library.
 * - Enumerations start at 1. 0 means "not set": in an input it is the default that the field names,
 *   or it is refused.
 * - Names: n_ for a count, _at for a time in Unix seconds, _version for a number that rises.
 *
 * Thread tags: [thread-safe] any thread at any time; [exclusive] no other call on this object at
 * the same time; [no-alloc] no heap allocation; [no-block] no lock and no file; [fork-safe] a
 * forked child may go on using it; [may-call-host] calls the host's callbacks before returning.
 *
 * What a host should do about a status:
 *
 *   E_INTERNAL     log the text and report it; the engine stays usable
 *   E_ARGUMENT     mend the call: the text names the argument or field
 *   E_NOMEM        free memory and try again, or shed load; nothing changed
 *   E_CONFIG       mend the configuration: the text names file, line and key
 *   E_VERSION      install matching files; do not go on with this one
 *   E_UNSUPPORTED  use a newer library, or leave the flag or field at 0
 *   E_BUFFER       call again with an array or scratch as large as the text says
 *   E_STATE        publish what the text names, or start over from page 1; then try again
 *   E_IO           look at the disk, the path and its permissions; then try again
 *   E_HOST         look into the callback that failed
 *   E_NOT_FOUND    treat the id, name or version as unknown
 *   E_CANCELLED    nothing: it was asked to stop
 *   E_DATA         mend the data: the text names file, line and field, or the row
 *   E_HELD         read what recveil_watch_read() found; then train without those accounts, or
 *                  accept the change
 *
 * On any error while serving show nothing, or a list that is the same for everybody: never fall
 * back to the list of an undefended model.
 */
#ifndef RECVEIL_BASE_H
#define RECVEIL_BASE_H

#include <stddef.h>
#include <stdint.h>

#define RECVEIL_VERSION_MAJOR 0
#define RECVEIL_VERSION_MINOR 1
#define RECVEIL_VERSION_PATCH 0
/* The SONAME is librecveil.so.RECVEIL_ABI_MAJOR. It stays 0 until real hosts have used the ABI. */
#define RECVEIL_ABI_MAJOR 0

#if defined(__GNUC__)
#define RECVEIL_API __attribute__((visibility("default")))
#define RECVEIL_NODISCARD __attribute__((warn_unused_result))
#else
#define RECVEIL_API
#define RECVEIL_NODISCARD
#endif
#ifdef __cplusplus
#define RECVEIL_NOEXCEPT noexcept
#else
#define RECVEIL_NOEXCEPT
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef int32_t recveil_status;
enum {
  RECVEIL_OK = 0,
  RECVEIL_E_INTERNAL = -1,    /* a fault of the library: please report it */
  RECVEIL_E_ARGUMENT = -2,    /* NULL, out of range, inconsistent */
  RECVEIL_E_NOMEM = -3,       /* allocation failed; nothing changed */
  RECVEIL_E_CONFIG = -4,      /* the configuration: file, line, key and what is wrong */
  RECVEIL_E_VERSION = -5,     /* library, audit library or file of another version */
  RECVEIL_E_UNSUPPORTED = -6, /* an option, flag or struct tail this library does not know */
  RECVEIL_E_BUFFER = -7,      /* the output array is too short; the size needed was written */
  RECVEIL_E_STATE = -8,       /* not now: nothing published yet, or the page token is too old */
  RECVEIL_E_IO = -9,    /* a file could not be read or written; nothing half-written is left */
  RECVEIL_E_HOST = -10, /* a callback of the host failed or threw */
  RECVEIL_E_NOT_FOUND = -11,
  RECVEIL_E_CANCELLED = -12, /* the progress callback asked to stop */
  RECVEIL_E_DATA = -13,      /* data: file, line, field and what is wrong */
  RECVEIL_E_HELD = -14       /* not published: a watched item changed; what was published before
                                goes on serving */
};

/* A user, for serving and sets. Any 64-bit number that is the same in every process: the host's own
   id, or recveil_user_from_bytes(). It is hashed with a key before it is stored anywhere. */
typedef uint64_t recveil_user;

/* Receives text in pieces; return 0 to go on. recveil_buffer_write() is one. */
typedef int32_t (*recveil_write_fn)(void *ctx, const char *bytes, size_t n);

/* Hears how far a long call is: fraction is in [0, 1], what is static text. Return 0 to go on; else
   the call ends with RECVEIL_E_CANCELLED. */
typedef int32_t (*recveil_progress_fn)(void *ctx, double fraction, const char *what);

/* How a long call reports, and how it is stopped. All fields may be NULL. */
typedef struct recveil_progress {
  recveil_progress_fn fn; /* called at least once a second, on the thread that made the call */
  void *ctx;              /* first argument of fn */
  const int32_t *cancel;  /* looked at every 100 ms: once it is not 0 the call ends with
                             RECVEIL_E_CANCELLED. Any thread may set it, at any time */
} recveil_progress;
#define RECVEIL_PROGRESS_INIT \
  { NULL, NULL, NULL }

/**
 * The version of the loaded library, such as "0.1.0".
 * @return static text, never NULL.
 * Thread: [thread-safe] [no-alloc] [no-block] [fork-safe]
 * Since: 0.1
 */
RECVEIL_API const char *recveil_version(void) RECVEIL_NOEXCEPT;

/**
 * RECVEIL_ABI_MAJOR of the loaded library. Compare it with the one you were compiled with.
 * Thread: [thread-safe] [no-alloc] [no-block] [fork-safe]
 * Since: 0.1
 */
RECVEIL_API uint32_t recveil_abi_version(void) RECVEIL_NOEXCEPT;

/**
 * Is a feature there? Names: "serve.popularity", "serve.popularity_randomization",
 * "serve.cross_fit", "serve.private", "serve.recommend", "state_dir", "audit.membership",
 * "audit.lists", "erase.maps", "erase.fold_in", "erase.decoys", "screen.ocsvm", "screen.full",
 * "forget".
 * @param name  NUL-terminated; NULL and unknown names give 0.
 * @return 1 or 0.
 * Thread: [thread-safe] [no-alloc] [no-block] [fork-safe]
 * Since: 0.1
 */
RECVEIL_API int32_t recveil_has_feature(const char *name) RECVEIL_NOEXCEPT;

/**
 * The name of a status, such as "RECVEIL_E_CONFIG".
 * @return static text, never NULL, also for numbers that are no status.
 * Thread: [thread-safe] [no-alloc] [no-block] [fork-safe]
 * Since: 0.1
 */
RECVEIL_API const char *recveil_status_name(recveil_status status) RECVEIL_NOEXCEPT;

/**
 * What went wrong in the last call that failed on this thread, in one line. In Go, lock the OS
 * thread around a call and this one.
 * @return text of this thread, never NULL, valid until the next failing call on this thread. At
 *         most 511 bytes; longer texts are cut.
 * Thread: [thread-safe] [no-alloc] [no-block] [fork-safe]
 * Since: 0.1
 */
RECVEIL_API const char *recveil_last_error(void) RECVEIL_NOEXCEPT;

/* Text that grows, owned by the library. A function that takes a write callback can fill it: pass
   recveil_buffer_write as the callback and the buffer as its context. */
typedef struct recveil_buffer recveil_buffer;

/**
 * Open an empty buffer; close it with recveil_buffer_close().
 * @return OK | E_ARGUMENT | E_NOMEM
 * Thread: [thread-safe] [no-block] [fork-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_buffer_open(recveil_buffer **out)
    RECVEIL_NOEXCEPT;

/**
 * Append n bytes to a buffer. This is a recveil_write_fn.
 * @param buffer  a recveil_buffer
 * @return OK | E_ARGUMENT | E_NOMEM
 * Thread: [exclusive] [no-block] [fork-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD int32_t recveil_buffer_write(void *buffer, const char *bytes,
                                                           size_t n) RECVEIL_NOEXCEPT;

/**
 * The bytes of a buffer, and a NUL after them that n does not count.
 * @param bytes  valid until the next call that writes to, clears or closes the buffer
 * @return OK | E_ARGUMENT
 * Thread: [exclusive] [no-alloc] [no-block] [fork-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_buffer_bytes(const recveil_buffer *buffer,
                                                                  const char **bytes,
                                                                  size_t *n) RECVEIL_NOEXCEPT;

/**
 * Empty a buffer; it keeps its memory. NULL is ignored.
 * Thread: [exclusive] [no-alloc] [no-block] [fork-safe]
 * Since: 0.1
 */
RECVEIL_API void recveil_buffer_clear(recveil_buffer *buffer) RECVEIL_NOEXCEPT;

/**
 * Close a buffer. NULL is ignored.
 * Thread: [exclusive] [no-block] [fork-safe]
 * Since: 0.1
 */
RECVEIL_API void recveil_buffer_close(recveil_buffer *buffer) RECVEIL_NOEXCEPT;

#ifdef __cplusplus
}
#endif
#endif

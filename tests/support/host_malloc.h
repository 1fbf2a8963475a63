/*
 * An allocator that fails, or calls the test, on request. Include it in one file of an executable:
 * every malloc and free of the process goes through it, those inside the library too. glibc only.
 */
#ifndef RECVEIL_TESTS_HOST_MALLOC_H
#define RECVEIL_TESTS_HOST_MALLOC_H

#include <errno.h>
#include <stddef.h>

/* glibc's own functions behind the names that are taken over here. */
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t n);
void *__libc_memalign(size_t alignment, size_t n);
void __libc_free(void *block);
/* Visible, or the other libraries of the process would not see them. */
#pragma GCC visibility push(default)
void *malloc(size_t n);
void *calloc(size_t count, size_t size);
void *realloc(void *block, size_t n);
void *memalign(size_t alignment, size_t n);
void *aligned_alloc(size_t alignment, size_t n);
int posix_memalign(void **out, size_t alignment, size_t n);
void free(void *block);
#pragma GCC visibility pop

/* One thread only: plain numbers. */
static long host_blocks;           /* live */
static long host_allocations;      /* since the last host_fail_at() */
static long host_fail_from = -1;   /* the first that fails; -1: none */
static long host_fail_until = -1;  /* the first after it that does not */
static long host_calls;            /* of any function here since the last host_call_at() */
static long host_call_number = -1; /* the one that calls the test; -1: none */
static void (*host_call)(void);

/* Allocations number [from, until) fail, counted from 0 at this call. */
static inline void host_fail_at(long from, long until) {
  host_allocations = 0;
  host_fail_from = from;
  host_fail_until = until;
}

/* `call` is called at the entry of call number `number`, counted from 0 at this call. */
static inline void host_call_at(long number, void (*call)(void)) {
  host_calls = 0;
  host_call_number = number;
  host_call = call;
}

static inline void host_count_call(void) {
  if (host_calls++ == host_call_number) host_call();
}

static inline int host_must_fail(void) {
  host_count_call();
  const long now = host_allocations++;
  return now >= host_fail_from && now < host_fail_until;
}

static inline void *host_counted(void *block) {
  if (block != NULL) ++host_blocks;
  return block;
}

void *malloc(size_t n) {
  return host_must_fail() ? NULL : host_counted(__libc_malloc(n));
}

void *calloc(size_t count, size_t size) {
  return host_must_fail() ? NULL : host_counted(__libc_calloc(count, size));
}

void *realloc(void *block, size_t n) {
  if (host_must_fail()) return NULL;
  void *out = __libc_realloc(block, n);
  if (block == NULL && out != NULL) ++host_blocks;
  return out;
}

void *aligned_alloc(size_t alignment, size_t n) {
  return host_must_fail() ? NULL : host_counted(__libc_memalign(alignment, n));
}

void *memalign(size_t alignment, size_t n) {
  return aligned_alloc(alignment, n);
}

int posix_memalign(void **out, size_t alignment, size_t n) {
  void *block = aligned_alloc(alignment, n);
  if (block == NULL) return ENOMEM;
  *out = block;
  return 0;
}

void free(void *block) {
  host_count_call();
  if (block != NULL) --host_blocks;
  __libc_free(block);
}

#endif

/*
 * Statistics for attribute erasure: fitting a map without having all rows in one place.
 *
 * The statistics of one attribute are a block of the caller's memory without pointers. Copy it,
 * send it, store it, add it to another one: each shard fills a block from its own rows, and the sum
 * of the blocks gives the map of all rows (docs/erasure.md). Sums are integers of 128 bits in units
 * of 2^-64, of values rounded to 2^-32: the same rows give the same bytes, in whatever order and
 * grouping they are added and merged. The methods that can be fitted this way are
 * GAUSSIAN_TRANSPORT of one attribute and LEACE of any number.
 */
#ifndef RECVEIL_ERASE_STATS_H
#define RECVEIL_ERASE_STATS_H

#include "recveil/erase.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * The size of the statistics of n_classes classes in d columns: 16 (1028.5 + n_classes (1 + d + d
 * (d + 1) / 2)) bytes, which is 83 KiB for two classes and d = 64.
 * @return OK | E_ARGUMENT
 * Thread: [thread-safe] [no-alloc] [no-block] [fork-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_erase_stats_size(uint32_t d, uint32_t n_classes, size_t *bytes) RECVEIL_NOEXCEPT;

/**
 * Make `stats` (size bytes, aligned to 8) the statistics of no rows.
 * @return OK | E_ARGUMENT | E_BUFFER (the text says how many bytes are needed)
 * Thread: [thread-safe] [no-alloc] [no-block] [fork-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_erase_stats_init(void *stats, size_t size, uint32_t d, uint32_t n_classes) RECVEIL_NOEXCEPT;

/**
 * Add rows to statistics, some thousands at once. On failure nothing is added. Rows that people
 * share are counted over all calls and merges: exactly while there are at most 512 different rows,
 * else estimated from a sample of these.
 * @param rows     n_cols - frozen_tail_cols must be the d of the statistics
 * @param classes  n_rows; rows of unknown class are skipped
 * @return OK | E_ARGUMENT (also: a number that is not finite, or 1024 or more in magnitude) | E_DATA
 *         (not statistics) | E_NOMEM
 * Thread: [thread-safe]; one call at a time on the same statistics.
 * Cost: O(n_rows d^2).
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_erase_stats_add(
    void *stats, size_t size, const recveil_matrix *rows, const int32_t *classes) RECVEIL_NOEXCEPT;

/**
 * Add the statistics `from` to `into`. Both must have the same d and n_classes.
 * @return OK | E_ARGUMENT | E_DATA (not statistics)
 * Thread: [thread-safe] [no-alloc] [no-block] [fork-safe]; one call at a time on `into`.
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_erase_stats_merge(
    void *into, size_t into_size, const void *from, size_t from_size) RECVEIL_NOEXCEPT;

typedef struct recveil_erase_stats_info {
  uint32_t struct_size;
  uint32_t flags; /* 0 */
  uint32_t d;
  uint32_t n_classes;
  uint64_t n_rows; /* of a known class */
} recveil_erase_stats_info;
#define RECVEIL_ERASE_STATS_INFO_INIT \
  { sizeof(recveil_erase_stats_info), 0, 0, 0, 0 }

/**
 * Check that a block holds statistics, whole and undamaged, and describe it.
 * @param out  may be NULL
 * @return OK | E_ARGUMENT | E_DATA (not statistics, damaged, or of another version)
 * Thread: [thread-safe] [no-alloc] [no-block] [fork-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_erase_stats_check(
    const void *stats, size_t size, recveil_erase_stats_info *out) RECVEIL_NOEXCEPT;

/**
 * Fit a map from statistics: the map of recveil_erase_fit(), up to the rounding of sums.
 * @param options  n_classes is ignored
 * @param stats    options->n_attributes blocks, of sizes[a] bytes each
 * @param out      the map; close it with recveil_erase_map_close()
 * @return OK | E_ARGUMENT | E_UNSUPPORTED (OPTIMAL_TRANSPORT, and GAUSSIAN_TRANSPORT of several
 *         attributes) | E_DATA (not statistics, fewer than two classes have rows, the rows have no
 *         variance, or more than 1 % are shared and the method is GAUSSIAN_TRANSPORT) | E_CANCELLED
 * | E_NOMEM
 * Thread: [thread-safe] [may-call-host]
 * Cost: O(classes d^3).
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_erase_fit_stats(const recveil_erase_options *options, const void *const *stats,
                        const size_t *sizes, recveil_erase_map **out) RECVEIL_NOEXCEPT;

#ifdef __cplusplus
}
#endif
#endif

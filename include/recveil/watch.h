/*
 * Watched items: whether the neighbours of a sensitive item changed abruptly from one version of
 * the models to the next, against the change of ordinary items. Fake accounts that tie a sensitive
 * item to harmless decoys, so that anyone who is shown the decoys gives away that they have the
 * item, cannot avoid it.
 *
 *   serving.watch_items     which items, and whether to hold publications back
 *   recveil_publish_folds   compares them; with on_change hold it may end with RECVEIL_E_HELD
 *   recveil_watch_read      what was found
 *
 * Source: the attack is that of Hidano et al. (PETS'20); the comparison is ours
 * (docs/inversion.md).
 */
#ifndef RECVEIL_WATCH_H
#define RECVEIL_WATCH_H

#include "recveil/fold.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef uint32_t recveil_watch_outcome;
enum {
  RECVEIL_WATCH_UNCHANGED = 1,   /* no watched item changed more than ordinary items do */
  RECVEIL_WATCH_CHANGED = 2,     /* one or more did, and the models were published */
  RECVEIL_WATCH_HELD = 3,        /* one or more did, and the models before go on serving */
  RECVEIL_WATCH_NOT_COMPARED = 4 /* there was no version to compare with, it is of another kind, or
                                    it has fewer than 20 ordinary items in common */
};

/* Of the newest publication that was checked in this process. */
typedef struct recveil_watch_report {
  uint32_t struct_size;
  recveil_watch_outcome outcome; /* 0: none was */
  uint64_t model_version;        /* that was published or held back */
  uint64_t last_model_version;   /* that it was compared with; 0: none */
  uint64_t checked_at;           /* Unix seconds */
  size_t n_items;                /* watched */
  size_t n_changed;              /* of them */
} recveil_watch_report;
#define RECVEIL_WATCH_REPORT_INIT \
  { sizeof(recveil_watch_report), 0, 0, 0, 0, 0, 0 }

/* A plain value: it does not grow. */
typedef struct recveil_watched_item {
  uint32_t item;
  uint32_t compared; /* 1: both versions know the item */
  uint32_t changed;  /* 1: p_value is at most serving.watch_items.false_alarm_rate / n_items */
  uint32_t fold;     /* whose model changed most */
  double change;     /* in multiples of what a tenth of the ordinary items exceed */
  double p_value;    /* the chance that an ordinary item changes as much; 1 if not compared */
  uint32_t n_neighbors;
  uint32_t neighbors[7]; /* n_neighbors: items that a changed item is now tied to and was
                            not, the most first; the others 0 */
} recveil_watched_item;

/**
 * What the comparison of the newest publication found.
 * @param report    struct_size set by the caller; at most that much is written
 * @param items     room for capacity; one a watched item, by rising number. May be NULL with
 *                  capacity 0
 * @return OK | E_ARGUMENT | E_BUFFER (items are more than capacity; report->n_items is written)
 * Thread: [thread-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_watch_read(recveil_engine *engine,
                                                                recveil_watch_report *report,
                                                                recveil_watched_item *items,
                                                                size_t capacity) RECVEIL_NOEXCEPT;

#ifdef __cplusplus
}
#endif
#endif

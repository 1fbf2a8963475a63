/*
 * The update loop: find accounts that were made to poison the model, before it is trained on them.
 *
 *   recveil_screen_window_*   the trusted window: statistics and a sample of accounts that the
 *                             operator trusts, in a flat buffer of the caller's that can be merged
 *   recveil_screen_train      from a window to a detector, which the engine publishes
 *   recveil_screen            a batch of new or changed accounts -> verdict, score, reasons
 *   recveil_screen_review     what a person found: confirmed or overturned
 *   recveil_screen_accepted   who counts: the mask for popularity and for the next training
 *
 * Shadow mode is the default: verdicts are given and counted, and nobody is quarantined. Only with
 * screening.mode: enforce do flagged accounts enter the set RECVEIL_USERS_QUARANTINED: they are
 * served as non-members (serving.quarantined) and are to be left out of counts and trainings.
 * Nothing is deleted, and a review takes it back. docs/screening.md says what each method sees,
 * what it does not, and how to go from shadow to enforce.
 *
 * Items are numbers in [0, n_items), the same in window and batches.
 */
#ifndef RECVEIL_UPDATE_H
#define RECVEIL_UPDATE_H

#include "recveil/serve.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Accounts and what they did, borrowed for the call. Row u is items[offsets[u] ... offsets[u + 1] -
   1], no item twice. An account without interactions is accepted. */
typedef struct recveil_screen_accounts {
  uint32_t struct_size;
  uint32_t flags; /* 0 */
  size_t count;
  const recveil_user *users; /* count; no user twice */
  const size_t *offsets;     /* count + 1 */
  const uint32_t *items;
  const float *ratings;    /* parallel to items; NULL with implicit feedback */
  const int64_t *arrivals; /* optional, count: when the account came, Unix seconds; 0: not known */
  const int64_t *launched; /* optional, n_launched, which is n_items: when each item became
                              available, Unix seconds; 0: not known */
  size_t n_launched;
} recveil_screen_accounts;
#define RECVEIL_SCREEN_ACCOUNTS_INIT \
  { sizeof(recveil_screen_accounts), 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, 0 }

/* The shape of a window. Windows that are merged must agree in all of it. */
typedef struct recveil_screen_window_shape {
  uint32_t struct_size;
  uint32_t flags;               /* 0 */
  uint32_t n_items;             /* in [1, 2^31 - 1] */
  uint32_t sample_accounts;     /* accounts the sample holds at most; 0: 50,000 */
  uint64_t sample_interactions; /* interactions of theirs at most; 0: 200 an account */
  float rating_min, rating_max; /* the scale; both 0: implicit feedback */
  uint64_t seed;                /* which accounts are sampled */
} recveil_screen_window_shape;
#define RECVEIL_SCREEN_WINDOW_SHAPE_INIT \
  { sizeof(recveil_screen_window_shape), 0, 0, 0, 0, 0, 0, 0 }

/* What a window holds. */
typedef struct recveil_screen_window_info {
  uint32_t struct_size;
  uint32_t flags;
  uint32_t n_items;
  uint32_t implicit;         /* 1: without ratings */
  uint64_t accounts;         /* added, of all merged windows */
  uint64_t interactions;     /* of theirs */
  uint64_t sampled_accounts; /* in the sample; all of them while they fit */
  uint64_t sampled_interactions;
} recveil_screen_window_info;
#define RECVEIL_SCREEN_WINDOW_INFO_INIT \
  { sizeof(recveil_screen_window_info), 0, 0, 0, 0, 0, 0, 0 }

/**
 * Bytes of a window of this shape: about 32 n_items + 40 sample_accounts + 8 sample_interactions.
 * The bytes are plain data, little-endian, and may be stored, sent and mapped; they hold users and
 * histories as given, so keep them as you keep those.
 * @return OK | E_ARGUMENT | E_UNSUPPORTED
 * Thread: [thread-safe] [no-alloc] [no-block] [fork-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_screen_window_size(
    const recveil_screen_window_shape *shape, size_t *bytes) RECVEIL_NOEXCEPT;

/**
 * Make an empty window in `size` bytes, aligned as malloc() aligns.
 * @return OK | E_ARGUMENT | E_BUFFER | E_UNSUPPORTED
 * Thread: [exclusive] [no-alloc] [no-block]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_screen_window_init(
    const recveil_screen_window_shape *shape, void *window, size_t size) RECVEIL_NOEXCEPT;

/**
 * Add accounts that are trusted. Each once, in one window of those that are merged: an account
 * added twice counts twice in the statistics. Leave quarantined accounts out: a campaign inside the
 * window is not seen any more.
 *
 * The sample holds the accounts whose seeded hash is smallest, so that it is the same whatever the
 * order and whoever added which. On error the window is as before.
 * @return OK | E_ARGUMENT | E_DATA (damaged window) | E_NOMEM | E_UNSUPPORTED
 * Thread: [exclusive] on the window
 * Cost: O(interactions + sample log sample).
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_screen_window_add(
    void *window, size_t size, const recveil_screen_accounts *accounts) RECVEIL_NOEXCEPT;

/**
 * Add a window to another of the same shape. Any order and grouping of merges gives the same bytes
 * as adding all accounts to one window, as long as ratings add up without rounding.
 * @return OK | E_ARGUMENT (another shape, or the two overlap) | E_DATA | E_NOMEM
 * Thread: [exclusive] on `into`
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_screen_window_merge(
    void *into, size_t into_size, const void *from, size_t from_size) RECVEIL_NOEXCEPT;

/**
 * Check bytes that came from elsewhere, and say what is in them.
 * @param out  may be NULL
 * @return OK | E_ARGUMENT | E_DATA (what is wrong) | E_VERSION | E_NOMEM
 * Thread: [thread-safe] [no-block] [fork-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_screen_window_check(
    const void *window, size_t size, recveil_screen_window_info *out) RECVEIL_NOEXCEPT;

typedef struct recveil_screen_training {
  uint32_t struct_size;
  uint32_t flags;               /* 0 */
  void *ctx;                    /* first argument of progress */
  recveil_progress_fn progress; /* may be NULL */
  uint64_t seed;                /* of everything random in the training; 0: 1 */
} recveil_screen_training;
#define RECVEIL_SCREEN_TRAINING_INIT \
  { sizeof(recveil_screen_training), 0, NULL, NULL, 0 }

/**
 * Train a detector on a window, by the method and rates of `screening` in the configuration, and
 * publish it: the next recveil_screen() uses it, and with a state_dir other processes take it over
 * by recveil_engine_refresh(). The detector before stays in use meanwhile, and on any error. What
 * earlier batches added to the carry-over is forgotten: the window should hold their accepted
 * accounts by now.
 *
 * The same window, configuration and seed give the same detector on one machine.
 * @param training  NULL for defaults
 * @return OK | E_ARGUMENT | E_DATA (damaged window, or too few accounts to calibrate on) | E_IO
 * | E_CANCELLED | E_HOST (progress threw) | E_NOMEM
 * Thread: [thread-safe] [may-call-host]; on the calling thread alone.
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_screen_train(recveil_engine *engine, const void *window, size_t size,
                     const recveil_screen_training *training) RECVEIL_NOEXCEPT;

/**
 * The detector in use as bytes, for recveil_screen_publish() on another engine. They hold the
 * sample's histories, without users.
 * @return OK | E_ARGUMENT | E_STATE (no detector yet) | E_HOST | E_NOMEM
 * Thread: [thread-safe] [may-call-host]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_screen_write(recveil_engine *engine,
                                                                  recveil_write_fn write,
                                                                  void *ctx) RECVEIL_NOEXCEPT;

/**
 * Publish a detector that another engine trained. Damaged bytes change nothing.
 * @return OK | E_ARGUMENT | E_DATA | E_VERSION | E_IO | E_NOMEM
 * Thread: [thread-safe] [may-call-host]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_screen_publish(recveil_engine *engine,
                                                                    const void *detector,
                                                                    size_t size) RECVEIL_NOEXCEPT;

/**
 * The one-class SVM of the detector in use as a model file of LIBSVM (svm_save_model, one_class,
 * rbf). Of the method ocsvm its columns are the scores of an account on the principal components;
 * of full they are 15 features.
 * @return OK | E_ARGUMENT | E_STATE (no detector yet) | E_HOST | E_NOMEM
 * Thread: [thread-safe] [may-call-host]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_screen_svm_write(recveil_engine *engine,
                                                                      recveil_write_fn write,
                                                                      void *ctx) RECVEIL_NOEXCEPT;

/**
 * Publish the detector in use with another SVM over the same components, from a model file of
 * LIBSVM. Method ocsvm only.
 * @return OK | E_ARGUMENT | E_STATE (no detector yet) | E_UNSUPPORTED (method full) | E_DATA (line
 * and what is wrong) | E_IO | E_NOMEM
 * Thread: [thread-safe] [may-call-host]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_screen_svm_read(recveil_engine *engine,
                                                                     const char *model,
                                                                     size_t size) RECVEIL_NOEXCEPT;

typedef uint8_t recveil_screen_verdict;
enum {
  RECVEIL_SCREEN_ACCEPT = 1,
  RECVEIL_SCREEN_QUARANTINE = 2, /* held back in enforce mode; in shadow mode would be */
  RECVEIL_SCREEN_DEFER = 3       /* cannot be told yet: serve as before, leave out of the training,
                                    screen again with a later batch */
};

typedef uint32_t recveil_screen_trigger;
enum {
  RECVEIL_TRIGGER_NEW = 1,    /* the accounts are new */
  RECVEIL_TRIGGER_UPDATE = 2, /* known accounts that changed */
  RECVEIL_TRIGGER_BATCH = 3   /* a regular run over both */
};

/* Why, as bits. Words: recveil_screen_reason_text(). */
enum {
  RECVEIL_SCREEN_UNLIKE = 1,       /* unlike any trusted account */
  RECVEIL_SCREEN_KNOWN_FAMILY = 2, /* like the fakes of known attacks */
  RECVEIL_SCREEN_COPIED = 4,       /* put together of accounts of the window */
  RECVEIL_SCREEN_COORDINATED = 8,  /* pushes an item with other suspicious accounts, or is of
                                      their make */
  RECVEIL_SCREEN_UNANIMOUS = 16,   /* pushes an established item that all its new raters love */
  RECVEIL_SCREEN_TREND = 32,       /* DEFER: has an item on the rise, with ordinary raters */
  RECVEIL_SCREEN_LAUNCH = 64,      /* DEFER: pushes a new item that all its raters love */
  RECVEIL_SCREEN_OVERTURNED = 128  /* accepted, because a review overturned this evidence */
};

/* What a batch gave. The arrays are the caller's, one element an account. */
typedef struct recveil_screen_result {
  uint32_t struct_size;
  uint32_t flags;                   /* 0 */
  recveil_screen_verdict *verdicts; /* count */
  float *scores;       /* count, or NULL: higher is more suspicious. full: in [0, 6], the greater of
                          -log10 of the p value of the account alone and 6 times the probability of being
                          part of a campaign. ocsvm: minus the decision of the SVM, above 0 is outside */
  uint32_t *reasons;   /* count, or NULL: RECVEIL_SCREEN_UNLIKE ... */
  uint8_t *accepted;   /* count, or NULL: 1 if the account may count and be trained on now: all in
                          shadow mode, in enforce mode those that are accepted */
  uint64_t n_accepted; /* out: verdicts of each kind */
  uint64_t n_quarantined;
  uint64_t n_deferred;
  uint64_t detector_version; /* out */
  uint32_t enforced;         /* out: 1 in enforce mode */
  uint32_t reserved;
} recveil_screen_result;
#define RECVEIL_SCREEN_RESULT_INIT \
  { sizeof(recveil_screen_result), 0, NULL, NULL, NULL, NULL, 0, 0, 0, 0, 0, 0 }

/**
 * Screen a batch of new or changed accounts, with all they did so far. Bigger batches say more: a
 * campaign is seen by what its accounts have in common. What a batch adds to the items is carried
 * over to the next ones, so that a campaign that comes in drips adds up; the carry-over is kept in
 * the state_dir.
 *
 * In enforce mode the flagged accounts are in the set of quarantined users when this returns, and
 * accounts of the batch that were quarantined and are accepted now are still in it: only a review
 * releases. On error outputs are as before and nothing is carried over; after E_IO and E_NOMEM
 * accounts may be quarantined already, and the same call again is safe.
 * @return OK | E_ARGUMENT | E_DATA (ratings outside the window's scale) | E_STATE (no detector yet)
 * | E_IO (state_dir) | E_NOMEM | E_UNSUPPORTED
 * Thread: [thread-safe] [may-call-host]; several at a time, and each commits after
 * the one before: a batch that finds that another came in between is screened again.
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_screen(recveil_engine *engine, const recveil_screen_accounts *accounts,
               recveil_screen_trigger trigger, recveil_screen_result *result) RECVEIL_NOEXCEPT;

/**
 * One reason in words for an operator, such as "unlike any trusted account".
 * @param reason  one RECVEIL_SCREEN_* bit
 * @return static text, never NULL; "unknown reason" for anything else
 * Thread: [thread-safe] [no-alloc] [no-block] [fork-safe]
 * Since: 0.1
 */
RECVEIL_API const char *recveil_screen_reason_text(uint32_t reason) RECVEIL_NOEXCEPT;

typedef uint32_t recveil_review;
enum {
  RECVEIL_REVIEW_CONFIRMED = 1, /* it is a fake: stays, or becomes, quarantined in either mode */
  RECVEIL_REVIEW_OVERTURNED = 2 /* it is a person: released */
};

/**
 * Tell what a person found about flagged accounts. An overturned account leaves the quarantine, and
 * is not quarantined again by the evidence that was overturned: the same channels, or the same item
 * that its group pushed. New evidence may still quarantine it.
 * @param users  count users, also such as never were flagged
 * @return OK | E_ARGUMENT | E_IO (state_dir) | E_NOMEM. After an error the same call again is safe.
 * Thread: [thread-safe] [may-call-host]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_screen_review(recveil_engine *engine, const recveil_user *users, size_t count,
                      recveil_review verdict) RECVEIL_NOEXCEPT;

/**
 * Who counts: mask[i] is 1 unless user i is quarantined. Leave the others out of
 * recveil_publish_popularity(), of the member set and of the training.
 * @param mask  count numbers
 * @return OK | E_ARGUMENT
 * Thread: [thread-safe] [no-alloc] [no-block] [fork-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_screen_accepted(recveil_engine *engine, const recveil_user *users, size_t count,
                        uint8_t *mask) RECVEIL_NOEXCEPT;

typedef struct recveil_screen_info {
  uint32_t struct_size;
  uint32_t enforced;         /* 1 in enforce mode */
  uint64_t detector_version; /* 0: none yet */
  uint64_t trained;          /* Unix seconds */
  uint64_t training_accounts;
  uint64_t support_vectors;
  double training_seconds;
  uint64_t batches;    /* carried over */
  uint64_t flagged;    /* accounts flagged and not reviewed yet, in either mode */
  uint64_t overturned; /* accounts with an overturned verdict */
} recveil_screen_info;
#define RECVEIL_SCREEN_INFO_INIT \
  { sizeof(recveil_screen_info), 0, 0, 0, 0, 0, 0, 0, 0, 0 }

/**
 * How screening stands.
 * @return OK | E_ARGUMENT
 * Thread: [thread-safe] [no-alloc] [no-block] [fork-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_screen_get_info(recveil_engine *engine, recveil_screen_info *out) RECVEIL_NOEXCEPT;

#ifdef __cplusplus
}
#endif
#endif

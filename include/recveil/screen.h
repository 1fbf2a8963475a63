/*
 * Account screening: find accounts that were made to poison the recommender, before it is trained
 * on them.
 *
 *   recveil_screen           a batch of new or changed accounts -> verdict, score, reasons
 *   recveil_screen_review    what a person found: confirmed or overturned
 *   recveil_screen_accepted  who counts: the mask for popularity and for the next training
 *
 * The engine needs a screening model first (recveil/screen_model.h).
 *
 * Shadow mode is the default: verdicts are given and counted, and nobody is quarantined. Only with
 * screening.mode: enforce do flagged accounts enter the set RECVEIL_USERS_QUARANTINED: they are
 * served as non-members (serving.quarantined), and the host leaves them out of counts and
 * trainings. Nothing is deleted, and a review takes it back. docs/screening.md says what each
 * method sees and does not see, and how to go from shadow to enforce.
 */
#ifndef RECVEIL_SCREEN_H
#define RECVEIL_SCREEN_H

#include "recveil/screen_model.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef uint8_t recveil_screen_verdict;
enum {
  RECVEIL_SCREEN_ACCEPT = 1,
  RECVEIL_SCREEN_QUARANTINE = 2, /* held back in enforce mode; in shadow mode it would be */
  RECVEIL_SCREEN_DEFER = 3       /* not clear yet: serve as before, leave out of the training, and
                                    screen again with a later batch */
};

typedef uint32_t recveil_screen_trigger;
enum {
  RECVEIL_TRIGGER_NEW = 1,    /* the accounts are new */
  RECVEIL_TRIGGER_UPDATE = 2, /* known accounts that changed: also those that the window's sample
                                 does not hold are in its statistics, and are taken out of them
                                 when they are compared */
  RECVEIL_TRIGGER_BATCH = 3   /* a regular run over both */
};

/* Reasons, as bits. recveil_screen_reason_text() has them in words. */
enum {
  RECVEIL_SCREEN_UNLIKE = 1,       /* unlike any trusted account */
  RECVEIL_SCREEN_KNOWN_FAMILY = 2, /* like the fake accounts of known attacks */
  RECVEIL_SCREEN_COPIED = 4,       /* composed of accounts of the window */
  RECVEIL_SCREEN_COORDINATED = 8,  /* in a campaign: pushes its target with other suspicious
                                      accounts, or has the same generator */
  RECVEIL_SCREEN_UNANIMOUS = 16,   /* gives an established item the extreme rating that all its new
                                      raters give */
  RECVEIL_SCREEN_TREND = 32,       /* DEFER: has an item on the rise, with ordinary raters */
  RECVEIL_SCREEN_LAUNCH = 64,      /* DEFER: gives a new item the extreme rating that all its raters
                                      give */
  RECVEIL_SCREEN_OVERTURNED = 128, /* accepted, because a review overturned this evidence */
  RECVEIL_SCREEN_EXEMPT = 256      /* accepted, because the account is exempt */
};

/* The result of a batch. The arrays belong to the caller and have one element per account. */
typedef struct recveil_screen_result {
  uint32_t struct_size;
  uint32_t flags;                   /* 0 */
  recveil_screen_verdict *verdicts; /* n_accounts */
  float *scores;     /* n_accounts, or NULL: higher is more suspicious. full: in [0, 6], the
                        greater of -log10 of the account's own p value and 6 times the probability
                        of being part of a campaign. ocsvm: minus the decision of the SVM; above 0
                        is outside */
  uint32_t *reasons; /* n_accounts, or NULL: RECVEIL_SCREEN_UNLIKE ... */
  uint8_t *accepted; /* n_accounts, or NULL: 1 if the account may count and be trained on now: all
                        in shadow mode, in enforce mode those that are accepted */
  float *weights;    /* n_accounts, or NULL: what a trainer multiplies the account's interactions
                        with, in [0, 1]; 1 without any doubt, 0 for what is surely fake. It is an
                        alternative to leaving out: a false alarm then costs little */
  recveil_write_fn write_evidence; /* NULL: none. Gets text, a line per suspicious item and per
                                      account that is not accepted or almost was not: what was
                                      found, and how probable it is by chance. It names items by
                                      number and accounts by place in the batch: for the operator,
                                      not for a log */
  void *evidence_ctx;              /* first argument of write_evidence */
  uint64_t n_accepted;             /* out: verdicts of each kind */
  uint64_t n_quarantined;
  uint64_t n_deferred;
  uint64_t screen_model_version; /* out */
  uint32_t enforced;             /* out: 1 in enforce mode */
  uint32_t reserved;             /* 0 */
} recveil_screen_result;
#define RECVEIL_SCREEN_RESULT_INIT \
  { sizeof(recveil_screen_result), 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, 0, 0, 0, 0 }

/**
 * Screen a batch of new or changed accounts, each with everything it did so far. An account of the
 * window is recognised whatever the trigger: it is not compared with itself, nor with accounts of
 * its person, and only what it added is judged and counted. Bigger batches say more: a campaign is
 * seen by what its accounts have in common. What a batch adds to the items is carried over to the
 * next ones, so that a campaign that comes in drips adds up; the carry-over is kept in the
 * state_dir.
 *
 * In enforce mode the flagged accounts are in the set of quarantined users when this returns.
 * Accounts that were quarantined before and are accepted now stay in it: only a review releases
 * them. On error outputs are unchanged and nothing is carried over; after E_IO and E_NOMEM accounts
 * may be quarantined already, and the same call again is safe.
 * @param progress  NULL: nobody is told
 * @return OK | E_ARGUMENT | E_DATA (ratings outside the window's scale) | E_STATE (no screening
 *         model yet) | E_IO (state_dir) | E_CANCELLED | E_HOST (progress threw) | E_NOMEM |
 *         E_UNSUPPORTED
 * Thread: [thread-safe] [may-call-host]; calls commit one after the other: a batch that finds that
 * another came in between is screened again.
 * Cost: some tens of microseconds per account of 100 items.
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_screen(
    recveil_engine *engine, const recveil_screen_accounts *accounts, recveil_screen_trigger trigger,
    const recveil_progress *progress, recveil_screen_result *result) RECVEIL_NOEXCEPT;

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
  RECVEIL_REVIEW_CONFIRMED = 1,  /* it is a fake: stays, or becomes, quarantined in either mode */
  RECVEIL_REVIEW_OVERTURNED = 2, /* it is a person: released */
  RECVEIL_REVIEW_EXEMPT = 3      /* staff, a household, verified: released, and never flagged again
                                    until another review */
};

/**
 * Tell what a person found about flagged accounts. An overturned account leaves the quarantine, and
 * nothing that it had done by then quarantines it again, under this screening model or a later one.
 * What it adds still may: an item that a new campaign pushes, or an account that is suspicious for
 * itself and more than twice as long.
 * @param users  n_users, including users that were never flagged (nothing is remembered of an
 *               overturned user that was not flagged; make it exempt)
 * @return OK | E_ARGUMENT | E_IO (state_dir) | E_NOMEM. After an error the same call again is safe.
 * Thread: [thread-safe] [may-call-host]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_screen_review(recveil_engine *engine, const recveil_user *users, size_t n_users,
                      recveil_review verdict) RECVEIL_NOEXCEPT;

/**
 * Who counts: mask[i] is 1 unless user i is quarantined. Leave the others out of
 * recveil_publish_popularity(), of the member set and of the training.
 * @param mask  n_users elements
 * @return OK | E_ARGUMENT
 * Thread: [thread-safe] [no-alloc] [no-block] [fork-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_screen_accepted(recveil_engine *engine, const recveil_user *users, size_t n_users,
                        uint8_t *mask) RECVEIL_NOEXCEPT;

typedef struct recveil_screen_info {
  uint32_t struct_size;
  uint32_t enforced;             /* 1 in enforce mode */
  uint64_t screen_model_version; /* 0: none yet */
  uint64_t trained_at;           /* Unix seconds */
  uint64_t n_training_accounts;
  uint64_t n_support_vectors;
  double training_seconds;
  uint64_t n_batches;    /* carried over */
  uint64_t n_flagged;    /* accounts that were flagged and not reviewed yet, in either mode */
  uint64_t n_overturned; /* accounts with an overturned verdict */
  uint64_t n_exempt;     /* accounts that are never flagged */
} recveil_screen_info;
#define RECVEIL_SCREEN_INFO_INIT \
  { sizeof(recveil_screen_info), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }

/**
 * Say how screening stands.
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

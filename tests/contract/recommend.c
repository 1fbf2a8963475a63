/* recommend.h: one call does what route, fold_rank and serve do one after another, bit for bit; on
   every path, page by page, alone and in batches. */
#include "recveil/recommend.h"

#include "support/host_folds.h"

enum { kMost = HOST_ITEMS, kHistory = 6, kScratch = 1 << 17 };
static unsigned char scratch[kScratch];

typedef struct Page {
  recveil_decision decision;
  uint32_t items[kMost];
  float scores[kMost];
  size_t n;
} Page;

static recveil_recommend_request ask(recveil_user user, const uint32_t *history, size_t n,
                                     uint32_t offset, uint32_t k) {
  recveil_recommend_request request = RECVEIL_RECOMMEND_REQUEST_INIT;
  request.user = user;
  request.history = host_history(history, n);
  request.offset = offset;
  request.k = k;
  return request;
}

static void by_one_call(recveil_engine *engine, const recveil_recommend_request *request,
                        Page *out) {
  const recveil_decision none = RECVEIL_DECISION_INIT;
  memset(out, 0, sizeof *out);
  out->decision = none;
  out->n = 99;
  CHECK_OK(recveil_recommend(engine, request, &out->decision, out->items, out->scores, &out->n,
                             NULL, 0));
}

/* What a host did before there was one call. */
static void by_three_calls(recveil_engine *engine, const recveil_recommend_request *asked,
                           Page *out) {
  memset(out, 0, sizeof *out);
  recveil_request request = RECVEIL_REQUEST_INIT;
  request.user = asked->user;
  request.person = asked->person;
  request.membership = asked->membership;
  request.n_history = (uint32_t)asked->history.n_items;
  request.epoch = asked->epoch;
  request.pool_version = asked->pool_version;
  request.model_version = asked->model_version;
  const recveil_decision none = RECVEIL_DECISION_INIT;
  out->decision = none;
  CHECK_OK(recveil_route(engine, &request, &out->decision));
  uint32_t ranked[kMost], pool[256], seen[256], positions[kMost];
  float scores[kMost];
  size_t n_ranked = 0, n_pool = 0;
  uint32_t n_seen = 0;
  if (out->decision.path == RECVEIL_PATH_FOLD) {
    CHECK_OK(recveil_fold_rank(engine, &out->decision, &asked->history, kMost, ranked, scores,
                               &n_ranked, NULL, scratch, kScratch));
  } else if (out->decision.path == RECVEIL_PATH_POOL) {
    CHECK_OK(recveil_pool_read(engine, out->decision.pool_version, pool, 256, &n_pool, NULL));
    for (uint32_t p = 0; p < n_pool; ++p) {
      int hidden = 0;
      for (size_t i = 0; i < asked->history.n_items; ++i) {
        hidden |= asked->history.items[i] == pool[p];
      }
      for (size_t i = 0; i < asked->history.n_exclude; ++i) {
        hidden |= asked->history.exclude[i] == pool[p];
      }
      if (hidden) seen[n_seen++] = p;
    }
  }
  recveil_page page = RECVEIL_PAGE_INIT;
  page.n_host = (uint32_t)n_ranked;
  page.offset = asked->offset;
  page.k = asked->k;
  page.seen = seen;
  page.n_seen = n_seen;
  recveil_slate slate = RECVEIL_SLATE_INIT;
  slate.positions = positions;
  CHECK_OK(recveil_serve(engine, &out->decision, &page, &slate));
  for (out->n = 0; out->n < slate.n_filled; ++out->n) {
    const uint32_t at = positions[out->n];
    const int fold = out->decision.path == RECVEIL_PATH_FOLD;
    out->items[out->n] = fold ? ranked[at] : pool[at];
    out->scores[out->n] = fold ? scores[at] : 0;
  }
}

static void check_same(const Page *a, const Page *b) {
  CHECK(memcmp(&a->decision, &b->decision, sizeof a->decision) == 0);
  CHECK_EQ(a->n, b->n);
  CHECK(memcmp(a->items, b->items, a->n * sizeof *a->items) == 0);
  CHECK(memcmp(a->scores, b->scores, a->n * sizeof *a->scores) == 0);
}

static const recveil_user held[] = {5, 6}, gone[] = {7, 8};

static recveil_engine *open_engine(const char *yaml, host_folds *folds, recveil_fold_kind kind) {
  recveil_engine *engine = host_open(yaml);
  CHECK_OK(host_publish_items(engine, 40, 0));
  host_make_folds(folds, kind, 7, 1);
  CHECK_OK(recveil_publish_folds(engine, &folds->folds));
  CHECK_OK(recveil_publish_users(engine, RECVEIL_USERS_QUARANTINED, RECVEIL_SET_ADD, held, 2));
  CHECK_OK(recveil_publish_users(engine, RECVEIL_USERS_ERASED, RECVEIL_SET_ADD, gone, 2));
  return engine;
}

static const uint32_t history[][kHistory] = {{3, 11, 24, 30, 999, 3},
                                             {0, 1, 2, 3, 4, 5},
                                             {39, 17, 8, 25, 8, 33},
                                             {500, 600, 700, 800, 900, 77}};
static const uint32_t exclude[] = {12, 13, 9, 13, 5000, 1, 2, 3, 31};

static void it_is_the_three_calls(void) {
  static host_folds folds;
  for (recveil_fold_kind kind = 1; kind <= 2; ++kind) {
    recveil_engine *engine = open_engine(HOST_FOLDS_YAML, &folds, kind);
    size_t shown[5] = {0};
    for (recveil_user user = 0; user < 60; ++user) {
      recveil_recommend_request request = ask(user, history[user % 4], user % (kHistory + 1),
                                              (uint32_t)user % 7, 1 + (uint32_t)user % 9);
      if (user % 3 == 0) {
        request.history.exclude = exclude;
        request.history.n_exclude = 1 + user % 9;
      }
      if (user % 5 == 0) request.person = 100 + user / 10;
      Page one, three;
      by_one_call(engine, &request, &one);
      by_three_calls(engine, &request, &three);
      check_same(&one, &three);
      shown[one.decision.path] += one.n;
      for (size_t p = 0; p < one.n; ++p) {
        for (size_t i = 0; i < request.history.n_items; ++i) {
          CHECK(one.items[p] != request.history.items[i]);
        }
        for (size_t i = 0; i < request.history.n_exclude; ++i) {
          CHECK(one.items[p] != request.history.exclude[i]);
        }
      }
    }
    CHECK(shown[RECVEIL_PATH_FOLD] > 100 && shown[RECVEIL_PATH_POOL] > 10);
    recveil_engine_close(engine);
  }
}

/* All pages together are the list, cut at list_length, also while newer pools and models come. */
static void pages_continue_each_other(void) {
  static host_folds folds, newer, newest;
  for (int path = RECVEIL_PATH_POOL; path <= RECVEIL_PATH_FOLD; ++path) {
    recveil_engine *engine = open_engine(HOST_FOLDS_YAML, &folds, RECVEIL_FOLD_FACTORS);
    const size_t n = path == RECVEIL_PATH_FOLD ? 4 : 0;
    recveil_recommend_request request = ask(3, history[0], n, 0, kMost);
    Page whole, page;
    by_one_call(engine, &request, &whole);
    CHECK_EQ(path, whole.decision.path);
    CHECK_EQ(10, whole.n); /* list_length */
    host_make_folds(&newer, RECVEIL_FOLD_FACTORS, 8, 2);
    CHECK_OK(recveil_publish_folds(engine, &newer.folds));
    CHECK_OK(host_publish_items(engine, 30, 5));
    size_t at = 0;
    request.k = 3;
    request.epoch = whole.decision.epoch;
    request.pool_version = whole.decision.pool_version;
    request.model_version = whole.decision.model_version;
    for (request.offset = 0; request.offset < 15; request.offset += 3) {
      by_one_call(engine, &request, &page);
      CHECK(memcmp(&page.decision, &whole.decision, sizeof page.decision) == 0);
      CHECK_EQ(at >= 9 ? (at == 9 ? 1 : 0) : 3, page.n);
      CHECK(memcmp(page.items, whole.items + at, page.n * sizeof *page.items) == 0);
      CHECK(memcmp(page.scores, whole.scores + at, page.n * sizeof *page.scores) == 0);
      at += page.n;
    }
    CHECK_EQ(10, at);
    request = ask(3, history[0], n, 0, kMost); /* without the token the list is new */
    by_one_call(engine, &request, &page);
    CHECK(memcmp(page.items, whole.items, sizeof page.items) != 0);
    /* A token whose versions are gone is answered as on_error says. */
    host_make_folds(&newest, RECVEIL_FOLD_FACTORS, 9, 3);
    CHECK_OK(recveil_publish_folds(engine, &newest.folds));
    CHECK_OK(host_publish_items(engine, 20, 0));
    request.pool_version = whole.decision.pool_version;
    request.model_version = whole.decision.model_version;
    by_one_call(engine, &request, &page);
    CHECK_EQ(RECVEIL_PATH_POOL, page.decision.path);
    CHECK(page.decision.reason == RECVEIL_REASON_NO_FOLDS ||
          page.decision.reason == RECVEIL_REASON_STALE_POOL);
    CHECK(page.n > 0);
    recveil_engine_close(engine);
  }
}

static void other_paths_show_nothing_of_their_own(void) {
  recveil_engine *engine =
      host_open("serving: {list_length: 10, ratio: 0.5}\nkeys: {ephemeral: true}");
  recveil_recommend_request request = ask(1, history[0], 4, 0, 5);
  Page page;
  by_one_call(engine, &request, &page); /* nothing is published: REFUSE */
  CHECK_EQ(RECVEIL_PATH_REFUSE, page.decision.path);
  CHECK_EQ(0, page.n);
  CHECK_OK(host_publish_items(engine, 40, 0));
  const recveil_user members[] = {1};
  CHECK_OK(recveil_publish_users(engine, RECVEIL_USERS_MEMBERS, RECVEIL_SET_ADD, members, 1));
  by_one_call(engine, &request, &page); /* a member: the host scores */
  CHECK_EQ(RECVEIL_PATH_HOST, page.decision.path);
  CHECK_EQ(RECVEIL_REASON_MEMBER, page.decision.reason);
  CHECK_EQ(0, page.n);
  uint32_t positions[5];
  CHECK_EQ(5, host_serve(engine, &page.decision, 9, 0, 5, positions));
  request.membership = RECVEIL_MEMBERSHIP_NONMEMBER;
  Page three;
  by_one_call(engine, &request, &page);
  by_three_calls(engine, &request, &three);
  CHECK_EQ(RECVEIL_PATH_POOL, page.decision.path);
  check_same(&page, &three);
  request.membership = 0; /* not set: ask */
  by_one_call(engine, &request, &page);
  CHECK_EQ(RECVEIL_PATH_HOST, page.decision.path);
  /* A path other than FOLD has nothing to rank. */
  uint32_t items[4];
  size_t n_ranked = 9, n_dropped = 9;
  CHECK_OK(recveil_fold_rank(engine, &page.decision, &request.history, 4, items, NULL, &n_ranked,
                             &n_dropped, NULL, 0));
  CHECK_EQ(0, n_ranked);
  CHECK_EQ(0, n_dropped);
  const recveil_decision undecided = RECVEIL_DECISION_INIT;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "route the request",
              recveil_fold_rank(engine, &undecided, &request.history, 4, items, NULL, &n_ranked,
                                NULL, NULL, 0));
  recveil_engine_close(engine);
}

/* Of sizes around groups of 16, with all paths mixed, with weights and without. */
static void a_batch_is_its_single_calls(void) {
  static host_folds folds;
  enum { kUsers = 37, kPlaces = 7 };
  for (int variant = 0; variant < 4; ++variant) {
    recveil_engine *engine = open_engine(HOST_FOLDS_YAML, &folds, 1 + (uint32_t)variant % 2);
    for (size_t n = 0; n <= kUsers; n += n < 15 ? 5 : 1) {
      recveil_user users[kUsers], persons[kUsers];
      size_t offsets[kUsers + 1] = {0}, excluded[kUsers + 1] = {0};
      uint32_t items[kUsers * kHistory], out_of[kUsers * 9], pages[kUsers * kPlaces];
      float weights[kUsers * kHistory], scores[kUsers * kPlaces];
      recveil_path paths[kUsers];
      recveil_reason reasons[kUsers];
      uint16_t in[kUsers];
      uint32_t n_filled[kUsers];
      for (size_t u = 0; u < n; ++u) {
        users[u] = u;
        persons[u] = 100 + u / 2;
        offsets[u + 1] = offsets[u] + u % (kHistory + 1);
        excluded[u + 1] = excluded[u] + (u % 4 == 1 ? u % 10 : 0);
        for (size_t i = 0; i < kHistory && offsets[u] + i < offsets[u + 1]; ++i) {
          items[offsets[u] + i] = history[u % 4][i];
          weights[offsets[u] + i] = 0.25f * (float)(1 + (u + i) % 9);
        }
        for (size_t i = excluded[u]; i < excluded[u + 1]; ++i) out_of[i] = exclude[i - excluded[u]];
      }
      recveil_recommend_pages batch = RECVEIL_RECOMMEND_PAGES_INIT;
      batch.n_users = n;
      batch.users = users;
      batch.persons = persons;
      batch.history_offsets = offsets;
      batch.history_items = items;
      if (variant >= 2) batch.history_weights = weights;
      batch.exclude_offsets = excluded;
      batch.exclude_items = out_of;
      batch.offset = 2;
      batch.k = kPlaces;
      batch.paths = paths;
      batch.reasons = reasons;
      batch.folds = in;
      batch.n_filled = n_filled;
      batch.items = pages;
      batch.scores = scores;
      size_t bytes = 0;
      CHECK_OK(recveil_fold_scratch_size(engine, 2, kHistory + 9, 2 + kPlaces, &bytes));
      CHECK(bytes < kScratch);
      if (n % 2 == 0) {
        CHECK_OK(recveil_recommend_batch(engine, &batch, scratch + 3, bytes));
      } else {
        CHECK_OK(recveil_recommend_batch(engine, &batch, NULL, 0));
      }
      for (size_t u = 0; u < n; ++u) {
        recveil_recommend_request request =
            ask(u, items + offsets[u], offsets[u + 1] - offsets[u], 2, kPlaces);
        request.person = persons[u];
        request.epoch = batch.epoch;
        if (variant >= 2) request.history.weights = weights + offsets[u];
        request.history.exclude = out_of + excluded[u];
        request.history.n_exclude = excluded[u + 1] - excluded[u];
        Page one;
        by_one_call(engine, &request, &one);
        CHECK_EQ(one.decision.path, paths[u]);
        CHECK_EQ(one.decision.reason, reasons[u]);
        CHECK_EQ(one.decision.fold, in[u]);
        CHECK_EQ(one.decision.pool_version, batch.pool_version);
        CHECK_EQ(one.n, n_filled[u]);
        CHECK(memcmp(one.items, pages + u * kPlaces, one.n * sizeof *pages) == 0);
        CHECK(memcmp(one.scores, scores + u * kPlaces, one.n * sizeof *scores) == 0);
      }
    }
    recveil_engine_close(engine);
  }
}

/* The bytes that the library says it needs are enough, at any address: none past them is written.
 */
static void it_stays_in_its_scratch(void) {
  static host_folds folds;
  enum { kUsers = 19, kPlaces = 6 };
  for (recveil_fold_kind kind = 1; kind <= 2; ++kind) {
    recveil_engine *engine = open_engine(HOST_FOLDS_YAML, &folds, kind);
    for (size_t n = 0; n <= kHistory; ++n) {
      for (size_t n_exclude = 0; n_exclude <= 9; n_exclude += 3) {
        recveil_user users[kUsers];
        size_t offsets[kUsers + 1] = {0}, excluded[kUsers + 1] = {0};
        uint32_t items[kUsers * kHistory], out_of[kUsers * 9], pages[kUsers * kPlaces];
        float weights[kUsers * kHistory];
        for (size_t u = 0; u < kUsers; ++u) {
          users[u] = u;
          offsets[u + 1] = offsets[u] + n;
          excluded[u + 1] = excluded[u] + n_exclude;
          for (size_t i = 0; i < n; ++i) {
            items[offsets[u] + i] = history[u % 4][i];
            weights[offsets[u] + i] = 1 + (float)(u % 3);
          }
          for (size_t i = 0; i < n_exclude; ++i) out_of[excluded[u] + i] = exclude[i];
        }
        recveil_path paths[kUsers];
        uint32_t n_filled[kUsers];
        recveil_recommend_pages batch = RECVEIL_RECOMMEND_PAGES_INIT;
        batch.n_users = kUsers;
        batch.users = users;
        batch.history_offsets = offsets;
        batch.history_items = items;
        batch.history_weights = weights;
        batch.exclude_offsets = excluded;
        batch.exclude_items = out_of;
        batch.k = kPlaces;
        batch.paths = paths;
        batch.n_filled = n_filled;
        batch.items = pages;
        recveil_recommend_request request = ask(4, items, n, 0, kPlaces);
        request.history.weights = weights;
        request.history.exclude = out_of;
        request.history.n_exclude = n_exclude;
        for (size_t many = 1; many <= 2; ++many) {
          size_t bytes = 0, count = 0;
          CHECK_OK(recveil_fold_scratch_size(engine, many, n + n_exclude, kPlaces, &bytes));
          const size_t shift = (n * 7 + n_exclude) % 64;
          memset(scratch, 0xA5, shift + bytes + 256);
          recveil_decision decision = RECVEIL_DECISION_INIT;
          CHECK_OK(many == 1 ? recveil_recommend(engine, &request, &decision, pages, NULL, &count,
                                                 scratch + shift, bytes)
                             : recveil_recommend_batch(engine, &batch, scratch + shift, bytes));
          for (size_t i = 0; i < shift; ++i) CHECK(scratch[i] == 0xA5);
          for (size_t i = 0; i < 256; ++i) CHECK(scratch[shift + bytes + i] == 0xA5);
        }
      }
    }
    recveil_engine_close(engine);
  }
}

static void errors_show_nothing(void) {
  static host_folds folds;
  recveil_engine *engine = open_engine(HOST_FOLDS_YAML, &folds, RECVEIL_FOLD_FACTORS);
  recveil_recommend_request request = ask(1, history[0], 4, 0, 5);
  recveil_decision decision = RECVEIL_DECISION_INIT;
  uint32_t items[5];
  float weights[4] = {1, 2, 0, 1};
  size_t n = 9;
#define REFUSED(status, text, call)               \
  do {                                            \
    n = 9;                                        \
    decision.path = RECVEIL_PATH_FOLD;            \
    CHECK_FAILS(status, text, call);              \
    CHECK_EQ(0, n);                               \
    CHECK_EQ(RECVEIL_PATH_REFUSE, decision.path); \
  } while (0)
#define ASK recveil_recommend(engine, &request, &decision, items, NULL, &n, NULL, 0)
  REFUSED(RECVEIL_E_BUFFER, "needed are",
          recveil_recommend(engine, &request, &decision, items, NULL, &n, scratch, 100));
  REFUSED(RECVEIL_E_ARGUMENT, "scratch",
          recveil_recommend(engine, &request, &decision, items, NULL, &n, NULL, 100));
  REFUSED(RECVEIL_E_ARGUMENT, "items",
          recveil_recommend(engine, &request, &decision, NULL, NULL, &n, NULL, 0));
  request.history.items = NULL;
  REFUSED(RECVEIL_E_ARGUMENT, "history.items", ASK);
  request.history.items = history[0];
  request.history.weights = weights;
  REFUSED(RECVEIL_E_ARGUMENT, "history.weights: number 2", ASK);
  request.history.weights = NULL;
  request.history.n_exclude = 2;
  REFUSED(RECVEIL_E_ARGUMENT, "history.exclude", ASK);
  request.history.n_exclude = 0;
  request.membership = 4;
  REFUSED(RECVEIL_E_ARGUMENT, "membership", ASK);
  request.membership = 0;
  request.flags = 1;
  REFUSED(RECVEIL_E_UNSUPPORTED, "flags", ASK);
  request.flags = 0;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "decision",
              recveil_recommend(engine, &request, NULL, items, NULL, &n, NULL, 0));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "n_filled",
              recveil_recommend(engine, &request, &decision, items, NULL, NULL, NULL, 0));
  CHECK_OK(ASK);
  CHECK_EQ(5, n);

  const recveil_user users[] = {1, 2};
  const size_t offsets[] = {0, 2, 4}, falling[] = {0, 3, 2};
  recveil_path paths[2];
  uint32_t n_filled[2], pages[4];
  recveil_recommend_pages batch = RECVEIL_RECOMMEND_PAGES_INIT;
  batch.n_users = 2;
  batch.users = users;
  batch.history_offsets = falling;
  batch.history_items = history[0];
  batch.k = 2;
  batch.paths = paths;
  batch.n_filled = n_filled;
  batch.items = pages;
  n_filled[0] = n_filled[1] = 9;
  paths[0] = paths[1] = RECVEIL_PATH_FOLD;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "history_offsets",
              recveil_recommend_batch(engine, &batch, NULL, 0));
  CHECK(n_filled[0] == 0 && n_filled[1] == 0);
  CHECK(paths[0] == RECVEIL_PATH_REFUSE && paths[1] == RECVEIL_PATH_REFUSE);
  batch.history_offsets = offsets;
  CHECK_FAILS(RECVEIL_E_BUFFER, "needed are", recveil_recommend_batch(engine, &batch, scratch, 9));
  CHECK_OK(recveil_recommend_batch(engine, &batch, NULL, 0));
  CHECK_EQ(2, n_filled[1]);
  recveil_engine_close(engine);
}

/* The pool and the folds have the same item numbers, whichever comes first. */
static void item_numbers_agree(void) {
  static host_folds folds;
  recveil_engine *engine = host_open(HOST_FOLDS_YAML);
  CHECK_OK(host_publish_items(engine, 40, 1)); /* a pool of 20: items 1 to 20 */
  host_make_folds(&folds, RECVEIL_FOLD_FACTORS, 1, 1);
  CHECK_OK(recveil_publish_folds(engine, &folds.folds));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "popularity.items: the pool has item 40",
              host_publish_items(engine, 40, 21));
  CHECK_EQ(1, host_info(engine).pool_version);
  CHECK_OK(host_publish_items(engine, 40, 20)); /* items 20 to 39 */
  host_make_folds(&folds, RECVEIL_FOLD_FACTORS, 2, 1);
  for (int f = 0; f < HOST_FOLDS; ++f) folds.models[f].n_items = 39;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "n_items: the pool has item 39",
              recveil_publish_folds(engine, &folds.folds));
  CHECK_EQ(1, host_info(engine).model_version);
  recveil_engine_close(engine);
}

static void many_are_those_of_one(void) {
  recveil_engine *engine = host_open(HOST_FOLDS_YAML);
  recveil_user persons[100], users[3], one = 0;
  uint16_t folds[100], fold = 0;
  for (size_t i = 0; i < 100; ++i) persons[i] = i * i;
  CHECK_OK(recveil_folds_of(engine, persons, 100, folds));
  for (size_t i = 0; i < 100; ++i) {
    CHECK_OK(recveil_fold_of(engine, persons[i], &fold));
    CHECK_EQ(fold, folds[i]);
  }
  const size_t offsets[] = {0, 3, 6, 9}, empty[] = {0, 3, 3, 9}, falling[] = {0, 3, 2, 9};
  CHECK_OK(recveil_users_from_bytes(engine, "annbobeve", offsets, 3, users));
  CHECK_OK(recveil_user_from_bytes(engine, "bob", 3, &one));
  CHECK(users[1] == one && users[0] != one);
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "id 1 is empty",
              recveil_users_from_bytes(engine, "annbobeve", empty, 3, users));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "offsets",
              recveil_users_from_bytes(engine, "annbobeve", falling, 3, users));
  recveil_engine_close(engine);
}

int main(void) {
  it_is_the_three_calls();
  pages_continue_each_other();
  other_paths_show_nothing_of_their_own();
  a_batch_is_its_single_calls();
  it_stays_in_its_scratch();
  errors_show_nothing();
  item_numbers_agree();
  many_are_those_of_one();
  return host_result();
}

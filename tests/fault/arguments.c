/* The broken client: NULL everywhere, sizes that cannot be, enums that are none, structs of noise.
   No call may crash; what can be told to be wrong is refused. */
#include <sys/mman.h>

#include "support/host_folds.h"
#include "support/host_text.h"

static recveil_engine *engine;
static host_text text;

static void all_arguments_null(void) {
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_engine_open(NULL, 0, NULL, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_engine_open_file(NULL, NULL, NULL));
  recveil_engine_close(NULL);
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_engine_reload(NULL, NULL, 0));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_engine_reload_file(NULL, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_engine_refresh(NULL, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_engine_get_info(NULL, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_user_from_bytes(NULL, NULL, 0, NULL));
  CHECK_FAILS(RECVEIL_E_CONFIG, "keys", recveil_config_check("", 0, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_key_generate(NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_publish_popularity(NULL, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_pool_read(NULL, 0, NULL, 0, NULL, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_publish_users(NULL, 0, 0, NULL, 0));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_route(NULL, NULL, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_serve(NULL, NULL, NULL, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_route_batch(NULL, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_serve_batch(NULL, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_fold_of(NULL, 0, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_publish_folds(NULL, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_fold_scratch_size(NULL, 1, 0, 0, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_fold_scratch_size(NULL, 2, 0, 0, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_fold_scratch_size(NULL, 1, 0, 0, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", host_fold_in(NULL, NULL, NULL, 0, NULL, 0, NULL, 0));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "",
              recveil_fold_in_batch(NULL, 0, NULL, NULL, 0, NULL, NULL, NULL, NULL, 0, NULL, 0));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "",
              host_fold_rank(NULL, NULL, NULL, 0, 0, NULL, NULL, NULL, NULL, NULL, 0));
  recveil_erase_map_close(NULL);
  CHECK(recveil_erase_method_name(0) == NULL && recveil_erase_method_name(UINT32_MAX) == NULL);
  CHECK(recveil_stale_name(0) == NULL && recveil_stale_name(3) == NULL);
  CHECK(recveil_stale_name(1u << 31) == NULL);
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_erase_fit(NULL, NULL, NULL, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_erase_stats_size(0, 0, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_erase_stats_init(NULL, 0, 0, 0));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_erase_stats_add(NULL, 0, NULL, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_erase_stats_merge(NULL, 0, NULL, 0));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_erase_stats_check(NULL, 0, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_erase_fit_stats(NULL, NULL, NULL, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_erase_map_open(NULL, 0, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_erase_map_get_info(NULL, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_erase_map_get_class(NULL, 0, 0, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_erase_map_write(NULL, NULL, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_erase_apply(NULL, NULL, NULL, NULL, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_publish_erasures(NULL, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_decoys_fit(0, NULL, NULL, 0, NULL, 0, NULL, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_decoys(NULL, 0, 0, NULL, 0, NULL, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_metrics_write(NULL, NULL, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_audit_run(NULL, 0, NULL, NULL, NULL));
}

static void all_but_the_engine_null(void) {
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_engine_reload(engine, NULL, 9));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_engine_get_info(engine, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_user_from_bytes(engine, NULL, 9, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_publish_popularity(engine, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_pool_read(engine, 0, NULL, 9, NULL, NULL));
  CHECK_OK(recveil_pool_read(engine, 0, NULL, 0, NULL, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_publish_users(engine, 1, 1, NULL, 9));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_route(engine, NULL, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_serve(engine, NULL, NULL, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_route_batch(engine, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_serve_batch(engine, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_fold_of(engine, 0, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_folds_of(engine, NULL, 9, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_users_from_bytes(engine, NULL, NULL, 9, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "",
              recveil_recommend(engine, NULL, NULL, NULL, NULL, NULL, NULL, 0));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_recommend_batch(engine, NULL, NULL, 0));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_publish_folds(engine, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_fold_scratch_size(engine, 1, 9, 0, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", host_fold_in(engine, NULL, NULL, 9, NULL, 9, NULL, 9));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "",
              recveil_fold_in_batch(engine, 0, NULL, NULL, 9, NULL, NULL, NULL, NULL, 9, NULL, 9));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "",
              host_fold_rank(engine, NULL, NULL, 9, 9, NULL, NULL, NULL, NULL, NULL, 9));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_publish_erasures(engine, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_decoys(engine, 0, 0, NULL, 9, NULL, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_metrics_write(engine, NULL, NULL));
}

static void struct_size_is_nonsense(void) {
  static const uint32_t sizes[] = {0, 1, 3, 7, UINT32_MAX, UINT32_MAX - 7, 0x80000000u};
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; ++i) {
    recveil_engine_options options = RECVEIL_ENGINE_OPTIONS_INIT;
    recveil_popularity popularity = RECVEIL_POPULARITY_INIT;
    recveil_request request = RECVEIL_REQUEST_INIT;
    recveil_decision decision = RECVEIL_DECISION_INIT;
    recveil_page page = RECVEIL_PAGE_INIT;
    recveil_batch batch;
    memset(&batch, 0, sizeof batch);
    options.struct_size = popularity.struct_size = request.struct_size = page.struct_size =
        batch.struct_size = sizes[i];
    recveil_engine *other = NULL;
    recveil_slate slate = RECVEIL_SLATE_INIT;
    CHECK(host_try_open(&other, &options, "keys: {ephemeral: true}") < 0);
    CHECK(recveil_publish_popularity(engine, &popularity) < 0);
    CHECK(recveil_route(engine, &request, &decision) < 0);
    CHECK(recveil_serve(engine, &decision, &page, &slate) < 0);
    CHECK(recveil_route_batch(engine, &batch) < 0);
    CHECK(recveil_serve_batch(engine, &batch) < 0);
    decision.struct_size = sizes[i];
    page.struct_size = sizeof page;
    CHECK(recveil_serve(engine, &decision, &page, &slate) < 0);
  }
}

static void counts_overflow(void) {
  uint64_t numbers[128] = {1, 2, 3};
  uint32_t small[128] = {0};
  recveil_path paths[128] = {0};
  static const size_t counts[] = {SIZE_MAX,         SIZE_MAX - 1,     SIZE_MAX / 2,   SIZE_MAX / 4,
                                  SIZE_MAX / 4 + 1, SIZE_MAX / 8 + 1, (size_t)1 << 61};
  for (size_t i = 0; i < sizeof counts / sizeof counts[0]; ++i) {
    const size_t n = counts[i];
    recveil_popularity popularity = RECVEIL_POPULARITY_INIT;
    popularity.counts = numbers;
    popularity.n_items = n;
    CHECK_FAILS(RECVEIL_E_ARGUMENT, "count", recveil_publish_popularity(engine, &popularity));
    popularity.items = small;
    CHECK_FAILS(RECVEIL_E_ARGUMENT, "count", recveil_publish_popularity(engine, &popularity));
    CHECK_FAILS(RECVEIL_E_ARGUMENT, "users", recveil_publish_users(engine, 1, 1, numbers, n));
    recveil_batch batch;
    memset(&batch, 0, sizeof batch);
    batch.struct_size = sizeof batch;
    batch.n_users = n;
    batch.users = numbers;
    batch.paths = paths;
    CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_route_batch(engine, &batch));
    batch.n_filled = small;
    batch.positions = small;
    batch.k = 1;
    CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_serve_batch(engine, &batch));
    const recveil_status read = recveil_pool_read(engine, 0, small, n, NULL, NULL);
    CHECK(read == RECVEIL_E_ARGUMENT || read == RECVEIL_OK);
    recveil_engine *other = NULL;
    recveil_user user;
    if (n <= SIZE_MAX / 2) continue;
    CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_engine_open("x", n, NULL, &other));
    CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_engine_reload(engine, "x", n));
    CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_config_check("x", n, NULL));
    CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_user_from_bytes(engine, "x", n, &user));
    CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_audit_run("x", n, NULL, host_text_write, &text));
  }
}

/* Values of the enums and far beyond them. */
static void enums_of_noise(void) {
  for (unsigned value = 0; value < 256; ++value) {
    recveil_request request = RECVEIL_REQUEST_INIT;
    recveil_decision decision = RECVEIL_DECISION_INIT;
    request.membership = (recveil_membership)value;
    CHECK(recveil_route(engine, &request, &decision) ==
          (value <= RECVEIL_MEMBERSHIP_NONMEMBER ? RECVEIL_OK : RECVEIL_E_ARGUMENT));
    decision = host_route(engine, 1, RECVEIL_MEMBERSHIP_NONMEMBER);
    decision.path = (recveil_path)value;
    recveil_page page = RECVEIL_PAGE_INIT;
    page.k = 2;
    uint32_t positions[2];
    recveil_slate slate = RECVEIL_SLATE_INIT;
    slate.positions = positions;
    CHECK(recveil_serve(engine, &decision, &page, &slate) ==
          (value > 0 && value <= RECVEIL_PATH_FOLD ? RECVEIL_OK : RECVEIL_E_ARGUMENT));
    decision = host_route(engine, 1, RECVEIL_MEMBERSHIP_NONMEMBER);
    decision.reason = (recveil_reason)value; /* only informs */
    CHECK_OK(recveil_serve(engine, &decision, &page, &slate));
  }
}

/* Structs of random bytes, where only the pointers are true. */
static void structs_of_noise(void) {
  uint64_t seed = 88172645463325252u;
  unsigned served = 0;
  for (int round = 0; round < 20000; ++round) {
    unsigned char noise[192];
    for (size_t i = 0; i < sizeof noise; ++i) {
      seed ^= seed << 13;
      seed ^= seed >> 7;
      seed ^= seed << 17;
      noise[i] = (unsigned char)(seed >> 24);
      if ((seed & 0x700) != 0) noise[i] = 0; /* mostly small numbers */
    }
    recveil_request request;
    recveil_decision decision;
    recveil_page page;
    uint32_t seen[256] = {0}, positions[256];
    memcpy(&request, noise, sizeof request);
    memcpy(&decision, noise + sizeof request, sizeof decision);
    memcpy(&page, noise + sizeof request + sizeof decision, sizeof page);
    request.struct_size = sizeof request;
    decision.struct_size = sizeof decision;
    page.struct_size = sizeof page;
    if (round % 2 == 0) { /* nearly a request */
      request.flags = decision.flags = page.flags = page.offset = 0;
      decision.path = (recveil_path)(1 + round % 3);
      decision.pool_version %= 2;
    }
    page.n_seen %= 256;
    page.k %= 256;
    page.seen = seen;
    for (size_t i = 0; i < 256; ++i) seen[i] = noise[i % sizeof noise] % 128u;
    recveil_slate slate = RECVEIL_SLATE_INIT;
    slate.positions = positions;
    slate.n_filled = 999;
    const recveil_status status = recveil_serve(engine, &decision, &page, &slate);
    CHECK(status == RECVEIL_OK ? slate.n_filled <= page.k : slate.n_filled == 0);
    served += status == RECVEIL_OK && slate.n_filled > 0;
    const recveil_status routed = recveil_route(engine, &request, &decision);
    CHECK(routed == RECVEIL_OK || decision.path == RECVEIL_PATH_REFUSE);
  }
  CHECK(served > 100); /* some of the noise was a request */
}

/* A size that no struct will ever have is not followed into memory that is not there. */
static void struct_size_leads_off_the_map(void) {
  const size_t page_size = (size_t)sysconf(_SC_PAGESIZE);
  unsigned char *pages =
      mmap(NULL, 2 * page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  CHECK(pages != MAP_FAILED && mprotect(pages + page_size, page_size, PROT_NONE) == 0);
  recveil_request request = RECVEIL_REQUEST_INIT;
  recveil_decision decision = RECVEIL_DECISION_INIT;
  request.struct_size = UINT32_MAX;
  unsigned char *at = pages + page_size - sizeof request;
  memcpy(at, &request, sizeof request);
  CHECK(recveil_route(engine, (const recveil_request *)(const void *)at, &decision) < 0);
  CHECK(munmap(pages, 2 * page_size) == 0);
}

int main(void) {
  engine = host_open("serving: {list_length: 10, ratio: 0.5}\nkeys: {ephemeral: true}");
  CHECK_OK(host_publish_items(engine, 100, 0));
  const recveil_engine_info before = host_info(engine);
  all_arguments_null();
  all_but_the_engine_null();
  struct_size_is_nonsense();
  counts_overflow();
  enums_of_noise();
  structs_of_noise();
  struct_size_leads_off_the_map();
  const recveil_engine_info after = host_info(engine);
  CHECK(memcmp(&before, &after, sizeof before) == 0);
  recveil_engine_close(engine);
  return host_result();
}

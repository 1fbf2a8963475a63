/* Structs and arrays at odd addresses, as a client gets them from a packed buffer: each call works,
   or refuses with E_ARGUMENT. A sanitizer build (undefined) checks that nothing is read misaligned.
 */
#include "support/host_engine.h"

static recveil_engine *engine;
static unsigned char field[1 << 12];

/* The bytes at an odd address. */
static void *odd(const void *bytes, size_t n) {
  memset(field, 0, sizeof field);
  memcpy(field + 1, bytes, n);
  return field + 1;
}

#define WORKS_OR_REFUSED(call)                             \
  do {                                                     \
    const recveil_status got = (call);                     \
    CHECK(got == RECVEIL_OK || got == RECVEIL_E_ARGUMENT); \
    refused += got == RECVEIL_E_ARGUMENT;                  \
  } while (0)

static unsigned refused;

static void structs(void) {
  const recveil_engine_options options = RECVEIL_ENGINE_OPTIONS_INIT;
  const recveil_request request = RECVEIL_REQUEST_INIT;
  recveil_decision decision = host_route(engine, 1, RECVEIL_MEMBERSHIP_NONMEMBER);
  recveil_page page = RECVEIL_PAGE_INIT;
  page.k = 2;
  uint32_t positions[8];
  recveil_slate slate = RECVEIL_SLATE_INIT;
  slate.positions = positions;
  const recveil_engine_info info = RECVEIL_ENGINE_INFO_INIT;
  const uint64_t counts[] = {3, 2, 1};
  recveil_popularity popularity = RECVEIL_POPULARITY_INIT;
  popularity.counts = counts;
  popularity.n_items = 3;
  const recveil_user users[] = {1};
  recveil_path paths[1] = {RECVEIL_PATH_POOL};
  uint32_t filled[1];
  recveil_batch batch;
  memset(&batch, 0, sizeof batch);
  batch.struct_size = sizeof batch;
  batch.n_users = 1;
  batch.users = users;
  batch.paths = paths;
  batch.n_filled = filled;
  batch.positions = positions;
  batch.k = 2;

  recveil_engine *other = NULL;
  WORKS_OR_REFUSED(host_try_open(&other, odd(&options, sizeof options), "keys: {ephemeral: true}"));
  recveil_engine_close(other);
  WORKS_OR_REFUSED(recveil_route(engine, odd(&request, sizeof request), &decision));
  WORKS_OR_REFUSED(recveil_route(engine, &request, odd(&decision, sizeof decision)));
  decision = host_route(engine, 1, RECVEIL_MEMBERSHIP_NONMEMBER);
  WORKS_OR_REFUSED(recveil_serve(engine, odd(&decision, sizeof decision), &page, &slate));
  WORKS_OR_REFUSED(recveil_serve(engine, &decision, odd(&page, sizeof page), &slate));
  WORKS_OR_REFUSED(recveil_serve(engine, &decision, &page, odd(&slate, sizeof slate)));
  WORKS_OR_REFUSED(recveil_engine_get_info(engine, odd(&info, sizeof info)));
  WORKS_OR_REFUSED(recveil_publish_popularity(engine, odd(&popularity, sizeof popularity)));
  WORKS_OR_REFUSED(recveil_route_batch(engine, odd(&batch, sizeof batch)));
  WORKS_OR_REFUSED(recveil_serve_batch(engine, odd(&batch, sizeof batch)));
}

static void arrays(void) {
  const uint64_t numbers[] = {3, 2, 1, 4};
  recveil_popularity popularity = RECVEIL_POPULARITY_INIT;
  popularity.counts = odd(numbers, sizeof numbers);
  popularity.n_items = 4;
  WORKS_OR_REFUSED(recveil_publish_popularity(engine, &popularity));
  popularity.counts = numbers;
  popularity.items = odd(numbers, sizeof numbers);
  WORKS_OR_REFUSED(recveil_publish_popularity(engine, &popularity));
  WORKS_OR_REFUSED(recveil_publish_users(engine, RECVEIL_USERS_ERASED, RECVEIL_SET_ADD,
                                         odd(numbers, sizeof numbers), 4));
  const recveil_decision decision = host_route(engine, 100, RECVEIL_MEMBERSHIP_NONMEMBER);
  const uint32_t seen[] = {0, 1};
  uint32_t positions[2];
  recveil_page page = RECVEIL_PAGE_INIT;
  page.k = 2;
  page.n_seen = 2;
  page.seen = odd(seen, sizeof seen);
  recveil_slate slate = RECVEIL_SLATE_INIT;
  slate.positions = positions;
  WORKS_OR_REFUSED(recveil_serve(engine, &decision, &page, &slate));
  page.seen = seen;
  slate.positions = odd(positions, sizeof positions);
  WORKS_OR_REFUSED(recveil_serve(engine, &decision, &page, &slate));
}

static void scalars(void) {
  uint32_t items[64] = {0};
  const uint64_t zero = 0;
  WORKS_OR_REFUSED(recveil_pool_read(engine, 0, odd(items, sizeof items), 64, NULL, NULL));
  WORKS_OR_REFUSED(recveil_pool_read(engine, 0, items, 64, odd(&zero, sizeof zero), NULL));
  WORKS_OR_REFUSED(recveil_pool_read(engine, 0, items, 64, NULL, odd(&zero, sizeof zero)));
  WORKS_OR_REFUSED(recveil_user_from_bytes(engine, "ann", 3, odd(&zero, sizeof zero)));
  recveil_engine *none = NULL;
  recveil_engine **out = odd(&none, sizeof none);
  WORKS_OR_REFUSED(host_try_open(out, NULL, "keys: {ephemeral: true}"));
  memcpy(&none, out, sizeof none);
  recveil_engine_close(none);
}

/* Each array of a batch in turn. */
static void batch_arrays(void) {
  const recveil_user users[] = {1, 2};
  const uint32_t n_host[] = {5, 5}, seen[] = {0, 1};
  const size_t offsets[] = {0, 1, 2};
  recveil_path paths[2] = {0};
  uint32_t counts[2], positions[4];
  recveil_batch good;
  memset(&good, 0, sizeof good);
  good.struct_size = sizeof good;
  good.n_users = 2;
  good.k = 2;
  good.users = users;
  good.paths = paths;
  good.n_host = n_host;
  good.seen_offsets = offsets;
  good.seen = seen;
  good.n_filled = counts;
  good.positions = positions;
  CHECK_OK(recveil_route_batch(engine, &good));
  CHECK_OK(recveil_serve_batch(engine, &good));
  for (int which = 0; which < 7; ++which) {
    recveil_batch batch = good;
    if (which == 0) batch.users = odd(users, sizeof users);
    if (which == 1) batch.n_history = odd(n_host, sizeof n_host);
    if (which == 2) batch.n_host = odd(n_host, sizeof n_host);
    if (which == 3) batch.seen_offsets = odd(offsets, sizeof offsets);
    if (which == 4) batch.seen = odd(seen, sizeof seen);
    if (which == 5) batch.n_filled = odd(counts, sizeof counts);
    if (which == 6) batch.positions = odd(positions, sizeof positions);
    WORKS_OR_REFUSED(recveil_route_batch(engine, &batch));
    WORKS_OR_REFUSED(recveil_serve_batch(engine, &batch));
  }
}

int main(void) {
  engine = host_open("serving: {list_length: 10, ratio: 0.5}\nkeys: {ephemeral: true}");
  CHECK_OK(host_publish_items(engine, 100, 0));
  structs();
  arrays();
  scalars();
  batch_arrays();
  printf("%u calls refused what was misaligned\n", refused);
  recveil_engine_close(engine);
  return host_result();
}

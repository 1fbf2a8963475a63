/* screen_window.h: the trusted window, a flat buffer that any engine can reduce. */
#include "support/host_screen.h"

static host_accounts accounts;
static recveil_engine *engine;

static recveil_screen_window_info info_of(host_window window) {
  recveil_screen_window_info info = RECVEIL_SCREEN_WINDOW_INFO_INIT;
  CHECK_OK(recveil_screen_window_check(window.bytes, window.size, &info));
  return info;
}

/* People [first, first + n) of one crowd. */
static void slice(host_accounts *from, size_t first, size_t n, recveil_screen_accounts *out) {
  static size_t offsets[HOST_MOST + 1];
  for (size_t u = 0; u <= n; ++u) offsets[u] = from->offsets[first + u] - from->offsets[first];
  *out = from->accounts;
  out->n_accounts = n;
  out->users += first;
  out->offsets = offsets;
  out->items += from->offsets[first];
  out->ratings += from->offsets[first];
  out->arrived_at += first;
}

static void add_slice(host_window window, size_t first, size_t n) {
  recveil_screen_accounts part;
  slice(&accounts, first, n, &part);
  CHECK_OK(recveil_screen_window_add(engine, window.bytes, window.size, &part));
}

static void it_counts(void) {
  const host_window window = host_make_window(engine, &accounts);
  const recveil_screen_window_info info = info_of(window);
  CHECK_EQ(HOST_WINDOW, info.n_accounts);
  CHECK_EQ(accounts.offsets[HOST_WINDOW], info.n_interactions);
  CHECK_EQ(HOST_WINDOW, info.n_sampled_accounts); /* all fit */
  CHECK_EQ(info.n_interactions, info.n_sampled_interactions);
  CHECK_EQ(HOST_ITEMS, info.n_items);
  CHECK_EQ(0, info.implicit);
  free(window.bytes);
}

/* One window, or parts of it in any order and grouping: the same bytes; also where the sample is
   full. */
static void any_reduction_gives_the_same_bytes(uint32_t most_accounts, uint64_t most_interactions) {
  recveil_screen_window_shape shape = host_shape();
  shape.sample_accounts = most_accounts;
  shape.sample_interactions = most_interactions;
  host_people(&accounts, 3, 1, 600);
  const host_window whole = host_empty_window(shape);
  add_slice(whole, 0, 600);
  const recveil_screen_window_info info = info_of(whole);
  CHECK(info.n_sampled_accounts <= most_accounts &&
        info.n_sampled_interactions <= most_interactions);
  CHECK(info.n_sampled_accounts > 0);

  const host_window steps = host_empty_window(shape);
  for (size_t first = 600; first > 0; first -= 100) add_slice(steps, first - 100, 100);
  CHECK(memcmp(whole.bytes, steps.bytes, whole.size) == 0);

  host_window parts[4];
  static const size_t cuts[5] = {0, 7, 200, 201, 600};
  for (size_t p = 0; p < 4; ++p) {
    parts[p] = host_empty_window(shape);
    add_slice(parts[p], cuts[p], cuts[p + 1] - cuts[p]);
  }
  /* ((2 + 0) + (3 + 1)) */
  CHECK_OK(
      recveil_screen_window_merge(parts[2].bytes, parts[2].size, parts[0].bytes, parts[0].size));
  CHECK_OK(
      recveil_screen_window_merge(parts[3].bytes, parts[3].size, parts[1].bytes, parts[1].size));
  CHECK_OK(
      recveil_screen_window_merge(parts[2].bytes, parts[2].size, parts[3].bytes, parts[3].size));
  CHECK(memcmp(whole.bytes, parts[2].bytes, whole.size) == 0);
  for (size_t p = 0; p < 4; ++p) free(parts[p].bytes);
  free(whole.bytes);
  free(steps.bytes);
}

static void wrong_shapes_are_refused(void) {
  size_t bytes = 77;
  recveil_screen_window_shape shape = host_shape();
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "is NULL", recveil_screen_window_size(NULL, &bytes));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "bytes", recveil_screen_window_size(&shape, NULL));
  shape.n_items = 0;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "n_items", recveil_screen_window_size(&shape, &bytes));
  shape = host_shape();
  shape.rating_max = 1;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "rating_min", recveil_screen_window_size(&shape, &bytes));
  shape.flags = 1;
  CHECK_FAILS(RECVEIL_E_UNSUPPORTED, "flags", recveil_screen_window_size(&shape, &bytes));
  shape = host_shape();
  shape.sample_interactions = UINT64_MAX;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "sample_interactions",
              recveil_screen_window_size(&shape, &bytes));
  CHECK_EQ(77, bytes);
  shape = host_shape();
  const host_window window = host_empty_window(shape);
  CHECK_FAILS(RECVEIL_E_BUFFER, "needs",
              recveil_screen_window_init(&shape, window.bytes, window.size - 1));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "NULL", recveil_screen_window_init(&shape, NULL, window.size));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "aligned",
              recveil_screen_window_init(&shape, (char *)window.bytes + 4, window.size));
  shape.seed = 8;
  const host_window other = host_empty_window(shape);
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "shape",
              recveil_screen_window_merge(window.bytes, window.size, other.bytes, other.size));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "overlaps",
              recveil_screen_window_merge(window.bytes, window.size, window.bytes, window.size));
  free(other.bytes);
  free(window.bytes);
}

/* Whatever is wrong with one account, the window stays as it was. */
static void wrong_accounts_change_nothing(void) {
  const host_window window = host_make_window(engine, &accounts);
  void *before = malloc(window.size);
  memcpy(before, window.bytes, window.size);
  host_people(&accounts, 5, 5000, 20);
  recveil_screen_accounts *in = &accounts.accounts;
#define REFUSED(status, words) \
  CHECK_FAILS(status, words, recveil_screen_window_add(engine, window.bytes, window.size, in))
  accounts.items[accounts.offsets[20] - 1] = HOST_ITEMS;
  REFUSED(RECVEIL_E_ARGUMENT, "account 19: an item is not below n_items");
  accounts.items[accounts.offsets[20] - 1] = accounts.items[accounts.offsets[19]];
  REFUSED(RECVEIL_E_ARGUMENT, "account 19: a duplicate item");
  host_people(&accounts, 5, 5000, 20);
  accounts.ratings[3] = 5.5f;
  REFUSED(RECVEIL_E_DATA, "account 0: a rating outside");
  const uint32_t nan = 0x7fc00000;
  memcpy(&accounts.ratings[3], &nan, sizeof nan);
  REFUSED(RECVEIL_E_DATA, "account 0: a rating outside");
  host_people(&accounts, 5, 5000, 20);
  accounts.users[7] = accounts.users[3];
  REFUSED(RECVEIL_E_ARGUMENT, "a duplicate user");
  host_people(&accounts, 5, 5000, 20);
  accounts.offsets[4] = accounts.offsets[6];
  REFUSED(RECVEIL_E_ARGUMENT, "must not fall");
  accounts.offsets[0] = 1;
  REFUSED(RECVEIL_E_ARGUMENT, "begin with 0");
  host_people(&accounts, 5, 5000, 20);
  in->ratings = NULL;
  REFUSED(RECVEIL_E_ARGUMENT, "the window has ratings");
  in->users = NULL;
  REFUSED(RECVEIL_E_ARGUMENT, "accounts.users");
#undef REFUSED
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "NULL",
              recveil_screen_window_add(engine, window.bytes, window.size, NULL));
  CHECK(memcmp(before, window.bytes, window.size) == 0);
  free(before);
  free(window.bytes);
}

/* Any bit of the header, and bits here and there behind it, that a check should see: counts below
   others, a sample out of order. */
static void damage_is_seen(void) {
  const host_window window = host_make_window(engine, &accounts);
  unsigned char *bytes = (unsigned char *)window.bytes;
  CHECK_FAILS(RECVEIL_E_DATA, "cut short", recveil_screen_window_check(bytes, 100, NULL));
  CHECK_FAILS(RECVEIL_E_DATA, "cut short",
              recveil_screen_window_check(bytes, window.size - 1, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "NULL", recveil_screen_window_check(NULL, 1000, NULL));
  bytes[0] ^= 1;
  CHECK_FAILS(RECVEIL_E_DATA, "not a screening window",
              recveil_screen_window_check(bytes, window.size, NULL));
  bytes[0] ^= 1;
  bytes[7] = '4';
  CHECK_FAILS(RECVEIL_E_VERSION, "", recveil_screen_window_check(bytes, window.size, NULL));
  bytes[7] = '3';
  size_t unseen = 0;
  /* Everything but magic, seed (its order is checked) and what is reserved. */
  for (size_t at = 8; at < 104; ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      bytes[at] ^= (unsigned char)(1 << bit);
      unseen += recveil_screen_window_check(bytes, window.size, NULL) == RECVEIL_OK;
      bytes[at] ^= (unsigned char)(1 << bit);
    }
  }
  /* The number of accounts has room above the item counts, the scale above the ratings, and the
     threshold of a sample that is complete above its last account. */
  printf("%zu bits of 768 can be changed unseen\n", unseen);
  CHECK(unseen < 150);
  CHECK_OK(recveil_screen_window_check(bytes, window.size, NULL));
  const size_t entry = 128 + 6 * 8 * HOST_ITEMS;
  for (size_t at = entry; at < entry + 48; at += 8) {
    if (at == entry + 16 || at == entry + 24) continue; /* person and arrival: anything goes */
    bytes[at] ^= 1;
    CHECK_FAILS(RECVEIL_E_DATA, "damaged", recveil_screen_window_check(bytes, window.size, NULL));
    bytes[at] ^= 1;
  }
  free(window.bytes);
}

static void implicit_feedback_has_no_ratings(void) {
  recveil_screen_window_shape shape = host_shape();
  shape.rating_min = shape.rating_max = 0;
  const host_window window = host_empty_window(shape);
  host_people(&accounts, 5, 1, 30);
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "must be NULL",
              recveil_screen_window_add(engine, window.bytes, window.size, &accounts.accounts));
  accounts.accounts.ratings = NULL;
  accounts.accounts.arrived_at = NULL;
  CHECK_OK(recveil_screen_window_add(engine, window.bytes, window.size, &accounts.accounts));
  CHECK_EQ(1, info_of(window).implicit);
  free(window.bytes);
}

/* Windows of engines with different keys call one account by different names. */
static void keys_do_not_mix(void) {
  recveil_engine *stranger = host_open("keys: {ephemeral: true}");
  const host_window window = host_make_window(engine, &accounts);
  const host_window other = host_make_window(stranger, &accounts);
  host_people(&accounts, 5, 5000, 20);
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "another key",
              recveil_screen_window_add(stranger, window.bytes, window.size, &accounts.accounts));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "another key",
              recveil_screen_window_merge(window.bytes, window.size, other.bytes, other.size));
  CHECK_FAILS(RECVEIL_E_DATA, "another key",
              recveil_screen_train(stranger, window.bytes, window.size, NULL));
  free(window.bytes);
  free(other.bytes);
  recveil_engine_close(stranger);
}

/* Nobody's number is in the bytes: not at any place, in either order. */
static void users_are_stored_as_hashes(void) {
  const host_window window = host_empty_window(host_shape());
  const recveil_user first = 0x1122334455667788u;
  host_people(&accounts, 5, first, 3);
  static recveil_user persons[3] = {0x99aabbccddeeff01u, 0, 0x99aabbccddeeff01u};
  accounts.accounts.persons = persons;
  CHECK_OK(recveil_screen_window_add(engine, window.bytes, window.size, &accounts.accounts));
  const unsigned char *bytes = (const unsigned char *)window.bytes;
  for (size_t at = 0; at + 8 <= window.size; ++at) {
    uint64_t number;
    memcpy(&number, bytes + at, sizeof number);
    CHECK(number - first > 2 && number != persons[0]);
  }
  free(window.bytes);
}

int main(void) {
  engine = host_open("keys: {ephemeral: true}");
  it_counts();
  any_reduction_gives_the_same_bytes(HOST_MOST, HOST_MOST * 50);
  any_reduction_gives_the_same_bytes(100, HOST_MOST * 50);
  any_reduction_gives_the_same_bytes(HOST_MOST, 1500);
  any_reduction_gives_the_same_bytes(100, 41);
  wrong_shapes_are_refused();
  wrong_accounts_change_nothing();
  damage_is_seen();
  implicit_feedback_has_no_ratings();
  keys_do_not_mix();
  users_are_stored_as_hashes();
  recveil_engine_close(engine);
  return host_finish();
}

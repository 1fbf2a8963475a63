/* private.h: statistics as flat buffers, and what mu means. */
#include <math.h>

#include "support/host_private.h"

static host_crowd crowd;
static uint32_t catalogue[CROWD_CATALOGUE];

static recveil_private_stats_info info_of(host_stats stats) {
  recveil_private_stats_info info = RECVEIL_PRIVATE_STATS_INFO_INIT;
  CHECK_OK(recveil_private_stats_check(stats.bytes, stats.size, &info));
  return info;
}

static void merge(host_stats into, host_stats from) {
  CHECK_OK(recveil_private_stats_merge(into.bytes, into.size, from.bytes, from.size));
}

/* One block, or parts of the people in any order and grouping: the same bytes. */
static void any_reduction_gives_the_same_bytes(const uint32_t *items, uint32_t n) {
  const host_stats whole = host_empty_stats(items, n);
  host_add_people(whole, &crowd, 0, CROWD_PEOPLE);
  const recveil_private_stats_info info = info_of(whole);
  CHECK_EQ(CROWD_PEOPLE, info.n_people);
  CHECK_EQ(CROWD_ITEMS, info.n_items);
  CHECK_EQ(n, info.n_catalogue);

  static const size_t cuts[5] = {0, 7, 200, 201, CROWD_PEOPLE};
  host_stats parts[4];
  for (size_t p = 0; p < 4; ++p) {
    parts[p] = host_empty_stats(items, n);
    for (size_t first = cuts[p + 1]; first > cuts[p]; --first) {
      host_add_people(parts[p], &crowd, first - 1, 1);
    }
  }
  CHECK(memcmp(whole.bytes, parts[3].bytes, whole.size) != 0);
  merge(parts[2], parts[0]);
  merge(parts[3], parts[1]);
  merge(parts[2], parts[3]);
  CHECK(memcmp(whole.bytes, parts[2].bytes, whole.size) == 0);
  for (size_t p = 0; p < 4; ++p) free(parts[p].bytes);
  free(whole.bytes);
}

/* The definition: a person with h items adds floor(sqrt(2^40 / h)) to each, or floor(2^20 / h) to
   each pair of the catalogue. */
static void sums_are_those_of_the_definition(void) {
  const host_stats counts = host_empty_stats(NULL, 0);
  const host_stats gram = host_empty_stats(catalogue, CROWD_CATALOGUE);
  CHECK_EQ(64 + 8 * CROWD_ITEMS, counts.size);
  CHECK_EQ(64 + 4 * CROWD_CATALOGUE + 4 * CROWD_CATALOGUE * (CROWD_CATALOGUE + 1), gram.size);
  /* Items 3 and 10 are the first two of the catalogue; 0 is not in it. */
  static const size_t offsets[2] = {0, 3};
  static const uint32_t items[3] = {10, 0, 3};
  CHECK_EQ(3, catalogue[0]);
  CHECK_EQ(10, catalogue[1]);
  CHECK_OK(recveil_private_stats_add(counts.bytes, counts.size, offsets, items, 1));
  CHECK_OK(recveil_private_stats_add(gram.bytes, gram.size, offsets, items, 1));
  const int64_t *sums = (const int64_t *)((const char *)counts.bytes + 64);
  for (uint32_t i = 0; i < CROWD_ITEMS; ++i) {
    CHECK_EQ(i == 0 || i == 3 || i == 10 ? 605395 : 0, sums[i]); /* 2^20 / sqrt 3 = 605395.5 */
  }
  sums = (const int64_t *)((const char *)gram.bytes + 64 + 4 * CROWD_CATALOGUE);
  for (uint32_t i = 0; i < CROWD_CATALOGUE * (CROWD_CATALOGUE + 1) / 2; ++i) {
    CHECK_EQ(i == 0 || i == 1 || i == CROWD_CATALOGUE ? 1 << 19 : 0, sums[i]);
  }
  free(counts.bytes);
  free(gram.bytes);
}

static void wrong_shapes_are_refused(void) {
  size_t bytes = 77;
  recveil_private_shape shape = RECVEIL_PRIVATE_SHAPE_INIT;
#define REFUSED(status, words) \
  CHECK_FAILS(status, words, recveil_private_stats_size(&shape, &bytes))
  REFUSED(RECVEIL_E_ARGUMENT, "n_items");
  shape.n_items = UINT32_MAX;
  REFUSED(RECVEIL_E_ARGUMENT, "n_items");
  shape.n_items = 100000;
  shape.n_catalogue = 5;
  REFUSED(RECVEIL_E_ARGUMENT, "shape.catalogue");
  static uint32_t many[9000];
  for (uint32_t i = 0; i < 9000; ++i) many[i] = i;
  shape.catalogue = many;
  shape.n_catalogue = 9000;
  REFUSED(RECVEIL_E_ARGUMENT, "n_catalogue must be at most 8192");
  shape.n_catalogue = 5;
  many[3] = 1;
  REFUSED(RECVEIL_E_ARGUMENT, "duplicate item");
  many[3] = 100000;
  REFUSED(RECVEIL_E_ARGUMENT, "item out of range");
  many[3] = 3;
  shape.flags = 1;
  REFUSED(RECVEIL_E_UNSUPPORTED, "flags");
#undef REFUSED
  shape.flags = 0;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "is NULL", recveil_private_stats_size(NULL, &bytes));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "n_bytes", recveil_private_stats_size(&shape, NULL));
  CHECK_EQ(77, bytes);
  const host_stats counts = host_empty_stats(NULL, 0), gram = host_empty_stats(catalogue, 5);
  shape.n_items = CROWD_ITEMS;
  shape.n_catalogue = 0;
  CHECK_FAILS(RECVEIL_E_BUFFER, "are needed",
              recveil_private_stats_init(&shape, counts.bytes, counts.size - 1));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "is NULL", recveil_private_stats_init(&shape, NULL, counts.size));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "aligned",
              recveil_private_stats_init(&shape, (char *)counts.bytes + 4, counts.size));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "another shape",
              recveil_private_stats_merge(counts.bytes, counts.size, gram.bytes, gram.size));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "overlaps",
              recveil_private_stats_merge(gram.bytes, gram.size, gram.bytes, gram.size));
  free(counts.bytes);
  free(gram.bytes);
}

/* Whatever is wrong with one person, nothing is added. */
static void wrong_people_change_nothing(const uint32_t *items, uint32_t n) {
  const host_stats stats = host_empty_stats(items, n);
  host_add_people(stats, &crowd, 0, CROWD_PEOPLE);
  void *before = malloc(stats.size);
  memcpy(before, stats.bytes, stats.size);
  static const size_t offsets[4] = {0, 2, 2, 5};
  uint32_t rows[5] = {1, 2, 7, 8, 9};
#define REFUSED(words, offsets)          \
  CHECK_FAILS(RECVEIL_E_ARGUMENT, words, \
              recveil_private_stats_add(stats.bytes, stats.size, offsets, rows, 3))
  rows[4] = 7;
  REFUSED("person 2: a duplicate item", offsets);
  rows[4] = CROWD_ITEMS;
  REFUSED("person 2: an item is not below n_items", offsets);
  rows[4] = 9;
  static const size_t falling[4] = {0, 3, 2, 5};
  REFUSED("offsets", falling);
  REFUSED("offsets", NULL);
#undef REFUSED
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "items",
              recveil_private_stats_add(stats.bytes, stats.size, offsets, NULL, 3));
  CHECK(memcmp(before, stats.bytes, stats.size) == 0);
  CHECK_OK(recveil_private_stats_add(stats.bytes, stats.size, offsets, rows, 3));
  CHECK_EQ(CROWD_PEOPLE + 3, info_of(stats).n_people);
  free(before);
  free(stats.bytes);
}

static void damage_is_seen(void) {
  const host_stats stats = host_empty_stats(catalogue, CROWD_CATALOGUE);
  host_add_people(stats, &crowd, 0, CROWD_PEOPLE);
  unsigned char *bytes = (unsigned char *)stats.bytes;
#define SEEN(status, words, size) \
  CHECK_FAILS(status, words, recveil_private_stats_check(bytes, size, NULL))
  SEEN(RECVEIL_E_DATA, "cut short", 63);
  SEEN(RECVEIL_E_DATA, "cut short", stats.size - 1);
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "NULL", recveil_private_stats_check(NULL, 1000, NULL));
  bytes[0] ^= 1;
  SEEN(RECVEIL_E_DATA, "", stats.size);
  bytes[0] ^= 1;
  bytes[7] = '2';
  SEEN(RECVEIL_E_VERSION, "version", stats.size);
  bytes[7] = '1';
  bytes[63] ^= 1; /* reserved */
  SEEN(RECVEIL_E_DATA, "damaged", stats.size);
  bytes[63] ^= 1;
  bytes[64] = bytes[68]; /* an item of the catalogue twice */
  SEEN(RECVEIL_E_DATA, "the catalogue", stats.size);
  bytes[64] = (unsigned char)catalogue[0];
  bytes[stats.size - 1] ^= 0x80; /* a sum below 0 */
  SEEN(RECVEIL_E_DATA, "a sum", stats.size);
  bytes[stats.size - 1] ^= 0x80;
  memset(bytes + 16, 0, 8); /* of nobody */
  SEEN(RECVEIL_E_DATA, "a sum", stats.size);
#undef SEEN
  free(stats.bytes);
}

static void mu_is_that_of_the_table(void) {
  static const double table[5][3] = {
      {1, .237, .566}, {2, .448, .624}, {4, .838, .723}, {8, 1.532, .861}, {16, 2.713, .972}};
  double mu = 0;
  recveil_private_bounds bounds = RECVEIL_PRIVATE_BOUNDS_INIT;
  for (size_t row = 0; row < 5; ++row) {
    CHECK_OK(recveil_private_mu(table[row][0], 1e-6, &mu));
    CHECK(fabs(mu - table[row][1]) < 5e-4);
    CHECK_OK(recveil_private_bounds_of(mu, 1e-6, .01, &bounds));
    CHECK(fabs(bounds.epsilon - table[row][0]) < 1e-9 * table[row][0]);
    CHECK(fabs(bounds.auc - table[row][2]) < 1e-3);
    CHECK(bounds.tpr > .01 && bounds.tpr < 1);
  }
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "epsilon", recveil_private_mu(0, 1e-6, &mu));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "epsilon", recveil_private_mu(NAN, 1e-6, &mu));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "delta", recveil_private_mu(1, 1, &mu));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "delta", recveil_private_mu(1, 0, &mu));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "mu", recveil_private_mu(1, .1, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "mu", recveil_private_bounds_of(0, 1e-6, .01, &bounds));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "mu", recveil_private_bounds_of(INFINITY, 1e-6, .01, &bounds));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "fpr", recveil_private_bounds_of(1, 1e-6, 1, &bounds));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "delta", recveil_private_bounds_of(1, 1, .01, &bounds));
}

int main(void) {
  host_make_crowd(&crowd, 1);
  for (uint32_t i = 0; i < CROWD_CATALOGUE; ++i) catalogue[i] = (i * 7 + 3) % CROWD_ITEMS;
  any_reduction_gives_the_same_bytes(NULL, 0);
  any_reduction_gives_the_same_bytes(catalogue, CROWD_CATALOGUE);
  sums_are_those_of_the_definition();
  wrong_shapes_are_refused();
  wrong_people_change_nothing(NULL, 0);
  wrong_people_change_nothing(catalogue, CROWD_CATALOGUE);
  damage_is_seen();
  mu_is_that_of_the_table();
  return host_result();
}

/* erase.h and erase_stats.h: fitting, writing, applying, as a host sees them. */
#include "recveil/erase.h"

#include <math.h>

#include "support/host_erase.h"

enum { kRows = 1200, kCols = 6, kD = 5 }; /* the last column is frozen */
static float rows[kRows * kCols];
static int32_t classes[kRows];

static recveil_matrix fresh(void) {
  host_make_rows(rows, classes, kRows, kCols, 7);
  recveil_matrix out = host_matrix(rows, kRows, kCols);
  out.frozen_tail_cols = 1;
  return out;
}

/* Means of a column in both classes. */
static double gap(size_t column) {
  double sum[2] = {0, 0};
  for (size_t r = 0; r < kRows; ++r) sum[classes[r]] += (double)rows[r * kCols + column];
  return fabs(sum[1] - sum[0]) / (kRows / 2);
}

static void a_map_takes_the_attribute_out(recveil_erase_method method) {
  recveil_matrix all = fresh();
  recveil_erase_map *map = host_fit(method, &all, classes);
  recveil_erase_map_info info = RECVEIL_ERASE_MAP_INFO_INIT;
  CHECK_OK(recveil_erase_map_get_info(map, &info));
  CHECK_EQ(method, info.method);
  CHECK_EQ(kD, info.d);
  CHECK_EQ(1, info.n_attributes);
  const int needs = method != RECVEIL_ERASE_LEACE;
  CHECK_EQ(needs, (info.flags & RECVEIL_ERASE_NEEDS_CLASSES) != 0);
  CHECK((info.flags & RECVEIL_ERASE_NOT_CERTIFIABLE) == 0);
  recveil_erase_class_info about = RECVEIL_ERASE_CLASS_INFO_INIT;
  CHECK_OK(recveil_erase_map_get_class(map, 0, 1, &about));
  CHECK_EQ(kRows / 2, about.n_rows);
  CHECK_EQ(RECVEIL_ERASE_CERTIFIABLE, about.status);
  CHECK_EQ(2, about.n_classes);
  CHECK(strcmp(about.attribute, "0") == 0);
  CHECK_FAILS(RECVEIL_E_NOT_FOUND, "class", recveil_erase_map_get_class(map, 0, 2, &about));
  CHECK_FAILS(RECVEIL_E_NOT_FOUND, "attribute", recveil_erase_map_get_class(map, 1, 0, &about));

  CHECK(gap(0) > 0.8);
  static float before[kRows * kCols];
  memcpy(before, rows, sizeof rows);
  recveil_erase_result result = RECVEIL_ERASE_RESULT_INIT;
  CHECK_OK(recveil_erase_apply(map, &all, needs ? classes : NULL, &result, NULL));
  CHECK_EQ(kRows, result.n_mapped);
  CHECK_EQ(0, result.n_unknown);
  CHECK_EQ(kRows, result.n_done);
  CHECK_EQ(RECVEIL_STALE_ALL, result.stale);
  /* A class mean of 600 has sd 2 / sqrt(600) = .08 at most; fluctuation leaves as much. */
  for (size_t c = 0; c < kD; ++c) CHECK(gap(c) < 0.6);
  for (size_t r = 0; r < kRows; ++r) CHECK(rows[r * kCols + kD] == before[r * kCols + kD]);
  recveil_erase_map_close(map);
}

static void who_did_not_ask_keeps_every_bit(void) {
  recveil_matrix all = fresh();
  recveil_erase_map *map = host_fit(RECVEIL_ERASE_GAUSSIAN_TRANSPORT, &all, classes);
  static float before[kRows * kCols];
  memcpy(before, rows, sizeof rows);
  int32_t asked[kRows];
  for (size_t r = 0; r < kRows; ++r) asked[r] = r % 10 == 0 ? classes[r] : -7;
  recveil_erase_result result = RECVEIL_ERASE_RESULT_INIT;
  CHECK_OK(recveil_erase_apply(map, &all, asked, &result, NULL));
  CHECK_EQ(kRows / 10, result.n_mapped);
  CHECK_EQ(kRows - kRows / 10, result.n_unknown);
  for (size_t r = 0; r < kRows; ++r) {
    const int same = memcmp(rows + r * kCols, before + r * kCols, kCols * sizeof *rows) == 0;
    CHECK_EQ(r % 10 != 0, same);
  }
  for (size_t r = 0; r < kRows; ++r) asked[r] = RECVEIL_CLASS_UNKNOWN;
  CHECK_OK(recveil_erase_apply(map, &all, asked, &result, NULL));
  CHECK_EQ(0, result.n_mapped);
  CHECK_EQ(0, result.stale); /* nothing changed: nothing is stale */
  recveil_erase_map_close(map);
}

static void a_stride_leaves_what_lies_between(void) {
  recveil_matrix all = fresh();
  recveil_erase_map *map = host_fit(RECVEIL_ERASE_GAUSSIAN_TRANSPORT, &all, classes);
  static float wide[kRows * 9];
  for (size_t r = 0; r < kRows; ++r) {
    for (size_t c = 0; c < 9; ++c) wide[r * 9 + c] = c < kCols ? rows[r * kCols + c] : 42;
  }
  recveil_matrix strided = all;
  strided.data = wide;
  strided.row_stride = 9;
  CHECK_OK(recveil_erase_apply(map, &strided, classes, NULL, NULL));
  CHECK_OK(recveil_erase_apply(map, &all, classes, NULL, NULL));
  for (size_t r = 0; r < kRows; ++r) {
    CHECK(memcmp(wide + r * 9, rows + r * kCols, kCols * sizeof *rows) == 0);
    CHECK(wide[r * 9 + 6] == 42 && wide[r * 9 + 8] == 42);
  }
  recveil_erase_map_close(map);
}

/* The bytes of a map, in memory that the caller frees. */
static host_bytes written(const recveil_erase_map *map) {
  host_bytes out = {NULL, 0, 0, 0};
  CHECK_OK(recveil_erase_map_write(map, host_collect, &out));
  return out;
}

static void names_are_listed(void) {
  static const char *const methods[] = {"gaussian_transport", "optimal_transport", "leace",
                                        "score_transport"};
  recveil_erase_method method = 1;
  for (; recveil_erase_method_name(method) != NULL; ++method) {
    CHECK(method <= 4 && strcmp(methods[method - 1], recveil_erase_method_name(method)) == 0);
  }
  CHECK_EQ(5, method);
  recveil_stale all = 0;
  for (recveil_stale bit = 1; recveil_stale_name(bit) != NULL; bit <<= 1) all |= bit;
  CHECK_EQ(RECVEIL_STALE_ALL, all);
  CHECK(strcmp("optimizer", recveil_stale_name(RECVEIL_STALE_OPTIMIZER)) == 0);
  CHECK(strcmp("bias", recveil_stale_name(RECVEIL_STALE_BIAS)) == 0);
}

/* A map that was written and opened again is the same map, and a buffer of the library takes it. */
static void a_map_survives_as_bytes(void) {
  recveil_matrix all = fresh();
  recveil_erase_map *map = host_fit(RECVEIL_ERASE_OPTIMAL_TRANSPORT, &all, classes), *back = NULL;
  recveil_buffer *buffer = NULL;
  CHECK_OK(recveil_buffer_open(&buffer));
  CHECK_OK(recveil_erase_map_write(map, recveil_buffer_write, buffer));
  const char *bytes = NULL;
  size_t n = 0;
  CHECK_OK(recveil_buffer_bytes(buffer, &bytes, &n));
  CHECK_OK(recveil_erase_map_open(bytes, n, &back));
  recveil_buffer_close(buffer);
  recveil_erase_map_info one = RECVEIL_ERASE_MAP_INFO_INIT, two = RECVEIL_ERASE_MAP_INFO_INIT;
  CHECK_OK(recveil_erase_map_get_info(map, &one));
  CHECK_OK(recveil_erase_map_get_info(back, &two));
  CHECK(memcmp(one.id, two.id, sizeof one.id) == 0);
  static float copy[kRows * kCols];
  memcpy(copy, rows, sizeof rows);
  recveil_matrix second = all;
  second.data = copy;
  CHECK_OK(recveil_erase_apply(map, &all, classes, NULL, NULL));
  CHECK_OK(recveil_erase_apply(back, &second, classes, NULL, NULL));
  CHECK(memcmp(copy, rows, sizeof rows) == 0);
  recveil_erase_map_close(map);
  recveil_erase_map_close(back);
}

/* Rows of double are fitted and mapped like the floats they round to. */
static void doubles_are_rows_too(recveil_erase_method method) {
  recveil_matrix all = fresh();
  static double wide[kRows * kCols], before[kRows * kCols];
  for (size_t i = 0; i < kRows * kCols; ++i) wide[i] = (double)rows[i];
  for (size_t r = 0; r < kRows; ++r) wide[r * kCols + kD] = 0.1; /* the frozen tail */
  memcpy(before, wide, sizeof wide);
  recveil_matrix of_doubles = all;
  of_doubles.data = wide;
  of_doubles.dtype = RECVEIL_FLOAT64;
  recveil_erase_map *narrow = host_fit(method, &all, classes);
  recveil_erase_map *map = host_fit(method, &of_doubles, classes);
  recveil_erase_map_info one = RECVEIL_ERASE_MAP_INFO_INIT, two = RECVEIL_ERASE_MAP_INFO_INIT;
  CHECK_OK(recveil_erase_map_get_info(narrow, &one));
  CHECK_OK(recveil_erase_map_get_info(map, &two));
  CHECK(memcmp(one.id, two.id, sizeof one.id) == 0);
  int32_t asked[kRows];
  for (size_t r = 0; r < kRows; ++r) asked[r] = r % 4 == 0 ? classes[r] : RECVEIL_CLASS_UNKNOWN;
  recveil_erase_result result = RECVEIL_ERASE_RESULT_INIT;
  CHECK_OK(recveil_erase_apply(map, &of_doubles, asked, &result, NULL));
  CHECK_OK(recveil_erase_apply(narrow, &all, asked, NULL, NULL));
  CHECK_EQ(kRows, result.n_done);
  CHECK_EQ(kRows / 4, result.n_mapped);
  for (size_t r = 0; r < kRows; ++r) {
    for (size_t c = 0; c < kD; ++c) CHECK(wide[r * kCols + c] == (double)rows[r * kCols + c]);
    CHECK(wide[r * kCols + kD] == 0.1);
    if (r % 4 != 0) {
      CHECK(memcmp(wide + r * kCols, before + r * kCols, kCols * sizeof *wide) == 0);
    }
  }
  wide[8] = 1e300;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "row 1",
              recveil_erase_apply(map, &of_doubles, asked, NULL, NULL));
  of_doubles.dtype = 0;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "rows.dtype",
              recveil_erase_apply(map, &of_doubles, asked, NULL, NULL));
  of_doubles.dtype = 3;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "RECVEIL_FLOAT64",
              recveil_erase_apply(map, &of_doubles, asked, NULL, NULL));
  recveil_erase_map_close(map);
  recveil_erase_map_close(narrow);
}

/* A bias or a constant among the columns is named, not mapped. */
static void constant_columns_are_refused(void) {
  recveil_matrix all = fresh();
  for (size_t r = 0; r < kRows; ++r) rows[r * kCols + kD] = 1;
  recveil_erase_map *map = host_fit(RECVEIL_ERASE_OPTIMAL_TRANSPORT, &all, classes);
  recveil_erase_map_close(map);
  map = NULL;
  all.frozen_tail_cols = 0;
  for (recveil_erase_method method = 1; method <= RECVEIL_ERASE_LEACE; ++method) {
    const recveil_erase_options options = host_erase_options(method);
    CHECK_FAILS(RECVEIL_E_ARGUMENT,
                "column 5 is the same in every row: name it in frozen_tail_cols",
                recveil_erase_fit(&options, &all, classes, &map));
  }
  size_t size = 0;
  CHECK_OK(recveil_erase_stats_size(kCols, 2, &size));
  double *stats = malloc(size);
  if (stats == NULL) exit(1);
  const void *blocks[] = {stats};
  for (size_t column = 0; column < 2; ++column) { /* 1 is exact, .1 is a rounded sum */
    for (size_t r = 0; r < kRows && column == 1; ++r) rows[r * kCols + kD] = 0.1f;
    CHECK_OK(recveil_erase_stats_init(stats, size, kCols, 2));
    CHECK_OK(recveil_erase_stats_add(stats, size, &all, classes));
    const recveil_erase_options options = host_erase_options(RECVEIL_ERASE_GAUSSIAN_TRANSPORT);
    CHECK_FAILS(RECVEIL_E_ARGUMENT, "column 5",
                recveil_erase_fit_stats(&options, blocks, &size, &map));
  }
  free(stats);
  CHECK(map == NULL);
}

/* Statistics of shards, added up, give the map of all rows. */
static void statistics_add_up(recveil_erase_method method) {
  recveil_matrix all = fresh();
  recveil_erase_map *whole = host_fit(method, &all, classes);
  size_t size = 0;
  CHECK_OK(recveil_erase_stats_size(kD, 2, &size));
  CHECK_EQ(16456 + 16 * 2 * (1 + kD + kD * (kD + 1) / 2), size);
  double *total = malloc(size), *part = malloc(size);
  if (total == NULL || part == NULL) exit(1);
  static double wide[kRows / 3 * kCols];
  CHECK_FAILS(RECVEIL_E_BUFFER, "needed", recveil_erase_stats_init(total, size - 8, kD, 2));
  CHECK_OK(recveil_erase_stats_init(total, size, kD, 2));
  for (size_t shard = 0; shard < 3; ++shard) {
    recveil_matrix some = all;
    some.data = rows + shard * (kRows / 3) * kCols;
    some.n_rows = kRows / 3;
    if (shard == 1) { /* shards may differ in what they hold */
      for (size_t i = 0; i < kRows / 3 * kCols; ++i) wide[i] = (double)((float *)some.data)[i];
      some.data = wide;
      some.dtype = RECVEIL_FLOAT64;
    }
    CHECK_OK(recveil_erase_stats_init(part, size, kD, 2));
    CHECK_OK(recveil_erase_stats_add(part, size, &some, classes + shard * (kRows / 3)));
    CHECK_OK(recveil_erase_stats_merge(total, size, part, size));
  }
  recveil_erase_stats_info info = RECVEIL_ERASE_STATS_INFO_INIT;
  CHECK_OK(recveil_erase_stats_check(total, size, &info));
  CHECK_EQ(kD, info.d);
  CHECK_EQ(2, info.n_classes);
  CHECK_EQ(kRows, info.n_rows);

  const recveil_erase_options options = host_erase_options(method);
  const void *blocks[] = {total};
  recveil_erase_map *merged = NULL;
  CHECK_OK(recveil_erase_fit_stats(&options, blocks, &size, &merged));
  static float copy[kRows * kCols];
  memcpy(copy, rows, sizeof rows);
  recveil_matrix second = all;
  second.data = copy;
  CHECK_OK(recveil_erase_apply(whole, &all, classes, NULL, NULL));
  CHECK_OK(recveil_erase_apply(merged, &second, classes, NULL, NULL));
  for (size_t i = 0; i < kRows * kCols; ++i) CHECK(fabsf(rows[i] - copy[i]) <= 1e-4f);
  recveil_erase_map_close(whole);
  recveil_erase_map_close(merged);

  const recveil_erase_options other = host_erase_options(RECVEIL_ERASE_OPTIMAL_TRANSPORT);
  recveil_erase_map *none = NULL;
  CHECK_FAILS(RECVEIL_E_UNSUPPORTED, "optimal_transport",
              recveil_erase_fit_stats(&other, blocks, &size, &none));
  CHECK(none == NULL);
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "size: must be a multiple of 8",
              recveil_erase_stats_check(total, size - 3, NULL));
  total[0] = NAN;
  CHECK_FAILS(RECVEIL_E_DATA, "", recveil_erase_stats_check(total, size, NULL));
  CHECK_FAILS(RECVEIL_E_DATA, "", recveil_erase_stats_merge(part, size, total, size));
  CHECK_FAILS(RECVEIL_E_DATA, "", recveil_erase_stats_check(part, size - 8, NULL));
  free(total);
  free(part);
}

static int32_t stop_at_once(void *ctx, double fraction, const char *what) {
  ++*(int *)ctx;
  return fraction >= 0 && fraction <= 1 && what != NULL;
}

static void what_is_wrong_is_told(void) {
  recveil_matrix all = fresh();
  recveil_erase_options options = host_erase_options(RECVEIL_ERASE_GAUSSIAN_TRANSPORT);
  recveil_erase_map *map = NULL;
#define FIT(status, words) \
  CHECK_FAILS(status, words, recveil_erase_fit(&options, &all, classes, &map))
  options.method = 0;
  FIT(RECVEIL_E_UNSUPPORTED, "method");
  options.method = 5;
  FIT(RECVEIL_E_UNSUPPORTED, "method");
  options.method = 101; /* of the library's own comparisons, no map */
  FIT(RECVEIL_E_UNSUPPORTED, "method");
  options = host_erase_options(RECVEIL_ERASE_LEACE);
  options.flags = 1;
  FIT(RECVEIL_E_UNSUPPORTED, "flag");
  options.flags = 0;
  options.n_attributes = 0;
  FIT(RECVEIL_E_ARGUMENT, "n_attributes");
  options.n_attributes = 1;
  const uint32_t one[] = {1};
  options.n_classes = one;
  FIT(RECVEIL_E_ARGUMENT, "n_classes");
  options = host_erase_options(RECVEIL_ERASE_GAUSSIAN_TRANSPORT);
  classes[3] = 2;
  FIT(RECVEIL_E_ARGUMENT, "classes: that of row 3");
  classes[3] = 1;
  rows[7 * kCols + 2] = NAN;
  FIT(RECVEIL_E_ARGUMENT, "row 7 has a value that is not finite");
  all = fresh();
  all.frozen_tail_cols = kCols;
  FIT(RECVEIL_E_ARGUMENT, "frozen_tail_cols");
  all = fresh();
  all.row_stride = 2;
  FIT(RECVEIL_E_ARGUMENT, "row_stride");
  all = fresh();
  all.n_rows = SIZE_MAX;
  FIT(RECVEIL_E_ARGUMENT, "rows");
  all = fresh();
  for (size_t r = 0; r < kRows; ++r) classes[r] = 0;
  FIT(RECVEIL_E_DATA, "class");

  all = fresh();
  int asked = 0;
  options = host_erase_options(RECVEIL_ERASE_OPTIMAL_TRANSPORT);
  options.progress.fn = stop_at_once;
  options.progress.ctx = &asked;
  FIT(RECVEIL_E_CANCELLED, "progress");
  CHECK_EQ(1, asked);
  CHECK(map == NULL);

  options = host_erase_options(RECVEIL_ERASE_GAUSSIAN_TRANSPORT);
  CHECK_OK(recveil_erase_fit(&options, &all, classes, &map));
  host_bytes refused = {NULL, 0, 0, 5};
  CHECK_FAILS(RECVEIL_E_HOST, "write", recveil_erase_map_write(map, host_collect, &refused));
  CHECK_EQ(1, refused.calls);
  host_bytes bytes = written(map);
  recveil_erase_map *back = NULL;
  for (size_t at = 0; at < bytes.n; at += 1 + bytes.n / 61) { /* a bit anywhere */
    bytes.data[at] ^= 4;
    CHECK_FAILS(RECVEIL_E_DATA, "map", recveil_erase_map_open(bytes.data, bytes.n, &back));
    bytes.data[at] ^= 4;
  }
  for (size_t n = 0; n < bytes.n; n += 1 + bytes.n / 37) {
    CHECK_FAILS(RECVEIL_E_DATA, "map", recveil_erase_map_open(bytes.data, n, &back));
  }
  CHECK(back == NULL);
  free(bytes.data);

  CHECK_FAILS(RECVEIL_E_ARGUMENT, "classes", recveil_erase_apply(map, &all, NULL, NULL, NULL));
  all.frozen_tail_cols = 0;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_erase_apply(map, &all, classes, NULL, NULL));
  all = fresh();
  rows[5 * kCols] = INFINITY;
  static float before[kRows * kCols];
  memcpy(before, rows, sizeof rows);
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "finite", recveil_erase_apply(map, &all, classes, NULL, NULL));
  classes[8] = 2;
  rows[5 * kCols] = 1;
  before[5 * kCols] = 1;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "", recveil_erase_apply(map, &all, classes, NULL, NULL));
  CHECK(memcmp(before, rows, sizeof rows) == 0); /* nothing half done */
  classes[8] = 0;
  const recveil_progress stop = {stop_at_once, &asked, NULL};
  recveil_erase_result result = RECVEIL_ERASE_RESULT_INIT;
  CHECK_FAILS(RECVEIL_E_CANCELLED, "progress",
              recveil_erase_apply(map, &all, classes, &result, &stop));
  CHECK(result.n_done > 0 && result.n_mapped == result.n_done);
  recveil_erase_map_close(map);
}

/* Two attributes at once, under names of their own; one unknown leaves the other erased. */
static void several_attributes(void) {
  static int32_t two[kRows * 2];
  recveil_matrix all = fresh();
  for (size_t r = 0; r < kRows; ++r) {
    two[2 * r] = classes[r];
    two[2 * r + 1] = (int32_t)(r % 3);
    rows[r * kCols + 3] += (float)(r % 3);
  }
  const uint32_t n_classes[] = {2, 3};
  const char *const names[] = {"gender", "age"};
  recveil_erase_options options = RECVEIL_ERASE_OPTIONS_INIT;
  options.method = RECVEIL_ERASE_OPTIMAL_TRANSPORT;
  options.n_attributes = 2;
  options.n_classes = n_classes;
  options.names = names;
  recveil_erase_map *map = NULL;
  CHECK_OK(recveil_erase_fit(&options, &all, two, &map));
  recveil_erase_class_info about = RECVEIL_ERASE_CLASS_INFO_INIT;
  CHECK_OK(recveil_erase_map_get_class(map, 1, 2, &about));
  CHECK(strcmp(about.attribute, "age") == 0);
  CHECK_EQ(3, about.n_classes);
  two[0] = two[1] = two[2] = RECVEIL_CLASS_UNKNOWN;
  recveil_erase_result result = RECVEIL_ERASE_RESULT_INIT;
  CHECK_OK(recveil_erase_apply(map, &all, two, &result, NULL));
  CHECK_EQ(1, result.n_unknown);
  CHECK_EQ(kRows - 1, result.n_mapped);
  recveil_erase_map_close(map);
}

int main(void) {
  a_map_takes_the_attribute_out(RECVEIL_ERASE_GAUSSIAN_TRANSPORT);
  a_map_takes_the_attribute_out(RECVEIL_ERASE_OPTIMAL_TRANSPORT);
  a_map_takes_the_attribute_out(RECVEIL_ERASE_LEACE);
  who_did_not_ask_keeps_every_bit();
  a_stride_leaves_what_lies_between();
  names_are_listed();
  a_map_survives_as_bytes();
  doubles_are_rows_too(RECVEIL_ERASE_GAUSSIAN_TRANSPORT);
  doubles_are_rows_too(RECVEIL_ERASE_OPTIMAL_TRANSPORT);
  doubles_are_rows_too(RECVEIL_ERASE_LEACE);
  constant_columns_are_refused();
  statistics_add_up(RECVEIL_ERASE_GAUSSIAN_TRANSPORT);
  statistics_add_up(RECVEIL_ERASE_LEACE);
  what_is_wrong_is_told();
  several_attributes();
  return host_finish();
}

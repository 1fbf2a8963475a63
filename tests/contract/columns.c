/* Tables of other systems: made here by hand, as the Arrow C stream interface describes them. */
#include "recveil/columns.h"

#include <stdlib.h>

#include "support/host_check.h"

struct schema {
  const char *format, *name, *metadata;
  int64_t flags, n_children;
  struct schema **children, *dictionary;
  void (*release)(struct schema *);
  void *private_data;
};
struct array {
  int64_t length, null_count, offset, n_buffers, n_children;
  const void **buffers;
  struct array **children, *dictionary;
  void (*release)(struct array *);
  void *private_data;
};
struct stream {
  int (*get_schema)(struct stream *, struct schema *);
  int (*get_next)(struct stream *, struct array *);
  const char *(*get_last_error)(struct stream *);
  void (*release)(struct stream *);
  void *private_data;
};

static int n_schemas, n_arrays, n_streams; /* not released yet */

static void release_schema(struct schema *s) {
  s->release = NULL;
  --n_schemas;
}
static void release_array(struct array *a) {
  a->release = NULL;
  --n_arrays;
}
static void release_stream(struct stream *s) {
  s->release = NULL;
  --n_streams;
}

/* One column, sent in n_batches batches. */
static struct schema child, values_schema;
static struct array rows, values;
static struct schema *children[] = {&child};
static struct array *batch_children[] = {&rows};
static const char *root_format;
static int n_batches, fails_at, n_sent;
static int64_t batch_length, batch_offset;

static int get_schema(struct stream *s, struct schema *out) {
  (void)s;
  ++n_schemas;
  const struct schema root = {root_format, "", NULL, 0, 1, children, NULL, release_schema, NULL};
  *out = root;
  return 0;
}

static int get_next(struct stream *s, struct array *out) {
  (void)s;
  if (n_sent == fails_at) return 5;
  struct array batch = {batch_length,   0,    batch_offset, 1,   1, NULL,
                        batch_children, NULL, NULL,         NULL};
  static const void *none[] = {NULL};
  batch.buffers = none;
  if (n_sent++ < n_batches) {
    batch.release = release_array;
    ++n_arrays;
  }
  *out = batch;
  return 0;
}

static const char *last_error(struct stream *s) {
  (void)s;
  return "the disk is on fire";
}

static const void *buffers[5];

/* Reads the column of this format; its buffers, length and nulls were set before. */
static recveil_status read_column(const char *format, recveil_columns **out) {
  struct stream stream = {get_schema, get_next, last_error, release_stream, NULL};
  child.format = format;
  child.name = "user";
  rows.buffers = buffers;
  n_sent = 0;
  ++n_streams;
  const recveil_status status = recveil_columns_from_arrow(&stream, out);
  CHECK(n_schemas == 0 && n_arrays == 0 && n_streams == 0); /* all were given back */
  return status;
}

static void start(int64_t length, int64_t n_buffers) {
  memset(buffers, 0, sizeof buffers);
  memset(&rows, 0, sizeof rows);
  child.dictionary = NULL;
  rows.length = batch_length = length;
  rows.n_buffers = n_buffers;
  root_format = "+s";
  n_batches = 1;
  fails_at = -1;
  batch_offset = 0;
}

static recveil_column only(recveil_columns *columns) {
  recveil_column column = RECVEIL_COLUMN_INIT;
  size_t n = 0;
  CHECK(recveil_columns_count(columns, &n) == RECVEIL_OK && n == 1);
  CHECK(recveil_columns_get(columns, 0, &column) == RECVEIL_OK);
  CHECK(strcmp(column.name, "user") == 0);
  CHECK(recveil_columns_get(columns, 1, &column) == RECVEIL_E_NOT_FOUND);
  return column;
}

static void texts_become_codes(void) {
  const int32_t cut[] = {0, 3, 6, 9, 9};
  recveil_columns *columns = NULL;
  start(4, 3);
  buffers[2] = "annbobann";
  n_batches = 2; /* the second batch has the same texts: the same codes */
  buffers[1] = cut;
  CHECK(read_column("u", &columns) == RECVEIL_OK);
  const recveil_column column = only(columns);
  CHECK(column.kind == RECVEIL_COLUMN_TEXTS && column.n_rows == 8 && column.n_distinct == 3);
  CHECK(column.codes[0] == 0 && column.codes[1] == 1 && column.codes[2] == 0);
  CHECK(column.codes[3] == 2 && column.codes[4] == 0);
  CHECK(column.offsets[1] == 3 && memcmp(column.bytes, "ann", 3) == 0);
  recveil_columns_close(columns);
}

static void views_are_short_or_long(void) {
  char views[32] = {0};
  const int32_t five = 5, twenty = 20, buffer = 0, at = 2;
  const int64_t sizes[] = {22}, cut_short[] = {21};
  memcpy(views, &five, 4);
  memcpy(views + 4, "short", 5);
  memcpy(views + 16, &twenty, 4);
  memcpy(views + 24, &buffer, 4);
  memcpy(views + 28, &at, 4);
  recveil_columns *columns = NULL;
  start(2, 4);
  buffers[1] = views;
  buffers[2] = "..twenty letters long..";
  buffers[3] = sizes;
  CHECK(read_column("vu", &columns) == RECVEIL_OK);
  recveil_column column = only(columns);
  CHECK(column.n_distinct == 2 && column.offsets[2] == 25);
  CHECK(memcmp(column.bytes, "shorttwenty letters long", 24) == 0);
  recveil_columns_close(columns);
  buffers[3] = cut_short;
  CHECK(read_column("vu", &columns) == RECVEIL_E_DATA);
  CHECK(strstr(recveil_last_error(), "column user, row 1") != NULL);
}

static void numbers_of_all_widths(void) {
  const int8_t bytes[] = {-1, 2};
  const uint64_t wide[] = {7, UINT64_MAX};
  const float reals[] = {0.5F, 2.0F};
  const uint8_t bits[] = {2};
  recveil_columns *columns = NULL;
  start(2, 2);
  buffers[1] = bytes;
  CHECK(read_column("c", &columns) == RECVEIL_OK);
  CHECK(only(columns).integers[0] == -1 && only(columns).integers[1] == 2);
  recveil_columns_close(columns);
  buffers[1] = bits;
  CHECK(read_column("b", &columns) == RECVEIL_OK);
  CHECK(only(columns).integers[0] == 0 && only(columns).integers[1] == 1);
  recveil_columns_close(columns);
  buffers[1] = reals;
  CHECK(read_column("f", &columns) == RECVEIL_OK && only(columns).reals[0] == 0.5);
  recveil_columns_close(columns);
  buffers[1] = wide;
  CHECK(read_column("L", &columns) == RECVEIL_E_DATA);
  CHECK(strstr(recveil_last_error(), "row 1") != NULL);
  CHECK(read_column("tsu:UTC", &columns) == RECVEIL_OK);
  CHECK(only(columns).kind == RECVEIL_COLUMN_OTHER);
  recveil_columns_close(columns);
}

static void slices_begin_at_their_offsets(void) {
  const int32_t numbers[] = {10, 11, 12, 13, 14};
  recveil_columns *columns = NULL;
  start(3, 2);
  buffers[1] = numbers;
  rows.offset = 1;
  batch_offset = 1;
  batch_length = 2;
  CHECK(read_column("i", &columns) == RECVEIL_OK);
  CHECK(only(columns).n_rows == 2 && only(columns).integers[0] == 12);
  recveil_columns_close(columns);
  batch_length = 4; /* longer than its column */
  CHECK(read_column("i", &columns) == RECVEIL_E_DATA);
}

static void dictionaries(void) {
  const int8_t places[] = {1, 0, 1};
  const int32_t offsets[] = {0, 1, 3};
  const void *texts[] = {NULL, offsets, "abc"};
  recveil_columns *columns = NULL;
  start(3, 2);
  buffers[1] = places;
  memset(&values, 0, sizeof values);
  values.length = 2;
  values.n_buffers = 3;
  values.buffers = texts;
  values_schema.format = "u";
  child.dictionary = &values_schema;
  rows.dictionary = &values;
  CHECK(read_column("c", &columns) == RECVEIL_OK);
  CHECK(only(columns).n_distinct == 2 && only(columns).codes[2] == 0);
  CHECK(memcmp(only(columns).bytes, "bca", 3) == 0);
  recveil_columns_close(columns);
  values.length = 1;
  CHECK(read_column("c", &columns) == RECVEIL_E_DATA);
}

static void what_is_missing_or_broken(void) {
  const int32_t numbers[] = {10, 11, 12}, falling[] = {0, 2, 1, 3};
  const uint8_t present[] = {5};
  recveil_columns *columns = NULL;
  start(3, 2);
  buffers[0] = present;
  buffers[1] = numbers;
  rows.null_count = 1;
  CHECK(read_column("i", &columns) == RECVEIL_E_DATA);
  CHECK(strcmp(recveil_last_error(), "column user, row 1: is missing") == 0);
  rows.null_count = 0;
  n_batches = 2;
  fails_at = 1;
  CHECK(read_column("i", &columns) == RECVEIL_E_HOST);
  CHECK(strstr(recveil_last_error(), "the disk is on fire") != NULL);
  fails_at = -1;
  root_format = "i";
  CHECK(read_column("i", &columns) == RECVEIL_E_DATA);
  start(3, 3);
  buffers[1] = falling;
  buffers[2] = "abc";
  columns = NULL;
  CHECK(read_column("u", &columns) == RECVEIL_E_DATA);
  CHECK(columns == NULL);
  CHECK(recveil_columns_from_arrow(NULL, &columns) == RECVEIL_E_ARGUMENT);
  CHECK(recveil_columns_count(NULL, NULL) == RECVEIL_E_ARGUMENT);
  recveil_columns_close(NULL);
}

int main(void) {
  texts_become_codes();
  views_are_short_or_long();
  numbers_of_all_widths();
  slices_begin_at_their_offsets();
  dictionaries();
  what_is_missing_or_broken();
  return host_result();
}

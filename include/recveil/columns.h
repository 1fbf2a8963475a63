/*
 * Columns: a table of another system, read through the Arrow C stream interface, which pandas,
 * Polars, PyArrow, DuckDB and many others speak. Text ids become codes, so that histories and lists
 * of audits can be made of them without a copy of the texts for each row.
 *
 * The structs of the interface are those of its specification (arrow.apache.org, "The Arrow C
 * stream interface"); nothing of Arrow is linked.
 */
#ifndef RECVEIL_COLUMNS_H
#define RECVEIL_COLUMNS_H

#include "recveil/base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct recveil_columns recveil_columns; /* the columns of a table */

typedef uint32_t recveil_column_kind;
enum {
  RECVEIL_COLUMN_TEXTS = 1,    /* utf8, binary and their large forms, views and dictionaries */
  RECVEIL_COLUMN_INTEGERS = 2, /* integers of any width, and booleans */
  RECVEIL_COLUMN_REALS = 3,    /* floats of 32 and 64 bits */
  RECVEIL_COLUMN_OTHER = 4     /* anything else: it has a name and no data */
};

/* One column. All pointers are owned by the recveil_columns. */
typedef struct recveil_column {
  uint32_t struct_size;
  recveil_column_kind kind;
  const char *name; /* NUL-terminated */
  size_t n_rows;
  const uint32_t *codes;   /* TEXTS: n_rows numbers below n_distinct, in order of appearance */
  size_t n_distinct;       /* TEXTS: different texts */
  const size_t *offsets;   /* TEXTS: n_distinct + 1 offsets into bytes */
  const char *bytes;       /* TEXTS: text t is bytes[offsets[t] ... offsets[t + 1] - 1] */
  const int64_t *integers; /* INTEGERS: n_rows */
  const double *reals;     /* REALS: n_rows */
} recveil_column;
#define RECVEIL_COLUMN_INIT \
  { sizeof(recveil_column), 0, NULL, 0, NULL, 0, NULL, NULL, NULL, NULL }

/**
 * Read a whole table. What the table says of its own memory is taken on trust, as by every reader
 * of this interface: lengths, offsets and views are checked against each other, addresses cannot
 * be.
 * @param stream  a struct ArrowArrayStream of records (format "+s"). It is read to its end and
 *                released, also on error
 * @param out     close it with recveil_columns_close()
 * @return OK | E_ARGUMENT (NULL, or released already) | E_DATA (not a table; a value that is
 *         missing, with its column and row; an integer above 2^63 - 1) | E_HOST (the stream failed:
 *         the text is its own) | E_NOMEM
 * Thread: [thread-safe] [may-call-host]
 * Cost: O(rows), and a hash of each text.
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_columns_from_arrow(void *stream, recveil_columns **out) RECVEIL_NOEXCEPT;

/**
 * How many columns there are.
 * @return OK | E_ARGUMENT
 * Thread: [thread-safe] [no-alloc] [no-block] [fork-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_columns_count(const recveil_columns *columns,
                                                                   size_t *n) RECVEIL_NOEXCEPT;

/**
 * Column i, in the table's order.
 * @param out  its pointers are valid until the columns are closed
 * @return OK | E_ARGUMENT | E_NOT_FOUND (there are not so many)
 * Thread: [thread-safe] [no-alloc] [no-block] [fork-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_columns_get(const recveil_columns *columns, size_t i, recveil_column *out) RECVEIL_NOEXCEPT;

/**
 * Close columns; NULL is ignored.
 * Thread: [exclusive] [no-block] [fork-safe]
 * Since: 0.1
 */
RECVEIL_API void recveil_columns_close(recveil_columns *columns) RECVEIL_NOEXCEPT;

#ifdef __cplusplus
}
#endif
#endif

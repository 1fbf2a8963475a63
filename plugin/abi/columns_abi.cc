#include <vector>

#include "abi/adopt.h"
#include "abi/guard.h"
#include "columns/read.h"
#include "core/error.h"
#include "recveil/columns.h"

static_assert(static_cast<uint32_t>(recveil::columns::Kind::texts) == RECVEIL_COLUMN_TEXTS);
static_assert(static_cast<uint32_t>(recveil::columns::Kind::integers) == RECVEIL_COLUMN_INTEGERS);
static_assert(static_cast<uint32_t>(recveil::columns::Kind::reals) == RECVEIL_COLUMN_REALS);
static_assert(static_cast<uint32_t>(recveil::columns::Kind::other) == RECVEIL_COLUMN_OTHER);

struct recveil_columns {
  std::vector<recveil::columns::Column> all;
};

extern "C" {

recveil_status recveil_columns_from_arrow(void *stream, recveil_columns **out) noexcept {
  return recveil::abi::guard([&] {
    auto *given = static_cast<recveil::columns::ArrowArrayStream *>(stream);
    recveil::abi::require(given != nullptr, "stream: is NULL");
    recveil::abi::require(given->release != nullptr, "stream: was released already");
    recveil::abi::check_out(out, "out");
    *out = new recveil_columns{recveil::columns::read(given)};
  });
}

recveil_status recveil_columns_count(const recveil_columns *columns, size_t *n) noexcept {
  return recveil::abi::guard([&] {
    recveil::abi::require(columns != nullptr, "columns: is NULL");
    recveil::abi::check_out(n, "n");
    *n = columns->all.size();
  });
}

recveil_status recveil_columns_get(const recveil_columns *columns, size_t i,
                                   recveil_column *out) noexcept {
  return recveil::abi::guard([&] {
    recveil::abi::require(columns != nullptr, "columns: is NULL");
    recveil::abi::check_struct(out, sizeof(recveil_column), alignof(recveil_column), "out");
    if (i >= columns->all.size()) {
      throw recveil::Error(recveil::Status::not_found, "i: there are not so many columns");
    }
    const recveil::columns::Column &column = columns->all[i];
    recveil_column given = RECVEIL_COLUMN_INIT;
    given.kind = static_cast<recveil_column_kind>(column.kind);
    given.name = column.name.c_str();
    given.n_rows = column.n_rows;
    given.codes = column.codes.data();
    given.n_distinct = column.offsets.size() - 1;
    given.offsets = column.offsets.data();
    given.bytes = column.bytes.data();
    given.integers = column.integers.data();
    given.reals = column.reals.data();
    recveil::abi::give(out, given);
  });
}

void recveil_columns_close(recveil_columns *columns) noexcept {
  delete columns;
}

}  // extern "C"

// A table of another system, column by column.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "columns/arrow.h"

namespace recveil::columns {

// The values are RECVEIL_COLUMN_*; plugin/abi asserts it.
enum class Kind : std::uint32_t { texts = 1, integers = 2, reals = 3, other = 4 };

struct Hash : std::hash<std::string_view> {
  using is_transparent = void;
};

struct Column {
  std::string name;
  Kind kind = Kind::other;
  std::size_t n_rows = 0;
  std::vector<std::int64_t> integers;
  std::vector<double> reals;
  std::vector<std::uint32_t> codes;
  std::vector<std::size_t> offsets{0};
  std::string bytes;
  std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>> known;
};

// Reads the stream to its end and releases it, also when it throws: Error(data) for what is not a
// table or has a value missing, Error(host) with the stream's own text if the stream fails.
std::vector<Column> read(ArrowArrayStream *stream);

}  // namespace recveil::columns

// The tables. Schemas 1 and 2 were of builds that nobody outside had, and are refused.
#pragma once

#include <cstdint>

#include "journal/store.h"

namespace recveil::journal {

inline constexpr std::int64_t kSchema = 3;

// kSchema, or 0 for an empty file. Error(version) for any other.
std::int64_t schema_of(Store &store);
// Write-ahead log, synchronous FULL, deleted content overwritten. Before any other statement.
void set_pragmas(Store &store, bool read_only);
// In an empty file.
void create_tables(Store &store, std::uint64_t now);

}  // namespace recveil::journal

// The tables, by schema version. A file of an older version is brought up to date in one
// transaction when its owner opens it; a newer one is refused.
#pragma once

#include <cstdint>

#include "journal/store.h"

namespace recveil::journal {

inline constexpr std::int64_t kSchema = 2;

// The version of the file: 0 for an empty one. Error(version) if it is newer than kSchema.
std::int64_t schema_of(Store &store);
// Write-ahead log, synchronous FULL, deleted content overwritten. Before any other statement.
void set_pragmas(Store &store, bool read_only);
// Creates or migrates up to kSchema and loads the head; nothing if it is up to date.
void bring_up_to_date(Store &store, std::uint64_t now);

}  // namespace recveil::journal

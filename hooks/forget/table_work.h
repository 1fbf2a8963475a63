// Plan, apply and ack on a table in the host's memory: what the journal decides about digests, done
// to rows. Pure of clocks and metrics; forget_hook.h counts.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "defense/erase/erasure_map.h"
#include "hooks/forget/table_rows.h"
#include "journal/journal.h"

namespace recveil::hooks {

struct ForgetTable {
  std::string name;
  std::uint64_t model_version = 0;
  TableRows rows;
  std::span<const journal::Subject> subjects;  // one a row
  std::vector<std::string> attributes;         // at most kMaxAttributes; bit and class a is [a]
  std::span<const std::uint64_t> users;        // one a row, or none: for maps that need them
};

struct RowPlan {
  std::size_t row = 0;
  journal::RowAction action = journal::RowAction::skip;
  std::uint16_t attributes = 0;  // to be taken out
  std::uint16_t asked = 0;       // whose class the host must tell, if the map needs one
  bool unlisted = false;         // owes an attribute that the table does not name
};

// rows: indices into the table, empty: all. Rows that owe nothing are left out. In the order given.
std::vector<RowPlan> plan_rows(const journal::Journal &journal, const ForgetTable &table,
                               std::span<const std::size_t> rows);

struct Applied {
  std::uint64_t attempt = 0;  // 0: nothing was journaled
  std::size_t mapped = 0, emptied = 0, skipped = 0, no_class = 0, wrong_map = 0, resurrected = 0;
  std::size_t again = 0;  // of those mapped, known to the journal from before: a replay
  double shift = 0;       // mean relative one over the rows written
};

// classes: of each of rows (or of each row of the table), attributes.size() each; empty: unknown.
// key: for maps that need users. Throws Error(argument) where such a map comes without users.
// Throws before any row is written, or returns with all of them written: after begin_attempt
// nothing can fail. Memory: the rows mapped, once.
Applied apply_rows(journal::Journal &journal, const ForgetTable &table,
                   std::span<const std::size_t> rows, const defense::ErasureMap *map,
                   std::span<const std::int32_t> classes, const defense::DrawKey &key);

// Reads the table back; rows that owe nothing are not looked at.
journal::AckResult ack_rows(journal::Journal &journal, std::uint64_t attempt,
                            const ForgetTable &table);

}  // namespace recveil::hooks

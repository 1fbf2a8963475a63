// What a host exports of a test injection of its own: lists before and after it, who has the
// sensitive item, and the decoys (docs/export.md).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/interactions.h"

namespace recveil::data {

// Each FILE or FILE?options, as in csv: (data/load.h), without a header unless header=1.
struct InjectionFiles {
  std::string before, after;  // user, rank from 1, item; "user,0,": shown nothing
  std::string holders;        // user, has 0 or 1
  std::string decoys;         // item
};

// Row u is the person on line u of the file of holders.
struct InjectionTables {
  RankedLists before, after;
  std::vector<std::uint8_t> holder;   // 1: has the sensitive item
  std::vector<std::uint32_t> decoys;  // numbers of the items in the lists
};

// items: a file of all items, one a line; empty: none. Throws as read_lists() does.
InjectionTables read_injection(const InjectionFiles &files, const std::string &items);

}  // namespace recveil::data

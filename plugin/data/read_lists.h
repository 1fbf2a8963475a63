// What a host exports to have its recommender audited: histories, lists and members of people it
// served (docs/export.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/interactions.h"

namespace recveil::data {

// Each FILE or FILE?options, as in csv: (data/load.h), without a header unless header=1.
struct ListFiles {
  std::string histories;  // user, item [, time=]; columns 0 and 1
  std::string lists;      // user, rank from 1, item; columns 0, 1, 2; "user,0,": shown nothing
  std::string members;    // user, member 0 or 1; columns 0 and 1
};

// Row u is the person on line u of the file of members.
struct ListedPeople {
  Interactions histories;
  RankedLists lists;
  std::vector<std::uint8_t> member;  // 1: the history trained the model
};

// All over the same items: numbered as the file of items does, else as the files first name them.
struct ListTables {
  ListedPeople target;
  std::optional<ListedPeople> shadow;
  std::optional<Interactions> auxiliary;
};

// auxiliary: a file of histories; items: a file of all items, one a line. Empty: none. Throws
// Error(Status::argument) for a wrong option, Error(Status::io), and Error(Status::data) naming
// file, line and field for a column read twice; for a user who is in members alone or not in it, in
// two populations, or without history or list; for ranks that are not 1 to the number of the user's
// lines; for an item twice in a list, or in a history unless duplicates=first or last; for an item
// that is not in `items`; for a member that is neither 0 nor 1; and for an empty file.
ListTables read_lists(const ListFiles &target, const std::optional<ListFiles> &shadow,
                      const std::string &auxiliary, const std::string &items);

}  // namespace recveil::data

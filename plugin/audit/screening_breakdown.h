// Whom screening wrongs: people who are quarantined, by where their accounts come from, by how much
// they did and by how old their accounts are.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "audit/screening_clean.h"
#include "data/dataset.h"

namespace recveil::audit {

struct PeopleFacts {
  std::vector<std::uint32_t> interactions;
  std::vector<std::int64_t> age;  // seconds from the first to the last; empty: no times
};
// Of the rows named by `users`, in that order.
PeopleFacts facts_of(const data::Dataset &dataset, std::span<const std::uint32_t> users);

struct PeopleGroup {
  std::string by;     // source, activity or age
  std::string group;  // such as "50 to 199"
  PeopleTally tally;
};

// Decisions on people from one source. Users are numbers in the facts.
using PeopleSource = std::pair<std::string, PeopleTally>;

// Groups without anybody are left out. Activity and age are those of all sources together.
std::vector<PeopleGroup> break_down(const PeopleFacts &facts,
                                    std::span<const PeopleSource> sources);

}  // namespace recveil::audit

// How Zhang et al. (CCS'21) deal people or records to the shadow, the target and the attacker.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/interactions.h"

namespace recveil::audit {

// One population: members first.
struct PaperSide {
  Interactions histories;
  std::size_t members = 0;
};

struct PaperSplit {
  PaperSide shadow, target;
  Interactions vectors;  // what the attacker makes item vectors of
};

// Takes people with `least` records or more. record: each record goes to one of the three parts, so
// that a person is in all of them, as a member or a non-member in both populations, as in the
// authors' files. user: each person goes to one, with all records. Half of the people are members.
// Throws Error(data) where a population would have fewer than 40 people.
PaperSplit split_paper(const Interactions &all, const std::string &kind, std::size_t least,
                       std::uint64_t seed);

// People with `least` records or more, in the order of a shuffle. A fifth of each history, at least
// one record, is held out.
struct PaperFifths {
  struct Part {
    Interactions histories, held_out;
  };
  Part shadow_members, shadow_others, target_members, target_others;
  Interactions vectors;
};
PaperFifths fifths_paper(const Interactions &all, std::size_t least, std::uint64_t seed);

// Each history in two: of each row so many random records, at least one and never all.
struct HeldOutRecords {
  Interactions history, records;
};
HeldOutRecords hold_out_records(const Interactions &all, double share, std::uint64_t seed);

}  // namespace recveil::audit

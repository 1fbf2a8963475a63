// What an outsider may have of people besides the erased rows or lists themselves: the history, and
// with it the raw row that anybody can compute from it; the row of an older model, from before the
// person asked; rows of people who were not in the fit. Sources of the attribute audit.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "audit/attribute_cells.h"
#include "core/interactions.h"
#include "core/matrix.h"

namespace recveil::audit {

// "row+history", "list+history", "two_versions": what the outsider knows tells the attribute too,
// so what counts is how much more the erased part adds (AttributeGain). "outside": judged alone.
bool is_known_source(const std::string &source) noexcept;

// Stages as in AttributeEvidence; rows or lists.
struct JoinedSource {
  std::string source;
  std::vector<Matrix> rows;
  std::vector<Interactions> lists;
  // Who is attacked, by attackers who learn on the others; empty: as everywhere.
  std::vector<std::uint8_t> attacked;
};

// a's columns, then b's. difference: then b's less a's, where b is a version of a.
Matrix next_to(const Matrix &a, const Matrix &b, bool difference);
// Items of both, b's numbered after a's.
Interactions next_to(const Interactions &a, const Interactions &b);
// About a twentieth of the events left out; nobody loses the last one.
Interactions thinned(const Interactions &history, std::uint64_t seed);
// A fifth of the people of known class.
std::vector<std::uint8_t> draw_outside(const std::vector<PeopleClasses> &attributes,
                                       std::uint64_t seed);
// Cuts of one attribute where `attacked` says who is attacked.
Cuts cuts_of(const PeopleClasses &attribute, const std::vector<std::uint8_t> &requesters,
             const std::vector<std::uint8_t> &attacked);

}  // namespace recveil::audit

// Whose history does a list belong to?
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "attack/evidence.h"
#include "attack/membership.h"

namespace recveil::audit {

// Of one class of a population, against the histories of other people of the same class.
struct ListFit {
  std::size_t people = 0;
  // How often the list is closer to the person's own history than to that of somebody else: the
  // cosine of their mean item vectors, less what all lists and all histories have in common. .5:
  // the lists are anybody's.
  double own = 0.5, own_error = 0;
  // The same of the history of the person on the next line and on the line before.
  double next = 0.5, next_error = 0, previous = 0.5, previous_error = 0;
  // Items of the lists that are in the person's own history; and in that of somebody else, the mean
  // over those people.
  double seen = 0, seen_by_others = 0;
  std::size_t people_with_seen = 0;  // whose list holds an item that they have

  // The lists leave out what each of these people has, which nobody else's would.
  bool filtered() const { return seen_by_others >= 30 && seen <= 0.02 * seen_by_others; }
  // The lists hold about as many of the person's own items as of anybody's: no filter, no taste.
  bool seen_as_by_chance() const {
    return seen_by_others >= 30 && seen > 0.5 * seen_by_others && seen < 1.5 * seen_by_others;
  }
  // Surely. Tastes that have nothing to do with each other may meet by chance, where there are few.
  bool fits() const {
    return own - 4 * own_error > 0.5 && own > (seen_as_by_chance() ? 0.75 : 0.6);
  }
};

// Of non-members, then of members. Everybody with a list is compared with ten others of the same
// class, drawn at random. O(people * (l + sizes of histories and lists)).
std::vector<ListFit> fits_of(const attack::Population &people, const attack::Knowledge &knowledge,
                             std::uint64_t seed);

}  // namespace recveil::audit

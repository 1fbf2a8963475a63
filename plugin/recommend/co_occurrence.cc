#include "recommend/co_occurrence.h"

#include <algorithm>
#include <bit>
#include <string>

#include "core/error.h"
#include "recommend/transpose.h"

namespace recveil::recommend {
namespace {

// At least the number of non-zero counts.
std::size_t most_entries(const Interactions &rows) {
  std::size_t pairs = 0;
  for (std::size_t user = 0; user < rows.n_users(); ++user) {
    pairs += rows.row(user).size() * rows.row(user).size();
  }
  return std::min(pairs, std::size_t{rows.n_items} * rows.n_items);
}

// join(x, y): the count of two counts, either of which may be 0.
template <class Join>
CoOccurrence combine(const CoOccurrence &a, const CoOccurrence &b, Join join) {
  if (a.n_items() != b.n_items()) {
    throw Error(Status::argument, "co-occurrence: counts of " + std::to_string(a.n_items()) +
                                      " items with counts of " + std::to_string(b.n_items()));
  }
  CoOccurrence out;
  out.degree.reserve(a.n_items());
  out.offsets.reserve(a.offsets.size());
  out.entries.reserve(std::max(a.entries.size(), b.entries.size()));
  for (std::size_t i = 0; i < a.n_items(); ++i) {
    out.degree.push_back(join(a.degree[i], b.degree[i]));
    const auto left = a.row(i), right = b.row(i);
    for (auto l = left.begin(), r = right.begin(); l != left.end() || r != right.end();) {
      const bool take_l = r == right.end() || (l != left.end() && l->item <= r->item);
      const bool take_r = l == left.end() || (r != right.end() && r->item <= l->item);
      const std::uint32_t item = take_l ? l->item : r->item;
      const std::uint32_t count = join(take_l ? l->count : 0, take_r ? r->count : 0);
      if (count > 0) out.entries.push_back({item, count});
      if (take_l) ++l;
      if (take_r) ++r;
    }
    out.offsets.push_back(out.entries.size());
  }
  return out;
}

}  // namespace

CoOccurrence add(const CoOccurrence &a, const CoOccurrence &b) {
  return combine(a, b, [](std::uint32_t x, std::uint32_t y) { return x + y; });
}

CoOccurrence subtract(const CoOccurrence &all, const CoOccurrence &part) {
  return combine(all, part, [](std::uint32_t x, std::uint32_t y) {
    if (y > x) throw Error(Status::argument, "co-occurrence: a part counts more than the whole");
    return x - y;
  });
}

CoOccurrence co_occurrence(const Interactions &rows) {
  const Interactions users_of = transpose(rows);
  const std::size_t n = rows.n_items;
  CoOccurrence out;
  out.degree.reserve(n);
  out.offsets.reserve(n + 1);
  out.entries.reserve(most_entries(rows));  // never copied; pages not written to cost nothing

  // One row at a time in a dense buffer that stays in cache; the bits say which counts are not 0,
  // in order, so that emptying a nearly empty row costs n / 64.
  std::vector<std::uint32_t> count(n, 0);
  std::vector<std::uint64_t> touched((n + 63) / 64, 0);
  for (std::size_t i = 0; i < n; ++i) {
    for (const std::uint32_t user : users_of.row(i)) {
      for (const std::uint32_t j : rows.row(user)) {
        if (count[j]++ == 0) touched[j / 64] |= std::uint64_t{1} << (j % 64);
      }
    }
    out.degree.push_back(count[i]);
    for (std::size_t word = 0; word < touched.size(); ++word) {
      for (std::uint64_t bits = touched[word]; bits != 0; bits &= bits - 1) {
        const auto j = static_cast<std::uint32_t>(word * 64) +
                       static_cast<std::uint32_t>(std::countr_zero(bits));
        if (j != i) out.entries.push_back({j, count[j]});
        count[j] = 0;
      }
      touched[word] = 0;
    }
    out.offsets.push_back(out.entries.size());
  }
  return out;
}

}  // namespace recveil::recommend

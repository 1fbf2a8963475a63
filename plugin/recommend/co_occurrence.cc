#include "recommend/co_occurrence.h"

#include <algorithm>
#include <bit>
#include <string>

#include "core/error.h"
#include "core/watch.h"
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

// One row of counts at a time in a dense buffer that stays in cache; the bits say which counts are
// not 0, in order, so that emptying a nearly empty row costs n / 64.
class DenseRow {
 public:
  explicit DenseRow(std::size_t n) : count_(n, 0), touched_((n + 63) / 64, 0) {}

  // REQUIRES: n > 0.
  void add(std::uint32_t j, std::uint32_t n) {
    if (count_[j] == 0) touched_[j / 64] |= std::uint64_t{1} << (j % 64);
    count_[j] += n;
  }
  std::uint32_t operator[](std::size_t j) const { return count_[j]; }

  // Appends what is not 0, but for column `diagonal`, and empties the buffer.
  void flush(std::size_t diagonal, std::vector<CoCount> &entries) {
    for (std::size_t word = 0; word < touched_.size(); ++word) {
      for (std::uint64_t bits = touched_[word]; bits != 0; bits &= bits - 1) {
        const auto j = static_cast<std::uint32_t>(word * 64) +
                       static_cast<std::uint32_t>(std::countr_zero(bits));
        if (j != diagonal) entries.push_back({j, count_[j]});
        count_[j] = 0;
      }
      touched_[word] = 0;
    }
  }

 private:
  std::vector<std::uint32_t> count_;
  std::vector<std::uint64_t> touched_;
};

void require_same_items(const CoOccurrence &a, const CoOccurrence &b) {
  if (a.n_items() == b.n_items()) return;
  throw Error(Status::argument, "co-occurrence: counts of " + std::to_string(a.n_items()) +
                                    " items with counts of " + std::to_string(b.n_items()));
}

}  // namespace

CoOccurrence co_occurrence(const Interactions &rows) {
  const Interactions users_of = transpose(rows);
  const std::size_t n = rows.n_items;
  CoOccurrence out;
  out.degree.reserve(n);
  out.offsets.reserve(n + 1);
  out.entries.reserve(most_entries(rows));  // never copied; pages not written to cost nothing

  DenseRow count(n);
  for (std::size_t i = 0; i < n; ++i) {
    pulse();
    for (const std::uint32_t user : users_of.row(i)) {
      for (const std::uint32_t j : rows.row(user)) count.add(j, 1);
    }
    out.degree.push_back(count[i]);
    count.flush(i, out.entries);
    out.offsets.push_back(out.entries.size());
  }
  return out;
}

CoOccurrence sum(std::span<const CoOccurrence> parts) {
  CoOccurrence out;
  if (parts.empty()) return out;
  const std::size_t n = parts[0].n_items();
  out.degree.assign(n, 0);
  out.offsets.reserve(n + 1);
  std::size_t entries = 0;
  for (const CoOccurrence &part : parts) {
    require_same_items(parts[0], part);
    entries += part.entries.size();
  }
  out.entries.reserve(std::min(entries, n * n));
  DenseRow count(n);
  for (std::size_t i = 0; i < n; ++i) {
    pulse();
    for (const CoOccurrence &part : parts) {
      out.degree[i] += part.degree[i];
      for (const CoCount &entry : part.row(i)) count.add(entry.item, entry.count);
    }
    count.flush(i, out.entries);
    out.offsets.push_back(out.entries.size());
  }
  return out;
}

CoOccurrence subtract(const CoOccurrence &all, const CoOccurrence &part) {
  require_same_items(all, part);
  const auto fail = [] {
    throw Error(Status::argument, "co-occurrence: a part counts more than the whole");
  };
  CoOccurrence out;
  out.degree.reserve(all.n_items());
  out.offsets.reserve(all.offsets.size());
  out.entries.reserve(all.entries.size());
  for (std::size_t i = 0; i < all.n_items(); ++i) {
    pulse();
    if (part.degree[i] > all.degree[i]) fail();
    out.degree.push_back(all.degree[i] - part.degree[i]);
    auto less = part.row(i).begin();
    const auto end = part.row(i).end();
    for (const CoCount &entry : all.row(i)) {
      const bool both = less != end && less->item == entry.item;
      const std::uint32_t taken = both ? less->count : 0;
      if (taken > entry.count) fail();
      if (taken < entry.count) out.entries.push_back({entry.item, entry.count - taken});
      less += both;
    }
    if (less != end) fail();
    out.offsets.push_back(out.entries.size());
  }
  return out;
}

}  // namespace recveil::recommend

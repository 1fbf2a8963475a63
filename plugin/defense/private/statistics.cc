#include "defense/private/statistics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.h"

namespace recveil::defense {
namespace {

// floor(sqrt(n)): the root of doubles may be one off.
std::int64_t whole_root(std::int64_t n) {
  auto root = static_cast<std::int64_t>(std::sqrt(static_cast<double>(n)));
  while (root * root > n) --root;
  while ((root + 1) * (root + 1) <= n) ++root;
  return root;
}

}  // namespace

void add_counts(std::span<const std::uint32_t> history, std::span<std::int64_t> counts) {
  if (history.empty()) return;
  const auto step = whole_root(kScale * kScale / static_cast<std::int64_t>(history.size()));
  for (const std::uint32_t item : history) counts[item] += step;
}

Catalogue::Catalogue(std::vector<std::uint32_t> items, std::size_t n_items)
    : items_(std::move(items)), place_(n_items, kAbsent) {
  for (std::size_t place = 0; place < items_.size(); ++place) {
    if (items_[place] >= n_items) throw Error(Status::argument, "catalogue: item out of range");
    if (place_[items_[place]] != kAbsent)
      throw Error(Status::argument, "catalogue: duplicate item");
    place_[items_[place]] = static_cast<std::uint32_t>(place);
  }
}

std::vector<std::uint32_t> Catalogue::places(std::span<const std::uint32_t> history) const {
  std::vector<std::uint32_t> out;
  for (const std::uint32_t item : history) {
    if (place_[item] != kAbsent) out.push_back(place_[item]);
  }
  std::sort(out.begin(), out.end());
  return out;
}

void add_gram(std::span<const std::uint32_t> history, const Catalogue &catalogue,
              std::span<std::int64_t> triangle) {
  const std::vector<std::uint32_t> places = catalogue.places(history);
  if (places.empty()) return;
  const std::int64_t step = kScale / static_cast<std::int64_t>(places.size());
  for (std::size_t a = 0; a < places.size(); ++a) {
    std::int64_t *row = triangle.data() + triangle_at(catalogue.size(), places[a], 0);
    for (std::size_t b = a; b < places.size(); ++b) row[places[b]] += step;
  }
}

namespace {

constexpr std::size_t kLine = 32;  // places in a line of the cache

// One batch: people whose places stay near. Fewer than 65,536 of them, and places (kMaxCatalogue).
class Batch {
 public:
  Batch(const Catalogue &catalogue, std::span<std::int64_t> triangle)
      : catalogue_(catalogue), triangle_(triangle), first_(catalogue.size() + 1) {}

  void add(std::span<const std::size_t> offsets, std::span<const std::uint32_t> items) {
    const std::size_t people = offsets.size() - 1, n = catalogue_.size();
    // Held places, by place and then by person (a counting sort); and of each person, rising.
    std::fill(first_.begin(), first_.end(), 0);
    begin_.assign(people + 1, 0);
    for (std::size_t u = 0; u < people; ++u) {
      begin_[u + 1] = begin_[u];
      for (std::size_t k = offsets[u]; k < offsets[u + 1]; ++k) {
        const std::uint32_t place = catalogue_.place(items[k]);
        if (place == Catalogue::kAbsent) continue;
        ++first_[place + 1];
        ++begin_[u + 1];
      }
    }
    std::partial_sum(first_.begin(), first_.end(), first_.begin());
    holder_.resize(begin_[people]);
    std::vector<std::uint32_t> next(first_.begin(), first_.end() - 1);
    for (std::size_t u = 0; u < people; ++u) {
      for (std::size_t k = offsets[u]; k < offsets[u + 1]; ++k) {
        const std::uint32_t place = catalogue_.place(items[k]);
        if (place != Catalogue::kAbsent) holder_[next[place]++] = static_cast<std::uint16_t>(u);
      }
    }
    places_.resize(begin_[people]);
    at_.resize(begin_[people]);
    next.assign(begin_.begin(), begin_.end() - 1);
    for (std::uint32_t place = 0; place < n; ++place) {
      for (std::uint32_t k = first_[place]; k < first_[place + 1]; ++k) {
        at_[k] = next[holder_[k]]++;
        places_[at_[k]] = static_cast<std::uint16_t>(place);
      }
    }
    // A division a person instead of one for each of their places.
    step_.assign(people, 0);
    for (std::size_t u = 0; u < people; ++u) {
      const auto held = static_cast<std::int64_t>(begin_[u + 1] - begin_[u]);
      if (held > 0) step_[u] = kScale / held;
    }
    for (std::size_t place = 0; place < n; ++place) {
      std::int64_t *row = triangle_.data() + triangle_at(n, place, 0);
      for (std::uint32_t k = first_[place]; k < first_[place + 1]; ++k) {
        const std::uint32_t u = holder_[k];
        // Runs are short and lie anywhere in the second cache.
        if (k + 2 < first_[place + 1]) {
          const std::size_t soon = at_[k + 2], most = std::min(places_.size(), soon + 3 * kLine);
          for (std::size_t at = soon; at < most; at += kLine) {
            __builtin_prefetch(places_.data() + at);
          }
        }
        const std::uint16_t *other = places_.data() + at_[k], *end = places_.data() + begin_[u + 1];
        const std::int64_t step = step_[u];
        for (; end - other >= 4; other += 4) {  // places of a person differ
          row[other[0]] += step;
          row[other[1]] += step;
          row[other[2]] += step;
          row[other[3]] += step;
        }
        for (; other < end; ++other) row[*other] += step;
      }
    }
  }

 private:
  const Catalogue &catalogue_;
  std::span<std::int64_t> triangle_;
  std::vector<std::uint32_t> first_;   // of each place, in holder_ and at_
  std::vector<std::uint16_t> holder_;  // who holds it
  std::vector<std::uint32_t> at_;      // and where it is in places_
  std::vector<std::uint32_t> begin_;   // of each person, in places_
  std::vector<std::uint16_t> places_;
  std::vector<std::int64_t> step_;  // of each person
};

}  // namespace

void add_grams(std::span<const std::size_t> offsets, std::span<const std::uint32_t> items,
               const Catalogue &catalogue, std::span<std::int64_t> triangle) {
  // At most 8 MB besides. A batch goes over all rows of the triangle, so that few are better.
  constexpr std::size_t kPeople = 4096, kItems = std::size_t{1} << 20;
  Batch batch(catalogue, triangle);
  const std::size_t people = offsets.size() - 1;
  for (std::size_t first = 0, last = 0; first < people; first = last) {
    while (last < people && (last == first || (last - first < kPeople &&
                                               offsets[last + 1] - offsets[first] < kItems))) {
      ++last;
    }
    batch.add(offsets.subspan(first, last - first + 1), items);
  }
}

}  // namespace recveil::defense

#include "defense/screen/carry.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace recveil::defense {

void ScreenCarry::add(const ItemCounts &batch, std::span<const ScoreSums> sums, double keep) {
  if (sums_.empty()) *this = ScreenCarry(sums.size());
  const double reach =
      keep * counts_.accounts * counts_.length_ratio + batch.accounts * batch.length_ratio;
  counts_.accounts = keep * counts_.accounts + batch.accounts;
  counts_.length_ratio = counts_.accounts > 0 ? reach / counts_.accounts : 1;
  for (std::size_t i = 0; i < sums_.size(); ++i) {
    for (std::size_t p = 0; p < kPushes; ++p) {
      counts_.count[p][i] = keep * counts_.count[p][i] + batch.count[p][i];
    }
    sums_[i].n = keep * sums_[i].n + sums[i].n;
    for (std::size_t c = 0; c < kChannels; ++c) {
      sums_[i].sum[c] = keep * sums_[i].sum[c] + sums[i].sum[c];
    }
  }
}

void ScreenCarry::remove(std::span<const std::uint32_t> items,
                         std::span<const CarriedEntry> entries, const RatingScale &scale,
                         const ChannelRow &z, double weight, bool down) {
  counts_.accounts = std::max(0.0, counts_.accounts - weight);
  for (std::size_t e = 0; e < items.size(); ++e) {
    const auto left = static_cast<double>(entries[e].left);
    if (left <= 0) continue;
    counts_.add(items[e], entries[e].level(down), -left);
    for (auto &count : counts_.count) count[items[e]] = std::max(0.0, count[items[e]]);
    if (scale.rated && entries[e].level(down) == 0) continue;
    sums_[items[e]].add(z, -std::min(left, sums_[items[e]].n));
  }
}

std::vector<double> ScreenCarry::numbers() const {
  std::vector<double> out{counts_.accounts, counts_.accounts * counts_.length_ratio};
  out.reserve(count_of_numbers(n_items()));
  for (std::size_t i = 0; i < n_items(); ++i) {
    for (std::size_t p = 0; p < kPushes; ++p) out.push_back(counts_.count[p][i]);
    out.push_back(sums_[i].n);
    for (const double sum : sums_[i].sum) out.push_back(sum);
  }
  return out;
}

ScreenCarry ScreenCarry::from_numbers(std::span<const double> numbers, std::size_t n_items) {
  if (numbers.size() != count_of_numbers(n_items)) {
    throw Error(Status::data, "carry: is of another number of items");
  }
  for (const double number : numbers) {
    if (!std::isfinite(number)) throw Error(Status::data, "carry: a number is not finite");
  }
  ScreenCarry out(n_items);
  out.counts_.accounts = numbers[0];
  out.counts_.length_ratio = numbers[0] > 0 ? numbers[1] / numbers[0] : 1;
  std::size_t at = 2;
  for (std::size_t i = 0; i < n_items; ++i) {
    for (std::size_t p = 0; p < kPushes; ++p) out.counts_.count[p][i] = numbers[at++];
    out.sums_[i].n = numbers[at++];
    for (double &sum : out.sums_[i].sum) sum = numbers[at++];
    if (out.counts_.count[0][i] < 0 || out.sums_[i].n < 0) {
      throw Error(Status::data, "carry: a count is negative");
    }
  }
  if (numbers[0] < 0) throw Error(Status::data, "carry: a count is negative");
  return out;
}

}  // namespace recveil::defense

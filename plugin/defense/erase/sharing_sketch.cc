#include "defense/erase/sharing_sketch.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "defense/erase/shared_rows.h"

namespace recveil::defense {
namespace {

template <class Word>
struct Parts {
  explicit Parts(std::span<Word> sketch)
      : buckets(sketch.first(kSharingBuckets)),
        hashes(sketch.subspan(kSharingBuckets, kSharingSample)),
        counts(sketch.subspan(kSharingBuckets + kSharingSample, kSharingSample)),
        size(sketch.back()) {}

  std::span<Word> buckets, hashes, counts;
  Word &size;
};

// `count` more rows with this hash, if it is among the smallest.
void sample(Parts<std::uint64_t> &to, std::uint64_t hash, std::uint64_t count) {
  const std::size_t n = to.size;
  if (n == kSharingSample && hash > to.hashes[n - 1]) return;
  const auto at = static_cast<std::size_t>(
      std::lower_bound(to.hashes.begin(), to.hashes.begin() + static_cast<std::ptrdiff_t>(n),
                       hash) -
      to.hashes.begin());
  if (at < n && to.hashes[at] == hash) {
    to.counts[at] += count;
    return;
  }
  const std::size_t moved = std::min(n, kSharingSample - 1);
  for (std::size_t i = moved; i > at; --i) {
    to.hashes[i] = to.hashes[i - 1];
    to.counts[i] = to.counts[i - 1];
  }
  to.hashes[at] = hash;
  to.counts[at] = count;
  to.size = moved + 1;
}

// Rows above what chance puts into buckets of rows that all differ: n / 1,024 in each, which is
// beyond 6 standard deviations and kCrowd in no bucket of a million sketches.
double crowded_buckets(std::span<const std::uint64_t> buckets) {
  std::array<std::uint64_t, kSharingBuckets> sorted;
  std::copy(buckets.begin(), buckets.end(), sorted.begin());
  const auto middle = sorted.begin() + kSharingBuckets / 2;
  std::nth_element(sorted.begin(), middle, sorted.end());
  const auto usual = static_cast<double>(*middle);
  const double most = usual + 6 * std::sqrt(usual) + 2 * static_cast<double>(kCrowd);
  double out = 0;
  for (const std::uint64_t n : buckets) {
    if (static_cast<double>(n) > most) out += static_cast<double>(n) - usual;
  }
  return out;
}

}  // namespace

void sharing_add(std::span<std::uint64_t> sketch, std::uint64_t hash) {
  Parts<std::uint64_t> to(sketch);
  ++to.buckets[hash % kSharingBuckets];
  sample(to, hash / kSharingBuckets, 1);
}

void sharing_merge(std::span<std::uint64_t> into, std::span<const std::uint64_t> from) {
  Parts<std::uint64_t> to(into);
  const Parts<const std::uint64_t> of(from);
  for (std::size_t b = 0; b < kSharingBuckets; ++b) to.buckets[b] += of.buckets[b];
  for (std::size_t i = 0; i < of.size; ++i) sample(to, of.hashes[i], of.counts[i]);
}

bool sharing_holds(std::span<const std::uint64_t> sketch, std::uint64_t n) {
  const Parts<const std::uint64_t> of(sketch);
  if (of.size > kSharingSample) return false;
  std::uint64_t all = 0, sampled = 0;
  for (const std::uint64_t count : of.buckets) {
    if (count > n || (all += count) > n) return false;
  }
  for (std::size_t i = 0; i < kSharingSample; ++i) {
    const bool used = i < of.size;
    if (used != (of.counts[i] > 0) || (!used && of.hashes[i] != 0)) return false;
    if (used && i > 0 && of.hashes[i] <= of.hashes[i - 1]) return false;
    if (of.counts[i] > n || (sampled += of.counts[i]) > n) return false;
  }
  return all == n && (of.size == kSharingSample || sampled == n);
}

std::uint64_t sharing_estimate(std::span<const std::uint64_t> sketch, std::uint64_t n) {
  const Parts<const std::uint64_t> of(sketch);
  double sampled = 0, shared = 0;
  for (std::size_t i = 0; i < of.size; ++i) {
    sampled += static_cast<double>(of.counts[i]);
    if (of.counts[i] >= kCrowd) shared += static_cast<double>(of.counts[i]);
  }
  if (of.size < kSharingSample) return static_cast<std::uint64_t>(shared);
  const double light = sampled > 0 ? shared / sampled * static_cast<double>(n) : 0;
  return static_cast<std::uint64_t>(std::llround(std::max(light, crowded_buckets(of.buckets))));
}

}  // namespace recveil::defense

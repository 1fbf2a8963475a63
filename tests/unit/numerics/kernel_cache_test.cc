#include "numerics/kernel_cache.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <list>
#include <vector>

#include "core/random.h"

namespace recveil::numerics {
namespace {

constexpr std::size_t kBytesOfRow = 32 * sizeof(float);

// Value i of the row of `point`.
float value(std::size_t point, std::size_t i) {
  return static_cast<float>(1000 * point + i);
}

// Fills the row if it has to be, and checks it if not.
bool fetch(KernelCache &cache, std::size_t point, const std::vector<std::uint32_t> &points) {
  const KernelCache::Row row = cache.row(point);
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (!row.filled) row.values[i] = value(points[point], points[i]);
    EXPECT_EQ(row.values[i], value(points[point], points[i])) << point << ' ' << i;
  }
  return row.filled;
}

std::vector<std::uint32_t> first(std::size_t n) {
  std::vector<std::uint32_t> out(n);
  for (std::size_t i = 0; i < n; ++i) out[i] = static_cast<std::uint32_t>(i);
  return out;
}

// The slow twin is a list of points, latest first.
TEST(KernelCache, KeepsTheLatestRowsThatFit) {
  Rng rng(1);
  for (const std::size_t fitting : {2u, 3u, 7u, 20u}) {
    KernelCache cache(20, 32, fitting * kBytesOfRow);
    std::list<std::size_t> latest;
    for (int repeat = 0; repeat < 2000; ++repeat) {
      const std::size_t point = rng.below(20);
      const auto found = std::find(latest.begin(), latest.end(), point);
      EXPECT_EQ(fetch(cache, point, first(20)), found != latest.end());
      if (found != latest.end()) latest.erase(found);
      latest.push_front(point);
      if (latest.size() > fitting) latest.pop_back();
    }
  }
}

TEST(KernelCache, HoldsTwoRowsWhateverTheLimit) {
  KernelCache cache(9, 16, 0);
  const std::vector<std::uint32_t> points = first(9);
  for (std::size_t i = 0; i < 9; ++i) {
    const KernelCache::Row one = cache.row(i);
    for (std::size_t k = 0; k < 9; ++k) one.values[k] = value(i, k);
    const KernelCache::Row two = cache.row((i + 1) % 9);
    EXPECT_FALSE(two.filled);
    EXPECT_NE(one.values, two.values);
    for (std::size_t k = 0; k < 9; ++k) EXPECT_EQ(one.values[k], value(i, k));
    for (std::size_t k = 0; k < 9; ++k) two.values[k] = value((i + 1) % 9, k);
    EXPECT_TRUE(fetch(cache, i, points));
  }
}

TEST(KernelCache, StaysBelowItsLimit) {
  EXPECT_LE(KernelCache(50000, 50000, 100u << 20).bytes(), 100u << 20);
  EXPECT_GT(KernelCache(50000, 50000, 100u << 20).bytes(), 99u << 20);
  EXPECT_EQ(KernelCache(50000, 50000, 0).bytes(), 2 * 50000 * sizeof(float));
  EXPECT_EQ(KernelCache(3, 16, 100u << 20).bytes(), 3 * 16 * sizeof(float));
}

TEST(KernelCache, CompactKeepsWhatIsKept) {
  Rng rng(2);
  for (int repeat = 0; repeat < 100; ++repeat) {
    std::vector<std::uint32_t> points = first(100);
    KernelCache cache(100, 112, 40 * 112 * sizeof(float));
    for (int use = 0; use < 60; ++use) fetch(cache, rng.below(100), points);
    while (points.size() > 4) {
      std::vector<std::uint32_t> kept, left;
      for (std::uint32_t i = 0; i < points.size(); ++i) {
        if (rng.uniform() < 0.3 && points.size() - 4 > i - kept.size()) continue;
        kept.push_back(i);
        left.push_back(points[i]);
      }
      cache.compact(kept, (kept.size() + 15) / 16 * 16);
      points = left;
      for (std::size_t use = 0; use < 30; ++use) fetch(cache, rng.below(points.size()), points);
    }
  }
}

}  // namespace
}  // namespace recveil::numerics

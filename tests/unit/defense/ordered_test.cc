// ordered_slate(), whose lists may be longer than the window of seen positions it keeps.
#include <gtest/gtest.h>

#include <numeric>
#include <vector>

#include "core/random.h"
#include "core/serving.h"
#include "defense/serve/draw.h"
#include "support/draw_slow.h"

namespace recveil::defense {
namespace {

using Positions = std::vector<std::uint32_t>;

Positions ordered(std::size_t n, std::size_t length, const Positions &seen, std::size_t offset,
                  std::size_t k) {
  Positions out(k);
  out.resize(ordered_slate(n, length, seen, offset, out));
  return out;
}

Positions counted(std::size_t n) {
  Positions out(n);
  std::iota(out.begin(), out.end(), 0u);
  return out;
}

TEST(Ordered, AgreesWithTheSlowTwin) {
  Rng rng(1);
  for (const std::size_t n : {std::size_t{1}, std::size_t{2}, std::size_t{100}, kMaxPool - 1,
                              kMaxPool, kMaxPool + 1, 2 * kMaxPool, 3 * kMaxPool + 7}) {
    const Positions order = counted(n);
    for (int round = 0; round < 20; ++round) {
      const std::size_t length = rng.below(2) != 0 ? n : 1 + rng.below(n);
      const std::size_t offset = rng.below(length + 2), k = rng.below(200);
      Positions seen(rng.below(3) * rng.below(n + 1));
      for (std::uint32_t &position : seen) position = static_cast<std::uint32_t>(rng.below(n));
      ASSERT_EQ(ordered(n, length, seen, offset, k),
                support::slow_page(order, length, seen, offset, k))
          << n << " long, " << seen.size() << " seen, page " << offset << " + " << k;
    }
  }
}

// A list of which whole windows are seen, and single places at the windows' edges are not.
TEST(Ordered, CrossesWindows) {
  const std::size_t n = 3 * kMaxPool;
  Positions seen, left;
  for (const std::uint32_t position : counted(n)) {
    const std::size_t edge = position % kMaxPool;
    (edge == 0 || edge == kMaxPool - 1 ? left : seen).push_back(position);
  }
  EXPECT_EQ(ordered(n, n, seen, 0, 10), left);
  EXPECT_EQ(ordered(n, n, seen, 2, 2), (Positions{left[2], left[3]}));
}

TEST(Ordered, Extremes) {
  EXPECT_EQ(ordered(0, 0, {}, 0, 5), Positions{});
  EXPECT_EQ(ordered(5, 5, {}, 0, 5), counted(5));
  EXPECT_EQ(ordered(5, 3, {}, 0, 5), counted(3));
  EXPECT_EQ(ordered(5, 3, {0}, 0, 5), (Positions{1, 2, 3}));
  EXPECT_EQ(ordered(5, 9, {}, 4, 5), Positions{4});
  EXPECT_EQ(ordered(5, 9, {}, 5, 5), Positions{});
  EXPECT_EQ(ordered(5, 9, {}, ~std::size_t{0}, 5), Positions{});
  EXPECT_EQ(ordered(5, 9, counted(5), 0, 5), Positions{});
  EXPECT_EQ(ordered(5, 9, {}, 0, 0), Positions{});
}

}  // namespace
}  // namespace recveil::defense

#include "defense/serve/draw.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/random.h"
#include "core/serving.h"
#include "support/draw_slow.h"

namespace recveil::defense {
namespace {

using Positions = std::vector<std::uint32_t>;

Key random_test_key(Rng &rng) {
  Key key;
  for (unsigned char &byte : key.bytes) byte = static_cast<unsigned char>(rng.below(256));
  return key;
}

// The page as draw_slate() writes it; what is behind the last place must not be touched.
Positions drawn(const Key &key, std::uint64_t user, std::size_t pool, std::size_t length,
                const Positions &seen, std::size_t offset, std::size_t k) {
  constexpr std::uint32_t kUntouched = 0xabababab;
  Positions out(k + 3, kUntouched);
  const std::size_t n = draw_slate(key, user, pool, length, seen, offset, std::span(out).first(k));
  EXPECT_LE(n, k);
  EXPECT_TRUE(std::all_of(out.begin() + static_cast<std::ptrdiff_t>(n), out.end(),
                          [&](std::uint32_t value) { return value == kUntouched; }));
  out.resize(n);
  return out;
}

Positions random_seen(Rng &rng, std::size_t pool) {
  const std::size_t sizes[] = {0, 1, rng.below(pool + 1), 2 * pool};
  Positions seen(sizes[rng.below(4)]);
  for (std::uint32_t &position : seen) position = static_cast<std::uint32_t>(rng.below(pool));
  if (rng.below(20) == 0) {  // everything
    seen.resize(pool);
    for (std::size_t i = 0; i < pool; ++i) seen[i] = static_cast<std::uint32_t>(pool - 1 - i);
  }
  return seen;
}

// RFC 8439, section 2.3.2; its block counter 1 and nonce 00000009 0000004a 00000000 are here a
// counter of 64 bits and a nonce of 64 bits.
TEST(SlowDraw, UsesTheCipherOfTheRfc) {
  std::array<unsigned char, 32> key{};
  for (std::size_t i = 0; i < 32; ++i) key[i] = static_cast<unsigned char>(i);
  EXPECT_EQ(
      support::chacha20_block(key, 0x4a000000, 0x0900000000000001),
      (support::ChaChaBlock{0xe4e7f110, 0x15593bd1, 0x1fdd0f50, 0xc47120a3, 0xc7f4d1c7, 0x0368c033,
                            0x9aaa2204, 0x4e6cd4c3, 0x466482d2, 0x09aa9f07, 0x05d7c214, 0xa2028bd9,
                            0xd19c12b5, 0xb94e16de, 0xe883d0cb, 0x4e3c50a2}));
}

TEST(Draw, AgreesWithTheSlowTwin) {
  Rng rng(1);
  constexpr std::size_t kPools[] = {1,   2,   3,   31,   32,   33,   64,    100,
                                    127, 128, 129, 1000, 1001, 4096, 16383, kMaxPool};
  for (int round = 0; round < 300; ++round) {
    const Key key = random_test_key(rng);
    const std::uint64_t user = rng.below(3) == 0 ? rng.below(10) : ~rng.below(~std::uint64_t{0});
    for (const std::size_t pool : kPools) {
      if (pool > 1001 && round % 10 != 0) continue;
      const Positions order = support::slow_shuffle(key.bytes, user, pool).order;
      for (int page = 0; page < 4; ++page) {
        const std::size_t length = 1 + rng.below(std::min<std::size_t>(1000, 2 * pool));
        const std::size_t offset = rng.below(length + 2), k = rng.below(length + 5);
        const Positions seen = random_seen(rng, pool);
        ASSERT_EQ(drawn(key, user, pool, length, seen, offset, k),
                  support::slow_page(order, length, seen, offset, k))
            << "pool " << pool << ", length " << length << ", " << seen.size() << " seen, page "
            << offset << " + " << k;
      }
    }
  }
}

// Words that would make some position likelier are drawn again, about one in a million at this pool
// size: the whole shuffle of enough users must meet some.
TEST(Draw, RejectsWordsAsTheSlowTwinDoes) {
  Rng rng(2);
  const Key key = random_test_key(rng);
  std::size_t rejected = 0;
  for (std::uint64_t user = 0; user < 400; ++user) {
    const support::Shuffle slow = support::slow_shuffle(key.bytes, user, kMaxPool);
    rejected += slow.rejected;
    ASSERT_EQ(drawn(key, user, kMaxPool, kMaxPool, {}, 0, kMaxPool), slow.order) << user;
  }
  EXPECT_GT(rejected, 0u);
}

TEST(Draw, PagesContinueEachOther) {
  Rng rng(3);
  const Key key = random_test_key(rng);
  for (std::uint64_t user = 0; user < 50; ++user) {
    for (const Positions &seen : {Positions{}, random_seen(rng, 1000)}) {
      const Positions whole = drawn(key, user, 1000, 100, seen, 0, 100);
      Positions pages;
      for (std::size_t offset = 0; offset < 110; offset += 7) {
        const Positions page = drawn(key, user, 1000, 100, seen, offset, 7);
        pages.insert(pages.end(), page.begin(), page.end());
      }
      ASSERT_EQ(pages, whole);
    }
  }
}

// Seeing more only takes places out: the rest keeps its order.
TEST(Draw, SeenItemsAreSkipped) {
  Rng rng(4);
  const Key key = random_test_key(rng);
  for (std::uint64_t user = 0; user < 50; ++user) {
    const Positions all = drawn(key, user, 300, 300, {}, 0, 300);
    const Positions seen = random_seen(rng, 300);
    Positions rest;
    for (const std::uint32_t position : all) {
      if (std::find(seen.begin(), seen.end(), position) == seen.end()) rest.push_back(position);
    }
    ASSERT_EQ(drawn(key, user, 300, 300, seen, 0, 300), rest);
  }
}

TEST(Draw, Extremes) {
  Rng rng(5);
  const Key key = random_test_key(rng);
  EXPECT_EQ(drawn(key, 1, 1, 1, {}, 0, 1), Positions{0});
  EXPECT_EQ(drawn(key, 1, 1, 1000, {}, 0, 1000), Positions{0});
  EXPECT_EQ(drawn(key, 1, 1, 1, {0}, 0, 1), Positions{});
  EXPECT_EQ(drawn(key, 1, 0, 10, {}, 0, 10), Positions{});
  EXPECT_EQ(drawn(key, 1, 1000, 100, {}, 0, 0), Positions{});
  EXPECT_EQ(drawn(key, 1, 1000, 100, {}, 100, 10), Positions{});
  EXPECT_EQ(drawn(key, 1, 1000, 100, {}, ~std::size_t{0}, 10), Positions{});
  EXPECT_EQ(drawn(key, 1, 1000, 100, {}, 95, 10).size(), 5u);
  EXPECT_EQ(drawn(key, 1, 10, 100, {}, 8, 10).size(), 2u);
  EXPECT_EQ(drawn(key, 1, 10, 100, {}, 10, 10), Positions{});
  Positions everything(kMaxPool);
  for (std::size_t i = 0; i < kMaxPool; ++i) everything[i] = static_cast<std::uint32_t>(i);
  EXPECT_EQ(drawn(key, 1, kMaxPool, 1000, everything, 0, 1000), Positions{});
  const Positions only{everything.back()};
  everything.pop_back();
  EXPECT_EQ(drawn(key, 1, kMaxPool, 1000, everything, 0, 1000), only);
  EXPECT_EQ(drawn(key, 1, kMaxPool, 1000, everything, 1, 1000), Positions{});
}

TEST(Draw, DependsOnKeyAndUserAlone) {
  Rng rng(6);
  const Key key = random_test_key(rng), other = random_test_key(rng);
  const Positions list = drawn(key, 1, 1000, 100, {}, 0, 100);
  EXPECT_EQ(drawn(key, 1, 1000, 100, {}, 0, 100), list);
  EXPECT_NE(drawn(key, 2, 1000, 100, {}, 0, 100), list);
  EXPECT_NE(drawn(key, std::uint64_t{1} << 32, 1000, 100, {}, 0, 100), list);
  EXPECT_NE(drawn(other, 1, 1000, 100, {}, 0, 100), list);
  // A longer list starts with the shorter one.
  Positions longer = drawn(key, 1, 1000, 200, {}, 0, 200);
  longer.resize(100);
  EXPECT_EQ(longer, list);
}

}  // namespace
}  // namespace recveil::defense

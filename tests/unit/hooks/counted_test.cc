#include "hooks/update/counted.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "core/keys.h"

namespace recveil::hooks {
namespace {

constexpr std::string_view kMagic = "RVTESTC1";

TEST(Counted, FadesAndIsRefreshed) {
  Counted counted;
  EXPECT_EQ(counted.weight(7, 0, .9), 0);
  counted.add({9, 7, 7}, 1);
  counted.add({8, 9}, 3);
  EXPECT_EQ(counted.size(), 3u);
  EXPECT_FLOAT_EQ(counted.weight(7, 3, .9), .81F);
  EXPECT_FLOAT_EQ(counted.weight(9, 3, .9), 1);
  EXPECT_FLOAT_EQ(counted.weight(8, 4, .9), .9F);
  EXPECT_EQ(counted.weight(10, 4, .9), 0);
}

TEST(Counted, ForgetsTheOldestBeyondItsSize) {
  constexpr std::uint64_t kMost = 1 << 20;
  Counted counted;
  counted.add({1, 2, 3}, 1);
  std::vector<std::uint64_t> many;
  for (std::uint64_t i = 0; i + 1 < kMost; ++i) many.push_back(100 + i);
  counted.add(many, 2);
  EXPECT_EQ(counted.size(), kMost);
  EXPECT_EQ(counted.weight(1, 2, 1) + counted.weight(2, 2, 1) + counted.weight(3, 2, 1), 1);
  EXPECT_EQ(counted.weight(100, 2, 1), 1);
}

TEST(Counted, ComesBackFromAFile) {
  Counted counted;
  counted.add({5, 6}, 4);
  state::SealedWriter out(kMagic);
  counted.write(out);
  const std::string bytes = std::move(out).seal(Key());
  const std::string name = "test";
  state::SealedReader in(bytes, kMagic, Key(), name);
  const Counted back = Counted::read(in);
  in.finish();
  EXPECT_EQ(back.size(), 2u);
  EXPECT_FLOAT_EQ(back.weight(6, 5, .5), .5F);

  state::SealedWriter wrong(kMagic);
  wrong.number(2);
  for (const std::uint64_t x : {9u, 1u, 3u, 1u}) wrong.number(x);
  const std::string bad = std::move(wrong).seal(Key());
  state::SealedReader from(bad, kMagic, Key(), name);
  EXPECT_THROW(Counted::read(from), Error);
}

}  // namespace
}  // namespace recveil::hooks

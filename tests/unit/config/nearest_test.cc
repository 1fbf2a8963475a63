#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "config/reader.h"
#include "core/random.h"

namespace recveil::config {
namespace {

// Levenshtein's distance by its definition.
std::size_t distance(const std::string &a, const std::string &b) {
  if (a.empty() || b.empty()) return a.size() + b.size();
  const std::string a1 = a.substr(1), b1 = b.substr(1);
  if (a[0] == b[0]) return distance(a1, b1);
  return 1 + std::min({distance(a1, b), distance(a, b1), distance(a1, b1)});
}

TEST(Nearest, IsTheFirstOfTheNearest) {
  Rng rng(1);
  const auto random_word = [&](std::size_t max) {
    std::string word(rng.below(max), ' ');
    for (char &letter : word) letter = static_cast<char>('a' + rng.below(3));
    return word;
  };
  for (int round = 0; round < 2000; ++round) {
    const std::string word = random_word(9);
    std::vector<std::string> candidates;
    for (int i = 0; i < 3; ++i) candidates.push_back(random_word(7));
    std::size_t best = std::max<std::size_t>(2, word.size() / 3) + 1;
    std::string wanted;
    for (const std::string &candidate : candidates) {
      if (distance(word, candidate) >= best) continue;
      best = distance(word, candidate);
      wanted = candidate;
    }
    ASSERT_EQ(nearest(word, candidates), wanted) << word;
  }
}

TEST(Nearest, IsNothingFarAway) {
  const std::vector<std::string> keys{"mode", "list_length", "ratio"};
  EXPECT_EQ(nearest("lenght", keys), "");
  EXPECT_EQ(nearest("list-lenght", keys), "list_length");
  EXPECT_EQ(nearest("", keys), "");
  EXPECT_EQ(nearest("ratio", {}), "");
}

}  // namespace
}  // namespace recveil::config

#include "defense/screen/crowding.h"

#include <algorithm>
#include <boost/math/distributions/negative_binomial.hpp>
#include <cmath>
#include <utility>

#include "core/watch.h"

namespace recveil::defense {
namespace {

constexpr std::size_t kMostAccounts = 1500;
constexpr std::size_t kLeastNeighbours = 3, kMostNeighbours = 64;

}  // namespace

CrowdedGroup most_crowded(const CoordinationInput &in, ItemTests &tests) {
  const SimilarityTest &similarity = in.channels.similarity();
  std::vector<std::uint32_t> accounts;
  for (std::uint32_t u = 0; u < in.batch.size(); ++u) {
    if (tests.active(u) && in.batch.row(u).size() > 0 && !in.judged.known(u)) accounts.push_back(u);
  }
  if (accounts.size() > kMostAccounts) {
    std::vector<std::uint32_t> some;
    for (std::size_t i = 0; i < kMostAccounts; ++i) {
      some.push_back(accounts[i * accounts.size() / kMostAccounts]);
    }
    accounts = std::move(some);
  }
  CrowdedGroup out;
  const std::size_t n = accounts.size();
  if (n <= kLeastNeighbours) return out;
  std::vector<const FeaturePoint *> points(n);
  for (std::size_t i = 0; i < n; ++i) points[i] = tests.point_of(accounts[i]);
  const double share =
      static_cast<double>(n) / static_cast<double>(similarity.parts().reference.rows);
  std::vector<std::pair<double, std::size_t>> near;
  for (std::size_t a = 0; a < n; ++a) {
    pulse();
    near.clear();
    for (std::size_t b = 0; b < n; ++b) {
      if (b == a) continue;
      near.emplace_back(similarity.trusted_within(*points[a], *points[b]), b);
    }
    const std::size_t most = std::min(kMostNeighbours, near.size());
    std::partial_sort(near.begin(), near.begin() + static_cast<std::ptrdiff_t>(most), near.end());
    for (std::size_t k = kLeastNeighbours; k <= most; ++k) {
      const double expected = share * near[k - 1].first;
      if (expected >= static_cast<double>(k)) continue;
      const boost::math::negative_binomial spread(
          SimilarityTest::kWithinRank,
          SimilarityTest::kWithinRank / (SimilarityTest::kWithinRank + expected));
      const double tail =
          boost::math::cdf(boost::math::complement(spread, static_cast<double>(k) - 1));
      const double p = std::min(1.0, tail * static_cast<double>(n * most));
      if (p >= out.p) continue;
      out.p = p;
      out.accounts.assign(1, accounts[a]);
      for (std::size_t i = 0; i < k; ++i) out.accounts.push_back(accounts[near[i].second]);
    }
  }
  return out;
}

}  // namespace recveil::defense

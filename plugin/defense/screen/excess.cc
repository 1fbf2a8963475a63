#include "defense/screen/excess.h"

#include <algorithm>
#include <boost/math/distributions/negative_binomial.hpp>
#include <cmath>
#include <numeric>

namespace recveil::defense {
namespace {

constexpr double kUnknownDispersion = .5;
constexpr std::size_t kBlocks = 8;

}  // namespace

ItemCounts::ItemCounts(std::size_t n_items, double accounts_, double length_ratio_)
    : accounts(accounts_), length_ratio(length_ratio_) {
  for (auto &counts : count) counts.assign(n_items, 0);
}

void ItemCounts::add(const AccountRow &row, const RatingScale &scale, double sign) {
  for (std::size_t e = 0; e < row.size(); ++e) add(row.items[e], push_level(row, e, scale), sign);
}

ExcessTest::ExcessTest(const ItemHistory &history, double alpha) : alpha_(std::max(.02, alpha)) {
  const double n = static_cast<double>(std::max<std::size_t>(1, history.n_items()));
  for (std::size_t p = 0; p < history.pushes(); ++p) {
    double sum = 0, squares = 0;
    for (const double c : history.count[p]) sum += c, squares += c * c;
    mean_[p] = std::max(sum / n, 1e-9);
    const double variance = squares / n - mean_[p] * mean_[p];
    shape_[p] = std::max(.1, mean_[p] * mean_[p] / std::max(variance - mean_[p], 1e-9));
  }
}

Excess ExcessTest::test(std::uint32_t item, const ItemHistory &history, const ItemCounts &batch,
                        const ItemCounts *carried) const {
  Excess worst;
  const double reach = batch.accounts * batch.length_ratio +
                       (carried != nullptr ? carried->accounts * carried->length_ratio : 0);
  const double accounts = batch.accounts + (carried != nullptr ? carried->accounts : 0);
  for (std::size_t p = 0; p < history.pushes(); ++p) {
    const double observed =
        batch.count[p][item] + (carried != nullptr ? carried->count[p][item] : 0);
    const double known = history.count[p][item] + shape_[p];
    const double expected =
        std::clamp(known * reach / (history.accounts + shape_[p] * history.accounts / mean_[p]),
                   1e-9, .95 * accounts);
    worst.of_push_observed[p] = observed;
    worst.of_push_expected[p] = expected;
    if (observed < 3 || observed <= expected || batch.count[p][item] < 1) continue;
    const double size = 1 / (1 / known + alpha_);
    const boost::math::negative_binomial spread(size, size / (size + expected));
    const double tail = boost::math::cdf(boost::math::complement(spread, observed - 1));
    const double corrected = std::min(1.0, tail * static_cast<double>(history.pushes()));
    if (corrected < worst.p) {
      worst.p = corrected;
      worst.observed = observed;
      worst.expected = expected;
      worst.push = static_cast<Push>(p);
    }
  }
  return worst;
}

double arrival_dispersion(const ScreenAccounts &window, const RatingScale &scale) {
  const std::size_t n = window.size();
  if (window.arrived_at.empty() || n < 200) return kUnknownDispersion;
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return window.arrived_at[a] < window.arrived_at[b];
  });
  double off = 0, square = 0;
  ItemCounts before(window.n_items, 0, 1);
  double interactions_before = 0;
  for (std::size_t b = 0; b < kBlocks; ++b) {
    const std::size_t from = n * b / kBlocks, until = n * (b + 1) / kBlocks;
    ItemCounts block(window.n_items, static_cast<double>(until - from), 1);
    double interactions = 0;
    for (std::size_t i = from; i < until; ++i) {
      block.add(window.row(order[i]), scale);
      interactions += static_cast<double>(window.row(order[i]).size());
    }
    if (2 * b >= kBlocks) {
      const double share = interactions / std::max(1.0, interactions_before);
      for (std::uint32_t i = 0; i < window.n_items; ++i) {
        const double expected = before.count[0][i] * share;
        if (expected < 1) continue;
        const double difference = block.count[0][i] - expected;
        // Both sides over the expectation, or the few most popular items would decide alone.
        off += (difference * difference - expected * (1 + share)) / expected;
        square += expected;
      }
    }
    for (std::uint32_t i = 0; i < window.n_items; ++i) before.count[0][i] += block.count[0][i];
    interactions_before += interactions;
  }
  if (square <= 0) return kUnknownDispersion;
  return std::clamp(off / square, .1, 3.0);
}

}  // namespace recveil::defense

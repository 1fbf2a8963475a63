#include "defense/fold/drift.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "core/watch.h"
#include "numerics/linear_map.h"

namespace recveil::defense {
namespace {

constexpr std::size_t kLeastOrdinary = 20;  // below, nothing is said
constexpr double kTail = .1;                // share of the ordinary changes that Hill looks at

bool known(const FoldSketch &before, const FoldSketch &now, const Place &at) {
  return before.support[at.before] > 0 && now.support[at.now] > 0;
}

// The row that an item had, to look up what its weights were. Rows of full length, so that looking
// one up is a loop without branches.
class LastRow {
 public:
  LastRow(const FoldSketch &sketch, std::size_t at) : beyond_(sketch.beyond[at]), least_(beyond_) {
    const auto first = static_cast<std::size_t>(sketch.offsets[at]);
    const std::size_t n = static_cast<std::size_t>(sketch.offsets[at + 1]) - first;
    neighbors_.fill(UINT32_MAX);
    std::copy_n(sketch.neighbors.begin() + static_cast<std::ptrdiff_t>(first), n,
                neighbors_.begin());
    std::copy_n(sketch.weights.begin() + static_cast<std::ptrdiff_t>(first), n, weights_.begin());
    for (const float weight : weights_) least_ = std::min(least_, weight);
  }

  // No weight() is below.
  float least() const { return least_; }

  // What is not in the row was at most the heaviest that was left out.
  float weight(std::uint32_t neighbor) const {
    constexpr std::size_t kLanes = 8;
    std::array<float, kLanes> sums{};
    std::array<std::uint32_t, kLanes> found{};
    for (std::size_t i = 0; i < kRowLength; i += kLanes) {
      for (std::size_t l = 0; l < kLanes; ++l) {
        const bool same = neighbors_[i + l] == neighbor;
        sums[l] += same ? weights_[i + l] : 0.F;
        found[l] |= same ? 1u : 0u;
      }
    }
    if (std::accumulate(found.begin(), found.end(), 0u) == 0) return beyond_;
    return std::accumulate(sums.begin(), sums.end(), 0.F);
  }

 private:
  float beyond_, least_;
  std::array<std::uint32_t, kRowLength> neighbors_;
  std::array<float, kRowLength> weights_{};
};

// each(rise, neighbour) for every weight in the item's row of now.
template <class Each>
void for_each_rise(const FoldSketch &before, const FoldSketch &now, const Place &at,
                   const Each &each) {
  const LastRow row(before, at.before);
  for (std::uint64_t e = now.offsets[at.now]; e < now.offsets[at.now + 1]; ++e) {
    each(double{now.weights[e]} - double{row.weight(now.neighbors[e])}, now.neighbors[e]);
  }
}

// The largest of the row, or 0. Nothing was lighter than the heaviest that was left out, so most
// weights need not be looked up.
double largest_rise(const FoldSketch &before, const FoldSketch &now, const Place &at) {
  const LastRow row(before, at.before);
  double most = 0;
  for (std::uint64_t e = now.offsets[at.now]; e < now.offsets[at.now + 1]; ++e) {
    const double weight{now.weights[e]};
    if (weight - double{row.least()} <= most) continue;
    most = std::max(most, weight - double{row.weight(now.neighbors[e])});
  }
  return most;
}

// What the best linear map from the factors before to those of now leaves of each row, one after
// another.
std::vector<float> residuals(const FoldSketch &before, const FoldSketch &now,
                             std::span<const Place> items) {
  std::vector<float> was(items.size() * before.d), is(items.size() * now.d);
  for (std::size_t i = 0; i < items.size(); ++i) {
    const Place &at = items[i];
    if (!known(before, now, at)) continue;
    std::copy_n(before.factors.data() + at.before * before.d, before.d, was.data() + i * before.d);
    std::copy_n(now.factors.data() + at.now * now.d, now.d, is.data() + i * now.d);
  }
  return numerics::linear_residuals({was, is, items.size(), before.d, now.d});
}

// With a sum in double, whatever the stride of the rows.
double dot(const float *a, const float *b, std::size_t n) {
  double sum = 0;
  for (std::size_t c = 0; c < n; ++c) sum += static_cast<double>(a[c]) * static_cast<double>(b[c]);
  return sum;
}

std::vector<Place> common(const ModelSketch &before, const ModelSketch &now) {
  std::vector<Place> out;
  for (std::size_t a = 0, b = 0; a < before.items.size() && b < now.items.size();) {
    if (before.items[a] == now.items[b]) {
      out.push_back({a++, b++});
    } else {
      ++(before.items[a] < now.items[b] ? a : b);
    }
  }
  return out;
}

}  // namespace

std::vector<double> weight_drift(const FoldSketch &before, const FoldSketch &now,
                                 std::span<const Place> items) {
  std::vector<double> out;
  for (const Place &at : items) {
    double most = known(before, now, at) ? 0 : -1;
    if (most == 0) most = largest_rise(before, now, at);
    out.push_back(most);
  }
  return out;
}

std::vector<double> factor_drift(const FoldSketch &before, const FoldSketch &now,
                                 std::span<const Place> items) {
  const std::vector<float> left = residuals(before, now, items);
  std::vector<double> out;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const float *row = left.data() + i * now.d;
    out.push_back(known(before, now, items[i]) ? std::sqrt(dot(row, row, now.d)) : -1);
  }
  return out;
}

double tail_p_value(double change, std::vector<double> ordinary) {
  std::sort(ordinary.begin(), ordinary.end(), std::greater<>());
  const auto n = static_cast<double>(ordinary.size());
  const auto as_much =
      std::upper_bound(ordinary.begin(), ordinary.end(), change, std::greater<>()) -
      ordinary.begin();
  const double rank = (1 + static_cast<double>(as_much)) / (1 + n);
  const auto tail = static_cast<std::size_t>(kTail * n);
  const double from = ordinary[std::min(tail, ordinary.size() - 1)];
  if (tail < 5 || !(from > 0) || !(change > from)) return rank;
  double hill = 0;
  for (std::size_t i = 0; i < tail; ++i) hill += std::log(ordinary[i] / from);
  hill = std::max(hill / static_cast<double>(tail), .02);
  return static_cast<double>(tail) / n * std::pow(change / from, -1 / hill);
}

std::vector<ItemChange> compare(const ModelSketch &before, const ModelSketch &now,
                                std::span<const std::uint32_t> watched) {
  std::vector<ItemChange> out(watched.size());
  for (std::size_t w = 0; w < watched.size(); ++w) out[w].item = watched[w];
  if (before.kind != now.kind || before.folds.size() != now.folds.size()) return out;
  const std::vector<Place> items = common(before, now);
  std::vector<std::uint8_t> ordinary(items.size(), 1);
  std::vector<std::size_t> place(watched.size(), items.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    for (std::size_t w = 0; w < watched.size(); ++w) {
      if (now.items[items[i].now] != watched[w]) continue;
      ordinary[i] = 0;
      place[w] = i;
    }
  }
  // The largest change of each over the folds; below 0: no fold compares it.
  std::vector<double> change(items.size(), -1);
  std::vector<std::uint32_t> fold(items.size(), 0);
  std::vector<double> had(items.size(), 0);
  for (std::uint32_t f = 0; f < now.folds.size(); ++f) {
    pulse();
    const FoldSketch &was = before.folds[f], &is = now.folds[f];
    const std::vector<double> drift =
        now.kind == FoldKind::factors ? factor_drift(was, is, items) : weight_drift(was, is, items);
    std::vector<double> others;
    for (std::size_t i = 0; i < items.size(); ++i) {
      had[i] += was.support[items[i].before];
      if (ordinary[i] != 0 && drift[i] >= 0) others.push_back(drift[i]);
    }
    if (others.size() < kLeastOrdinary) continue;
    const auto upper =
        static_cast<std::ptrdiff_t>((1 - kTail) * static_cast<double>(others.size()));
    std::nth_element(others.begin(), others.begin() + upper, others.end());
    const double unit = std::max(others[static_cast<std::size_t>(upper)], 1e-30);
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (drift[i] < 0 || drift[i] / unit <= change[i]) continue;
      change[i] = drift[i] / unit;
      fold[i] = f;
    }
  }
  std::vector<std::size_t> peers;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (ordinary[i] != 0 && change[i] >= 0) peers.push_back(i);
  }
  if (peers.size() < kLeastOrdinary) return out;
  const auto kept = static_cast<std::ptrdiff_t>(std::min(kPeers, peers.size()));
  for (std::size_t w = 0; w < watched.size(); ++w) {
    if (place[w] == items.size() || change[place[w]] < 0) continue;
    const auto apart = [&](std::size_t i) { return std::abs(had[i] - had[place[w]]); };
    std::nth_element(peers.begin(), peers.begin() + kept, peers.end(),
                     [&](std::size_t a, std::size_t b) {
                       return apart(a) != apart(b) ? apart(a) < apart(b) : a < b;
                     });
    std::vector<double> of_peers;
    for (std::ptrdiff_t i = 0; i < kept; ++i) {
      of_peers.push_back(change[peers[static_cast<std::size_t>(i)]]);
    }
    out[w].compared = true;
    out[w].fold = fold[place[w]];
    out[w].change = change[place[w]];
    out[w].p_value = tail_p_value(out[w].change, std::move(of_peers));
  }
  return out;
}

std::vector<std::uint32_t> new_neighbors(const ModelSketch &before, const ModelSketch &now,
                                         const LentModel &model, const ItemChange &change,
                                         std::size_t most) {
  const std::vector<Place> items = common(before, now);
  const auto at = std::find_if(items.begin(), items.end(), [&](const Place &place) {
    return now.items[place.now] == change.item;
  });
  if (!change.compared || at == items.end()) return {};
  const FoldSketch &was = before.folds[change.fold], &is = now.folds[change.fold];
  std::vector<std::pair<double, std::uint32_t>> scored;
  if (now.kind == FoldKind::item_item) {
    for_each_rise(was, is, *at, [&](double rise, std::uint32_t neighbor) {
      scored.emplace_back(rise, neighbor);
    });
  } else {
    const std::vector<float> left = residuals(was, is, items);
    const float *moved = left.data() + static_cast<std::size_t>(at - items.begin()) * is.d;
    for (std::uint32_t item = 0; item < model.support.size(); ++item) {
      if (item % 4096 == 0) pulse();
      if (item == change.item || model.support[item] == 0) continue;
      const float *row = model.factors.items + item * model.factors.stride;
      // Far along where the item moved, and along nothing else.
      const double along = dot(moved, row, is.d);
      if (along > 0) scored.emplace_back(along * along / std::sqrt(dot(row, row, is.d)), item);
    }
  }
  std::erase_if(scored, [](const auto &one) { return !(one.first > 0); });
  const auto kept = static_cast<std::ptrdiff_t>(std::min(most, scored.size()));
  std::partial_sort(scored.begin(), scored.begin() + kept, scored.end(),
                    [](const auto &a, const auto &b) {
                      return a.first != b.first ? a.first > b.first : a.second < b.second;
                    });
  std::vector<std::uint32_t> out;
  for (std::ptrdiff_t i = 0; i < kept; ++i)
    out.push_back(scored[static_cast<std::size_t>(i)].second);
  return out;
}

}  // namespace recveil::defense

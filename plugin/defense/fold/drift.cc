#include "defense/fold/drift.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "core/watch.h"
#include "numerics/linear_map.h"

namespace recveil::defense {
namespace {

constexpr std::size_t kRowLength = 32;      // weights of an item that are kept
constexpr std::size_t kLeastOrdinary = 20;  // below, nothing is said
constexpr double kTail = .1;                // share of the ordinary changes that Hill looks at

std::uint32_t mixed(std::uint32_t item) {
  std::uint64_t x = item + std::uint64_t{0x9E3779B97F4A7C15};
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
  return static_cast<std::uint32_t>(x >> 32);
}

bool known(const FoldSketch &before, const FoldSketch &now, const Place &at) {
  return before.support[at.before] > 0 && now.support[at.now] > 0;
}

// The rise of every weight in the item's row of now, by neighbour.
std::vector<std::pair<double, std::uint32_t>> rises(const FoldSketch &before, const FoldSketch &now,
                                                    const Place &at) {
  std::vector<std::pair<double, std::uint32_t>> out;
  const auto first =
      before.neighbors.begin() + static_cast<std::ptrdiff_t>(before.offsets[at.before]);
  const auto last =
      before.neighbors.begin() + static_cast<std::ptrdiff_t>(before.offsets[at.before + 1]);
  for (std::uint64_t e = now.offsets[at.now]; e < now.offsets[at.now + 1]; ++e) {
    const auto found = std::find(first, last, now.neighbors[e]);
    const double was =
        found == last
            ? double{before.beyond[at.before]}
            : double{before.weights[static_cast<std::size_t>(found - before.neighbors.begin())]};
    out.emplace_back(double{now.weights[e]} - was, now.neighbors[e]);
  }
  return out;
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

std::vector<std::uint32_t> sketched_items(std::span<const std::uint32_t> support,
                                          std::span<const std::uint32_t> watched) {
  const auto n_known =
      support.size() - static_cast<std::size_t>(std::count(support.begin(), support.end(), 0u));
  const double share =
      static_cast<double>(kOrdinary) / static_cast<double>(std::max<std::size_t>(n_known, 1));
  const double below = share * 4294967296.0;
  std::vector<std::uint32_t> out(watched.begin(), watched.end());
  for (std::uint32_t item = 0; item < support.size(); ++item) {
    if (support[item] > 0 && static_cast<double>(mixed(item)) < below) out.push_back(item);
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

FoldSketch sketch(const LentModel &model, std::span<const std::uint32_t> items) {
  FoldSketch out;
  const bool factors = model.kind == FoldKind::factors;
  out.d = factors ? model.factors.d : 0;
  std::vector<std::pair<float, std::uint32_t>> row;
  for (const std::uint32_t item : items) {
    pulse();
    const bool there = item < model.support.size() && model.support[item] > 0;
    out.support.push_back(there ? model.support[item] : 0);
    if (factors) {
      if (there) {
        const float *at = model.factors.items + item * model.factors.stride;
        out.factors.insert(out.factors.end(), at, at + out.d);
      } else {
        out.factors.resize(out.factors.size() + out.d, 0);
      }
      continue;
    }
    row.clear();
    if (there) {
      for (std::size_t e = model.weights.offsets[item]; e < model.weights.offsets[item + 1]; ++e) {
        if (model.weights.items[e] == item) continue;
        row.emplace_back(model.weights.weights[e], model.weights.items[e]);
      }
    }
    const std::size_t kept = std::min(row.size(), kRowLength);
    const auto heavier = [](const auto &a, const auto &b) {
      return a.first != b.first ? a.first > b.first : a.second < b.second;
    };
    if (row.size() > kept) {
      std::nth_element(row.begin(), row.begin() + static_cast<std::ptrdiff_t>(kept), row.end(),
                       heavier);
    }
    for (std::size_t i = 0; i < kept; ++i) {
      out.weights.push_back(row[i].first);
      out.neighbors.push_back(row[i].second);
    }
    out.beyond.push_back(row.size() > kept ? row[kept].first : 0);
    out.offsets.push_back(out.neighbors.size());
  }
  return out;
}

std::vector<double> weight_drift(const FoldSketch &before, const FoldSketch &now,
                                 std::span<const Place> items) {
  std::vector<double> out;
  for (const Place &at : items) {
    double most = known(before, now, at) ? 0 : -1;
    if (most == 0) {
      for (const auto &[rise, neighbor] : rises(before, now, at)) most = std::max(most, rise);
    }
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
  for (std::size_t w = 0; w < watched.size(); ++w) {
    if (place[w] == items.size() || change[place[w]] < 0) continue;
    std::vector<std::size_t> peers;
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (ordinary[i] != 0 && change[i] >= 0) peers.push_back(i);
    }
    if (peers.size() < kLeastOrdinary) continue;
    const auto apart = [&](std::size_t i) { return std::abs(had[i] - had[place[w]]); };
    const auto kept = static_cast<std::ptrdiff_t>(std::min(kPeers, peers.size()));
    std::partial_sort(peers.begin(), peers.begin() + kept, peers.end(),
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
    scored = rises(was, is, *at);
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

#include "defense/fold/sketch.h"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include "core/watch.h"

namespace recveil::defense {
namespace {

std::uint32_t mixed(std::uint32_t item) {
  std::uint64_t x = item + std::uint64_t{0x9E3779B97F4A7C15};
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
  return static_cast<std::uint32_t>(x >> 32);
}

// The kRowLength + 1 heaviest weights of a row, of equal ones those of the lowest items; the last
// is the lightest of them, and the others are in no order. Weights are held as integers that
// compare as they do, and the bound is searched by counting all that are held, so that no branch
// depends on a weight: with sorting, branches that were guessed wrong took most of the time.
class Heaviest {
 public:
  Heaviest() { keys_.fill(kNothing); }

  void add(float weight, std::uint32_t neighbor) {
    const std::int32_t key = key_of(weight);
    if (key < bound_) return;
    keys_[n_] = key;
    neighbors_[n_] = neighbor;
    if (++n_ == kHeld) select();
  }
  void finish() {
    if (n_ > kKept) {
      select();
    } else if (n_ == kKept) {
      put_lightest_last();
    }
  }

  std::size_t size() const { return n_; }
  std::uint32_t neighbor(std::size_t i) const { return neighbors_[i]; }
  float weight(std::size_t i) const {
    return std::bit_cast<float>(keys_[i] ^ ((keys_[i] >> 31) & INT32_MAX));
  }

 private:
  static constexpr std::size_t kKept = kRowLength + 1, kHeld = 64;
  static constexpr std::int32_t kNothing = INT32_MIN;  // below every finite weight

  static std::int32_t key_of(float weight) {
    const auto bits = std::bit_cast<std::int32_t>(weight + 0.F);  // one zero
    return bits ^ ((bits >> 31) & INT32_MAX);
  }
  bool heavier(std::size_t a, std::size_t b) const {
    return keys_[a] > keys_[b] || (keys_[a] == keys_[b] && neighbors_[a] < neighbors_[b]);
  }

  // REQUIRES: n_ is above kKept.
  void select() {
    // The largest key that kKept are not below, or one that kKept are not below and no more.
    std::int64_t low = kNothing, high = std::int64_t{INT32_MAX} + 1;
    while (high - low > 1) {
      const auto middle = static_cast<std::int32_t>(low + (high - low) / 2);
      std::int32_t at_least = 0;
      for (const std::int32_t key : keys_) at_least += key >= middle ? 1 : 0;
      if (at_least < static_cast<std::int32_t>(kKept)) {
        high = middle;
        continue;
      }
      low = middle;
      if (at_least == static_cast<std::int32_t>(kKept)) break;
    }
    std::size_t n = 0;
    for (std::size_t i = 0; i < n_; ++i) {
      const std::int32_t key = keys_[i];
      keys_[n] = key;
      neighbors_[n] = neighbors_[i];
      n += key >= low ? 1u : 0u;
    }
    n_ = n;
    // More where several are as heavy as the lightest: the highest items go.
    for (; n_ > kKept; --n_) put_lightest_last();
    put_lightest_last();
    std::fill(keys_.begin() + static_cast<std::ptrdiff_t>(n_), keys_.end(), kNothing);
    bound_ = keys_[n_ - 1];
  }

  void put_lightest_last() {
    std::size_t lightest = 0;
    for (std::size_t i = 1; i < n_; ++i) lightest = heavier(lightest, i) ? i : lightest;
    std::swap(keys_[lightest], keys_[n_ - 1]);
    std::swap(neighbors_[lightest], neighbors_[n_ - 1]);
  }

  std::array<std::int32_t, kHeld> keys_;
  std::array<std::uint32_t, kHeld> neighbors_;
  std::size_t n_ = 0;
  std::int32_t bound_ = kNothing;
};

}  // namespace

std::size_t n_ordinary(std::size_t d) {
  return std::max<std::size_t>(384, 8 * d);
}

std::vector<std::uint32_t> sketched_items(std::span<const std::uint32_t> support,
                                          std::span<const std::uint32_t> watched, std::size_t d) {
  const auto n_known =
      support.size() - static_cast<std::size_t>(std::count(support.begin(), support.end(), 0u));
  const double share =
      static_cast<double>(n_ordinary(d)) / static_cast<double>(std::max<std::size_t>(n_known, 1));
  const auto below = static_cast<std::uint64_t>(std::min(share, 1.0) * 4294967296.0);
  std::vector<std::uint32_t> out(watched.begin(), watched.end());
  for (std::uint32_t item = 0; item < support.size(); ++item) {
    if (mixed(item) < below && support[item] > 0) out.push_back(item);
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

FoldSketch sketch(const LentModel &model, std::span<const std::uint32_t> items) {
  Sketcher out(model, items);
  for (const std::uint32_t item : items) {
    pulse();
    out.row(item);
  }
  return out.finish();
}

Sketcher::Sketcher(const LentModel &model, std::span<const std::uint32_t> items)
    : model_(model), items_(items) {
  out_.support.reserve(items.size());
  if (model.kind == FoldKind::factors) {
    out_.d = model.factors.d;
    out_.factors.reserve(items.size() * out_.d);
    return;
  }
  out_.offsets.reserve(items.size() + 1);
  out_.beyond.reserve(items.size());
  out_.neighbors.reserve(items.size() * kRowLength);
  out_.weights.reserve(items.size() * kRowLength);
}

void Sketcher::keep(std::uint32_t item) {
  ++next_;
  if (next_ < items_.size() && items_[next_] < model_.support.size()) {
    __builtin_prefetch(&model_.support[items_[next_]]);
  }
  if (item >= model_.support.size() || model_.support[item] == 0) {
    keep_nothing();
    return;
  }
  out_.support.push_back(model_.support[item]);
  if (model_.kind == FoldKind::item_item) {
    keep_weights(item);
    return;
  }
  const float *row = model_.factors.items + item * model_.factors.stride;
  out_.factors.insert(out_.factors.end(), row, row + out_.d);
}

void Sketcher::keep_nothing() {
  out_.support.push_back(0);
  if (model_.kind == FoldKind::factors) {
    out_.factors.resize(out_.factors.size() + out_.d, 0);
    return;
  }
  out_.beyond.push_back(0);
  out_.offsets.push_back(out_.neighbors.size());
}

void Sketcher::keep_weights(std::uint32_t item) {
  const ItemWeights &rows = model_.weights;
  Heaviest heaviest;
  for (std::size_t e = rows.offsets[item]; e < rows.offsets[item + 1]; ++e) {
    if (rows.items[e] != item) heaviest.add(rows.weights[e], rows.items[e]);
  }
  heaviest.finish();
  const std::size_t kept = std::min(heaviest.size(), kRowLength);
  for (std::size_t i = 0; i < kept; ++i) {
    out_.neighbors.push_back(heaviest.neighbor(i));
    out_.weights.push_back(heaviest.weight(i));
  }
  out_.beyond.push_back(heaviest.size() > kRowLength ? heaviest.weight(kRowLength) : 0);
  out_.offsets.push_back(out_.neighbors.size());
}

FoldSketch Sketcher::finish() {
  while (next_ < items_.size()) {
    ++next_;
    keep_nothing();  // beyond the model
  }
  return std::move(out_);
}

}  // namespace recveil::defense

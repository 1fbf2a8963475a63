#include "defense/fold/sketch.h"

#include <algorithm>
#include <array>
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

}  // namespace

std::size_t n_ordinary(std::size_t d) {
  return std::max<std::size_t>(512, 8 * d);
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

// The heaviest kRowLength, equal ones by rising item, by insertion: most of a row is lighter than
// what is held and goes by.
void Sketcher::keep_weights(std::uint32_t item) {
  const ItemWeights &rows = model_.weights;
  std::array<float, kRowLength + 1> weight;  // one more: the heaviest that is left out
  std::array<std::uint32_t, kRowLength + 1> neighbor;
  std::size_t n = 0;
  for (std::size_t e = rows.offsets[item]; e < rows.offsets[item + 1]; ++e) {
    const float w = rows.weights[e];
    const std::uint32_t at = rows.items[e];
    const auto before = [&](std::size_t i) {
      return w > weight[i] || (w == weight[i] && at < neighbor[i]);
    };
    if (n == weight.size() && !before(n - 1)) continue;
    if (at == item) continue;
    std::size_t place = n < weight.size() ? n++ : n - 1;
    for (; place > 0 && before(place - 1); --place) {
      weight[place] = weight[place - 1];
      neighbor[place] = neighbor[place - 1];
    }
    weight[place] = w;
    neighbor[place] = at;
  }
  const auto kept = static_cast<std::ptrdiff_t>(std::min(n, kRowLength));
  out_.neighbors.insert(out_.neighbors.end(), neighbor.begin(), neighbor.begin() + kept);
  out_.weights.insert(out_.weights.end(), weight.begin(), weight.begin() + kept);
  out_.beyond.push_back(n > kRowLength ? weight[kRowLength] : 0);
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

#include "defense/fold/model.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "core/error.h"
#include "defense/fold/history.h"

namespace recveil::defense {
namespace {

// Scores of so many items at a time are on the stack.
constexpr std::size_t kScoreBlock = 512;
constexpr double kSampleTolerance = 1e-3;

[[noreturn]] void refuse(const std::string &what) {
  throw Error(Status::argument, what);
}

void check_rows(const std::size_t *offsets, std::size_t n, const char *name) {
  for (std::size_t r = 0; r < n; ++r) {
    if (offsets[r] > offsets[r + 1]) refuse(std::string(name) + ": must not fall");
  }
}

}  // namespace

FoldModel::FoldModel(const LentModel &lent) : lent_(lent), kernels_(best_kernels()) {
  if (lent_.kind == FoldKind::item_item) {
    check_weights();
    return;
  }
  check_factors();
  ridge_.emplace(lent_.factors, lent_.support, kernels_);
  check_samples();
}

void FoldModel::check_factors() const {
  const FactorTable &table = lent_.factors;
  if (!(table.observed_weight > 0 && std::isfinite(table.observed_weight))) {
    refuse("observed_weight: must be above 0");
  }
  if (!(table.unobserved_weight >= 0 && table.unobserved_weight <= table.observed_weight)) {
    refuse("unobserved_weight: must be at least 0 and at most observed_weight");
  }
  if (!(table.regularization > 0 && std::isfinite(table.regularization))) {
    refuse("regularization: must be above 0");
  }
  if (!std::isfinite(table.regularization_exponent)) {
    refuse("regularization_exponent: is not finite");
  }
  if (table.catalogue <
      static_cast<double>(n_items() - static_cast<std::size_t>(std::count(
                                          lent_.support.begin(), lent_.support.end(), 0u)))) {
    refuse("catalogue: is less than the items with support");
  }
  for (std::size_t i = 0; i < n_items(); ++i) {
    const float *row = table.items + i * table.stride;
    if (!std::all_of(row, row + table.d, [](float value) { return std::isfinite(value); })) {
      refuse("item_factors: row " + std::to_string(i) + " is not finite");
    }
  }
}

void FoldModel::check_weights() const {
  const ItemWeights &rows = lent_.weights;
  check_rows(rows.offsets, n_items(), "weight_offsets");
  for (std::size_t at = rows.offsets[0]; at < rows.offsets[n_items()]; ++at) {
    if (rows.items[at] >= n_items()) refuse("weight_items: an item beyond n_items");
    if (!std::isfinite(rows.weights[at])) {
      refuse("weights: number " + std::to_string(at) + " is not finite");
    }
  }
}

void FoldModel::check_samples() const {
  const FoldSamples &samples = lent_.samples;
  if (samples.count == 0) return;
  check_rows(samples.offsets, samples.count, "sample_offsets");
  std::vector<char> scratch;
  for (std::size_t s = 0; s < samples.count; ++s) {
    const std::span<const std::uint32_t> history(samples.items + samples.offsets[s],
                                                 samples.items + samples.offsets[s + 1]);
    scratch.resize(std::max(scratch.size(), fold_in_bytes(history.size())));
    const float *folded = fold_in(history, scratch.data());
    const std::string name = "sample " + std::to_string(s);
    if (folded == nullptr) refuse(name + ": regularization is too small for single precision");
    double distance = 0, length = 0, trained = 0;
    for (std::size_t c = 0; c < d(); ++c) {
      const auto there = static_cast<double>(samples.rows[s * d() + c]);
      const auto here = static_cast<double>(folded[c]);
      distance += (there - here) * (there - here);
      trained += there * there;
      length += here * here;
    }
    if (!(std::sqrt(distance) <= kSampleTolerance * std::sqrt(std::max(trained, length)))) {
      refuse(name + ": the trainer's row has length " + std::to_string(std::sqrt(trained)) +
             ", fold-in gives " + std::to_string(std::sqrt(length)) + ", and they are " +
             std::to_string(std::sqrt(distance)) +
             " apart; weights or regularization are not those of the trainer");
    }
  }
}

struct FoldModel::Work {
  Work(Carver &carver, std::size_t n_history, std::size_t d) noexcept
      : history(carver.take<std::uint32_t>(2 * n_history)), ridge(carver, d) {}
  std::uint32_t *history;
  RidgeScratch ridge;
};

std::size_t FoldModel::fold_in_bytes(std::size_t n_history) const noexcept {
  Carver carver(nullptr);
  const Work work(carver, n_history, d());
  return carver.bytes();
}

float *FoldModel::fold_in(std::span<const std::uint32_t> history, void *scratch) const noexcept {
  Carver carver(scratch);
  const Work work(carver, history.size(), d());
  const KnownItems known = known_items(history, lent_.support, work.history);
  return ridge_->solve(known.items, work.ridge) ? work.ridge.x : nullptr;
}

std::size_t FoldModel::rank_bytes(std::size_t n_history, std::size_t k) const noexcept {
  Carver carver(nullptr);
  carver.take<Scored>(std::min(k, n_items()));
  if (kind() == FoldKind::factors) {
    const Work work(carver, n_history, d());
  } else {
    carver.take<std::uint32_t>(2 * n_history);
    carver.take<double>(n_items());
  }
  return carver.bytes();
}

template <class ScoreOf>
void FoldModel::offer_all(std::span<const std::uint32_t> known, std::uint32_t floor,
                          Ranking &ranking, ScoreOf score_of) const noexcept {
  auto next = known.begin();
  for (std::size_t i = 0; i < n_items(); ++i) {
    const auto item = static_cast<std::uint32_t>(i);
    if (next != known.end() && *next == item) {
      ++next;
    } else if (lent_.support[i] >= floor) {
      ranking.offer(score_of(i), item);
    }
  }
}

void FoldModel::score_factors(std::span<const std::uint32_t> known, std::uint32_t floor,
                              const float *x, float *scores, Ranking &ranking) const noexcept {
  const FactorTable &table = lent_.factors;
  offer_all(known, floor, ranking, [&, end = std::size_t{0}](std::size_t i) mutable {
    if (i >= end) {  // the block that holds i
      const std::size_t begin = i / kScoreBlock * kScoreBlock;
      end = std::min(begin + kScoreBlock, n_items());
      kernels_.scores(table.items + begin * table.stride, table.stride, end - begin, table.d, x,
                      scores);
    }
    return static_cast<double>(scores[i % kScoreBlock]);
  });
}

RankedList FoldModel::rank(std::span<const std::uint32_t> history, std::size_t k,
                           std::uint32_t floor, void *scratch,
                           const RankEdit &edit) const noexcept {
  Carver carver(scratch);
  const std::size_t places = std::min(k, n_items());
  Ranking ranking(carver.take<Scored>(places), places, edit.hidden);
  RankedList out;
  const auto by_support = [&](std::size_t i) { return static_cast<double>(lent_.support[i]); };
  if (kind() == FoldKind::factors) {
    const Work work(carver, history.size(), d());
    const KnownItems known = known_items(history, lent_.support, work.history);
    out.dropped = known.dropped;
    if (edit.n_history != nullptr) *edit.n_history = known.items.size() + known.dropped;
    if (known.items.empty()) {
      offer_all(known.items, floor, ranking, by_support);
    } else if (ridge_->solve(known.items, work.ridge)) {
      if (edit.map.row != nullptr) edit.map.row(edit.map.ctx, work.ridge.x);
      float scores[kScoreBlock];
      score_factors(known.items, floor, work.ridge.x, scores, ranking);
    } else {
      out.solved = false;
    }
  } else {
    const KnownItems known =
        known_items(history, lent_.support, carver.take<std::uint32_t>(2 * history.size()));
    double *scores = carver.take<double>(n_items());
    out.dropped = known.dropped;
    if (edit.n_history != nullptr) *edit.n_history = known.items.size() + known.dropped;
    std::fill_n(scores, n_items(), 0.0);
    const ItemWeights &rows = lent_.weights;
    for (const std::uint32_t j : known.items) {
      for (std::size_t at = rows.offsets[j]; at < rows.offsets[j + 1]; ++at) {
        scores[rows.items[at]] += static_cast<double>(rows.weights[at]);
      }
    }
    if (known.items.empty()) {
      offer_all(known.items, floor, ranking, by_support);
    } else {
      offer_all(known.items, floor, ranking, [&](std::size_t i) { return scores[i]; });
    }
  }
  out.best = ranking.finish();
  out.count = ranking.count();
  return out;
}

const char *FoldModel::difference(const FoldModel &other) const noexcept {
  if (kind() != other.kind()) return "kind";
  if (n_items() != other.n_items()) return "n_items";
  if (kind() == FoldKind::item_item) return nullptr;
  const FactorTable &a = lent_.factors, &b = other.lent_.factors;
  if (a.d != b.d) return "d";
  if (a.observed_weight != b.observed_weight) return "observed_weight";
  if (a.unobserved_weight != b.unobserved_weight) return "unobserved_weight";
  if (a.regularization != b.regularization) return "regularization";
  if (a.regularization_exponent != b.regularization_exponent) return "regularization_exponent";
  if (a.catalogue != b.catalogue) return "catalogue";
  return nullptr;
}

}  // namespace recveil::defense

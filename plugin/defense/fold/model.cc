#include "defense/fold/model.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "core/error.h"
#include "defense/fold/history.h"

namespace recveil::defense {
namespace {

constexpr double kSampleTolerance = 1e-3;

[[noreturn]] void refuse(const std::string &what) {
  throw Error(Status::argument, what);
}

void check_rows(const std::size_t *offsets, std::size_t n, const char *name) {
  for (std::size_t r = 0; r < n; ++r) {
    if (offsets[r] > offsets[r + 1]) refuse(std::string(name) + ": must not fall");
  }
}

struct FoldInWork {
  FoldInWork(Carver &carver, std::size_t n_history, std::size_t d) noexcept
      : sorting(carver.take<std::uint32_t>(known_items_work(n_history))), ridge(carver, d) {}
  std::uint32_t *sorting;
  RidgeScratch ridge;
};

// The lengths of two rows, and how far they are apart.
struct Distance {
  double trained = 0, folded = 0, apart = 0;

  Distance(const float *there, const float *here, std::size_t d) {
    for (std::size_t c = 0; c < d; ++c) {
      const auto a = static_cast<double>(there[c]), b = static_cast<double>(here[c]);
      apart += (a - b) * (a - b);
      trained += a * a;
      folded += b * b;
    }
    trained = std::sqrt(trained);
    folded = std::sqrt(folded);
    apart = std::sqrt(apart);
  }
  bool same() const { return apart <= kSampleTolerance * std::max(trained, folded); }
};

}  // namespace

FoldModel::FoldModel(const LentModel &lent, std::span<const std::uint32_t> sketched)
    : lent_(lent), kernels_(best_kernels()) {
  if (const float *bias = lent_.factors.bias) {
    for (std::size_t i = 0; i < n_items(); ++i) {
      if (!std::isfinite(bias[i]))
        refuse("item_bias: number " + std::to_string(i) + " is not finite");
    }
  }
  if (lent_.kind == FoldKind::item_item) {
    check_weights(sketched);
    return;
  }
  check_factors();
  sketch_ = defense::sketch(lent_, sketched);
  ridge_.emplace(lent_.factors, lent_.support, kernels_);
  check_samples();
}

void FoldModel::check_factors() const {
  const FactorTable &table = lent_.factors;
  if (!(table.observed_weight > 0 && std::isfinite(table.observed_weight))) {
    refuse("observed_weight: must be above 0");
  }
  if (!(table.unobserved_weight >= 0 && std::isfinite(table.unobserved_weight))) {
    refuse("unobserved_weight: must be at least 0");
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
    refuse("n_catalogue: is less than the items with support");
  }
  for (std::size_t i = 0; i < n_items(); ++i) {
    const float *row = table.items + i * table.stride;
    if (!std::all_of(row, row + table.d, [](float value) { return std::isfinite(value); })) {
      refuse("item_factors: row " + std::to_string(i) + " is not finite");
    }
  }
}

void FoldModel::check_weights(std::span<const std::uint32_t> sketched) {
  const ItemWeights &rows = lent_.weights;
  check_rows(rows.offsets, n_items(), "weight_offsets");
  Sketcher sketcher(lent_, sketched);
  for (std::uint32_t item = 0; item < n_items(); ++item) {
    for (std::size_t at = rows.offsets[item]; at < rows.offsets[item + 1]; ++at) {
      if (rows.items[at] >= n_items()) refuse("weight_items: an item beyond n_items");
      if (!std::isfinite(rows.weights[at])) {
        refuse("weights: number " + std::to_string(at) + " is not finite");
      }
    }
    sketcher.row(item);
  }
  sketch_ = sketcher.finish();
}

void FoldModel::check_samples() const {
  const FoldSamples &samples = lent_.samples;
  if (samples.count == 0) return;
  check_rows(samples.offsets, samples.count, "sample_offsets");
  std::vector<char> scratch;
  for (std::size_t s = 0; s < samples.count; ++s) {
    const std::size_t begin = samples.offsets[s], n = samples.offsets[s + 1] - begin;
    const History history{{samples.items + begin, n},
                          samples.weights != nullptr ? samples.weights + begin : nullptr};
    for (std::size_t i = 0; history.weights != nullptr && i < n; ++i) {
      if (!(history.weights[i] > 0 && std::isfinite(history.weights[i]))) {
        refuse("sample_weights: number " + std::to_string(begin + i) + " is not above 0");
      }
    }
    scratch.resize(std::max(scratch.size(), fold_in_bytes(n)));
    const float *folded = fold_in(history, scratch.data());
    if (folded == nullptr) {
      refuse("sample " + std::to_string(s) + ": regularization is too small for single precision");
    }
    const Distance distance(samples.rows + s * d(), folded, d());
    if (!distance.same()) refuse_sample(s, distance.trained, distance.folded, distance.apart);
  }
}

// Says what is wrong, and tries the most common mistake: alpha for 1 + alpha, or the reverse.
void FoldModel::refuse_sample(std::size_t sample, double trained, double folded,
                              double apart) const {
  const FoldSamples &samples = lent_.samples;
  const std::size_t begin = samples.offsets[sample], n = samples.offsets[sample + 1] - begin;
  std::string text = "sample " + std::to_string(sample) + ": the trainer's row has length " +
                     std::to_string(trained) + ", fold-in gives " + std::to_string(folded) +
                     ", and they are " + std::to_string(apart) + " apart; ";
  std::vector<char> scratch(fold_in_bytes(n));
  for (const double step : {1.0, -1.0}) {
    std::vector<float> weights(n, static_cast<float>(lent_.factors.observed_weight + step));
    if (samples.weights != nullptr) {
      for (std::size_t i = 0; i < n; ++i) {
        weights[i] = static_cast<float>(static_cast<double>(samples.weights[begin + i]) + step);
      }
    }
    if (std::any_of(weights.begin(), weights.end(), [](float w) { return !(w > 0); })) continue;
    const float *row = fold_in({{samples.items + begin, n}, weights.data()}, scratch.data());
    if (row == nullptr || !Distance(samples.rows + sample * d(), row, d()).same()) continue;
    const char *which = samples.weights != nullptr ? "sample_weights" : "observed_weight";
    refuse(text + "they agree with " + which + (step > 0 ? " 1 larger" : " 1 smaller") +
           ": the trainer's weight of an observed pair is " +
           (step > 0 ? "1 + alpha, not alpha" : "alpha, not 1 + alpha"));
  }
  refuse(
      text +
      "either the rows are user factors from before the last update of item_factors (half a step "
      "old: solve the samples again on item_factors as published), or weights or regularization "
      "are not those of the trainer (docs/cross_fit.md has a table)");
}

std::size_t FoldModel::fold_in_bytes(std::size_t n_history) const noexcept {
  Carver carver(nullptr);
  const FoldInWork work(carver, n_history, d());
  return carver.bytes();
}

float *FoldModel::fold_in(const History &history, void *scratch) const noexcept {
  Carver carver(scratch);
  const FoldInWork work(carver, history.items.size(), d());
  const KnownItems known = known_items(history, lent_.support, work.sorting);
  return ridge_->solve(known, work.ridge) ? work.ridge.x : nullptr;
}

std::size_t FoldModel::borrowed_bytes() const noexcept {
  std::size_t numbers = n_items();  // support
  if (lent_.factors.bias != nullptr) numbers += n_items();
  std::size_t offsets = 0;
  if (kind() == FoldKind::item_item) {
    offsets = n_items() + 1;
    numbers += 2 * (lent_.weights.offsets[n_items()] - lent_.weights.offsets[0]);
  } else {
    numbers += n_items() * d();
    if (const FoldSamples &samples = lent_.samples; samples.count > 0) {
      offsets = samples.count + 1;
      numbers += samples.count * d() + (samples.weights != nullptr ? 2 : 1) *
                                           (samples.offsets[samples.count] - samples.offsets[0]);
    }
  }
  return offsets * sizeof(std::size_t) + numbers * sizeof(float);
}

const char *FoldModel::difference(const FoldModel &other) const noexcept {
  if (kind() != other.kind()) return "kind";
  if (n_items() != other.n_items()) return "n_items";
  if ((lent_.factors.bias == nullptr) != (other.lent_.factors.bias == nullptr)) return "item_bias";
  if (kind() == FoldKind::item_item) return nullptr;
  const FactorTable &a = lent_.factors, &b = other.lent_.factors;
  if (a.d != b.d) return "d";
  if (a.observed_weight != b.observed_weight) return "observed_weight";
  if (a.unobserved_weight != b.unobserved_weight) return "unobserved_weight";
  if (a.regularization != b.regularization) return "regularization";
  if (a.regularization_exponent != b.regularization_exponent) return "regularization_exponent";
  if (a.catalogue != b.catalogue) return "n_catalogue";
  if (a.bias_residual != b.bias_residual || a.ridge_by_count != b.ridge_by_count) return "flags";
  return nullptr;
}

}  // namespace recveil::defense

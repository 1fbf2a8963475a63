#include "recommend/fold_factors.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "core/error.h"
#include "core/random.h"
#include "recommend/alternate.h"
#include "recommend/transpose.h"

namespace recveil::recommend {
namespace {

constexpr std::uint64_t kFoldStreams = std::uint64_t{0x666F6C64} << 32;  // "fold"

Matrix initial_items(const Interactions &members, std::uint64_t stream,
                     const IalsOptions &options) {
  const std::size_t d = options.d;
  Matrix items{members.n_items, d, std::vector<float>(members.n_items * d)};
  Rng rng(options.seed, stream);
  const double deviation = 0.1 / std::sqrt(static_cast<double>(d));
  for (float &value : items.data) value = static_cast<float>(deviation * rng.normal());
  const std::vector<std::uint32_t> held = support(members);
  for (std::size_t item = 0; item < held.size(); ++item) {
    if (held[item] == 0) std::fill(items.row(item), items.row(item) + d, 0.0f);
  }
  return items;
}

void run(const Interactions &members, const IalsOptions &options, unsigned sweeps, Matrix &items) {
  const Interactions users_of = transpose(members);
  Matrix users{members.n_users(), options.d, std::vector<float>(members.n_users() * options.d)};
  for (unsigned sweep = 0; sweep < sweeps; ++sweep) {
    half_step(items, members, options.loss, options.threads, users);
    half_step(users, users_of, options.loss, options.threads, items);
  }
}

// Grows the nodes that lead to the wanted leaves.
class Training {
 public:
  Training(const Interactions &training, const Folds &folds, const IalsOptions &options,
           unsigned warm_sweeps, std::optional<std::uint32_t> wanted)
      : training_(training),
        folds_(folds),
        options_(options),
        warm_sweeps_(warm_sweeps),
        wanted_(wanted) {
    check_alternation("folds", options.d, options.loss, options.sweeps, options.threads);
    check_folds("folds", training, folds);
    if (wanted && *wanted >= folds.count) {
      throw Error(Status::argument, "folds: no fold " + std::to_string(*wanted) + " among " +
                                        std::to_string(folds.count));
    }
  }

  FoldFactors operator()() {
    if (warm_sweeps_ == 0) {
      for (std::uint32_t fold = 0; fold < folds_.count; ++fold) grow(fold, fold + 1, nullptr);
    } else {
      grow(0, folds_.count / 2, nullptr);
      grow(folds_.count / 2, folds_.count, nullptr);
    }
    return std::move(out_);
  }

 private:
  // The node that never saw folds [first, end), and those below it.
  void grow(std::uint32_t first, std::uint32_t end, const Matrix *parent) {
    if (wanted_ && (*wanted_ < first || *wanted_ >= end)) return;
    const Interactions members = without_folds(training_, folds_, first, end);
    const std::uint64_t stream = kFoldStreams + (first << 16) + end;
    Matrix items = parent != nullptr ? *parent : initial_items(members, stream, options_);
    const unsigned sweeps = parent != nullptr ? warm_sweeps_ : options_.sweeps;
    run(members, options_, sweeps, items);
    if (training_.size() > 0) {
      out_.sweeps +=
          sweeps * static_cast<double>(members.size()) / static_cast<double>(training_.size());
    }
    if (end - first == 1) {
      out_.models.push_back({support(members), std::move(items), options_.loss, {}});
      return;
    }
    const std::uint32_t middle = first + (end - first) / 2;
    grow(first, middle, &items);
    grow(middle, end, &items);
  }

  const Interactions &training_;
  const Folds folds_;
  const IalsOptions options_;
  const unsigned warm_sweeps_;
  const std::optional<std::uint32_t> wanted_;
  FoldFactors out_;
};

void require_warm_sweeps(unsigned sweeps) {
  if (sweeps == 0) throw Error(Status::argument, "folds: a warm start needs at least 1 sweep");
}

}  // namespace

FoldFactors train_folds(const Interactions &training, const Folds &folds,
                        const IalsOptions &options) {
  return Training(training, folds, options, 0, {})();
}

FoldFactors train_fold_tree(const Interactions &training, const Folds &folds,
                            const IalsOptions &options, unsigned warm_sweeps) {
  require_warm_sweeps(warm_sweeps);
  return Training(training, folds, options, warm_sweeps, {})();
}

FoldFactors train_one_fold(const Interactions &training, const Folds &folds, std::uint32_t fold,
                           const IalsOptions &options, unsigned warm_sweeps) {
  return Training(training, folds, options, warm_sweeps, fold)();
}

FoldModel warm_start(const FoldModel &yesterday, const Interactions &members,
                     const IalsOptions &options, unsigned sweeps) {
  check_alternation("folds", options.d, options.loss, options.sweeps, options.threads);
  require_warm_sweeps(sweeps);
  if (yesterday.items.cols != options.d || yesterday.items.rows > members.n_items) {
    throw Error(Status::argument, "folds: a warm start of " + std::to_string(members.n_items) +
                                      " items x " + std::to_string(options.d) + " factors from " +
                                      std::to_string(yesterday.items.rows) + " x " +
                                      std::to_string(yesterday.items.cols));
  }
  Matrix items = yesterday.items;
  items.rows = members.n_items;
  items.data.resize(items.rows * items.cols);
  run(members, options, sweeps, items);
  return {support(members), std::move(items), options.loss, {}};
}

}  // namespace recveil::recommend

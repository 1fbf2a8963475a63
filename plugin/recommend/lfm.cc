#include "recommend/lfm.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/random.h"
#include "core/watch.h"
#include "numerics/dot.h"
#include "recommend/folds.h"

namespace recveil::recommend {
namespace {

constexpr std::uint64_t kStartStream = 0x6C666D00;  // "lfm"
constexpr std::uint64_t kStepStream = kStartStream + 1;

void check(const LfmOptions &options) {
  const auto require = [](bool holds, const char *what) {
    if (!holds) throw Error(Status::argument, std::string("lfm: ") + what);
  };
  require(options.d >= 1, "d must be at least 1");
  require(options.negatives >= 1, "negatives must be at least 1");
  require(std::isfinite(options.learning_rate) && options.learning_rate > 0,
          "learning_rate must be above 0");
  require(options.decay > 0 && options.decay <= 1, "decay must be in (0, 1]");
  require(std::isfinite(options.regularization) && options.regularization > 0,
          "regularization must be above 0");
}

// users: of the users' side.
Matrix drawn(std::size_t rows, const LfmOptions &options, bool users, Rng &rng) {
  Matrix out{rows, options.d, std::vector<float>(rows * options.d)};
  const double unit = 1 / std::sqrt(static_cast<double>(options.d));
  for (float &value : out.data) {
    double draw = 0;
    if (options.start == LfmStart::small) {
      draw = 0.1 * rng.normal();
    } else if (options.start == LfmStart::unit) {
      draw = unit * rng.uniform();
    } else {
      draw = users ? rng.uniform() : rng.normal();
    }
    value = static_cast<float>(draw);
  }
  return out;
}

double mean_length(const Interactions &training) {
  const auto users = static_cast<double>(std::max<std::size_t>(training.n_users(), 1));
  return static_cast<double>(training.size()) / users;
}

// The histories, each in ascending order.
Interactions sorted_rows(const Interactions &all) {
  Interactions out = all;
  for (std::size_t u = 0; u < out.n_users(); ++u) {
    std::sort(out.items.begin() + static_cast<std::ptrdiff_t>(out.offsets[u]),
              out.items.begin() + static_cast<std::ptrdiff_t>(out.offsets[u + 1]));
  }
  return out;
}

struct Factors {
  Matrix users, items;
};

Factors descend(const Interactions &training, const LfmOptions &options) {
  check(options);
  const std::uint32_t n_items = training.n_items;
  const std::size_t d = options.d;
  Rng start(options.seed, kStartStream);
  Matrix users = drawn(training.n_users(), options, true, start);
  Matrix items = drawn(n_items, options, false, start);

  const Interactions rows = sorted_rows(training);
  std::vector<std::uint32_t> user_of;  // of every observed pair
  for (std::uint32_t u = 0; u < rows.n_users(); ++u) {
    user_of.insert(user_of.end(), rows.row(u).size(), u);
  }
  std::vector<std::uint64_t> order(rows.size());
  for (std::size_t k = 0; k < order.size(); ++k) order[k] = k;

  Rng rng(options.seed, kStepStream);
  double rate = options.learning_rate;
  const auto reg = static_cast<float>(options.regularization);
  for (unsigned epoch = 0; epoch < options.epochs; ++epoch) {
    if (options.shuffled) rng.shuffle(order);
    for (const std::uint64_t k : order) {
      pulse();
      const std::uint32_t u = user_of[k];
      const std::span<const std::uint32_t> row = rows.row(u);
      const auto step = [&](std::uint32_t item, float y) {
        lfm_step({users.row(u), d}, {items.row(item), d}, y, static_cast<float>(rate), reg);
      };
      step(rows.items[k], 1);
      if (row.size() == n_items) continue;
      for (unsigned n = 0; n < options.negatives; ++n) {
        std::uint32_t item = 0;
        do {
          item = static_cast<std::uint32_t>(rng.below(n_items));
        } while (std::binary_search(row.begin(), row.end(), item));
        step(item, 0);
      }
    }
    rate *= options.decay;
  }
  return {std::move(users), std::move(items)};
}

}  // namespace

LfmOptions published_lfm() {
  return {.start = LfmStart::published,
          .learning_rate = 0.01,
          .regularization = 0.01,
          .negatives = 1,
          .epochs = 20,
          .shuffled = false};
}

LfmOptions released_lfm() {
  LfmOptions out = published_lfm();
  out.epochs = 0;
  return out;
}

LfmOptions vectors_lfm() {
  return {.start = LfmStart::unit,
          .learning_rate = 0.02,
          .decay = 0.9,
          .regularization = 0.01,
          .negatives = 1,
          .epochs = 30,
          .shuffled = false};
}

void lfm_step(std::span<float> u, std::span<float> v, float y, float rate, float reg) {
  float *const a = u.data(), *const b = v.data();
  const float push = rate * (y - numerics::dot(a, b, u.size())), keep = 1 - rate * reg;
  for (std::size_t c = 0; c < u.size(); ++c) {
    const float before = a[c];
    a[c] = keep * before + push * b[c];
    b[c] = keep * b[c] + push * before;
  }
}

SquaredLoss lfm_loss(const LfmOptions &options, std::uint32_t n_items, double length) {
  const double observed = std::max(length, 1.0), others = std::max(n_items - observed, 1.0);
  return {.observed_weight = 1,
          .unobserved_weight = std::min(1.0, options.negatives * observed / others),
          .regularization = options.regularization,
          .regularization_exponent = 1};
}

std::unique_ptr<FactorModel> train_lfm(const Interactions &training, const LfmOptions &options) {
  Factors trained = descend(training, options);
  return std::make_unique<FactorModel>(std::move(trained.users), std::move(trained.items),
                                       lfm_loss(options, training.n_items, mean_length(training)));
}

FoldModel train_lfm_fold(const Interactions &members, const LfmOptions &options, double length) {
  return {support(members),
          descend(members, options).items,
          lfm_loss(options, members.n_items, length),
          {}};
}

}  // namespace recveil::recommend

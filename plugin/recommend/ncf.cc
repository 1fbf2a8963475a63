#include "recommend/ncf.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <string>
#include <thread>
#include <utility>

#include "core/random.h"
#include "core/watch.h"
#include "recommend/check.h"
#include "recommend/ncf_rows.h"
#include "recommend/ncf_train.h"

namespace recveil::recommend {
namespace {

constexpr std::uint64_t kStream = 0x6E6366;          // "ncf"
constexpr std::uint64_t kFoldSeed = 0x666F6C64696E;  // "foldin": one for all models

std::size_t slices(std::size_t n) {
  return (n + kNcfSlice - 1) / kNcfSlice;
}

std::vector<std::uint32_t> items_of(std::span<const std::uint8_t> known) {
  std::vector<std::uint32_t> out;
  for (std::uint32_t i = 0; i < known.size(); ++i) {
    if (known[i] != 0) out.push_back(i);
  }
  return out;
}

}  // namespace

void check_options(const NcfOptions &options) {
  const auto require = [](bool holds, const char *what) {
    if (!holds) throw Error(Status::argument, std::string("ncf: ") + what);
  };
  require(std::isfinite(options.deviation) && options.deviation >= 0,
          "deviation must be at least 0");
  require(options.batch >= 1, "batch must be at least 1");
  require(std::isfinite(options.learning_rate) && options.learning_rate > 0,
          "learning_rate must be above 0");
  require(std::isfinite(options.regularization) && options.regularization >= 0,
          "regularization must be at least 0");
  require(options.threads >= 1, "threads must be at least 1");
  require(std::isfinite(options.fold_in.learning_rate) && options.fold_in.learning_rate > 0,
          "fold_in.learning_rate must be above 0");
  require(std::isfinite(options.fold_in.regularization) && options.fold_in.regularization >= 0,
          "fold_in.regularization must be at least 0");
}

NcfParameters initial_ncf(std::size_t n_users, std::size_t n_items, const NcfOptions &options) {
  Rng rng(options.seed, kStream);
  NcfParameters out;
  for (Matrix *rows : {&out.items, &out.users}) {
    rows->rows = rows == &out.users ? n_users : n_items;
    rows->cols = kNcfFactors;
    rows->data.resize(rows->rows * kNcfFactors);
  }
  // Layers and items first: what they start from does not depend on the number of people.
  const auto layer = [&](std::size_t inputs, std::size_t outputs) {
    const double bound = 1 / std::sqrt(static_cast<double>(inputs));
    for (std::size_t i = 0; i < (inputs + 1) * outputs; ++i) {
      out.layers.push_back(static_cast<float>(bound * (2 * rng.uniform() - 1)));
    }
  };
  layer(64, 32);
  layer(32, 16);
  layer(16, 8);
  layer(16, 1);
  for (Matrix *rows : {&out.items, &out.users}) {
    for (float &value : rows->data) value = static_cast<float>(options.deviation * rng.normal());
  }
  return out;
}

void draw_negatives(std::span<const std::uint32_t> row, std::size_t n,
                    std::span<const std::uint32_t> from, std::span<const std::uint32_t> marks,
                    std::uint32_t mark, Rng &rng, std::vector<std::uint32_t> &out) {
  out.clear();
  const std::size_t size = from.empty() ? marks.size() : from.size();
  const auto at = [&](std::size_t i) {
    return from.empty() ? static_cast<std::uint32_t>(i) : from[i];
  };
  if (row.size() >= size) return;
  if (row.size() > size / 2) {  // few are left: draw from these
    std::vector<std::uint32_t> left;
    for (std::size_t i = 0; i < size; ++i) {
      if (marks[at(i)] != mark) left.push_back(at(i));
    }
    for (std::size_t k = 0; k < n; ++k) out.push_back(left[rng.below(left.size())]);
    return;
  }
  while (out.size() < n) {
    const std::uint32_t item = at(rng.below(size));
    if (marks[item] != mark) out.push_back(item);
  }
}

std::vector<NcfSample> draw_samples(const Interactions &training, unsigned negatives, Rng &rng,
                                    std::span<const std::uint32_t> from) {
  std::vector<NcfSample> out;
  out.reserve(training.size() * (std::size_t{negatives} + 1));
  std::vector<std::uint32_t> marks(training.n_items, UINT32_MAX), drawn;
  for (std::uint32_t user = 0; user < training.n_users(); ++user) {
    pulse();
    const auto row = training.row(user);
    for (const std::uint32_t item : row) {
      out.push_back({user, item, 1});
      marks[item] = user;
    }
    draw_negatives(row, row.size() * negatives, from, marks, user, rng, drawn);
    for (const std::uint32_t item : drawn) out.push_back({user, item, 0});
  }
  rng.shuffle(out);
  return out;
}

std::unique_ptr<NcfModel> train_ncf(const Interactions &training, const NcfOptions &options,
                                    const std::function<void(double)> &progress) {
  check_options(options);
  check_items("ncf", training.items, training.n_items);
  NcfTrainer trainer(initial_ncf(training.n_users(), training.n_items, options), options);
  std::vector<std::uint8_t> known(training.n_items, 0);
  for (const std::uint32_t item : training.items) known[item] = 1;
  std::vector<std::uint32_t> from;
  if (options.known_negatives) from = items_of(known);
  Rng rng(options.seed, kStream + 1);
  for (unsigned epoch = 0; epoch < options.epochs; ++epoch) {
    const std::vector<NcfSample> samples = draw_samples(training, options.negatives, rng, from);
    trainer.pass(samples, [&](std::size_t done) {
      if (!progress || (done % (1 << 16) >= options.batch && done < samples.size())) return;
      progress((epoch + static_cast<double>(done) / static_cast<double>(samples.size())) /
               options.epochs);
    });
  }
  return std::make_unique<NcfModel>(trainer.parameters(), std::move(known), options.fold_in);
}

std::vector<std::unique_ptr<NcfModel>> train_ncf_folds(
    const Interactions &members, const Folds &folds, const NcfOptions &options,
    const std::function<void(double)> &progress) {
  check_folds("ncf", members, folds);
  check_options(options);
  std::vector<std::unique_ptr<NcfModel>> out(folds.count);
  std::vector<std::exception_ptr> failures(options.threads);
  Watch *const watch = current_watch;
  const auto work = [&](unsigned t) {  // thread t has the folds t, t + threads, ...
    const WatchScope scope(watch);
    try {
      for (std::uint32_t f = t; f < folds.count; f += options.threads) {
        std::function<void(double)> tell;
        if (progress && t == 0) {
          const double share = std::min(1.0, static_cast<double>(options.threads) / folds.count);
          tell = [&progress, &folds, f, share](double done) {
            progress(std::min(1.0, f / static_cast<double>(folds.count) + done * share));
          };
        }
        out[f] = train_ncf(without_folds(members, folds, f, f + 1), options, tell);
      }
    } catch (...) {
      failures[t] = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> others;
    for (unsigned t = 1; t < options.threads; ++t) others.emplace_back(work, t);
    work(0);
  }
  for (const std::exception_ptr &failure : failures) {
    if (failure) std::rethrow_exception(failure);
  }
  return out;
}

NcfModel::NcfModel(NcfParameters parameters, std::vector<std::uint8_t> known,
                   const NcfFoldIn &fold_in)
    : parameters_(std::move(parameters)),
      known_(std::move(known)),
      known_items_(items_of(known_)),
      fold_in_(fold_in) {
  check_parameters(parameters_);
  if (known_.size() != parameters_.items.rows) {
    throw Error(Status::argument, "ncf: known has " + std::to_string(known_.size()) +
                                      " values for " + std::to_string(parameters_.items.rows) +
                                      " items");
  }
  const NcfKernels &kernels = ncf_kernels();
  const Floats layers = padded_layers(parameters_.layers);
  layers_.assign(layers.begin(), layers.end());
  transposed_.resize(ncf::kTransposed);
  kernels.transpose(layers_.data(), transposed_.data());
  const std::size_t n = slices(known_.size());
  halves_.resize(n * kNcfSlice * 32);
  products_.resize(n * kNcfSlice * 16);
  std::vector<float> rows(kNcfSlice * kNcfRow);
  for (std::size_t at = 0; at < n; ++at) {
    for (std::size_t s = 0; s < kNcfSlice; ++s) {
      const std::size_t item = at * kNcfSlice + s;
      float *const row = &rows[s * kNcfRow];
      if (item < known_.size()) {
        pad_row(parameters_.items.row(item), row);
      } else {
        std::fill_n(row, kNcfRow, 0.0F);
      }
      std::copy_n(row + kNcfInput, 16, &products_[item * 16]);
    }
    kernels.item_halves(layers_.data(), rows.data(), &halves_[at * kNcfSlice * 32]);
  }
  std::vector<double> sums(kNcfFactors, 0);
  const Matrix &users = parameters_.users;
  for (std::size_t u = 0; u < users.rows; ++u) {
    for (std::size_t i = 0; i < kNcfFactors; ++i) sums[i] += static_cast<double>(users.row(u)[i]);
  }
  for (const double sum : sums) {
    mean_.push_back(
        static_cast<float>(sum / static_cast<double>(std::max<std::size_t>(1, users.rows))));
  }
}

void NcfModel::score_row(std::span<const float> row, std::span<float> scores) const {
  check_scores("ncf", scores, n_items());
  check_row(row.size());
  float padded[kNcfRow], odds[kNcfSlice];
  pad_row(row.data(), padded);
  Floats work(kNcfWork);
  for (std::size_t at = 0; at < slices(scores.size()); ++at) {
    ncf_kernels().odds(items(), padded, at, odds, work.data());
    const std::size_t begin = at * kNcfSlice, n = std::min(kNcfSlice, scores.size() - begin);
    for (std::size_t s = 0; s < n; ++s) {
      scores[begin + s] = known_[begin + s] != 0 ? odds[s] : 0;
    }
  }
}

void NcfModel::check_row(std::size_t size) const {
  if (size == kNcfFactors) return;
  throw Error(Status::argument, "ncf: room for " + std::to_string(size) + " factors, a row has " +
                                    std::to_string(kNcfFactors));
}

void NcfModel::score(std::span<const std::uint32_t> history, std::span<float> scores) const {
  float row[kNcfFactors];
  fold_in(history, row);
  score_row(row, scores);
}

void NcfModel::score_trained(std::size_t row, std::span<const std::uint32_t>,
                             std::span<float> scores) const {
  if (row >= parameters_.users.rows) {
    throw Error(Status::argument, "ncf: row " + std::to_string(row) + " of " +
                                      std::to_string(parameters_.users.rows) + " trained users");
  }
  score_row({parameters_.users.row(row), kNcfFactors}, scores);
}

void NcfModel::fold_in(std::span<const std::uint32_t> given, std::span<float> row) const {
  check_items("ncf: history", given, known_.size());
  check_row(row.size());
  std::copy(mean_.begin(), mean_.end(), row.begin());
  std::vector<std::uint32_t> history;
  for (const std::uint32_t item : given) {
    if (known_[item] != 0) history.push_back(item);
  }
  std::sort(history.begin(), history.end());
  history.erase(std::unique(history.begin(), history.end()), history.end());
  if (history.empty()) return;

  float padded[kNcfRow], m[kNcfRow] = {}, v[kNcfRow] = {}, gradient[kNcfRow];
  pad_row(mean_.data(), padded);
  const NcfKernels &kernels = ncf_kernels();
  Rng rng(kFoldSeed);
  std::vector<std::uint32_t> marks(known_.size(), 0), negatives;
  for (const std::uint32_t item : history) marks[item] = 1;
  struct Sample {
    std::uint32_t item;
    float label;
  };
  std::vector<Sample> samples;
  std::uint32_t which[kNcfSlice];
  float labels[kNcfSlice];
  Floats work(kNcfWork);
  const auto pull = static_cast<float>(fold_in_.regularization);
  std::uint64_t now = 0;
  for (unsigned epoch = 0; epoch < fold_in_.epochs; ++epoch) {
    draw_negatives(history, history.size() * fold_in_.negatives, known_items_, marks, 1, rng,
                   negatives);
    samples.clear();
    for (const std::uint32_t item : history) samples.push_back({item, 1});
    for (const std::uint32_t item : negatives) samples.push_back({item, 0});
    rng.shuffle(samples);
    for (std::size_t begin = 0; begin < samples.size(); begin += kNcfSlice) {
      pulse();
      const std::size_t n = std::min(kNcfSlice, samples.size() - begin);
      for (std::size_t s = 0; s < n; ++s) {
        which[s] = samples[begin + s].item;
        labels[s] = samples[begin + s].label;
      }
      kernels.row_gradient(items(), transposed_.data(), padded, which, labels, n, gradient,
                           work.data());
      for (std::size_t i = 0; i < kNcfRow; ++i) gradient[i] += pull * padded[i];
      kernels.adam(padded, m, v, gradient, 1, 0, kNcfRow, adam_step(fold_in_.learning_rate, ++now));
    }
  }
  plain_row(padded, row.data());
}

}  // namespace recveil::recommend

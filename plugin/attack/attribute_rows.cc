#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "attack/attribute.h"
#include "attack/one_vs_rest.h"
#include "attack/standardize.h"
#include "attack/xgboost_library.h"
#include "core/random.h"
#include "numerics/boosted_trees.h"
#include "numerics/logistic.h"
#include "numerics/nearest.h"
#include "numerics/softmax_mlp.h"
#include "numerics/svc.h"

namespace recveil::attack {
namespace {

using Rows = Known<Matrix>;

constexpr double kRidge = 1;
constexpr std::size_t kMostSvmRows = 3000;

Matrix rows_of(const Matrix &x, std::span<const std::uint32_t> rows) {
  Matrix out{rows.size(), x.cols, {}};
  for (const std::uint32_t row : rows)
    out.data.insert(out.data.end(), x.row(row), x.row(row) + x.cols);
  return out;
}

template <class Decide>
void each_row(const Matrix &x, std::span<double> out, Decide decide) {
  for (std::size_t i = 0; i < x.rows; ++i) out[i] = decide(std::span(x.row(i), x.cols));
}

ClassScores logistic(const Rows &known, const Matrix &others, std::uint64_t seed) {
  return one_vs_rest(known.y, known.classes, others.rows, kAllRows, seed,
                     [&](std::span<const std::uint32_t> rows, std::span<const std::uint8_t> y,
                         std::span<double> out) {
                       const numerics::Logistic model =
                           numerics::fit_logistic(rows_of(known.rows, rows), y, kRidge);
                       each_row(others, out,
                                [&](std::span<const float> row) { return model.decision(row); });
                     });
}

ClassScores trees(const Rows &known, const Matrix &others, std::uint64_t seed) {
  return one_vs_rest(known.y, known.classes, others.rows, kAllRows, seed,
                     [&](std::span<const std::uint32_t> rows, std::span<const std::uint8_t> y,
                         std::span<double> out) {
                       numerics::BoostingOptions options;
                       options.trees = 100;
                       options.seed = seed;
                       const numerics::BoostedTrees model(rows_of(known.rows, rows), y, options);
                       each_row(others, out,
                                [&](std::span<const float> row) { return model.decision(row); });
                     });
}

ClassScores svm(const Rows &known, const Matrix &others, std::uint64_t seed) {
  return one_vs_rest(
      known.y, known.classes, others.rows, kMostSvmRows, seed,
      [&](std::span<const std::uint32_t> rows, std::span<const std::uint8_t> y,
          std::span<double> out) {
        numerics::SvcOptions options;
        options.gamma = 1 / static_cast<double>(known.rows.cols);
        options.balanced = true;
        numerics::Svc(rows_of(known.rows, rows), y, options).decisions(others, out);
      },
      false);
}

ClassScores network(const Rows &known, const Matrix &others,
                    const numerics::SoftmaxMlpOptions &options) {
  numerics::SoftmaxMlp net(known.rows.cols, known.classes, options);
  net.train(known.rows, known.y);
  ClassScores out(others.rows * known.classes);
  net.log_probabilities(others, out);
  subtract_log_shares(known.y, known.classes, out);
  return out;
}

ClassScores small_network(const Rows &known, const Matrix &others, std::uint64_t seed) {
  return network(
      known, others,
      {.hidden = {100}, .learning_rate = 2e-3, .decay = 1e-3, .epochs = 30, .seed = seed});
}

ClassScores large_network(const Rows &known, const Matrix &others, std::uint64_t seed) {
  return network(
      known, others,
      {.hidden = {256, 128}, .learning_rate = 1e-3, .decay = 1e-3, .epochs = 20, .seed = seed});
}

template <std::size_t wanted>
ClassScores neighbours(const Rows &known, const Matrix &others, std::uint64_t) {
  const std::size_t k = std::min(wanted, known.rows.rows);
  std::vector<double> size(known.classes);
  for (const std::int32_t label : known.y) size[static_cast<std::size_t>(label)] += 1;
  const std::vector<std::uint32_t> found = numerics::nearest(known.rows, others, k);
  ClassScores out(others.rows * known.classes);
  for (std::size_t i = 0; i < others.rows; ++i) {
    double *row = out.data() + i * known.classes;
    for (std::size_t j = 0; j < k; ++j) {
      const auto label = static_cast<std::size_t>(known.y[found[i * k + j]]);
      row[label] += 1 / size[label];
    }
  }
  return out;
}

RowAttack xgboost_attack(std::shared_ptr<const XgboostLibrary> library) {
  return {"xgboost", [library = std::move(library)](const Rows &known, const Matrix &others,
                                                    std::uint64_t seed) {
            XgboostOptions options;
            options.seed = seed;
            ClassScores out =
                library->probabilities(known.rows, known.y, known.classes, others, options);
            for (double &p : out) p = std::log(std::max(p, 1e-12));
            subtract_log_shares(known.y, known.classes, out);
            return out;
          }};
}

// The same attack on columns of the same scale.
RowAttack standardized(RowAttack attack) {
  return {attack.name, [run = std::move(attack.run)](const Rows &known, const Matrix &others,
                                                     std::uint64_t seed) {
            const Standardizer standardize(known.rows);
            const Matrix rows = standardize(known.rows);
            return run({rows, known.y, known.classes}, standardize(others), seed);
          }};
}

}  // namespace

std::vector<RowAttack> row_attribute_attacks(bool xgboost) {
  std::vector<RowAttack> out{
      {"logistic", logistic},      {"mlp_100", small_network}, {"mlp_256_128", large_network},
      {"boosted_trees", trees},    {"rbf_svm", svm},           {"knn_10", neighbours<10>},
      {"knn_100", neighbours<100>}};
  if (xgboost) {
    if (auto library = XgboostLibrary::load()) out.push_back(xgboost_attack(std::move(library)));
  }
  for (RowAttack &attack : out) attack = standardized(std::move(attack));
  return out;
}

}  // namespace recveil::attack

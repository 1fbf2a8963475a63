#include <algorithm>
#include <cmath>

#include "attack/attribute.h"
#include "attack/one_vs_rest.h"
#include "attack/standardize.h"
#include "numerics/bag_logistic.h"
#include "numerics/softmax_mlp.h"
#include "numerics/svd.h"

namespace recveil::attack {
namespace {

using Lists = Known<Interactions>;

constexpr double kRidge = 10;
constexpr std::size_t kCoordinates = 32;

ClassScores bag_logistic(const Lists &known, const Interactions &others, std::uint64_t seed) {
  return one_vs_rest(known.y, known.classes, others.n_users(), kAllRows, seed,
                     [&](std::span<const std::uint32_t> rows, std::span<const std::uint8_t> y,
                         std::span<double> out) {
                       const numerics::BagLogistic model =
                           numerics::fit_bag_logistic(known.rows.select(rows), y, kRidge);
                       for (std::size_t i = 0; i < out.size(); ++i) {
                         out[i] = model.decision(others.row(i));
                       }
                     });
}

// Sums of the item vectors, and the length.
Matrix coordinates(const Interactions &lists, const Matrix &vectors) {
  Matrix out{lists.n_users(), vectors.cols + 1, {}};
  out.data.resize(out.rows * out.cols);
  for (std::size_t i = 0; i < out.rows; ++i) {
    float *row = out.row(i);
    for (const std::uint32_t item : lists.row(i)) {
      for (std::size_t c = 0; c < vectors.cols; ++c) row[c] += vectors.row(item)[c];
    }
    row[vectors.cols] = static_cast<float>(lists.row(i).size());
  }
  return out;
}

ClassScores network(const Lists &known, const Interactions &others, std::uint64_t seed) {
  const Matrix vectors = numerics::item_vectors(known.rows, kCoordinates, seed);
  Matrix rows = coordinates(known.rows, vectors);
  const Standardizer standardize(rows);
  rows = standardize(std::move(rows));
  numerics::SoftmaxMlp net(
      rows.cols, known.classes,
      {.hidden = {100}, .learning_rate = 2e-3, .decay = 1e-3, .epochs = 30, .seed = seed});
  net.train(rows, known.y);
  ClassScores out(others.n_users() * known.classes);
  net.log_probabilities(standardize(coordinates(others, vectors)), out);
  subtract_log_shares(known.y, known.classes, out);
  return out;
}

}  // namespace

std::vector<ListAttack> list_attribute_attacks() {
  return {{"list_logistic", bag_logistic}, {"list_mlp", network}};
}

}  // namespace recveil::attack

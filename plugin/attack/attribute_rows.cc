#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "attack/attribute.h"
#include "attack/one_vs_rest.h"
#include "attack/standardize.h"
#include "attack/xgboost_library.h"
#include "core/random.h"
#include "core/watch.h"
#include "numerics/boosted_trees.h"
#include "numerics/logistic.h"
#include "numerics/nearest.h"
#include "numerics/softmax_mlp.h"
#include "numerics/svc.h"
#include "numerics/symmetric.h"

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
  for (std::size_t i = 0; i < x.rows; ++i) {
    if (i % 256 == 0) pulse();
    out[i] = decide(std::span(x.row(i), x.cols));
  }
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

std::string_view bits_of(const Matrix &x, std::size_t i) {
  return {reinterpret_cast<const char *>(x.row(i)), x.cols * sizeof(float)};
}

// What an attacker knows who has seen the same row before, of people whose class is known.
ClassScores lookup(const Rows &known, const Matrix &others, std::uint64_t) {
  std::unordered_map<std::string_view, std::vector<double>> seen;
  std::vector<double> share(known.classes);
  for (std::size_t i = 0; i < known.rows.rows; ++i) {
    const auto label = static_cast<std::size_t>(known.y[i]);
    std::vector<double> &of = seen[bits_of(known.rows, i)];
    of.resize(known.classes);
    of[label] += 1;
    share[label] += 1 / static_cast<double>(known.rows.rows);
  }
  const std::size_t near = std::min<std::size_t>(10, known.rows.rows);
  const std::vector<std::uint32_t> nearest = numerics::nearest(known.rows, others, near);
  ClassScores out(others.rows * known.classes);
  std::vector<double> n(known.classes);
  for (std::size_t i = 0; i < others.rows; ++i) {
    std::fill(n.begin(), n.end(), 0);
    if (const auto found = seen.find(bits_of(others, i)); found != seen.end()) {
      n = found->second;
    } else {
      for (std::size_t j = 0; j < near; ++j) {
        n[static_cast<std::size_t>(known.y[nearest[i * near + j]])] += 1;
      }
    }
    const double all = std::accumulate(n.begin(), n.end(), 2.0);
    for (std::size_t k = 0; k < known.classes; ++k) {
      out[i * known.classes + k] = std::log(std::max((n[k] + 2 * share[k]) / all, 1e-12));
    }
  }
  subtract_log_shares(known.y, known.classes, out);
  return out;
}

// The rows with what one sees of a row among others: the logarithms of its length, of how many have
// the same, and of its distances to the 1st, 5th and 10th neighbour.
Matrix among(const Matrix &points, const Matrix &rows, bool same) {
  constexpr std::size_t kNeighbours[] = {1, 5, 10};
  const std::size_t skip = same ? 1 : 0;  // a row is its own neighbour
  const std::size_t k = std::min<std::size_t>(10 + skip, points.rows);
  const std::vector<std::uint32_t> found = numerics::nearest(points, rows, k);
  std::unordered_map<std::string_view, double> copies;
  for (std::size_t i = 0; i < points.rows; ++i) copies[bits_of(points, i)] += 1;
  Matrix out{rows.rows, rows.cols + 5, {}};
  std::vector<double> distance(k);
  for (std::size_t i = 0; i < rows.rows; ++i) {
    const float *row = rows.row(i);
    for (std::size_t j = 0; j < k; ++j) {
      const float *other = points.row(found[i * k + j]);
      distance[j] = 0;
      for (std::size_t c = 0; c < rows.cols; ++c) {
        const double by = static_cast<double>(row[c]) - static_cast<double>(other[c]);
        distance[j] += by * by;
      }
    }
    std::sort(distance.begin(), distance.end());
    double length = 0;
    for (std::size_t c = 0; c < rows.cols; ++c) {
      length += static_cast<double>(row[c]) * static_cast<double>(row[c]);
    }
    out.data.insert(out.data.end(), row, row + rows.cols);
    out.data.push_back(static_cast<float>(std::log(length + 1e-12)));
    const auto had = copies.find(bits_of(rows, i));
    const double n = had != copies.end() ? had->second : 0;
    out.data.push_back(static_cast<float>(std::log(n + (same ? 0 : 1))));
    for (const std::size_t at : kNeighbours) {
      const double square = distance[std::min(at + skip, k) - 1];
      out.data.push_back(static_cast<float>(std::log(std::sqrt(square) + 1e-6)));
    }
  }
  return out;
}

ClassScores neighbour_trees(const Rows &known, const Matrix &others, std::uint64_t seed) {
  const Matrix rows = among(known.rows, known.rows, true);
  return trees({rows, known.y, known.classes}, among(known.rows, others, false), seed);
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

// Log densities of a Gaussian a class, its covariance shrunk to the common one by D / (n + D). A
// column without spread, which standardizing makes 0, has the variance of the floor in all of them.
ClassScores joint_gaussian(const Rows &known, const Matrix &others, std::uint64_t) {
  constexpr double kFloor = 1e-4;
  const std::size_t d = known.rows.cols, classes = known.classes;
  std::vector<double> mean(classes * d), n(classes);
  for (std::size_t i = 0; i < known.rows.rows; ++i) {
    const auto k = static_cast<std::size_t>(known.y[i]);
    ++n[k];
    for (std::size_t c = 0; c < d; ++c)
      mean[k * d + c] += static_cast<double>(known.rows.row(i)[c]);
  }
  for (std::size_t k = 0; k < classes; ++k) {
    for (std::size_t c = 0; c < d && n[k] > 0; ++c) mean[k * d + c] /= n[k];
  }
  std::vector<numerics::SquareMatrix> of(classes, numerics::SquareMatrix(d * d));
  numerics::SquareMatrix common(d * d);
  std::vector<double> off(d);
  for (std::size_t i = 0; i < known.rows.rows; ++i) {
    if (i % 256 == 0) pulse();
    const auto k = static_cast<std::size_t>(known.y[i]);
    for (std::size_t c = 0; c < d; ++c) {
      off[c] = static_cast<double>(known.rows.row(i)[c]) - mean[k * d + c];
    }
    for (std::size_t a = 0; a < d; ++a) {
      for (std::size_t b = a; b < d; ++b) of[k][a * d + b] += off[a] * off[b];
    }
  }
  const double all = static_cast<double>(known.rows.rows);
  for (std::size_t k = 0; k < classes; ++k) {
    for (std::size_t at = 0; at < d * d; ++at) common[at] += of[k][at] / all;
  }
  ClassScores out(others.rows * classes);
  for (std::size_t k = 0; k < classes; ++k) {
    const double dims = static_cast<double>(d), own = n[k] / (n[k] + dims);
    for (std::size_t at = 0; at < d * d; ++at) {
      of[k][at] = own * of[k][at] / std::max(1.0, n[k]) + (1 - own) * common[at];
    }
    for (std::size_t c = 0; c < d; ++c) of[k][c * d + c] += kFloor;
    numerics::mirror_upper(of[k], d);
    const auto inverse = numerics::log_det(of[k], d);
    if (!inverse || !(n[k] > 0)) continue;
    for (std::size_t i = 0; i < others.rows; ++i) {
      if (i % 256 == 0) pulse();
      for (std::size_t c = 0; c < d; ++c) {
        off[c] = static_cast<double>(others.row(i)[c]) - mean[k * d + c];
      }
      double square = 0;
      for (std::size_t a = 0; a < d; ++a) {
        double product = 0;
        for (std::size_t b = 0; b < d; ++b) product += inverse->inverse[a * d + b] * off[b];
        square += off[a] * product;
      }
      out[i * classes + k] = -(inverse->value + square) / 2;
    }
  }
  return out;
}

}  // namespace

std::vector<RowAttack> joined_row_attacks() {
  std::vector<RowAttack> out{{"logistic", logistic},
                             {"mlp_100", small_network},
                             {"boosted_trees", trees},
                             {"joint_gaussian", joint_gaussian}};
  for (RowAttack &attack : out) attack = standardized(std::move(attack));
  return out;
}

std::vector<RowAttack> row_attribute_attacks(bool xgboost) {
  std::vector<RowAttack> out{{"logistic", logistic},
                             {"mlp_100", small_network},
                             {"mlp_256_128", large_network},
                             {"boosted_trees", trees},
                             {"rbf_svm", svm},
                             {"knn_10", neighbours<10>},
                             {"knn_100", neighbours<100>},
                             {"row_lookup", lookup},
                             {"neighbour_trees", neighbour_trees}};
  if (xgboost) {
    if (auto library = XgboostLibrary::load()) out.push_back(xgboost_attack(std::move(library)));
  }
  for (RowAttack &attack : out) attack = standardized(std::move(attack));
  return out;
}

}  // namespace recveil::attack

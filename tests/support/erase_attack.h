// Reading a binary attribute from rows, to see whether an erasure holds: a few attackers, not the
// audit's.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "core/random.h"
#include "numerics/logistic.h"
#include "numerics/mlp.h"
#include "numerics/stats.h"

namespace recveil::support {

inline Matrix take_rows(const Matrix &from, std::span<const std::size_t> rows) {
  Matrix out{rows.size(), from.cols, std::vector<float>(rows.size() * from.cols)};
  for (std::size_t r = 0; r < rows.size(); ++r) {
    std::copy_n(from.row(rows[r]), from.cols, out.row(r));
  }
  return out;
}

// Scores of `test` rows by an attacker who learnt on `train`, for each attacker. Both are
// standardized by the training rows. The networks differ from the one that erasure takes its
// directions from in width, depth, training and seed.
inline std::map<std::string, std::vector<double>> attack(Matrix train,
                                                         std::span<const std::uint8_t> labels,
                                                         Matrix test) {
  for (std::size_t c = 0; c < train.cols; ++c) {
    double mean = 0, square = 0;
    for (std::size_t r = 0; r < train.rows; ++r) mean += static_cast<double>(train.row(r)[c]);
    mean /= static_cast<double>(train.rows);
    for (std::size_t r = 0; r < train.rows; ++r) {
      square += std::pow(static_cast<double>(train.row(r)[c]) - mean, 2);
    }
    const double scale = 1 / std::sqrt(square / static_cast<double>(train.rows) + 1e-20);
    for (Matrix *rows : {&train, &test}) {
      for (std::size_t r = 0; r < rows->rows; ++r) {
        float &x = rows->row(r)[c];
        x = static_cast<float>((static_cast<double>(x) - mean) * scale);
      }
    }
  }
  std::map<std::string, std::vector<double>> out;
  const auto logistic = numerics::fit_logistic(train, labels, 1);
  numerics::Mlp mlp(train.cols, {.hidden = {48, 16}, .epochs = 30, .seed = 77});
  mlp.train(train.data, labels);
  for (std::size_t r = 0; r < test.rows; ++r) {
    out["logistic"].push_back(logistic.decision({test.row(r), test.cols}));
    out["mlp"].push_back(mlp.decision({test.row(r), test.cols}));
    // The share of class 1 among the 20 nearest.
    std::vector<std::pair<float, std::size_t>> near;
    for (std::size_t t = 0; t < train.rows; ++t) {
      float distance = 0;
      for (std::size_t c = 0; c < train.cols; ++c) {
        distance += (train.row(t)[c] - test.row(r)[c]) * (train.row(t)[c] - test.row(r)[c]);
      }
      near.emplace_back(distance, t);
    }
    const std::size_t k = std::min<std::size_t>(20, near.size());
    std::nth_element(near.begin(), near.begin() + static_cast<std::ptrdiff_t>(k - 1), near.end());
    double share = 0;
    for (std::size_t i = 0; i < k; ++i) share += labels[near[i].second];
    out["knn"].push_back(share);
  }
  return out;
}

struct AttackAuc {
  double value = 0, error = 0;  // mean over groups, its standard error
};

// One group's scores by truth; several groups (folds, whose rows are not comparable) are averaged.
class AttackTally {
 public:
  void add(const std::map<std::string, std::vector<double>> &scores,
           std::span<const std::uint8_t> truth) {
    for (const auto &[name, values] : scores) {
      std::vector<double> ones, zeros;
      for (std::size_t i = 0; i < values.size(); ++i) {
        (truth[i] != 0 ? ones : zeros).push_back(values[i]);
      }
      auto &[sum, variance, n] = tally_[name];
      sum += numerics::auc(ones, zeros).value;
      variance += std::pow(numerics::auc_standard_error(ones, zeros), 2);
      ++n;
    }
  }
  std::map<std::string, AttackAuc> aucs() const {
    std::map<std::string, AttackAuc> out;
    for (const auto &[name, each] : tally_) {
      out[name] = {each.sum / each.n, std::sqrt(each.variance) / each.n};
    }
    return out;
  }

 private:
  struct Each {
    double sum = 0, variance = 0, n = 0;
  };
  std::map<std::string, Each> tally_;
};

}  // namespace recveil::support

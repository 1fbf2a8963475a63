#include <cmath>

#include "attack/check.h"
#include "attack/membership.h"
#include "numerics/mlp.h"

namespace recveil::attack {
namespace {

// The mean decision of several networks depends far less on the seed than that of one.
constexpr std::uint64_t kRestarts = 5;

// Makes each column of what it was learnt on mean 0 and variance 1; columns without spread become
// 0.
class Standardizer {
 public:
  Standardizer() = default;
  explicit Standardizer(const numerics::Matrix &z) : mean_(z.cols), scale_(z.cols) {
    const auto n = static_cast<double>(z.rows);
    for (std::size_t c = 0; c < z.cols; ++c) {
      double sum = 0, squares = 0;
      for (std::size_t u = 0; u < z.rows; ++u) sum += static_cast<double>(z.row(u)[c]);
      const double mean = sum / n;
      for (std::size_t u = 0; u < z.rows; ++u) {
        const double difference = static_cast<double>(z.row(u)[c]) - mean;
        squares += difference * difference;
      }
      mean_[c] = static_cast<float>(mean);
      scale_[c] = squares > 0 ? static_cast<float>(1 / std::sqrt(squares / n)) : 0.0f;
    }
  }
  void apply(numerics::Matrix &z) const {
    for (std::size_t u = 0; u < z.rows; ++u) {
      float *row = z.row(u);
      for (std::size_t c = 0; c < z.cols; ++c) row[c] = (row[c] - mean_[c]) * scale_[c];
    }
  }

 private:
  std::vector<float> mean_, scale_;
};

class DifferenceMlp : public MembershipAttack {
 public:
  explicit DifferenceMlp(std::uint64_t seed) : seed_(seed) {}
  std::string name() const override { return "difference_mlp"; }
  bool blind() const override { return false; }
  double threshold() const override { return 0; }

  void fit(const Population &shadow, const Auxiliary &auxiliary) override {
    check_shadow(shadow, auxiliary.item_vectors.rows);
    items_ = auxiliary.item_vectors;
    numerics::Matrix z = difference_vectors(shadow, items_);
    standardizer_ = Standardizer(z);
    standardizer_.apply(z);
    networks_.clear();
    for (std::uint64_t restart = 0; restart < kRestarts; ++restart) {
      numerics::MlpOptions options;
      options.seed = seed_ * kRestarts + restart;
      networks_.emplace_back(z.cols, options).train(z.data, shadow.member);
    }
  }

  std::vector<double> score(const Population &target) const override {
    numerics::Matrix z = difference_vectors(target, items_);
    standardizer_.apply(z);
    std::vector<double> scores(z.rows);
    for (std::size_t u = 0; u < z.rows; ++u) {
      for (const numerics::Mlp &network : networks_) {
        scores[u] += network.decision({z.row(u), z.cols}) / static_cast<double>(kRestarts);
      }
    }
    return scores;
  }

 private:
  std::uint64_t seed_;
  numerics::Matrix items_;
  Standardizer standardizer_;
  std::vector<numerics::Mlp> networks_;
};

}  // namespace

std::unique_ptr<MembershipAttack> make_difference_mlp(std::uint64_t seed) {
  return std::make_unique<DifferenceMlp>(seed);
}

}  // namespace recveil::attack

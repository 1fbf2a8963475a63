#include "attack/features.h"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>

#include "core/watch.h"
#include "recommend/recommender.h"

namespace recveil::attack {
namespace {

using Values = std::vector<float>;
using Items = std::span<const std::uint32_t>;
using Block = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr std::size_t kQuantiles[] = {0, 10, 25, 50, 75, 90, 100};
constexpr std::size_t kDeciles[] = {0, 10, 20, 30, 40, 50, 60, 70, 80, 90};
constexpr std::size_t kRankBins = 10;
constexpr std::size_t kPopular[] = {50, 100, 200, 500, 1000};
constexpr std::size_t kTop = 10;  // the head of a list

void add_quantiles(Values values, std::span<const std::size_t> percents, Values &row) {
  std::sort(values.begin(), values.end());
  for (const std::size_t percent : percents) {
    row.push_back(values.empty() ? 0 : values[(percent * (values.size() - 1) + 50) / 100]);
  }
}

// Means of the values at the first tenth of the places, the second, ...; of a list shorter than
// that, the value at the place where the tenth begins.
void add_rank_bins(const Values &values, Values &row) {
  for (std::size_t bin = 0; bin < kRankBins; ++bin) {
    const std::size_t begin = bin * values.size() / kRankBins;
    const std::size_t end = std::max((bin + 1) * values.size() / kRankBins, begin + 1);
    float sum = 0;
    for (std::size_t i = begin; i < end && i < values.size(); ++i) sum += values[i];
    row.push_back(sum / static_cast<float>(end - begin));
  }
}

float mean(const Values &values) {
  float sum = 0;
  for (const float value : values) sum += value;
  return values.empty() ? 0 : sum / static_cast<float>(values.size());
}

float deviation(const Values &values) {
  const float centre = mean(values);
  float squares = 0;
  for (const float value : values) squares += (value - centre) * (value - centre);
  return values.empty() ? 0 : std::sqrt(squares / static_cast<float>(values.size()));
}

// Makes the rows.
class Describer {
 public:
  explicit Describer(const Knowledge &knowledge)
      : knowledge_(knowledge), marked_(knowledge.n_items(), 0) {}

  // Appends the features of one person to `row`.
  void describe(Items history, Items list, std::span<float> scores, Values &row) {
    add_similarities(history, list, row);
    const std::vector<std::uint32_t> slate = add_reference(history, list, scores, row);
    add_popularity(history, list, row);
    add_seen(history, list, row);
    row.push_back(relative_distance(history, list, slate));
  }

 private:
  // 44: largest similarity by decile and by rank, mean by quantile and by rank, history's largest.
  void add_similarities(Items history, Items list, Values &row) {
    const Block similarity = directions(list) * directions(history).transpose();
    Values largest(list.size(), 0), mean_of(list.size(), 0), back(history.size(), 0);
    if (similarity.size() > 0) {
      const auto rows = static_cast<Eigen::Index>(list.size());
      const auto cols = static_cast<Eigen::Index>(history.size());
      Eigen::VectorXf::Map(largest.data(), rows) = similarity.rowwise().maxCoeff();
      Eigen::VectorXf::Map(mean_of.data(), rows) = similarity.rowwise().mean();
      Eigen::RowVectorXf::Map(back.data(), cols) = similarity.colwise().maxCoeff();
    }
    add_quantiles(largest, kDeciles, row);
    add_rank_bins(largest, row);
    add_quantiles(mean_of, kQuantiles, row);
    add_rank_bins(mean_of, row);
    add_quantiles(back, kQuantiles, row);
  }

  // 20: the reference model's scores of the list by rank and by quantile, and how much of its own
  // slate of that length is in the list: all of it, its head, its head in the head. scores: one an
  // item, clobbered, or none.
  std::vector<std::uint32_t> add_reference(Items history, Items list, std::span<float> scores,
                                           Values &row) {
    Values of_list(list.size(), 0);
    std::vector<std::uint32_t> slate;
    if (!scores.empty()) {
      for (std::size_t j = 0; j < list.size(); ++j) of_list[j] = scores[list[j]];
      recommend::top_k_unseen(scores, history, list.size(), slate);
    }
    add_rank_bins(of_list, row);
    add_quantiles(of_list, kQuantiles, row);
    const Items head = Items(slate).first(std::min(kTop, slate.size()));
    row.push_back(common(list, slate));
    row.push_back(common(list, head));
    row.push_back(common(list.first(std::min(kTop, list.size())), head));
    return slate;
  }

  // 1: 0 where one of the three is empty.
  float relative_distance(Items history, Items list, Items slate) const {
    if (history.empty() || list.empty() || slate.empty()) return 0;
    const std::vector<double> t = mean_vector(list, knowledge_.item_vectors);
    const auto from = [&](Items items) {
      const std::vector<double> other = mean_vector(items, knowledge_.item_vectors);
      double squares = 0;
      for (std::size_t c = 0; c < t.size(); ++c) squares += (t[c] - other[c]) * (t[c] - other[c]);
      return std::max(std::sqrt(squares), kLeastDistance);
    };
    return static_cast<float>(std::log(from(history) / from(slate)));
  }

  // 27: popularity of the list by quantile, by rank and by depth, and of the history.
  void add_popularity(Items history, Items list, Values &row) {
    const Values of_list = log_popularity(list), of_history = log_popularity(history);
    add_quantiles(of_list, kQuantiles, row);
    add_rank_bins(of_list, row);
    for (const std::size_t depth : kPopular) {
      const auto hits = std::count_if(list.begin(), list.end(), [&](std::uint32_t item) {
        return knowledge_.popularity_rank[item] < depth;
      });
      row.push_back(list.empty() ? 0 : static_cast<float>(hits) / static_cast<float>(list.size()));
    }
    row.push_back(deviation(of_list));
    row.push_back(mean(of_history));
    row.push_back(static_cast<float>(std::count(of_list.begin(), of_list.end(), 0.0f)));
    row.push_back(static_cast<float>(std::count(of_history.begin(), of_history.end(), 0.0f)));
    row.push_back(static_cast<float>(history.size()));
  }

  // 2: items of the history in the list, and in its head. Who is served from another history than
  // the one that is known is shown items that they have.
  void add_seen(Items history, Items list, Values &row) {
    row.push_back(common(list, history));
    row.push_back(common(list.first(std::min(kTop, list.size())), history));
  }

  Block directions(Items items) const {
    const auto cols = static_cast<Eigen::Index>(knowledge_.directions.cols);
    Block out(static_cast<Eigen::Index>(items.size()), cols);
    for (std::size_t j = 0; j < items.size(); ++j) {
      out.row(static_cast<Eigen::Index>(j)) =
          Eigen::RowVectorXf::Map(knowledge_.directions.row(items[j]), cols);
    }
    return out;
  }

  // Number of items in both.
  float common(Items a, Items b) {
    for (const std::uint32_t item : a) marked_[item] = 1;
    const auto hits =
        std::count_if(b.begin(), b.end(), [&](std::uint32_t item) { return marked_[item] != 0; });
    for (const std::uint32_t item : a) marked_[item] = 0;
    return static_cast<float>(hits);
  }

  Values log_popularity(Items items) const {
    Values values;
    for (const std::uint32_t item : items) {
      values.push_back(static_cast<float>(knowledge_.log_popularity[item]));
    }
    return values;
  }

  const Knowledge &knowledge_;
  std::vector<std::uint8_t> marked_;
};

}  // namespace

std::vector<double> mean_vector(std::span<const std::uint32_t> items, const Matrix &vectors) {
  std::vector<double> mean(vectors.cols, 0);
  double known = 0;
  for (const std::uint32_t item : items) {
    const std::span<const float> vector(vectors.row(item), vectors.cols);
    if (std::all_of(vector.begin(), vector.end(), [](float v) { return v == 0; })) continue;
    for (std::size_t c = 0; c < mean.size(); ++c) mean[c] += static_cast<double>(vector[c]);
    ++known;
  }
  for (double &value : mean) value /= std::max(known, 1.0);
  return mean;
}

Matrix feature_matrix(const Population &people, const Knowledge &knowledge,
                      const Matrix &difference) {
  const std::size_t n = people.lists.n_users(), l = difference.cols;
  Matrix out{n, l + kExtraFeatures, {}};
  out.data.reserve(n * out.cols);
  Describer describer(knowledge);
  Values block, scores;  // of the reference model: for a block of people, for one
  for (std::size_t u = 0; u < n; ++u) {
    pulse();
    if (knowledge.reference) {
      const std::size_t b = u % Reference::kBlock;
      if (b == 0) knowledge.reference->score(people.histories, u, block);
      scores.resize(knowledge.n_items());
      for (std::size_t i = 0; i < scores.size(); ++i) scores[i] = block[i * Reference::kBlock + b];
    }
    const std::span<const float> z(difference.row(u), l);
    out.data.insert(out.data.end(), z.begin(), z.end());
    float squares = 0;
    for (const float v : z) squares += v * v;
    out.data.push_back(std::sqrt(squares));
    describer.describe(people.histories.row(u), people.lists.row(u), scores, out.data);
  }
  return out;
}

}  // namespace recveil::attack

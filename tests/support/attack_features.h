// The features of attack/features.h, each computed by itself from its definition, in double.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <vector>

#include "attack/membership.h"
#include "recommend/item_cf.h"

namespace recveil::support {

class SlowFeatures {
 public:
  using Items = std::vector<std::uint32_t>;

  explicit SlowFeatures(const attack::Auxiliary &auxiliary) : auxiliary_(auxiliary) {
    if (auxiliary.people.n_users() > 0) model_ = recommend::train_item_cf(auxiliary.people);
  }

  // All but the difference vector, whose length comes first.
  std::vector<double> operator()(const Items &history, const Items &list,
                                 std::span<const float> difference) {
    row_.clear();
    double squares = 0;
    for (const float v : difference) squares += static_cast<double>(v) * static_cast<double>(v);
    row_.push_back(std::sqrt(squares));
    similarities(history, list);
    reference(history, list);
    popularity(history, list);
    relative_distance(history, list);
    return row_;
  }

  // Whether which items are in the last person's slate is a matter of rounding.
  bool tied() const { return tied_; }

 private:
  using Values = std::vector<double>;
  static double mean(const Values &values) {
    double sum = 0;
    for (const double v : values) sum += v;
    return values.empty() ? 0 : sum / static_cast<double>(values.size());
  }

  void quantiles(Values values, const std::vector<double> &percents) {
    std::sort(values.begin(), values.end());
    for (const double percent : percents) {
      const double place = percent / 100 * (static_cast<double>(values.size()) - 1);
      row_.push_back(values.empty() ? 0 : values[static_cast<std::size_t>(place + 0.5 + 1e-9)]);
    }
  }
  void rank_bins(const Values &values) {
    for (std::size_t bin = 0; bin < 10; ++bin) {
      const auto begin = static_cast<std::size_t>(bin * values.size() / 10);
      const auto end = static_cast<std::size_t>((bin + 1) * values.size() / 10);
      Values of;
      for (std::size_t i = begin; i < std::max(end, begin + 1) && i < values.size(); ++i) {
        of.push_back(values[i]);
      }
      row_.push_back(mean(of));
    }
  }

  double cosine(std::uint32_t a, std::uint32_t b) const {
    const Matrix &v = auxiliary_.item_vectors;
    double dot = 0, aa = 0, bb = 0;
    for (std::size_t c = 0; c < v.cols; ++c) {
      const auto x = static_cast<double>(v.row(a)[c]), y = static_cast<double>(v.row(b)[c]);
      dot += x * y;
      aa += x * x;
      bb += y * y;
    }
    return aa > 0 && bb > 0 ? dot / std::sqrt(aa * bb) : 0;
  }
  void similarities(const Items &history, const Items &list) {
    const auto against = [&](const Items &from, const Items &to, bool largest) {
      Values out;
      for (const std::uint32_t a : from) {
        Values all;
        for (const std::uint32_t b : to) all.push_back(cosine(a, b));
        out.push_back(all.empty() ? 0
                      : largest   ? *std::max_element(all.begin(), all.end())
                                  : mean(all));
      }
      return out;
    };
    quantiles(against(list, history, true), {0, 10, 20, 30, 40, 50, 60, 70, 80, 90});
    rank_bins(against(list, history, true));
    quantiles(against(list, history, false), {0, 10, 25, 50, 75, 90, 100});
    rank_bins(against(list, history, false));
    quantiles(against(history, list, true), {0, 10, 25, 50, 75, 90, 100});
  }

  static double common(const Items &a, std::size_t head_a, const Items &b, std::size_t head_b) {
    const auto head = [](const Items &items, std::size_t n) {
      return std::set<std::uint32_t>(
          items.begin(), items.begin() + static_cast<std::ptrdiff_t>(std::min(n, items.size())));
    };
    double count = 0;
    for (const std::uint32_t item : head(a, head_a)) count += head(b, head_b).contains(item);
    return count;
  }
  void reference(const Items &history, const Items &list) {
    Values of_list(list.size(), 0);
    Items slate;
    if (model_ != nullptr) {
      std::vector<float> scores(model_->n_items());
      model_->score(history, scores);
      for (std::size_t j = 0; j < list.size(); ++j) {
        of_list[j] = static_cast<double>(scores[list[j]]);
      }
      std::vector<float> copy = scores;
      recommend::top_k_unseen(copy, history, list.size() + 1, slate);
      const std::size_t k = list.size();
      // To the precision of a sum in single precision.
      tied_ = k > 0 && slate.size() > k && scores[slate[k - 1]] - scores[slate[k]] < 1e-4f;
      slate.resize(std::min(k, slate.size()));
    }
    slate_ = slate;
    rank_bins(of_list);
    quantiles(of_list, {0, 10, 25, 50, 75, 90, 100});
    row_.push_back(common(list, list.size(), slate, slate.size()));
    row_.push_back(common(list, list.size(), slate, 10));
    row_.push_back(common(list, 10, slate, 10));
  }

  void popularity(const Items &history, const Items &list) {
    const auto log_of = [&](const Items &items) {
      Values out;
      for (const auto i : items) {
        out.push_back(std::log(1 + static_cast<double>(auxiliary_.popularity[i])));
      }
      return out;
    };
    const Values of_list = log_of(list), of_history = log_of(history);
    quantiles(of_list, {0, 10, 25, 50, 75, 90, 100});
    rank_bins(of_list);
    for (const double depth : {50, 100, 200, 500, 1000}) {
      Values hits;
      for (const std::uint32_t item : list) {
        double above = 0;  // items more popular, or as popular and before it
        for (std::uint32_t i = 0; i < auxiliary_.popularity.size(); ++i) {
          const auto p = auxiliary_.popularity[i], q = auxiliary_.popularity[item];
          above += p > q || (p == q && i < item) ? 1 : 0;
        }
        hits.push_back(above < depth ? 1 : 0);
      }
      row_.push_back(mean(hits));
    }
    double squares = 0;
    for (const double v : of_list) squares += (v - mean(of_list)) * (v - mean(of_list));
    row_.push_back(list.empty() ? 0 : std::sqrt(squares / static_cast<double>(list.size())));
    row_.push_back(mean(of_history));
    row_.push_back(static_cast<double>(std::count(of_list.begin(), of_list.end(), 0.0)));
    row_.push_back(static_cast<double>(std::count(of_history.begin(), of_history.end(), 0.0)));
    row_.push_back(static_cast<double>(history.size()));
    row_.push_back(common(list, list.size(), history, history.size()));
    row_.push_back(common(list, 10, history, history.size()));
  }

  // log |list - history| / |list - slate|, of mean vectors of the items that have one.
  void relative_distance(const Items &history, const Items &list) {
    const Matrix &v = auxiliary_.item_vectors;
    const auto mean_at = [&](const Items &items, std::size_t c) {
      Values known;
      for (const std::uint32_t item : items) {
        if (cosine(item, item) > 0) known.push_back(static_cast<double>(v.row(item)[c]));
      }
      return mean(known);
    };
    double to_history = 0, to_slate = 0;
    for (std::size_t c = 0; c < v.cols; ++c) {
      to_history += std::pow(mean_at(list, c) - mean_at(history, c), 2);
      to_slate += std::pow(mean_at(list, c) - mean_at(slate_, c), 2);
    }
    const bool all = !history.empty() && !list.empty() && !slate_.empty();
    const auto distance = [](double squares) { return std::max(std::sqrt(squares), 1e-4); };
    row_.push_back(all ? std::log(distance(to_history) / distance(to_slate)) : 0);
  }

  const attack::Auxiliary &auxiliary_;
  std::unique_ptr<recommend::Recommender> model_;
  bool tied_ = false;
  Items slate_;  // of the reference model, for the last person
  std::vector<double> row_;
};

}  // namespace recveil::support

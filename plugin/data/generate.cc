#include "data/generate.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/random.h"

namespace recveil::data {
namespace {

constexpr std::uint32_t kTopicSize = 50;
constexpr std::uint32_t kItemsPerTaste = 12;  // a user of n items takes to 2 + n / 12 topics
constexpr std::uint32_t kOneStrayIn = 6;      // one item in six comes from any topic
constexpr double kLean = 2;                   // how much more readily a group takes to its topics
constexpr std::uint32_t kLeastActive = 20, kMostActive = 400;
constexpr std::int64_t kStart = 1'600'000'000;  // September 2020
constexpr std::uint64_t kDay = 86'400;          // seconds

void check(const char *name, std::uint32_t value, std::uint32_t most) {
  if (value >= 10 && value <= most) return;
  throw Error(Status::argument, std::string("synthetic: ") + name + ": must be in [10, " +
                                    std::to_string(most) + "], not " + std::to_string(value));
}

// Draws k in proportion to weight[k].
class Weighted {
 public:
  explicit Weighted(const std::vector<double> &weight) : sums_(weight.size()) {
    std::partial_sum(weight.begin(), weight.end(), sums_.begin());
  }
  std::uint32_t draw(Rng &rng) const {
    const double point = rng.uniform() * sums_.back();
    const auto at = std::upper_bound(sums_.begin(), sums_.end() - 1, point);
    return static_cast<std::uint32_t>(at - sums_.begin());
  }

 private:
  std::vector<double> sums_;
};

Weighted topics_of_group(std::uint32_t n_topics, std::uint32_t group) {
  std::vector<double> weight(n_topics);
  for (std::uint32_t t = 0; t < n_topics; ++t) {
    weight[t] = (t % 2 == group ? kLean : 1.0) / std::sqrt(static_cast<double>(t + 1));
  }
  return Weighted(weight);
}

Weighted ranks_of_topic(std::uint32_t topic_size) {
  std::vector<double> weight(topic_size);
  for (std::uint32_t k = 0; k < topic_size; ++k) weight[k] = 1.0 / static_cast<double>(k + 1);
  return Weighted(weight);
}

// n with the density 1 / n^2 on [least, most]: n = least / u for a uniform u, in whole numbers.
std::uint32_t draw_activity(std::uint32_t n_items, Rng &rng) {
  constexpr std::uint64_t kOne = std::uint64_t{1} << 32;
  const std::uint64_t least = std::min(kLeastActive, n_items / 4);
  const std::uint64_t most = std::min(kMostActive, n_items / 2);
  const std::uint64_t from = kOne * least / most + 1;
  return static_cast<std::uint32_t>(kOne * least / (from + rng.below(kOne - from + 1)));
}

// The items of topic t, most popular first, are shuffled[t], shuffled[t + n_topics], ...: item
// numbers say nothing about topic or popularity.
class Rows {
 public:
  Rows(std::uint32_t n_items, Rng &rng)
      : rng_(rng),
        n_topics_(std::max(2u, n_items / kTopicSize)),
        shuffled_(n_items),
        last_user_(n_items, 0),
        topics_{topics_of_group(n_topics_, 0), topics_of_group(n_topics_, 1)},
        ranks_(ranks_of_topic(n_items / n_topics_)) {
    std::iota(shuffled_.begin(), shuffled_.end(), 0u);
    rng_.shuffle(shuffled_);
  }

  // The items of the next user, in the order in which she takes them.
  const std::vector<std::uint32_t> &draw(std::uint32_t group) {
    const auto n_items = static_cast<std::uint32_t>(shuffled_.size());
    row_.resize(draw_activity(n_items, rng_));
    tastes_.resize(2 + row_.size() / kItemsPerTaste);
    for (std::uint32_t &topic : tastes_) topic = topics_[group].draw(rng_);
    ++user_;
    for (std::uint32_t &item : row_) {
      const bool stray = rng_.below(kOneStrayIn) == 0;
      const std::uint32_t topic =
          stray ? topics_[group].draw(rng_) : tastes_[rng_.below(tastes_.size())];
      item = first_unknown(topic, ranks_.draw(rng_));
      last_user_[item] = user_;
    }
    return row_;
  }

 private:
  // From this place in the topic downwards, and on through the next topics where it is used up. It
  // ends: a user takes at most half of the items.
  std::uint32_t first_unknown(std::uint32_t topic, std::uint32_t rank) const {
    std::size_t place = topic + std::size_t{rank} * n_topics_;
    while (last_user_[shuffled_[place]] == user_) {
      place += n_topics_;
      if (place >= shuffled_.size()) place = topic = (topic + 1) % n_topics_;
    }
    return shuffled_[place];
  }

  Rng &rng_;
  std::uint32_t n_topics_;
  std::vector<std::uint32_t> shuffled_, last_user_, row_, tastes_;
  Weighted topics_[2], ranks_;
  std::uint32_t user_ = 0;  // counts from 1: no item was taken by user 0
};

}  // namespace

Dataset generate(const GenerateOptions &options) {
  check("users", options.users, 10'000'000);
  check("items", options.items, 1'000'000);
  Rng rng(options.seed);
  Rows rows(options.items, rng);

  Dataset out;
  out.name = "synthetic:users=" + std::to_string(options.users) +
             ",items=" + std::to_string(options.items) + ",seed=" + std::to_string(options.seed);
  out.interactions.n_items = options.items;
  Attribute group{"group", {"a", "b"}, {}};
  for (std::uint32_t u = 0; u < options.users; ++u) {
    const auto side = static_cast<std::uint32_t>(rng.below(2));
    const std::vector<std::uint32_t> &row = rows.draw(side);
    out.interactions.append(row);
    group.label.push_back(static_cast<std::int32_t>(side));
    std::int64_t time = kStart + static_cast<std::int64_t>(rng.below(365 * kDay));
    for (std::size_t i = 0; i < row.size(); ++i) {
      time += 1 + static_cast<std::int64_t>(rng.below(kDay));
      out.times.push_back(time);
    }
    out.user_ids.push_back("u" + std::to_string(u));
  }
  for (std::uint32_t i = 0; i < options.items; ++i) out.item_ids.push_back("i" + std::to_string(i));
  out.attributes.push_back(std::move(group));
  return out;
}

}  // namespace recveil::data

// Editors of histories: what each may add and take, against plain computations.
#include "audit/edit.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "audit/edit_items.h"
#include "core/error.h"
#include "core/random.h"

namespace recveil {
namespace {

using Items = std::set<std::uint32_t>;

// Two classes with items of their own taste; one person in ten of unknown class, one in eight did
// not ask.
struct Shop {
  Interactions history;
  audit::PeopleClasses people{"kind", {"a", "b"}, {}};
  std::vector<std::uint8_t> asked;
};

Shop shop(std::size_t n, std::uint32_t items, double density, std::uint64_t seed) {
  Rng rng(seed);
  Shop out;
  out.history.n_items = items;
  for (std::size_t u = 0; u < n; ++u) {
    const auto k = static_cast<std::int32_t>(rng.below(2));
    std::vector<std::uint32_t> row;
    for (std::uint32_t i = 0; i < items; ++i) {
      const double taste = i % 4 == 0 ? (k == 0 ? 1.7 : .3) : i % 4 == 1 ? (k == 1 ? 1.7 : .3) : 1;
      if (rng.uniform() < density * taste) row.push_back(i);
    }
    if (row.empty()) row.push_back(2);
    out.history.append(row);
    out.people.of_row.push_back(rng.below(10) == 0 ? -1 : k);
    out.asked.push_back(rng.below(8) == 0 ? 0 : 1);
  }
  return out;
}

Items of(const Interactions &rows, std::size_t u) {
  return {rows.row(u).begin(), rows.row(u).end()};
}
Items less(const Items &a, const Items &b) {
  Items out;
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::inserter(out, out.end()));
  return out;
}

audit::EditedHistories edit(const std::string &method, const Shop &in,
                            const audit::EditOptions &options = {}, std::uint64_t seed = 1) {
  const std::vector<audit::PeopleClasses> attributes{in.people};
  return audit::HistoryEditor(in.history, attributes, in.asked).edit(method, options, seed);
}

// Every editor: who is left alone, what the counts say, no item twice, the seed.
TEST(Edit, LeavesOthersAloneAndCounts) {
  const Shop in = shop(300, 240, .15, 1);
  for (const char *method : {"blurme", "blurmore", "perblur", "sbo", "randomized_response"}) {
    ASSERT_TRUE(audit::is_edit(method));
    audit::EditOptions options;
    options.sbo_threshold = 0;
    const auto out = edit(method, in, options);
    ASSERT_EQ(out.rows.n_users(), in.history.n_users()) << method;
    std::size_t added = 0, removed = 0;
    for (std::size_t u = 0; u < in.history.n_users(); ++u) {
      const Items before = of(in.history, u), after = of(out.rows, u);
      ASSERT_EQ(after.size(), out.rows.row(u).size()) << method << ": an item twice";
      ASSERT_FALSE(after.empty()) << method;
      added += less(after, before).size();
      removed += less(before, after).size();
      const bool by_class = std::string(method) != "randomized_response";
      if (in.asked[u] == 0 || (by_class && in.people.of_row[u] < 0)) {
        ASSERT_EQ(before, after) << method;
      }
    }
    EXPECT_EQ(out.added, added) << method;
    EXPECT_EQ(out.removed, removed) << method;
    EXPECT_GT(added, 0u) << method;
    EXPECT_EQ(edit(method, in, options).rows.items, out.rows.items) << method;
  }
  EXPECT_NE(edit("randomized_response", in, {}, 2).rows.items,
            edit("randomized_response", in, {}, 1).rows.items);
  EXPECT_FALSE(audit::is_edit("score_transport"));
}

// Gradient descent on dense rows, with an intercept under the same penalty.
std::vector<double> plain_logistic(const Shop &in, std::size_t part) {
  const std::size_t d = in.history.n_items;
  std::vector<std::vector<double>> x;
  std::vector<double> y;
  std::size_t seen[2] = {0, 0};
  for (std::size_t u = 0; u < in.people.of_row.size(); ++u) {
    const std::int32_t k = in.people.of_row[u];
    if (k < 0 || seen[k]++ % 10 == part) continue;
    x.emplace_back(d + 1);
    for (const std::uint32_t i : in.history.row(u)) x.back()[i] = 1;
    x.back()[d] = 1;
    y.push_back(k);
  }
  std::vector<double> w(d + 1), gradient(d + 1);
  for (int step = 0; step < 6000; ++step) {
    gradient = w;
    for (std::size_t n = 0; n < x.size(); ++n) {
      const double z = std::inner_product(w.begin(), w.end(), x[n].begin(), 0.0);
      const double off = 1 / (1 + std::exp(-z)) - y[n];
      for (std::size_t i = 0; i <= d; ++i) gradient[i] += off * x[n][i];
    }
    for (std::size_t i = 0; i <= d; ++i) w[i] -= .02 * gradient[i];
  }
  w.pop_back();
  return w;
}

TEST(Edit, IndicativeItemsAreThoseOfPlainLogisticRegressions) {
  const Shop in = shop(60, 14, .3, 3);
  const audit::IndicativeItems found = audit::indicative_items(in.history, in.people);
  std::vector<double> weight(14), rank(14);
  for (std::size_t part = 0; part < 10; ++part) {
    const std::vector<double> w = plain_logistic(in, part);
    for (std::size_t i = 0; i < 14; ++i) {
      weight[i] += w[i] / 10;
      for (const double other : w) rank[i] += other < w[i] ? 1 : 0;
    }
  }
  Items all;
  for (const std::size_t k : {0u, 1u}) {
    double last = -1;
    for (const std::uint32_t item : found.of_class[k]) {
      EXPECT_EQ(weight[item] > 0, k == 1) << item;
      EXPECT_NEAR(found.weight[item], weight[item], 2e-3) << item;
      const double strength = k == 1 ? rank[item] : 130 - rank[item];
      EXPECT_TRUE(last < 0 || strength <= last) << item;
      last = strength;
      all.insert(item);
    }
  }
  EXPECT_EQ(all.size(), 14u);
  EXPECT_EQ(found.of_class[0].front() % 4, 0u);
  EXPECT_EQ(found.of_class[1].front() % 4, 1u);
}

TEST(Edit, LeansAreDifferencesOfShares) {
  const Shop in = shop(80, 20, .3, 4);
  const std::vector<double> leans = audit::class_leans(in.history, in.people);
  std::vector<double> plain;
  for (std::uint32_t i = 0; i < 20; ++i) {
    double have[2] = {0, 0}, n[2] = {0, 0};
    for (std::size_t u = 0; u < 80; ++u) {
      const std::int32_t k = in.people.of_row[u];
      if (k < 0) continue;
      ++n[k];
      have[k] += of(in.history, u).count(i) > 0 ? 1 : 0;
    }
    plain.push_back(have[1] / n[1] - have[0] / n[0]);
  }
  double most = 0;
  for (const double lean : plain) most = std::max(most, std::abs(lean));
  for (std::size_t i = 0; i < 20; ++i) EXPECT_NEAR(leans[i], plain[i] / most, 1e-12);
}

std::size_t quota(const Shop &in, std::size_t u, double share) {
  return static_cast<std::size_t>(std::ceil(share * static_cast<double>(in.history.row(u).size())));
}

TEST(Edit, BlurMeAddsTheStrongestOfTheOtherClassAndTakesNothing) {
  const Shop in = shop(200, 160, .2, 5);
  const audit::IndicativeItems items = audit::indicative_items(in.history, in.people);
  for (const char *choice : {"greedy", "random", "sampled"}) {
    audit::EditOptions options;
    options.choice = choice;
    options.share = .05;
    const auto out = edit("blurme", in, options);
    EXPECT_EQ(out.removed, 0u);
    double strength = 0;
    for (std::size_t u = 0; u < 200; ++u) {
      const Items before = of(in.history, u), after = of(out.rows, u),
                  new_ones = less(after, before);
      EXPECT_TRUE(less(before, after).empty());
      if (in.asked[u] == 0 || in.people.of_row[u] < 0) continue;
      ASSERT_EQ(new_ones.size(), quota(in, u, .05)) << choice;
      const auto &list = items.of_class[in.people.of_row[u] == 1 ? 0 : 1];
      for (const std::uint32_t item : new_ones) {
        EXPECT_NE(std::find(list.begin(), list.end(), item), list.end());
        strength += std::abs(items.weight[item]);
      }
      if (std::string(choice) != "greedy") continue;
      std::size_t left = new_ones.size();  // the first ones that the person did not have
      for (const std::uint32_t item : list) {
        if (left == 0) break;
        if (before.count(item) > 0) continue;
        EXPECT_TRUE(new_ones.count(item) > 0);
        --left;
      }
    }
    // Any item of the list, by weight, the strongest: ever stronger.
    static double weakest = 0, by_weight = 0;
    if (std::string(choice) == "greedy") by_weight = strength;
    if (std::string(choice) == "random") weakest = strength;
    if (std::string(choice) == "sampled") {
      EXPECT_LT(weakest, strength);
      EXPECT_LT(strength, by_weight);
    }
  }
}

TEST(Edit, BlurMoreKeepsTheVolumeAndIsNotNoticed) {
  const Shop in = shop(240, 700, .3, 6);  // some have more than 200 items
  std::vector<std::size_t> before(700), after(700);
  for (const std::uint32_t item : in.history.items) ++before[item];
  for (const char *removal : {"random", "strategic", "none"}) {
    audit::EditOptions options;
    options.removal = removal;
    options.share = .3;
    const auto out = edit("blurmore", in, options);
    std::fill(after.begin(), after.end(), 0);
    for (const std::uint32_t item : out.rows.items) ++after[item];
    for (std::size_t i = 0; i < 700; ++i) EXPECT_LE(after[i], 2 * before[i]);
    const audit::IndicativeItems items = audit::indicative_items(in.history, in.people);
    std::size_t many = 0;
    for (std::size_t u = 0; u < 240; ++u) {
      many += in.asked[u] != 0 && in.people.of_row[u] >= 0 && in.history.row(u).size() > 200;
    }
    ASSERT_GT(many, 20u);
    const std::size_t each = out.added / many;
    for (std::size_t u = 0; u < 240; ++u) {
      const Items gone = less(of(in.history, u), of(out.rows, u));
      if (in.history.row(u).size() <= 200 || std::string(removal) == "none") {
        EXPECT_TRUE(gone.empty());
        continue;
      }
      EXPECT_LE(gone.size(), each);
      if (std::string(removal) == "random" && in.asked[u] != 0 && in.people.of_row[u] >= 0) {
        EXPECT_EQ(gone.size(), std::min(each, in.history.row(u).size()));
      }
      if (std::string(removal) != "strategic") continue;
      for (const std::uint32_t item : gone) {  // of the own class alone
        EXPECT_EQ(items.weight[item] > 0, in.people.of_row[u] == 1);
      }
    }
  }
}

TEST(Edit, PerBlurAddsWhatSimilarPeopleHave) {
  const Shop in = shop(150, 300, .1, 7);
  audit::EditOptions options;
  options.removal = "none";
  const auto out = edit("perblur", in, options);
  EXPECT_EQ(out.removed, 0u);
  const audit::IndicativeItems items = audit::indicative_items(in.history, in.people);
  const audit::SimilarPeople similar(in.history);
  for (std::uint32_t u = 0; u < 150; ++u) {
    // Cosines of all, the 30 largest, ties by lower row.
    const Items mine = of(in.history, u);
    std::vector<std::pair<double, std::uint32_t>> others;
    for (std::uint32_t v = 0; v < 150; ++v) {
      const Items theirs = of(in.history, v);
      const auto both = static_cast<double>(mine.size() - less(mine, theirs).size());
      if (v != u && both > 0) {
        others.emplace_back(-both / std::sqrt(static_cast<double>(mine.size() * theirs.size())), v);
      }
    }
    std::sort(others.begin(), others.end());
    others.resize(std::min<std::size_t>(others.size(), 30));
    std::vector<double> confidence(300);
    for (const auto &[minus, v] : others) {
      for (const std::uint32_t item : in.history.row(v)) confidence[item] -= minus;
    }
    const std::vector<double> found = similar.confidence(u, 30);
    for (std::size_t i = 0; i < 300; ++i) EXPECT_NEAR(found[i], confidence[i], 1e-12);

    if (in.asked[u] == 0 || in.people.of_row[u] < 0) continue;
    auto list = items.of_class[in.people.of_row[u] == 1 ? 0 : 1];
    list.resize(std::min<std::size_t>(list.size(), 100));
    const Items new_ones = less(of(out.rows, u), mine);
    double least = 1e9;
    for (const std::uint32_t item : new_ones) {
      EXPECT_NE(std::find(list.begin(), list.end(), item), list.end());
      least = std::min(least, confidence[item]);
    }
    EXPECT_EQ(new_ones.size(), quota(in, u, .1));
    // What is left out though similar people have it more was already there, or at its cap.
    std::size_t passed_over = 0;
    for (const std::uint32_t item : list) {
      passed_over +=
          new_ones.count(item) == 0 && mine.count(item) == 0 && confidence[item] > least + 1e-9;
    }
    EXPECT_LE(passed_over, 40u);
  }
}

TEST(Edit, SboEditsTheStereotypicalAndNothingThatLeansTheOtherWay) {
  const Shop in = shop(300, 200, .2, 8);
  const std::vector<double> leans = audit::class_leans(in.history, in.people);
  for (const char *how : {"imputation", "removal", "weighted"}) {
    audit::EditOptions options;
    options.sbo_edit = how;
    options.sbo_threshold = .35;
    const auto out = edit("sbo", in, options);
    std::size_t edited = 0, spared = 0;
    for (std::size_t u = 0; u < 300; ++u) {
      const Items before = of(in.history, u), after = of(out.rows, u);
      const Items new_ones = less(after, before), gone = less(before, after);
      const double sign = in.people.of_row[u] == 1 ? 1 : -1;
      for (const std::uint32_t item : new_ones) EXPECT_LT(sign * leans[item], 0);
      for (const std::uint32_t item : gone) EXPECT_GT(sign * leans[item], 0);
      EXPECT_LE(new_ones.size() + gone.size(), quota(in, u, .1));
      EXPECT_TRUE(gone.empty() || std::string(how) != "imputation");
      EXPECT_TRUE(new_ones.empty() || std::string(how) != "removal");
      double mean = 0;
      for (const std::uint32_t item : before) mean += std::abs(leans[item]);
      mean /= static_cast<double>(before.size());
      if (mean < .35) {
        EXPECT_EQ(before, after);
        ++spared;
      } else if (before != after) {
        ++edited;
      }
    }
    EXPECT_GT(edited, 20u) << how;
    EXPECT_GT(spared, 20u) << how;
  }
}

// Hypothesis: each bit flips with probability 1 / (1 + e^epsilon). Kept bits of some 6,000, new
// ones of some 54,000: five standard deviations, a false alarm in 1.7 million runs each.
TEST(Edit, RandomizedResponseFlipsBits) {
  const Shop in = shop(300, 200, .1, 9);
  audit::EditOptions options;
  options.epsilon = 2;
  const auto out = edit("randomized_response", in, options);
  double bits = 0, empty_bits = 0;
  for (std::size_t u = 0; u < 300; ++u) {
    if (in.asked[u] == 0) continue;
    bits += static_cast<double>(in.history.row(u).size());
    empty_bits += 200 - static_cast<double>(in.history.row(u).size());
  }
  const double flip = 1 / (1 + std::exp(2.0));
  EXPECT_NEAR(static_cast<double>(out.removed), bits * flip,
              5 * std::sqrt(bits * flip * (1 - flip)));
  EXPECT_NEAR(static_cast<double>(out.added), empty_bits * flip,
              5 * std::sqrt(empty_bits * flip * (1 - flip)));
}

TEST(Edit, RefusesMoreThanTwoClasses) {
  Shop in = shop(30, 20, .3, 10);
  in.people.values.emplace_back("c");
  for (const char *method : {"blurme", "blurmore", "perblur", "sbo"}) {
    EXPECT_THROW(edit(method, in), Error) << method;
  }
  EXPECT_NO_THROW(edit("randomized_response", in));
}

}  // namespace
}  // namespace recveil

#include "attack/attribute.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "attack/xgboost_library.h"
#include "core/random.h"
#include "numerics/class_auc.h"

namespace recveil {
namespace {

using attack::Known;

struct People {
  Matrix rows;
  Interactions lists;
  std::vector<std::int32_t> y;
};

// Normal rows whose first columns are shifted by 1.5 for their class, and lists of 10 of 60 items
// where a class takes one in three from its own; with shift 0, of nothing.
People draw(std::size_t n, std::size_t classes, double shift, std::uint64_t seed) {
  Rng rng(seed);
  People out{{n, 8, std::vector<float>(n * 8)}, {}, {}};
  out.lists.n_items = 60;
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t k = rng.below(classes);
    out.y.push_back(static_cast<std::int32_t>(k));
    for (std::size_t c = 0; c < 8; ++c) {
      out.rows.row(i)[c] = static_cast<float>(rng.normal() + (c == k ? shift : 0));
    }
    std::vector<std::uint32_t> list;
    while (list.size() < 10) {
      const bool own = shift > 0 && rng.below(3) == 0;
      const auto item = static_cast<std::uint32_t>(own ? k * 10 + rng.below(10) : rng.below(60));
      if (std::find(list.begin(), list.end(), item) == list.end()) list.push_back(item);
    }
    out.lists.append(list);
  }
  return out;
}

const Matrix &seen(const People &people, const Matrix *) {
  return people.rows;
}
const Interactions &seen(const People &people, const Interactions *) {
  return people.lists;
}

template <class Rows>
double auc(const attack::AttributeAttack<Rows> &attack, std::size_t classes, double shift,
           std::uint64_t seed) {
  const Rows *kind = nullptr;
  const People known = draw(600, classes, shift, seed),
               others = draw(600, classes, shift, seed + 1);
  const attack::ClassScores scores =
      attack.run({seen(known, kind), known.y, classes}, seen(others, kind), 1);
  const std::vector<std::uint8_t> all(classes, 1);
  return numerics::class_auc(scores, others.y, classes, all).value;
}

// A shift of 1.5 in one direction of two classes is an AUC of Phi(1.5) = .93 at best; at 600 people
// its standard error is .01. Chance: 600 people of two classes have a standard error of
// sqrt(601 / (12 * 300 * 300)) = .0236, of three classes less; 4.5 of them are below 1e-5 for all.
template <class Attack>
void finds_and_does_not(const std::vector<Attack> &attacks) {
  for (const Attack &attack : attacks) {
    for (const std::size_t classes : {std::size_t{2}, std::size_t{3}}) {
      EXPECT_GT(auc(attack, classes, 1.5, 11), 0.75) << attack.name << " " << classes;
      EXPECT_NEAR(auc(attack, classes, 0, 21), 0.5, 4.5 * 0.0236) << attack.name << " " << classes;
    }
  }
}

TEST(AttributeAttack, ReadsWhatIsInRowsAndNothingElse) {
  finds_and_does_not(attack::row_attribute_attacks(true));
}

TEST(AttributeAttack, ReadsWhatIsInListsAndNothingElse) {
  finds_and_does_not(attack::list_attribute_attacks());
}

// Guesses count every class alike: a rare class that is told with AUC .93 is also guessed.
TEST(AttributeAttack, GuessesRareClassesToo) {
  People known = draw(1500, 2, 1.5, 31), others = draw(1500, 2, 1.5, 32);
  // One in ten of class 1 stays.
  const auto thin = [](People &people) {
    People out{{0, 8, {}}, {}, {}};
    std::size_t ones = 0;
    for (std::size_t i = 0; i < people.y.size(); ++i) {
      if (people.y[i] == 1 && ones++ % 10 != 0) continue;
      out.y.push_back(people.y[i]);
      out.rows.data.insert(out.rows.data.end(), people.rows.row(i), people.rows.row(i) + 8);
      ++out.rows.rows;
    }
    people = out;
  };
  thin(known);
  thin(others);
  const std::vector<std::uint8_t> all{1, 1};
  for (const auto &attack : attack::row_attribute_attacks(true)) {
    const auto scores = attack.run({known.rows, known.y, 2}, others.rows, 1);
    EXPECT_GT(numerics::class_balanced_accuracy(scores, others.y, 2, all).value, 0.65)
        << attack.name;
  }
}

TEST(AttributeAttack, AClassThatNobodyKnownHasIsNeverGuessed) {
  const People known = draw(300, 2, 1.5, 41), others = draw(50, 2, 1.5, 42);
  for (const auto &attack : attack::row_attribute_attacks(false)) {
    const auto scores = attack.run({known.rows, known.y, 3}, others.rows, 1);
    for (std::size_t i = 0; i < others.y.size(); ++i) {
      const double *row = scores.data() + i * 3;
      EXPECT_LE(row[2], std::max(row[0], row[1])) << attack.name;
    }
  }
}

// 2,000 people with one of 40 rows that lie at random, of two classes in unlike shares: only who
// has learnt the rows by heart can tell, and reads what the shares allow.
TEST(AttributeAttack, LookingUpRowsReadsWhatTheyShare) {
  Rng rng(61);
  std::vector<float> centres(40 * 8);
  std::vector<double> share(40);
  for (float &value : centres) value = static_cast<float>(rng.normal());
  for (double &value : share) value = rng.uniform() < 0.5 ? 0.1 : 0.9;
  const auto people = [&](std::size_t n) {
    People out{{n, 8, {}}, {}, {}};
    for (std::size_t i = 0; i < n; ++i) {
      const std::size_t a = rng.below(40);
      out.y.push_back(rng.uniform() < share[a] ? 1 : 0);
      out.rows.data.insert(out.rows.data.end(),
                           centres.begin() + static_cast<std::ptrdiff_t>(a * 8),
                           centres.begin() + static_cast<std::ptrdiff_t>(a * 8 + 8));
    }
    return out;
  };
  const People known = people(2000), others = people(2000);
  const std::vector<std::uint8_t> all{1, 1};
  for (const auto &attack : attack::row_attribute_attacks(false)) {
    if (attack.name != "row_lookup") continue;
    const auto scores = attack.run({known.rows, known.y, 2}, others.rows, 1);
    // .9 of the one kind of rows and .1 of the other: .9 with ties within a kind.
    EXPECT_NEAR(numerics::class_auc(scores, others.y, 2, all).value, 0.9, 0.03);
  }
}

TEST(XgboostLibrary, IsThereInTheTests) {
  const auto library = attack::XgboostLibrary::load();
  ASSERT_NE(library, nullptr) << "tests/setup.sh installs libxgboost0";
  const People known = draw(300, 3, 1.5, 51), others = draw(100, 3, 1.5, 52);
  const auto p = library->probabilities(known.rows, known.y, 3, others.rows, {});
  for (std::size_t i = 0; i < others.y.size(); ++i) {
    EXPECT_NEAR(p[3 * i] + p[3 * i + 1] + p[3 * i + 2], 1, 1e-5);
  }
  EXPECT_EQ(p, library->probabilities(known.rows, known.y, 3, others.rows, {}));
}

}  // namespace
}  // namespace recveil

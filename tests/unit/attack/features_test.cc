#include "attack/features.h"

#include <gtest/gtest.h>

#include <vector>

#include "attack/evidence.h"
#include "attack/reference.h"
#include "core/error.h"
#include "recommend/item_cf.h"
#include "support/attack_features.h"
#include "support/attack_population.h"

namespace recveil {
namespace {

using attack::Knowledge;
using attack::Population;

// Random vectors, of which a fifth is 0, so that similarities are not just 0 and 1.
attack::Auxiliary random_auxiliary(bool with_people) {
  attack::Auxiliary auxiliary = support::auxiliary_with_people(1);
  if (!with_people) auxiliary.people = {};
  Rng rng(2);
  for (std::uint32_t i = 0; i < support::kItems; ++i) {
    const bool known = rng.uniform() < 0.8;
    for (std::size_t c = 0; c < support::kTastes; ++c) {
      auxiliary.item_vectors.row(i)[c] = known ? static_cast<float>(rng.normal()) : 0.0f;
    }
  }
  return auxiliary;
}

// Histories and lists of 1 to 20 items and empty ones, and two people with long lists. More people
// than one block of the reference model.
Population people_of_all_kinds() {
  Population people = support::random_population(40, 3);
  support::append_person(people, {}, {}, true);
  support::append_person(people, {4, 5}, {}, true);
  support::append_person(people, {}, {6, 7, 8}, false);
  support::append_person(people, {1, 2}, {1, 3}, false);  // a list with an item that was seen
  std::vector<std::uint32_t> most;
  for (std::uint32_t i = 0; i < 100; ++i) most.push_back(i);
  support::append_person(people, {180, 181}, most, true);
  support::append_person(people, {}, most, false);
  return people;
}

// Floats, sums of at most 100 of them; the counts are exact.
TEST(Features, AgreeWithTheirDefinitions) {
  for (const bool with_people : {true, false}) {
    const attack::Auxiliary auxiliary = random_auxiliary(with_people);
    const Population people = people_of_all_kinds();
    const auto evidence = attack::observe(std::make_shared<const Knowledge>(auxiliary), people);
    const Matrix &features = evidence->features;
    ASSERT_EQ(features.rows, people.lists.n_users());
    ASSERT_EQ(features.cols, support::kTastes + attack::kExtraFeatures);
    ASSERT_EQ(features.data.size(), features.rows * features.cols);
    support::SlowFeatures slow(auxiliary);
    for (std::size_t u = 0; u < features.rows; ++u) {
      const auto history = people.histories.row(u), list = people.lists.row(u);
      const float *z = evidence->difference.row(u);
      const std::vector<double> expected =
          slow({history.begin(), history.end()}, {list.begin(), list.end()}, {z, support::kTastes});
      ASSERT_EQ(expected.size(), attack::kExtraFeatures);
      for (std::size_t c = 0; c < support::kTastes; ++c) EXPECT_EQ(features.row(u)[c], z[c]);
      for (std::size_t f = 0; f < expected.size(); ++f) {
        if (f + 1 == expected.size() && slow.tied()) continue;  // it is about the slate
        EXPECT_NEAR(static_cast<double>(features.row(u)[support::kTastes + f]), expected[f], 2e-6)
            << "person " << u << " feature " << f;
      }
    }
  }
}

// Every feature says something of somebody.
TEST(Features, AreNotConstant) {
  const auto evidence = attack::observe(std::make_shared<const Knowledge>(random_auxiliary(true)),
                                        people_of_all_kinds());
  const Matrix &features = evidence->features;
  for (std::size_t c = 0; c < features.cols; ++c) {
    bool varies = false;
    for (std::size_t u = 1; u < features.rows; ++u) {
      varies = varies || features.row(u)[c] != features.row(0)[c];
    }
    EXPECT_TRUE(varies) << c;
  }
}

TEST(Reference, AgreesWithItemCf) {
  const attack::Auxiliary auxiliary = support::auxiliary_with_people(4);
  const auto model = recommend::train_item_cf(auxiliary.people);
  const attack::Reference reference(auxiliary.people);
  const Population people = people_of_all_kinds();  // 86: two blocks and a part
  std::vector<float> block, expected(support::kItems);
  for (std::size_t first : {0u, 32u, 64u, 70u}) {
    reference.score(people.histories, first, block);
    for (std::size_t b = 0; b < attack::Reference::kBlock; ++b) {
      std::fill(expected.begin(), expected.end(), 0.0f);
      if (first + b < people.histories.n_users()) {
        model->score(people.histories.row(first + b), expected);
      }
      for (std::size_t i = 0; i < expected.size(); ++i) {
        EXPECT_NEAR(block[i * attack::Reference::kBlock + b], expected[i], 1e-5f);
      }
    }
  }
}

TEST(Knowledge, RefusesPartsThatDiffer) {
  attack::Auxiliary auxiliary = support::auxiliary_with_people(5);
  auxiliary.people.n_items = support::kItems - 1;
  EXPECT_THROW(Knowledge{auxiliary}, Error);
  auxiliary = support::taste_auxiliary();
  auxiliary.popularity.pop_back();
  EXPECT_THROW(Knowledge{auxiliary}, Error);
}

}  // namespace
}  // namespace recveil

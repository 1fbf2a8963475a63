// The eight public datasets, read where they are; the counts are those published with them.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include "data/describe.h"
#include "data/load.h"

namespace recveil::data {
namespace {

Dataset load_real(const std::string &name, const std::string &folder) {
  return load(name + ":" + std::getenv("RECVEIL_DATA_DIR") + "/" + folder);
}

void expect_counts(const Summary &summary, std::size_t users, std::size_t items,
                   std::size_t interactions) {
  EXPECT_EQ(summary.users, users);
  EXPECT_EQ(summary.items, items);
  EXPECT_EQ(summary.interactions, interactions);
}

std::map<std::string, std::size_t> classes(const AttributeSummary &attribute) {
  EXPECT_EQ(attribute.unknown, 0u);
  std::map<std::string, std::size_t> out;
  for (std::size_t k = 0; k < attribute.values.size(); ++k) {
    out[attribute.values[k]] = attribute.count[k];
  }
  return out;
}
using Classes = std::map<std::string, std::size_t>;

std::vector<std::size_t> rating_counts(const Dataset &data) {
  std::vector<std::size_t> out(5, 0);
  for (const float rating : data.ratings) ++out[static_cast<std::size_t>(rating) - 1];
  return out;
}

TEST(RealData, MovieLens1M) {
  const Dataset data = load_real("ml-1m", "ml-1m");
  const Summary summary = summarize(data);
  expect_counts(summary, 6040, 3706, 1'000'209);
  ASSERT_EQ(summary.attributes.size(), 3u);
  EXPECT_EQ(classes(summary.attributes[0]), (Classes{{"F", 1709}, {"M", 4331}}));
  EXPECT_EQ(classes(summary.attributes[1]), (Classes{{"1", 222},
                                                     {"18", 1103},
                                                     {"25", 2096},
                                                     {"35", 1193},
                                                     {"45", 550},
                                                     {"50", 496},
                                                     {"56", 380}}));
  const std::vector<std::size_t> occupations{711, 528, 267, 173, 759, 112, 236, 679, 17, 92, 195,
                                             129, 388, 142, 302, 144, 241, 502, 70,  72, 281};
  const Classes counted = classes(summary.attributes[2]);
  ASSERT_EQ(counted.size(), occupations.size());
  for (std::size_t k = 0; k < occupations.size(); ++k) {
    EXPECT_EQ(counted.at(std::to_string(k)), occupations[k]) << k;
  }
  EXPECT_EQ(rating_counts(data),
            (std::vector<std::size_t>{56'174, 107'557, 261'197, 348'971, 226'310}));

  EXPECT_EQ(std::count(data.times.begin(), data.times.end(), 0), 57'527);
  EXPECT_EQ(*std::max_element(data.times.begin(), data.times.end()), 1'046'454'590);
  std::int64_t first = INT64_MAX;
  for (const std::int64_t time : data.times) first = time == 0 ? first : std::min(first, time);
  EXPECT_EQ(first, 956'703'932);
  for (std::size_t u = 0; u < summary.users; ++u) {
    EXPECT_GE(data.interactions.row(u).size(), 20u);
    const auto row = data.times.begin() + static_cast<std::ptrdiff_t>(data.interactions.offsets[u]);
    EXPECT_TRUE(
        std::is_sorted(row, row + static_cast<std::ptrdiff_t>(data.interactions.row(u).size())));
  }
}

TEST(RealData, MovieLens100K) {
  const Dataset data = load_real("ml-100k", "ml-100k");
  const Summary summary = summarize(data);
  expect_counts(summary, 943, 1682, 100'000);
  ASSERT_EQ(summary.attributes.size(), 3u);
  EXPECT_EQ(classes(summary.attributes[0]), (Classes{{"F", 273}, {"M", 670}}));
  EXPECT_EQ(classes(summary.attributes[1]).size(), 7u);
  EXPECT_EQ(classes(summary.attributes[2]).size(), 21u);
  EXPECT_EQ(rating_counts(data), (std::vector<std::size_t>{6110, 11'370, 27'145, 34'174, 21'201}));
  EXPECT_EQ(summary.known_times, 1.0);
}

TEST(RealData, MovieLensLatestSmall) {
  const Summary summary = summarize(load_real("ml-latest-small", "ml-latest-small"));
  expect_counts(summary, 610, 9724, 100'836);
  EXPECT_EQ(summary.least_rating, 0.5f);
  EXPECT_EQ(summary.greatest_rating, 5.0f);
  EXPECT_EQ(summary.known_times, 1.0);
}

TEST(RealData, LastFm2K) {
  const Summary summary = summarize(load_real("lastfm-2k", "lastfm-2k"));
  expect_counts(summary, 1892, 17'632, 92'834);
  EXPECT_EQ(summary.least_rating, 1.0f);
  EXPECT_EQ(summary.greatest_rating, 352'698.0f);
  EXPECT_EQ(summary.known_times, 0.0);
}

TEST(RealData, AmazonDigitalMusic) {
  expect_counts(summarize(load_real("adm", "amazon-digital-music")), 22'878, 115'082, 238'692);
}

TEST(RealData, Foursquare) {
  const Summary summary = summarize(load_real("foursquare", "foursquare-nyc-lbsn2vec"));
  expect_counts(summary, 3785, 3628, 48'840);
  EXPECT_EQ(summary.known_times, 0.0);
}

TEST(RealData, FilmTrust) {
  const Summary summary = summarize(load_real("filmtrust", "filmtrust"));
  expect_counts(summary, 1508, 2071, 35'494);
  EXPECT_EQ(summary.least_rating, 0.5f);
  EXPECT_EQ(summary.greatest_rating, 4.0f);
}

TEST(RealData, AverageAttack) {
  const Summary summary = summarize(load_real("averageattack", "averageattack"));
  expect_counts(summary, 1658, 2071, 44'825);
  EXPECT_EQ(summary.injected, 150u);
  EXPECT_TRUE(summary.attributes.empty());
}

}  // namespace
}  // namespace recveil::data

int main(int argc, char **argv) {
  testing::InitGoogleTest(&argc, argv);
  if (std::getenv("RECVEIL_DATA_DIR") == nullptr) {
    std::puts("skipped: RECVEIL_DATA_DIR is not set");
    return 77;
  }
  return RUN_ALL_TESTS();
}

// The published formats on files of a few lines in the publishers' layouts.
#include "data/published.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "data/load.h"
#include "support/data_files.h"

namespace recveil::data {
namespace {

using support::TempFolder;
using Ids = std::vector<std::string>;
using Items = std::vector<std::uint32_t>;
using Labels = std::vector<std::int32_t>;
using Ratings = std::vector<float>;
using Times = std::vector<std::int64_t>;

TEST(Published, MovieLens1M) {
  const TempFolder folder;
  folder.write("ratings.dat.xz", support::xz("2::10::5::300\n2::20::4::100\n1::10::3::0\n"));
  folder.write("users.dat", "1::F::1::10::48067\n2::M::56::16::70072\n3::M::25::1::1\n");
  const Dataset data = load("ml-1m:" + folder.path());
  EXPECT_EQ(data.name, "ml-1m");
  EXPECT_EQ(data.user_ids, Ids({"2", "1"}));
  EXPECT_EQ(data.item_ids, Ids({"20", "10"}));
  EXPECT_EQ(data.interactions.items, Items({0, 1, 1}));
  EXPECT_EQ(data.ratings, Ratings({4, 5, 3}));
  EXPECT_EQ(data.times, Times({100, 300, 0}));
  ASSERT_EQ(data.attributes.size(), 3u);
  EXPECT_EQ(data.attributes[0].name, "gender");
  EXPECT_EQ(data.attributes[0].values, Ids({"F", "M"}));
  EXPECT_EQ(data.attributes[0].label, Labels({1, 0}));
  EXPECT_EQ(data.attributes[1].name, "age");
  EXPECT_EQ(data.attributes[1].values, Ids({"1", "56"}));
  EXPECT_EQ(data.attributes[2].name, "occupation");
  EXPECT_EQ(data.attributes[2].values, Ids({"10", "16"}));
}

TEST(Published, MovieLens100KPutsAgesIntoTheGroupsOf1M) {
  const std::vector<std::pair<int, std::string>> ages{
      {1, "1"},   {17, "1"},  {18, "18"}, {24, "18"}, {25, "25"}, {34, "25"}, {35, "35"},
      {44, "35"}, {45, "45"}, {49, "45"}, {50, "50"}, {55, "50"}, {56, "56"}, {99, "56"}};
  std::string ratings, users;
  for (std::size_t u = 0; u < ages.size(); ++u) {
    const std::string id = std::to_string(u + 1);
    ratings += id + "\t242\t3\t881250949\n";
    users += id + "|" + std::to_string(ages[u].first) + "|M|other|85711\n";
  }
  const TempFolder folder;
  folder.write("u.data", ratings);
  folder.write("u.user", users);
  const Dataset data = load("ml-100k:" + folder.path());
  ASSERT_EQ(data.attributes.size(), 3u);
  EXPECT_EQ(data.attributes[0].name, "gender");
  EXPECT_EQ(data.attributes[0].values, Ids({"M"}));
  EXPECT_EQ(data.attributes[2].name, "occupation");
  EXPECT_EQ(data.attributes[2].values, Ids({"other"}));
  const Attribute &age = data.attributes[1];
  EXPECT_EQ(age.name, "age");
  for (std::size_t u = 0; u < ages.size(); ++u) {
    EXPECT_EQ(age.values[static_cast<std::size_t>(age.label[u])], ages[u].second) << u;
  }

  folder.write("u.user", "1|24|M|other|85711\n2|x|M|other|85711\n");
  EXPECT_EQ(support::error_of([&] { load("ml-100k:" + folder.path()); }),
            "-13: " + folder / "u.user" + ":2: field age: \"x\" is not a whole number");
  folder.write("u.user", "1|0|M|other|85711\n");
  EXPECT_EQ(support::error_of([&] { load("ml-100k:" + folder.path()); }),
            "-13: " + folder / "u.user" + ":1: field age: \"0\" is not an age");
}

TEST(Published, MovieLensLatestSmall) {
  const TempFolder folder;
  folder.write("ratings.csv.gz",
               support::gzip("userId,movieId,rating,timestamp\r\n1,5,4.5,20\r\n1,6,0.5,10\r\n"));
  const Dataset data = load("ml-latest-small:" + folder.path());
  EXPECT_EQ(data.item_ids, Ids({"6", "5"}));
  EXPECT_EQ(data.ratings, Ratings({0.5f, 4.5f}));
  EXPECT_EQ(data.times, Times({10, 20}));
  EXPECT_TRUE(data.attributes.empty());
}

TEST(Published, LastFmKeepsPlayCountsAndSourceOrder) {
  const TempFolder folder;
  folder.write("user_artists.dat", "userID\tartistID\tweight\n2\t52\t11690\n2\t51\t13883\n");
  const Dataset data = load("lastfm-2k:" + folder.path());
  EXPECT_EQ(data.item_ids, Ids({"52", "51"}));
  EXPECT_EQ(data.ratings, Ratings({11690, 13883}));
  EXPECT_TRUE(data.times.empty());
}

TEST(Published, AmazonDigitalMusic) {
  const TempFolder folder;
  folder.write("cure4rec_adm.csv", "uid,iid,val\n1,1,1\n2,1,1\n");
  const Dataset data = load("adm:" + folder.path());
  EXPECT_EQ(data.user_ids, Ids({"1", "2"}));
  EXPECT_EQ(data.item_ids, Ids({"1"}));
  EXPECT_TRUE(data.ratings.empty());
}

TEST(Published, FoursquareHasOneInteractionAUserAndVenueAndNoTimes) {
  const TempFolder folder;
  folder.write("checkins.tsv",
               "user_index\ttime_slot\tvenue_index\tcategory_index\n"
               "7\t39\t90\t1\n7\t12\t80\t2\n7\t168\t90\t1\n7\t39\t90\t1\n");
  const Dataset data = load("foursquare:" + folder.path());
  EXPECT_EQ(data.item_ids, Ids({"90", "80"}));
  EXPECT_EQ(data.interactions.items, Items({0, 1}));
  EXPECT_TRUE(data.times.empty());
  EXPECT_TRUE(data.ratings.empty());
}

TEST(Published, FilmTrustKeepsTheFirstOfARepeatedPair) {
  const TempFolder folder;
  folder.write("ratings.txt", "308 12 3.5\n308 13 1\n308 12 0.5\n");
  const Dataset data = load("filmtrust:" + folder.path());
  EXPECT_EQ(data.item_ids, Ids({"12", "13"}));
  EXPECT_EQ(data.ratings, Ratings({3.5f, 1}));
}

TEST(Published, AverageAttackTellsFakeAccounts) {
  const TempFolder folder;
  folder.write("ratings.txt", "5 1 4.0\n6 1 5\n7 2 3\n");
  folder.write("labels.txt", "7 0\n6 1\n5 0\n9 1\n");
  const Dataset data = load("averageattack:" + folder.path());
  EXPECT_EQ(data.injected, (std::vector<std::uint8_t>{0, 1, 0}));
  EXPECT_TRUE(data.attributes.empty());

  const std::string labels = folder / "labels.txt";
  folder.write("labels.txt", "7 0\n6 1\n");
  EXPECT_EQ(support::error_of([&] { load("averageattack:" + folder.path()); }),
            "-13: " + labels + ": user \"5\" has no label");
  folder.write("labels.txt", "7 0\n6 2\n5 0\n");
  EXPECT_EQ(support::error_of([&] { load("averageattack:" + folder.path()); }),
            "-13: " + labels + ": user \"6\" has the label \"2\", not 0 or 1");
}

TEST(Published, NamesTheFileThatIsNotAsPublished) {
  const TempFolder folder;
  for (const std::string_view name : published_names()) {
    const std::string error =
        support::error_of([&] { load(std::string(name) + ":" + folder.path()); });
    EXPECT_TRUE(error.starts_with("-9: " + folder.path() + "/")) << error;
    EXPECT_TRUE(error.ends_with(": no such file, nor with .xz or .gz")) << error;
  }
  folder.write("ratings.dat", "1::2::3\n");
  EXPECT_EQ(support::error_of([&] { load("ml-1m:" + folder.path()); }),
            "-13: " + folder / "ratings.dat" + ":1: the line has 3 fields, not 4");
  folder.write("ratings.dat", "1::2::3::4\n1::3::3::x\n");
  EXPECT_EQ(support::error_of([&] { load("ml-1m:" + folder.path()); }),
            "-13: " + folder / "ratings.dat" +
                ":2: field time: \"x\" is neither Unix seconds nor a date of ISO 8601");
  folder.write("ratings.csv", "1,2,3,4\n");
  EXPECT_EQ(support::error_of([&] { load("ml-latest-small:" + folder.path()); }),
            "-13: " + folder / "ratings.csv" + ":1: holds numbers, not the names of columns");
}

}  // namespace
}  // namespace recveil::data

// The loader against its slow twin on random small files.
#include "data/arrange.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/random.h"
#include "data/load.h"
#include "support/data_arrange.h"
#include "support/data_files.h"

namespace recveil::data {
namespace {

using support::PlainRecord;

// Rows long enough (over 16) that an unstable sort would show.
std::vector<PlainRecord> random_records(std::uint64_t seed) {
  Rng rng(seed);
  std::vector<PlainRecord> records(1 + rng.below(120));
  for (PlainRecord &record : records) {
    record.user = "u" + std::to_string(rng.below(3));
    record.item = "i" + std::to_string(rng.below(60));
    record.rating = static_cast<float>(rng.below(11)) / 2;
    record.time = static_cast<std::int64_t>(rng.below(5));  // many ties, many unknown
  }
  return records;
}

std::string text_of(const std::vector<PlainRecord> &records) {
  std::string text;
  for (const PlainRecord &r : records) {
    text += r.user + "," + r.item + "," + std::to_string(r.rating) + "," + std::to_string(r.time) +
            "\n";
  }
  return text;
}

std::vector<std::vector<PlainRecord>> rows_of(const Dataset &data) {
  std::vector<std::vector<PlainRecord>> rows(data.interactions.n_users());
  for (std::size_t u = 0; u < rows.size(); ++u) {
    for (std::size_t at = data.interactions.offsets[u]; at < data.interactions.offsets[u + 1];
         ++at) {
      rows[u].push_back({data.user_ids[u], data.item_ids[data.interactions.items[at]],
                         data.ratings[at], data.times[at]});
    }
  }
  return rows;
}

TEST(Arrange, AgreesWithTheSlowTwin) {
  const support::TempFolder folder;
  std::size_t with_duplicates = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const std::vector<PlainRecord> records = random_records(seed);
    const std::string spec =
        "csv:" + folder.write("t", text_of(records)) + "?rating=2&time=3&duplicates=";
    for (const bool last : {false, true}) {
      const auto expected = support::arrange_slowly(records, last);
      const Dataset data = load(spec + (last ? "last" : "first"));
      EXPECT_EQ(rows_of(data), expected) << seed;
      EXPECT_EQ(data.item_ids, support::items_in_order(expected)) << seed;
      EXPECT_EQ(data.interactions.n_items, data.item_ids.size());
      const bool repeats = data.interactions.size() < records.size();
      EXPECT_EQ(support::error_of([&] { load(spec + "error"); }) != "no error", repeats) << seed;
      with_duplicates += repeats ? 1 : 0;
    }
  }
  EXPECT_GT(with_duplicates, 100u);
  EXPECT_LT(with_duplicates, 390u);
}

// The earliest line that repeats an earlier one, over all users.
TEST(Arrange, ReportsTheEarliestRepeatedLine) {
  const Records records{{0, 1, 1, 0, 1}, {0, 1, 1, 0, 1}, {}, {}};
  LineNumbers lines;
  for (const std::uint64_t line : {2u, 3u, 4u, 5u, 6u}) lines.add(line);
  Dataset data;
  EXPECT_EQ(support::error_of([&] {
              arrange(records, 2, {"x", "y"}, Duplicates::error, "f", lines, data);
            }).substr(0, 60),
            "-13: f:4: field item: the same user and item as on line 3; d");
}

}  // namespace
}  // namespace recveil::data

#include "support/journal_scene.h"

namespace recveil::journal {
namespace {

using Texts = std::vector<std::string>;

Digest d(unsigned char n) {
  return numbered(n, 0xdd);
}

TEST(DecideRow, TheFourRules) {
  const std::vector<KnownRow> known{{d(1), 7, {}}, {d(2), 7, {"gender"}}};
  const Texts owed{"gender"};
  EXPECT_EQ(decide_row(d(2), known, true, owed).action, RowAction::skip);
  EXPECT_EQ(decide_row(d(1), known, true, owed).action, RowAction::map);
  EXPECT_EQ(decide_row(d(3), known, false, owed).action, RowAction::map);
  EXPECT_EQ(decide_row(d(3), known, true, owed).action, RowAction::resurrected);
  EXPECT_TRUE(decide_row(d(3), known, true, owed).attributes.empty());
  EXPECT_EQ(decide_row(d(2), known, false, owed).action, RowAction::skip);  // known wins
  EXPECT_EQ(decide_row(d(3), {}, false, {}).action, RowAction::skip);       // nothing owed
}

TEST(DecideRow, AnIdentityMapCounts) {
  // The map of one version changed nothing: the row is raw and erased at once.
  const std::vector<KnownRow> known{{d(1), 1, {}}, {d(1), 2, {"gender"}}, {d(1), 3, {"age"}}};
  const RowDecision decision = decide_row(d(1), known, true, Texts{"age", "gender", "region"});
  EXPECT_EQ(decision.attributes, Texts{"region"});
  EXPECT_EQ(decision.covered_before, (Texts{"age", "gender"}));
}

TEST(DecideRow, ReadsBack) {
  EXPECT_EQ(read_back(d(2), d(1), d(2)), RowOutcome::confirmed);
  EXPECT_EQ(read_back(d(1), d(1), d(2)), RowOutcome::unwritten);
  EXPECT_EQ(read_back(d(3), d(1), d(2)), RowOutcome::resurrected);
  EXPECT_EQ(read_back(d(1), d(1), d(1)), RowOutcome::confirmed);
}

}  // namespace
}  // namespace recveil::journal

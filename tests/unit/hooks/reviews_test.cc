#include "hooks/update/reviews.h"

#include <gtest/gtest.h>

#include "support/state_sample.h"

namespace recveil::hooks {
namespace {

using Evidence = Reviews::Evidence;

TEST(Reviews, TheSameEvidenceDoesNotComeBack) {
  Reviews reviews;
  reviews.flag(1, {3, {}});
  EXPECT_EQ(reviews.flagged(), 1u);
  reviews.overturn(1);
  EXPECT_EQ(reviews.flagged(), 0u);
  EXPECT_EQ(reviews.overturned(), 1u);
  EXPECT_TRUE(reviews.overturned(1, {3, {}}));
  EXPECT_TRUE(reviews.overturned(1, {1, {}}));   // part of it
  EXPECT_FALSE(reviews.overturned(1, {7, {}}));  // one channel more
  EXPECT_FALSE(reviews.overturned(1, {3, {9}}));
  EXPECT_FALSE(reviews.overturned(2, {3, {}}));  // somebody else
}

// Which items of a campaign are found depends on who else is in the batch.
TEST(Reviews, ACampaignIsKnownByAnyOfItsItems) {
  Reviews reviews;
  reviews.flag(1, {0, {4, 8}});
  reviews.overturn(1);
  EXPECT_TRUE(reviews.overturned(1, {0, {8, 9}}));
  EXPECT_TRUE(reviews.overturned(1, {0, {4}}));
  EXPECT_FALSE(reviews.overturned(1, {0, {5, 9}}));
  EXPECT_FALSE(reviews.overturned(1, {1, {4}}));
}

TEST(Reviews, EvidenceAddsUpAndConfirmingForgets) {
  Reviews reviews;
  reviews.flag(1, {1, {4}});
  reviews.overturn(1);
  reviews.flag(1, {2, {7}});
  reviews.overturn(1);
  EXPECT_TRUE(reviews.overturned(1, {3, {7}}));
  EXPECT_TRUE(reviews.overturned(1, {3, {4}}));
  reviews.flag(1, {4, {}});
  reviews.clear(1);  // its newest batch says nothing against it
  EXPECT_EQ(reviews.flagged(), 0u);
  EXPECT_TRUE(reviews.overturned(1, {1, {}}));
  reviews.confirm(1);
  EXPECT_FALSE(reviews.overturned(1, {1, {}}));
  reviews.overturn(2);  // never flagged: nothing to remember but that
  EXPECT_FALSE(reviews.overturned(2, {1, {}}));
  EXPECT_EQ(reviews.overturned(), 1u);
}

TEST(Reviews, AreWrittenAndRead) {
  Reviews reviews;
  reviews.flag(1, {1, {4, 9}});
  reviews.flag(UINT64_MAX, {127, {}});
  reviews.flag(3, {2, {UINT32_MAX}});
  reviews.overturn(3);
  state::SealedWriter out("TESTREV1");
  reviews.write(out);
  const auto key = support::state_test_key();
  const std::string bytes = std::move(out).seal(key), name = "name";
  state::SealedReader in(bytes, "TESTREV1", key, name);
  Reviews read = Reviews::read(in);
  in.finish();
  EXPECT_EQ(read.flagged(), 2u);
  EXPECT_TRUE(read.overturned(3, {2, {UINT32_MAX}}));
  read.overturn(1);
  EXPECT_TRUE(read.overturned(1, {1, {9}}));
}

}  // namespace
}  // namespace recveil::hooks

#include "hooks/update/reviews.h"

#include <gtest/gtest.h>

#include "support/state_sample.h"

namespace recveil::hooks {
namespace {

using Evidence = Reviews::Evidence;

TEST(Reviews, AnAppealSticks) {
  Reviews reviews;
  reviews.flag(1, {true, {4, 8}, {1, 2, 4, 8}});
  EXPECT_EQ(reviews.flagged(), 1u);
  reviews.overturn(1);
  EXPECT_EQ(reviews.flagged(), 0u);
  EXPECT_EQ(reviews.overturned(), 1u);
  EXPECT_TRUE(reviews.overturned(1, {true, {4, 8}, {1, 2, 4, 8}}));
  // Another target, and suspicious for itself or not: it had all that when it was reviewed.
  EXPECT_TRUE(reviews.overturned(1, {false, {2}, {1, 2, 4, 8, 9}}));
  EXPECT_TRUE(reviews.overturned(1, {true, {}, {1, 2, 4, 5, 6, 7, 8, 9}}));
  EXPECT_FALSE(reviews.overturned(2, {true, {4}, {1, 2, 4, 8}}));  // somebody else
}

TEST(Reviews, WhatIsAddedLaterStillCounts) {
  Reviews reviews;
  reviews.flag(1, {true, {4}, {1, 4}});
  reviews.overturn(1);
  EXPECT_FALSE(reviews.overturned(1, {false, {9}, {1, 4, 9}}));          // a new target
  EXPECT_FALSE(reviews.overturned(1, {false, {4, 9}, {1, 4, 9}}));       // among others
  EXPECT_FALSE(reviews.overturned(1, {true, {}, {1, 2, 3, 4, 5}}));      // more than twice as long
  EXPECT_TRUE(reviews.overturned(1, {false, {4}, {1, 2, 3, 4, 5, 6}}));  // not for itself
}

TEST(Reviews, EvidenceAddsUpAndConfirmingForgets) {
  Reviews reviews;
  reviews.flag(1, {true, {}, {1, 4}});
  reviews.overturn(1);
  reviews.flag(1, {false, {7}, {1, 4, 7}});
  reviews.overturn(1);
  EXPECT_TRUE(reviews.overturned(1, {true, {4, 7}, {1, 4, 7}}));
  reviews.flag(1, {true, {}, {1, 4, 7}});
  reviews.clear(1);  // its newest batch says nothing against it
  EXPECT_EQ(reviews.flagged(), 0u);
  EXPECT_TRUE(reviews.overturned(1, {true, {}, {1}}));
  reviews.confirm(1);
  EXPECT_FALSE(reviews.overturned(1, {true, {}, {1}}));
  reviews.overturn(2);  // never flagged: nothing to remember but that
  EXPECT_FALSE(reviews.overturned(2, {true, {}, {1}}));
  EXPECT_EQ(reviews.overturned(), 1u);
}

TEST(Reviews, TheExemptStayUntilAnotherReview) {
  Reviews reviews;
  reviews.flag(1, {true, {}, {1}});
  reviews.make_exempt(1);
  reviews.make_exempt(2);
  EXPECT_TRUE(reviews.exempt(1) && reviews.exempt(2));
  EXPECT_EQ(reviews.flagged(), 0u);
  reviews.confirm(1);
  reviews.overturn(2);
  EXPECT_EQ(reviews.exempt(), 0u);
}

TEST(Reviews, AreWrittenAndRead) {
  Reviews reviews;
  reviews.flag(1, {true, {4, 9}, {4, 9, 12}});
  reviews.flag(UINT64_MAX, {false, {}, {}});
  reviews.flag(3, {true, {UINT32_MAX}, {7, UINT32_MAX}});
  reviews.overturn(3);
  reviews.make_exempt(8);
  state::SealedWriter out("TESTREV1");
  reviews.write(out);
  const auto key = support::state_test_key();
  const std::string bytes = std::move(out).seal(key), name = "name";
  state::SealedReader in(bytes, "TESTREV1", key, name);
  Reviews read = Reviews::read(in);
  in.finish();
  EXPECT_EQ(read.flagged(), 2u);
  EXPECT_TRUE(read.exempt(8));
  EXPECT_TRUE(read.overturned(3, {true, {UINT32_MAX}, {7, UINT32_MAX}}));
  read.overturn(1);
  EXPECT_TRUE(read.overturned(1, {false, {9}, {9}}));
}

}  // namespace
}  // namespace recveil::hooks

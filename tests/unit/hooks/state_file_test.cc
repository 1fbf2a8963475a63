#include "hooks/serve/state_file.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "core/error.h"
#include "support/state_sample.h"

namespace recveil::hooks {
namespace {

using support::same_state;
using support::sample_state;
using support::state_test_key;

ServeState decoded(const std::string &bytes) {
  return decode_state(bytes, state_test_key(), "FILE");
}

std::string error_of(const std::string &bytes, const Key &key = state_test_key()) {
  try {
    decode_state(bytes, key, "FILE");
  } catch (const Error &error) {
    return std::to_string(static_cast<int>(error.status())) + " " + error.what();
  }
  return "accepted";
}

const std::string kDamaged = "-9 FILE: damaged, or written with another key";

TEST(StateFile, RoundTrip) {
  for (const std::size_t size : {0u, 1u, 2u, 100u, 16384u}) {
    for (const std::uint64_t version : {1u, 2u, 3u, 1000000u}) {
      const ServeState state = sample_state(version, size);
      EXPECT_TRUE(same_state(decoded(encode_state(state, state_test_key())), state))
          << version << " " << size;
    }
  }
  EXPECT_TRUE(same_state(decoded(encode_state({}, state_test_key())), {}));
}

// A set that was changed a little is written whole.
TEST(StateFile, WritesChangedSets) {
  ServeState state = sample_state(5, 100);
  UserSet &members = state.set(UserSetName::members);
  members = members.with({1, 2, 3}).without({members.sorted()[4], 2});
  EXPECT_TRUE(same_state(decoded(encode_state(state, state_test_key())), state));
}

// The layout, by hand: a file that was written must stay readable.
TEST(StateFile, HasTheLayoutOfItsFormat) {
  ServeState state;
  state.version = 258;
  state.has_members = true;
  auto pool = std::make_shared<Pool>();
  *pool = {
      .version = 4, .published = 5, .list_length = 6, .wanted = 7, .items = {8, 9}, .order = {}};
  state.pools[0] = pool;
  state.users[0] = UserSet({11, 10});
  state.users[2] = UserSet({~std::uint64_t{0}});
  const std::uint64_t wanted[] = {258, 1,  // version, has_members
                                  4,   5,
                                  6,   7,
                                  2,   8,
                                  9,  // the newest pool
                                  0,   0,
                                  0,   0,
                                  0,  // the one before: none
                                  2,   10,
                                  11,                       // members
                                  0,                        // quarantined
                                  1,   ~std::uint64_t{0}};  // erased
  const std::string bytes = encode_state(state, state_test_key());
  ASSERT_EQ(bytes.size(), 8 + sizeof(wanted) + 32);
  EXPECT_EQ(bytes.substr(0, 8), "RVSTATE1");
  EXPECT_EQ(std::memcmp(bytes.data() + 8, wanted, sizeof(wanted)), 0);
}

TEST(StateFile, RefusesEveryFlippedBit) {
  std::string bytes = encode_state(sample_state(3, 20), state_test_key());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      const char before = bytes[i];
      bytes[i] = static_cast<char>(static_cast<unsigned char>(before) ^ (1u << bit));
      // The last byte of the magic word is the version of the format.
      const std::string which =
          bytes[7] >= '0' && bytes[7] <= '9' ? std::string("format ") + bytes[7] : "another format";
      ASSERT_EQ(error_of(bytes),
                i == 7 ? "-5 FILE: is of " + which +
                             ", and this library reads format 1 alone; go on with the library that "
                             "wrote it"
                       : kDamaged)
          << "byte " << i << ", bit " << bit;
      bytes[i] = before;
    }
  }
  EXPECT_EQ(error_of(bytes), "accepted");
}

TEST(StateFile, RefusesEveryLength) {
  const std::string bytes = encode_state(sample_state(3, 20), state_test_key());
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    ASSERT_EQ(error_of(bytes.substr(0, n)), n < 40 ? "-9 FILE: cut short" : kDamaged) << n;
  }
  EXPECT_EQ(error_of(bytes + '\0'), kDamaged);
  EXPECT_EQ(error_of(bytes + bytes), kDamaged);
}

TEST(StateFile, RefusesAnotherKey) {
  const std::string bytes = encode_state(sample_state(3, 20), state_test_key(1));
  EXPECT_EQ(error_of(bytes, state_test_key(2)), kDamaged);
  Key near = state_test_key(1);
  near.bytes[31] ^= 0x80;
  EXPECT_EQ(error_of(bytes, near), kDamaged);
}

}  // namespace
}  // namespace recveil::hooks

#include "core/keys.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <fstream>
#include <new>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "defense/serve/draw.h"

namespace recveil::defense {
namespace {

using Json = nlohmann::json;

// What tests/support/draw_reference.py wrote, which checks it again by itself.
const Json &vectors() {
  static const Json parsed = Json::parse(std::ifstream(RECVEIL_DRAW_VECTORS));
  return parsed;
}

template <class Bytes>
std::string hex(const Bytes &bytes) {
  std::string out;
  for (const unsigned char byte : bytes) {
    out += "0123456789abcdef"[byte >> 4];
    out += "0123456789abcdef"[byte & 15];
  }
  return out;
}

Key master() {
  Key key;
  const std::string text = vectors()["master"];
  for (std::size_t i = 0; i < 32; ++i) {
    key.bytes[i] = static_cast<unsigned char>(std::stoul(text.substr(2 * i, 2), nullptr, 16));
  }
  return key;
}

std::vector<unsigned char> bytes_of(const std::string &text) {
  return {text.begin(), text.end()};
}

TEST(Keys, AgreeWithTheVectors) {
  EXPECT_EQ(hex(id_key(master()).bytes), vectors()["id_key"]);
  EXPECT_EQ(hex(state_key(master()).bytes), vectors()["state_key"]);
  EXPECT_EQ(hex(fold_key(master()).bytes), vectors()["fold_key"]);
  ASSERT_EQ(vectors()["serve_keys"].size(), 5u);
  for (const Json &row : vectors()["serve_keys"]) {
    EXPECT_EQ(hex(serve_key(master(), row["epoch"]).bytes), row["key"]) << row;
  }
}

TEST(Keys, HashesAgreeWithTheVectors) {
  const HashKey key = id_key(master());
  ASSERT_GE(vectors()["ids"].size(), 7u);
  for (const Json &row : vectors()["ids"]) {
    EXPECT_EQ(hash_id(key, bytes_of(row["id"])), row["user"].get<std::uint64_t>()) << row;
  }
  ASSERT_GE(vectors()["users"].size(), 4u);
  for (const Json &row : vectors()["users"]) {
    EXPECT_EQ(hash_user(key, row["user"]), row["hash"].get<std::uint64_t>()) << row;
  }
}

TEST(Keys, FoldsAgreeWithTheVectors) {
  ASSERT_EQ(vectors()["folds"].size(), 18u);
  for (const Json &row : vectors()["folds"]) {
    EXPECT_EQ(fold_of(fold_key(master()), row["person"], row["folds"]), row["fold"]) << row;
  }
}

TEST(Keys, SlatesAgreeWithTheVectors) {
  ASSERT_EQ(vectors()["slates"].size(), 24u);
  for (const Json &row : vectors()["slates"]) {
    std::vector<std::uint32_t> seen = row["seen"];
    for (std::uint32_t i = 0; i < row["seen_end"]; i += row["seen_step"].get<std::uint32_t>()) {
      seen.push_back(i);
    }
    std::vector<std::uint32_t> out(row["k"].get<std::size_t>());
    out.resize(draw_slate(serve_key(master(), row["epoch"]), row["user"], row["pool"],
                          row["length"], seen, row["offset"], out));
    EXPECT_EQ(out, row["positions"].get<std::vector<std::uint32_t>>()) << row;
  }
}

// Appendix A of the paper on SipHash (Aumasson and Bernstein, INDOCRYPT 2012).
TEST(Keys, HashIsSipHash24) {
  HashKey key;
  std::vector<unsigned char> input;
  for (unsigned char i = 0; i < 16; ++i) key.bytes[i] = i;
  for (unsigned char i = 0; i < 15; ++i) input.push_back(i);
  EXPECT_EQ(hash_id(key, input), 0xa129ca6149be45e5u);
}

TEST(Keys, PurposesAndEpochsHaveKeysOfTheirOwn) {
  std::set<std::string> all{hex(master().bytes), hex(state_key(master()).bytes),
                            hex(id_key(master()).bytes), hex(fold_key(master()).bytes)};
  for (std::uint32_t epoch = 0; epoch < 100; ++epoch) {
    all.insert(hex(serve_key(master(), epoch).bytes));
  }
  EXPECT_EQ(all.size(), 104u);
  EXPECT_NE(hex(id_key(master()).bytes), hex(state_key(master()).bytes).substr(0, 32));
}

TEST(Keys, AreComparedAndWiped) {
  Key a = master(), b = master();
  EXPECT_TRUE(a == b);
  b.bytes[31] ^= 1;
  EXPECT_FALSE(a == b);
  // The storage outlives the key in it.
  alignas(Key) unsigned char storage[sizeof(Key)];
  Key *key = new (storage) Key(a);
  EXPECT_TRUE(*key == a);
  key->~Key();
  for (const unsigned char byte : storage) EXPECT_EQ(byte, 0);
}

}  // namespace
}  // namespace recveil::defense

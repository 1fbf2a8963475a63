// The keys that the request of an audit may have: their defaults, their ranges, and what they mean.
// The library reads requests by this table, and the command makes its options of it.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace recveil::request {

// words and numbers are lists; a number in a list may be a word too where `choices` names one.
enum class Kind : std::uint8_t { text, word, whole, number, flag, words, numbers };

struct Key {
  std::string_view name;
  Kind kind;
  std::string_view fallback;      // a value, or those of a list with commas between; may be empty
  double least = 0, most = 0;     // of numbers
  std::string_view choices = {};  // of words, with spaces between; empty: any
  std::string_view what = {};     // in a sentence or two, for --help
  std::string_view option = {};   // of the command, where it is not the name with dashes; "-": none
};

// audit: membership (grid and demo are of the same keys), attribute, screening, inversion,
// injections or paper; else empty.
std::span<const Key> keys_of(std::string_view audit);

// REQUIRES: `keys` has it.
const Key &key_of(std::span<const Key> keys, std::string_view name);

}  // namespace recveil::request

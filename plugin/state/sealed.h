// Files of a state_dir as bytes: values after a magic word, sealed with the state key, so that a
// damaged, cut or foreign file is refused.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/keys.h"

namespace recveil::state {

class SealedWriter {
 public:
  // magic: 8 bytes, the last the format: a digit.
  explicit SealedWriter(std::string_view magic) { out_.raw(magic.data(), magic.size()); }
  void number(std::uint64_t value) { out_.value(value); }
  void numbers(const std::vector<std::uint64_t> &values) { out_.array(values); }
  void text(std::string_view bytes) { out_.text(bytes); }
  std::string seal(const Key &key) &&;

 private:
  ByteWriter out_;
};

// Reads what a SealedWriter sealed, in the same order. `bytes` outlives it. name: what errors call
// the bytes.
class SealedReader {
 public:
  // Throws Error(io) for damaged bytes, Error(version) for a version this library does not read.
  SealedReader(std::string_view bytes, std::string_view magic, const Key &key,
               const std::string &name);

  // Throw Error(io) past the end.
  std::uint64_t number() { return in_.value<std::uint64_t>(); }
  std::vector<std::uint64_t> numbers() { return in_.array<std::uint64_t>(); }
  std::string_view text() { return in_.text(); }
  void finish() const { in_.finish(); }  // throws unless at the end
  [[noreturn]] void damaged() const { in_.fail("damaged"); }

 private:
  ByteReader in_;
};

}  // namespace recveil::state

// Numbers as bytes: little-endian behind a magic word, and at the end a BLAKE2b-256 keyed with the
// state key, so that a damaged, cut or foreign file is refused.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "defense/serve/keys.h"

namespace recveil::hooks {

class SealedWriter {
 public:
  explicit SealedWriter(std::string_view magic) : bytes_(magic) {}  // 8 bytes, the last a version
  void number(std::uint64_t value) { raw(&value, sizeof(value)); }
  void numbers(const std::vector<std::uint64_t> &values);
  void text(std::string_view bytes);
  std::string seal(const defense::Key &key) &&;

 private:
  void raw(const void *data, std::size_t n) { bytes_.append(static_cast<const char *>(data), n); }
  std::string bytes_;
};

// Reads what a SealedWriter sealed, in the same order. `bytes` outlives it. name: what errors call
// the bytes.
class SealedReader {
 public:
  // Throws Error(io) for damaged bytes, Error(version) for a version this library does not read.
  SealedReader(std::string_view bytes, std::string_view magic, const defense::Key &key,
               const std::string &name);

  // Throw Error(io) beyond the end.
  std::uint64_t number();
  std::vector<std::uint64_t> numbers();
  std::string_view text();
  void finish() const;  // throws unless at the end
  [[noreturn]] void damaged() const;

 private:
  void raw(void *out, std::size_t n);
  std::string_view bytes_;  // without the seal
  std::size_t at_;
  const std::string &name_;
};

}  // namespace recveil::hooks

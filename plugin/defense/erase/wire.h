// Little-endian numbers in a row, for the snapshots of this room.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "core/error.h"

namespace recveil::defense {

static_assert(std::endian::native == std::endian::little, "floats are written as they are");

class WireWriter {
 public:
  void u32(std::uint32_t value) { put(&value, sizeof value); }
  void u64(std::uint64_t value) { put(&value, sizeof value); }
  void f64(double value) { put(&value, sizeof value); }
  void text(const std::string &value) {
    u32(static_cast<std::uint32_t>(value.size()));
    put(value.data(), value.size());
  }
  void floats(std::span<const float> values) { put(values.data(), values.size_bytes()); }
  std::vector<std::uint8_t> take() { return std::move(bytes_); }

 private:
  void put(const void *from, std::size_t size) {
    const std::size_t at = bytes_.size();
    bytes_.resize(at + size);
    if (size > 0) std::memcpy(bytes_.data() + at, from, size);
  }
  std::vector<std::uint8_t> bytes_;
};

// Every read throws Error(data) "<what>: cut short" beyond the end; nothing is allocated for more
// than there is.
class WireReader {
 public:
  WireReader(std::span<const std::uint8_t> bytes, const char *what) : rest_(bytes), what_(what) {}

  std::uint32_t u32() { return number<std::uint32_t>(); }
  std::uint64_t u64() { return number<std::uint64_t>(); }
  double f64() { return number<double>(); }
  std::string text(std::size_t longest) {
    const std::uint32_t size = u32();
    if (size > longest) throw Error(Status::data, std::string(what_) + ": a text is too long");
    const auto from = take(size);
    return {from.begin(), from.end()};
  }
  std::vector<float> floats(std::size_t count) {
    if (count > rest_.size() / sizeof(float)) cut_short();
    const auto from = take(count * sizeof(float));
    std::vector<float> out(count);
    if (count > 0) std::memcpy(out.data(), from.data(), from.size());
    return out;
  }
  bool at_end() const { return rest_.empty(); }

 private:
  [[noreturn]] void cut_short() const {
    throw Error(Status::data, std::string(what_) + ": cut short");
  }
  std::span<const std::uint8_t> take(std::size_t size) {
    if (size > rest_.size()) cut_short();
    const auto out = rest_.first(size);
    rest_ = rest_.subspan(size);
    return out;
  }
  template <class T>
  T number() {
    T value;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  std::span<const std::uint8_t> rest_;
  const char *what_;
};

// The bytes and their BLAKE2b-256; and what is before it, once it was checked: Error(data) "<what>:
// its digest is not that of its bytes ..." otherwise.
std::vector<std::uint8_t> with_digest(std::vector<std::uint8_t> bytes);
std::span<const std::uint8_t> checked_body(std::span<const std::uint8_t> bytes, const char *what);

}  // namespace recveil::defense

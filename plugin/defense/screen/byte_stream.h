// Values to bytes and back, little-endian, for the bytes of a detector.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>
#include <vector>

#include "core/error.h"

namespace recveil::defense {

static_assert(std::endian::native == std::endian::little, "bytes are written as they lie");

// Numbers and arrays of them: the padding of a struct would be whatever was in memory, and not
// every byte is a bool.
template <class T>
constexpr bool kNoPadding = std::is_arithmetic_v<T> && !std::is_same_v<T, bool>;
template <class T, std::size_t n>
constexpr bool kNoPadding<std::array<T, n>> = kNoPadding<T>;

class ByteWriter {
 public:
  template <class T>
  void value(const T &x) {
    static_assert(std::is_trivially_copyable_v<T> && kNoPadding<T>);
    const auto *from = reinterpret_cast<const std::uint8_t *>(&x);
    bytes.insert(bytes.end(), from, from + sizeof(T));
  }
  template <class T>
  void array(std::span<const T> x) {
    static_assert(std::is_trivially_copyable_v<T>);
    value<std::uint64_t>(x.size());
    const auto *from = reinterpret_cast<const std::uint8_t *>(x.data());
    bytes.insert(bytes.end(), from, from + x.size_bytes());
  }
  template <class T>
  void array(const std::vector<T> &x) {
    array(std::span<const T>(x));
  }

  std::vector<std::uint8_t> bytes;
};

// Throws Error(data) where the bytes end too soon.
class ByteReader {
 public:
  explicit ByteReader(std::span<const std::uint8_t> bytes) : left_(bytes) {}
  template <class T>
  T value() {
    static_assert(std::is_trivially_copyable_v<T> && kNoPadding<T>);
    T x;
    std::memcpy(&x, take(sizeof(T)).data(), sizeof(T));
    return x;
  }
  template <class T>
  std::vector<T> array() {
    const auto n = value<std::uint64_t>();
    if (n > left_.size() / sizeof(T)) throw Error(Status::data, "detector: is cut short");
    std::vector<T> x(n);
    if (n > 0) std::memcpy(x.data(), take(n * sizeof(T)).data(), n * sizeof(T));
    return x;
  }
  bool done() const { return left_.empty(); }

 private:
  std::span<const std::uint8_t> take(std::size_t n) {
    if (n > left_.size()) throw Error(Status::data, "detector: is cut short");
    const auto out = left_.first(n);
    left_ = left_.subspan(n);
    return out;
  }
  std::span<const std::uint8_t> left_;
};

}  // namespace recveil::defense

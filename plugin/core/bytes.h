// Values to bytes and back, little-endian: the one format of everything that is stored or sent.
// core/seal.h protects the bytes against damage.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/error.h"

namespace recveil {

static_assert(std::endian::native == std::endian::little, "values are written as they lie");

// Numbers and arrays of numbers. The padding of a struct would be whatever was in memory, and not
// every byte is a bool.
template <class T>
constexpr bool kNoPadding = std::is_arithmetic_v<T> && !std::is_same_v<T, bool>;
template <class T, std::size_t n>
constexpr bool kNoPadding<std::array<T, n>> = kNoPadding<T>;

class ByteWriter {
 public:
  template <class T>
  void value(const T &x) {
    static_assert(kNoPadding<T>);
    raw(&x, sizeof(T));
  }
  // A count of 64 bits, then the elements.
  template <class T>
  void array(std::span<const T> x) {
    static_assert(kNoPadding<T>);
    value<std::uint64_t>(x.size());
    raw(x.data(), x.size_bytes());
  }
  template <class T>
  void array(const std::vector<T> &x) {
    array(std::span<const T>(x));
  }
  void text(std::string_view x) { array(std::span<const char>(x)); }
  void raw(const void *from, std::size_t n);

  std::vector<std::uint8_t> bytes;
};

// Reads what a ByteWriter wrote, in the same order. Every read throws Error(fault) "<what>: cut
// short" past the end, and nothing is allocated for more elements than there are bytes.
class ByteReader {
 public:
  // `what` names the bytes in errors.
  ByteReader(std::span<const std::uint8_t> bytes, std::string what, Status fault = Status::data)
      : left_(bytes), what_(std::move(what)), fault_(fault) {}

  template <class T>
  T value() {
    static_assert(kNoPadding<T>);
    T x;
    std::memcpy(&x, take(sizeof(T)).data(), sizeof(T));
    return x;
  }
  template <class T>
  std::vector<T> array() {
    const std::uint64_t n = count(sizeof(T));
    std::vector<T> x(n);
    if (n > 0) std::memcpy(x.data(), take(n * sizeof(T)).data(), n * sizeof(T));
    return x;
  }
  // A view into the bytes. Throws for more than `longest` characters.
  std::string_view text(std::size_t longest = SIZE_MAX) {
    const std::uint64_t n = count(1);
    if (n > longest) fail("a text is too long");
    const auto from = take(n);
    return {reinterpret_cast<const char *>(from.data()), from.size()};
  }

  bool done() const { return left_.empty(); }
  void finish() const {
    if (!done()) fail("trailing bytes");
  }
  [[noreturn]] void fail(std::string_view why) const {
    throw Error(fault_, what_ + ": " + std::string(why));
  }

 private:
  std::uint64_t count(std::size_t element) {
    const auto n = value<std::uint64_t>();
    if (n > left_.size() / element) fail("cut short");
    return n;
  }
  std::span<const std::uint8_t> take(std::size_t n) {
    if (n > left_.size()) fail("cut short");
    const auto out = left_.first(n);
    left_ = left_.subspan(n);
    return out;
  }

  std::span<const std::uint8_t> left_;
  std::string what_;
  Status fault_;
};

}  // namespace recveil

// An array of numbers that starts at a cache line and is not filled when it is made.
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <span>

namespace recveil::numerics {

inline constexpr std::size_t kCacheLine = 64;

// Owns `size` values of T, which are indeterminate until written: a large array of which little is
// used costs little memory. Throws std::bad_alloc.
template <class T>
class AlignedArray {
 public:
  AlignedArray() = default;
  explicit AlignedArray(std::size_t size)
      : size_(size),
        data_(static_cast<T *>(
            ::operator new (size * sizeof(T) + (size == 0), std::align_val_t{kCacheLine}))) {}

  std::size_t size() const { return size_; }
  T *data() { return data_.get(); }
  const T *data() const { return data_.get(); }
  T &operator[](std::size_t i) { return data_[i]; }
  const T &operator[](std::size_t i) const { return data_[i]; }
  std::span<T> span() { return {data_.get(), size_}; }
  std::span<const T> span() const { return {data_.get(), size_}; }

 private:
  struct Free {
    void operator()(T *p) const { ::operator delete (p, std::align_val_t{kCacheLine}); }
  };
  std::size_t size_ = 0;
  std::unique_ptr<T[], Free> data_;
};

}  // namespace recveil::numerics

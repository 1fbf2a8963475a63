// Memory that all processes share that are forked after it was made, all zero at first.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <new>

namespace recveil::metrics {

class SharedPages {
 public:
  explicit SharedPages(std::size_t bytes)  // throws std::bad_alloc
      : data_(::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)),
        bytes_(bytes) {
    if (data_ == MAP_FAILED) throw std::bad_alloc();
  }
  ~SharedPages() { ::munmap(data_, bytes_); }
  SharedPages(const SharedPages &) = delete;
  SharedPages &operator=(const SharedPages &) = delete;

  void *data() const noexcept { return data_; }

 private:
  void *data_;
  std::size_t bytes_;
};

}  // namespace recveil::metrics

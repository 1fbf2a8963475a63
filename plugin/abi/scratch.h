// Working memory of a call: the host's, or the library's own where the host gives none.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "abi/guard.h"
#include "core/error.h"

namespace recveil::abi {

class Scratch {
 public:
  // Throws Error(buffer) where the host's is too small.
  Scratch(void *given, std::size_t size, std::size_t needed) : memory_(given) {
    if (given == nullptr) {
      require(size == 0, "scratch: is NULL; scratch_size must be 0 then");
      own_.reset(new unsigned char[needed]);
      memory_ = own_.get();
    } else if (size < needed) {
      throw Error(Status::buffer, "scratch_size: is " + std::to_string(size) + ", needed are " +
                                      std::to_string(needed) + " bytes");
    }
  }
  void *get() const noexcept { return memory_; }

 private:
  std::unique_ptr<unsigned char[]> own_;
  void *memory_;
};

}  // namespace recveil::abi

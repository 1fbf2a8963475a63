// How long a call takes.
#pragma once

#include <time.h>

#include <cstdint>

namespace recveil::abi {

class Stopwatch {
 public:
  std::uint64_t ns() const { return now() - start_; }

 private:
  static std::uint64_t now() {
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000u +
           static_cast<std::uint64_t>(time.tv_nsec);
  }
  std::uint64_t start_ = now();
};

}  // namespace recveil::abi

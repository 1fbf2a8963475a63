// Runs independent tasks on a few threads that live no longer than the call.
#pragma once

#include <atomic>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace recveil::audit {

// Runs task(0) .. task(n - 1), at most `threads` at a time, the calling thread among them. progress
// is called on the calling thread before each of its tasks and at the end. The first exception of a
// task or of progress stops the rest and is thrown here, after all threads have ended.
inline void run_tasks(std::size_t n, unsigned threads, const std::function<void(std::size_t)> &task,
                      const std::function<void(double)> &progress) {
  std::atomic<std::size_t> next{0}, done{0};
  std::exception_ptr failure;
  std::mutex failure_mutex;
  const auto work = [&](bool report) {
    try {
      for (std::size_t i = next++; i < n; i = next++) {
        if (report) progress(static_cast<double>(done) / static_cast<double>(n));
        task(i);
        ++done;
      }
    } catch (...) {
      next = n;
      const std::lock_guard lock(failure_mutex);
      if (!failure) failure = std::current_exception();
    }
  };
  std::vector<std::jthread> workers;
  for (unsigned t = 1; t < threads && t < n; ++t) workers.emplace_back(work, false);
  work(true);
  for (std::jthread &worker : workers) worker.join();
  if (failure) std::rethrow_exception(failure);
  progress(1);
}

}  // namespace recveil::audit

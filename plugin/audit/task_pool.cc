#include "audit/task_pool.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "core/watch.h"

namespace recveil::audit {
namespace {

constexpr std::chrono::milliseconds kBetweenLooks{50};

// What the threads of one call share.
class Tasks {
 public:
  Tasks(std::size_t n, const std::function<void(std::size_t)> &task) : n_(n), task_(task) {}

  // Takes tasks until there are none. before(): called before each.
  template <class Before>
  void work(Before before) {
    try {
      for (std::size_t i = next_++; i < n_; i = next_++) {
        before(static_cast<double>(done_) / static_cast<double>(n_));
        task_(i);
        ++done_;
      }
    } catch (...) {
      fail(std::current_exception());
    }
  }

  // On a thread of the pool: what stops it is the failure of another task.
  void work_apart() {
    Watch watch(nullptr, nullptr, &stop_);
    const WatchScope scope(&watch);
    work([](double) {});
    const std::lock_guard lock(mutex_);
    ++ended_;
    ended_changed_.notify_one();
  }

  // On the calling thread, until `workers` threads have ended.
  void wait_for(std::size_t workers) {
    std::unique_lock lock(mutex_);
    while (!ended_changed_.wait_for(lock, kBetweenLooks, [&] { return ended_ == workers; })) {
      lock.unlock();
      try {
        if (!failed()) pulse();
      } catch (...) {
        fail(std::current_exception());
      }
      lock.lock();
    }
  }

  void rethrow() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  bool failed() const { return __atomic_load_n(&stop_, __ATOMIC_RELAXED) != 0; }

  void fail(std::exception_ptr why) {
    next_ = n_;
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = std::move(why);
    __atomic_store_n(&stop_, 1, __ATOMIC_RELAXED);
  }

  const std::size_t n_;
  const std::function<void(std::size_t)> &task_;
  std::atomic<std::size_t> next_{0}, done_{0};
  std::mutex mutex_;
  std::condition_variable ended_changed_;
  std::size_t ended_ = 0;       // threads
  std::exception_ptr failure_;  // the first
  std::int32_t stop_ = 0;       // the cancel flag of the threads
};

}  // namespace

void run_tasks(std::size_t n, unsigned threads, const std::function<void(std::size_t)> &task,
               const std::function<void(double)> &progress) {
  Tasks tasks(n, task);
  {
    std::vector<std::jthread> workers;
    for (unsigned t = 1; t < threads && t < n; ++t) {
      workers.emplace_back([&] { tasks.work_apart(); });
    }
    tasks.work(progress);
    tasks.wait_for(workers.size());
  }
  tasks.rethrow();
  progress(1);
}

}  // namespace recveil::audit

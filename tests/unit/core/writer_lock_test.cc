#include "core/writer_lock.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>
#include <vector>

namespace recveil {
namespace {

TEST(WriterLock, Excludes) {
  WriterLock lock;
  long count = 0;  // plain: only the lock keeps the additions apart
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50000; ++i) {
        const std::lock_guard guard(lock);
        const long read = count;
        if (i % 1000 == 0) std::this_thread::yield();
        count = read + 1;
      }
    });
  }
  for (std::thread &thread : threads) thread.join();
  EXPECT_EQ(count, 200000);
}

// Exit status 0 if a child can lock twice; a child that hangs is ended by its alarm.
int status_of_locking_child(WriterLock &lock) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(20);
    for (int i = 0; i < 2; ++i) {
      lock.lock();
      lock.unlock();
    }
    ::_exit(0);
  }
  int status = -1;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return status;
}

TEST(WriterLock, AChildTakesOverWhatAThreadOfItsParentHolds) {
  WriterLock lock;
  std::atomic<bool> held{false}, let_go{false}, second_got_it{false};
  std::thread holder([&] {
    const std::lock_guard guard(lock);
    held = true;
    while (!let_go) std::this_thread::yield();
  });
  while (!held) std::this_thread::yield();
  EXPECT_EQ(status_of_locking_child(lock), 0);

  // In the parent it is still held.
  std::thread second([&] {
    const std::lock_guard guard(lock);
    second_got_it = true;
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_FALSE(second_got_it);
  let_go = true;
  holder.join();
  second.join();
  EXPECT_TRUE(second_got_it);
}

TEST(WriterLock, AChildOfAnUnlockedParentLocks) {
  WriterLock lock;
  EXPECT_EQ(status_of_locking_child(lock), 0);
  const std::lock_guard guard(lock);
  SUCCEED();
}

}  // namespace
}  // namespace recveil

#include "core/thread_index.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <numeric>
#include <thread>
#include <vector>

namespace recveil {
namespace {

unsigned index_of_new_thread() {
  unsigned index = 0;
  std::thread([&] { index = thread_index(); }).join();
  return index;
}

TEST(ThreadIndex, CountsThreads) {
  const unsigned mine = thread_index();
  const unsigned first = index_of_new_thread();
  EXPECT_NE(first, mine);
  EXPECT_EQ(index_of_new_thread(), first + 1);
  EXPECT_EQ(index_of_new_thread(), first + 2);
  EXPECT_EQ(thread_index(), mine);
}

TEST(ThreadIndex, DiffersBetweenThreadsThatAskAtOnce) {
  const unsigned before = index_of_new_thread();
  std::vector<unsigned> indices(32);
  std::vector<std::thread> threads;
  for (unsigned &index : indices) {
    threads.emplace_back([&index] {
      index = thread_index();
      for (int i = 0; i < 1000; ++i) {
        if (thread_index() != index) index = 0;
      }
    });
  }
  for (std::thread &thread : threads) thread.join();
  std::sort(indices.begin(), indices.end());
  std::vector<unsigned> wanted(32);
  std::iota(wanted.begin(), wanted.end(), before + 1);
  EXPECT_EQ(indices, wanted);
}

TEST(ThreadIndex, AForkedChildKeepsIt) {
  const unsigned mine = thread_index();
  const pid_t child = ::fork();
  if (child == 0) ::_exit(thread_index() == mine ? 0 : 1);
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace recveil

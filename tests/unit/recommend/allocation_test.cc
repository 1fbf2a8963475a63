// Solving a row does not allocate. Counts every malloc of the process, so it is a binary of its own
// and not built with sanitizers, which have a malloc of their own.
#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

#include "recommend/row_solver.h"
#include "support/recommend_factors.h"

extern "C" void *__libc_malloc(std::size_t size);

namespace {
std::atomic<long> allocations{0};
}  // namespace

// Eigen, operator new and the standard library all end here.
extern "C" __attribute__((visibility("default"))) void *malloc(std::size_t size) {
  ++allocations;
  return __libc_malloc(size);
}

namespace recveil::recommend {
namespace {

TEST(RowSolverAllocation, SolveDoesNotAllocate) {
  std::vector<std::uint32_t> history(300);
  std::iota(history.begin(), history.end(), 5u);
  for (const std::size_t d : {1u, 64u, 100u, 128u}) {
    const Matrix items = support::random_matrix(400, d, d);
    for (const double unobserved_weight : {0.1, 1.0}) {
      const RowSolver solver(items, {.unobserved_weight = unobserved_weight});
      numerics::RidgeScratch scratch(d);
      std::vector<float> out(d);
      solver.solve(history, scratch, out);  // Eigen asks for the sizes of the caches once
      const long before = allocations;
      EXPECT_GT(before, 0);  // or malloc is not ours
      solver.solve(history, scratch, out);
      EXPECT_EQ(allocations, before) << "d " << d;
    }
  }
}

}  // namespace
}  // namespace recveil::recommend

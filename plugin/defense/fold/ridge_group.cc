#include "defense/fold/ridge_group.h"

#include <algorithm>

namespace recveil::defense {
namespace {

constexpr bool in_lanes(std::size_t d) {
  return d <= kMaxGroupFactors;
}

bool solve_alone(const GroupUser &user, const RidgeScratch &scratch) noexcept {
  if (!user.fold->solve(user.known, scratch)) return false;
  std::copy_n(scratch.x, user.fold->d(), user.row);
  return true;
}

}  // namespace

GroupScratch::GroupScratch(Carver &carver, std::size_t d) noexcept : one(carver, d) {
  const std::size_t width = padded(d), users = in_lanes(d) ? kGroup : 0;
  // A line more than a power of two: the same element of 16 systems would be in one set of a cache.
  apart = width * width + 16;
  systems = carver.take<float>(users * apart);
  factors = carver.take<float>(users == 0 ? 0 : group_floats(d));
  inverse = carver.take<float>(users * width);
  work = carver.take<float>(users * width);
  x = carver.take<float>(users * width);
  step = carver.take<float>(users * width);
}

bool solve_group(std::span<const GroupUser> users, const GroupScratch &scratch) noexcept {
  const std::size_t n = users.size();
  if (n < kMinGroup || !in_lanes(users[0].fold->d())) {
    return std::all_of(users.begin(), users.end(),
                       [&](const GroupUser &user) { return solve_alone(user, scratch.one); });
  }
  const std::size_t d = users[0].fold->d(), width = padded(d);
  const Kernels &kernels = users[0].fold->kernels();
  const unsigned all = (1u << n) - 1;
  for (std::size_t u = 0; u < n; ++u) {
    (void)users[u].fold->assemble(users[u].known, scratch.one.block,
                                  scratch.systems + u * scratch.apart, scratch.x + u * width);
  }
  if (kernels.factorize_group(scratch.systems, scratch.apart, n, d, width, scratch.factors,
                              scratch.inverse) != all) {
    return false;
  }
  kernels.solve_group(scratch.factors, scratch.inverse, d, width, n, scratch.x, scratch.work);
  unsigned left = all;  // the users whose rows still move
  for (int round = 0; round < RidgeFold::kMaxRounds && left != 0; ++round) {
    for (std::size_t u = 0; u < n; ++u) {
      float *step = scratch.step + u * width;
      if (left >> u & 1) {
        users[u].fold->residual(users[u].known, scratch.x + u * width, scratch.one.block,
                                scratch.one.residual, step);
      } else {
        std::fill_n(step, width, 0.0f);
      }
    }
    kernels.solve_group(scratch.factors, scratch.inverse, d, width, n, scratch.step, scratch.work);
    for (std::size_t u = 0; u < n; ++u) {
      if ((left >> u & 1) &&
          RidgeFold::take_step(scratch.step + u * width, d, scratch.x + u * width)) {
        left &= ~(1u << u);
      }
    }
  }
  if (left != 0) return false;
  for (std::size_t u = 0; u < n; ++u) std::copy_n(scratch.x + u * width, d, users[u].row);
  return true;
}

}  // namespace recveil::defense

// Eigenvalues and vectors of a symmetric matrix of noise and some large values against Eigen's, in
// ratios of one run, by the time of the thread: ours over Eigen's, so that below 1 is faster.
// usage: spectrum_bench [SIZE...]
#include <time.h>

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "core/random.h"
#include "numerics/spectrum.h"

namespace {

using Eigen::Index;
using Eigen::MatrixXd;

double seconds_now() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

MatrixXd matrix(Index n) {
  recveil::Rng rng(1);
  MatrixXd s(n, n);
  for (Index i = 0; i < n; ++i) {
    for (Index j = i; j < n; ++j) s(i, j) = s(j, i) = rng.normal() + (i < 40 ? 50.0 : 0);
  }
  return s;
}

}  // namespace

int main(int argc, char **argv) {
  std::vector<Index> sizes;
  for (int i = 1; i < argc; ++i) sizes.push_back(std::strtol(argv[i], nullptr, 10));
  if (sizes.empty()) sizes = {32, 300, 1000};
  for (const Index n : sizes) {
    const MatrixXd s = matrix(n);
    const recveil::numerics::SquareMatrix flat(s.data(), s.data() + s.size());
    double ours = 1e300, theirs = 1e300;
    // In turn, and the fastest of each counts: the machine may change its pace.
    for (int round = 0; round < (n > 500 ? 2 : 20); ++round) {
      double start = seconds_now();
      const auto found = recveil::numerics::spectrum(flat, static_cast<std::size_t>(n));
      ours = std::min(ours, seconds_now() - start);
      start = seconds_now();
      const Eigen::SelfAdjointEigenSolver<MatrixXd> oracle(s);
      theirs = std::min(theirs, seconds_now() - start);
      if (std::abs(found.values[0] - oracle.eigenvalues()[n - 1]) > 1e-9 * found.values[0])
        return 1;
    }
    std::printf("size=%ld ours=%.4f s, Eigen %.4f s, ratio=%.2f\n", static_cast<long>(n), ours,
                theirs, ours / theirs);
  }
  return 0;
}

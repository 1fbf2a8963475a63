#include "recommend/alternate.h"

#include <cmath>
#include <exception>
#include <string>
#include <thread>
#include <vector>

#include "core/error.h"
#include "core/watch.h"

namespace recveil::recommend {

void check_alternation(std::string_view who, std::size_t d, const SquaredLoss &loss,
                       unsigned sweeps, unsigned threads) {
  const auto require = [who](bool holds, const char *what) {
    if (!holds) throw Error(Status::argument, std::string(who) + ": " + what);
  };
  require(d >= 1, "d must be at least 1");
  require(sweeps >= 1, "sweeps must be at least 1");
  require(threads >= 1, "threads must be at least 1");
  require(loss.unobserved_weight >= 0, "unobserved_weight must be at least 0");
  require(std::isfinite(loss.observed_weight) && loss.observed_weight > 0 &&
              loss.observed_weight >= loss.unobserved_weight,
          "observed_weight must be above 0 and at least unobserved_weight");
  require(std::isfinite(loss.regularization) && loss.regularization > 0,
          "regularization must be above 0");
  require(std::isfinite(loss.regularization_exponent), "regularization_exponent must be a number");
}

void half_step(const Matrix &fixed, const Interactions &rows, const SquaredLoss &loss,
               unsigned threads, Matrix &out) {
  const RowSolver solver(fixed, loss);
  std::vector<std::exception_ptr> failures(threads);
  Watch *const watch = current_watch;
  const auto work = [&](unsigned t) {  // thread t has the rows t, t + threads, ...
    const WatchScope scope(watch);
    try {
      numerics::RidgeScratch scratch(out.cols);
      for (std::size_t row = t; row < out.rows; row += threads) {
        pulse();
        solver.solve(rows.row(row), scratch, {out.row(row), out.cols});
      }
    } catch (...) {
      failures[t] = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> others;
    for (unsigned t = 1; t < threads; ++t) others.emplace_back(work, t);
    work(0);
  }
  for (const std::exception_ptr &failure : failures) {
    if (failure) std::rethrow_exception(failure);
  }
}

}  // namespace recveil::recommend

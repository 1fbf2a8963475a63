// XGBoost (Chen and Guestrin, KDD'16) through its C API, loaded at run time where it is installed
// (Debian: libxgboost0): nothing is linked and no header of it is needed. Once loaded the process
// keeps it, and libgomp with it, until it ends: never in a process that serves. Interface of
// version 1.4 and later.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/matrix.h"

namespace recveil::attack {

struct XgboostOptions {
  std::size_t trees = 100;  // rounds: of several classes each has a tree a class
  std::size_t depth = 4;
  double eta = 0.3;
  double lambda = 1;
  std::uint64_t seed = 1;
};

class XgboostLibrary {
 public:
  // nullptr where no libxgboost.so.0 or libxgboost.so is in the system's folders, or it is too old.
  static std::shared_ptr<const XgboostLibrary> load();

  // Trains on (x, y), y in [0, classes), and returns the probabilities of `others`, rows x classes.
  // tree_method hist, one thread. Throws Error(Status::internal) with XGBoost's own text.
  std::vector<double> probabilities(const Matrix &x, std::span<const std::int32_t> y,
                                    std::size_t classes, const Matrix &others,
                                    const XgboostOptions &options) const;

  ~XgboostLibrary();

 private:
  struct Functions;
  explicit XgboostLibrary(std::unique_ptr<Functions> functions);
  std::unique_ptr<Functions> functions_;
};

}  // namespace recveil::attack

// Columns brought to the same scale, as the shadow population has them.
#pragma once

#include <vector>

#include "core/matrix.h"

namespace recveil::attack {

// Makes each column of what it was learnt on mean 0 and variance 1; columns without spread become
// 0.
class Standardizer {
 public:
  explicit Standardizer(const Matrix &z);
  Matrix operator()(Matrix z) const;

 private:
  std::vector<float> mean_, scale_;
};

}  // namespace recveil::attack

// Factorization of the full binary matrix by alternating ridge regressions: ALS, the regularized
// form of PureSVD (Cremonesi, Koren and Turrin, RecSys'10).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "core/interactions.h"
#include "recommend/factor_model.h"
#include "recommend/ials.h"

namespace recveil::recommend {

struct AlsOptions {
  std::size_t d = 64;          // factors, at least 1
  double regularization = 20;  // lambda, above 0, in the units of a singular value of X
  unsigned sweeps = 16;        // at least 1
  std::uint64_t seed = 1;
  unsigned threads = 1;  // at least 1; the result does not depend on it
};

// Minimizes |X - P Q^T|_F^2 + lambda (|P|_F^2 + |Q|_F^2) over P (users x d) and Q (items x d),
// where X is the binary matrix and every entry of it, 0 or 1, counts the same. At the minimum P Q^T
// is the truncated singular value decomposition of X with lambda taken off each of the d largest
// singular values, and those below lambda left out (Srebro and Shraibman, COLT'05; Mazumder, Hastie
// and Tibshirani, JMLR 11, 2010). It is iALS with both weights 1 and nu = 0, and runs as that: see
// train_ials() for the start, the order, the guarantees and the errors. Every row has the same
// system, so a sweep costs 2 interactions d + (users + items) 2 d^2 multiplications, and fold-in
// one triangular solve.
std::unique_ptr<FactorModel> train_als(const Interactions &training, const AlsOptions &options);

// The same training as iALS.
IalsOptions as_ials(const AlsOptions &options);

}  // namespace recveil::recommend
